//! What a scripted server does with one request.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::http::Request;
use super::tokens;

/// The documented reply to a login, word for word. Its token has long expired.
pub const DOCUMENTED_200: &str = r#"{
  "ExpirationDate": "2025-04-24T10:16:51",
  "Token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJUeXBlIjoiQVBJIiwidW5pcXVlX25hbWUiOiIxYjgzMDgxMmJmNmE0NzUyOGQxYzFiZGQyZjhkNzFmNiIsIkVtcHJlc2FJZCI6IjEiLCJuYmYiOjE3NDU0MTQyMTEsImV4cCI6MTc0NTUwMDYxMSwiaWF0IjoxNzQ1NDE0MjExfQ.UTsOgFeeopXNUhKkyoJcK1ayimYF47yJaAFqZc5O-KY",
  "Status": 0,
  "Messages": ["Success"]
}"#;

/// The documented reply to wrong credentials, in its documented form.
pub const DOCUMENTED_401: &str = r#"{
  "ExpirationDate": "0001-01-01T00:00:00",
  "Token": null,
  "Status": 1,
  "Messages": ["Invalid Credentials"]
}"#;

/// The documented reply to an unhandled error, word for word: not JSON, since its outer brace is doubled.
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

/// One entry of a server's script.
#[derive(Clone)]
pub struct Reply {
    pub(super) act: Act,
    pub(super) delay: Duration,
    pub(super) drip: Option<Duration>,
    /// After how many bytes the connection ends, and whether by a reset.
    pub(super) end: Option<(usize, bool)>,
}

#[derive(Clone)]
pub(super) enum Act {
    Answer { status: u16, headers: Vec<(String, String)>, body: Vec<u8>, dated: bool },
    Raw(Vec<u8>),
    Hang,
    HangBeforeReading,
    CloseBeforeReading,
    Decide(Arc<dyn Fn(&Request) -> Reply + Send + Sync>),
}

/// The documented 200 around this token: `ExpirationDate` is its `exp` at UTC-3, or 24 hours from now if it has none.
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

    /// An answer with these bytes as its body, JSON or not, announced as JSON, with `Date` and `Content-Length`.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Act::Answer { status, headers: Vec::new(), body: body.into(), dated: true })
            .header("Content-Type", "application/json; charset=utf-8")
    }

    /// The same, announced as HTML.
    pub fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::json(status, body).header("Content-Type", "text/html")
    }

    /// These bytes and no others, then the end of the connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Act::Raw(bytes.into()))
    }

    /// Reads the request and never answers.
    pub fn hang() -> Self {
        Self::new(Act::Hang)
    }

    /// Takes the connection and does nothing with it. Counts as no request.
    pub fn hang_before_reading() -> Self {
        Self::new(Act::HangBeforeReading)
    }

    /// Reads the request and closes the connection.
    pub fn close() -> Self {
        Self::raw("")
    }

    /// Takes the connection and resets it. Counts as no request.
    pub fn close_before_reading() -> Self {
        Self::new(Act::CloseBeforeReading)
    }

    /// Decides when the request is there.
    pub fn with(decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(Act::Decide(Arc::new(decide)))
    }

    /// Sets a header; one of the same name is replaced. `Content-Length` and `Date` too.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Act::Answer { headers, dated, .. } = &mut self.act {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value.to_owned()));
            *dated &= !name.eq_ignore_ascii_case("date");
        }
        self
    }

    /// Leaves `Date` out.
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

    /// Sends byte by byte, one per interval.
    pub fn drip(mut self, every: Duration) -> Self {
        self.drip = Some(every);
        self
    }

    /// Closes the connection after so many bytes, those of the header included.
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.end = Some((bytes, false));
        self
    }

    /// Resets the connection after so many bytes, those of the header included.
    pub fn reset_at(mut self, bytes: usize) -> Self {
        self.end = Some((bytes, true));
        self
    }

    /// The whole answer as it goes out: where `cut_at` and `reset_at` count.
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
