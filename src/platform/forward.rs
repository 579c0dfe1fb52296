//! Passes signals on to the command of `sandbox`.

use std::io;
use std::process::Child;

#[cfg(unix)]
use signal_hook::iterator::{SignalsInfo, exfiltrator::WithOrigin};

/// Signals that this process receives while the command runs. SIGTERM and SIGHUP are passed on.
/// SIGINT and SIGQUIT are passed on only if a process sent them: a terminal sends them to the
/// command too.
pub struct ForwardedSignals {
    #[cfg(unix)]
    signals: SignalsInfo<WithOrigin>,
}

#[cfg(unix)]
impl ForwardedSignals {
    pub fn prepare() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP];
        let handled = signals.into_iter().filter(|s| !super::signals::inherits_ignored(*s));
        SignalsInfo::new(handled).map(|signals| Self { signals })
    }

    pub fn forward_to(mut self, process: &Child) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        use signal_hook::consts::{SIGHUP, SIGTERM};
        let pid = Pid::from_child(process);
        let forward = move || {
            for origin in self.signals.forever() {
                let is_sent = matches!(origin.signal, SIGTERM | SIGHUP) || origin.process.is_some();
                if let Some(signal) = Signal::from_named_raw(origin.signal).filter(|_| is_sent) {
                    let _ = kill_process(pid, signal);
                }
            }
        };
        super::threads::spawn(forward).map(drop)
    }
}

// The console sends Ctrl-C to the command too.
#[cfg(not(unix))]
impl ForwardedSignals {
    pub fn prepare() -> io::Result<Self> {
        super::signals::on_interrupt(|| {})?;
        Ok(Self {})
    }

    pub fn forward_to(self, _process: &Child) -> io::Result<()> {
        Ok(())
    }
}
