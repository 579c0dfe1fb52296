//! The file format of a cache entry, and whether the token in it can still be used.

use std::io;
use std::time::Duration;

use hmac_sha256::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::{self, Login};
use crate::model::identity::Identity;
use crate::model::miss::Miss;
use crate::model::secret::Secret;
use crate::model::token::Expiry;

/// The first line of an entry, up to its checksum. An entry of another version is a miss.
const MAGIC: &str = "skia-auth cache 2 ";
/// The age of an entry is unknown if the clock was set back by more than this, in seconds.
const TOLERATED_STEP_BACK: i64 = 60;

/// A cached login, and what is needed to check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub login: Login,
    /// The time of the login by the clock of this machine.
    pub received_at: Timestamp,
    pub secret_check: SecretCheck,
}

/// A random salt and 16 bits of a salted SHA-256: enough to detect a changed or wrong secret, too
/// little to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretCheck {
    salt: [u8; 16],
    bits: u16,
}

/// The JSON below the first line.
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
        let salt = fastrand::u128(..).to_ne_bytes();
        Self { salt, bits: Self::bits(&salt, secret) }
    }

    pub fn matches(&self, secret: &Secret) -> bool {
        self.bits == Self::bits(&self.salt, secret)
    }

    fn bits(salt: &[u8; 16], secret: &Secret) -> u16 {
        #[expect(clippy::disallowed_methods, reason = "16 bits of its hash are stored")]
        let digest = Hash::hash(&[salt, secret.expose().as_bytes()].concat());
        u16::from_be_bytes([digest[0], digest[1]])
    }
}

impl Entry {
    pub fn new(mut login: Login, received_at: Timestamp, secret: &Secret) -> Self {
        login.clock_offset = offset_in_the_cache(login.clock_offset);
        Self { login, received_at, secret_check: SecretCheck::new(secret) }
    }

    /// How many seconds the token is valid, if it was issued for this secret and is valid for
    /// `min_ttl`. Without a secret, the secret is not checked.
    pub fn check(
        &self,
        secret: Option<&Secret>,
        min_ttl: Duration,
        now: Timestamp,
    ) -> Result<i64, Miss> {
        if secret.is_some_and(|secret| !self.secret_check.matches(secret)) {
            return Err(Miss::SecretChanged);
        }
        if now.as_second() < self.received_at.as_second().saturating_sub(TOLERATED_STEP_BACK) {
            return Err(Miss::ClockSetBack);
        }
        match self.login.seconds_left(now) {
            None | Some(..=0) => Err(Miss::Expired),
            Some(left) if left.unsigned_abs() < min_ttl.as_secs() => {
                let required = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
                Err(Miss::ExpiresSoon { left, required })
            }
            Some(left) => Ok(left),
        }
    }
}

pub fn encode(entry: &Entry, identity: &Identity) -> io::Result<String> {
    #[expect(clippy::disallowed_methods, reason = "the cache stores the token")]
    let body = serde_json::to_string(&Stored {
        base_url: identity.base_url.to_string(),
        client_id: identity.client_id.clone(),
        scope: identity.scope.clone(),
        received_at: entry.received_at.as_second(),
        clock_offset: entry.login.clock_offset,
        check: entry.secret_check,
        reply: entry.login.grant.reply.expose().to_owned(),
    })?;
    Ok(format!("{MAGIC}{}\n{body}", checksum(body.as_bytes())))
}

/// The entry in `bytes`, if `encode` wrote them for this identity. Token and expiry are parsed from
/// the reply again, with the checks that a new reply goes through.
pub fn decode(bytes: &[u8], identity: &Identity) -> Option<Entry> {
    let (found, rest) = bytes.strip_prefix(MAGIC.as_bytes())?.split_at_checked(16)?;
    let body = rest.strip_prefix(b"\n")?;
    if found != checksum(body).as_bytes() {
        return None;
    }
    let stored: Stored = serde_json::from_slice(body).ok()?;
    let is_same = stored.base_url == identity.base_url.to_string()
        && stored.client_id == identity.client_id
        && stored.scope == identity.scope;
    let grant = api::grant_from_reply(&stored.reply)?;
    if !is_same || grant.expiry == Expiry::Unknown {
        return None;
    }
    Some(Entry {
        login: Login { grant, clock_offset: offset_in_the_cache(stored.clock_offset) },
        received_at: Timestamp::from_second(stored.received_at).ok()?,
        secret_check: stored.check,
    })
}

