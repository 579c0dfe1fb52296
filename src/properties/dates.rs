//! Durations and instants: what is parsed stays in its range, and is parsed the same again when it
//! is written.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::inertness::assert_inert;
use crate::model::time::{
    for_people, humane, parse_duration, parse_expiration_date, parse_http_date, parse_retry_after,
    rfc3339,
};

/// 2025-04-24T13:00:00Z.
const NOW: i64 = 1_745_499_600;
const LONGEST_DURATION: Duration = Duration::from_secs(10 * 365 * 86_400);
const LONGEST_DELAY: u64 = u32::MAX as u64;

/// The bytes are one text, which every parser reads.
pub fn check(data: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(data) else { return "nothing" };
    let instant = expiration_date(text);
    let date = http_date(text);
    let delay = retry_after(text, date);
    let duration = duration(text);
    match (instant, date, delay, duration) {
        (Some(_), None, None, None) => "instant",
        (None, Some(_), Some(_), None) => "date-to-come",
        (None, Some(_), None, None) => "date-past",
        (None, None, Some(_), Some(_)) => "seconds",
        (None, None, Some(_), None) => "delay",
        (None, None, None, Some(_)) => "duration",
        (None, None, None, None) => "nothing",
        parsed => panic!("{text:?} has two meanings: {parsed:?}"),
    }
}

fn expiration_date(text: &str) -> Option<Timestamp> {
    let instant = parse_expiration_date(text)?;
    let year = Offset::UTC.to_datetime(instant).year();
    assert!((2000..9999).contains(&year), "{text:?}");
    assert_written(instant);
    let second = instant.as_nanosecond().div_euclid(1_000_000_000);
    let again = parse_expiration_date(&rfc3339(instant)).map(Timestamp::as_nanosecond);
    assert_eq!(again, Some(second * 1_000_000_000), "{text:?}");
    Some(instant)
}

fn http_date(text: &str) -> Option<Timestamp> {
    let date = parse_http_date(text)?;
    assert_written(date);
    let written = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert_eq!(parse_http_date(&written), Some(date), "{text:?}");
    Some(date)
}

fn assert_written(instant: Timestamp) {
    assert!(rfc3339(instant).ends_with('Z'));
    assert_inert(&for_people(instant, 1, &TimeZone::fixed(jiff::tz::offset(-3))));
}

fn retry_after(text: &str, date: Option<Timestamp>) -> Option<u64> {
    let delay = parse_retry_after(text, Timestamp::from_second(NOW).unwrap());
    let delay = delay.map(|delay| delay.as_secs());
    assert!(delay.is_none_or(|delay| delay <= LONGEST_DELAY), "{text:?}");
    if let Some(date) = date {
        let left = u64::try_from(date.as_second() - NOW).ok();
        assert_eq!(delay, left.map(|left| left.min(LONGEST_DELAY)), "{text:?}");
    }
    delay
}

fn duration(text: &str) -> Option<Duration> {
    match parse_duration(text) {
        Ok(duration) => {
            assert!(duration <= LONGEST_DURATION, "{text:?}");
            let milliseconds = format!("{}ms", duration.as_millis());
            let again = parse_duration(&milliseconds).expect("a duration in one unit is read");
            assert_eq!(again.as_millis(), duration.as_millis(), "{text:?}");
            assert!(!humane(duration.as_secs() as i64).contains('-'));
            Some(duration)
        }
        Err(error) => {
            // The two errors do not depend on the text.
            let known = ["malformed", "99999d"].map(|text| parse_duration(text).unwrap_err());
            assert!(known.contains(&error), "{error:?}");
            None
        }
    }
}
