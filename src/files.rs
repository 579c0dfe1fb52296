//! How a file that a person named is read: whole, within a limit, and never by following what it is not.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::reason;

/// What a stream of unknown length is expected to hold at most, in bytes: the capacity of a pipe on Linux.
const STREAM: usize = 64 * 1024;

/// A file that was read, and who else can reach it.
pub struct Contents {
    pub bytes: Zeroizing<Vec<u8>>,
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
    let expected = if metadata.is_file() { usize::try_from(metadata.len()).unwrap_or(limit) } else { STREAM };
    Ok(Contents { bytes: collect(file, expected, limit)?, access: Access::of(&metadata) })
}

/// As [`read`], from a stream that is already open.
pub fn read_from(source: impl Read, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    collect(source, STREAM, limit)
}

fn collect(source: impl Read, expected: usize, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    // A buffer that grows leaves copies behind that nothing wipes: one of the size that is to be expected does not.
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected.min(limit) + 1));
    match source.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit => Err(format!("it is larger than {} KiB", limit / 1024)),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Err("it is a directory".into()),
        Err(error) => Err(reason(&error)),
    }
}
