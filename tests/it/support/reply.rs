//! One step of a server's script: how it treats one request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::http::Request;
use super::listener::Connection;
use super::tokens;

/// The documented reply to a login, verbatim. Its token expired in 2025.
pub const DOCUMENTED_200: &str = r#"{
  "ExpirationDate": "2025-04-24T10:16:51",
  "Token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJUeXBlIjoiQVBJIiwidW5pcXVlX25hbWUiOiIxYjgzMDgxMmJmNmE0NzUyOGQxYzFiZGQyZjhkNzFmNiIsIkVtcHJlc2FJZCI6IjEiLCJuYmYiOjE3NDU0MTQyMTEsImV4cCI6MTc0NTUwMDYxMSwiaWF0IjoxNzQ1NDE0MjExfQ.UTsOgFeeopXNUhKkyoJcK1ayimYF47yJaAFqZc5O-KY",
  "Status": 0,
  "Messages": ["Success"]
}"#;

/// The documented reply to wrong credentials.
pub const DOCUMENTED_401: &str = r#"{
  "ExpirationDate": "0001-01-01T00:00:00",
  "Token": null,
  "Status": 1,
  "Messages": ["Invalid Credentials"]
}"#;

/// The documented reply to an unhandled error, verbatim. Its outer brace is doubled, so it is not
/// JSON.
pub const DOCUMENTED_500: &str = r#"{
{
"ExpirationDate": "0001-01-01T00:00:00",
"Token": null,
"Status": 1,
"Messages": [
"Invalid Credentials"
]
}
}"#;

/// One step of a server's script.
#[derive(Clone)]
pub struct Reply {
    pub(super) act: Act,
    pub(super) delay: Duration,
    pub(super) drip: Option<Duration>,
    /// The number of bytes after which the connection ends, and whether it is reset.
    pub(super) end: Option<(usize, bool)>,
}

#[derive(Clone)]
pub(super) enum Act {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        dated: bool,
    },
    Raw(Vec<u8>),
    /// Runs as soon as the connection is accepted, before any TLS and without reading a request.
    Script(fn(&mut Connection) -> io::Result<()>),
    /// Runs when the request has been read.
    Decide(Arc<dyn Fn(&Request) -> Reply + Send + Sync>),
}

/// The documented 200 with this token. `ExpirationDate` is the token's `exp` at UTC-3, or 24 hours
/// from now if the token has no `exp`.
pub fn live_reply(token: &str) -> Reply {
    let expiry =
        tokens::expiry(token).unwrap_or_else(|| Timestamp::now().as_second() + 24 * 60 * 60);
    let brasilia =
        Timestamp::from_second(expiry - 3 * 60 * 60).unwrap().strftime("%Y-%m-%dT%H:%M:%S");
    let body = format!(
        r#"{{"ExpirationDate":"{brasilia}","Token":"{token}","Status":0,"Messages":["Success"]}}"#
    );
    Reply::json(200, body)
}

impl Reply {
    fn new(act: Act) -> Self {
        Self { act, delay: Duration::ZERO, drip: None, end: None }
    }

    /// A response with this body, the content type of JSON, `Date` and `Content-Length`. The body
    /// need not be JSON.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Act::Answer { status, headers: Vec::new(), body: body.into(), dated: true })
            .header("Content-Type", "application/json; charset=utf-8")
    }

    /// The same with the content type of HTML.
    pub fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::json(status, body).header("Content-Type", "text/html")
    }

    /// Exactly these bytes, then the end of the connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Act::Raw(bytes.into()))
    }

    /// Reads the request and never answers.
    pub fn hang() -> Self {
        Self::with(|_| Self::hang_before_reading())
    }

    /// Accepts the connection and never reads. No request is recorded.
    pub fn hang_before_reading() -> Self {
        Self::new(Act::Script(Connection::hang))
    }

    /// Reads the request and closes the connection.
    pub fn close() -> Self {
        Self::raw("")
    }

    /// Accepts the connection and resets it. No request is recorded.
    pub fn close_before_reading() -> Self {
        Self::new(Act::Script(Connection::reset))
    }

    /// Answers a ClientHello with the alert `protocol_version`.
    pub(super) fn refuse_tls() -> Self {
        Self::new(Act::Script(|connection| {
            connection.read_once()?;
            // Alert (21), record of TLS 1.0, two bytes: fatal (2), protocol_version (70).
            connection.send(&[21, 3, 1, 0, 2, 2, 70])?;
            connection.read_to_end()
        }))
    }

    /// Chooses the reply when the request has been read.
    pub fn with(decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(Act::Decide(Arc::new(decide)))
    }

    /// Sets or replaces a header, including `Content-Length` and `Date`.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Act::Answer { headers, dated, .. } = &mut self.act {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value.to_owned()));
            *dated &= !name.eq_ignore_ascii_case("date");
        }
        self
    }

    /// Omits `Date`.
    pub fn without_date(mut self) -> Self {
        if let Act::Answer { dated, .. } = &mut self.act {
            *dated = false;
        }
        self
    }

    /// Waits before the first byte.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends one byte per interval.
    pub fn drip(mut self, every: Duration) -> Self {
        self.drip = Some(every);
        self
    }

    /// Closes the connection after this many bytes, counted from the start of the header.
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.end = Some((bytes, false));
        self
    }

    /// Resets the connection after this many bytes, counted from the start of the header.
    pub fn reset_at(mut self, bytes: usize) -> Self {
        self.end = Some((bytes, true));
        self
    }

    /// The whole response: the bytes that `cut_at` and `reset_at` count.
    pub fn bytes(&self) -> Vec<u8> {
        let Act::Answer { status, headers, body, dated } = &self.act else {
            return if let Act::Raw(bytes) = &self.act { bytes.clone() } else { Vec::new() };
        };
        let mut text = format!("HTTP/1.1 {status} Scripted\r\n");
        let mut add = |name: &str, value: &str| text += &format!("{name}: {value}\r\n");
        if *dated {
            add("Date", &Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        }
        headers.iter().for_each(|(name, value)| add(name, value));
        let set = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !set("content-length") && !set("transfer-encoding") {
            add("Content-Length", &body.len().to_string());
        }
        add("Connection", "close");
        [text.as_bytes(), b"\r\n", body].concat()
    }
}
