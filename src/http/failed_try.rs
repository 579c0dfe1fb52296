//! How one try failed, and whether another one may follow.

use std::fmt;
use std::time::Duration;

use super::progress::Stage;
use crate::error::Failure;

/// How often a failed try may be repeated. The caller's `--retries` is a further limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// No connection was made, or the server is busy.
    Again,
    /// At least a part of the request was sent, and no proper reply came: the server may have
    /// acted on it.
    OnceMore,
    /// Another try would fail in the same way, or do harm: repeated wrong logins can lock an
    /// account.
    Never,
}

/// A try without a usable reply. `failure` is what the user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTry {
    pub failure: Failure,
    pub retry: Retry,
    /// The wait that the server asked for (`Retry-After`).
    pub after: Option<Duration>,
    pub stage: Stage,
}

impl FailedTry {
    pub fn again(failure: Failure) -> Self {
        Self::new(failure, Retry::Again)
    }

    pub fn once_more(failure: Failure) -> Self {
        Self::new(failure, Retry::OnceMore)
    }

    pub fn last(failure: Failure) -> Self {
        Self::new(failure, Retry::Never)
    }

    fn new(failure: Failure, retry: Retry) -> Self {
        Self { failure, retry, after: None, stage: Stage::Exchange }
    }

    #[must_use]
    pub fn after(self, after: Option<Duration>) -> Self {
        Self { after, ..self }
    }

    #[must_use]
    pub fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

impl fmt::Display for FailedTry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(formatter)
    }
}

impl std::error::Error for FailedTry {}
