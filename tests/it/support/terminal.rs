//! A program on a pseudo-terminal: keystrokes in, screen out.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rexpect::process::{PtyProcess, WaitStatus};
use rustix::termios::{LocalModes, tcgetattr};

use super::invariants::Observed;
use super::outcome::difference;
use super::{PATIENCE, wait_until};

/// A program that runs on a terminal. If it is dropped without `wait`, the program is killed.
pub struct Terminal {
    observed: Observed,
    process: PtyProcess,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How many bytes of the screen `expect` has matched.
    seen: usize,
    reader: Option<JoinHandle<()>>,
}

/// How a program on a terminal ended.
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Everything written to the screen, control sequences included, with `\n` as the line end.
    pub screen: String,
    /// Whether the terminal echoes input after the program has ended.
    pub echoes: bool,
}

impl Ended {
    /// Compares the exit code and the whole screen, with the wildcards of `Outcome::assert`.
    #[track_caller]
    pub fn assert(&self, code: i32, screen: &str) {
        assert_eq!(self.code, Some(code), "{}", self.screen);
        if let Some(difference) = difference(screen, &self.screen) {
            panic!("the screen differs:{difference}");
        }
    }
}

impl Terminal {
    pub(super) fn start(observed: Observed, command: Command) -> Self {
        let mut process = PtyProcess::new(command).unwrap();
        process.set_kill_timeout(Some(1000));
        let keyboard = process.get_file_handle().unwrap();
        let mut output = process.get_file_handle().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&screen);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            // When no process has the terminal open, reading fails with EIO.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                shared.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { observed, process, keyboard, screen, seen: 0, reader: Some(reader) }
    }

    /// Waits for this text after the text that was matched before.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> &mut Self {
        let (screen, mut seen) = (Arc::clone(&self.screen), self.seen);
        self.until(&format!("{text:?} on the screen"), || {
            let unseen = &screen.lock().unwrap()[self.seen..];
            let at = unseen.windows(text.len()).position(|window| window == text.as_bytes());
            seen += at.map_or(0, |at| at + text.len());
            at.is_some()
        });
        self.seen = seen;
        self
    }

    /// Types the text: `\r` is the return key, `\x03` Ctrl-C, `\x04` Ctrl-D.
    pub fn send(&mut self, text: &str) -> &mut Self {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Waits until the terminal echoes input, or no longer does.
    #[track_caller]
    pub fn expect_echo(&mut self, wanted: bool) -> &mut Self {
        self.until(&format!("an echo that is {wanted}"), || self.echoes() == wanted);
        self
    }

    /// Waits for something that is not on the screen.
    #[track_caller]
    pub fn until(&self, what: &str, done: impl FnMut() -> bool) {
        let screen = || String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned();
        assert!(wait_until(PATIENCE, done), "no {what}: {}\n{}", self.observed, screen());
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for the end and checks the invariants, as far as the screen shows them.
    #[track_caller]
    pub fn wait(&mut self) -> Ended {
        let mut status = None;
        self.until("end of the program", || {
            status = match self.process.status() {
                Some(WaitStatus::Exited(_, code)) => Some((Some(code), None)),
                Some(WaitStatus::Signaled(_, signal, _)) => Some((None, Some(signal as i32))),
                _ => None,
            };
            status.is_some()
        });
        let (code, signal) = status.unwrap();
        let (ended, echoes) = (Instant::now(), self.echoes());
        self.reader.take().unwrap().join().unwrap();
        let bytes = self.screen.lock().unwrap().clone();
        let screen = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        // The screen shows both streams. Only the rules for standard output hold for both.
        self.observed.allowed.partial_stdout = true;
        self.observed.end(code, signal, screen.clone().into_bytes(), Vec::new(), ended);
        Ended { code, signal, screen, echoes }
    }
}
