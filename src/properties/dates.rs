//! Durations and instants, compared with arithmetic done by hand.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::inertness::assert_inert;
use crate::model::time::{
    local_and_utc, parse_duration, parse_expiration_date, parse_http_date, parse_retry_after,
    rfc3339,
};

/// 2025-04-24T13:00:00Z.
const NOW: i64 = 1_745_499_600;
const LONGEST_DELAY: u64 = u32::MAX as u64;
const NANOSECONDS: i128 = 1_000_000_000;

/// The bytes are one text, which every parser gets to see.
pub fn check(data: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(data) else { return "nothing" };
    let instant = expiration_date(text);
    let date = http_date(text);
    let delay = retry_after(text, date);
    let duration = duration(text);
    for instant in [instant, date].into_iter().flatten() {
        assert_written(instant);
    }
    match (instant, date, delay, duration) {
        (Some(_), None, None, false) => "instant",
        (None, Some(_), Some(_), false) => "date-to-come",
        (None, Some(_), None, false) => "date-past",
        (None, None, Some(_), true) => "seconds",
        (None, None, Some(_), false) => "delay",
        (None, None, None, true) => "duration",
        (None, None, None, false) => "nothing",
        understood => panic!("{text:?} is several things: {understood:?}"),
    }
}

fn expiration_date(text: &str) -> Option<Timestamp> {
    let instant = parse_expiration_date(text);
    if let Some(instant) = instant {
        assert!(
            (2000..9999).contains(&jiff::tz::Offset::UTC.to_datetime(instant).year()),
            "{text:?}"
        );
    }
    if let Some(expected) = instant_by_hand(text) {
        let in_range = (days_from_civil(2000, 1, 1)..days_from_civil(9999, 1, 1))
            .contains(&i64::try_from(expected.div_euclid(86_400 * NANOSECONDS)).unwrap());
        assert_eq!(instant.map(Timestamp::as_nanosecond), in_range.then_some(expected), "{text:?}");
    }
    instant
}

/// `2025-04-24T10:16:51[.123][Z|±03:00]` as nanoseconds since 1970; at UTC-3 where no offset is written.
fn instant_by_hand(text: &str) -> Option<i128> {
    let (civil, rest) = text.split_at_checked(19)?;
    let template = "dddd-dd-ddTdd:dd:dd";
    let fits =
        |(byte, form): (u8, u8)| if form == b'd' { byte.is_ascii_digit() } else { byte == form };
    if !civil.bytes().zip(template.bytes()).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| civil[from..to].parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = seconds_of_day(number(11, 13)?, number(14, 16)?, number(17, 19)?)?;
    let day = valid_day(year, month, day)?;
    let digits =
        rest.strip_prefix('.').map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits.is_some_and(|digits| !(1..=9).contains(&digits)) {
        return None;
    }
    let (fraction, zone) = rest.split_at(digits.map_or(0, |digits| digits + 1));
    let nanoseconds: i128 = format!("{:0<9}", fraction.trim_start_matches('.')).parse().ok()?;
    let offset = match (zone.as_bytes(), zone.get(1..3), zone.get(4..6)) {
        (b"", ..) => -3 * 3600,
        (b"Z", ..) => 0,
        ([sign @ (b'+' | b'-'), _, _, b':', _, _], Some(hours), Some(minutes)) => {
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            let (hours, minutes) = digits(hours).then(|| hours.parse::<i64>().ok()).flatten().zip(
                digits(minutes)
                    .then(|| minutes.parse::<i64>().ok())
                    .flatten()
                    .filter(|minutes| *minutes < 60),
            )?;
            if hours > 23 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some(i128::from(day * 86_400 + seconds - offset) * NANOSECONDS + nanoseconds)
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let leap_days = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let before: i64 = (1..month).map(|month| days_of_month(year, month)).sum();
    365 * (year - 1970) + leap_days(year - 1) - leap_days(1969) + before + day - 1
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn valid_day(year: i64, month: i64, day: i64) -> Option<i64> {
    let valid = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    valid.then(|| days_from_civil(year, month, day))
}

/// Leap seconds are not for us to judge.
fn seconds_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

fn http_date(text: &str) -> Option<Timestamp> {
    let date = parse_http_date(text);
    if let Some(expected) = imf_fixdate_by_hand(text) {
        // The last two days of the year 9999 are beyond the library's end of time.
        let expected = Some(expected).filter(|second| *second <= Timestamp::MAX.as_second());
        assert_eq!(date.map(Timestamp::as_second), expected, "{text:?}");
    }
    date
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
fn imf_fixdate_by_hand(text: &str) -> Option<i64> {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let template = "xxx, dd xxx dddd dd:dd:dd GMT";
    let fits = |(byte, form): (u8, u8)| match form {
        b'd' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_alphabetic(),
        _ => byte == form,
    };
    if text.len() != template.len() || !text.bytes().zip(template.bytes()).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let month = MONTHS.iter().position(|month| *month == &text[8..11])? as i64 + 1;
    let day = valid_day(number(12, 16)?, month, number(5, 7)?)?;
    let named = DAYS[usize::try_from(day.rem_euclid(7)).ok()?];
    let seconds = seconds_of_day(number(17, 19)?, number(20, 22)?, number(23, 25)?)?;
    (named == &text[..3]).then_some(day * 86_400 + seconds)
}

fn retry_after(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    let now = Timestamp::from_second(NOW).unwrap();
    let delay = parse_retry_after(text, now);
    let bare = text.trim_matches([' ', '\t']);
    let expected = if !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit()) {
        let digits = bare.trim_start_matches('0');
        let seconds =
            if digits.len() > 10 { u64::MAX } else { format!("0{digits}").parse().unwrap() };
        Some(seconds.min(LONGEST_DELAY))
    } else {
        let left = date.or_else(|| parse_http_date(bare)).map(|date| date.as_second() - NOW);
        left.and_then(|left| u64::try_from(left).ok()).map(|left| left.min(LONGEST_DELAY))
    };
    assert_eq!(delay.map(|delay| delay.as_secs()), expected, "{text:?}");
    delay
}

fn duration(text: &str) -> bool {
    match parse_duration(text) {
        Ok(duration) => {
            assert!(duration <= Duration::from_secs(10 * 365 * 86_400), "{text:?}");
            assert!(!text.contains('-'), "{text:?}");
            true
        }
        Err(error) => {
            let errors =
                ["not a duration: write 90s, 30m or 2h", "a duration of more than ten years"];
            assert!(errors.contains(&error), "{error}");
            false
        }
    }
}

fn assert_written(instant: Timestamp) {
    let text = rfc3339(instant);
    assert_eq!(instant_by_hand(&text).map(|nanoseconds| nanoseconds.div_euclid(NANOSECONDS)), {
        let second = instant.as_nanosecond().div_euclid(NANOSECONDS);
        (0..=9999).contains(&jiff::tz::Offset::UTC.to_datetime(instant).year()).then_some(second)
    });
    assert_inert(&local_and_utc(instant, &TimeZone::fixed(jiff::tz::offset(-3))));
}
