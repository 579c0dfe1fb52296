//! Durations and instants, as people, servers and programs write them.

use std::env;
use std::path::Path;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::friendly::SpanParser;
use jiff::fmt::strtime;
use jiff::tz::{self, TimeZone};
use jiff::{SpanRelativeTo, Timestamp};

/// The longest duration that is accepted, ten years: more than anyone needs, and no sum overflows.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// The cap for `Retry-After`, in seconds: 136 years exceed every deadline, and can be added to an
/// instant.
const LONGEST_DELAY: u64 = u32::MAX as u64;

/// The offset of `ExpirationDate`: Brasília has had no daylight saving time since 2019.
const BRASILIA: tz::Offset = tz::Offset::constant(-3);

/// Reads `90s`, `30m`, `2h`, `1h30m`, `1.5s`, `1d` and the like, or a plain number of seconds. Zero
/// is a duration. The error never repeats the text.
pub fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    static PARSER: SpanParser = SpanParser::new();
    const MALFORMED: &str = "not a duration: write 90s, 30m or 2h";
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let unit = if is_number { "s" } else { "" };
    let duration = PARSER
        .parse_span(format!("{text}{unit}"))
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .and_then(Duration::try_from)
        .map_err(|_| MALFORMED)?;
    if duration > LONGEST {
        return Err("a duration of more than ten years");
    }
    Ok(duration)
}

/// A length of time for people, in at most two units, rounded down, without sign: `23 h 59 min`.
pub fn humane(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (coarse, coarse_unit, fine, fine_unit) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3600 => (seconds / 60, "min", seconds % 60, "s"),
        // Hours up to two days: a token lives for 24 hours, which "1 d" would hide.
        3600..172_800 => (seconds / 3600, "h", seconds / 60 % 60, "min"),
        172_800.. => (seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    };
    match fine {
        0 => format!("{coarse} {coarse_unit}"),
        _ => format!("{coarse} {coarse_unit} {fine} {fine_unit}"),
    }
}

/// Reads an HTTP date in any of the three forms that a recipient must accept (RFC 9110 §5.6.7).
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .into_iter()
        .find_map(|format| {
            let civil = strtime::parse(format, text).ok()?.to_datetime().ok()?;
            tz::Offset::UTC.to_timestamp(civil).ok()
        })
}

/// Reads the value of a `Retry-After` header (RFC 9110 §10.2.3): how long to wait from `now`.
///
/// `None` if the value is malformed, negative or a date in the past. Too large a number of seconds
/// counts as 136 years.
pub fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim_matches([' ', '\t']);
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(
            value.parse().unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY),
        ));
    }
    let delay = Duration::try_from(parse_http_date(value)?.duration_since(now)).ok()?;
    Some(delay.min(Duration::from_secs(LONGEST_DELAY)))
}

/// Reads the server's `ExpirationDate`: Brasília time, unless it has an offset or `Z`.
///
/// `None` for a malformed date, and for the years before 2000 and from 9999 on: date libraries use
/// those as sentinels for "no date".
pub fn parse_expiration_date(text: &str) -> Option<Timestamp> {
    // Try the instant first: the parser of civil times ignores an offset.
    let instant = text.parse().ok().or_else(|| BRASILIA.to_timestamp(parse_civil(text)?).ok())?;
    let year = tz::Offset::UTC.to_datetime(instant).year();
    (2000..9999).contains(&year).then_some(instant)
}

/// Reads exactly `2025-04-24T10:16:51`, with up to nine decimals.
fn parse_civil(text: &str) -> Option<DateTime> {
    let legal = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b':' | b'.');
    if !text.bytes().all(legal) {
        return None;
    }
    strtime::parse("%Y-%m-%dT%H:%M:%S%.f", text).ok()?.to_datetime().ok()
}

/// The time zone of this machine. It is UTC if `TZ` names a device or a pipe: jiff would read it to
/// its end.
pub fn local_zone() -> TimeZone {
    let zone = env::var("TZ").unwrap_or_default();
    match Path::new(zone.strip_prefix(':').unwrap_or(&zone)).metadata() {
        Ok(metadata) if !metadata.is_file() => TimeZone::UTC,
        _ => TimeZone::system(),
    }
}