/// The clock of this machine may have been ahead at the login and corrected since: its own reading
/// counts if it is later than the server's.
fn offset_in_the_cache(clock_offset: i64) -> i64 {
    clock_offset.max(0)
}

/// 64 bits of a SHA-256. The checksum detects corruption, not tampering.
fn checksum(body: &[u8]) -> String {
    hex(&Hash::hash(body)[..8])
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        let login = Login { grant: api::grant_from_reply(&reply).unwrap(), clock_offset };
        let received_at = Timestamp::from_second(received_at).unwrap();
        Entry::new(login, received_at, &Secret::new(secret.into()))
    }

    fn sample() -> Entry {
        entry("opaque", "2025-04-24T10:16:51", 1_745_414_211, 0, "s")
    }

    #[test]
    fn truncated_entry_and_flipped_bit_are_misses() {
        let entry = sample();
        let bytes = encode(&entry, &identity()).unwrap().into_bytes();
        let decode = |bytes: &[u8]| decode(bytes, &identity());
        assert_eq!(decode(&bytes), Some(entry));
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]), None, "{length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&changed), None, "{bit}");
        }
    }

    #[test]
    fn checksum_is_the_start_of_a_sha256() {
        assert_eq!(checksum(b"abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn entry_of_another_identity_is_a_miss() {
        let bytes = encode(&sample(), &identity()).unwrap().into_bytes();
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
    fn margin_is_exact_to_the_second() {
        let entry = sample();
        let check = |left: i64, ttl: u64| {
            let now = Timestamp::from_second(1_745_500_611 - left).unwrap();
            entry.check(None, Duration::from_secs(ttl), now)
        };
        assert_eq!(check(301, 300), Ok(301));
        assert_eq!(check(300, 300), Ok(300));
        assert_eq!(check(299, 300), Err(Miss::ExpiresSoon { left: 299, required: 300 }));
        assert_eq!(check(0, 0), Err(Miss::Expired));
        assert_eq!(check(90_000, 300), Err(Miss::ClockSetBack));
    }

    #[test]
    fn clock_may_be_set_back_by_a_minute() {
        let entry = sample();
        let check = |step: i64| {
            let now = Timestamp::from_second(1_745_414_211 - step).unwrap();
            entry.check(None, Duration::ZERO, now)
        };
        assert_eq!(check(60), Ok(86_460));
        assert_eq!(check(61), Err(Miss::ClockSetBack));
    }

    #[test]
    fn lifetime_is_measured_by_the_clock_that_is_ahead() {
        for (offset, ahead) in [(7200, 7200), (-7200, 0)] {
            let entry = entry("opaque", "2025-04-24T10:16:51", 1_745_414_211 - offset, offset, "s");
            let now = Timestamp::from_second(1_745_500_611 - ahead - 400).unwrap();
            assert_eq!(entry.check(None, Duration::from_secs(300), now), Ok(400));
        }
    }

    proptest! {
        #[test]
        fn entry_survives_the_disk(
            token in "[A-Za-z0-9._~+/-]{1,200}=?",
            received_at in 1_600_000_000i64..4_000_000_000,
            clock_offset in any::<i64>(),
            secret in ".{1,40}",
        ) {
            let entry = entry(&token, "2025-04-24T10:16:51Z", received_at, clock_offset, &secret);
            let text = encode(&entry, &identity()).unwrap();
            prop_assert_eq!(decode(text.as_bytes(), &identity()), Some(entry));
        }

        #[test]
        fn check_never_panics(
            received_at in any::<i32>(),
            offset in any::<i64>(),
            now in any::<i32>(),
            ttl in any::<u64>(),
        ) {
            let mut entry = sample();
            entry.received_at = Timestamp::from_second(received_at.into()).unwrap();
            entry.login.clock_offset = offset;
            let now = Timestamp::from_second(now.into()).unwrap();
            let _ = entry.check(None, Duration::from_secs(ttl), now);
        }
    }
}
