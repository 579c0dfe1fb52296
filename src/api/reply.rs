//! The fields of a reply, as servers and gateways write them, and the grant that is in them.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::model::jwt::Exp;
use crate::model::secret::Secret;
use crate::model::time::parse_expiration_date;
use crate::model::token::{AccessToken, Expiry, Grant};

/// So many texts of a reply bear the name of what they are about: as many as are ever shown.
const MOST_NAMED: usize = 10;

/// The grant in a reply that was accepted before, as the cache keeps it.
pub fn grant_from_reply(document: &str) -> Option<Grant> {
    Fields::parse(document)?.grant(document).ok()
}

/// The fields of a reply, found without regard to the case of their names.
#[derive(Debug, Default)]
pub struct Fields {
    expiration_date: Option<Value>,
    token: Option<Value>,
    status: Option<Value>,
    messages: Option<Value>,
    /// What ASP.NET Web API and gateways say where the login is not reached.
    message: Option<Value>,
    /// ProblemDetails (RFC 9457): what ASP.NET answers to a request that it cannot read.
    title: Option<Value>,
    detail: Option<Value>,
    errors: Option<Value>,
    /// A documented field stood there twice: two readers could understand two things.
    pub is_ambiguous: bool,
}

impl Fields {
    /// `None` for everything but one JSON object.
    pub fn parse(document: &str) -> Option<Self> {
        serde_json::from_str(document).ok()
    }

    /// Whether `Status` says success; `None` where it is missing or no number.
    pub fn is_ok(&self) -> Option<bool> {
        self.status.as_ref()?.as_f64().map(|status| status == 0.0)
    }

    /// Whether there is something in the place of the token, legal or not.
    pub fn has_token(&self) -> bool {
        match &self.token {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        }
    }

    /// The token, if it passes the gate, with its expiry. The error never repeats it.
    pub fn grant(&self, document: &str) -> Result<Grant, String> {
        let token = match &self.token {
            Some(Value::String(text)) if !text.is_empty() => text,
            Some(Value::String(_)) => return Err("the reply has an empty token".to_owned()),
            None | Some(Value::Null) => {
                return Err("the reply says success and has no token".to_owned());
            }
            Some(_) => return Err("the token of the reply is not a string".to_owned()),
        };
        let Some(token) = AccessToken::parse(token) else {
            return Err(
                "the token of the reply is not one (RFC 6750 b64token, at most 16 KiB)".to_owned()
            );
        };
        let expiry = self.expiry(&token);
        Ok(Grant { token, expiry, reply: Secret::new(document.to_owned()) })
    }

    /// The JWT's `exp`; only a token without one falls back to `ExpirationDate`, which is Brasília time unsaid.
    fn expiry(&self, token: &AccessToken) -> Expiry {
        let exp = token.claims().map_or(Exp::Absent, |claims| claims.exp());
        let instant = match exp {
            Exp::At(instant) => Some(instant),
            Exp::Unusable => None,
            Exp::Absent => self
                .expiration_date
                .as_ref()
                .and_then(Value::as_str)
                .and_then(parse_expiration_date),
        };
        instant.map_or(Expiry::Unknown, Expiry::At)
    }

    /// What the server has to say to a person.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for value in [&self.messages, &self.message, &self.title, &self.detail, &self.errors]
            .into_iter()
            .flatten()
        {
            collect_words(value, &mut words);
        }
        words
    }
}

fn collect_words(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        Value::Object(entries) => {
            for (name, value) in entries {
                let first = words.len();
                collect_words(value, words);
                // Not every one: a long name before each of many texts makes gigabytes of a reply within its limit.
                let named = words.iter_mut().take(MOST_NAMED).skip(first);
                named.for_each(|text| *text = format!("{name}: {text}"));
            }
        }
        Value::Number(number) => words.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key::<String>()? {
                    let value = map.next_value::<Value>()?;
                    let slot = match name.to_ascii_lowercase().as_str() {
                        "expirationdate" => &mut fields.expiration_date,
                        "token" => &mut fields.token,
                        "status" => &mut fields.status,
                        "messages" => &mut fields.messages,
                        "message" => &mut fields.message,
                        "title" => &mut fields.title,
                        "detail" => &mut fields.detail,
                        "errors" => &mut fields.errors,
                        _ => continue,
                    };
                    fields.is_ambiguous |= slot.replace(value).is_some();
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}
