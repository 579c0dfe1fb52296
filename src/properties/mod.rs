//! What holds for every input from outside, stated once for the fuzzers and the tests.
//!
//! Each property passes its bytes to the code of the program, panics if a promise is broken, and
//! returns one word for the outcome. The files in `fuzz/seeds` have this word as their extension.
#![allow(clippy::expect_used, clippy::unwrap_used)]

pub mod base_url;
pub mod configuration;
pub mod dates;
pub mod entry;
pub mod jwt;
pub mod proxy;
pub mod reply;
pub mod server_text;
pub mod wire;

mod inertness;
mod readings;
#[cfg(test)]
mod tests;

pub type Property = fn(&[u8]) -> &'static str;

/// Every property with its name, which is also that of its fuzz target and of its folder of seeds.
pub const TARGETS: [(&str, Property); 9] = [
    ("base_url", base_url::check),
    ("configuration", configuration::check),
    ("dates", dates::check),
    ("entry", entry::check),
    ("jwt", jwt::check),
    ("proxy", proxy::check),
    ("reply", reply::check),
    ("server_text", server_text::check),
    ("wire", wire::check),
];

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`, at most 16 KiB.
fn is_b64token(text: &str) -> bool {
    const BODY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    let mut rest = text.chars().skip_while(|c| BODY.contains(*c));
    text.starts_with(|c| BODY.contains(c)) && rest.all(|c| c == '=') && text.len() <= 16 * 1024
}

/// Panics unless every word of the text is in the vocabulary, so that no word of a value is.
fn assert_made_of(vocabulary: &str, text: &str) {
    let known: Vec<_> = vocabulary.split_whitespace().collect();
    for word in text.split_whitespace() {
        assert!(known.contains(&word), "{word:?} in {text:?}");
    }
}
