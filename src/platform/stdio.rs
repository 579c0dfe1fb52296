//! The two streams: one whole result to standard output, lines that nothing depends on to standard error.

use std::io::{self, IsTerminal, Write};

use crate::error::{Failure, Kind, reason};

/// Writes the whole result and flushes it, so that a device which is full is noticed.
///
/// A reader that has gone is [`Kind::ReaderGone`], which nothing is said about.
pub fn emit(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => {
            Failure::new(Kind::ReaderGone, "the reader of standard output has gone")
        }
        _ => Failure::output(format!("cannot write to standard output: {}", reason(&error))),
    })
}

/// Writes to standard error in one piece. A stream that fails changes nothing: there is nowhere left to say so.
pub fn emit_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
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
