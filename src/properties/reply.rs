//! A reply of the server: an accepted one has a valid token, and no failure shows the secret.

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::inertness::{assert_inert, assert_inert_but_addresses};
use super::is_b64token;
use super::readings::{assert_hidden, found};
use crate::api::{self, Login};
use crate::cli::format::Format;
use crate::error::{Failure, Kind};
use crate::http::{FailedTry, Reply, Retry};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::model::token::{Expiry, Grant};
use crate::output::{Surroundings, render};
use crate::report::sanitize::one_line;

/// The client secret. Every encoding escapes some of its characters.
pub const SECRET: &str = "Zq7/+\"é\\9K&xW1";

const BASE_URL: &str = "https://api.skia.test";
/// 2025-04-24T13:00:00Z, a quarter of an hour before the documented token ends.
const NOW: i64 = 1_745_499_600;
const YEAR_2000: i64 = 946_684_800;
const YEAR_9999: i64 = 253_370_764_800;

/// The bytes are the status on the first line, then the header, an empty line and the body. Other
/// bytes are the body of a 200.
pub fn check(data: &[u8]) -> &'static str {
    let reply = parse(data);
    let now = Timestamp::from_second(NOW).unwrap();
    let (base_url, secret) = (&BaseUrl::parse(BASE_URL).unwrap(), &Secret::new(SECRET.into()));
    if let Err(failure) = api::check_endpoint(&reply, base_url, secret) {
        assert_says_little(&failure);
    }
    let again = api::read(&reply, base_url, secret, now);
    match (api::read(&reply, base_url, secret, now), again) {
        (Ok(login), Ok(again)) => {
            assert_eq!(login.grant, again.grant);
            accepted(&login, &reply)
        }
        (Err(failed), Err(again)) => {
            assert_eq!(format!("{failed:?}"), format!("{again:?}"));
            refused(&failed, &reply)
        }
        _ => panic!("one reply was read in two ways"),
    }
}

fn parse(data: &[u8]) -> Reply {
    let end = data.windows(2).position(|pair| pair == b"\n\n");
    let head = end.and_then(|end| std::str::from_utf8(&data[..end]).ok());
    let status = head
        .and_then(|head| head.lines().next()?.parse().ok())
        .filter(|status| (100..1000).contains(status));
    let (head, status, body) = match (head, status, end) {
        (Some(head), Some(status), Some(end)) => (head, status, &data[end + 2..]),
        _ => ("", 200, data),
    };
    let field = |name: &str| {
        let found = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name);
        found
            .map(|(_, value)| value.to_owned())
            .filter(|value| value.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')))
    };
    Reply {
        status,
        date: field("Date"),
        retry_after: field("Retry-After"),
        location: field("Location"),
        content_type: field("Content-Type"),
        server_headers: Vec::new(),
        body: body.to_owned(),
    }
}

fn accepted(login: &Login, answer: &Reply) -> &'static str {
    let grant = &login.grant;
    let token = grant.token.expose();
    assert!((200..300).contains(&answer.status), "HTTP {}", answer.status);
    assert!(is_b64token(token), "{token:?}");
    let object = object(&answer.body).expect("only a JSON object is accepted");
    assert_eq!(field(&object, "token").and_then(Value::as_str), Some(token));
    assert_eq!(field(&object, "status").and_then(Value::as_f64), Some(0.0));
    let time = login.server_now(Timestamp::from_second(NOW).unwrap());
    assert!((2024..2100).contains(&jiff::tz::Offset::UTC.to_datetime(time).year()), "{time}");
    if let Expiry::At(instant) = grant.expiry {
        assert!((YEAR_2000..YEAR_9999).contains(&instant.as_second()), "{instant}");
    }
    let kept = api::grant_from_reply(grant.reply.expose())
        .expect("a reply that was accepted is accepted from the cache");
    assert_eq!((&kept.token, kept.expiry), (&grant.token, grant.expiry));
    let token_has_it = found(SECRET, token).is_some();
    let reply = grant.reply.expose();
    let others = strings(&serde_json::from_str(reply).unwrap());
    others.iter().filter(|text| *text != token).for_each(|text| assert_hidden(SECRET, text));
    if !token_has_it {
        assert_hidden(SECRET, reply);
    }
    assert_rendered(grant, token_has_it);
    match grant.expiry {
        Expiry::At(_) => "accepted",
        Expiry::Unknown => "undated",
    }
}

