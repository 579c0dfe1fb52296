//! The replies of the API, as its documentation gives them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{CLIENT_ID, CLIENT_SECRET, SCOPE};

/// How the sandbox answers a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Answer {
    /// As the documented server would
    #[default]
    Ok,
    /// Refuses every credential (401)
    Rejected,
    /// Fails inside (500)
    Error,
    /// Asks to come back in a second (503)
    Unavailable,
    /// As the documented server would, after five seconds
    Slow,
    /// A web page instead of an answer (200)
    Html,
    /// The documented 500, whose outer brace is doubled
    Malformed,
}

/// An HTTP reply, without the headers that all replies have.
pub struct Reply {
    pub status: &'static str,
    /// One more header line with its CR LF, or nothing.
    pub extra: &'static str,
    pub content_type: &'static str,
    pub body: String,
    /// Why this is the reply, in a few words without a secret. It is not sent.
    pub reason: String,
}

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html";
const INTERNAL_SERVER_ERROR: &str = "500 Internal Server Error";

const REJECTED: &str = r#"{"ExpirationDate":"0001-01-01T00:00:00","Token":null,"Status":1,"Messages":["Invalid Credentials"]}"#;
const ERROR: &str = r#"{"ExpirationDate":"0001-01-01T00:00:00","Token":null,"Status":1,"Messages":["Internal error"]}"#;
const MALFORMED: &str = r#"{
{
"ExpirationDate": "0001-01-01T00:00:00",
"Token": null,
"Status": 1,
"Messages": [
"Invalid Credentials"
]
}
}
"#;

/// The key of the signature, which no client can verify: the API publishes no key.
const SIGNING_KEY: &[u8] = b"skia-auth sandbox: this key protects nothing";

impl Reply {
    fn new(status: &'static str, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, extra: "", content_type, body: body.into(), reason: String::new() }
    }

    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    pub fn page(status: &'static str) -> Self {
        let body = format!(
            "<!DOCTYPE html>\r\n<html>\r\n<head><title>{status}</title></head>\r\n\
             <body><h2>{status}</h2><p>This is the skia-auth sandbox.</p></body>\r\n</html>\r\n"
        );
        Self::new(status, HTML, body)
    }

    /// The reply of ASP.NET to a body that it cannot bind (RFC 9457).
    fn bad_request(errors: &str) -> Self {
        let body = format!(
            r#"{{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors":{{{errors}}}}}"#
        );
        Self::new("400 Bad Request", "application/problem+json; charset=utf-8", body)
    }

    pub fn bytes(&self, now: Timestamp) -> Vec<u8> {
        let Self { status, extra, content_type, body, reason: _ } = self;
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT");
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nServer: skia-auth-sandbox\r\nDate: {date}\r\n{extra}Content-Type: {content_type}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// The reply of the API to a request.
pub fn reply(answer: Answer, method: &str, target: &str, body: &[u8], now: Timestamp) -> Reply {
    if !path(target).eq_ignore_ascii_case("/api/Auth/Login") {
        return Reply::page("404 Not Found").because("the only path is /api/Auth/Login");
    }
    if method != "POST" {
        let reply = Reply::new("405 Method Not Allowed", HTML, "");
        return Reply { extra: "Allow: POST\r\n", ..reply }.because("the only method is POST");
    }
    match answer {
        Answer::Ok | Answer::Slow => login(body, now),
        Answer::Rejected => {
            Reply::new("401 Unauthorized", JSON, REJECTED).because("--answer rejected")
        }
        Answer::Error => Reply::new(INTERNAL_SERVER_ERROR, JSON, ERROR).because("--answer error"),
        Answer::Malformed => {
            Reply::new(INTERNAL_SERVER_ERROR, JSON, MALFORMED).because("--answer malformed")
        }
        Answer::Unavailable => {
            let reply = Reply::page("503 Service Unavailable").because("--answer unavailable");
            Reply { extra: "Retry-After: 1\r\n", ..reply }
        }
        Answer::Html => Reply::page("200 OK").because("--answer html"),
    }
}

/// The path of a request target without its query. A client that uses a proxy sends a whole URL
/// (RFC 9112 §3.2.2).
pub fn path(target: &str) -> &str {
    let path = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').map_or("", |start| &rest[start..])
        }
        _ => target,
    };
    path.split('?').next().unwrap_or_default()
}

fn login(body: &[u8], now: Timestamp) -> Reply {
    let Ok(Value::Object(sent)) = serde_json::from_slice(body) else {
        return Reply::bad_request(r#""$":["The JSON value could not be converted."]"#)
            .because("the body is not a JSON object");
    };
    let expected = [
        ("ClientId", "client id", CLIENT_ID),
        ("ClientSecret", "client secret", CLIENT_SECRET),
        ("GrantType", "grant type", "client_credentials"),
        ("Scope", "scope", SCOPE),
    ];
    let is_missing = |field: &str| !sent.get(field).is_some_and(Value::is_string);
    let missing: Vec<_> =
        expected.iter().map(|(field, ..)| *field).filter(|field| is_missing(field)).collect();
    if !missing.is_empty() {
        let errors: Vec<_> = missing
            .iter()
            .map(|field| format!(r#""{field}":["The {field} field is required."]"#))
            .collect();
        return Reply::bad_request(&errors.join(","))
            .because(format!("missing {}", missing.join(", ")));
    }
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(field, _, value)| sent[*field] != *value)
        .map(|(_, name, _)| *name)
        .collect();
    if !wrong.is_empty() {
        return Reply::new("401 Unauthorized", JSON, REJECTED)
            .because(format!("wrong {}", wrong.join(", ")));
    }
    let issued = now.as_second();
    let token = token(issued, issued + 24 * 60 * 60);
    // The documented local time of Brasília (UTC-3), without an offset.
    let expiration = now
        .checked_add(SignedDuration::from_hours(24 - 3))
        .unwrap_or(now)
        .strftime("%Y-%m-%dT%H:%M:%S");
    let body = format!(
        r#"{{"ExpirationDate":"{expiration}","Token":"{token}","Status":0,"Messages":["Success"]}}"#
    );
    Reply::new("200 OK", JSON, body).because("token issued")
}

fn token(issued: i64, expires: i64) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(format!(
        r#"{{"Type":"API","unique_name":"1b830812bf6a47528d1c1bdd2f8d71f6","EmpresaId":"1","nbf":{issued},"exp":{expires},"iat":{issued}}}"#
    ));
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256::HMAC::mac(&signed, SIGNING_KEY));
    format!("{signed}.{signature}")
}
