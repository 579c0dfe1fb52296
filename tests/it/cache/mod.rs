//! The cache: entries in any state, many processes at once, a disk that fails.

mod entry;
#[cfg(unix)]
mod faults;
mod lookup;
#[cfg(unix)]
mod obstacles;
mod single_flight;
mod storm;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::*;

/// The cache files with this extension.
pub fn cache_files(home: &Home, extension: &str) -> Vec<PathBuf> {
    home.cache_files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

/// The only entry in the cache.
#[track_caller]
pub fn entry(home: &Home) -> PathBuf {
    let entries = cache_files(home, "token");
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.into_iter().next().unwrap()
}

/// `skia-auth token` with the credentials of the environment.
pub fn token(home: &Home, server: &Server) -> Program {
    home.skia(["token"]).credentials().server(server)
}

/// Asserts that the program prints this token and nothing else.
#[track_caller]
pub fn gets(program: Program, token: &str) {
    program.run().ok(&format!("{token}\n"));
}

/// The JSON of an entry.
pub fn read_body(entry: &Path) -> Value {
    let bytes = fs::read(entry).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    serde_json::from_slice(&bytes[end + 1..]).unwrap()
}

/// An entry with this JSON and the right checksum.
pub fn with_checksum(version: &str, body: &str) -> String {
    let digest = hmac_sha256::Hash::hash(body.as_bytes());
    let sum: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("skia-auth cache {version} {sum}\n{body}")
}

/// Waits until `done` returns true.
#[track_caller]
pub fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until a process has opened the lock file: it holds the lock or waits for it.
#[track_caller]
pub fn until_at_the_lock(pid: i32) {
    let open = format!("/proc/{pid}/fd");
    until("the process has opened the lock file", || {
        let mut links = fs::read_dir(&open)
            .into_iter()
            .flatten()
            .flatten()
            .flat_map(|fd| fs::read_link(fd.path()));
        links.any(|target| target.extension().is_some_and(|extension| extension == "lock"))
    });
}

/// Whether a file system can be mounted for one program.
pub fn can_mount() -> bool {
    let allowed = std::process::Command::new("unshare")
        .args(["-m", "sh", "-c", "mount -t tmpfs -o size=4k none /mnt"])
        .output()
        .is_ok_and(|output| output.status.success());
    notice(allowed, "mounting is not permitted")
}

/// Whether system calls can be traced.
pub fn can_trace() -> bool {
    let allowed = std::process::Command::new("strace").args(["-e", "trace=none", "true"]).output();
    notice(
        allowed.is_ok_and(|output| output.status.success()),
        "strace is not installed, or tracing is not permitted",
    )
}

#[allow(clippy::print_stderr, reason = "reports a skipped test")]
fn notice(allowed: bool, why: &str) -> bool {
    if !allowed {
        eprintln!("skipped: {why}");
    }
    allowed
}
