//! What this process inherited that would come between it and its children: signals that are ignored.

use std::io;
#[cfg(unix)]
use std::sync::{Arc, Once};

/// Makes sure that the end of a child is kept until it is asked for. Where SIGCHLD is ignored, as by many a daemon, the
/// kernel forgets it at once.
#[cfg(unix)]
pub fn can_be_waited_for() -> io::Result<()> {
    static HANDLED: Once = Once::new();
    let mut handled = Ok(());
    HANDLED.call_once(|| handled = signal_hook::flag::register(signal_hook::consts::SIGCHLD, Arc::default()).map(drop));
    handled
}

#[cfg(not(unix))]
pub fn can_be_waited_for() -> io::Result<()> {
    Ok(())
}

/// Whether a signal is ignored, as `nohup` wants it of SIGHUP for the command and all that it starts. A handler of ours
/// would take that away from a child.
#[cfg(unix)]
pub fn inherits_ignored(signal: i32) -> bool {
    // Only Linux tells without a call that Rust holds for unsafe.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
