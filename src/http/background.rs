//! Work in a thread of its own.

use std::io;
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Unlike `thread::spawn`, does not panic when the system grants no thread.
pub fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

/// Starts work whose result is received later. Without a thread, the receiver is disconnected.
pub fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    // A failed send means that nobody waits for the result any more.
    let _ = spawn(move || drop(sender.send(work())));
    receiver
}
