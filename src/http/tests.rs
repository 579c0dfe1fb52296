//! How the bytes of an answer become a reply. What a user sees of it is in `tests/it/answers`.

use super::script::reply_to;
use super::*;

/// The same answer in one piece, and byte by byte.
fn each(answer: &str) -> [Result<Reply, FailedTry>; 2] {
    [usize::MAX, 1].map(|piece| reply_to(answer.as_bytes(), piece))
}

#[test]
fn body_is_read_in_every_framing() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    ] {
        for reply in each(answer) {
            assert_eq!(reply.unwrap().body, b"hello", "{answer}");
        }
    }
}

#[test]
fn cut_answer_may_be_asked_for_once_more() {
    for answer in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
    ] {
        for reply in each(answer) {
            assert_eq!(reply.err(), Some(wire::closed_early("script.test")), "{answer}");
        }
    }
}

#[test]
fn answer_that_is_not_http_is_final() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\x15\x03\x01\0\x02\x02\x16",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let expected = Failure::protocol("script.test does not answer in HTTP");
        for reply in each(answer) {
            assert_eq!(reply.err(), Some(FailedTry::last(expected.clone())), "{answer:?}");
        }
    }
}

#[test]
fn limits_of_head_and_body_are_exact() {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let answer = |length: usize| head(length) + &"x".repeat(length);
    let error = |answer: &str| reply_to(answer.as_bytes(), 5000).err().unwrap().failure.message;
    assert_eq!(reply_to(answer(1 << 20).as_bytes(), 5000).unwrap().body.len(), 1 << 20);
    assert_eq!(error(&answer((1 << 20) + 1)), "the reply of script.test is larger than 1 MiB");
    let with_field = |length: usize| head(0).replacen("Content", &"x".repeat(length), 1);
    let longest = LONGEST_HEAD - head(0).len() + "Content".len();
    let reply = reply_to(with_field(longest).as_bytes(), 5000);
    assert_eq!(reply.unwrap().status, 200);
    let too_long = error(&with_field(longest + 1));
    assert_eq!(too_long, "script.test answers with more than 64 KiB of headers");
}
