//! The tokens on disk: one entry an identity, believed only where every byte of it is as it was written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use hmac_sha256::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::api;
use crate::error::reason;
use crate::private_fs;
use crate::secret::Secret;
use crate::settings::Identity;
use crate::token::{Expiry, Grant};

/// The first line of an entry, before its checksum. Another version is another line, and thereby a miss.
const MAGIC: &str = "skia-auth cache 1 ";
/// A reply of the largest size that is accepted, escaped as JSON, fits.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long a waiter sleeps between two looks at the lock: short beside a login, long beside a system call.
const LOCK_POLL: Duration = Duration::from_millis(10);
/// A temporary file of this age was left by a process that died.
const ABANDONED: Duration = Duration::from_secs(3600);
/// A clock that was set back by more than this makes an entry's age meaningless.
const TOLERATED_STEP_BACK: i64 = 60;

/// The place where the entries of one identity are.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    key: String,
    identity: Identity,
}

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

/// Whether a token can still be used, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Valid for so many seconds more.
    Fresh {
        left: i64,
    },
    Stale(Stale),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    Expired,
    ExpiresSoon { left: i64 },
    ExpiryUnknown,
    ClockSetBack,
}

/// Why there is no entry to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    NotThere,
    Unusable(String),
    SecretChanged,
    Stale(Stale),
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
    reply: Zeroizing<String>,
}

/// A refusal that the waiters of the moment share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Tells one refusal from the next.
    pub id: [u8; 16],
    pub check: SecretCheck,
    pub message: String,
    pub http_status: Option<u16>,
    pub server_messages: Vec<String>,
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
            Some(left) if (left as u64) < min_ttl.as_secs() => Freshness::Stale(Stale::ExpiresSoon { left }),
            Some(left) => Freshness::Fresh { left },
        }
    }

    /// Seconds until the token expires, by the server's clock.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        Some(self.grant.expiry.seconds_left(now)?.saturating_sub(self.clock_offset))
    }
}

impl Cache {
    pub fn new(directory: &Path, identity: &Identity) -> Self {
        let name = format!("{}\n{}\n{}", identity.base_url, identity.client_id, identity.scope);
        // 128 bits tell identities apart; the identity itself is checked in the entry.
        let key = hex(&Hash::hash(name.as_bytes())[..16]);
        Self { directory: directory.to_owned(), key, identity: identity.clone() }
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("{}.{ending}", self.key))
    }

    /// Reads the entry. Whatever is wrong with it, it is a miss.
    pub fn load(&self) -> Result<Entry, Miss> {
        let bytes = self.read("token")?;
        decode(&bytes, &self.identity).ok_or_else(|| Miss::Unusable("it is damaged or of another version".into()))
    }

    /// The entry, if it can be used: made with this secret (where one is known) and valid for `min_ttl`.
    pub fn look_up(&self, secret: Option<&Secret>, min_ttl: Duration, now: Timestamp) -> Result<(Entry, i64), Miss> {
        let entry = self.load()?;
        if secret.is_some_and(|secret| !entry.check.matches(secret)) {
            return Err(Miss::SecretChanged);
        }
        match entry.freshness(min_ttl, now) {
            Freshness::Fresh { left } => Ok((entry, left)),
            Freshness::Stale(why) => Err(Miss::Stale(why)),
        }
    }

    pub fn store(&self, entry: &Entry) -> io::Result<()> {
        private_fs::create_directory(&self.directory)?;
        private_fs::replace(&self.path("token"), &encode(entry, &self.identity)?)
    }

    /// Deletes the entry. Answers whether there was one.
    pub fn remove(&self) -> io::Result<bool> {
        let removed = remove_file(&self.path("token"));
        let _ = remove_file(&self.path("refusal"));
        removed
    }

    /// Deletes every entry of the directory, and what dead processes left there. Lock files stay.
    pub fn remove_all(directory: &Path) -> io::Result<usize> {
        let mut removed = 0;
        for file in listing(directory)? {
            let name = file.file_name().to_string_lossy().into_owned();
            if is_entry(&name) {
                removed += usize::from(remove_file(&file.path())?);
            } else if name.ends_with(".refusal") || private_fs::is_temporary(&name) {
                let _ = remove_file(&file.path());
            }
        }
        Ok(removed)
    }

    /// Deletes temporary files that a killed process left behind.
    pub fn sweep(&self) {
        let Ok(files) = listing(&self.directory) else { return };
        for file in files.filter(|file| private_fs::is_temporary(&file.file_name().to_string_lossy())) {
            let modified = file.metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
            if age.is_some_and(|age| age > ABANDONED) {
                let _ = remove_file(&file.path());
            }
        }
    }

    /// Takes the lock of the identity, waiting for it until `deadline`. It is free again when the guard is dropped or
    /// its process dies.
    ///
    /// `on_wait` is called once, if there is something to wait for.
    pub fn lock(&self, deadline: Instant, on_wait: impl FnOnce()) -> Result<Lock, String> {
        private_fs::create_directory(&self.directory).map_err(|error| reason(&error))?;
        let file = private_fs::open_lock(&self.path("lock")).map_err(|error| reason(&error))?;
        let mut on_wait = Some(on_wait);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(fs::TryLockError::WouldBlock) => {}
                Err(fs::TryLockError::Error(error)) => return Err(reason(&error)),
            }
            if Instant::now() >= deadline {
                return Err("another process holds it for too long".into());
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait();
            }
            thread::sleep(LOCK_POLL);
        }
    }

    /// The refusal that was left last, if there is one.
    pub fn refusal(&self) -> Option<Refusal> {
        serde_json::from_slice(&self.read("refusal").ok()?).ok()
    }

    /// Leaves a refusal for those who wait for the lock.
    pub fn leave_refusal(&self, refusal: &Refusal) -> io::Result<()> {
        private_fs::replace(&self.path("refusal"), &serde_json::to_vec(refusal)?)
    }

    fn read(&self, ending: &str) -> Result<Zeroizing<Vec<u8>>, Miss> {
        // A link in the place of the directory would lead to somebody else's files.
        let is_link = fs::symlink_metadata(&self.directory).is_ok_and(|metadata| !metadata.is_dir());
        if is_link {
            return Err(Miss::Unusable("the cache directory is not a directory".into()));
        }
        private_fs::read(&self.path(ending), LARGEST).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Miss::NotThere,
            _ => Miss::Unusable(reason(&error)),
        })
    }
}

