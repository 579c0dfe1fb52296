//! How one try failed, and whether another one may follow.

use std::fmt;
use std::time::Duration;

use crate::error::Failure;

/// How often a failed try may be repeated. The caller's `--retries` is a further limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// No connection, or a server that says it is busy.
    Again,
    /// The request, or some of it, was sent and not answered properly. The server may have acted on it.
    OnceMore,
    /// Another try would fail in the same way, or do harm: a wrong login repeated can lock an account.
    Never,
}

/// A try without a usable reply. `failure` is what the user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTry {
    pub failure: Failure,
    pub retry: Retry,
    /// The wait that the server asked for (`Retry-After`).
    pub after: Option<Duration>,
}

impl FailedTry {
    pub fn again(failure: Failure) -> Self {
        Self { failure, retry: Retry::Again, after: None }
    }

    pub fn once_more(failure: Failure) -> Self {
        Self { failure, retry: Retry::OnceMore, after: None }
    }

    pub fn last(failure: Failure) -> Self {
        Self { failure, retry: Retry::Never, after: None }
    }

    #[must_use]
    pub fn after(self, after: Option<Duration>) -> Self {
        Self { after, ..self }
    }
}

impl fmt::Display for FailedTry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(formatter)
    }
}

impl std::error::Error for FailedTry {}
