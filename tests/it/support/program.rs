//! A program with its arguments, environment and streams, and the bounded wait for its end.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fmt, thread};

use super::home::Home;
use super::invariants::{Allowances, Observed};
use super::outcome::Outcome;
use super::server::Server;
#[cfg(unix)]
use super::terminal::Terminal;
use super::{CLIENT_ID, NO_SUCH_HOST, PATIENCE, SECRET};

/// The default proxy: a privileged port on which nothing listens. A request that would leave the
/// machine fails there, without a name look-up.
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// The time between two looks at a running program. Under Wine each look is a request to one server,
/// which also serves the programs.
const POLL: Duration = Duration::from_millis(if cfg!(windows) { 20 } else { 1 });

/// The variables of the directories of a home.
const DIRECTORIES: &[(&str, &str)] = if cfg!(windows) {
    &[("USERPROFILE", "home"), ("TMP", "tmp"), ("TEMP", "tmp"), ("LOCALAPPDATA", "config")]
} else {
    &[
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ]
};

/// A command that is about to run. Its environment has only PATH, HOME, TMPDIR, XDG_CONFIG_HOME,
/// XDG_CACHE_HOME (on Windows their counterparts, and what the system itself needs),
/// RUST_BACKTRACE=full, RUST_LOG=trace, and proxy variables that name a proxy which does not exist.
/// Its standard input is empty.
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
    #[cfg(windows)]
    on_console: bool,
}

impl Program {
    pub(super) fn new(home: Home, program: &OsStr) -> Self {
        Self {
            home,
            program: program.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            prelude: String::new(),
            redirections: String::new(),
            stdin: Vec::new(),
            stdin_from: None,
            stdout_to: None,
            stderr_to: None,
            allowed: Allowances::default(),
            #[cfg(windows)]
            on_console: false,
        }
    }

