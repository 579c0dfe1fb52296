//! Unique tokens, and the list of all tokens that cases have created.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// The token of the documented 200.
pub const DOCUMENTED_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJUeXBlIjoiQVBJIiwidW5pcXVlX25hbWUiOiIxYjgzMDgxMmJmNmE0NzUyOGQxYzFiZGQyZjhkNzFmNiIsIkVtcHJlc2FJZCI6IjEiLCJuYmYiOjE3NDU0MTQyMTEsImV4cCI6MTc0NTUwMDYxMSwiaWF0IjoxNzQ1NDE0MjExfQ.UTsOgFeeopXNUhKkyoJcK1ayimYF47yJaAFqZc5O-KY";

static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A token as the API issues it, valid for 24 hours. Each call returns a different token.
pub fn live_token() -> String {
    token_expiring_in(24 * 60 * 60)
}

/// A token that expires this many seconds from now. A negative number means an expired token.
pub fn token_expiring_in(seconds: i64) -> String {
    let now = Timestamp::now().as_second();
    jwt(&format!(
        r#"{{"Type":"API","unique_name":"1b830812bf6a47528d1c1bdd2f8d71f6","EmpresaId":"1","nbf":{now},"exp":{},"iat":{now}}}"#,
        now + seconds
    ))
}

/// A JWT with exactly this payload and a unique signature.
pub fn jwt(payload: &str) -> String {
    let key = COUNT.fetch_add(1, Ordering::Relaxed).to_string();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256::HMAC::mac(&signed, key));
    register_token(&format!("{signed}.{signature}"))
}

/// Adds a token to the list, so that its appearance on standard error fails a case. Returns it.
pub fn register_token(token: &str) -> String {
    KNOWN.lock().unwrap().push(token.to_owned());
    token.to_owned()
}

/// All tokens so far, including the documented one.
pub fn known_tokens() -> Vec<String> {
    let mut known = KNOWN.lock().unwrap().clone();
    known.push(DOCUMENTED_TOKEN.to_owned());
    known
}

/// The part of a token that must not be shown: the signature of a JWT, or all of another token.
pub fn secret_part(token: &str) -> &str {
    match token.split('.').collect::<Vec<_>>()[..] {
        [_, _, signature] if signature.len() >= 20 => signature,
        _ => token,
    }
}

/// The `exp` of a token, in seconds since 1970.
pub fn expiry(token: &str) -> Option<i64> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<serde_json::Value>(&payload).ok()?["exp"].as_i64()
}
