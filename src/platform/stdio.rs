//! The standard streams.

use std::io::{self, IsTerminal, Read, Write};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle as AsFd;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender, SyncSender};
use std::time::Duration;

use super::threads;
use crate::error::{Failure, Kind, reason};

/// The texts for standard error, each with the channel that confirms the write. Set by
/// [`outlive_stderr_reader`].
static TEXTS: OnceLock<SyncSender<(String, Sender<()>)>> = OnceLock::new();

/// Writes the result to standard output and flushes it: without the flush, an error of a full
/// device is lost. A closed pipe is [`Kind::ReaderGone`].
pub fn emit(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut stdout = Blocking(io::stdout);
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => {
            Failure::new(Kind::ReaderGone, "the reader of standard output has closed it")
        }
        _ => Failure::output(format!("cannot write to standard output: {}", reason(&error))),
    })
}

/// Writes to standard error. An error is ignored, as there is no other place to report it.
pub fn emit_error(text: &str) {
    // The program may end after this call. A reader that does not hang takes less.
    const PATIENCE: Duration = Duration::from_secs(1);
    let Some(texts) = TEXTS.get() else { return write_error(text) };
    let (confirm, confirmed) = mpsc::channel();
    if texts.try_send((text.to_owned(), confirm)).is_ok() {
        let _ = confirmed.recv_timeout(PATIENCE);
    }
}

/// From now on, a reader of standard error that hangs does not block the program: each text is
/// written in a thread, and is lost if too many others wait.
pub fn outlive_stderr_reader() -> io::Result<()> {
    // Each thread waits for its text: only a reader that hangs makes the queue longer.
    const LONGEST_QUEUE: usize = 4;
    let (texts, queue) = mpsc::sync_channel::<(String, Sender<()>)>(LONGEST_QUEUE);
    threads::spawn(move || {
        for (text, confirm) in queue {
            write_error(&text);
            let _ = confirm.send(());
        }
    })?;
    let _ = TEXTS.set(texts);
    Ok(())
}

fn write_error(text: &str) {
    // One lock for the whole text, so that lines of two threads do not mix.
    let _lock = io::stderr().lock();
    let _ = Blocking(io::stderr).write_all(text.as_bytes());
}

pub fn stdin() -> impl Read + Send {
    Blocking(io::stdin)
}

/// A standard stream that blocks, also if the caller has made it non-blocking, as node and ssh do.
struct Blocking<S>(fn() -> S);

impl<S: Read + AsFd> Read for Blocking<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        blocking((self.0)(), Ready::ToRead, || (self.0)().read(buffer))
    }
}

impl<S: Write + AsFd> Write for Blocking<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        blocking((self.0)(), Ready::ToWrite, || (self.0)().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        blocking((self.0)(), Ready::ToWrite, || (self.0)().flush())
    }
}

enum Ready {
    ToRead,
    ToWrite,
}

/// Repeats a call that reads from standard input until there is input.
pub fn read_blocking<T>(call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    blocking(io::stdin(), Ready::ToRead, call)
}

fn blocking<T>(
    stream: impl AsFd,
    ready: Ready,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait(&stream, &ready)?,
            done => return done,
        }
    }
}

#[cfg(unix)]
fn wait(stream: &impl AsFd, ready: &Ready) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let event = match ready {
        Ready::ToRead => PollFlags::IN,
        Ready::ToWrite => PollFlags::OUT,
    };
    poll(&mut [PollFd::new(stream, event)], None)?;
    Ok(())
}

#[cfg(not(unix))]
fn wait(_stream: &impl AsFd, _ready: &Ready) -> io::Result<()> {
    Ok(())
}

/// Whether standard input can hold data that was sent to this program: a pipe, a socket (as of node
/// and ssh) or a regular file. A terminal and `/dev/null` cannot.
#[cfg(unix)]
pub fn stdin_is_pipe_or_file() -> bool {
    use rustix::fs::{FileType, fstat};
    fstat(io::stdin()).is_ok_and(|found| {
        let kind = FileType::from_raw_mode(found.st_mode);
        matches!(kind, FileType::Fifo | FileType::Socket | FileType::RegularFile)
    })
}

#[cfg(not(unix))]
pub fn stdin_is_pipe_or_file() -> bool {
    !io::stdin().is_terminal()
}

/// The width of the terminal of standard error, in columns, if it is known.
pub fn stderr_width() -> Option<usize> {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stderr()) {
        return Some(size.ws_col.into()).filter(|width| *width > 0);
    }
    None
}

/// Whether the terminal supports escape sequences. On Windows this enables them, and is false if
/// one of the streams is redirected: `anstyle_query` enables both or neither.
pub fn supports_escape_sequences() -> bool {
    #[cfg(windows)]
    {
        static ENABLED: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
            anstyle_query::windows::enable_ansi_colors().unwrap_or(false)
        });
        *ENABLED
    }
    #[cfg(not(windows))]
    true
}

pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}
