//! Text of a server: whatever it is, the lines that are shown are only text, few, and without the secret.

use super::inertness::{assert_inert, assert_inert_but_addresses};
use super::readings::assert_hidden;
use crate::model::secret::Secret;
use crate::report::sanitize::{mask_document, one_line, sanitize_all};

/// What the program itself puts into a line: a secret with such characters can arise from harmless text.
const OURS: [char; 8] = ['*', '…', ':', '#', '[', '(', ')', '\u{fffd}'];

/// A longer one takes longer, and finds nothing else.
const LONGEST_SECRET: usize = 24;

/// The first line is the secret, or nothing; the rest is what the server said, with a NUL between two messages.
pub fn check(data: &[u8]) -> &'static str {
    let data = String::from_utf8_lossy(data);
    let (secret, said) = data.split_once('\n').unwrap_or(("", &data));
    let messages: Vec<_> = said.split('\0').collect();
    let secret =
        Some(secret).filter(|secret| (1..=LONGEST_SECRET).contains(&secret.chars().count()));
    let secret = secret.map(|secret| Secret::new(secret.to_owned()));
    let lines = sanitize_all(messages.iter().copied(), secret.as_ref());
    assert!(lines.len() <= 10);
    for line in &lines {
        assert!(!line.is_empty() && line.trim() == line && line.chars().count() <= 300, "{line:?}");
        assert_inert(line);
        assert_eq!(one_line(line), *line);
    }
    assert_eq!(
        sanitize_all(lines.iter().map(String::as_str), None),
        lines,
        "what is safe stays as it is"
    );
    assert_one_line(said);
    if let Some(secret) = &secret {
        assert_masked(said, &lines, secret);
    }
    match &lines[..] {
        [] => "nothing",
        lines if lines.iter().any(|line| line.contains("***")) && !said.contains("***") => "masked",
        [.., last] if last.ends_with(" more)") && !said.ends_with(" more)") => "cut",
        lines if lines.iter().any(|line| line.ends_with('…')) && !said.contains('…') => "cut",
        lines if lines.iter().map(String::as_str).eq(said.split('\n')) => "unchanged",
        _ => "cleaned",
    }
}

fn assert_one_line(said: &str) {
    let line = one_line(said);
    assert!(!line.contains('\n'));
    assert_inert_but_addresses(&line);
    assert_eq!(one_line(&line), line);
}

fn assert_masked(said: &str, lines: &[String], secret: &Secret) {
    let text = secret.expose();
    // A secret that is no more than white space, or that harmless text contains, cannot be told from it.
    let is_distinctive =
        text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count() >= 6;
    if !is_distinctive || text.contains(OURS) || text.trim() != text {
        return;
    }
    for line in lines {
        assert_hidden(text, line);
    }
    let document = serde_json::Value::from(vec![said]).to_string();
    let Some(masked) = mask_document(&document, secret, "") else { return };
    let [said_again]: [String; 1] = serde_json::from_str(&masked).expect("a document stays one");
    assert_hidden(text, &said_again);
    assert_eq!(mask_document(&document, secret, said), Some(document));
}
