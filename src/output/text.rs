//! `text`: the reply as aligned lines, with the time until the token expires.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use super::lines;
use crate::model::members::Members;
use crate::model::time;
use crate::model::token::{Expiry, Grant};

pub fn render(grant: &Grant, now: Timestamp, zone: &TimeZone) -> String {
    #[expect(clippy::disallowed_methods, reason = "it is the result")]
    let fields = serde_json::from_str::<Members<Box<RawValue>>>(grant.reply.expose());
    let fields = fields.map_or_else(|_| Vec::new(), |Members(fields)| fields);
    let rows = fields.into_iter().map(|(name, value)| (name, shown(&value)));
    lines(rows.chain([("Expires".to_owned(), expires(grant.expiry, now, zone))]))
}

/// A string or a list of strings without JSON syntax; any other value as JSON.
fn shown(value: &RawValue) -> String {
    let json = value.get();
    if let Ok(text) = serde_json::from_str::<String>(json) {
        return text;
    }
    match serde_json::from_str::<Option<Vec<String>>>(json) {
        Ok(Some(texts)) if !texts.is_empty() => texts.join("; "),
        Ok(_) => "none".to_owned(),
        Err(_) => json.to_owned(),
    }
}

fn expires(expiry: Expiry, now: Timestamp, zone: &TimeZone) -> String {
    match expiry.instant().zip(expiry.seconds_left(now)) {
        Some((instant, left)) => time::for_people(instant, left, zone),
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::*;

    fn zone() -> TimeZone {
        TimeZone::posix("<-03>3").unwrap()
    }

    fn rendered(reply: &str) -> String {
        render(&grant(reply), at("2025-04-24T11:00:00Z"), &zone())
    }

    #[test]
    fn the_documented_reply() {
        assert_eq!(
            rendered(
                r#"{ "ExpirationDate": "2025-04-24T10:16:51", "Token": "eyJ.e30.T", "Status": 0, "Messages": ["Success"] }"#
            ),
            "\
ExpirationDate: 2025-04-24T10:16:51
Token:          eyJ.e30.T
Status:         0
Messages:       Success
Expires:        2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), in 2 h 16 min
"
        );
    }

    #[test]
    fn every_kind_of_value_has_its_line() {
        assert_eq!(
            rendered(
                r#"{"z":null,"a":["x","y\nz"],"b":[],"c":true,"d":{ "é": [1,
2] },"e":"","f":-1.50e3,"g":[1,"x"],"a":"again"}"#
            ),
            "\
z:       none
a:       x; y z
b:       none
c:       true
d:       { \"é\": [1, 2] }
e:
f:       -1.50e3
g:       [1,\"x\"]
a:       again
Expires: 2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), in 2 h 16 min
"
        );
    }

    #[test]
    fn hostile_values_and_names_stay_on_their_line() {
        assert_eq!(
            rendered(
                r###"{"a\nToken":"\u001b[2Jx\u202ey\r\n::add-mask::z","##[group]":"##vso[b"}"###
            ),
            "\
a Token:    [2Jxy  : :add-mask: :z
# #[group]: # #vso[b
Expires:    2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), in 2 h 16 min
"
        );
        let name = "n".repeat(1000);
        assert_eq!(
            rendered(&format!("{{\"{name}\":1,\"b\":2}}")),
            format!(
                "{name}: 1\nb:       2\nExpires: 2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), in 2 h 16 min\n"
            )
        );
    }

    #[test]
    fn the_time_left_in_every_case() {
        for (now, relative) in [
            ("2025-04-23T13:17:00Z", "in 23 h 59 min"),
            ("2025-04-24T16:18:51Z", "3 h 2 min ago"),
            ("2025-04-24T13:16:51Z", "0 s ago"),
        ] {
            assert_eq!(
                expires(grant("{}").expiry, at(now), &zone()),
                format!("2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), {relative}")
            );
        }
        assert_eq!(
            render(&grant_without_expiry(), at("2025-04-24T11:00:00Z"), &zone()),
            "Expires: unknown\n"
        );
    }
}
