//! A file of the cache: nothing comes out of it that was not put in for this identity.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::is_b64token;
use crate::cache::{Entry, decode, encode, judge};
use crate::model::base_url::BaseUrl;
use crate::model::freshness::{Miss, Stale};
use crate::model::identity::Identity;
use crate::model::secret::Secret;
use crate::model::token::Expiry;

const MAGIC: &[u8] = b"skia-auth cache 1 ";
/// 2025-04-24T13:00:00Z, a quarter of an hour before the documented token ends.
const NOW: i64 = 1_745_499_600;
const MARGIN: Duration = Duration::from_secs(300);

/// The bytes are an entry without its first line, which is put before them with the checksum that they need; bytes that
/// begin with such a line are an entry as it is.
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
    // FNV-1a, in decimal digits as its authors give it.
    let next = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(1_099_511_628_211);
    let sum = format!("{:016x}", body.iter().fold(14_695_981_039_346_656_037, next));
    [MAGIC, sum.as_bytes(), b"\n", body].concat()
}

fn assert_is_for(identity: &Identity, body: &[u8], entry: &Entry) {
    let stored: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(stored["base_url"], identity.base_url.to_string());
    assert_eq!(stored["client_id"], identity.client_id);
    assert_eq!(stored["scope"], identity.scope);
    assert_eq!(stored["reply"], entry.grant.reply.expose());
    let reply: Value = serde_json::from_str(entry.grant.reply.expose()).unwrap();
    let token = entry.grant.token.expose();
    assert!(is_b64token(token), "{token:?}");
    assert!(reply.as_object().unwrap().values().any(|value| value == token));
    let Expiry::At(instant) = entry.grant.expiry else { panic!("an entry without an expiry") };
    assert!((2000..9999).contains(&jiff::tz::Offset::UTC.to_datetime(instant).year()), "{instant}");
}

fn assert_survives(entry: &Entry, identity: &Identity) {
    let bytes = encode(entry, identity).unwrap();
    assert_eq!(decode(&bytes, identity).as_ref(), Some(entry));
    assert_eq!(encode(entry, identity).unwrap(), bytes);
}

fn assert_no_other_bytes(bytes: &[u8], identity: &Identity) {
    let others = [
        Identity { client_id: "another".into(), ..identity.clone() },
        Identity { scope: "another".into(), ..identity.clone() },
        Identity { base_url: BaseUrl::parse("https://another.test").unwrap(), ..identity.clone() },
    ];
    assert!(others.iter().all(|other| decode(bytes, other).is_none()), "an entry of somebody else");
    // One place for each entry; over many entries, every place.
    let at = usize::from(bytes[MAGIC.len()]) * bytes.len() / 256;
    let mut changed = bytes.to_owned();
    changed[at] ^= 1 << (bytes.len() % 8);
    assert!(decode(&changed, identity).is_none(), "a bit was changed");
    assert!(decode(&bytes[..at], identity).is_none(), "the end is missing");
    assert!(decode(&[bytes, b"\n"].concat(), identity).is_none(), "there is more");
}

fn usable(entry: &Entry) -> &'static str {
    let now = Timestamp::from_second(NOW).unwrap();
    let judged = judge(entry, None, MARGIN, now);
    match judge(entry, Some(&Secret::new("e15148d497d8bc12".into())), MARGIN, now) {
        Err(Miss::SecretChanged) => {}
        with_secret => assert_eq!(with_secret, judged),
    }
    match judged {
        Ok(left) => {
            assert!(left >= 300);
            assert_eq!(judge(entry, None, Duration::ZERO, now), Ok(left));
            "fresh"
        }
        Err(Miss::Stale(Stale::ClockSetBack)) => "set-back",
        Err(Miss::Stale(_)) => "stale",
        Err(miss) => panic!("{miss}"),
    }
}