/// The document, read by other code than that of the program.
fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
}

fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut found = object.iter().filter(|(key, _)| key.to_lowercase() == name);
    let (_, value) = found.next()?;
    assert!(found.next().is_none(), "{name} occurs twice");
    Some(value)
}

/// The names and strings of a document.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| [vec![name.clone()], strings(value)].concat())
            .collect(),
        _ => Vec::new(),
    }
}

fn assert_rendered(grant: &Grant, token_has_it: bool) {
    let surroundings = Surroundings {
        base_url: BASE_URL,
        scope: "api",
        now: Timestamp::from_second(NOW).unwrap(),
        local_zone: || TimeZone::UTC,
    };
    for format in Format::value_variants() {
        let rendered = render(*format, grant, &surroundings);
        let text = rendered.expose().strip_suffix('\n').expect("a line has an end");
        assert!(!text.is_empty() && !text.ends_with(['\n', '\r']), "{format:?}: {text:?}");
        assert!(token_has_it || !text.contains(SECRET), "{format:?}: {text:?}");
        // White space in a document stays.
        text.split(['\n', '\r', '\t']).for_each(assert_inert);
        match format {
            Format::Json => {
                let value =
                    |text: &str| serde_json::from_str::<Value>(text).expect("JSON stays JSON");
                assert_eq!(value(text), value(grant.reply.expose()));
            }
            _ => assert!(text.contains(grant.token.expose()), "{format:?}: {text:?}"),
        }
    }
}

fn refused(failed: &FailedTry, reply: &Reply) -> &'static str {
    let FailedTry { failure, retry, after, .. } = failed;
    assert_says_little(failure);
    assert_hidden(SECRET, &format!("{failed:?}"));
    if let Some(token) =
        object(&reply.body).as_ref().and_then(|object| object.get("Token")?.as_str())
    {
        let ours = format!("{} {}", failure.message, failure.hints.join(" "));
        assert!(token.len() < 24 || !ours.contains(token), "{ours:?}");
    }
    let refusal =
        reply.body.to_ascii_lowercase().windows(19).any(|words| words == b"invalid credentials");
    assert!(
        !refusal || failure.kind == Kind::Rejected || (200..300).contains(&reply.status),
        "{failure:?}"
    );
    match retry {
        Retry::Never => assert_eq!(*after, None),
        Retry::Again => assert!(matches!(reply.status, 429 | 502..=504)),
        Retry::OnceMore => assert!((500..600).contains(&reply.status)),
    }
    assert!(after.is_none_or(|after| after.as_secs() <= u64::from(u32::MAX)));
    assert!(*retry == Retry::Never || failure.kind == Kind::Unavailable, "{failure:?}");
    match failure.kind.exit_code() {
        4 => "rejected",
        5 => "unavailable",
        6 => "protocol",
        code => panic!("exit code {code}"),
    }
}

fn assert_says_little(failure: &Failure) {
    assert!(failure.server_messages.len() <= 10);
    for line in &failure.server_messages {
        assert!(!line.is_empty() && line.chars().count() <= 300, "{line:?}");
        assert_inert(line);
        assert_hidden(SECRET, line);
        assert_eq!(one_line(line), *line, "a safe line does not change");
    }
    for line in failure.hints.iter().chain([&failure.message]) {
        assert!(line.chars().count() < 600, "{line:?}");
        assert_inert_but_addresses(&one_line(line));
        assert_hidden(SECRET, line);
    }
}
