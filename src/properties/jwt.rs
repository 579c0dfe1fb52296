//! A token: its claims are read correctly, and what `inspect` shows is inert and has no signature.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::inertness::assert_inert;
use super::is_b64token;
use crate::cli::ReportFormat;
use crate::commands::inspect;
use crate::model::jwt::{Exp, decode_unverified, header_unverified};
use crate::model::token::AccessToken;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes are a token, or its parts before encoding, one per line.
pub fn check(data: &[u8]) -> &'static str {
    let data = data.strip_suffix(b"\n").unwrap_or(data);
    let text = match data.contains(&b'\n') {
        true => data.split(|byte| *byte == b'\n').map(encoded).collect::<Vec<_>>().join("."),
        false => String::from_utf8_lossy(data).into_owned(),
    };
    let claims = decode_unverified(&text);
    let expected = claims_by_hand(&text);
    match (&claims, &expected) {
        (Some(claims), Some(expected)) => assert_eq!(&claims.0, expected),
        (Some(_), None) => {
            assert!(text.contains('='), "claims of a text that is not a JWT: {text:?}")
        }
        (None, Some(_)) => panic!("no claims of a JWT: {text:?}"),
        (None, None) => {}
    }
    assert!(header_unverified(&text).is_none() || text.matches('.').count() == 2);
    let Some(token) = AccessToken::parse(&text) else {
        assert!(!is_b64token(&text), "{text:?}");
        return "refused";
    };
    assert!(is_b64token(&text), "{text:?}");
    assert_shown(&token);
    match claims.map(|claims| (claims.exp(), claims.0)) {
        None => "opaque",
        Some((exp, claims)) => dated(exp, &claims),
    }
}

fn encoded(bytes: &[u8]) -> String {
    let digit = |bits: u32| char::from(ALPHABET[(bits & 63) as usize]);
    let of_three = |three: &[u8]| {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        (0..=three.len()).map(|place| digit(bits >> (18 - 6 * place))).collect::<String>()
    };
    bytes.chunks(3).map(of_three).collect()
}

/// RFC 7519 §3.1 and RFC 4648 §5 without padding, read by other code than that of the program.
fn claims_by_hand(text: &str) -> Option<Map<String, Value>> {
    let parts: Vec<_> = text.split('.').collect();
    let [_, payload, _] = parts[..] else { return None };
    let digits = payload.bytes().map(|byte| ALPHABET.iter().position(|digit| *digit == byte));
    let digits = digits.collect::<Option<Vec<_>>>().filter(|digits| digits.len() % 4 != 1)?;
    let bits: Vec<_> =
        digits.iter().flat_map(|digit| (0..6).rev().map(move |bit| digit >> bit & 1)).collect();
    let bytes: Vec<_> = bits
        .chunks_exact(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | *bit as u8))
        .collect();
    serde_json::from_slice(&bytes).ok()
}

fn dated(exp: Exp, claims: &Map<String, Value>) -> &'static str {
    match (exp, claims.get("exp")) {
        (Exp::Absent, None) => "undated",
        (Exp::At(instant), Some(Value::Number(number))) => {
            assert!((946_684_800..253_370_764_800).contains(&instant.as_second()), "{instant}");
            assert!(
                number
                    .as_i64()
                    .is_none_or(|second| instant == Timestamp::from_second(second).unwrap())
            );
            assert!((number.as_f64().unwrap() - instant.as_second() as f64).abs() < 1.0);
            "dated"
        }
        (Exp::Unusable, Some(value)) => {
            let second = value.as_f64().unwrap_or_default();
            assert!(!(946_684_800.0..253_370_764_800.0).contains(&second), "{value}");
            "unusable"
        }
        (exp, value) => panic!("{exp:?} of {value:?}"),
    }
}

fn assert_shown(token: &AccessToken) {
    let (text, json) = (
        inspect::report(token, ReportFormat::Text, Timestamp::UNIX_EPOCH),
        inspect::report(token, ReportFormat::Json, Timestamp::UNIX_EPOCH),
    );
    assert_eq!(text.is_some(), json.is_some());
    let (Some(text), Some(json)) = (text, json) else { return };
    let report: Value = serde_json::from_str(&json).expect("a report is JSON");
    assert_eq!(report["verified"], false);
    let parts: Vec<_> = token.expose().split('.').collect();
    for shown in [&text, &json] {
        shown.lines().for_each(assert_inert);
        let elsewhere = format!("{}{}", report["header"], report["claims"]);
        let signature = parts[2];
        assert!(
            signature.len() < 16 || elsewhere.contains(signature) || !shown.contains(signature),
            "{shown:?}"
        );
    }
    let rows =
        report["header"].as_object().unwrap().len() + report["claims"].as_object().unwrap().len();
    assert_eq!(text.lines().count(), rows + 3, "one row per claim: {text:?}");
}
