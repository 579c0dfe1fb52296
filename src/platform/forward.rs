//! Passes signals on to the command of `sandbox`.

use std::io;
use std::process::Child;

/// Signals that this process receives while the command runs. A terminal sends SIGINT and SIGQUIT
/// to both processes, so these are only survived here. SIGTERM and SIGHUP are passed on.
pub struct ForwardedSignals {
    #[cfg(unix)]
    signals: signal_hook::iterator::Signals,
}

#[cfg(unix)]
impl ForwardedSignals {
    pub fn prepare() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP];
        let handled = signals.into_iter().filter(|s| !super::signals::inherits_ignored(*s));
        signal_hook::iterator::Signals::new(handled).map(|signals| Self { signals })
    }

    pub fn forward_to(mut self, process: &Child) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        use signal_hook::consts::{SIGHUP, SIGTERM};
        let pid = Pid::from_child(process);
        let forward = move || {
            for signal in self.signals.forever() {
                let _ = match signal {
                    SIGTERM => kill_process(pid, Signal::TERM),
                    SIGHUP => kill_process(pid, Signal::HUP),
                    _ => Ok(()),
                };
            }
        };
        super::threads::spawn(forward).map(drop)
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