/// An instant for programs: `2025-04-24T13:16:51Z` (RFC 3339), whole seconds, rounded down.
pub fn rfc3339(instant: Timestamp) -> String {
    format!("{instant:.0}")
}

/// An instant for people, in their time zone, in UTC and as the time left:
/// `2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), in 2 h 16 min`.
///
/// The zone is shown as an offset: its name may come from `TZ`, which can hold any text.
pub fn for_people(instant: Timestamp, seconds_left: i64, zone: &TimeZone) -> String {
    let local = instant.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:::z").to_string();
    let distance = humane(seconds_left);
    let relative =
        if seconds_left > 0 { format!("in {distance}") } else { format!("{distance} ago") };
    format!("{local} ({}), {relative}", rfc3339(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn seconds(text: &str) -> f64 {
        parse_duration(text).unwrap().as_secs_f64()
    }

    #[test]
    fn durations() {
        assert_eq!(seconds("90s"), 90.0);
        assert_eq!(seconds("30m"), 1800.0);
        assert_eq!(seconds("2h"), 7200.0);
        assert_eq!(seconds("500ms"), 0.5);
        assert_eq!(seconds("1d"), 86_400.0);
        assert_eq!(seconds("1h30m"), 5400.0);
        assert_eq!(seconds("1.5s"), 1.5);
        assert_eq!(seconds("0.25h"), 900.0);
        assert_eq!(seconds("30"), 30.0);
        assert_eq!(seconds("1.5"), 1.5);
        assert_eq!(seconds("0"), 0.0);
        assert_eq!(seconds("3650d"), 315_360_000.0);
        assert_eq!(seconds("1 min 30 sec"), 90.0);
    }

    #[test]
    fn what_is_not_a_duration_is_not_repeated() {
        let malformed = Err("not a duration: write 90s, 30m or 2h");
        for text in [
            "",
            " ",
            "s",
            "-1s",
            "-1",
            "1s ago",
            "1h30",
            "30m1",
            "1.s",
            ".5s",
            "1..5s",
            "1.5.0s",
            "1e9s",
            "1.5d",
            "1y",
            "1mo",
            "1S",
            "١s",
            "inf",
            "NaN",
            "0x10",
            "PT1H",
            "hunter2",
            "99999999999999999999999999",
            "18446744073709551615d",
        ] {
            assert_eq!(parse_duration(text), malformed, "{text:?}");
        }
        for text in ["3651d", "3650d1ms", "631107417600"] {
            assert_eq!(parse_duration(text), Err("a duration of more than ten years"), "{text:?}");
        }
    }

    #[test]
    fn people_read_at_most_two_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (12, "12 s"),
            (60, "1 min"),
            (250, "4 min 10 s"),
            (3600, "1 h"),
            (3605, "1 h"),
            (86_399, "23 h 59 min"),
            (86_400, "24 h"),
            (172_799, "47 h 59 min"),
            (172_800, "2 d"),
            (183_600, "2 d 3 h"),
            (-250, "4 min 10 s"),
            (i64::MIN, "106751991167300 d 15 h"),
        ] {
            assert_eq!(humane(seconds), text);
        }
    }

    #[test]
    fn http_dates() {
        let instant = Some(at("1994-11-06T08:49:37Z"));
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), instant);
        assert_eq!(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), instant);
        assert_eq!(parse_http_date("Sun Nov  6 08:49:37 1994"), instant);
        for text in [
            "",
            "yesterday",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 +0300",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
        ] {
            assert_eq!(parse_http_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_to_come() {
        let now = at("2025-04-24T13:00:00Z");
        let delay = |value: &str| parse_retry_after(value, now).map(|delay| delay.as_secs());
        assert_eq!(delay("1"), Some(1));
        assert_eq!(delay(" 3600 "), Some(3600));
        assert_eq!(delay("0"), Some(0));
        assert_eq!(delay("Thu, 24 Apr 2025 13:01:40 GMT"), Some(100));
        assert_eq!(delay("Thu, 24 Apr 2025 12:59:59 GMT"), None);
        for value in ["99999999999999999999999999999999", "18446744073709551615", "4294967296"] {
            assert_eq!(delay(value), Some(u64::from(u32::MAX)), "{value}");
        }
        for value in ["", "-1", "+1", "1e99", "abc", "1.5", "1 2", "١"] {
            assert_eq!(delay(value), None, "{value:?}");
        }
    }

    #[test]
    fn expiration_date_is_brasilia_time_unless_it_says_otherwise() {
        let documented = Some(at("2025-04-24T13:16:51Z"));
        assert_eq!(parse_expiration_date("2025-04-24T10:16:51"), documented);
        assert_eq!(parse_expiration_date("2025-04-24T10:16:51-03:00"), documented);
        assert_eq!(parse_expiration_date("2025-04-24T13:16:51Z"), documented);
        assert_eq!(parse_expiration_date("2025-04-24T15:16:51+02:00"), documented);
        assert_eq!(
            parse_expiration_date("2025-04-24T10:16:51.1234567"),
            Some(at("2025-04-24T13:16:51.1234567Z"))
        );
        assert_eq!(
            parse_expiration_date("2025-04-24T10:16:51.123456789"),
            Some(at("2025-04-24T13:16:51.123456789Z"))
        );
        assert_eq!(
            parse_expiration_date("2025-04-24T13:16:51.1234567Z"),
            Some(at("2025-04-24T13:16:51.1234567Z"))
        );
    }

    #[test]
    fn what_is_no_expiration_date() {
        for text in [
            "",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9999999",
            "9999-12-31T23:59:59.9999999Z",
            "2025-02-30",
            "2025-02-30T00:00:00",
            "2025-04-24",
            "2025-04-24T25:00:00",
            "2025-04-24T10:16:51[America/New_York]",
            "2025-04-24T10:16:51-99:00",
            "2025-04-24T10:16:51.1234567890",
            " 2025-04-24T10:16:51",
            "2025-04-24T10:16:51 ",
            "2025-04-24T10:16:51\n",
            "-2025-04-24T10:16:51",
            "1745500611",
        ] {
            assert_eq!(parse_expiration_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn instants_for_programs_and_for_people() {
        let instant = at("2025-04-24T13:16:51.999Z");
        assert_eq!(rfc3339(instant), "2025-04-24T13:16:51Z");
        let zone = |text: &str| TimeZone::posix(text).unwrap();
        for (zone, local) in [
            (zone("<-03>3"), "2025-04-24 10:16:51 -03"),
            (zone("JST-9"), "2025-04-24 22:16:51 +09"),
            (zone("IST-5:30"), "2025-04-24 18:46:51 +05:30"),
            // A TZ that means nothing.
            (TimeZone::unknown(), "2025-04-24 13:16:51 +00"),
        ] {
            assert_eq!(
                for_people(instant, 61, &zone),
                format!("{local} (2025-04-24T13:16:51Z), in 1 min 1 s")
            );
        }
        for (left, relative) in [(1, "in 1 s"), (0, "0 s ago"), (-90, "1 min 30 s ago")] {
            assert!(for_people(instant, left, &zone("JST-9")).ends_with(&format!("), {relative}")));
        }
        for extreme in [Timestamp::MIN, Timestamp::MAX] {
            assert!(for_people(extreme, 0, &zone("JST-9")).ends_with("Z), 0 s ago"));
        }
    }

    proptest! {
        #[test]
        fn whole_seconds_come_back(seconds in 0_u64..=315_360_000) {
            let duration = Ok(Duration::from_secs(seconds));
            let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            prop_assert_eq!(parse_duration(&format!("{seconds}")), duration);
            prop_assert_eq!(parse_duration(&format!("{h}h{m}m{s}s")), duration);
        }

        #[test]
        fn civil_time_is_three_hours_behind(second in 946_700_000_i64..253_370_000_000) {
            let instant = Timestamp::from_second(second).unwrap();
            let civil = BRASILIA.to_datetime(instant).to_string();
            prop_assert_eq!(parse_expiration_date(&civil), Some(instant));
        }

        #[test]
        fn people_never_read_a_sign(seconds in any::<i64>()) {
            prop_assert!(!humane(seconds).contains('-'));
        }
    }
}
