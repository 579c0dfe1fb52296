//! The signals that `sandbox -- CMD` leaves to its command.

use std::io;
use std::process::Child;

#[cfg(unix)]
use super::signals::inherits_ignored;

/// While the command runs, signals are its business: a terminal sends SIGINT and SIGQUIT to both, so those are only
/// outlived here; the others reach this process alone and are passed on.
pub struct ForwardedSignals {
    #[cfg(unix)]
    signals: signal_hook::iterator::Signals,
}

#[cfg(unix)]
impl ForwardedSignals {
    pub fn prepare() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let watched = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]
            .into_iter()
            .filter(|signal| !inherits_ignored(*signal));
        signal_hook::iterator::Signals::new(watched).map(|signals| Self { signals })
    }

    pub fn forward_to(mut self, process: &Child) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        use signal_hook::consts::{SIGHUP, SIGTERM};
        let Some(pid) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) else {
            return Ok(());
        };
        let forward = move || {
            for signal in self.signals.forever() {
                let _ = match signal {
                    SIGTERM => kill_process(pid, Signal::TERM),
                    SIGHUP => kill_process(pid, Signal::HUP),
                    _ => Ok(()),
                };
            }
        };
        // Not `thread::spawn`: that one panics when there is no thread to be had.
        std::thread::Builder::new().spawn(forward).map(drop)
    }
}

#[cfg(not(unix))]
impl ForwardedSignals {
    pub fn prepare() -> io::Result<Self> {
        Ok(Self {})
    }

    pub fn forward_to(self, _process: &Child) -> io::Result<()> {
        Ok(())
    }
}
