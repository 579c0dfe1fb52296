//! JWTs, unverified, as only the server has the key: for display and expiry, never for trust.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use serde_json::{Map, Value};

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The payload of a JWT (RFC 7519 §4), unverified.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(pub Map<String, Value>);

/// The `exp` claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exp {
    Absent,
    At(Timestamp),
    /// It is not a date at which a token can expire.
    Unusable,
}

/// The claims of a signed JWT. `None` for a token without three parts or without a JSON object as
/// the second: it is opaque.
pub fn decode_unverified(token: &str) -> Option<Claims> {
    let [_, payload, _] = parts(token)?;
    object(payload).map(Claims)
}

/// The JOSE header of a signed JWT (RFC 7515 §4).
pub fn header_unverified(token: &str) -> Option<Map<String, Value>> {
    let [header, _, _] = parts(token)?;
    object(header)
}

fn parts(token: &str) -> Option<[&str; 3]> {
    let mut parts = token.split('.');
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
}

impl Claims {
    /// The expiry: a NumericDate (RFC 7519 §2), whose fraction is dropped.
    pub fn exp(&self) -> Exp {
        match self.0.get("exp") {
            None => Exp::Absent,
            Some(value) => numeric_date(value).map_or(Exp::Unusable, Exp::At),
        }
    }

    /// The time of the issue, a NumericDate.
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.0.get("iat").and_then(numeric_date)
    }

    /// A claim that is a string or a number, as text.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// A date from 2000 to 9998. Others are sentinels of date libraries for "none", as
/// `DateTime.MaxValue` in 9999.
pub fn numeric_date(value: &Value) -> Option<Timestamp> {
    const YEAR_2000: f64 = 946_684_800.0;
    const YEAR_9999: f64 = 253_370_764_800.0;
    let seconds = value.as_f64()?;
    if !(YEAR_2000..YEAR_9999).contains(&seconds) {
        return None;
    }
    Timestamp::from_second(seconds as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", BASE64URL.encode(payload))
    }

    fn exp(payload: &str) -> Exp {
        decode_unverified(&token(payload)).unwrap().exp()
    }

    #[test]
    fn exp_is_a_numeric_date() {
        let at = Exp::At(Timestamp::from_second(1_745_500_611).unwrap());
        assert_eq!(exp(r#"{"exp":1745500611}"#), at);
        assert_eq!(exp(r#"{"exp":1745500611.9}"#), at);
        assert_eq!(exp(r"{}"), Exp::Absent);
        for unusable in
            ["\"1745500611\"", "-1", "0", "1e300", "null", "[]", "253402300799", "1e999999"]
        {
            let payload = format!("{{\"exp\":{unusable}}}");
            assert!(
                decode_unverified(&token(&payload))
                    .is_none_or(|claims| claims.exp() == Exp::Unusable),
                "{payload}"
            );
        }
    }

    #[test]
    fn other_shapes_are_opaque() {
        for text in [
            "",
            "abc",
            "e30.e30",
            "e30.e30.e30.e30",
            "e30.e30.e30.e30.e30",
            "e30.%%%.e30",
            "e30.W10.e30",
        ] {
            assert_eq!(decode_unverified(text), None, "{text}");
        }
        assert!(decode_unverified("e30.e30=.x").is_some());
    }
}
