//! The bytes of an answer: a body is read completely or not at all, however its bytes arrive.

use crate::http::script::reply_to;
use crate::http::{FailedTry, Reply, Retry};

const LONGEST_BODY: usize = 1024 * 1024;

/// The bytes are what the server sends before it closes the connection.
pub fn check(data: &[u8]) -> &'static str {
    let whole = reply_to(data, usize::MAX);
    let outcome = outcome(&whole);
    // Byte by byte, or in larger pieces if there are many: the head is parsed again after each.
    for piece in [1 + data.len() / 250, 1 + data.len() % 1301] {
        let in_pieces = reply_to(data, piece);
        assert_eq!(seen(&whole), seen(&in_pieces), "in pieces of {piece}");
        if let (Ok(whole), Ok(in_pieces)) = (&whole, &in_pieces) {
            assert_same_body(whole, in_pieces);
        }
    }
    if let Ok(reply) = &whole {
        assert_within_bounds(reply);
        assert_as_by_hand(data, reply);
    }
    assert_round_trip(data);
    outcome
}

/// A reply without its body. An error without its text: of two faults in a head, either may be
/// found first.
fn seen(reply: &Result<Reply, FailedTry>) -> String {
    match reply {
        Ok(Reply { status, date, retry_after, location, content_type, server_headers, .. }) => {
            format!(
                "{status} {date:?} {retry_after:?} {location:?} {content_type:?} {server_headers:?}"
            )
        }
        Err(failed) => format!("{:?} {:?}", failed.retry, failed.failure.kind),
    }
}

/// A body outside of 2xx is read up to its first fault: how much that is depends on the pieces.
fn assert_same_body(one: &Reply, other: &Reply) {
    let (shorter, longer) =
        if one.body.len() < other.body.len() { (one, other) } else { (other, one) };
    assert!(longer.body.starts_with(&shorter.body), "two bodies");
    assert!(
        !(200..300).contains(&one.status) || longer.body.len() == shorter.body.len(),
        "half a body"
    );
}

fn outcome(reply: &Result<Reply, FailedTry>) -> &'static str {
    match reply {
        Ok(reply) if (200..300).contains(&reply.status) => "whole",
        Ok(_) => "no-success",
        Err(FailedTry { retry: Retry::OnceMore, .. }) => "cut",
        Err(FailedTry { retry: Retry::Never, failure, .. }) => match &failure.message {
            message if message.contains("does not answer in HTTP") => "not-http",
            message if message.contains("larger than 1 MiB") => "too-large",
            message if message.contains("64 KiB of headers") => "long-head",
            _ => "unexpected",
        },
        Err(failed) => panic!("{failed:?} without a network"),
    }
}

fn assert_within_bounds(reply: &Reply) {
    assert!(reply.body.len() <= LONGEST_BODY);
    assert!((100..1000).contains(&reply.status));
    let fields = [&reply.date, &reply.retry_after, &reply.location, &reply.content_type];
    let values =
        fields.into_iter().flatten().chain(reply.server_headers.iter().map(|(_, value)| value));
    for value in values {
        assert!(
            value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte)),
            "{value:?}"
        );
    }
}

/// A second, simple reading of RFC 9112 §6.3, for a 200 with an unambiguous length.
fn assert_as_by_hand(data: &[u8], reply: &Reply) {
    let Some(end) = data.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return };
    let Ok(head) = std::str::from_utf8(&data[..end]) else { return };
    // A recipient may take a bare line feed for the end of a line (§2.2); this parser does not.
    let is_strict = head.matches('\n').count() == head.matches("\r\n").count();
    let mut lines = head.split("\r\n");
    let is_plain = is_strict && lines.next().is_some_and(|line| line.starts_with("HTTP/1.1 200 "));
    let fields: Option<Vec<_>> = lines.map(|line| line.split_once(": ")).collect();
    let Some(fields) = fields.filter(|_| is_plain) else { return };
    let named = |name: &str| {
        fields
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .collect::<Vec<_>>()
    };
    let body = &data[end + 4..];
    match (&named("content-length")[..], &named("transfer-encoding")[..]) {
        ([], []) => assert!(reply.body == body, "not the whole body"),
        ([length], []) if !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) => {
            let length: usize = length.parse().unwrap_or(usize::MAX);
            assert!(length <= body.len(), "half a body of {length}");
            assert!(reply.body == body[..length], "not the body of {length}");
        }
        ([], [coding]) if *coding == "chunked" => {
            assert!(
                unchunked(body).is_some_and(|body| body == reply.body),
                "not what the chunks say"
            );
        }
        _ => {}
    }
}

/// RFC 9112 §7.1; `None` if the last chunk is missing or the format is another.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let line = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

/// Any body that a correct server sends is read unchanged; one without its end never is.
fn assert_round_trip(body: &[u8]) {
    let size = 1 + body.len() / 3;
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    let chunks: Vec<u8> = body.chunks(size).flat_map(chunk).collect();
    let chunked = [&head[..], &chunks, b"0\r\n\r\n"].concat();
    let plain =
        [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body]
            .concat();
    for answer in [&chunked, &plain] {
        let piece = 1 + answer.len() % 290;
        match reply_to(answer, piece) {
            Ok(reply) => assert_eq!(reply.body, body),
            Err(failed) => panic!("{failed:?}"),
        }
    }
    for answer in answers_without_end(&chunked, &plain, body.len()) {
        assert!(!matches!(reply_to(answer, 70), Ok(reply) if reply.status == 200), "half a body");
    }
}

/// Each answer, cut inside its body.
fn answers_without_end<'a>(chunked: &'a [u8], plain: &'a [u8], length: usize) -> Vec<&'a [u8]> {
    let lost = 1 + length / 2;
    // `0` between two line ends is the last chunk.
    let mut cut = vec![&chunked[..chunked.len() - 5 - length.min(lost)]];
    if length > 0 {
        cut.push(&plain[..plain.len() - lost]);
    }
    cut
}
