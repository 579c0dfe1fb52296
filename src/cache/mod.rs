//! The tokens on disk: for each identity an entry, a lock file, and the last refusal.

mod entry;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, Kind, reason};
use crate::model::identity::Identity;
use crate::model::miss::Miss;
use crate::model::secret::Secret;
use crate::platform::private_fs;

use entry::hex;
pub use entry::{Entry, SecretCheck, decode, encode};

/// The largest file that is read, in bytes: a reply of 1 MiB, escaped as JSON, fits.
const LARGEST: usize = 4 * 1024 * 1024;
/// The pause between two attempts to lock: short beside a login, long beside a system call.
const LOCK_POLL: Duration = Duration::from_millis(10);
/// The age at which a temporary file must be that of a killed process.
const ABANDONED: Duration = Duration::from_secs(3600);
/// The file that every logout changes. The directory may hold a file `logout` of the user's.
const MARKER: &str = "logout.marker";

/// The cache files of one identity.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    key: String,
    identity: Identity,
    /// The logout marker at the start of a login.
    marker: Option<Vec<u8>>,
}

/// A refusal, for the processes that wait for the lock at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A random number that tells one refusal from the next.
    pub id: u64,
    secret_check: SecretCheck,
    message: String,
    http_status: Option<u16>,
    server_messages: Vec<String>,
}

impl Refusal {
    pub fn new(failure: &Failure, secret: &Secret) -> Self {
        Self {
            id: fastrand::u64(..),
            secret_check: SecretCheck::new(secret),
            message: failure.message.clone(),
            http_status: failure.http_status,
            server_messages: failure.server_messages.clone(),
        }
    }

    pub fn is_of(&self, secret: &Secret) -> bool {
        self.secret_check.matches(secret)
    }

    pub fn into_failure(self) -> Failure {
        let Self { message, http_status, server_messages, .. } = self;
        Failure { http_status, server_messages, ..Failure::new(Kind::Rejected, message) }
    }
}

impl Cache {
    pub fn new(directory: &Path, identity: &Identity) -> Self {
        let name = format!("{}\n{}\n{}", identity.base_url, identity.client_id, identity.scope);
        // 128 bits avoid collisions by chance. The entry holds the identity, so that a collision
        // is a miss.
        let key = hex(&Hash::hash(name.as_bytes())[..16]);
        Self { directory: directory.to_owned(), key, identity: identity.clone(), marker: None }
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.directory.join(format!("{}.{extension}", self.key))
    }

    /// Reads the entry. An entry with any defect is a miss.
    pub fn load(&self) -> Result<Entry, Miss> {
        decode(&self.read("token")?, &self.identity)
            .ok_or_else(|| Miss::Unusable("it is damaged or of another version".into()))
    }

    /// Begins a login, before it waits for the lock or sends anything.
    pub fn begin_login(&mut self) {
        self.marker = self.read_marker();
    }

    /// Stores the token of a login, unless a logout came after [`Self::begin_login`].
    pub fn store(&self, entry: &Entry) -> io::Result<()> {
        private_fs::create_directory(&self.directory)?;
        let content = encode(entry, &self.identity)?;
        private_fs::replace_unsynced(&self.path("token"), content.as_bytes(), || {
            match self.read_marker() == self.marker {
                true => Ok(()),
                false => Err(io::Error::other("a logout came after the login had begun")),
            }
        })
    }

    /// The logout marker. One with a defect counts as missing: it must not turn the cache off.
    fn read_marker(&self) -> Option<Vec<u8>> {
        private_fs::read(&self.directory.join(MARKER), 16).ok()
    }

    /// Deletes the entry. Returns whether there was one.
    pub fn remove(&self) -> io::Result<bool> {
        if !exists(&self.directory)? {
            return Ok(false);
        }
        let _ = remove_file(&self.path("refusal"));
        remove_file(&self.path("token"))
    }

    /// Deletes every entry in the directory and returns their number. Lock files stay.
    pub fn remove_all(directory: &Path) -> io::Result<usize> {
        let mut removed = 0;
        for file in files(directory)? {
            let name = file.file_name().to_string_lossy().into_owned();
            if is_ours(&name, ".token") {
                removed += usize::from(remove_file(&file.path())?);
            } else if is_ours(&name, ".refusal") {
                let _ = remove_file(&file.path());
            }
        }
        Ok(removed)
    }

