//! How a program ended, and how that is compared with what was expected.

use std::fmt;
use std::time::Duration;

/// What a program left: exit code or signal, both streams, the time it took.
pub struct Outcome {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    /// As text; what is not UTF-8 is replaced (and breaks a rule).
    pub stderr: String,
    pub(super) stderr_bytes: Vec<u8>,
    /// From its start to its end.
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

    /// Compares all three, the streams whole. In an expectation `[..]` stands for anything within a line, and a line
    /// that is `...` for any lines.
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
                differences += &format!("{name} differs (- expected, + actual):\n{difference}");
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

/// `None` if the text is as expected; otherwise the lines of both, the common ones once.
fn difference(expected: &str, actual: &str) -> Option<String> {
    let expected: Vec<&str> = expected.split('\n').collect();
    let actual: Vec<&str> = actual.split('\n').collect();
    // fits[i][j]: the expectation from line i on fits the text from line j on. common: the most lines in common there.
    let mut fits = vec![vec![false; actual.len() + 1]; expected.len() + 1];
    let mut common = vec![vec![0; actual.len() + 1]; expected.len() + 1];
    fits[expected.len()][actual.len()] = true;
    for i in (0..expected.len()).rev() {
        for j in (0..=actual.len()).rev() {
            let equal = j < actual.len() && line_fits(expected[i], actual[j]);
            if expected[i] == "..." {
                fits[i][j] = fits[i + 1][j] || j < actual.len() && fits[i][j + 1];
            } else {
                fits[i][j] = equal && fits[i + 1][j + 1];
            }
            let skipped = common[i + 1][j].max(if j < actual.len() { common[i][j + 1] } else { 0 });
            common[i][j] = if equal { skipped.max(common[i + 1][j + 1] + 1) } else { skipped };
        }
    }
    if fits[0][0] {
        return None;
    }
    let (mut i, mut j, mut shown) = (0, 0, String::new());
    while i < expected.len() || j < actual.len() {
        if i < expected.len()
            && j < actual.len()
            && line_fits(expected[i], actual[j])
            && common[i][j] == common[i + 1][j + 1] + 1
        {
            shown += &format!("  {}\n", actual[j].escape_debug());
            (i, j) = (i + 1, j + 1);
        } else if i < expected.len() && (j == actual.len() || common[i + 1][j] >= common[i][j + 1])
        {
            shown += &format!("- {}\n", expected[i].escape_debug());
            i += 1;
        } else {
            shown += &format!("+ {}\n", actual[j].escape_debug());
            j += 1;
        }
    }
    Some(shown)
}

/// `[..]` in the expectation stands for any text, the empty one included.
fn line_fits(expected: &str, actual: &str) -> bool {
    let mut parts: Vec<&str> = expected.split("[..]").collect();
    let last = parts.pop().unwrap_or_default();
    let Some((first, middle)) = parts.split_first() else {
        return expected == actual;
    };
    let Some(mut rest) = actual.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn wildcards_stand_for_text_and_lines() {
    for (expected, actual) in [
        ("a\n", "a\n"),
        ("", ""),
        ("a[..]c", "abc"),
        ("[..]", ""),
        ("a[..]b[..]", "axbx"),
        ("...", "a\nb\n"),
        ("a\n...\n", "a\n"),
    ] {
        assert_eq!(difference(expected, actual), None, "{expected:?} {actual:?}");
    }
    for (expected, actual) in [
        ("a\n", "a"),
        ("", "\n"),
        ("a[..]bc", "abd"),
        ("a[..]a", "a"),
        ("a\n...\nc", "a\nb\n"),
        ("[..]", "a\n"),
        ("... ", "a"),
    ] {
        assert!(difference(expected, actual).is_some(), "{expected:?} {actual:?}");
    }
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n").unwrap(), "  a\n- b\n+ x\n  c\n  \n");
}
