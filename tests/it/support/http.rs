//! An HTTP request, parsed without losing what was on the wire.

use std::io::{self, Read};
use std::time::Instant;

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The request target: a path, `host:port` for CONNECT, or a whole URL in a request to a proxy.
    pub path: String,
    /// In their order and case on the wire.
    pub headers: Vec<(String, String)>,
    /// As sent: a chunked body includes its chunk sizes.
    pub body: Vec<u8>,
    /// When the last byte was read.
    pub at: Instant,
}

impl Request {
    /// The first header of that name; case is ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body of the request is JSON")
    }

    /// Reads one request; `None` if the connection ends before the request is complete.
    pub(super) fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut buffer = Vec::new();
        let (mut request, length) = loop {
            if let Some(parsed) = Self::head(&buffer)? {
                break parsed;
            }
            if read_some(stream, &mut buffer)? == 0 {
                return Ok(None);
            }
        };
        let mut body = buffer.split_off(length);
        let announced =
            request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        let chunked = request.header("transfer-encoding").is_some();
        while if chunked { !body.ends_with(b"0\r\n\r\n") } else { body.len() < announced } {
            if read_some(stream, &mut body)? == 0 {
                return Ok(None);
            }
        }
        request.body = body;
        request.at = Instant::now();
        Ok(Some(request))
    }

    fn head(buffer: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut parsed = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = parsed.parse(buffer).map_err(io::Error::other)?
        else {
            return Ok(None);
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let request = Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: parsed.path.unwrap_or_default().to_owned(),
            headers: parsed
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body: Vec::new(),
            at: Instant::now(),
        };
        Ok(Some((request, length)))
    }
}

fn read_some(stream: &mut impl Read, into: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0; 16 * 1024];
    let count = stream.read(&mut chunk)?;
    into.extend_from_slice(&chunk[..count]);
    Ok(count)
}
