//! How a file that a person named is read: whole, within a limit, and never by following what it is not.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::reason;

/// What a stream of unknown length is expected to hold at most, in bytes: the capacity of a pipe on Linux.
const STREAM: usize = 64 * 1024;

/// A file that was read, and its permission bits.
pub struct Contents {
    pub bytes: Zeroizing<Vec<u8>>,
    /// 0 where there are none to look at: a pipe, which nobody else can open, or a system without them.
    pub mode: u32,
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
    Ok(Contents { bytes: collect(file, expected, limit)?, mode: mode(&metadata) })
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt;
    if metadata.is_file() { metadata.mode() } else { 0 }
}

#[cfg(not(unix))]
fn mode(_metadata: &Metadata) -> u32 {
    0
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
