//! How a secret looks when somebody else has written it down, so that it can be found again.

use std::cell::{Cell, OnceCell};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::inert::is_unseen;

/// The shortest secret, in characters, and the shortest piece of base64 that are looked for in an encoded form:
/// shorter ones are found everywhere by accident.
const SHORTEST: usize = 4;

/// How many comparisons a mask makes before it hides the rest unread: some hundredths of a second. The largest reply needs
/// a tenth of them, unless both it and the secret repeat themselves: then it would need hours.
const MOST_COMPARISONS: u64 = 2_000_000;

/// Finds a secret in text that has no unseen characters any more. It does not tell upper from lower case.
pub struct Mask {
    patterns: Vec<Pattern>,
    /// Whether a pattern can begin with this byte: nearly every position of a text is decided by it.
    beginnings: [bool; 256],
    comparisons: Cell<u64>,
}

/// A text as a sequence of parts, each with the ways in which it may be spelled.
struct Pattern(Vec<Part>);

/// A part of a pattern. Its spellings are worked out when it is first compared: nearly all never are.
struct Part {
    kind: Kind,
    spellings: OnceCell<Vec<String>>,
}

/// How a byte is written as a number.
type Digits = fn(u8) -> String;

enum Kind {
    Character(char),
    Word(String),
    FirstByte(u8, Digits),
    /// A later byte, behind one of these separators.
    Byte(u8, Digits, &'static [&'static str]),
}

impl Mask {
    /// A mask for `secret`; an empty one masks nothing.
    pub fn new(secret: &str) -> Self {
        let mut patterns = vec![Pattern::of_text(secret)];
        if secret.chars().count() >= SHORTEST {
            // As it is, and as it stands in the request.
            let json = serde_json::Value::from(secret).to_string();
            let mut texts = vec![secret, &json[1..json.len() - 1]];
            texts.dedup();
            for text in texts {
                patterns.push(Pattern::of_bytes(
                    text,
                    &["", "-", ":", " ", "\\x", ",0x", ", 0x", " 0x"],
                    |b| format!("{b:02x}"),
                ));
                patterns.push(Pattern::of_bytes(text, &[",", ", ", " ", ";"], |b| b.to_string()));
                patterns.extend(
                    base64_forms(text.as_bytes()).iter().map(|form| Pattern::of_encoding(form)),
                );
            }
        }
        patterns.retain(|pattern| !pattern.0.is_empty());
        let mut beginnings = [false; 256];
        for spelling in
            patterns.iter().filter_map(|pattern| pattern.0.first()).flat_map(Part::spellings)
        {
            if let Some(&first) = spelling.as_bytes().first() {
                beginnings[usize::from(first.to_ascii_lowercase())] = true;
                beginnings[usize::from(first.to_ascii_uppercase())] = true;
            }
        }
        Self { patterns, beginnings, comparisons: Cell::new(0) }
    }

    /// Whether a text was hidden that could not be searched to its end.
    pub fn is_exhausted(&self) -> bool {
        self.comparisons.get() >= MOST_COMPARISONS
    }

    /// The text with `***` for every occurrence of the secret.
    pub fn apply(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let (mut done, mut position) = (0, 0);
        while let Some(byte) = text.as_bytes().get(position) {
            let end_of_match = |pattern: &Pattern| {
                pattern.end_of_match(text.as_bytes(), position, &self.comparisons)
            };
            let end = if self.is_exhausted() {
                Some(text.len())
            } else if self.beginnings[usize::from(*byte)] {
                self.patterns.iter().filter_map(end_of_match).max()
            } else {
                None
            };
            if let Some(end) = end {
                masked.push_str(&text[done..position]);
                masked.push_str("***");
                (done, position) = (end, end);
            } else {
                position += 1;
            }
        }
        masked.push_str(&text[done..]);
        masked
    }
}

impl Part {
    fn new(kind: Kind) -> Self {
        Self { kind, spellings: OnceCell::new() }
    }

    fn spellings(&self) -> &[String] {
        self.spellings.get_or_init(|| match &self.kind {
            Kind::Character(c) => spellings(*c),
            Kind::Word(word) => vec![word.clone()],
            Kind::FirstByte(byte, digits) => {
                let digits = digits(*byte);
                vec![format!("\\x{digits}"), format!("0x{digits}"), digits]
            }
            Kind::Byte(byte, digits, separators) => {
                let digits = digits(*byte);
                separators.iter().map(|separator| format!("{separator}{digits}")).collect()
            }
        })
    }

