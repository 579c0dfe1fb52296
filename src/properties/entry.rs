//! A cache file: what is decoded was stored for this identity.

use std::sync::OnceLock;
use std::time::Duration;

use hmac_sha256::Hash;
use jiff::Timestamp;
use serde_json::Value;

use super::is_b64token;
use crate::cache::{Entry, decode, encode};
use crate::model::base_url::BaseUrl;
use crate::model::identity::Identity;
use crate::model::miss::Miss;
use crate::model::secret::Secret;
use crate::model::token::Expiry;

const MAGIC: &[u8] = b"skia-auth cache 2 ";
/// 2025-04-24T13:00:00Z, 17 minutes before the documented token expires.
const NOW: i64 = 1_745_499_600;
const MARGIN: Duration = Duration::from_secs(300);

/// The bytes are an entry without its first line, which is added with the right checksum. Bytes
/// that begin with such a line are used as they are.
pub fn check(data: &[u8]) -> &'static str {
    let bytes = if data.starts_with(MAGIC) { data.to_owned() } else { with_checksum(data) };
    let identity = identity();
    let Some(entry) = decode(&bytes, identity) else {
        return "miss";
    };
    let body = &bytes[MAGIC.len() + 17..];
    assert_is_for(identity, body, &entry);
    assert_survives(&entry, identity);
    assert_no_other_bytes(&bytes, identity);
    usable(&entry)
}

fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| Identity {
        base_url: BaseUrl::parse("https://api.skia.com.br/api").unwrap(),
        client_id: "104s3a5275a0d35e4".into(),
        scope: "api".into(),
    })
}

fn with_checksum(body: &[u8]) -> Vec<u8> {
    let sum: String = Hash::hash(body)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    [MAGIC, sum.as_bytes(), b"\n", body].concat()
}

fn assert_is_for(identity: &Identity, body: &[u8], entry: &Entry) {
    let stored: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(stored["base_url"], identity.base_url.to_string());
    assert_eq!(stored["client_id"], identity.client_id);
    assert_eq!(stored["scope"], identity.scope);
    assert_eq!(stored["reply"], entry.login.grant.reply.expose());
    let reply: Value = serde_json::from_str(entry.login.grant.reply.expose()).unwrap();
    let token = entry.login.grant.token.expose();
    assert!(is_b64token(token), "{token:?}");
    assert!(reply.as_object().unwrap().values().any(|value| value == token));
    let Expiry::At(instant) = entry.login.grant.expiry else {
        panic!("an entry without an expiry")
    };
    assert!((2000..9999).contains(&jiff::tz::Offset::UTC.to_datetime(instant).year()), "{instant}");
}

fn assert_survives(entry: &Entry, identity: &Identity) {
    let text = encode(entry, identity).unwrap();
    assert_eq!(decode(text.as_bytes(), identity).as_ref(), Some(entry));
    assert_eq!(encode(entry, identity).unwrap(), text);
}

fn assert_no_other_bytes(bytes: &[u8], identity: &Identity) {
    let others = [
        Identity { client_id: "another".into(), ..identity.clone() },
        Identity { scope: "another".into(), ..identity.clone() },
        Identity { base_url: BaseUrl::parse("https://another.test").unwrap(), ..identity.clone() },
    ];
    assert!(
        others.iter().all(|other| decode(bytes, other).is_none()),
        "an entry of another identity"
    );
    // One position per entry; many entries cover all positions.
    let at = usize::from(bytes[MAGIC.len()]) * bytes.len() / 256;
    let mut changed = bytes.to_owned();
    changed[at] ^= 1 << (bytes.len() % 8);
    assert!(decode(&changed, identity).is_none(), "a bit was changed");
    assert!(decode(&bytes[..at], identity).is_none(), "the end is missing");
    assert!(decode(&[bytes, b"\n"].concat(), identity).is_none(), "bytes were appended");
}

fn usable(entry: &Entry) -> &'static str {
    let now = Timestamp::from_second(NOW).unwrap();
    let checked = entry.check(None, MARGIN, now);
    match entry.check(Some(&Secret::new("e15148d497d8bc12".into())), MARGIN, now) {
        Err(Miss::SecretChanged) => {}
        with_secret => assert_eq!(with_secret, checked),
    }
    match checked {
        Ok(left) => {
            assert!(left >= 300);
            assert_eq!(entry.check(None, Duration::ZERO, now), Ok(left));
            "fresh"
        }
        Err(Miss::ClockSetBack) => "set-back",
        Err(Miss::Expired | Miss::ExpiresSoon { .. }) => "stale",
        Err(miss) => panic!("{miss}"),
    }
}
