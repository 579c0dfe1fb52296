//! How a file that a person named is read: whole, within a limit, and never by following what it is not.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::reason;

/// A file that was read, and who else can reach it.
pub struct Contents {
    pub bytes: Vec<u8>,
    pub access: Access,
}

/// Who can reach a file but its user. Nobody, where it is a pipe, which nobody else can open, or where a system has no
/// such notion.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// It belongs to neither this user nor root: whoever owns a file can write it, whatever its mode says.
    pub is_foreign: bool,
}

impl Access {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        if !metadata.is_file() {
            return Self::default();
        }
        let own = rustix::process::geteuid().as_raw();
        Self { mode: metadata.mode(), is_foreign: metadata.uid() != own && metadata.uid() != 0 }
    }

    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Self {
        Self::default()
    }
}

/// Reads at most `limit` bytes. A directory, an unreadable file and a longer one are errors in words.
///
/// A pipe is fine: `--client-secret-file <(pass show skia)` names one.
pub fn read(path: &Path, limit: usize) -> Result<Contents, String> {
    let file = File::open(path).map_err(|error| reason(&error))?;
    let metadata = file.metadata().map_err(|error| reason(&error))?;
    if metadata.is_dir() {
        return Err("it is a directory".into());
    }
    Ok(Contents { bytes: collect(file, limit)?, access: Access::of(&metadata) })
}

/// As [`read`], but waits no longer than `patience` for a pipe whose other end says nothing.
pub fn read_within(path: &Path, limit: usize, patience: Duration) -> Result<Contents, String> {
    let owned = path.to_owned();
    patiently(path, patience, move || read(&owned, limit))
}

/// Reads a path in one's own way, but waits no longer than `patience` where it is no file: only that can keep one
/// waiting.
pub fn patiently<T: Send + 'static>(
    path: &Path,
    patience: Duration,
    read: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    if path.is_file() { read() } else { within(patience, read) }
}

/// Reads beside, and gives up after `patience`.
pub fn within<T: Send + 'static>(
    patience: Duration,
    read: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    beside(move || sender.send(read()))?;
    receiver
        .recv_timeout(patience)
        .unwrap_or_else(|_| Err(format!("nothing came within {} s", seconds(patience))))
}

/// A time limit as it is told, in whole seconds.
pub fn seconds(patience: Duration) -> f32 {
    patience.as_secs_f32().ceil()
}

/// Not `thread::spawn`: that one panics when there is no thread to be had.
pub fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<(), String> {
    thread::Builder::new().spawn(work).map(drop).map_err(|error| reason(&error))
}

/// As [`read`], from a stream that is already open.
pub fn read_from(source: impl Read, limit: usize) -> Result<Vec<u8>, String> {
    collect(source, limit)
}

fn collect(source: impl Read, limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match source.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit => Err(format!("it is larger than {} KiB", limit / 1024)),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            Err("it is a directory".into())
        }
        Err(error) => Err(reason(&error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn pipe_that_nobody_writes_to_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let read = read_within(&pipe, 10, Duration::from_millis(50));
        assert_eq!(read.map(|contents| contents.bytes).unwrap_err(), "nothing came within 1 s");
    }
}
