//! One request and its answer over a connection that may do anything.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::{self, Answer, Reply};

/// The longest header that is read, in bytes: IIS's own limit.
const LONGEST_HEAD: usize = 16 * 1024;
/// The longest body that is read, in bytes: three hundred times a real one.
const LONGEST_BODY: usize = 64 * 1024;
/// The most header lines that are read: curl sends five.
const MOST_HEADERS: usize = 64;
/// How long a client may take to send its request.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take to accept its answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the slow answer takes: longer than a client with a short deadline waits, shorter than the default one.
const SLOW: Duration = Duration::from_secs(5);

struct Request {
    method: String,
    target: String,
    body: Vec<u8>,
}

enum Refusal {
    /// The client has gone, or has not said anything for too long: there is nobody to answer.
    Vanished,
    Reply(Reply),
}

impl From<io::Error> for Refusal {
    fn from(_: io::Error) -> Self {
        Refusal::Vanished
    }
}

impl Refusal {
    fn status(status: &'static str) -> Self {
        Refusal::Reply(Reply::page(status))
    }
}

pub fn serve(stream: TcpStream, answer: Answer) {
    let mut connection = Connection { stream, deadline: Instant::now() + READ_TIMEOUT };
    let reply = match connection.request() {
        Ok(request) => {
            if answer == Answer::Slow {
                thread::sleep(SLOW);
            }
            answer::reply(answer, &request.method, &request.target, &request.body, Timestamp::now())
        }
        Err(Refusal::Reply(reply)) => reply,
        Err(Refusal::Vanished) => return,
    };
    // A client that does not take its answer is its own affair.
    let _ = connection.finish(&reply);
}

struct Connection {
    stream: TcpStream,
    deadline: Instant,
}

impl Connection {
    fn request(&mut self) -> Result<Request, Refusal> {
        let mut buffer = Vec::new();
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            let mut request = httparse::Request::new(&mut headers);
            match request.parse(&buffer) {
                Ok(httparse::Status::Complete(length)) if length <= LONGEST_HEAD => {
                    let body_length = body_length(request.headers)?;
                    let expects_continue = request
                        .headers
                        .iter()
                        .any(|header| header.name.eq_ignore_ascii_case("expect"));
                    let method = request.method.unwrap_or_default().to_owned();
                    let target = request.path.unwrap_or_default().to_owned();
                    let mut body = buffer.split_off(length);
                    if expects_continue && body.is_empty() {
                        self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                    }
                    while body.len() < body_length {
                        self.read_some(&mut body)?;
                    }
                    body.truncate(body_length);
                    return Ok(Request { method, target, body });
                }
                Ok(httparse::Status::Partial) if buffer.len() <= LONGEST_HEAD => {
                    self.read_some(&mut buffer)?
                }
                Ok(_) | Err(httparse::Error::TooManyHeaders) => {
                    return Err(Refusal::status("431 Request Header Fields Too Large"));
                }
                Err(_) => return Err(Refusal::status("400 Bad Request")),
            }
        }
    }

    fn read_some(&mut self, into: &mut Vec<u8>) -> Result<(), Refusal> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Refusal::Vanished);
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(Refusal::Vanished),
            Ok(count) => {
                into.extend_from_slice(&chunk[..count]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(_) => Err(Refusal::Vanished),
        }
    }

    fn finish(&mut self, reply: &Reply) -> io::Result<()> {
        self.stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        self.stream.write_all(&reply.bytes(Timestamp::now()))?;
        self.stream.shutdown(Shutdown::Write)?;
        // Closing a socket that holds unread bytes resets it, and the client may lose the answer: read them first.
        self.stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut left = [0; 4096];
        for _ in 0..1024 {
            if self.stream.read(&mut left)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

fn body_length(headers: &[httparse::Header<'_>]) -> Result<usize, Refusal> {
    let values = |name: &'static str| {
        headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    };
    if values("transfer-encoding").next().is_some() {
        return Err(Refusal::status("411 Length Required"));
    }
    let mut lengths = values("content-length");
    let Some(first) = lengths.next() else {
        return Ok(0);
    };
    // RFC 9112 §6.3: a length that is contradictory or not a number must not be guessed at.
    let digits = first.value.iter().all(u8::is_ascii_digit);
    let length =
        str::from_utf8(first.value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
    match length {
        Some(length) if lengths.all(|other| other.value == first.value) => {
            if length <= LONGEST_BODY {
                Ok(length)
            } else {
                Err(Refusal::status("413 Content Too Large"))
            }
        }
        _ => Err(Refusal::status("400 Bad Request")),
    }
}