    /// Deletes temporary files of killed processes.
    pub fn sweep(&self) {
        remove_temporaries(&self.directory, |file| {
            let modified = file.metadata().and_then(|metadata| metadata.modified());
            let age =
                modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
            age.is_some_and(|age| age > ABANDONED)
        });
    }

    /// Takes the lock of the identity, and waits for it until `deadline`. The lock is released when
    /// the file is dropped or the process dies. `on_wait` is called once if the lock is taken.
    pub fn lock(&self, deadline: Instant, on_wait: impl FnOnce()) -> io::Result<File> {
        private_fs::create_directory(&self.directory)?;
        let file = private_fs::open_lock(&self.path("lock"))?;
        let mut on_wait = Some(on_wait);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::other("another process holds it for too long"));
                }
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait();
            }
            thread::sleep(LOCK_POLL);
        }
    }

    /// The last refusal, if its file is readable.
    pub fn refusal(&self) -> Option<Refusal> {
        serde_json::from_slice(&self.read("refusal").ok()?).ok()
    }

    /// Stores a refusal for the processes that wait for the lock.
    pub fn store_refusal(&self, refusal: &Refusal) -> io::Result<()> {
        private_fs::check_directory(&self.directory)?;
        private_fs::replace_unsynced(
            &self.path("refusal"),
            &serde_json::to_vec(refusal)?,
            || Ok(()),
        )
    }

    fn read(&self, extension: &str) -> Result<Vec<u8>, Miss> {
        let bytes = private_fs::check_directory(&self.directory)
            .and_then(|()| private_fs::read(&self.path(extension), LARGEST));
        bytes.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Miss::NotCached,
            _ => Miss::Unusable(reason(&error)),
        })
    }
}

/// Whether a file has a name that [`Cache::path`] makes. The directory may hold files of others.
fn is_ours(name: &str, extension: &str) -> bool {
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    name.strip_suffix(extension).is_some_and(|key| key.len() == 32 && key.bytes().all(is_hex))
}

/// Tries what a login does in the cache directory, and the lock file of the identity if it exists.
pub fn try_out(directory: &Path, identity: Option<&Identity>) -> io::Result<()> {
    private_fs::try_out(directory)?;
    let lock = identity.map(|identity| Cache::new(directory, identity).path("lock"));
    match lock.filter(|lock| fs::symlink_metadata(lock).is_ok()) {
        None => Ok(()),
        Some(lock) => private_fs::open_lock(&lock).map(drop).map_err(|error| {
            let why = format!("its lock file {}: {}", lock.display(), reason(&error));
            io::Error::new(error.kind(), why)
        }),
    }
}

/// Keeps logins in progress from storing their tokens. The caller deletes the entries afterwards.
///
/// A login writes a temporary file, reads the marker, and renames the file to the entry. If it reads
/// the old marker, its temporary file exists before the marker is renewed. Then either the file is
/// deleted here and the rename fails, or the rename came first and the caller deletes the entry.
pub fn begin_logout(directory: &Path) {
    let marker = directory.join(MARKER);
    let existed = fs::symlink_metadata(&marker).is_ok();
    let renewed = private_fs::create_directory(directory)
        .and_then(|()| private_fs::overwrite(&marker, &fastrand::u128(..).to_ne_bytes()));
    // On a full disk, a new marker is empty, and one that was there can only go. In a directory that
    // cannot be written, no login can store a token either.
    if renewed.is_err() && existed {
        let _ = remove_file(&marker);
    }
    remove_temporaries(directory, |_| true);
}

/// Deletes the temporary files in a cache directory that `selects` chooses. Each may hold a token.
fn remove_temporaries(directory: &Path, selects: impl Fn(&fs::DirEntry) -> bool) {
    for file in files(directory).into_iter().flatten() {
        if private_fs::is_temporary(&file.file_name().to_string_lossy()) && selects(&file) {
            let _ = remove_file(&file.path());
        }
    }
}

/// The files in the cache directory; none if it does not exist.
fn files(directory: &Path) -> io::Result<impl Iterator<Item = fs::DirEntry>> {
    let files = if exists(directory)? { Some(fs::read_dir(directory)?) } else { None };
    Ok(files.into_iter().flatten().filter_map(Result::ok))
}

/// Whether the cache directory exists. Something else in its place holds no tokens.
fn exists(directory: &Path) -> io::Result<bool> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match private_fs::check_directory(directory) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes a file. Returns whether there was one. A directory in its place is left alone.
fn remove_file(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(_) if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) => Ok(false),
        Err(error) => Err(error),
    }
}
