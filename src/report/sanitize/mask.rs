//! Whether a text contains the client secret, verbatim or encoded.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

use super::inert::without_unseen;

/// The shortest secret, in characters, that hides a whole text: a shorter one occurs in many texts
/// by chance.
const SHORTEST: usize = 4;

/// How many encodings inside one another are undone: base64 in a URL in JSON.
const DEPTH: usize = 3;

pub struct Mask {
    /// The secret without the characters that are stripped from every text.
    visible: String,
    folded: String,
}

impl Mask {
    pub fn new(secret: &str) -> Self {
        let visible = without_unseen(secret);
        Self { folded: folded(&visible), visible }
    }

    /// What to show instead of a text that contains the secret: `***`. `None` if it does not.
    ///
    /// A secret of fewer than four characters is searched for only verbatim, and only its
    /// occurrences are replaced.
    pub fn apply(&self, text: &str) -> Option<String> {
        if self.folded.chars().count() >= SHORTEST {
            return self.is_in(text).then(|| "***".to_owned());
        }
        let occurs = !self.visible.is_empty() && text.contains(&self.visible);
        occurs.then(|| text.replace(&self.visible, "***"))
    }

    fn is_in(&self, text: &str) -> bool {
        let mut readings = vec![without_unseen(text)];
        for _ in 0..DEPTH {
            if readings.iter().any(|reading| folded(reading).contains(&self.folded)) {
                return true;
            }
            readings = readings.iter().flat_map(|reading| decoded(reading)).collect();
            // Decoders that act on different places of a text yield the same in either order.
            readings.sort_unstable();
            readings.dedup();
        }
        readings.iter().any(|reading| folded(reading).contains(&self.folded))
    }
}

/// A text for comparison: case, white space and `+` (a space in a URL) make no difference.
fn folded(text: &str) -> String {
    let counts = |c: &char| *c != '+' && !c.is_whitespace();
    text.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// What each decoder makes of a text, apart from those that leave it as it is.
fn decoded(text: &str) -> Vec<String> {
    let readings = [
        unescaped(text, json_escape),
        // `%u00e9` is what `escape` of JavaScript and classic ASP writes.
        unescaped(&text.replace("%u", "\\u"), json_escape),
        unescaped(text, html_reference),
        percent_decode_str(text).decode_utf8_lossy().into_owned(),
        texts_in(hex_decoded(text)),
        texts_in(hex_decoded(&text.replace("0x", ""))),
        texts_in(base64_decoded(text)),
    ];
    let readings = readings.iter().filter(|reading| *reading != text && !reading.is_empty());
    readings.map(|reading| without_unseen(reading)).collect()
}

/// The text in decoded bytes. Fragments too short for a secret are dropped, because most bytes are
/// not text.
fn texts_in(decoded: Vec<Vec<u8>>) -> String {
    let chunks = decoded.iter().flat_map(|bytes| bytes.utf8_chunks());
    chunks.map(|chunk| chunk.valid()).filter(|text| text.len() >= SHORTEST).collect()
}

/// Replaces each escape: `escape` reads one at the start of a text, as its code and length.
fn unescaped(text: &str, escape: fn(&str) -> Option<(u32, usize)>) -> String {
    if !text.contains(['\\', '%', '&']) {
        return String::new();
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (code, length) = escape(rest).unwrap_or((c.into(), c.len_utf8()));
        match char::from_u32(code) {
            Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            // One half of a surrogate pair.
            None => units.push(code as u16),
        }
        rest = &rest[length..];
    }
    String::from_utf16_lossy(&units)
}

fn json_escape(text: &str) -> Option<(u32, usize)> {
    match text.as_bytes() {
        [b'\\', b'u', ..] => Some((u16::from_str_radix(text.get(2..6)?, 16).ok()?.into(), 6)),
        [b'\\', c @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some(((*c).into(), 2)),
        [b'\\', b'b' | b'f' | b'n' | b'r' | b't', ..] => Some((b' '.into(), 2)),
        _ => None,
    }
}

fn html_reference(text: &str) -> Option<(u32, usize)> {
    const LONGEST: usize = "&#x10ffff;".len();
    let name = text.strip_prefix('&')?;
    let end = name.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let code = match &name[..end] {
        "amp" => '&'.into(),
        "apos" => '\''.into(),
        "gt" => '>'.into(),
        "lt" => '<'.into(),
        "quot" => '"'.into(),
        name => {
            let digits = name.strip_prefix('#')?;
            match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => digits.parse().ok()?,
            }
        }
    };
    char::from_u32(code).map(|_| (code, end + 2))
}

/// The bytes that each run of hexadecimal digits encodes, whichever of its first two digits begins
/// a byte. The usual separators between two bytes do not end a run.
fn hex_decoded(text: &str) -> Vec<Vec<u8>> {
    let text = text.replace("\\x", "").replace(['-', ':', ',', ' '], "");
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
    let runs = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() > SHORTEST);
    runs.flat_map(|run| [run, &run[1..]])
        .map(|run| run.as_bytes().chunks_exact(2))
        .map(|pairs| pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect())
        .collect()
}

