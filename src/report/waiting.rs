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

/// The columns of a terminal of unknown width.
const USUAL_WIDTH: usize = 80;

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
                stdio::emit_error(&line(&host, began.elapsed(), stdio::stderr_width()));
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

/// The progress line, cut so that it does not wrap: only the last line of a wrapped text could be
/// erased. The last column stays free, because some terminals wrap as soon as it is written.
fn line(host: &str, elapsed: Duration, width: Option<usize>) -> String {
    let text = format!("skia-auth: waiting for {host}, {} s", elapsed.as_secs());
    let columns = width.unwrap_or(USUAL_WIDTH).saturating_sub(1);
    ERASE.chars().chain(text.chars().take(columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_is_shorter_than_the_terminal_is_wide() {
        let host = "x".repeat(200);
        for (width, columns) in [(Some(200), 199), (Some(20), 19), (Some(1), 0), (None, 79)] {
            let line = line(&host, Duration::from_secs(3), width);
            assert_eq!(line.strip_prefix(ERASE).map(str::len), Some(columns), "{width:?}");
        }
    }
}
