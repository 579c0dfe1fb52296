//! The fields of a reply as servers and gateways write them, and the grant in them.

use serde_json::Value;

use crate::model::jwt::Exp;
use crate::model::members::Members;
use crate::model::secret::Secret;
use crate::model::time::parse_expiration_date;
use crate::model::token::{AccessToken, Expiry, Grant};

const DOCUMENTED: [&str; 4] = ["ExpirationDate", "Token", "Status", "Messages"];

/// The fields with text for people: the documented one, that of ASP.NET Web API and of gateways,
/// and those of ProblemDetails (RFC 9457), which ASP.NET sends for a request that it cannot read.
const TEXTS: [&str; 5] = ["Messages", "Message", "title", "detail", "errors"];

/// How many texts are prefixed with the name of their field: only 10 lines are ever shown, and a
/// long name before each of many texts would make gigabytes of a reply below its size limit.
const MOST_PREFIXED: usize = 10;

/// The grant in a reply that was accepted before, as the cache stores it.
pub fn grant_from_reply(document: &str) -> Option<Grant> {
    Fields::parse(document)?.grant(document).ok()
}

/// The fields of a reply. The case of their names makes no difference.
pub struct Fields(Vec<(String, Value)>);

impl Fields {
    /// `None` for anything but one JSON object.
    pub fn parse(document: &str) -> Option<Self> {
        serde_json::from_str(document).ok().map(|Members(fields)| Self(fields))
    }

    fn all(&self, name: &'static str) -> impl Iterator<Item = &Value> {
        let is_named = move |field: &&(String, Value)| field.0.eq_ignore_ascii_case(name);
        self.0.iter().filter(is_named).map(|(_, value)| value)
    }

    fn get(&self, name: &'static str) -> Option<&Value> {
        self.all(name).next()
    }

    /// Whether a documented field occurs twice: another reader could read the other value.
    pub fn is_ambiguous(&self) -> bool {
        DOCUMENTED.iter().any(|name| self.all(name).count() > 1)
    }

    /// Whether `Status` reports success; `None` if it is missing or not a number.
    pub fn is_ok(&self) -> Option<bool> {
        self.get("Status")?.as_f64().map(|status| status == 0.0)
    }

    /// Whether `Token` has a value, valid or not.
    pub fn has_token(&self) -> bool {
        self.get("Token").is_some_and(|token| !token.is_null() && token != "")
    }

    /// The token, if it passes the gate, with its expiry. The error continues "the reply …", and
    /// never repeats the token.
    pub fn grant(&self, document: &str) -> Result<Grant, &'static str> {
        let token = match self.get("Token") {
            Some(Value::String(token)) if token.is_empty() => return Err("has an empty token"),
            Some(Value::String(token)) => AccessToken::parse(token)
                .ok_or("has a token that is not valid (RFC 6750 b64token, at most 16 KiB)")?,
            None | Some(Value::Null) => return Err("reports success but has no token"),
            Some(_) => return Err("has a token that is not a string"),
        };
        let expiry = self.expiry(&token);
        Ok(Grant { token, expiry, reply: Secret::new(document.to_owned()) })
    }

    /// The JWT's `exp`. Only a token without one falls back to `ExpirationDate`.
    fn expiry(&self, token: &AccessToken) -> Expiry {
        let instant = match token.claims().map(|claims| claims.exp()) {
            Some(Exp::At(instant)) => Some(instant),
            Some(Exp::Unusable) => None,
            Some(Exp::Absent) | None => {
                self.get("ExpirationDate").and_then(Value::as_str).and_then(parse_expiration_date)
            }
        };
        instant.map_or(Expiry::Unknown, Expiry::At)
    }

    /// The server's messages for people.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for value in TEXTS.iter().filter_map(|name| self.get(name)) {
            collect_texts(value, &mut texts);
        }
        texts
    }
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(entries) => {
            for (name, value) in entries {
                let first = texts.len();
                collect_texts(value, texts);
                let prefixed = texts.iter_mut().take(MOST_PREFIXED).skip(first);
                prefixed.for_each(|text| *text = format!("{name}: {text}"));
            }
        }
        Value::Number(number) => texts.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}
