//! How a file that a person named is read: whole, within a limit, and never by following what it is not.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::reason;

/// Reads at most `limit` bytes. A directory, an unreadable file and a longer one are errors in words.
///
/// A pipe is fine: `--client-secret-file <(pass show skia)` names one.
pub fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let file = File::open(path).map_err(|error| reason(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err("it is a directory".into());
    }
    read_from(file, limit)
}

/// As [`read`], from a stream that is already open.
pub fn read_from(source: impl Read, limit: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    // A buffer that grows leaves copies behind that nothing wipes: one of the full size does not.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.min(64 * 1024) + 1));
    match source.take(limit as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit => Err(format!("it is larger than {} KiB", limit / 1024)),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Err("it is a directory".into()),
        Err(error) => Err(reason(&error)),
    }
}
