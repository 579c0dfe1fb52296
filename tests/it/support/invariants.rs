//! The rules that hold in every case, whatever it is about.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::home::{Entry, Home};
use super::outcome::Outcome;
use super::tally;
use super::tokens::{known_tokens, secret_part};
use super::traces::{Traces, contains};

/// What a case may do that is otherwise forbidden.
#[derive(Clone, Copy, Default)]
pub struct Allowances {
    pub partial_stdout: bool,
    pub mask_lines: bool,
    pub colour: bool,
}

/// Panics with every rule that was broken.
pub fn check(
    home: &Home,
    before: &BTreeMap<PathBuf, Entry>,
    alone: bool,
    allowed: Allowances,
    outcome: &Outcome,
) {
    let mut broken = Vec::new();
    ending(allowed, outcome, &mut broken);
    stderr(allowed, outcome, &mut broken);
    leaks(home, outcome, &mut broken);
    // Others that are still at work, and one that was killed, may leave a temporary file.
    let tidy = alone && outcome.signal != Some(9);
    files(home, before, tidy, &mut broken);
    assert!(broken.is_empty(), "broken rules:\n- {}\n{outcome}", broken.join("\n- "));
    tally::count_program();
}

fn ending(allowed: Allowances, outcome: &Outcome, broken: &mut Vec<String>) {
    if outcome.code == Some(101) {
        broken.push("exit code 101: a panic".into());
    }
    for (name, stream) in [("stderr", outcome.stderr_bytes.as_slice()), ("stdout", &outcome.stdout)]
    {
        if contains(stream, b"panicked at") {
            broken.push(format!("\"panicked at\" on {name}"));
        }
    }
    if outcome.code != Some(0) && !outcome.stdout.is_empty() && !allowed.partial_stdout {
        broken.push("a failure with something on stdout".into());
    }
}

fn stderr(allowed: Allowances, outcome: &Outcome, broken: &mut Vec<String>) {
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
            broken.push(format!("stderr has an unprintable character: {:?}", hidden));
        }
        // How the runners see it: GitHub trims white space before `::` and finds `##[` anywhere; Azure ignores case.
        let seen = line.trim_start().to_lowercase();
        if seen.starts_with("::") && seen[2..].contains("::")
            || seen.contains("##[")
            || seen.contains("##vso[")
        {
            broken.push(format!("stderr has a line that a CI runner obeys: {line:?}"));
        }
        if tokens.iter().any(|token| line.contains(secret_part(token))) {
            broken.push(format!("stderr shows a token: {line:?}"));
        }
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{061c}' | '\u{feff}')
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
        for shape in traces.found_in(bytes) {
            broken.push(format!("the secret ({shape}) is {place}"));
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
        if (entry.is_dir || entry.is_file) && entry.mode != right {
            broken.push(format!("mode {:04o} instead of {right:04o}: {shown}", entry.mode));
        }
    }
}
