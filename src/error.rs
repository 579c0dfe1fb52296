//! What can go wrong, as far as the caller must act on it: the kinds of failure and their exit codes.

use std::borrow::Cow;
use std::fmt;
use std::io;

/// Who has to act, and therefore which exit code the program ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer is no: `token --offline` without a cached token.
    None,
    /// A fault of this program.
    Internal,
    /// A command line that cannot be understood.
    Usage,
    /// Credentials or settings that are missing, malformed, contradictory or unsafe. Nothing was sent.
    Config,
    /// The server refused the credentials.
    Rejected,
    /// The server could not be reached or is not able to answer now. The only kind that is worth another try.
    Unavailable,
    /// The peer is not trusted or not understood.
    Protocol,
    /// The result could not be delivered.
    Output,
    /// The command of `exec` or `sandbox` is there and cannot be run.
    NotExecutable,
    /// The command of `exec` or `sandbox` was not found.
    CommandNotFound,
    /// Whoever read standard output has gone. Nothing is said about it.
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

    /// The word that stands for the kind in a JSON error.
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

/// A failure as a person and a program get to see it: lower case, no full stop, never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    pub message: String,
    /// What solves it, one line each, in words that can be typed.
    pub hints: Vec<String>,
    pub http_status: Option<u16>,
    /// The server's own words, already made safe by `server_text`.
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

    /// The failure at the bottom of an error, with the words that were added on the way up. An error without one is a
    /// fault of this program.
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

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    #[must_use]
    pub fn said(mut self, server_messages: Vec<String>) -> Self {
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

/// The operating system's reason in words, without Rust's `(os error 2)` behind it.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

/// Quotes a word of a command for a shell, if it needs quotes.
pub fn shell_quote(text: impl fmt::Display) -> String {
    let text = text.to_string();
    shlex::try_quote(&text).map_or_else(|_| text.clone(), Cow::into_owned)
}

/// The name that was probably meant, if one is near enough.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Far enough that a slip is recognised, near enough that "--to-file" is not taken for "--profile".
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
    fn only_unavailable_is_worth_another_try() {
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
