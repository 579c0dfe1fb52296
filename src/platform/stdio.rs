//! The standard streams.

use std::io::{self, IsTerminal, Read, Write};

use crate::error::{Failure, Kind, reason};

/// Writes the result to standard output and flushes it: without the flush, an error of a full
/// device is lost. A closed pipe is [`Kind::ReaderGone`].
pub fn emit(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut stdout = Stdout;
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => {
            Failure::new(Kind::ReaderGone, "the reader of standard output has closed it")
        }
        _ => Failure::output(format!("cannot write to standard output: {}", reason(&error))),
    })
}

/// Writes to standard error. An error is ignored, as there is no other place to report it.
pub fn emit_error(text: &str) {
    // One lock for the whole text, so that lines of two threads do not mix.
    let _lock = io::stderr().lock();
    let _ = Stderr.write_all(text.as_bytes());
}

/// Standard input. The caller may have made the standard streams non-blocking, as node and ssh do:
/// a call that would block then waits.
pub struct Stdin;
struct Stdout;
struct Stderr;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_blocking(|| io::stdin().read(buffer))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        blocking(io::stdout(), Ready::ToWrite, || io::stdout().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        blocking(io::stdout(), Ready::ToWrite, || io::stdout().flush())
    }
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        blocking(io::stderr(), Ready::ToWrite, || io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Repeats a call that reads from standard input until the input is there.
pub fn read_blocking<T>(call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    blocking(io::stdin(), Ready::ToRead, call)
}

enum Ready {
    ToRead,
    ToWrite,
}

#[cfg(unix)]
fn blocking<T>(
    stream: impl std::os::fd::AsFd,
    ready: Ready,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    use rustix::event::{PollFd, PollFlags, poll};
    let event = match ready {
        Ready::ToRead => PollFlags::IN,
        Ready::ToWrite => PollFlags::OUT,
    };
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(&stream, event)], None)?;
            }
            done => return done,
        }
    }
}

#[cfg(not(unix))]
fn blocking<T>(
    _stream: impl Sized,
    _ready: Ready,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    call()
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

pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}
