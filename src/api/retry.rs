//! When another try is worth it, and how long to wait before it.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::Failure;

/// The first wait; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that is chosen here; a server may ask for more.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// How a try failed, as far as another try depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// No connection, or a server that says it is busy: as many retries as were asked for. It may say how long to wait.
    TryAgain { after: Option<Duration> },
    /// The server got the request and did not answer it properly: one retry at most. It may say how long to wait.
    TryOnceMore { after: Option<Duration> },
    /// Another try would end the same way, or do harm: a wrong login repeated can lock an account.
    Stop,
}

/// A try that failed.
#[derive(Debug)]
pub struct FailedTry {
    pub failure: Failure,
    pub remedy: Remedy,
}

impl FailedTry {
    pub fn stop(failure: Failure) -> Self {
        Self { failure, remedy: Remedy::Stop }
    }
}

/// Runs `attempt` until it succeeds, the retries are used up, or the deadline would pass during the wait.
/// `on_wait` is told of each wait before it begins.
pub fn until<T>(
    deadline: Instant,
    retries: u32,
    mut attempt: impl FnMut() -> Result<T, FailedTry>,
    mut on_wait: impl FnMut(&Failure, Duration),
) -> Result<T, Failure> {
    let mut made = 0;
    loop {
        let FailedTry { mut failure, remedy } = match attempt() {
            Ok(value) => return Ok(value),
            Err(failed) => failed,
        };
        made += 1;
        let (allowed, asked) = match remedy {
            Remedy::TryAgain { after } => (retries, after),
            Remedy::TryOnceMore { after } => (retries.min(1), after),
            Remedy::Stop => (0, None),
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if let Some(asked) = asked.filter(|asked| *asked >= left) {
            failure.message = format!("{}; it asks to wait {} s", failure.message, asked.as_secs());
            return Err(failure);
        }
        let wait = asked.unwrap_or_else(|| wait_before(made, fastrand::f64()));
        if made > allowed || wait >= left {
            return Err(failure);
        }
        on_wait(&failure, wait);
        thread::sleep(wait);
    }
}

/// 0.5 s, doubling to 4 s, less up to a quarter, so that many clients do not return together.
fn wait_before(retry: u32, random: f64) -> Duration {
    let full = FIRST_WAIT.saturating_mul(1 << retry.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    full.mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(retries: u32, remedy: Remedy) -> u32 {
        let mut made = 0;
        let outcome: Result<(), _> = until(
            Instant::now() + Duration::from_secs(60),
            retries,
            || {
                made += 1;
                Err(FailedTry { failure: Failure::unavailable("away"), remedy })
            },
            |_, _| {},
        );
        assert_eq!(outcome.unwrap_err().message, "away");
        made
    }

    #[test]
    fn the_remedy_bounds_the_tries() {
        let at_once = Remedy::TryAgain { after: Some(Duration::ZERO) };
        assert_eq!(tries(2, at_once), 3);
        assert_eq!(tries(0, at_once), 1);
        assert_eq!(tries(2, Remedy::Stop), 1);
        let once_more = Remedy::TryOnceMore { after: Some(Duration::ZERO) };
        assert_eq!(tries(0, once_more), 1);
        assert_eq!(tries(5, once_more), 2);
    }

    #[test]
    fn a_wait_beyond_the_deadline_ends_the_call_at_once() {
        let began = Instant::now();
        let outcome: Result<(), _> = until(
            began + Duration::from_secs(5),
            2,
            || {
                let remedy = Remedy::TryAgain { after: Some(Duration::from_secs(3600)) };
                Err(FailedTry { failure: Failure::unavailable("busy"), remedy })
            },
            |_, _| {},
        );
        assert_eq!(outcome.unwrap_err().message, "busy; it asks to wait 3600 s");
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn waits_double_up_to_four_seconds() {
        let waits: Vec<_> = (1..=6).map(|retry| wait_before(retry, 0.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 4000, 4000]);
        assert_eq!(wait_before(1, 1.0).as_millis(), 375);
        assert_eq!(wait_before(u32::MAX, 0.5).as_millis(), 3500);
    }
}
