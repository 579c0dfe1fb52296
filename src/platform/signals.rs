//! What signals would do to this process, or to its children, by what it inherited or by default.

use std::io;

/// Makes sure that the end of a child is kept until it is asked for. Where SIGCHLD is ignored, as by many a daemon, the
/// kernel forgets it at once.
pub fn wait_for_children() -> io::Result<()> {
    #[cfg(unix)]
    handle(signal_hook::consts::SIGCHLD)?;
    Ok(())
}

/// Beyond a limit on the size of files (`ulimit -f`), a write ends the program, unless the signal is handled: then it
/// is an error like a full disk.
pub fn outlive_size_limits() -> io::Result<()> {
    #[cfg(unix)]
    handle(signal_hook::consts::SIGXFSZ)?;
    Ok(())
}

/// A handler that does nothing but be one.
#[cfg(unix)]
fn handle(signal: i32) -> io::Result<()> {
    signal_hook::flag::register(signal, std::sync::Arc::default()).map(drop)
}

/// Whether a signal is ignored, as `nohup` wants it of SIGHUP for the command and all that it starts. A handler of ours
/// would take that away from a child.
#[cfg(unix)]
pub fn inherits_ignored(signal: i32) -> bool {
    // Only Linux tells without a call that Rust holds for unsafe.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
