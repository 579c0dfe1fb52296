//! What the cases of one test run did, counted: each test is a process of its own, so the counts are in files.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Runs whose counts nobody read were ended early.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// What a test did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub tests: usize,
    /// Programs that ran to their end and broke no rule.
    pub programs: usize,
    /// Requests that scripted servers got.
    pub requests: usize,
}

impl Count {
    pub fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            programs: self.programs + other.programs,
            requests: self.requests + other.requests,
        }
    }
}

pub(super) fn count_program() {
    note("p");
}

pub(super) fn count_requests(number: usize) {
    note(&"r".repeat(number));
}

/// The counts of this test run so far, by the full name of the test. Empty where nextest does not run it.
pub fn counts() -> BTreeMap<String, Count> {
    let files = place().and_then(|place| fs::read_dir(place).ok()).into_iter().flatten().flatten();
    let read = |file: fs::DirEntry| {
        let notes = fs::read_to_string(file.path()).ok()?;
        let of = |kind| notes.matches(kind).count();
        let name = file.file_name().to_string_lossy().into_owned();
        Some((name, Count { tests: 1, programs: of('p'), requests: of('r') }))
    };
    files.filter_map(read).collect()
}

/// Deletes the counts of earlier runs, of which this is not one.
pub fn forget_old_runs() {
    let runs = fs::read_dir(root()).into_iter().flatten().flatten();
    let age = |run: &fs::DirEntry| {
        SystemTime::now().duration_since(run.metadata().ok()?.modified().ok()?).ok()
    };
    for run in runs.filter(|run| age(run).is_some_and(|age| age > FORGOTTEN)) {
        let _ = fs::remove_dir_all(run.path());
    }
}

fn note(text: &str) {
    let Some((place, test)) = place().zip(env::var_os("NEXTEST_TEST_NAME")) else { return };
    fs::create_dir_all(&place).unwrap();
    let file = OpenOptions::new().append(true).create(true).open(place.join(test));
    file.and_then(|mut file| file.write_all(text.as_bytes())).unwrap();
}

fn place() -> Option<PathBuf> {
    Some(root().join(env::var_os("NEXTEST_RUN_ID")?))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tally")
}
