//! Signals whose default or inherited handling would break a write or the wait for a child.

use std::io;

/// Keeps the exit status of children until they are waited for. If SIGCHLD is ignored, as daemons
/// often have it, the kernel discards the status.
pub fn wait_for_children() -> io::Result<()> {
    #[cfg(unix)]
    handle(signal_hook::consts::SIGCHLD)?;
    Ok(())
}

/// Turns a write beyond the limit on file sizes (`ulimit -f`) into an error, as for a full disk.
/// Without a handler, SIGXFSZ ends the program.
pub fn outlive_size_limits() -> io::Result<()> {
    #[cfg(unix)]
    handle(signal_hook::consts::SIGXFSZ)?;
    Ok(())
}

/// Installs a no-op handler. A second one would only take memory.
#[cfg(unix)]
fn handle(signal: i32) -> io::Result<()> {
    use std::sync::{Mutex, PoisonError};
    static HANDLED: Mutex<Vec<i32>> = Mutex::new(Vec::new());
    let mut handled = HANDLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !handled.contains(&signal) {
        signal_hook::flag::register(signal, std::sync::Arc::default())?;
        handled.push(signal);
    }
    Ok(())
}

/// Handles signals in a thread, until the program ends: the handlers of signal-hook stay installed,
/// and signals would be lost if nothing handled them.
#[cfg(unix)]
pub fn handle_in_thread(
    signals: &[i32],
    handle: impl FnMut(i32) + Send + 'static,
) -> io::Result<()> {
    let handled = signals.iter().filter(|signal| !inherits_ignored(**signal));
    let mut signals = signal_hook::iterator::Signals::new(handled)?;
    super::threads::spawn(move || signals.forever().for_each(handle)).map(drop)
}

/// Calls `handle` in a thread for each Ctrl-C, Ctrl-Break or closed console, in place of the end of
/// the program. A later call replaces `handle`; the default cannot be restored.
#[cfg(not(unix))]
pub fn on_interrupt(handle: impl FnMut() + Send + 'static) -> io::Result<()> {
    use std::sync::{Mutex, MutexGuard, PoisonError};
    type Handler = Box<dyn FnMut() + Send>;
    static HANDLER: Mutex<Option<Handler>> = Mutex::new(None);
    fn handler() -> MutexGuard<'static, Option<Handler>> {
        HANDLER.lock().unwrap_or_else(PoisonError::into_inner)
    }
    if handler().replace(Box::new(handle)).is_some() {
        return Ok(());
    }
    let call = || {
        if let Some(handle) = handler().as_mut() {
            handle();
        }
    };
    ctrlc::set_handler(call).map_err(io::Error::other)
}

/// Ends the program after Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::exit, reason = "the thread that Ctrl-C interrupts waits for input")]
pub fn end_as_interrupted() -> ! {
    std::process::exit(130)
}

/// Whether this process inherited a signal as ignored, as `nohup` does with SIGHUP. A handler would
/// reset it to the default in children.
#[cfg(unix)]
pub fn inherits_ignored(signal: i32) -> bool {
    // `sigaction` reports this on all systems, but Rust needs `unsafe` to call it.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
