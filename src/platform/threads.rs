//! Threads: starting one can fail without a panic, and the wait for one can have a limit.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Runs `work` in a thread. `std::thread::spawn` panics if the system refuses a thread; this
/// returns the error.
pub fn spawn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().spawn(work)
}

/// Starts work whose result is received later. Without a thread, the receiver is disconnected.
pub fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    // A failed send means that nobody waits for the result any more.
    let _ = spawn(move || sender.send(work()).is_ok());
    receiver
}

/// Runs `work` in a thread and waits at most `timeout` for its result. After that the thread goes
/// on, and its result is dropped.
pub fn with_timeout<T: Send + 'static>(
    timeout: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = mpsc::channel();
    spawn(move || sender.send(work()))?;
    receiver.recv_timeout(timeout).unwrap_or_else(|_| {
        let seconds = timeout.as_secs_f32().ceil();
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("nothing came within {seconds} s")))
    })
}
