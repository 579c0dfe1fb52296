//! How one try can fail, as far as the retry loop has to know it.

use std::fmt;
use std::time::{Duration, Instant};

use crate::error::Failure;

/// The end of a try that brought no reply. The kind of the failure is what the caller of the program gets to see; the
/// variant is what another try may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The request was not sent: the name, the connection, the proxy or the TLS handshake failed.
    NotConnected(Failure),
    /// The request, or some of it, was sent, and then the connection was lost. The server may have acted on it.
    AnswerLost(Failure),
    /// The same would happen again.
    Final(Failure),
    /// There is no time left for anything.
    DeadlinePassed(Failure),
}

impl Trouble {
    pub fn failure(&self) -> &Failure {
        match self {
            Trouble::NotConnected(failure)
            | Trouble::AnswerLost(failure)
            | Trouble::Final(failure)
            | Trouble::DeadlinePassed(failure) => failure,
        }
    }

    pub fn into_failure(self) -> Failure {
        match self {
            Trouble::NotConnected(failure)
            | Trouble::AnswerLost(failure)
            | Trouble::Final(failure)
            | Trouble::DeadlinePassed(failure) => failure,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure().fmt(formatter)
    }
}

impl std::error::Error for Trouble {}

/// The time that a try has: from its start to a deadline that nothing moves.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    deadline: Instant,
}

impl Clock {
    pub fn start(deadline: Instant) -> Self {
        Self { started: Instant::now(), deadline }
    }

    pub fn elapsed(self) -> Duration {
        self.started.elapsed()
    }

    /// What is left until the deadline; `None` once it has passed, and never zero, which sockets take for "for ever".
    pub fn left(self) -> Option<Duration> {
        self.deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// The time that the whole try had, in words: `30 s`, `2.5 s`.
    pub fn allowed(self) -> String {
        let tenths = (self.deadline.saturating_duration_since(self.started).as_millis() + 50) / 100;
        match (tenths / 10, tenths % 10) {
            (seconds, 0) => format!("{seconds} s"),
            (seconds, tenth) => format!("{seconds}.{tenth} s"),
        }
    }

    /// Nothing came of it in time. `what` is a sentence without its end: `no answer from api.skia.com.br`.
    pub fn passed(self, what: &str) -> Trouble {
        Trouble::DeadlinePassed(Failure::unavailable(format!("{what} within {}", self.allowed())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_time_is_written_for_people() {
        let started = Instant::now();
        let allowed = |millis| Clock { started, deadline: started + Duration::from_millis(millis) }.allowed();
        assert_eq!(allowed(30_000), "30 s");
        assert_eq!(allowed(29_999), "30 s");
        assert_eq!(allowed(2_512), "2.5 s");
        assert_eq!(allowed(0), "0 s");
    }

    #[test]
    fn no_time_is_left_after_the_deadline() {
        assert_eq!(Clock::start(Instant::now()).left(), None);
    }
}