    pub fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.args([argument])
    }

    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable. Neither its name nor its value need be UTF-8. A case that sets or removes
    /// any proxy variable gets none of the default ones.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), None));
        self
    }

    /// Sets SKIA_CLIENT_ID and SKIA_CLIENT_SECRET to `CLIENT_ID` and `SECRET`.
    pub fn credentials(self) -> Self {
        self.env("SKIA_CLIENT_ID", CLIENT_ID).env("SKIA_CLIENT_SECRET", SECRET)
    }

    /// Sets SKIA_BASE_URL to that of this server.
    pub fn server(self, server: &Server) -> Self {
        self.env("SKIA_BASE_URL", server.base_url())
    }

    /// Adds `--base-url` with that of this server, which a secret of any layer may be sent to.
    pub fn at(self, server: &Server) -> Self {
        self.args(["--base-url", &server.base_url()])
    }

    /// Standard input is a pipe with these bytes.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_owned();
        self
    }

    /// Standard input is this file or pipe.
    pub fn stdin_from(mut self, source: impl Into<Stdio>) -> Self {
        self.stdin_from = Some(source.into());
        self
    }

    /// Standard output goes to this file or pipe instead of the outcome.
    pub fn stdout_to(mut self, sink: impl Into<Stdio>) -> Self {
        self.stdout_to = Some(sink.into());
        self
    }

    /// Standard error goes to this file or pipe instead of the outcome.
    pub fn stderr_to(mut self, sink: impl Into<Stdio>) -> Self {
        self.stderr_to = Some(sink.into());
        self
    }

    /// Standard output is a pipe whose reader has closed it.
    pub fn stdout_reader_gone(self) -> Self {
        self.stdout_to(std::io::pipe().unwrap().1)
    }

    /// Standard error is a pipe whose reader has closed it.
    pub fn stderr_reader_gone(self) -> Self {
        self.stderr_to(std::io::pipe().unwrap().1)
    }

    /// Descriptor 1 is closed.
    #[cfg(unix)]
    pub fn stdout_closed(mut self) -> Self {
        self.redirections += " >&-";
        self
    }

    /// Descriptor 2 is closed.
    #[cfg(unix)]
    pub fn stderr_closed(mut self) -> Self {
        self.redirections += " 2>&-";
        self
    }

    #[cfg(unix)]
    pub fn umask(self, mask: u32) -> Self {
        self.prelude(&format!("umask {mask:04o}"))
    }

    /// A shell command that runs first, in the same process: `ulimit -f 0`, `cd /`.
    #[cfg(unix)]
    pub fn prelude(mut self, command: &str) -> Self {
        self.prelude += command;
        self.prelude += "\n";
        self
    }

    /// The program gets a console of its own, without a window.
    #[cfg(windows)]
    pub fn on_console(mut self) -> Self {
        self.on_console = true;
        self
    }

    /// The deadline of the case: a run that takes more than a second longer fails.
    pub fn timeout_bound(mut self, bound: Duration) -> Self {
        self.allowed.time = Some(bound);
        self
    }

    /// Allows output on stdout with an exit code other than 0, as of `exec`, `sandbox`, `status` and
    /// `doctor`.
    pub fn allow_partial_stdout(mut self) -> Self {
        self.allowed.partial_stdout = true;
        self
    }

    /// Allows the exact mask line of a known token on standard error.
    pub fn token_may_appear_in_stderr_mask(mut self) -> Self {
        self.allowed.mask_lines = true;
        self
    }

    /// Allows colours on standard error.
    pub fn allow_colour(mut self) -> Self {
        self.allowed.colour = true;
        self
    }

    /// Runs the program to its end and checks the invariants.
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts the program on a terminal, except for the streams that were sent elsewhere.
    #[cfg(unix)]
    #[track_caller]
    pub fn on_terminal(mut self) -> Terminal {
        self.prelude = format!("stty sane cols 200 rows 50\n{}", self.prelude);
        let command = self.command(Stdio::inherit, Stdio::inherit());
        Terminal::start(Observed::begin(&self.home, self.allowed, self.to_string()), command)
    }

    /// Starts the program.
    #[track_caller]
    pub fn spawn(mut self) -> Running {
        let stdin = if self.stdin.is_empty() { Stdio::null() } else { Stdio::piped() };
        let mut command = self.command(Stdio::piped, stdin);
        // Its own process group, so that a program that hangs is killed with its children.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        if self.on_console {
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
        }
        let observed = Observed::begin(&self.home, self.allowed, self.to_string());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{error}: {self}"));
        // The command holds copies of the pipe ends it was given, which keep their readers waiting.
        drop(command);
        if let Some(mut pipe) = child.stdin.take() {
            // A program need not read its input.
            thread::spawn(move || pipe.write_all(&self.stdin));
        }
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let child = Arc::new(Mutex::new(child));
        let (sender, end) = channel();
        let waiting = Arc::clone(&child);
        thread::spawn(move || {
            // `kill` needs the child at the same time.
            let status = loop {
                if let Some(status) = waiting.lock().unwrap().try_wait().unwrap() {
                    break status;
                }
                thread::sleep(POLL);
            };
            sender.send((status, Instant::now()))
        });
        Running { observed, child, stdout, stderr, end }
    }

    fn command(&mut self, output: fn() -> Stdio, input: Stdio) -> Command {
        let mut command = if self.prelude.is_empty() && self.redirections.is_empty() {
            Command::new(&self.program)
        } else {
            let script = format!("{}exec \"$0\" \"$@\"{}", self.prelude, self.redirections);
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(script).arg(&self.program);
            shell
        };
        let root = self.home.root();
        // Absolute on Windows too, where a path without a drive is relative.
        let bin = path::absolute(env!("CARGO_BIN_EXE_skia-auth")).unwrap();
        let bin = bin.parent().unwrap().to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([bin].into_iter().chain(env::split_paths(&path))).unwrap();
        command.args(&self.arguments).current_dir(root.join("work"));
        command
            .env_clear()
            .env("PATH", path)
            .env("RUST_BACKTRACE", "full")
            .env("RUST_LOG", "trace");
        for (name, directory) in DIRECTORIES {
            command.env(name, root.join(directory));
        }
        if cfg!(windows) {
            for name in ["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT"] {
                command.envs(env::var_os(name).map(|value| (name, value)));
            }
        }
        let is_proxy = |name: &OsStr| name.to_string_lossy().to_lowercase().ends_with("_proxy");
        if !self.environment.iter().any(|(name, _)| is_proxy(name)) {
            command.envs(["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, DEAD_PROXY)));
            command.env("NO_PROXY", format!("localhost,127.0.0.1,0.0.0.0,{NO_SUCH_HOST}"));
        }
        if let Some(file) = env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", file);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(self.stdin_from.take().unwrap_or(input));
        command.stdout(self.stdout_to.take().unwrap_or_else(output));
        command.stderr(self.stderr_to.take().unwrap_or_else(output));
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
        write!(formatter, "{}", self.program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {argument:?}"))
    }
}

/// A program that has been started. If it is dropped without `wait`, the program is killed.
#[must_use = "the invariants are checked by `wait`"]
pub struct Running {
    observed: Observed,
    child: Arc<Mutex<Child>>,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    end: Receiver<(ExitStatus, Instant)>,
}

impl Running {
    #[cfg(unix)]
    pub fn pid(&self) -> i32 {
        self.child.lock().unwrap().id().try_into().unwrap()
    }

    /// Sends a signal by its number: 2 INT, 15 TERM.
    #[cfg(unix)]
    pub fn signal(&self, number: i32) -> &Self {
        use rustix::process::{Pid, Signal, kill_process};
        let pid = Pid::from_raw(self.pid()).unwrap();
        kill_process(pid, Signal::from_named_raw(number).unwrap()).unwrap();
        self
    }

    /// Ends the program without giving it a chance to tidy up.
    pub fn kill(&mut self) -> &Self {
        self.observed.killed = true;
        self.child.lock().unwrap().kill().unwrap();
        self
    }

    /// Waits for the end, at most `PATIENCE`, and checks the invariants.
    #[track_caller]
    pub fn wait(mut self) -> Outcome {
        let observed = &self.observed;
        let end = self.end.recv_timeout(PATIENCE);
        let (status, ended) =
            end.unwrap_or_else(|_| panic!("still running after {PATIENCE:?}: {observed}"));
        let read = |name, stream: &Receiver<Vec<u8>>| {
            let bytes = stream.recv_timeout(PATIENCE);
            bytes.unwrap_or_else(|_| panic!("{name} was left open: {observed}"))
        };
        let (stdout, stderr) = (read("stdout", &self.stdout), read("stderr", &self.stderr));
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(windows)]
        let signal = None;
        self.observed.end(status.code(), signal, stdout, stderr, ended)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.observed.ended {
            #[cfg(unix)]
            let _ = rustix::process::kill_process_group(
                rustix::process::Pid::from_raw(self.pid()).unwrap(),
                rustix::process::Signal::KILL,
            );
            #[cfg(windows)]
            let _ = self.child.lock().unwrap().kill();
        }
    }
}

/// Reads a stream to its end in a thread.
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
