//! One entry of the cache: its bytes, and whether the token in it can still be used.

use std::io;
use std::time::Duration;

use hmac_sha256::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api;
use crate::model::freshness::{Freshness, Stale};
use crate::model::identity::Identity;
use crate::model::secret::Secret;
use crate::model::token::{Expiry, Grant};

/// The first line of an entry, before its checksum. Another version is another line, and thereby a miss.
const MAGIC: &str = "skia-auth cache 1 ";
/// A clock that was set back by more than this makes an entry's age meaningless.
const TOLERATED_STEP_BACK: i64 = 60;

/// A token that was stored, and what is needed to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub grant: Grant,
    /// This machine's clock when the token came.
    pub received_at: Timestamp,
    /// How far the server's clock was ahead of it, in seconds.
    pub clock_offset: i64,
    pub check: SecretCheck,
}

/// Enough to notice a changed or wrong secret, too little to find one: a random salt and 16 bits of a salted SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretCheck {
    salt: [u8; 16],
    bits: u16,
}

/// What stands on disk below the checksum line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    base_url: String,
    client_id: String,
    scope: String,
    received_at: i64,
    clock_offset: i64,
    check: SecretCheck,
    reply: String,
}

impl SecretCheck {
    pub fn new(secret: &Secret) -> Self {
        let salt = random();
        Self { salt, bits: Self::bits(&salt, secret) }
    }

    pub fn matches(&self, secret: &Secret) -> bool {
        self.bits == Self::bits(&self.salt, secret)
    }

    fn bits(salt: &[u8; 16], secret: &Secret) -> u16 {
        let mut hash = Hash::new();
        hash.update(salt);
        hash.update(secret.expose());
        let digest = hash.finalize();
        u16::from_be_bytes([digest[0], digest[1]])
    }
}

/// Sixteen bytes that do not repeat. They salt and they tell apart; nothing is kept secret by them.
pub fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    fastrand::Rng::new().fill(&mut bytes);
    bytes
}

impl Entry {
    /// Judges the token by the server's clock, as far as this machine's clock can be believed to have gone on evenly.
    pub fn freshness(&self, min_ttl: Duration, now: Timestamp) -> Freshness {
        if now.as_second() < self.received_at.as_second().saturating_sub(TOLERATED_STEP_BACK) {
            return Freshness::Stale(Stale::ClockSetBack);
        }
        match self.seconds_left(now) {
            None => Freshness::Stale(Stale::ExpiryUnknown),
            Some(left) if left <= 0 => Freshness::Stale(Stale::Expired),
            Some(left) if (left as u64) < min_ttl.as_secs() => {
                Freshness::Stale(Stale::ExpiresSoon { left })
            }
            Some(left) => Freshness::Fresh { left },
        }
    }

    /// Seconds until the token expires, by the server's clock.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        Some(self.grant.expiry.seconds_left(now)?.saturating_sub(self.clock_offset))
    }
}

pub fn encode(entry: &Entry, identity: &Identity) -> io::Result<Vec<u8>> {
    let stored = Stored {
        base_url: identity.base_url.to_string(),
        client_id: identity.client_id.clone(),
        scope: identity.scope.clone(),
        received_at: entry.received_at.as_second(),
        clock_offset: entry.clock_offset,
        check: entry.check,
        reply: entry.grant.reply.expose().to_owned(),
    };
    let body = serde_json::to_string(&stored)?;
    Ok(format!("{MAGIC}{}\n{body}", checksum(body.as_bytes())).into_bytes())
}

/// The entry in the bytes, if they are exactly what `encode` wrote for this identity. The token and its expiry are
/// read anew from the reply, by the gate that a new reply goes through.
pub fn decode(bytes: &[u8], identity: &Identity) -> Option<Entry> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
    let (found, rest) = rest.split_at_checked(16)?;
    let body = rest.strip_prefix(b"\n")?;
    if found != checksum(body).as_bytes() {
        return None;
    }
    let stored: Stored = serde_json::from_slice(body).ok()?;
    let same = stored.base_url == identity.base_url.to_string()
        && stored.client_id == identity.client_id
        && stored.scope == identity.scope;
    let grant = api::grant_from_reply(&stored.reply)?;
    if !same || grant.expiry == Expiry::Unknown {
        return None;
    }
    let received_at = Timestamp::from_second(stored.received_at).ok()?;
    Some(Entry { grant, received_at, clock_offset: stored.clock_offset, check: stored.check })
}

