//! Failures: their kinds, the exit code of each kind, and the text that is shown.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

/// What failed, by who has to act on it. Each kind has one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer is no, as for `token --offline` without a cached token.
    None,
    /// A bug in this program.
    Internal,
    /// The command line is wrong.
    Usage,
    /// Credentials or settings are missing, malformed, contradictory or unsafe. Nothing was sent.
    Config,
    /// The server refused the credentials.
    Rejected,
    /// The server could not be reached or cannot answer now. Only this kind is worth a retry.
    Unavailable,
    /// The peer is not trusted or not understood.
    Protocol,
    /// The result could not be delivered.
    Output,
    /// The command of `exec` or `sandbox` exists but cannot be run.
    NotExecutable,
    /// The command of `exec` or `sandbox` was not found.
    CommandNotFound,
    /// The reader of standard output closed it. No message is shown.
    ReaderGone,
}

impl Kind {
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::None | Kind::Internal => 1,
            Kind::Usage => 2,
            Kind::Config => 3,
            Kind::Rejected => 4,
            Kind::Unavailable => 5,
            Kind::Protocol => 6,
            Kind::Output => 7,
            Kind::NotExecutable => 126,
            Kind::CommandNotFound => 127,
            Kind::ReaderGone => 141,
        }
    }

    /// The `kind` of a JSON error.
    pub fn name(self) -> &'static str {
        match self {
            Kind::None => "none",
            Kind::Internal => "internal",
            Kind::Usage => "usage",
            Kind::Config => "config",
            Kind::Rejected => "rejected",
            Kind::Unavailable => "unavailable",
            Kind::Protocol => "protocol",
            Kind::Output | Kind::ReaderGone => "output",
            Kind::NotExecutable => "not_executable",
            Kind::CommandNotFound => "command_not_found",
        }
    }

    pub fn retryable(self) -> bool {
        self == Kind::Unavailable
    }
}

/// A failure as it is shown: lower case, no full stop, no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    pub message: String,
    /// How to fix it, one line each.
    pub hints: Vec<String>,
    pub http_status: Option<u16>,
    /// The server's messages, sanitized.
    pub server_messages: Vec<String>,
}

impl Failure {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            http_status: None,
            server_messages: Vec::new(),
        }
    }

    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(Kind::Protocol, message)
    }

    pub fn output(message: impl Into<String>) -> Self {
        Self::new(Kind::Output, message)
    }

    /// The failure that caused an error, with the whole chain of contexts as its message. An error
    /// without a failure is a bug in this program.
    pub fn from_chain(error: &anyhow::Error) -> Self {
        let message = format!("{error:#}");
        match error.downcast_ref::<Self>() {
            Some(failure) => Self { message, ..failure.clone() },
            None => Self::new(Kind::Internal, message),
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub fn cannot_write(path: &Path, error: &io::Error) -> Self {
        Self::output(format!("cannot write {}: {}", path.display(), reason(error)))
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    #[must_use]
    pub fn server_messages(mut self, server_messages: Vec<String>) -> Self {
        self.server_messages = server_messages;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The text of an I/O error, without the `(os error 2)` that Rust appends.
///
/// Replaces the text of known kinds: C libraries differ, and Windows localizes it.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let Some(end) = text.find(" (os error ") else { return text };
    // On Unix, 1 and 5 are EPERM and EIO. The other codes are of Windows: ERROR_SHARING_VIOLATION,
    // ERROR_BAD_EXE_FORMAT, WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_DATA.
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::PermissionDenied, Some(1)) => "operation not permitted",
        (ErrorKind::AddrInUse, _) => "address already in use",
        (ErrorKind::AddrNotAvailable, _) => "cannot assign requested address",
        (ErrorKind::AlreadyExists, _) => "file exists",
        (ErrorKind::BrokenPipe, _) => "broken pipe",
        (ErrorKind::ConnectionAborted, _) => "software caused connection abort",
        (ErrorKind::ConnectionRefused, _) => "connection refused",
        (ErrorKind::ConnectionReset, _) => "connection reset by peer",
        (ErrorKind::DirectoryNotEmpty, _) => "directory not empty",
        (ErrorKind::HostUnreachable, _) => "no route to host",
        (ErrorKind::InvalidFilename, _) => "file name too long",
        (ErrorKind::IsADirectory, _) => "is a directory",
        (ErrorKind::NetworkDown, _) => "network is down",
        (ErrorKind::NetworkUnreachable, _) => "network is unreachable",
        (ErrorKind::NotADirectory, _) => "not a directory",
        (ErrorKind::NotFound, _) => "no such file or directory",
        (ErrorKind::OutOfMemory, _) => "cannot allocate memory",
        (ErrorKind::PermissionDenied, _) => "permission denied",
        (ErrorKind::ReadOnlyFilesystem, _) => "read-only file system",
        (ErrorKind::ResourceBusy, _) => "device or resource busy",
        (ErrorKind::StorageFull, _) => "no space left on device",
        (ErrorKind::TimedOut, _) => "connection timed out",
        (_, Some(5)) => "input/output error",
        (_, Some(32)) => "another program has the file open",
        (_, Some(193)) => "not a program for this system",
        (_, Some(11001 | 11004)) => "name or service not known",
        (_, Some(11002)) => "temporary failure in name resolution",
        _ => text[..end].trim_end_matches('.'),
    }
    .to_lowercase()
}

/// The name most similar to a misspelled one, if any is similar enough.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // 0.8 accepts a typing error, but does not suggest "--profile" for "--to-file".
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(written, name), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unavailable_is_retryable() {
        let all = [
            Kind::None,
            Kind::Internal,
            Kind::Usage,
            Kind::Config,
            Kind::Rejected,
            Kind::Unavailable,
            Kind::Protocol,
            Kind::Output,
            Kind::NotExecutable,
            Kind::CommandNotFound,
            Kind::ReaderGone,
        ];
        let retryable: Vec<_> =
            all.into_iter().filter(|kind| kind.retryable()).map(Kind::exit_code).collect();
        assert_eq!(retryable, [5]);
    }

    #[test]
    fn reason_drops_the_error_number() {
        assert_eq!(reason(&io::Error::from_raw_os_error(2)), "no such file or directory");
    }
}
