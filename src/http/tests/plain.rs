//! Over plain HTTP: every way an answer can come or fail to come.

use super::*;

#[test]
fn request_is_exactly_what_is_documented() {
    let server = answer(ANSWER);
    let (result, steps) =
        call(&format!("http://127.0.0.1:{}/api/", server.port), &DIRECT, &Trust::default(), 2000);
    let reply = result.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(reply.date.as_deref(), Some("Thu, 24 Apr 2025 13:16:51 GMT"));
    assert_eq!((reply.retry_after, reply.location, reply.content_type), (None, None, None));
    assert_eq!(
        reply.server_headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["date", "content-length"]
    );
    let request = String::from_utf8(server.script.join().unwrap()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /api/Auth/Login HTTP/1.1"));
    let mut fields: Vec<_> = lines.collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "accept: application/json",
            "content-length: 35",
            "content-type: application/json",
            &format!("host: 127.0.0.1:{}", server.port),
            &format!("user-agent: skia-auth/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
    assert_eq!(body.as_bytes(), BODY);
    let address = ([127, 0, 0, 1], server.port).into();
    assert_eq!(
        steps,
        [
            Step::Resolved { host: "127.0.0.1".into(), addresses: 1 },
            Step::Connected { address },
            Step::Sending,
            Step::Answered { status: 200 },
        ]
    );
}

#[test]
fn any_status_is_a_reply() {
    for status in
        [201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 429, 500, 502, 503, 999]
    {
        let server = answer(format!(
            "HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:1/\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
        ));
        let reply = plain(server.port, 2000).unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.location.as_deref(), Some("http://127.0.0.1:1/"));
        assert_eq!(reply.retry_after.as_deref(), Some("7"));
    }
}

#[test]
fn body_is_read_in_every_framing() {
    for framing in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    ] {
        assert_eq!(plain(answer(framing).port, 2000).unwrap().body, b"hello", "{framing}");
    }
}

#[test]
fn body_may_be_one_mebibyte_and_no_more() {
    let head =
        |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    let whole = [head(1 << 20), vec![b'x'; 1 << 20]].concat();
    assert_eq!(plain(answer(whole).port, 2000).unwrap().body.len(), 1 << 20);
    for framing in [head((1 << 20) + 1), b"HTTP/1.1 200 OK\r\n\r\n".to_vec()] {
        let server = serve(move |mut stream| {
            read_request(&mut stream);
            // The client leaves in the middle.
            let _ = stream.write_all(&[framing, vec![b'x'; (1 << 20) + 1]].concat());
        });
        let name = format!("127.0.0.1:{}", server.port);
        assert_eq!(
            trouble_of(plain(server.port, 2000)),
            last(&format!("the reply of {name} is larger than 1 MiB"))
        );
    }
}

#[test]
fn head_may_be_long_and_not_endless() {
    let fields = |count: usize| format!("X-Field: {}\r\n", "x".repeat(990)).repeat(count);
    let long = format!("HTTP/1.1 200 OK\r\n{}Content-Length: 2\r\n\r\n{{}}", fields(40));
    assert_eq!(plain(answer(long).port, 2000).unwrap().body, b"{}");
    let server = serve(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{}", fields(90)).as_bytes());
        read_request(&mut stream);
    });
    let name = format!("127.0.0.1:{}", server.port);
    assert_eq!(
        trouble_of(plain(server.port, 2000)),
        last(&format!("{name} answers with more than 64 KiB of headers"))
    );
}

#[test]
fn answer_that_is_cut_is_lost() {
    for bytes in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",
    ] {
        let server = answer(bytes);
        let expected = format!(
            "127.0.0.1:{} closed the connection before its answer was complete",
            server.port
        );
        assert_eq!(trouble_of(plain(server.port, 2000)), lost(&expected), "{bytes}");
    }
}

#[test]
fn answer_that_is_reset_is_lost() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", "HTTP/1.1 200 OK\r\n\r\nhe"]
    {
        let server = serve(move |mut stream| {
            // A socket that is closed with unread input resets the connection.
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(bytes.as_bytes()).unwrap();
            stream.peek(&mut [0]).unwrap();
        });
        let expected = format!(
            "the connection to 127.0.0.1:{} was lost: connection reset by peer",
            server.port
        );
        assert_eq!(trouble_of(plain(server.port, 2000)), lost(&expected), "{bytes}");
    }
}

#[test]
fn what_is_not_http_is_final() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\x15\x03\x01\0\x02\x02\x16",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 099 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let server = answer(bytes);
        let expected = format!("127.0.0.1:{} does not answer in HTTP", server.port);
        assert_eq!(trouble_of(plain(server.port, 2000)), last(&expected), "{bytes:?}");
    }
}

#[test]
fn deadline_holds_against_silence_and_drips() {
    for drip in ["", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"] {
        let server = serve(move |mut stream| {
            read_request(&mut stream);
            stream.write_all(drip.as_bytes()).unwrap();
            // A byte at a time, until the client has gone.
            while drip.is_empty() || stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(20));
                if drip.is_empty() && stream.peek(&mut [0]).is_ok_and(|read| read == 0) {
                    break;
                }
            }
        });
        let what = if drip.is_empty() { "no answer" } else { "no complete answer" };
        let expected = format!("{what} from 127.0.0.1:{} within 0.3 s", server.port);
        assert_eq!(trouble_of(plain(server.port, 300)), late(&expected), "{drip}");
        server.script.join().unwrap();
    }
}

#[test]
fn refused_connection_was_not_a_request() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(
        trouble_of(plain(port, 2000)),
        not_connected(&format!("cannot connect to 127.0.0.1:{port}: connection refused"))
    );
}

#[test]
fn echoed_secret_is_in_no_header_that_is_shown() {
    let server = answer(format!(
        "HTTP/1.1 200 OK\r\nServer: {}\r\nX-Echo: e15148d497d8bc12\r\nSet-Cookie: e15148d497d8bc12\r\nContent-Length: 0\r\n\r\n",
        "x".repeat(500)
    ));
    let reply = plain(server.port, 2000).unwrap();
    assert_eq!(
        reply.server_headers,
        [("server".to_owned(), "x".repeat(500)), ("content-length".to_owned(), "0".to_owned())]
    );
}
