//! An access token and its expiry.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::model::jwt::{self, Claims};
use crate::model::secret::Secret;

/// The longest token that is accepted, in bytes: sixty times a real one, and short enough for an
/// HTTP header everywhere.
const LONGEST: usize = 16 * 1024;

/// A bearer token: a `b64token` of at most 16 KiB (RFC 6750 §2.1). It cannot break a header, a
/// shell line, a CI file or a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken(Secret);

impl AccessToken {
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.trim_end_matches('=');
        let legal = |b: u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        };
        (!body.is_empty() && text.len() <= LONGEST && body.bytes().all(legal))
            .then(|| Self(Secret::new(text.to_owned())))
    }

    /// The token as text.
    #[expect(
        clippy::disallowed_methods,
        reason = "it stays wrapped: AccessToken::expose is checked too"
    )]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The claims, if the token is a JWT. They are not verified.
    #[expect(clippy::disallowed_methods, reason = "the signature is left out")]
    pub fn claims(&self) -> Option<Claims> {
        jwt::decode_unverified(self.expose())
    }

    /// The header, if the token is a JWT. It is not verified.
    #[expect(clippy::disallowed_methods, reason = "the signature is left out")]
    pub fn header(&self) -> Option<Map<String, Value>> {
        jwt::header_unverified(self.expose())
    }
}

/// When a token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    At(Timestamp),
    Unknown,
}

impl Expiry {
    pub fn instant(self) -> Option<Timestamp> {
        match self {
            Expiry::At(instant) => Some(instant),
            Expiry::Unknown => None,
        }
    }

    /// Whole seconds from `now` until the expiry, negative after it; `None` if it is unknown.
    pub fn seconds_left(self, now: Timestamp) -> Option<i64> {
        self.instant().map(|instant| instant.as_second().saturating_sub(now.as_second()))
    }
}

/// A token, its expiry, and the reply that it was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub token: AccessToken,
    pub expiry: Expiry,
    /// The JSON object of the server, byte for byte, but with `***` where it repeats the secret.
    pub reply: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_b64token_passes() {
        for text in ["a", "a.b.c", "A-Z_~+/09==", &"x".repeat(LONGEST)] {
            assert!(AccessToken::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "=",
            "a=b",
            "a b",
            "a\n",
            "\u{feff}a",
            "é",
            "a;b",
            "$(x)",
            "\x1b[0m",
            &"x".repeat(LONGEST + 1),
        ] {
            assert!(AccessToken::parse(text).is_none(), "{text}");
        }
    }
}
