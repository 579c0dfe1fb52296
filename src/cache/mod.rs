//! The tokens on disk: one entry an identity, its lock, and the refusal that those who wait for the lock share.

mod entry;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use hmac_sha256::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::reason;
use crate::model::freshness::{Freshness, Miss};
use crate::model::identity::Identity;
use crate::model::secret::Secret;
use crate::platform::private_fs;

use entry::hex;
pub use entry::{Entry, SecretCheck, decode, encode, random};

/// A reply of the largest size that is accepted, escaped as JSON, fits.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long a waiter sleeps between two looks at the lock: short beside a login, long beside a system call.
const LOCK_POLL: Duration = Duration::from_millis(10);
/// A temporary file of this age was left by a process that died.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The place where the entries of one identity are.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    key: String,
    identity: Identity,
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
        decode(&bytes, &self.identity)
            .ok_or_else(|| Miss::Unusable("it is damaged or of another version".into()))
    }

    /// The entry, if it can be used: made with this secret (where one is known) and valid for `min_ttl`.
    pub fn look_up(
        &self,
        secret: Option<&Secret>,
        min_ttl: Duration,
        now: Timestamp,
    ) -> Result<(Entry, i64), Miss> {
        let entry = self.load()?;
        let left = judge(&entry, secret, min_ttl, now)?;
        Ok((entry, left))
    }

    pub fn store(&self, entry: &Entry) -> io::Result<()> {
        private_fs::create_directory(&self.directory)?;
        private_fs::replace(&self.path("token"), &encode(entry, &self.identity)?)
    }

    /// Deletes the entry. Answers whether there was one.
    pub fn remove(&self) -> io::Result<bool> {
        if !is_there(&self.directory)? {
            return Ok(false);
        }
        let _ = remove_file(&self.path("refusal"));
        remove_file(&self.path("token"))
    }

    /// Deletes every entry of the directory. Lock files stay.
    pub fn remove_all(directory: &Path) -> io::Result<usize> {
        let mut removed = 0;
        for file in listing(directory)? {
            let name = file.file_name().to_string_lossy().into_owned();
            if is_ours(&name, ".token") {
                removed += usize::from(remove_file(&file.path())?);
            } else if is_ours(&name, ".refusal") {
                let _ = remove_file(&file.path());
            }
        }
        Ok(removed)
    }

    /// Deletes temporary files that a killed process left behind.
    pub fn sweep(&self) {
        remove_temporaries(&self.directory, |file| {
            let modified = file.metadata().and_then(|metadata| metadata.modified());
            let age =
                modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
            age.is_some_and(|age| age > ABANDONED)
        });
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
        private_fs::check_directory(&self.directory)?;
        private_fs::replace(&self.path("refusal"), &serde_json::to_vec(refusal)?)
    }

    fn read(&self, ending: &str) -> Result<Vec<u8>, Miss> {
        let bytes = private_fs::check_directory(&self.directory)
            .and_then(|()| private_fs::read(&self.path(ending), LARGEST));
        bytes.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Miss::NotThere,
            _ => Miss::Unusable(reason(&error)),
        })
    }
}

/// How many seconds more an entry can be used, if at all: made with this secret (where one is known) and valid for
/// `min_ttl`.
pub fn judge(
    entry: &Entry,
    secret: Option<&Secret>,
    min_ttl: Duration,
    now: Timestamp,
) -> Result<i64, Miss> {
    if secret.is_some_and(|secret| !entry.check.matches(secret)) {
        return Err(Miss::SecretChanged);
    }
    match entry.freshness(min_ttl, now) {
        Freshness::Fresh { left } => Ok(left),
        Freshness::Stale(why) => Err(Miss::Stale(why)),
    }
}

/// Holds the lock of an identity.
#[derive(Debug)]
pub struct Lock {
    _file: fs::File,
}

/// Whether a file is called as [`Cache::path`] calls it. The directory may be one that holds other things too.
fn is_ours(name: &str, ending: &str) -> bool {
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    name.strip_suffix(ending).is_some_and(|key| key.len() == 32 && key.bytes().all(is_hex))
}

/// Deletes the temporary files of a cache directory that are to go: a token stands in each.
pub fn remove_temporaries(directory: &Path, is_to_go: impl Fn(&fs::DirEntry) -> bool) {
    let Ok(files) = listing(directory) else { return };
    for file in files.filter(|file| {
        private_fs::is_temporary(&file.file_name().to_string_lossy()) && is_to_go(file)
    }) {
        let _ = remove_file(&file.path());
    }
}

/// The files of the cache directory; none where it is missing.
fn listing(directory: &Path) -> io::Result<impl Iterator<Item = fs::DirEntry>> {
    let files = if is_there(directory)? { Some(fs::read_dir(directory)?) } else { None };
    Ok(files.into_iter().flatten().filter_map(Result::ok))
}

/// Whether there is a cache directory. Whatever else is in its place holds no token of this program.
fn is_there(directory: &Path) -> io::Result<bool> {
    match private_fs::check_directory(directory) {
        Ok(()) => Ok(true),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Deletes a file. Answers whether there was one; a directory in its place is none, and stays.
fn remove_file(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(_) if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) => Ok(false),
        Err(error) => Err(error),
    }
}
