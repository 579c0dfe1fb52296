//! What holds of everything that comes from outside, whatever it is: stated once, for the fuzzers and for the tests.
//!
//! Each property hands its bytes to the code of the program, panics where a promise is broken, and answers with one word
//! for what became of them: the word that the files below `fuzz/seeds` bear in their names.
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

/// Every property, by the name of its fuzz target and of its folder of seeds.
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

/// RFC 6750 §2.1, character by character: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    const BODY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    let mut rest = text.chars().skip_while(|c| BODY.contains(*c));
    text.starts_with(|c| BODY.contains(c)) && rest.all(|c| c == '=') && text.len() <= 16 * 1024
}

/// Words of ours, and nothing else: then nothing of a value can be among them.
fn assert_made_of(vocabulary: &str, text: &str) {
    let known: Vec<_> = vocabulary.split_whitespace().collect();
    for word in text.split_whitespace() {
        assert!(known.contains(&word), "{word:?} in {text:?}");
    }
}
