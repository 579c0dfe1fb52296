//! Retries: whether to try again, and after which wait.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Failure, Kind};
use crate::http::{FailedTry, Retry};

/// The first wait. Each later wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait without a `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// Runs `attempt` until it succeeds, no retry is left, or the deadline would pass during the wait.
/// `on_wait` is called before each wait.
pub fn until<T>(
    deadline: Instant,
    retries: u32,
    mut attempt: impl FnMut() -> Result<T, FailedTry>,
    mut on_wait: impl FnMut(&Failure, Duration),
) -> Result<T, Failure> {
    let mut made = 0;
    loop {
        let FailedTry { mut failure, retry, after: asked, .. } = match attempt() {
            Ok(value) => return Ok(value),
            Err(failed) => failed,
        };
        made += 1;
        let allowed = match retry {
            Retry::Again => retries,
            Retry::OnceMore => retries.min(1),
            Retry::Never => 0,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let wait =
            asked.unwrap_or_else(|| back_off(FIRST_WAIT, LONGEST_WAIT, made - 1, fastrand::f64()));
        if made <= allowed && wait < left {
            on_wait(&failure, wait);
            thread::sleep(wait);
            continue;
        }
        if failure.kind == Kind::Unavailable {
            let plural = if made == 1 { "" } else { "s" };
            failure.message += &format!(", after {made} attempt{plural}");
        }
        if let Some(asked) = asked.filter(|asked| *asked >= left) {
            failure.message += &format!("; it asks to wait {} s", asked.as_secs());
        }
        return Err(failure);
    }
}

/// The wait before a retry: `first`, twice as long after each failure up to `longest`, minus up to
/// a quarter, so that many clients do not retry together. `random` is between 0 and 1.
pub fn back_off(first: Duration, longest: Duration, failures: u32, random: f64) -> Duration {
    let full = first.saturating_mul(1 << failures.min(16)).min(longest);
    full.mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(retries: u32, retry: Retry, after: Option<Duration>) -> u32 {
        let mut made = 0;
        let outcome: Result<(), _> = until(
            Instant::now() + Duration::from_secs(60),
            retries,
            || {
                made += 1;
                let failure = Failure::unavailable("away");
                Err(FailedTry { retry, ..FailedTry::last(failure) }.after(after))
            },
            |_, _| {},
        );
        let plural = if made == 1 { "" } else { "s" };
        assert_eq!(outcome.unwrap_err().message, format!("away, after {made} attempt{plural}"));
        made
    }

    #[test]
    fn the_kind_of_failure_limits_the_tries() {
        let at_once = Some(Duration::ZERO);
        assert_eq!(tries(2, Retry::Again, at_once), 3);
        assert_eq!(tries(0, Retry::Again, at_once), 1);
        assert_eq!(tries(2, Retry::Never, None), 1);
        assert_eq!(tries(0, Retry::OnceMore, at_once), 1);
        assert_eq!(tries(5, Retry::OnceMore, at_once), 2);
    }

    #[test]
    fn a_wait_beyond_the_deadline_ends_the_call_at_once() {
        let began = Instant::now();
        let outcome: Result<(), _> = until(
            began + Duration::from_secs(5),
            2,
            || {
                Err(FailedTry::again(Failure::unavailable("busy"))
                    .after(Some(Duration::from_secs(3600))))
            },
            |_, _| {},
        );
        assert_eq!(outcome.unwrap_err().message, "busy, after 1 attempt; it asks to wait 3600 s");
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn waits_double_up_to_four_seconds() {
        let wait =
            |failures, random| back_off(FIRST_WAIT, LONGEST_WAIT, failures, random).as_millis();
        let waits: Vec<_> = (0..6).map(|failures| wait(failures, 0.0)).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 4000, 4000]);
        assert_eq!(wait(0, 1.0), 375);
        assert_eq!(wait(u32::MAX, 0.5), 3500);
    }
}
