//! The standard streams.

use std::io::{self, IsTerminal, Write};

use crate::error::{Failure, Kind, reason};

/// Writes the result to standard output and flushes it: without the flush, an error of a full
/// device is lost. A closed pipe is [`Kind::ReaderGone`].
pub fn emit(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => {
            Failure::new(Kind::ReaderGone, "the reader of standard output has closed it")
        }
        _ => Failure::output(format!("cannot write to standard output: {}", reason(&error))),
    })
}

/// Writes to standard error. An error is ignored, as there is no other place to report it.
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
