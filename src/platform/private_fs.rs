//! Private files: mode 0600, replaced as a whole. A link in place of one is not followed.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{self, Component, Path, PathBuf, Prefix};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{files, signals};

/// The names of temporary files, by which those of a killed process are recognized.
const TEMPORARY_PREFIX: &str = ".skia-auth-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The pauses between the tries of a rename, in milliseconds: 1.3 s in all.
const RENAME_DELAYS: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

/// The space that the file of `--to-file` may need: a token of 16 KiB, and the claims around it.
const LARGEST_TOKEN_FILE: usize = 32 * 1024;

/// Fails unless `path` is a directory of this user that nobody else can write to. It may be a
/// symlink, as systemd's `CacheDirectory=` is.
pub fn check_directory(path: &Path) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_dir() {
        return Err(io::Error::new(ErrorKind::NotADirectory, "it is not a directory"));
    }
    #[cfg(unix)]
    {
        ensure(is_own(&metadata), "its directory belongs to another user")?;
        ensure(metadata.mode() & 0o022 == 0, "other users can write to its directory")?;
    }
    Ok(())
}

/// Creates a directory and its parents with mode 0700, whatever the umask. An existing directory is
/// only checked.
pub fn create_directory(path: &Path) -> io::Result<()> {
    match check_directory(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        checked => return checked,
    }
    if !directory_of(path).exists() {
        create_directory(directory_of(path))?;
    }
    match create_one_directory(path) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => check_directory(path),
        created => created,
    }
}

fn create_one_directory(path: &Path) -> io::Result<()> {
    #[cfg(not(unix))]
    fs::create_dir(path)?;
    #[cfg(unix)]
    fs::DirBuilder::new().mode(0o700).create(path)?;
    // A umask such as 0777 removes the permissions of the owner too.
    #[cfg(unix)]
    if fs::symlink_metadata(path)?.mode() & 0o700 != 0o700 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Reads a regular file that belongs to this user and that no other user can access. Anything else
/// (a link, a device, a pipe, another user's file) is an error and does not block.
pub fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = private_options().open(path)?;
    let metadata = file.metadata()?;
    check_own(&metadata)?;
    #[cfg(unix)]
    ensure(metadata.mode() & 0o077 == 0, "other users can access it")?;
    files::read_to_limit(file, limit)
}

/// Opens a file to be locked; creates it if it is missing. It must never be deleted: a process that
/// waits for the deleted file and one that creates a new file would both get the lock.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let file = private_options().write(true).create(true).truncate(false).open(path)?;
    let metadata = file.metadata()?;
    check_own(&metadata)?;
    // The lock file is empty, so its mode may be tightened; otherwise another user could hold the
    // lock. A hard link could be a name of any other file of this user: its mode is left alone.
    #[cfg(unix)]
    {
        ensure(metadata.nlink() == 1, "it is a hard link")?;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Options for reading. On Unix, a new file has mode 0600, a link is not followed, and a pipe is not
/// waited for.
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    options
}

/// Fails unless an open file is a regular file of this user.
fn check_own(metadata: &Metadata) -> io::Result<()> {
    ensure(metadata.is_file(), "it is not a regular file")?;
    #[cfg(unix)]
    ensure(is_own(metadata), "it belongs to another user")?;
    Ok(())
}

#[cfg(unix)]
fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

fn ensure(condition: bool, otherwise: &'static str) -> io::Result<()> {
    if condition {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::PermissionDenied, otherwise))
}

/// Replaces a file, or creates it, with this mode. A reader sees the old content or the new, also
/// after a power cut. A link is replaced, not followed. A file of this user that has this content
/// and this mode already is left alone, so that programs that watch it are not notified.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    if has_already(path, content, mode).unwrap_or(false) {
        return Ok(());
    }
    let file = write_temporary(path, content)?;
    #[cfg(unix)]
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    rename(file, path)
}

/// Renames a complete temporary file.
fn rename(mut file: NamedTempFile, path: &Path) -> io::Result<()> {
    for delay in RENAME_DELAYS {
        match file.persist(extended(path)?) {
            Err(error) if is_in_use(&error.error) => file = error.file,
            renamed => return Ok(renamed.map(drop)?),
        }
        thread::sleep(Duration::from_millis(delay));
    }
    Ok(file.persist(extended(path)?).map(drop)?)
}

