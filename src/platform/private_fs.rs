//! Files that nobody else can read: created so, replaced whole, and never reached through a link.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::Builder;

use crate::platform::signals;

/// What a temporary file is called, so that one which was left behind is known for what it is.
const TEMPORARY_PREFIX: &str = ".skia-auth-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Whether a directory is there that files can be looked for in. A link in its place leads to somebody else's files, and
/// is an error like everything that is not a directory.
pub fn check_directory(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a directory"))
}

/// Creates a directory and those above it, mode 0700 whatever the umask. One that exists stays as it is; a link in its
/// place is refused.
pub fn create_directory(path: &Path) -> io::Result<()> {
    match check_directory(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        checked => return checked,
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Reads a regular file that belongs to this user and that nobody else can read or write. Anything else in its place
/// (a link, a device, a pipe, somebody's file) is an error, and nothing waits for it.
pub fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(
            (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32
        );
    }
    let file = options.open(path)?;
    let size = check_private(&file)?;
    if size > limit as u64 {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
    }
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file that is only ever locked, and creates it where it is missing. It is never written and never deleted:
/// a lock file that goes away re-opens the race that it closes.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
        options.custom_flags(
            (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32
        );
    }
    let file = options.open(path)?;
    // It holds nothing: that others could reach it is put right, so that they cannot hold the lock.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.set_permissions(fs::Permissions::from_mode(0o600));
    }
    check_private(&file)?;
    Ok(file)
}

#[cfg(unix)]
fn check_private(file: &File) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    let refuse = |why| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    if !metadata.is_file() {
        return refuse("it is not a regular file");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user");
    }
    if metadata.mode() & 0o077 != 0 {
        return refuse("other users can reach it");
    }
    Ok(metadata.len())
}

#[cfg(not(unix))]
fn check_private(file: &File) -> io::Result<u64> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not a regular file"));
    }
    Ok(metadata.len())
}

/// Replaces a file, or creates it, mode 0600 from its creation: a reader sees the old content or the new, whenever the
/// program or the machine stops. A link is replaced, never followed.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = temporary_beside(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Creates a file that is not there yet, mode 0600.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    signals::outlive_size_limits()?;
    let mut file = options.open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Whether a file could be written at `path`: what can be known without writing it.
///
/// A device, a pipe or a directory is refused, behind a link too: replacing `/dev/stdout` would take it away from
/// everybody.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"))
        }
        Ok(metadata) if !metadata.is_file() || is_descriptor(path) => {
            Err(io::Error::other("it is not a regular file"))
        }
        // Something that is not there, or a link to nowhere, is fine.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ if path.as_os_str().as_encoded_bytes().ends_with(b"/") => {
            Err(io::Error::new(io::ErrorKind::IsADirectory, "it names a directory"))
        }
        _ => temporary_beside(path).map(drop),
    }
}

/// Whether the path is a name for an open file, such as `/dev/stdout`: a regular file where output is redirected to one,
/// and still a link that belongs to the system.
fn is_descriptor(path: &Path) -> bool {
    let directory = directory_of(path).canonicalize();
    directory
        .is_ok_and(|directory| directory == Path::new("/dev") || directory.starts_with("/proc"))
}

/// Where a file with this path is; a name alone is in the current directory.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn temporary_beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o600));
    }
    signals::outlive_size_limits()?;
    let file = builder.tempfile_in(directory_of(path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A umask can take away even the owner's permissions.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Whether a file name is that of a temporary file of this program.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}