    /// Where the part ends in the text, in each of its spellings that begins at one of `starts`.
    fn ends(&self, text: &[u8], starts: &[usize]) -> Vec<usize> {
        let mut ends = Vec::new();
        for &start in starts {
            for spelling in self.spellings() {
                let end = start + spelling.len();
                let matches = text
                    .get(start..end)
                    .is_some_and(|piece| piece.eq_ignore_ascii_case(spelling.as_bytes()));
                if matches && !ends.contains(&end) {
                    ends.push(end);
                }
            }
        }
        ends
    }
}

impl Pattern {
    fn of_text(text: &str) -> Self {
        let characters = text.chars().skip_while(|&c| is_stripped(c));
        Self(characters.map(|c| Part::new(Kind::Character(c))).collect())
    }

    /// Byte by byte, as debuggers print it: something may stand between two of them.
    fn of_bytes(text: &str, separators: &'static [&'static str], digits: Digits) -> Self {
        let kind = |(position, byte)| match position {
            0 => Kind::FirstByte(byte, digits),
            _ => Kind::Byte(byte, digits, separators),
        };
        Self(text.bytes().enumerate().map(kind).map(Part::new).collect())
    }

    /// In base64 only the few characters that are neither letter nor digit are ever spelled otherwise.
    fn of_encoding(text: &str) -> Self {
        let mut pattern = Vec::new();
        for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if !word.is_empty() {
                pattern.push(Part::new(Kind::Word(word.to_owned())));
            }
            pattern.extend(piece[word.len()..].chars().map(|c| Part::new(Kind::Character(c))));
        }
        Self(pattern)
    }

    /// Where the longest match that begins at `start` ends. Spellings are ambiguous (`%25` is `%`, or itself), so all
    /// ends are followed side by side; there are only ever a few.
    fn end_of_match(&self, text: &[u8], start: usize, comparisons: &Cell<u64>) -> Option<usize> {
        let (first, others) = self.0.split_first()?;
        let mut ends = first.ends(text, &[start]);
        for part in others {
            if ends.is_empty() {
                return None;
            }
            comparisons.set(comparisons.get() + 1);
            ends = part.ends(text, &ends);
        }
        ends.into_iter().max()
    }
}

/// Whether the text that is searched may have lost the character. A tab has become a space there.
fn is_stripped(c: char) -> bool {
    is_unseen(c) && c != '\t'
}

/// The ways in which JSON, URLs and HTML spell a character, one within the other too, itself included; also nothing, for
/// one that is stripped.
fn spellings(c: char) -> Vec<String> {
    let mut spellings = plain_spellings(c);
    for inner in spellings.clone() {
        spellings.push(inner.replace('\\', r"\\").replace('"', "\\\""));
        spellings
            .push(inner.replace('\\', r"\u005c").replace('"', r"\u0022").replace('&', r"\u0026"));
        spellings.push(
            inner.replace('%', "%25").replace('\\', "%5c").replace('"', "%22").replace('&', "%26"),
        );
        spellings.push(inner.replace('&', "&amp;").replace('"', "&quot;"));
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

fn plain_spellings(c: char) -> Vec<String> {
    let mut units = [0; 2];
    let mut bytes = [0; 4];
    let json: String =
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let url: String =
        c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02x}")).collect();
    let code = u32::from(c);
    // What JavaScript's `escape` and IIS write.
    let escape: String =
        c.encode_utf16(&mut units).iter().map(|unit| format!("%u{unit:04x}")).collect();
    let mut spellings = vec![json, url, escape, format!("&#{code};"), format!("&#x{code:x};")];
    spellings.extend(
        match c {
            '"' => vec!["\\\"", "&quot;"],
            '\'' => vec!["\\'", "&apos;", "&#039;"],
            '\\' => vec!["\\\\"],
            '/' => vec!["\\/"],
            '&' => vec!["&amp;"],
            '<' => vec!["&lt;"],
            '>' => vec!["&gt;"],
            ' ' => vec!["+"],
            '\t' => vec!["\\t", " "],
            '\r' => vec!["\\r", " "],
            '\u{8}' => vec!["\\b"],
            '\u{c}' => vec!["\\f"],
            _ => vec![],
        }
        .into_iter()
        .map(str::to_owned),
    );
    spellings.push(c.to_string());
    if is_stripped(c) {
        spellings.push(String::new());
    }
    spellings
}

/// The secret in base64: alone, and as the part of a longer text that is the same whatever stands around it.
fn base64_forms(secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        forms.push(engine.encode(secret));
    }
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        // Six bits a character: those that hold a bit of a neighbour are not the secret's own.
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            forms.extend(
                engine
                    .encode(&bytes)
                    .get(own.clone())
                    .filter(|own| own.len() >= SHORTEST)
                    .map(str::to_owned),
            );
        }
    }
    forms.sort();
    forms.dedup();
    forms
}