/// Whether a rename failed because another program has the target open, as a virus scanner or a
/// reader has it for a moment.
fn is_in_use(error: &io::Error) -> bool {
    const ERROR_ACCESS_DENIED: i32 = 5;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    let codes = [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION];
    cfg!(windows) && error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// The path in the form `\\?\C:\…` if it is long. The standard library does this by itself; the
/// renames of `tempfile` do not.
fn extended(path: &Path) -> io::Result<PathBuf> {
    // MAX_PATH is 260, and the name of the temporary file may be longer than that of the file.
    const LONGEST: usize = 220;
    if !cfg!(windows) {
        return Ok(path.to_owned());
    }
    let absolute = path::absolute(path)?;
    if absolute.as_os_str().len() <= LONGEST {
        return Ok(path.to_owned());
    }
    let mut parts = absolute.components();
    let Some(Component::Prefix(prefix)) = parts.next() else { return Ok(absolute) };
    let mut extended = OsString::from(r"\\?\");
    match prefix.kind() {
        Prefix::Disk(_) => extended.push(prefix.as_os_str()),
        Prefix::UNC(server, share) => {
            extended.extend([r"UNC\".as_ref(), server, r"\".as_ref(), share]);
        }
        _ => return Ok(absolute),
    }
    extended.push(parts.as_path());
    Ok(extended.into())
}

/// Replaces the content of an existing file, which on Unix keeps its mode and its owner. A link is
/// followed.
pub fn rewrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let file = write_temporary(&path, content)?;
    #[cfg(unix)]
    {
        let (old, new) = (fs::metadata(&path)?, file.as_file().metadata()?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            std::os::unix::fs::fchown(file.as_file(), Some(old.uid()), Some(old.gid()))?;
        }
        file.as_file().set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777))?;
    }
    file.as_file().sync_all()?;
    rename(file, &path)
}

/// Waits until no other program holds this lock for the directory of a file. It does not wait on a
/// system without locks for directories, or for longer than 5 s: a lock of others must not stop us.
pub fn lock_directory(path: &Path) -> Option<File> {
    let directory = File::open(directory_of(&path.canonicalize().ok()?)).ok()?;
    for _ in 0..100 {
        match directory.try_lock() {
            Ok(()) => return Some(directory),
            Err(fs::TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
            Err(fs::TryLockError::Error(_)) => break,
        }
    }
    None
}

/// Whether [`rewrite`] is likely to succeed, found out without writing the file.
pub fn check_rewritable(path: &Path) -> io::Result<()> {
    check_replaceable(&path.canonicalize()?)
}

fn has_already(path: &Path, content: &[u8], _mode: u32) -> io::Result<bool> {
    let file = private_options().open(path)?;
    let metadata = file.metadata()?;
    check_own(&metadata)?;
    #[cfg(unix)]
    ensure(metadata.mode() & 0o7777 == _mode, "its mode differs")?;
    Ok(metadata.len() == content.len() as u64
        && files::read_to_limit(file, content.len())? == content)
}

/// Replaces a file, or creates it, with mode 0600, without waiting for the disk: a power cut may
/// leave a file that is empty or damaged. A link is replaced, not followed. The temporary file is
/// complete when `check` is called, and an error of `check` keeps the old file.
pub fn replace_unsynced(
    path: &Path,
    content: &[u8],
    check: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let file = write_temporary(path, content)?;
    check()?;
    rename(file, path)
}

/// Writes a small file in place. A reader may see a mixture of the old and the new content.
pub fn overwrite(path: &Path, content: &[u8]) -> io::Result<()> {
    signals::outlive_size_limits()?;
    let mut file = open_lock(path)?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)
}

/// Creates a file in a directory, locks it and deletes it.
pub fn try_out(directory: &Path) -> io::Result<()> {
    create_directory(directory)?;
    let file = write_temporary(&directory.join("file"), b"content")?;
    file.as_file().try_lock()?;
    file.close()
}

/// A new directory with mode 0700, which is deleted when it is dropped.
pub fn temporary_directory() -> io::Result<tempfile::TempDir> {
    #[cfg(unix)]
    {
        let private = fs::Permissions::from_mode(0o700);
        tempfile::Builder::new().permissions(private).tempdir()
    }
    #[cfg(not(unix))]
    tempfile::tempdir()
}

/// Creates a file with mode 0600. An existing file is `AlreadyExists`.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = write_temporary(path, content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(extended(path)?)?;
    Ok(())
}

/// Whether [`replace`] is likely to succeed, found out without writing the file.
///
/// A device, a pipe or a directory is refused, behind a link too: replacing `/dev/stdout` would
/// remove it for all programs.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    let is_directory = |why| Err(io::Error::new(ErrorKind::IsADirectory, why));
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => is_directory("it is a directory"),
        Ok(metadata) if !metadata.is_file() || is_descriptor(path) => {
            Err(io::Error::other("it is not a regular file"))
        }
        // A missing file or a dangling link can be replaced.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ if ends_with_separator(path) => is_directory("it names a directory"),
        _ => {
            check_rename_onto(path)?;
            write_temporary(path, &[0; LARGEST_TOKEN_FILE]).map(drop)
        }
    }
}

fn ends_with_separator(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// Fails if a rename onto an existing file is known to fail.
#[cfg(unix)]
fn check_rename_onto(path: &Path) -> io::Result<()> {
    let Ok(existing) = fs::symlink_metadata(path) else { return Ok(()) };
    let directory = fs::metadata(directory_of(path))?;
    let user = rustix::process::geteuid();
    // In a sticky directory such as /tmp, only these users may rename onto a file.
    let may_rename = directory.mode() & 0o1000 == 0
        || user.is_root()
        || [existing.uid(), directory.uid()].contains(&user.as_raw());
    ensure(may_rename, "it belongs to another user, and its directory is sticky")?;
    ensure(!is_mount_point(path), "it is a mount point: mount its directory instead")
}

#[cfg(not(unix))]
fn check_rename_onto(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a file system or a single file is mounted on the path, as `docker run -v FILE:FILE` does.
#[cfg(target_os = "linux")]
fn is_mount_point(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_mount_point(_path: &Path) -> bool {
    false
}

/// Whether the path names an open file, such as `/dev/stdout`: a regular file if the output is
/// redirected to one, but the link belongs to the system.
pub fn is_descriptor(path: &Path) -> bool {
    directory_of(path).canonicalize().is_ok_and(|directory| {
        directory == Path::new("/dev")
            || ["/dev/fd", "/proc"].iter().any(|parent| directory.starts_with(parent))
    })
}

/// The directory that a file is in; for a name alone, the current one.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn write_temporary(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = temporary(path)?;
    file.write_all(content)?;
    Ok(file)
}

/// A temporary file in the directory of `path`, mode 0600.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    signals::outlive_size_limits()?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    let file = builder.tempfile_in(directory_of(&extended(path)?))?;
    // The mode of creation is 0600, but a umask such as 0777 reduces it.
    #[cfg(unix)]
    file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Whether a file name is that of a temporary file of this program.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}
