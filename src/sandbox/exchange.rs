//! One request and its reply on a connection whose client may send anything.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::{self, Answer, Reply};

/// The longest head that is read, in bytes: the limit of IIS.
const LONGEST_HEAD: usize = 16 * 1024;
/// The longest body that is read, in bytes: three hundred times a real one.
const LONGEST_BODY: usize = 64 * 1024;
/// The most header lines that are read: curl sends five.
const MOST_HEADERS: usize = 64;
/// The first byte of a TLS connection: the content type of a handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 22;
/// How long a client may take to send its request.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take to accept its reply.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The delay of `--answer slow`: longer than a short deadline, shorter than the default one.
const SLOW: Duration = Duration::from_secs(5);

/// A request and its reply, without header, query and body, which may hold a secret. The method and
/// the path are the client's text and may be anything; both are `-` if the head was malformed.
#[derive(Debug)]
pub struct Exchange<'a> {
    pub at: Timestamp,
    pub method: &'a str,
    pub path: &'a str,
    /// Three digits.
    pub status: &'a str,
    pub reason: &'a str,
}

/// Serves one connection. An error means that the client is gone or too slow.
pub fn serve(
    stream: TcpStream,
    answer: Answer,
    observe: &impl Fn(&Exchange<'_>),
) -> io::Result<()> {
    let mut connection = Connection { stream, deadline: Instant::now() + READ_TIMEOUT };
    let (method, target, reply) = match connection.request()? {
        Ok((Head { method, target, .. }, body)) => {
            if answer == Answer::Slow {
                thread::sleep(SLOW);
            }
            let reply = answer::reply(answer, &method, &target, &body, Timestamp::now());
            (method, target, reply)
        }
        Err(reply) => ("-".to_owned(), "-".to_owned(), reply),
    };
    observe(&Exchange {
        at: Timestamp::now(),
        method: &method,
        path: answer::path(&target),
        status: &reply.status[..3],
        reason: &reply.reason,
    });
    connection.finish(&reply)
}

struct Connection {
    stream: TcpStream,
    deadline: Instant,
}

impl Connection {
    /// Reads the head and the body of a request, or finds the reply that refuses it.
    fn request(&mut self) -> io::Result<Result<(Head, Vec<u8>), Reply>> {
        let mut buffer = Vec::new();
        let head = loop {
            match Head::parse(&buffer) {
                Ok(Some(head)) => break head,
                Ok(None) => self.read_some(&mut buffer)?,
                Err(reply) => return Ok(Err(reply)),
            }
        };
        let mut body = buffer.split_off(head.length);
        if head.expects_continue && body.is_empty() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        while body.len() < head.body_length {
            self.read_some(&mut body)?;
        }
        body.truncate(head.body_length);
        Ok(Ok((head, body)))
    }

    fn read_some(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        // After the deadline this is an error: a timeout of zero is not allowed.
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.stream.set_read_timeout(Some(left))?;
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                into.extend_from_slice(&chunk[..count]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn finish(&mut self, reply: &Reply) -> io::Result<()> {
        self.stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        self.stream.write_all(&reply.bytes(Timestamp::now()))?;
        self.stream.shutdown(Shutdown::Write)?;
        // Closing a socket with unread bytes sends a reset, and the client may lose the reply.
        self.stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        io::copy(&mut (&self.stream).take(4 * 1024 * 1024), &mut io::sink()).map(drop)
    }
}

struct Head {
    method: String,
    target: String,
    length: usize,
    body_length: usize,
    expects_continue: bool,
}

impl Head {
    /// Parses the head of a request; `None` if its end is missing, or the reply that refuses it.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Reply> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let length = match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) if length <= LONGEST_HEAD => length,
            Ok(httparse::Status::Partial) if bytes.len() <= LONGEST_HEAD => return Ok(None),
            Ok(_) | Err(httparse::Error::TooManyHeaders) => {
                let reply = Reply::page("431 Request Header Fields Too Large");
                return Err(reply.because("the head of the request is too long"));
            }
            Err(_) if bytes.first() == Some(&TLS_HANDSHAKE) => {
                let reply = Reply::page("400 Bad Request");
                return Err(reply.because("TLS: the base URL starts with http://"));
            }
            Err(_) => return Err(Reply::page("400 Bad Request").because("this is not HTTP")),
        };
        let is_expect = |header: &httparse::Header| header.name.eq_ignore_ascii_case("expect");
        Ok(Some(Self {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            length,
            body_length: body_length(request.headers)?,
            expects_continue: request.headers.iter().any(is_expect),
        }))
    }
}

fn body_length(headers: &[httparse::Header<'_>]) -> Result<usize, Reply> {
    let values = |name: &'static str| {
        headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    };
    if values("transfer-encoding").next().is_some() {
        return Err(Reply::page("411 Length Required").because("there is no Content-Length"));
    }
    let mut lengths = values("content-length");
    let Some(first) = lengths.next() else {
        return Ok(0);
    };
    // RFC 9112 §6.3: a length that is invalid or contradictory must be refused.
    let digits = first.value.iter().all(u8::is_ascii_digit);
    let length =
        str::from_utf8(first.value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
    match length {
        Some(length) if lengths.all(|other| other.value == first.value) => {
            if length <= LONGEST_BODY {
                Ok(length)
            } else {
                Err(Reply::page("413 Content Too Large").because("the body is too long"))
            }
        }
        _ => Err(Reply::page("400 Bad Request").because("Content-Length is malformed")),
    }
}
