//! A program on a terminal of its own: what a person types, and what stands on the screen.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rexpect::process::{PtyProcess, WaitStatus};
use rustix::termios::{LocalModes, tcgetattr};

use super::PATIENCE;
use super::home::{Entry, Home};
use super::invariants::{self, Allowances};
use super::outcome::Outcome;

/// How often the screen is looked at while something is awaited.
const GLANCE: Duration = Duration::from_millis(5);

/// A program that runs on a terminal. Dropped without `wait`, it is ended.
pub struct Terminal {
    home: Home,
    before: BTreeMap<PathBuf, Entry>,
    allowed: Allowances,
    shown: String,
    started: Instant,
    process: PtyProcess,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen `expect` has read.
    seen: usize,
    reader: Option<JoinHandle<()>>,
}

/// How a program on a terminal ended.
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Everything that was written to the screen, control sequences included, with `\n` as the line end.
    pub screen: String,
    /// Whether the terminal shows what is typed, once the program has gone.
    pub echoes: bool,
}

impl Terminal {
    pub(super) fn start(home: Home, command: Command, allowed: Allowances, shown: String) -> Self {
        let before = home.entries();
        let started = Instant::now();
        let mut process = PtyProcess::new(command).unwrap();
        process.set_kill_timeout(Some(1000));
        let keyboard = process.get_file_handle().unwrap();
        let mut output = process.get_file_handle().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&screen);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Once nobody has the terminal open any more, reading fails with EIO.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                shared.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        home.enter();
        Self {
            home,
            before,
            allowed,
            shown,
            started,
            process,
            keyboard,
            screen,
            seen: 0,
            reader: Some(reader),
        }
    }

    /// Waits until the text stands on the screen, behind what was awaited before.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen.lock().unwrap().clone();
            let unseen = &screen[self.seen..];
            if let Some(at) =
                unseen.windows(text.len()).position(|window| window == text.as_bytes())
            {
                self.seen += at + text.len();
                return self;
            }
            let shown = String::from_utf8_lossy(&screen).into_owned();
            assert!(Instant::now() < deadline, "{text:?} does not appear: {}\n{shown}", self.shown);
            thread::sleep(GLANCE);
        }
    }

    /// Types the text as it is: `\r` is the return key, `\x03` Ctrl-C, `\x04` Ctrl-D.
    pub fn send(&mut self, text: &str) -> &mut Self {
        self.keyboard.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Waits until the terminal shows what is typed, or until it no longer does.
    #[track_caller]
    pub fn expect_echo(&mut self, wanted: bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while self.echoes() != wanted {
            assert!(Instant::now() < deadline, "the echo is not {wanted}: {}", self.shown);
            thread::sleep(GLANCE);
        }
        self
    }

    /// Waits until something has happened that is not on the screen.
    #[track_caller]
    pub fn until(&mut self, happened: impl Fn() -> bool) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !happened() {
            let screen = self.screen.lock().unwrap();
            let screen = String::from_utf8_lossy(&screen);
            assert!(Instant::now() < deadline, "it does not happen: {}\n{screen}", self.shown);
            thread::sleep(GLANCE);
        }
        self
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for its end and checks the rules that hold in every case, as far as they can be told on a screen.
    #[track_caller]
    pub fn wait(&mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let (code, signal) = loop {
            match self.process.status() {
                Some(WaitStatus::Exited(_, code)) => break (Some(code), None),
                Some(WaitStatus::Signaled(_, signal, _)) => break (None, Some(signal as i32)),
                _ => {}
            }
            assert!(Instant::now() < deadline, "still running after {PATIENCE:?}: {}", self.shown);
            thread::sleep(GLANCE);
        };
        let wall = self.started.elapsed();
        let echoes = self.echoes();
        self.reader.take().unwrap().join().unwrap();
        let bytes = self.screen.lock().unwrap().clone();
        let screen = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        let alone = self.home.leave();
        // Both streams are on the screen: what holds for standard output alone is what holds for both.
        let outcome = Outcome {
            code,
            signal,
            stdout: screen.clone().into_bytes(),
            stderr: String::new(),
            stderr_bytes: Vec::new(),
            wall,
            command: self.shown.clone(),
        };
        let allowed = Allowances { partial_stdout: true, ..self.allowed };
        invariants::check(&self.home, &self.before, alone, allowed, &outcome);
        Ended { code, signal, screen, echoes }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.reader.is_some() {
            self.home.leave();
        }
    }
}
