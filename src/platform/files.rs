//! Files that the user names: how they are read, and which other users can access them.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::threads;

/// A file that is always empty.
pub const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// A file that was read.
pub struct Contents {
    pub bytes: Vec<u8>,
    pub access: Access,
}

/// Which other users can access a file. The default says that none can: it stands for pipes and for
/// systems without permission bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// The owner is neither this user nor root, and can write the file whatever its mode says.
    pub is_foreign: bool,
}

impl Access {
    /// `None` if it is not a regular file, or the system has no permission bits.
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let own = rustix::process::geteuid().as_raw();
        let is_foreign = metadata.uid() != own && metadata.uid() != 0;
        metadata.is_file().then(|| Self { mode: metadata.mode(), is_foreign })
    }

    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }

    pub fn others_can_read(self) -> bool {
        self.mode & 0o044 != 0
    }

    pub fn others_can_write(self) -> bool {
        self.mode & 0o022 != 0
    }
}

/// Which other users can access the file at a path, as far as this can be known.
pub fn access(path: &Path) -> Option<Access> {
    Access::of(&path.metadata().ok()?)
}

/// Reads a file of at most `limit` bytes. Pipes are allowed: `--client-secret-file <(pass show
/// skia)` names one.
pub fn read(path: &Path, limit: usize) -> io::Result<Contents> {
    let is_directory = || io::Error::new(io::ErrorKind::IsADirectory, "it is a directory");
    let file = File::open(path).map_err(|error| match error.kind() {
        // Windows refuses to open a directory.
        io::ErrorKind::PermissionDenied if path.is_dir() => is_directory(),
        _ => error,
    })?;
    // A device of Windows has none.
    let metadata = file.metadata().ok();
    if metadata.as_ref().is_some_and(Metadata::is_dir) {
        return Err(is_directory());
    }
    let access = metadata.as_ref().and_then(Access::of).unwrap_or_default();
    Ok(Contents { bytes: read_to_limit(file, limit)?, access })
}

/// Reads as [`read`] does, but waits at most `timeout` for a pipe or a device. Only these can
/// block, so a regular file costs no thread.
pub fn read_with_timeout(path: &Path, limit: usize, timeout: Duration) -> io::Result<Contents> {
    if path.is_file() {
        return read(path, limit);
    }
    let path = path.to_owned();
    threads::with_timeout(timeout, move || read(&path, limit))
}

/// Reads a stream to its end. More than `limit` bytes are an error.
pub fn read_to_limit(source: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    // A configuration file or a cache entry is read at once: an empty vector begins with 32 bytes.
    let mut bytes = Vec::with_capacity(8 * 1024);
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let why = format!("it is larger than {} KiB", limit / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn silent_pipe_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = read_with_timeout(&pipe, 10, Duration::from_millis(50)).err().unwrap();
        assert_eq!(error.to_string(), "nothing came within 1 s");
    }
}
