//! Text of a server: the lines shown are few, cannot be obeyed, and do not contain the secret.

use super::inertness::{assert_inert, assert_inert_but_addresses, is_invisible};
use super::readings::assert_hidden;
use crate::model::secret::Secret;
use crate::report::sanitize::{mask_document, one_line, sanitize};

/// Characters that the program or a decoder adds to a line: a secret with one can arise from other
/// text.
const ADDED: [char; 4] = ['…', '(', ')', '\u{fffd}'];

/// The first line is the secret, or empty; the rest is the server's text, with a NUL between two
/// messages.
pub fn check(data: &[u8]) -> &'static str {
    let data = String::from_utf8_lossy(data);
    let (secret, text) = data.split_once('\n').unwrap_or(("", &data));
    let secret = Secret::new(secret.to_owned());
    let lines = sanitize(text.split('\0'), &secret);
    assert!(lines.len() <= 10);
    for line in &lines {
        assert!(!line.is_empty() && line.trim() == line && line.chars().count() <= 300, "{line:?}");
        assert_inert(line);
        assert_eq!(one_line(line), *line);
    }
    let again = sanitize(lines.iter().map(String::as_str), &Secret::new(String::new()));
    assert_eq!(again, lines, "a safe line does not change");
    assert_one_line(text);
    assert_masked(text, &lines, &secret);
    let is_new = |mark: &str| lines.iter().any(|line| line.contains(mark)) && !text.contains(mark);
    match &lines[..] {
        [] => "nothing",
        lines if lines.iter().any(|line| line == "***") && is_new("***") => "hidden",
        _ if is_new("***") => "masked",
        _ if is_new(" more)") || is_new("…") => "cut",
        lines if lines.iter().map(String::as_str).eq(text.split('\n')) => "unchanged",
        _ => "cleaned",
    }
}

fn assert_one_line(text: &str) {
    let line = one_line(text);
    assert!(!line.contains('\n'));
    assert_inert_but_addresses(&line);
    assert_eq!(one_line(&line), line);
}

fn assert_masked(text: &str, lines: &[String], secret: &Secret) {
    let exposed = secret.expose();
    let letters = exposed.chars().filter(|&c| c.is_alphanumeric() && !is_invisible(c)).count();
    if !exposed.is_empty() && letters == exposed.chars().count() {
        let others = lines.iter().filter(|line| !line.ends_with(" more)"));
        others.for_each(|line| assert!(!line.contains(exposed), "{exposed:?} in {line:?}"));
    }
    // A shorter secret does not hide a line.
    if letters < 4 || exposed.contains(ADDED) {
        return;
    }
    lines.iter().for_each(|line| assert_hidden(exposed, line));
    let document = serde_json::Value::from(vec![text]).to_string();
    let masked = mask_document(&document, secret, "");
    let [masked]: [String; 1] = serde_json::from_str(&masked).expect("a document stays one");
    assert_hidden(exposed, &masked);
    assert_eq!(mask_document(&document, secret, text), document);
}