/// FNV-1a (64 bits) against damage: a disk that fails changes a byte, which it always notices. An enemy who can write
/// the entry can write its checksum too, whatever it is; a digest that withstands him costs a tenth of a cached call.
fn checksum(body: &[u8]) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let sum = body.iter().fold(OFFSET, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(PRIME));
    format!("{sum:016x}")
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::base_url::BaseUrl;

    fn identity() -> Identity {
        Identity {
            base_url: BaseUrl::parse("https://api.skia.com.br/api").unwrap(),
            client_id: "104s3a5275a0d35e4".into(),
            scope: "api".into(),
        }
    }

    fn entry(
        token: &str,
        expiration_date: &str,
        received_at: i64,
        clock_offset: i64,
        secret: &str,
    ) -> Entry {
        let reply = format!(
            r#"{{"ExpirationDate":"{expiration_date}","Token":"{token}","Status":0,"Messages":["é"]}}"#
        );
        Entry {
            grant: api::grant_from_reply(&reply).unwrap(),
            received_at: Timestamp::from_second(received_at).unwrap(),
            clock_offset,
            check: SecretCheck::new(&Secret::new(secret.into())),
        }
    }

    fn sample() -> Entry {
        entry("opaque", "2025-04-24T10:16:51", 1_745_414_211, 0, "s")
    }

    #[test]
    fn no_prefix_and_no_one_bit_change_is_accepted() {
        let bytes = encode(&sample(), &identity()).unwrap();
        assert_eq!(
            decode(&bytes, &identity()),
            Some(sample())
                .map(|entry| Entry { check: decode(&bytes, &identity()).unwrap().check, ..entry })
        );
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length], &identity()), None, "{length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&changed, &identity()), None, "{bit}");
        }
    }

    /// The values of draft-eastlake-fnv.
    #[test]
    fn the_checksum_is_fnv_1a() {
        for (text, expected) in
            [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")]
        {
            assert_eq!(checksum(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_of_another_identity_is_none() {
        let bytes = encode(&sample(), &identity()).unwrap();
        let others = [
            Identity { client_id: "other".into(), ..identity() },
            Identity { scope: "other".into(), ..identity() },
            Identity { base_url: BaseUrl::parse("https://other/api").unwrap(), ..identity() },
        ];
        for other in others {
            assert_eq!(decode(&bytes, &other), None);
        }
    }

    #[test]
    fn the_margin_is_met_to_the_second() {
        let entry = sample();
        let freshness = |left: i64, ttl: u64| {
            let now = Timestamp::from_second(1_745_500_611 - left).unwrap();
            entry.freshness(Duration::from_secs(ttl), now)
        };
        assert_eq!(freshness(301, 300), Freshness::Fresh { left: 301 });
        assert_eq!(freshness(300, 300), Freshness::Fresh { left: 300 });
        assert_eq!(freshness(299, 300), Freshness::Stale(Stale::ExpiresSoon { left: 299 }));
        assert_eq!(freshness(0, 0), Freshness::Stale(Stale::Expired));
        assert_eq!(freshness(90_000, 300), Freshness::Stale(Stale::ClockSetBack));
    }

    #[test]
    fn a_clock_may_be_set_back_by_a_minute() {
        let entry = sample();
        let freshness = |step: i64| {
            let now = Timestamp::from_second(1_745_414_211 - step).unwrap();
            entry.freshness(Duration::ZERO, now)
        };
        assert_eq!(freshness(60), Freshness::Fresh { left: 86_460 });
        assert_eq!(freshness(61), Freshness::Stale(Stale::ClockSetBack));
    }

    #[test]
    fn the_servers_clock_decides() {
        for offset in [-7200, 7200] {
            let entry = entry("opaque", "2025-04-24T10:16:51", 1_745_414_211 - offset, offset, "s");
            let now = Timestamp::from_second(1_745_500_611 - offset - 400).unwrap();
            assert_eq!(
                entry.freshness(Duration::from_secs(300), now),
                Freshness::Fresh { left: 400 }
            );
        }
    }

    proptest! {
        #[test]
        fn an_entry_survives_the_disk(
            token in "[A-Za-z0-9._~+/-]{1,200}=?",
            received_at in 1_600_000_000i64..4_000_000_000,
            clock_offset in any::<i64>(),
            secret in ".{1,40}",
        ) {
            let entry = entry(&token, "2025-04-24T10:16:51Z", received_at, clock_offset, &secret);
            let bytes = encode(&entry, &identity()).unwrap();
            prop_assert_eq!(decode(&bytes, &identity()), Some(entry));
        }

        #[test]
        fn freshness_is_total(received_at in any::<i32>(), offset in any::<i64>(), now in any::<i32>(), ttl in any::<u64>()) {
            let mut entry = sample();
            entry.received_at = Timestamp::from_second(received_at.into()).unwrap();
            entry.clock_offset = offset;
            let _ = entry.freshness(Duration::from_secs(ttl), Timestamp::from_second(now.into()).unwrap());
        }
    }
}
