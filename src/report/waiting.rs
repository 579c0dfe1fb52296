//! A sign of life on a terminal while a login takes its time, and no trace of it afterwards.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::platform::{stdio, threads};
use crate::report::sanitize::one_line;

/// A login that is quicker than this is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);
/// To the start of the line, and the rest of it away (ECMA-48).
const ERASE: &str = "\r\x1b[K";

/// Shows that the program waits, from its first second until it is dropped.
pub struct Waiting {
    stop: Option<Sender<()>>,
    shown: Option<JoinHandle<()>>,
}

impl Waiting {
    pub fn begin(host: &str) -> Self {
        let (stop, stopped) = mpsc::channel();
        let host = one_line(host);
        let began = Instant::now();
        // Without a thread there is no sign of life, and everything else goes on.
        let shown = threads::spawn(move || {
            let mut written = false;
            while stopped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                written = true;
                let seconds = began.elapsed().as_secs();
                stdio::emit_error(&format!("{ERASE}skia-auth: waiting for {host}, {seconds} s"));
            }
            if written {
                stdio::emit_error(ERASE);
            }
        });
        Self { stop: Some(stop), shown: shown.ok() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // The closed channel ends the thread, which cleans up after itself.
        drop(self.stop.take());
        if let Some(shown) = self.shown.take() {
            let _ = shown.join();
        }
    }
}
