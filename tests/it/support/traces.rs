//! The forms in which a secret can leak: encodings, digests, fragments.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Byte strings to search for, each with the name of its form.
pub struct Traces(Vec<(&'static str, Vec<u8>)>);

/// This many consecutive bytes of a long secret are a leak too. They appear when a text is cut to a
/// maximum length.
const FRAGMENT: usize = 10;

impl Traces {
    pub fn of(secrets: &[String]) -> Self {
        let mut traces = Vec::new();
        for secret in secrets {
            let bytes = secret.as_bytes();
            let mut add = |name, text: String| traces.push((name, text.into_bytes()));
            add("raw", secret.clone());
            let json = serde_json::to_string(secret).unwrap();
            let json = &json[1..json.len() - 1];
            add("JSON-escaped", json.to_owned());
            add("JSON-escaped", json.replace('/', "\\/"));
            add(
                "JSON-escaped",
                secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
            );
            for (encoded, name) in
                [(url(bytes, false), "URL-encoded"), (url(bytes, true), "form-encoded")]
            {
                add(name, encoded.replace("%2F", "/"));
                add(name, lower_case_escapes(&encoded));
                add(name, encoded);
            }
            for alignment in 0..3 {
                add("base64", base64(&STANDARD_NO_PAD, alignment, bytes));
                add("base64url", base64(&URL_SAFE_NO_PAD, alignment, bytes));
            }
            add("Debug of the bytes", format!("{bytes:?}").trim_matches(['[', ']']).to_owned());
            let digests = [
                ("hex", bytes.to_vec()),
                ("MD5", md5::compute(bytes).to_vec()),
                ("SHA-1", sha1_smol::Sha1::from(bytes).digest().bytes().to_vec()),
                ("SHA-256", hmac_sha256::Hash::hash(bytes).to_vec()),
            ];
            for (name, digest) in digests {
                add(name, digest.iter().map(|byte| format!("{byte:02x}")).collect());
                add(name, digest.iter().map(|byte| format!("{byte:02X}")).collect());
            }
            if bytes.len() >= 2 * FRAGMENT {
                traces
                    .extend(bytes.windows(FRAGMENT).map(|window| ("a fragment", window.to_vec())));
            }
        }
        Self(traces)
    }

    /// The names of the forms that `haystack` contains, each once.
    pub fn found_in(&self, haystack: &[u8]) -> Vec<&'static str> {
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(|(_, trace)| contains(haystack, trace))
            .map(|(name, _)| *name)
            .collect();
        found.dedup();
        found
    }
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty()
        && haystack.windows(needle.len()).any(|window| window[0] == needle[0] && window == needle)
}

fn url(bytes: &[u8], form: bool) -> String {
    let encode = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(*byte).to_string()
        }
        b'~' if !form => "~".to_owned(),
        b'*' if form => "*".to_owned(),
        b' ' if form => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}

fn lower_case_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "%" + &part[..2].to_lowercase() + &part[2..])
}

/// The characters that encode only `bytes` when `alignment` other bytes precede them.
fn base64(engine: &impl Engine, alignment: usize, bytes: &[u8]) -> String {
    let encoded = engine.encode([&vec![0; alignment], bytes].concat());
    let start = [0, 2, 3][alignment];
    let end = encoded.len() - usize::from(!(alignment + bytes.len()).is_multiple_of(3));
    encoded[start.min(end)..end].to_owned()
}
