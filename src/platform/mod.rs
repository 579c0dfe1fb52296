//! All that differs between operating systems, and nothing else.

pub mod advice;
pub mod capture;
pub mod files;
pub mod forward;
pub mod places;
pub mod private_fs;
pub mod process;
pub mod prompt;
pub mod roots;
pub mod seal;
pub mod service;
pub mod signals;
pub mod stdio;
pub mod threads;

use std::io::{self, ErrorKind};

/// Whether PowerShell is the shell that a user most likely types into.
pub const POWERSHELL_IS_USUAL: bool = cfg!(windows);

/// Whether `http_proxy` and `HTTP_PROXY` are two variables.
pub const VARIABLES_HAVE_CASE: bool = cfg!(not(windows));

/// Whether a read or write failed because the timeout of the socket passed.
pub fn is_socket_timeout(error: &io::Error) -> bool {
    // On Unix, `TimedOut` is ETIMEDOUT: the peer does not answer and the connection is lost.
    let kind = if cfg!(windows) { ErrorKind::TimedOut } else { ErrorKind::WouldBlock };
    error.kind() == kind
}
