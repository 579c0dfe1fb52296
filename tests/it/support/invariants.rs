//! The invariants: what holds in every case, whatever the case is about.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::home::{Entry, Home};
use super::outcome::Outcome;
use super::tokens::{known_tokens, secret_part};
use super::traces::{Traces, contains};

/// How much longer than its deadline a program may run. Under Wine a process starts slowly.
const GRACE: Duration = Duration::from_secs(if cfg!(windows) { 10 } else { 1 });

/// What a case allows beyond the invariants, and its deadline.
#[derive(Clone, Copy, Default)]
pub struct Allowances {
    pub partial_stdout: bool,
    pub mask_lines: bool,
    pub colour: bool,
    pub time: Option<Duration>,
}

/// A program that runs in a home, from `begin` to `end`. It displays as its command line.
pub struct Observed {
    home: Home,
    pub allowed: Allowances,
    command: String,
    before: BTreeMap<PathBuf, Entry>,
    started: Instant,
    /// A program that was killed may leave a temporary file.
    pub killed: bool,
    pub ended: bool,
}

impl Observed {
    pub fn begin(home: &Home, allowed: Allowances, command: String) -> Self {
        home.enter();
        let (home, before, started) = (home.clone(), home.entries(), Instant::now());
        Self { home, allowed, command, before, started, killed: false, ended: false }
    }

    /// Panics with every invariant that was broken.
    #[track_caller]
    pub fn end(
        &mut self,
        code: Option<i32>,
        signal: Option<i32>,
        stdout: Vec<u8>,
        stderr_bytes: Vec<u8>,
        at: Instant,
    ) -> Outcome {
        self.ended = true;
        let alone = self.home.leave();
        let (wall, command) = (at - self.started, self.command.clone());
        let stderr = String::from_utf8_lossy(&stderr_bytes).into_owned();
        let outcome = Outcome { code, signal, stdout, stderr, stderr_bytes, wall, command };
        let mut broken = Vec::new();
        ending(self.allowed, &outcome, &mut broken);
        check_stderr(self.allowed, &outcome, &mut broken);
        leaks(&self.home, &outcome, &mut broken);
        // Programs that still run may leave a temporary file too.
        let killed = self.killed || signal == Some(9);
        files(&self.home, &self.before, alone && !killed, &mut broken);
        assert!(broken.is_empty(), "broken rules:\n- {}\n{outcome}", broken.join("\n- "));
        outcome
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.command)
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.ended {
            self.home.leave();
        }
    }
}

fn ending(allowed: Allowances, outcome: &Outcome, broken: &mut Vec<String>) {
    if outcome.code == Some(101) {
        broken.push("exit code 101: a panic".into());
    }
    for (name, stream) in [("stderr", &outcome.stderr_bytes), ("stdout", &outcome.stdout)] {
        if contains(stream, b"panicked at") {
            broken.push(format!("\"panicked at\" on {name}"));
        }
    }
    if outcome.code != Some(0) && !outcome.stdout.is_empty() && !allowed.partial_stdout {
        broken.push("a failure with something on stdout".into());
    }
    if let Some(bound) = allowed.time.filter(|&bound| outcome.wall > bound + GRACE) {
        broken.push(format!("took {:?}, the deadline was {bound:?}", outcome.wall));
    }
}

fn check_stderr(allowed: Allowances, outcome: &Outcome, broken: &mut Vec<String>) {
    let Ok(text) = str::from_utf8(&outcome.stderr_bytes) else {
        broken.push("stderr is not UTF-8".into());
        return;
    };
    let tokens = known_tokens();
    let is_mask_line = |line: &str| {
        ["::add-mask::", "##vso[task.setsecret]"]
            .iter()
            .filter_map(|command| line.strip_prefix(command))
            .any(|masked| tokens.iter().any(|token| token == masked))
    };
    for line in text.split('\n').filter(|line| !(allowed.mask_lines && is_mask_line(line))) {
        let line = if allowed.colour { without_colour(line) } else { line.to_owned() };
        if let Some(hidden) = line.chars().find(|c| is_unprintable(*c)) {
            broken.push(format!("stderr has an unprintable character: {hidden:?}"));
        }
        // GitHub's runner trims white space before `::` and finds `##[` anywhere; Azure's ignores
        // case.
        let seen = line.trim_start().to_lowercase();
        if seen.starts_with("::") && seen[2..].contains("::")
            || seen.contains("##[")
            || seen.contains("##vso[")
        {
            broken.push(format!("stderr has a line that a CI runner reads as a command: {line:?}"));
        }
        if tokens.iter().any(|token| line.contains(secret_part(token))) {
            broken.push(format!("stderr shows a token: {line:?}"));
        }
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{061c}' | '\u{2060}' | '\u{feff}')
}

/// The line without `ESC [ … m`.
fn without_colour(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        text + rest.strip_prefix('m').unwrap_or("\x1b[")
    })
}

fn leaks(home: &Home, outcome: &Outcome, broken: &mut Vec<String>) {
    let traces = Traces::of(&home.secrets());
    let mut search = |place: &str, bytes: &[u8]| {
        for form in traces.found_in(bytes) {
            broken.push(format!("the secret ({form}) is {place}"));
        }
    };
    search("on stdout", &outcome.stdout);
    search("on stderr", &outcome.stderr_bytes);
    for (path, entry) in home.entries() {
        search("in a file's name", path.as_os_str().as_encoded_bytes());
        if entry.is_file && !home.may_hold_a_secret(&path) {
            search(&format!("in {}", path.display()), &fs::read(&path).unwrap_or_default());
        }
    }
}

fn files(home: &Home, before: &BTreeMap<PathBuf, Entry>, tidy: bool, broken: &mut Vec<String>) {
    let after = home.entries();
    for (path, entry) in after
        .iter()
        .filter(|(path, entry)| before.get(*path) != Some(entry) && !home.is_foreign(path))
    {
        let shown = path.display();
        let temporary =
            path.file_name().is_some_and(|name| name.to_string_lossy().contains(".tmp"));
        if temporary && tidy {
            broken.push(format!("a temporary file was left: {shown}"));
        }
        if !home.may_be_written(path) {
            broken.push(format!("written outside the configuration and the cache: {shown}"));
        }
        let right = if entry.is_dir { 0o700 } else { 0o600 };
        if let Some(mode) = entry.mode
            && (entry.is_dir || entry.is_file)
            && mode != right
        {
            broken.push(format!("mode {mode:04o} instead of {right:04o}: {shown}"));
        }
    }
}