/// The bytes that each run of base64 or base64url encodes, whichever of its first four characters
/// begins a group: other text may stand directly before the encoding.
fn base64_decoded(text: &str) -> Vec<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireNone)
            .with_decode_allow_trailing_bits(true),
    );
    let text = text.replace('-', "+").replace('_', "/");
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/'));
    runs.filter(|run| run.len() > SHORTEST)
        .flat_map(|run| [0, 1, 2, 3].map(|start| &run[start..]))
        // A single character of a last group encodes no byte.
        .map(|run| &run[..run.len() - usize::from(run.len() % 4 == 1)])
        .filter_map(|run| LENIENT.decode(run).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    const SECRET: &str = "e15148d497d8bc12";

    fn hides(text: &str, secret: &str) -> bool {
        let masked = Mask::new(secret).apply(text);
        assert!(masked.as_deref().is_none_or(|masked| masked == "***"), "{masked:?}");
        masked.is_some()
    }

    fn hex(bytes: &[u8], separator: &str) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
    }

    fn json(text: &str) -> String {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn the_secret_is_found_in_every_encoding() {
        let nasty = r#"pa/ss+w"ö\r<d & 'x'%?>~👍"#;
        for encoded in [
            nasty,
            r#"pa/ss+w\"ö\\r<d & 'x'%?>~👍"#,
            r#"pa\/ss+w\"\u00f6\\r<d & 'x'%?>~\ud83d\udc4d"#,
            r#"pa/ss\u002Bw\u0022\u00F6\\r\u003Cd \u0026 \u0027x\u0027%?\u003E~👍"#,
            "pa%2Fss%2Bw%22%C3%B6%5Cr%3Cd%20%26%20%27x%27%25%3F%3E~%F0%9F%91%8D",
            "pa%2fss%2bw%22%c3%b6%5cr%3cd+%26+%27x%27%25%3f%3e%7e%f0%9f%91%8d",
            "pa/ss+w%22%u00f6%5Cr%3Cd%20%26%20%27x%27%25%3F%3E%7E%uD83D%uDC4D",
            "pa/ss+w&quot;&#xF6;\\r&lt;d &amp; &#39;x&#x27;%?&gt;~&#128077;",
            &nasty.to_uppercase(),
            &hex(nasty.as_bytes(), "").to_uppercase(),
            &hex(nasty.as_bytes(), "-"),
            &hex(nasty.as_bytes(), ":"),
            &hex(nasty.as_bytes(), ", 0x"),
            &hex(nasty.as_bytes(), "\\x"),
            &STANDARD.encode(nasty),
            &STANDARD_NO_PAD.encode(nasty),
            &URL_SAFE.encode(nasty),
            &URL_SAFE_NO_PAD.encode(nasty),
        ] {
            // A word before it shifts the groups of base64 and the pairs of hexadecimal digits.
            for before in ["", "no: [", "e", "bad", "face"] {
                let text = format!("{before}{encoded}].");
                assert!(hides(&text, nasty), "{text}");
            }
        }
        for encoded in [r"it\'s-a-word", "it&apos;s-a-word", "it&#039;s-a-word", "it%27s-a-word"] {
            assert!(hides(encoded, "it's-a-word"), "{encoded}");
        }
        for encoded in ["a\tword", r"a\tword", "a%09word", "a word"] {
            assert!(hides(encoded, "a\tword"), "{encoded}");
        }
    }

    #[test]
    fn the_secret_is_found_in_encodings_of_encodings() {
        for encoded in [
            "salt&amp;amp;pepper",
            r"salt\u0026amp;pepper",
            "salt%2526pepper",
            "salt%255Cu0026pepper",
        ] {
            assert!(hides(encoded, "salt&pepper"), "{encoded}");
        }
        // Its base64 has a character of each kind that URLs and JSON escape.
        assert_eq!(STANDARD.encode(">>>???>>"), "Pj4+Pz8/Pj4=");
        for encoded in ["Pj4%2BPz8%2FPj4%3D", r"Pj4+Pz8\/Pj4=", r"Pj4\u002bPz8\u002fPj4\u003d"] {
            assert!(hides(encoded, ">>>???>>"), "{encoded}");
        }
        let body = json(&format!(r#"{{"ClientSecret":"{SECRET}"}}"#));
        assert!(hides(&percent(&STANDARD.encode(body)), SECRET));
        assert!(hides(&STANDARD.encode(percent(&hex(SECRET.as_bytes(), ""))), SECRET));
    }

    #[test]
    fn the_secret_is_found_in_base64_of_more() {
        assert!(hides(&STANDARD.encode("İİİİ"), "İİİİ"), "its lower case is longer");
        for before in ["", "a", "ab", "abc", "104s3a5275a0d35e4:"] {
            for after in ["", "b", "bc"] {
                let echo = STANDARD.encode(format!("{before}{SECRET}{after}"));
                for prefix in ["", "x", "to", "Basic ", "a/b"] {
                    assert!(hides(&format!("{prefix}{echo}"), SECRET), "{prefix}{echo}");
                }
            }
        }
    }

    #[test]
    fn stripped_characters_do_not_hide_the_secret() {
        assert!(hides("e15148\u{200b}d497d8bc12", SECRET));
        assert!(hides("\u{1b}[e15148\u{7}d497\u{1b}d8bc12", SECRET));
        assert!(hides("a\u{200b}b::cd", "a\u{200b}b::cd"));
        assert!(hides(r"ab\u200bcd", "ab\u{200b}cd"));
        assert!(hides("hunter2%2\u{fe0f}52Fx", "hunter2/x"));
    }

    #[test]
    fn other_text_stays() {
        for text in ["Invalid Credentials", "e15148d497d8bc1", &STANDARD.encode("e15148"), ""] {
            assert!(!hides(text, SECRET), "{text}");
        }
        assert!(!hides("nothing", ""));
        assert!(!hides("nothing", "\u{200b}"));
    }

    #[test]
    fn of_a_short_secret_only_itself_is_replaced() {
        let mask = Mask::new("a9");
        assert_eq!(mask.apply("key a9 or A9, a9").as_deref(), Some("key *** or A9, ***"));
        assert_eq!(mask.apply("YTk= 6139"), None);
        assert_eq!(Mask::new("abc").apply("abcd").as_deref(), Some("***d"));
        assert_eq!(Mask::new("abcd").apply("abcde").as_deref(), Some("***"));
    }

    #[test]
    fn hostile_sizes_take_linear_time() {
        let start = std::time::Instant::now();
        let nested = (0..4).fold("é\"%<".to_owned(), |text, _| {
            json(&percent(&text).replace('%', "&#37;")) + &STANDARD.encode(text)
        });
        let secret = "a".repeat(64);
        for unit in
            ["a", "%", "&", "&#", "\\", "%61", "\\u0061", "%u", "0x", "YWFh", &secret[1..], &nested]
        {
            // A quarter of the largest reply, in a build without optimization.
            assert!(!hides(&(unit.repeat((1 << 18) / unit.len()) + "b"), "b@b@"), "{unit}");
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn no_encoding_of_the_secret_passes(
            secret in "[a-zA-Z0-9+/%\\\\\"<&é: .]{8,20}",
            before in "[a-z ]{0,5}",
            after in "[a-z ]{0,5}",
        ) {
            prop_assume!(folded(&secret).chars().count() >= SHORTEST);
            let bytes = secret.as_bytes();
            let whole = format!("{before}{secret}{after}");
            for encoded in
                [&secret, &json(&secret), &percent(&secret), &hex(bytes, ""), &STANDARD.encode(bytes)]
            {
                prop_assert!(hides(&format!("{before}{encoded}{after}"), &secret), "{encoded}");
            }
            prop_assert!(hides(&STANDARD.encode(&whole), &secret), "{whole}");
        }
    }
}
