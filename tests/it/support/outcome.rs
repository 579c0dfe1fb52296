//! How a program ended, and the comparison with what a case expects.

use std::fmt;
use std::time::Duration;

use snapbox::Data;
use snapbox::filter::NormalizeToExpected;
use snapbox::report::{Palette, write_diff};

/// Exit code or signal, both streams, and the running time.
pub struct Outcome {
    /// `None` if a signal ended the program.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    /// As text. Invalid UTF-8 is replaced, and breaks an invariant.
    pub stderr: String,
    pub(super) stderr_bytes: Vec<u8>,
    /// From start to end.
    pub wall: Duration,
    pub(super) command: String,
}

impl Outcome {
    /// Standard output as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not JSON: {error}\n{self}"))
    }

    /// Standard error as one JSON document: the error of `-o json`.
    pub fn json_error(&self) -> serde_json::Value {
        serde_json::from_str(&self.stderr)
            .unwrap_or_else(|error| panic!("stderr is not JSON: {error}\n{self}"))
    }

    /// Compares the exit code and both whole streams. In an expectation, `[..]` matches any
    /// characters within a line, and a line `...` matches any lines up to the next expected one.
    #[track_caller]
    pub fn assert(&self, code: i32, stdout: &str, stderr: &str) -> &Self {
        let mut differences = String::new();
        if self.code != Some(code) {
            differences += &format!("expected exit code {code}\n");
        }
        for (name, expected, actual) in
            [("stdout", stdout, self.stdout()), ("stderr", stderr, self.stderr.clone())]
        {
            if let Some(difference) = difference(expected, &actual) {
                differences += &format!("{name} differs:{difference}");
            }
        }
        assert!(differences.is_empty(), "{differences}{self}");
        self
    }

    /// Exit code 0, this standard output, silent standard error.
    #[track_caller]
    pub fn ok(&self, stdout: &str) -> &Self {
        self.assert(0, stdout, "")
    }

    /// This exit code, nothing on standard output, this standard error.
    #[track_caller]
    pub fn fails(&self, code: i32, stderr: &str) -> &Self {
        self.assert(code, "", stderr)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "$ {}", self.command)?;
        writeln!(
            formatter,
            "exit code {:?}, signal {:?}, after {:?}",
            self.code, self.signal, self.wall
        )?;
        for (name, stream) in [("stdout", self.stdout()), ("stderr", self.stderr.clone())] {
            writeln!(formatter, "--- {name} ({} bytes)", stream.len())?;
            for line in stream.split_inclusive('\n') {
                writeln!(formatter, "{}", line.escape_debug())?;
            }
        }
        Ok(())
    }
}

/// The standard error of exit code 5, with the server's messages.
pub fn unavailable(what: &str, attempts: usize, messages: &[&str]) -> String {
    let plural = if attempts == 1 { "" } else { "s" };
    let messages: String = messages.iter().map(|said| format!("server: {said}\n")).collect();
    format!(
        "skia-auth: error: {what}, after {attempts} attempt{plural}\n\
         {messages}hint: skia-auth doctor\n"
    )
}

/// A diff if the text does not match the pattern. Unlike snapbox's own assertions, this normalizes
/// neither newlines nor path separators.
pub(super) fn difference(pattern: &str, text: &str) -> Option<String> {
    // A final `...` or `[..]` would also match a missing or an additional newline: end both texts
    // with the same character.
    let [pattern, text] = [pattern, text].map(|text| Data::text(format!("{text}∎\n")));
    let text = NormalizeToExpected::new().redact().normalize(text, &pattern);
    let mut diff = String::new();
    write_diff(&mut diff, &pattern, &text, None, None, Palette::plain()).unwrap();
    (text != pattern).then_some(diff)
}

#[test]
fn wildcards_match_characters_and_lines() {
    for (pattern, text) in [
        ("a\n", "a\n"),
        ("", ""),
        ("a[..]c", "abc"),
        ("[..]", ""),
        ("a[..]b[..]", "axbx"),
        ("...\n", "a\nb\n"),
        ("a\n...\n", "a\n"),
        ("...\nb\n...\n", "a\nb\nc\n"),
    ] {
        assert_eq!(difference(pattern, text), None, "{pattern:?} {text:?}");
    }
    for (pattern, text) in [
        ("a\n", "a"),
        ("a", "a\n"),
        ("", "\n"),
        ("a\n", "a\r\n"),
        ("a\\b", "a/b"),
        ("a[..]bc", "abd"),
        ("[..]", "a\n"),
        ("a\n...\n", "a\nb"),
        ("a\n...\nc\n", "a\nb\n"),
        ("... \n", "a\n"),
    ] {
        assert!(difference(pattern, text).is_some(), "{pattern:?} {text:?}");
    }
}
