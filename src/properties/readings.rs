//! Whether a reader who undoes an encoding finds the secret in a text.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Panics if the secret is in the text, as it is or for any one decoder.
pub fn assert_hidden(secret: &str, text: &str) {
    if let Some(encoding) = found(secret, text) {
        panic!("the secret {secret:?} is readable ({encoding}) in {text:?}");
    }
}

/// The encoding in which the secret is in the text.
pub fn found(secret: &str, text: &str) -> Option<&'static str> {
    let json = serde_json::Value::from(secret).to_string();
    let wanted = [secret, &json[1..json.len() - 1]].map(comparable);
    let bytes = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let readings = [
        ("as it is", text.to_owned()),
        ("JSON", json_unescaped(text)),
        ("percent", bytes(percent_decoded(text.as_bytes()))),
        ("form", bytes(percent_decoded(text.replace('+', " ").as_bytes()))),
        ("HTML", html_unescaped(text)),
        ("base64", base64_decoded(text)),
    ];
    let encoded = readings.into_iter().find(|(_, reading)| {
        let reading = comparable(reading);
        wanted.iter().any(|wanted| reading.contains(wanted))
    });
    let hex: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let lower = text.to_ascii_lowercase();
    let is_hex =
        ["", "-", ":", " ", "\\x"].iter().any(|between| lower.contains(&hex.join(between)));
    encoded.map(|(encoding, _)| encoding).or(is_hex.then_some("hex"))
}

/// As a person compares: case and the kind of white space make no difference.
fn comparable(text: &str) -> String {
    let visible = text.chars().map(|c| if matches!(c, '\t' | '\r' | '\n') { ' ' } else { c });
    visible
        .filter(|&c| !super::inertness::is_invisible(c))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn json_unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let unit = |digits| u16::from_str_radix(digits, 16).ok();
        let escaped = match (c, after.chars().next()) {
            ('\\', Some('u')) => after.get(1..5).and_then(unit).map(|unit| (unit, 6)),
            ('\\', Some('n' | 'r' | 't')) => Some((u16::from(b' '), 2)),
            ('\\', Some(plain @ ('"' | '\\' | '/' | '\''))) => Some((plain as u16, 2)),
            _ => None,
        };
        match escaped {
            Some((unit, _)) => units.push(unit),
            None => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
        rest = escaped.map_or(after, |(_, length)| &rest[length..]);
    }
    String::from_utf16_lossy(&units)
}

fn html_unescaped(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|end| *end <= 10);
        let (c, length) =
            end.and_then(|end| Some((html_entity(&rest[1..end])?, end + 1))).unwrap_or(('&', 1));
        decoded.push(c);
        rest = &rest[length..];
    }
    decoded + rest
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

/// RFC 3986 §2.1; a `%` without two digits stays.
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

/// Every run of the alphabets, decoded from each of its first four characters on.
fn base64_decoded(text: &str) -> String {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireNone)
            .with_decode_allow_trailing_bits(true),
    );
    let usual = text.replace('-', "+").replace('_', "/");
    let runs = usual.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/')));
    let mut decoded = String::new();
    for piece in runs.flat_map(|run| (0..4).filter_map(|start| run.get(start..))) {
        let whole = if piece.len() % 4 == 1 { piece.len() - 1 } else { piece.len() };
        let bytes = LENIENT.decode(&piece[..whole]).expect("only characters of the alphabet");
        decoded += &(String::from_utf8_lossy(&bytes) + "\u{fffd}");
    }
    decoded
}
