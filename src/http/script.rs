//! A server made of bytes, for tests and fuzzers: what is sent to it, and how its answer is read.
#![allow(clippy::unwrap_used)]

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ureq::http::Method;

use super::stream::Stream;
use super::{Deadline, FailedTry, Reply, Request, Trust, converse, message};
use crate::http::proxy::Route;
use crate::model::base_url::BaseUrl;

/// Reads `answer`, of which `piece` bytes arrive at a time, and which ends with the connection.
pub fn reply_to(answer: &[u8], piece: usize) -> Result<Reply, FailedTry> {
    let to = BaseUrl::parse("http://script.test").unwrap();
    play(&to, &Route::Direct { why: "" }, answer, piece).0
}

/// The bytes of a login on this route, to the server or to its forward proxy.
pub fn request_to(to: &BaseUrl, route: &Route) -> Vec<u8> {
    play(to, route, b"", 1).1
}

fn play(
    base_url: &BaseUrl,
    route: &Route,
    answer: &[u8],
    piece: usize,
) -> (Result<Reply, FailedTry>, Vec<u8>) {
    let sent = Arc::default();
    let answer = Cursor::new(answer.to_owned());
    let stream = Box::new(Script { answer, piece: piece.max(1), sent: Arc::clone(&sent) });
    let deadline = Instant::now() + Duration::from_secs(60);
    let request = Request { base_url, route, trust: &Trust::default(), body: b"{}", deadline };
    let message = message(&request, Method::POST, request.body).unwrap();
    let deadline = Deadline::starting_now(deadline);
    let reply = converse(&request, message, stream, deadline, &mut |_| {});
    (reply, sent.lock().unwrap().clone())
}

struct Script {
    answer: Cursor<Vec<u8>>,
    piece: usize,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Stream for Script {}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.piece.min(buffer.len());
        self.answer.read(&mut buffer[..length])
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
