//! The deadline of a try, and how messages state it.

use std::time::{Duration, Instant};

use super::failed_try::FailedTry;
use crate::error::Failure;

/// The start and the end of a try, both fixed.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    started: Instant,
    end: Instant,
}

impl Deadline {
    pub fn starting_now(end: Instant) -> Self {
        Self { started: Instant::now(), end }
    }

    pub fn elapsed(self) -> Duration {
        self.started.elapsed()
    }

    /// The time left; `None` once the deadline has passed. Never zero: a zero time-out of a socket
    /// means no time-out.
    pub fn left(self) -> Option<Duration> {
        self.end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// The time that the whole try had: `30 s`, `2.5 s`.
    fn allowed(self) -> String {
        let tenths = (self.end.saturating_duration_since(self.started).as_millis() + 50) / 100;
        match (tenths / 10, tenths % 10) {
            (seconds, 0) => format!("{seconds} s"),
            (seconds, tenth) => format!("{seconds}.{tenth} s"),
        }
    }

    /// The failure of a passed deadline. `what` begins the sentence: `no answer from HOST`.
    pub fn passed(self, what: &str) -> FailedTry {
        FailedTry::last(Failure::unavailable(format!("{what} within {}", self.allowed())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_time_is_shown_in_tenths_of_a_second() {
        let started = Instant::now();
        let allowed =
            |millis| Deadline { started, end: started + Duration::from_millis(millis) }.allowed();
        assert_eq!(allowed(30_000), "30 s");
        assert_eq!(allowed(29_999), "30 s");
        assert_eq!(allowed(2_512), "2.5 s");
        assert_eq!(allowed(0), "0 s");
    }

    #[test]
    fn no_time_is_left_after_the_deadline() {
        assert_eq!(Deadline::starting_now(Instant::now()).left(), None);
    }
}
