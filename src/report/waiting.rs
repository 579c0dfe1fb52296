//! The progress line on a terminal during a slow login, erased afterwards.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::platform::{stdio, threads};
use crate::report::sanitize::one_line;

/// The line appears after this time, and is updated in this interval.
const INTERVAL: Duration = Duration::from_secs(1);

/// Return to the start of the line, erase to its end (ECMA-48).
const ERASE: &str = "\r\x1b[K";

/// Shows the progress line until it is dropped.
pub struct Waiting {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    pub fn begin(host: &str) -> Self {
        let (stop, stopped) = mpsc::channel();
        let host = one_line(host);
        let began = Instant::now();
        // If the system refuses a thread, the login goes on without the line.
        let thread = threads::spawn(move || {
            let mut written = false;
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                written = true;
                let seconds = began.elapsed().as_secs();
                stdio::emit_error(&format!("{ERASE}skia-auth: waiting for {host}, {seconds} s"));
            }
            if written {
                stdio::emit_error(ERASE);
            }
        });
        Self { stop: Some(stop), thread: thread.ok() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // The closed channel ends the thread, which erases the line.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
