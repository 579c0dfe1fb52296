//! A program in its surroundings: what it is started with, and the bounded wait for its end.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{env, fmt, thread};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::home::{Entry, Home};
use super::invariants::{self, Allowances};
use super::outcome::Outcome;
use super::server::Server;
use super::terminal::Terminal;
use super::{CLIENT_ID, PATIENCE, SECRET};

/// A command line that is about to run. The environment is empty but for PATH, HOME, TMPDIR, XDG_CONFIG_HOME,
/// XDG_CACHE_HOME, `RUST_BACKTRACE=full` and `RUST_LOG=trace`; standard input is empty.
#[must_use = "nothing happens before `run` or `spawn`"]
pub struct Program {
    home: Home,
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, Option<OsString>)>,
    /// Shell commands that run first, in the same process.
    prelude: String,
    redirections: String,
    stdin: Vec<u8>,
    stdin_from: Option<Stdio>,
    stdout_to: Option<Stdio>,
    stderr_to: Option<Stdio>,
    allowed: Allowances,
    bound: Option<Duration>,
}

impl Program {
    pub(super) fn new<I: IntoIterator<Item: AsRef<OsStr>>>(
        home: Home,
        program: &OsStr,
        arguments: I,
    ) -> Self {
        Self {
            home,
            program: program.to_owned(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            environment: Vec::new(),
            prelude: String::new(),
            redirections: String::new(),
            stdin: Vec::new(),
            stdin_from: None,
            stdout_to: None,
            stderr_to: None,
            allowed: Allowances::default(),
            bound: None,
        }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable; neither name nor value need be UTF-8.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), None));
        self
    }

    /// SKIA_CLIENT_ID and SKIA_CLIENT_SECRET, set to `CLIENT_ID` and `SECRET`.
    pub fn credentials(self) -> Self {
        self.env("SKIA_CLIENT_ID", CLIENT_ID).env("SKIA_CLIENT_SECRET", SECRET)
    }

    /// SKIA_BASE_URL, set to this server's.
    pub fn server(self, server: &Server) -> Self {
        let url = server.base_url();
        self.env("SKIA_BASE_URL", url)
    }

    /// Standard input is a pipe with these bytes.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_owned();
        self
    }

    /// Standard input is this: a file, a pipe that stays open.
    pub fn stdin_from(mut self, source: impl Into<Stdio>) -> Self {
        self.stdin_from = Some(source.into());
        self
    }

    /// Standard output goes there; the outcome's is then empty.
    pub fn stdout_to(mut self, sink: impl Into<Stdio>) -> Self {
        self.stdout_to = Some(sink.into());
        self
    }

    /// Standard error goes there; the outcome's is then empty.
    pub fn stderr_to(mut self, sink: impl Into<Stdio>) -> Self {
        self.stderr_to = Some(sink.into());
        self
    }

    /// Standard output is a pipe that nobody reads any more.
    pub fn stdout_reader_gone(self) -> Self {
        let (_, writer) = std::io::pipe().unwrap();
        self.stdout_to(writer)
    }

    /// Standard error is a pipe that nobody reads any more.
    pub fn stderr_reader_gone(self) -> Self {
        let (_, writer) = std::io::pipe().unwrap();
        self.stderr_to(writer)
    }

    /// There is no descriptor 1.
    pub fn stdout_closed(mut self) -> Self {
        self.redirections += " >&-";
        self
    }

    /// There is no descriptor 2.
    pub fn stderr_closed(mut self) -> Self {
        self.redirections += " 2>&-";
        self
    }

    pub fn umask(self, mask: u32) -> Self {
        self.prelude(&format!("umask {mask:04o}"))
    }

    /// A shell command that runs first, in the same process: `ulimit -f 0`, `cd /`.
    pub fn prelude(mut self, command: &str) -> Self {
        self.prelude += command;
        self.prelude += "\n";
        self
    }

    /// The deadline of the case: a run that takes a second more fails.
    pub fn timeout_bound(mut self, bound: Duration) -> Self {
        self.bound = Some(bound);
        self
    }

    /// Standard output may hold something although the exit code is not 0: `exec`, `sandbox`, `status`, `doctor`.
    pub fn allow_partial_stdout(mut self) -> Self {
        self.allowed.partial_stdout = true;
        self
    }

    /// Standard error may hold the exact mask line of a known token.
    pub fn token_may_appear_in_stderr_mask(mut self) -> Self {
        self.allowed.mask_lines = true;
        self
    }

    /// Standard error may hold colours.
    pub fn allow_colour(mut self) -> Self {
        self.allowed.colour = true;
        self
    }

    /// Runs it to its end and checks the rules that hold in every case.
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts it on a terminal of its own: standard input and both output streams, unless they were sent elsewhere.
    #[track_caller]
    pub fn on_terminal(mut self) -> Terminal {
        let shown = self.to_string();
        self.prelude = format!("stty sane cols 200 rows 50\n{}", self.prelude);
        let stdin = self.stdin_from.take().unwrap_or_else(Stdio::inherit);
        let stdout = self.stdout_to.take().unwrap_or_else(Stdio::inherit);
        let stderr = self.stderr_to.take().unwrap_or_else(Stdio::inherit);
        let mut command = self.command();
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        Terminal::start(self.home, command, self.allowed, shown)
    }

    /// Starts it.
    #[track_caller]
    pub fn spawn(mut self) -> Running {
        let shown = self.to_string();
        let before = self.home.entries();
        let mut command = self.command();
        // A group of its own, so that a program that hangs can be ended with all that it started.
        command.process_group(0);
        let started = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{error}: {shown}"));
        // The command holds copies of the pipe ends it was given: while it lives, their readers see no end.
        drop(command);
        self.home.enter();
        if let Some(mut pipe) = child.stdin.take() {
            // A program need not read its input.
            thread::spawn(move || pipe.write_all(&self.stdin));
        }
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let pid = Pid::from_child(&child);
        let (sender, end) = channel();
        thread::spawn(move || sender.send((child.wait().unwrap(), Instant::now())));
        let (home, allowed, bound) = (self.home, self.allowed, self.bound);
        Running {
            home,
            allowed,
            bound,
            before,
            shown,
            started,
            pid,
            ended: false,
            stdout,
            stderr,
            end,
        }
    }

    fn command(&mut self) -> Command {
        let mut command = if self.prelude.is_empty() && self.redirections.is_empty() {
            Command::new(&self.program)
        } else {
            let script = format!("{}exec \"$0\" \"$@\"{}", self.prelude, self.redirections);
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(script).arg(&self.program);
            shell
        };
        let root = self.home.root();
        let bin = Path::new(env!("CARGO_BIN_EXE_skia-auth")).parent().unwrap().to_owned();
        let path = env::join_paths(
            [bin].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
        );
        command
            .env_clear()
            .env("PATH", path.unwrap())
            .env("HOME", root.join("home"))
            .env("TMPDIR", root.join("tmp"));
        command
            .env("XDG_CONFIG_HOME", root.join("config"))
            .env("XDG_CACHE_HOME", root.join("cache"));
        command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
        if let Some(file) = env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", file);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let stdin = if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
        command.args(&self.arguments).current_dir(root.join("work"));
        command.stdin(self.stdin_from.take().unwrap_or(stdin));
        command.stdout(self.stdout_to.take().unwrap_or_else(Stdio::piped));
        command.stderr(self.stderr_to.take().unwrap_or_else(Stdio::piped));
        command
    }
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            match value {
                Some(value) => write!(formatter, "{}={value:?} ", name.display())?,
                None => write!(formatter, "-u {} ", name.display())?,
            }
        }
        write!(formatter, "{}", Path::new(&self.program).display())?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {argument:?}"))
    }
}