/// Holds the lock of an identity.
#[derive(Debug)]
pub struct Lock {
    _file: fs::File,
}

fn is_entry(name: &str) -> bool {
    name.ends_with(".token") && name.len() == 32 + ".token".len()
}

fn listing(directory: &Path) -> io::Result<impl Iterator<Item = fs::DirEntry>> {
    match fs::read_dir(directory) {
        Ok(files) => Ok(Some(files).into_iter().flatten().filter_map(Result::ok)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten().filter_map(Result::ok)),
        Err(error) => Err(error),
    }
}

fn remove_file(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn encode(entry: &Entry, identity: &Identity) -> io::Result<Zeroizing<Vec<u8>>> {
    let stored = Stored {
        base_url: identity.base_url.to_string(),
        client_id: identity.client_id.clone(),
        scope: identity.scope.clone(),
        received_at: entry.received_at.as_second(),
        clock_offset: entry.clock_offset,
        check: entry.check,
        reply: Zeroizing::new(entry.grant.reply.expose().to_owned()),
    };
    let body = Zeroizing::new(serde_json::to_vec(&stored)?);
    let mut bytes = Zeroizing::new(Vec::with_capacity(body.len() + 128));
    bytes.extend_from_slice(MAGIC.as_bytes());
    bytes.extend_from_slice(hex(&Hash::hash(&body[..])).as_bytes());
    bytes.push(b'\n');
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// The entry in the bytes, if they are exactly what `encode` wrote for this identity. The token and its expiry are
/// read anew from the reply, by the gate that a new reply goes through.
fn decode(bytes: &[u8], identity: &Identity) -> Option<Entry> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
    let (checksum, rest) = rest.split_at_checked(64)?;
    let body = rest.strip_prefix(b"\n")?;
    if checksum != hex(&Hash::hash(body)).as_bytes() {
        return None;
    }
    let stored: Stored = serde_json::from_slice(body).ok()?;
    let same = stored.base_url == identity.base_url.to_string()
        && stored.client_id == identity.client_id
        && stored.scope == identity.scope;
    let grant = api::read_again(&stored.reply)?;
    if !same || grant.expiry == Expiry::Unknown {
        return None;
    }
    let received_at = Timestamp::from_second(stored.received_at).ok()?;
    Some(Entry { grant, received_at, clock_offset: stored.clock_offset, check: stored.check })
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::settings::base_url::BaseUrl;

    fn identity() -> Identity {
        Identity {
            base_url: BaseUrl::parse("https://api.skia.com.br/api").unwrap(),
            client_id: "104s3a5275a0d35e4".into(),
            scope: "api".into(),
        }
    }

    fn entry(token: &str, expiration_date: &str, received_at: i64, clock_offset: i64, secret: &str) -> Entry {
        let reply =
            format!(r#"{{"ExpirationDate":"{expiration_date}","Token":"{token}","Status":0,"Messages":["é"]}}"#);
        Entry {
            grant: api::read_again(&reply).unwrap(),
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
            Some(sample()).map(|entry| Entry { check: decode(&bytes, &identity()).unwrap().check, ..entry })
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
    fn the_servers_clock_decides() {
        for offset in [-7200, 7200] {
            let entry = entry("opaque", "2025-04-24T10:16:51", 1_745_414_211 - offset, offset, "s");
            let now = Timestamp::from_second(1_745_500_611 - offset - 400).unwrap();
            assert_eq!(entry.freshness(Duration::from_secs(300), now), Freshness::Fresh { left: 400 });
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
        fn reading_is_total(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&bytes, &identity()), None);
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
