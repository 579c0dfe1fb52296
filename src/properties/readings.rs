//! Whether a secret can be read off a text, by whoever undoes an encoding.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Panics where the secret stands in the text, in any spelling that one decoder undoes.
pub fn assert_hidden(secret: &str, text: &str) {
    if let Some(encoding) = found(secret, text) {
        panic!("the secret {secret:?} is readable ({encoding}) in {text:?}");
    }
}

/// The encoding in which the secret stands in the text.
pub fn found(secret: &str, text: &str) -> Option<&'static str> {
    let json = serde_json::Value::from(secret).to_string();
    let wanted =
        [secret, &json[1..json.len() - 1]].map(|text| visible(&comparable(text.as_bytes())));
    let readings = [
        ("as it is", visible(&comparable(text.as_bytes()))),
        ("JSON", comparable(&json_unescaped(text))),
        ("percent", comparable(&percent_decoded(text.as_bytes()))),
        ("form", comparable(&percent_decoded(text.replace('+', " ").as_bytes()))),
        ("HTML", comparable(&html_unescaped(text))),
    ];
    // Another case is another secret there.
    if base64_decoded(text)
        .iter()
        .any(|bytes| bytes.windows(secret.len()).any(|piece| piece == secret.as_bytes()))
    {
        return Some("base64");
    }
    for (encoding, reading) in readings {
        if wanted.iter().any(|wanted| reading.contains(wanted.as_str())) {
            return Some(encoding);
        }
    }
    let lower = text.to_ascii_lowercase();
    let hexed = |separator: &str| {
        let bytes: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        lower.contains(&bytes.join(separator))
    };
    ["", "-", ":", " ", "\\x"].into_iter().any(hexed).then_some("hex")
}

/// As a person compares: without regard to case, or to what is between two words.
fn comparable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase().replace(['\t', '\r', '\n'], " ")
}

fn visible(text: &str) -> String {
    text.chars().filter(|&c| !super::inertness::is_invisible(c)).collect()
}

fn json_unescaped(text: &str) -> Vec<u8> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let escaped = (c == '\\').then(|| after.chars().next()).flatten();
        let (unit, length) = match escaped {
            Some('u') => {
                match after.get(1..5).and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                    Some(unit) => (Some(unit), 6),
                    None => (None, 0),
                }
            }
            Some('n') => (Some(10), 2),
            Some('r') => (Some(13), 2),
            Some('t') => (Some(9), 2),
            Some(plain @ ('"' | '\\' | '/' | '\'')) => (Some(plain as u16), 2),
            _ => (None, 0),
        };
        match unit {
            Some(unit) => units.push(unit),
            None => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
        rest = if length == 0 { after } else { &rest[length..] };
    }
    String::from_utf16_lossy(&units).into_bytes()
}

fn html_unescaped(text: &str) -> Vec<u8> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|end| *end <= 10);
        match end.and_then(|end| html_entity(&rest[1..end]).zip(Some(end))) {
            Some((c, end)) => {
                decoded.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded.into_bytes()
}

fn html_entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
            Some(digits) => number(digits, 16),
            None => number(&name[1..], 10),
        },
    }
}

/// RFC 3986 §2.1; a `%` without two digits stands for itself.
pub fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let pair = digit(at + 1).zip(digit(at + 2)).filter(|_| text[at] == b'%');
        match pair {
            Some((high, low)) => decoded.push((high * 16 + low) as u8),
            None => decoded.push(text[at]),
        }
        at += if pair.is_some() { 3 } else { 1 };
    }
    decoded
}

/// Every run of the alphabets, begun at each of its first four characters.
fn base64_decoded(text: &str) -> Vec<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireNone)
            .with_decode_allow_trailing_bits(true),
    );
    let usual = text.replace('-', "+").replace('_', "/");
    let runs = usual
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/')))
        .filter(|run| run.len() > 4);
    runs.flat_map(|run| {
        (0..4).filter_map(move |start| {
            let piece = &run[start..];
            let whole = if piece.len() % 4 == 1 { piece.len() - 1 } else { piece.len() };
            LENIENT.decode(&piece[..whole]).ok()
        })
    })
    .collect()
}