/// A program that has been started. Dropped without `wait`, it is killed.
#[must_use = "no rule is checked before `wait`"]
pub struct Running {
    home: Home,
    allowed: Allowances,
    bound: Option<Duration>,
    before: BTreeMap<PathBuf, Entry>,
    shown: String,
    started: Instant,
    pid: Pid,
    ended: bool,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    end: Receiver<(ExitStatus, Instant)>,
}

impl Running {
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Sends a signal by its number: 2 INT, 9 KILL, 15 TERM.
    pub fn signal(&self, number: i32) -> &Self {
        kill_process(self.pid, Signal::from_named_raw(number).unwrap()).unwrap();
        self
    }

    /// Waits for its end, no longer than `PATIENCE`, and checks the rules that hold in every case.
    #[track_caller]
    pub fn wait(mut self) -> Outcome {
        let Ok((status, ended)) = self.end.recv_timeout(PATIENCE) else {
            panic!("still running after {PATIENCE:?}: {}", self.shown)
        };
        let read = |name, stream: &Receiver<Vec<u8>>| {
            stream
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("{name} was left open: {}", self.shown))
        };
        let (stdout, stderr_bytes) = (read("stdout", &self.stdout), read("stderr", &self.stderr));
        self.ended = true;
        let alone = self.home.leave();
        let wall = ended - self.started;
        let outcome = Outcome {
            code: status.code(),
            signal: status.signal(),
            stdout,
            stderr: String::from_utf8_lossy(&stderr_bytes).into_owned(),
            stderr_bytes,
            wall,
            command: self.shown.clone(),
        };
        invariants::check(&self.home, &self.before, alone, self.allowed, &outcome);
        if let Some(bound) = self.bound {
            assert!(
                wall <= bound + Duration::from_secs(1),
                "took {wall:?}, the deadline was {bound:?}\n{outcome}"
            );
        }
        outcome
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = kill_process_group(self.pid, Signal::KILL);
            self.home.leave();
        }
    }
}

/// Reads a stream to its end, beside all else.
fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        sender.send(bytes)
    });
    receiver
}
