//! The temporary directories of one test, and which files a program may leave there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::SECRET;
use super::program::Program;
use super::traces::Traces;

/// A temporary directory with `home/`, `config/` (XDG_CONFIG_HOME), `cache/` (XDG_CACHE_HOME),
/// `work/` (the current directory) and `tmp/` (TMPDIR). On Windows, `config/` is LOCALAPPDATA and
/// the cache is there too. Clones share it.
#[derive(Clone)]
pub struct Home(Arc<Inner>);

struct Inner {
    root: TempDir,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secrets: Vec<String>,
    /// Files that may hold a secret.
    secret_files: Vec<PathBuf>,
    /// Where the program may write, apart from the configuration and the cache.
    outputs: Vec<PathBuf>,
    /// Where other programs write: modes are not checked.
    foreign: Vec<PathBuf>,
    running: usize,
}

/// What identifies a file or directory below a home, so that a replacement is noticed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Different after the file was replaced.
    identity: u64,
    /// `None` on Windows.
    pub(super) mode: Option<u32>,
    pub(super) is_dir: bool,
    pub(super) is_file: bool,
}

impl Home {
    pub fn new() -> Self {
        let root = TempDir::with_prefix("skia-home-").unwrap();
        for name in ["home", "config", "cache", "work", "tmp"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let state = State { secrets: vec![SECRET.to_owned()], ..State::default() };
        Self(Arc::new(Inner { root, state: Mutex::new(state) }))
    }

    /// The temporary directory.
    pub fn root(&self) -> &Path {
        self.0.root.path()
    }

    /// The program's current directory, where cases put their files.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// XDG_CONFIG_HOME. The program uses `skia-auth` below it.
    pub fn config(&self) -> PathBuf {
        self.root().join("config")
    }

    /// XDG_CACHE_HOME. The program uses `skia-auth` below it.
    pub fn cache(&self) -> PathBuf {
        self.root().join(if cfg!(windows) { "config" } else { "cache" })
    }

    /// Writes `config/skia-auth/config.toml`, mode 0600 in 0700. It may hold a secret.
    pub fn write_config(&self, toml: &str) -> PathBuf {
        let directory = self.config().join("skia-auth");
        fs::create_dir_all(&directory).unwrap();
        set_mode(&directory, 0o700);
        self.put(directory.join("config.toml"), toml.as_bytes())
    }

    /// Writes a file below `work/`, mode 0600. It may hold a secret.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        self.put(self.work().join(name), bytes.as_ref())
    }

    fn put(&self, path: PathBuf, bytes: &[u8]) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        set_mode(&path, 0o600);
        if !Traces::of(&self.secrets()).found_in(bytes).is_empty() {
            self.declare_secret_file(&path);
        }
        path
    }

    /// Every file below `cache/`, entries and locks, sorted.
    pub fn cache_files(&self) -> Vec<PathBuf> {
        let cache = self.cache();
        self.entries()
            .into_iter()
            .filter(|(path, e)| !e.is_dir && path.starts_with(&cache))
            .filter(|(path, _)| path.file_stem().is_some_and(|name| name != "config"))
            .map(|(path, _)| path)
            .collect()
    }

    /// The only file below `cache/` that is not empty: the cache entry.
    pub fn cache_entry(&self) -> PathBuf {
        let filled =
            |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.len() > 0);
        let entries: Vec<PathBuf> = self.cache_files().into_iter().filter(filled).collect();
        assert_eq!(entries.len(), 1, "expected one cache entry: {entries:?}");
        entries.into_iter().next().unwrap()
    }

    /// Adds a secret that must not leak, for cases whose secret is not `SECRET`.
    pub fn declare_secret(&self, secret: &str) {
        self.0.state.lock().unwrap().secrets.push(secret.to_owned());
    }

    /// Allows a file to hold the secret. `file` and `write_config` do so by themselves.
    pub fn declare_secret_file(&self, path: impl AsRef<Path>) {
        self.0.state.lock().unwrap().secret_files.push(self.work().join(path));
    }

    /// Allows the program to write this file or directory outside `config/` and `cache/`. Modes are
    /// checked.
    pub fn declare_output(&self, path: impl AsRef<Path>) {
        self.0.state.lock().unwrap().outputs.push(self.work().join(path));
    }

    /// Allows another program (a shell, the command of `exec`) to write this file or directory.
    /// Modes are not checked.
    pub fn declare_foreign(&self, path: impl AsRef<Path>) {
        self.0.state.lock().unwrap().foreign.push(self.work().join(path));
    }

    /// Allows shells to write their histories and caches.
    pub fn declare_shell_files(&self) {
        for place in ["home", "config/fish", "cache/fish", "tmp"] {
            self.declare_foreign(self.root().join(place));
        }
    }

    /// `skia-auth` with these arguments, in this home.
    pub fn skia<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Program {
        self.program(env!("CARGO_BIN_EXE_skia-auth"), arguments)
    }

    /// Any other program in the same environment and under the same invariants. `skia-auth` is on
    /// its PATH.
    pub fn program<I: IntoIterator<Item: AsRef<OsStr>>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: I,
    ) -> Program {
        Program::new(self.clone(), program.as_ref()).args(arguments)
    }

    /// A shell script, for pipes and `eval`.
    #[cfg(unix)]
    pub fn sh(&self, script: &str) -> Program {
        self.program("sh", ["-c", script])
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        self.0.state.lock().unwrap().secrets.clone()
    }

    pub(super) fn may_hold_a_secret(&self, path: &Path) -> bool {
        self.0.state.lock().unwrap().secret_files.iter().any(|known| path == known)
    }

    pub(super) fn may_be_written(&self, path: &Path) -> bool {
        let state = self.0.state.lock().unwrap();
        [self.config(), self.cache()]
            .iter()
            .chain(&state.outputs)
            .any(|place| path.starts_with(place))
    }

    pub(super) fn is_foreign(&self, path: &Path) -> bool {
        self.0.state.lock().unwrap().foreign.iter().any(|place| path.starts_with(place))
    }

    /// Counts a program that starts.
    pub(super) fn enter(&self) {
        self.0.state.lock().unwrap().running += 1;
    }

    /// Counts a program that has ended. True if no other program runs.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.0.state.lock().unwrap();
        state.running -= 1;
        state.running == 0
    }

    /// Everything below the home. Links are not followed.
    pub(super) fn entries(&self) -> BTreeMap<PathBuf, Entry> {
        let mut found = BTreeMap::new();
        let mut left = vec![self.root().to_owned()];
        while let Some(directory) = left.pop() {
            // Another program may delete files at the same time.
            for path in
                fs::read_dir(&directory).into_iter().flatten().flatten().map(|entry| entry.path())
            {
                let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
                if metadata.is_dir() {
                    left.push(path.clone());
                }
                let (is_dir, is_file) = (metadata.is_dir(), metadata.is_file());
                let (identity, mode) = identity_and_mode(&metadata);
                found.insert(path, Entry { identity, mode, is_dir, is_file });
            }
        }
        found
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(windows)]
fn set_mode(_path: &Path, _mode: u32) {}

#[cfg(unix)]
fn identity_and_mode(metadata: &fs::Metadata) -> (u64, Option<u32>) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), Some(metadata.mode() & 0o7777))
}

/// The standard library does not show the file index: the time of the last write stands for it. For
/// a directory, that changes with its content.
#[cfg(windows)]
fn identity_and_mode(metadata: &fs::Metadata) -> (u64, Option<u32>) {
    use std::os::windows::fs::MetadataExt;
    (if metadata.is_dir() { 0 } else { metadata.last_write_time() }, None)
}
