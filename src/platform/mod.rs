//! All that differs between operating systems, and nothing else.

pub mod files;
pub mod forward;
pub mod private_fs;
pub mod process;
pub mod prompt;
pub mod roots;
pub mod seal;
pub mod signals;
pub mod stdio;

use std::io::{self, ErrorKind};

/// Whether a read or write ended because of the socket's own time limit.
pub fn is_socket_timeout(error: &io::Error) -> bool {
    // On Unix, `TimedOut` means that the connection itself was given up.
    let kind = if cfg!(windows) { ErrorKind::TimedOut } else { ErrorKind::WouldBlock };
    error.kind() == kind
}
