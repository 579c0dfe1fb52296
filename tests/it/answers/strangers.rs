//! Answers that are not understood or not from the login endpoint: exit code 6, nothing echoed.

use std::time::Duration;

use serde_json::json;

use super::{ask, each, error, raw, redirected, with_fields};
use crate::support::*;

fn not_the_endpoint(status: u16) -> String {
    let url = "http://127.0.0.1:[..]/api/Auth/Login";
    let what = format!("{url} answered with HTTP {status}: not the login endpoint");
    error(&what) + "hint: check the base URL: skia-auth config show\n"
}

fn invalid(what: &str) -> String {
    error(&format!("the reply of 127.0.0.1 {what}"))
}

#[test]
fn token_that_could_break_something_is_not_shown() {
    let not_one = invalid("has a token that is not valid (RFC 6750 b64token, at most 16 KiB)");
    let hostile = [
        ("newline", "eyJh\nbGci"),
        ("final newline", "eyJhbGci\n"),
        ("CR", "eyJh\rbGci"),
        ("NUL", "eyJh\0bGci"),
        ("space", "eyJh bGci"),
        ("leading space", " eyJhbGci"),
        ("tab", "eyJh\tbGci"),
        ("double quote", "eyJh\"bGci"),
        ("single quote", "eyJh'bGci"),
        ("command substitution", "eyJh$(x)bGci"),
        ("backtick", "eyJh`x`bGci"),
        ("ESC", "eyJh\u{1b}[2JbGci"),
        ("C1", "eyJh\u{9b}2JbGci"),
        ("semicolon", "eyJh;bGci"),
        ("percent", "eyJh%bGci"),
        ("ampersand", "eyJh&bGci"),
        ("backslash", "eyJh\\bGci"),
        ("é", "eyJhébGci"),
        ("full-width letter", "eyJhＡbGci"),
        ("bidi", "eyJh\u{202e}bGci"),
        ("byte-order mark", "\u{feff}eyJhbGci"),
        ("equals sign inside", "eyJh=bGci"),
        ("only padding", "=="),
        ("a command of a runner", "::add-mask::eyJh"),
        ("with its scheme", "Bearer eyJhbGci"),
    ];
    each(hostile, |token| {
        ask(&["token"], [with_fields(&format!(r#""Status":0,"Token":{}"#, json!(token)))], 1)
            .fails(6, &not_one);
    });
    let long = "a".repeat(16 * 1024 + 1);
    ask(&["login"], [with_fields(&format!(r#""Status":0,"Token":"{long}""#))], 1)
        .fails(6, &not_one);
}

#[test]
fn success_needs_a_token() {
    let no_token = "reports success but has no token";
    each(
        [
            ("null", (r#""Status":0,"Token":null"#, no_token)),
            ("absent", (r#""Status":0,"Messages":["Success"]"#, no_token)),
            ("empty", (r#""Status":0,"Token":"""#, "has an empty token")),
            ("a number", (r#""Status":0,"Token":20250424"#, "has a token that is not a string")),
            ("a boolean", (r#""Status":0,"Token":true"#, "has a token that is not a string")),
            (
                "an array",
                (r#""Status":0,"Token":["eyJhbGci"]"#, "has a token that is not a string"),
            ),
            (
                "an object",
                (r#""Status":0,"Token":{"a":"eyJhbGci"}"#, "has a token that is not a string"),
            ),
        ],
        |(fields, what)| {
            ask(&["token"], [with_fields(fields)], 1).fails(6, &invalid(what));
        },
    );
}

#[test]
fn status_must_be_a_number() {
    let token = r#""Token":"eyJhbGci.e30.c2ln""#;
    each(
        [
            ("a string", r#","Status":"0""#),
            ("a boolean", r#","Status":false"#),
            ("null", r#","Status":null"#),
            ("a word", r#","Status":"OK""#),
            ("an array", r#","Status":[0]"#),
            ("absent", ""),
        ],
        |status| {
            let reply = with_fields(&format!("{token}{status}"));
            let what = invalid("has no Status that is a number");
            ask(&["token"], [reply], 1).fails(6, &what);
        },
    );
}

#[test]
fn documented_field_must_occur_once() {
    each(
        [
            ("Token", r#""Token":"eyJhbGci","Token":"eyJhbGcj","Status":0"#),
            ("Token and token", r#""Token":"eyJhbGci","token":"eyJhbGcj","Status":0"#),
            ("Status and STATUS", r#""Token":"eyJhbGci","Status":1,"STATUS":0"#),
            ("the same value", r#""Token":"eyJhbGci","Status":0,"Status":0"#),
        ],
        |fields| {
            let what = invalid("has a documented field twice");
            ask(&["token"], [with_fields(fields)], 1).fails(6, &what);
        },
    );
}

#[test]
fn body_must_be_one_object_and_is_not_echoed() {
    let token = live_token();
    let good = format!(r#"{{"Token":"{token}","Status":0}}"#);
    let utf16: Vec<u8> =
        "\u{feff}".chars().chain(good.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("trailing garbage", format!("{good}x").into()),
        ("two documents", format!("{good}{good}").into()),
        ("two documents on two lines", format!("{good}\n{good}").into()),
        ("doubled brace", format!("{{{good}}}").into()),
        ("in an array", format!("[{good}]").into()),
        ("a bare string", format!("\"{token}\"").into()),
        ("a bare token", token.clone().into()),
        ("null", "null".into()),
        ("a number", "0".into()),
        ("200 000 nested arrays", "[".repeat(200_000).into()),
        (
            "nested arrays inside",
            format!(
                r#"{{"x":{}{},"Token":"{token}","Status":0}}"#,
                "[".repeat(9999),
                "]".repeat(9999)
            )
            .into(),
        ),
        ("half of it", good[..good.len() / 2].into()),
        ("single quotes", good.replace('"', "'").into()),
        ("a comment", format!("/* */{good}").into()),
        ("NUL behind it", format!("{good}\0").into()),
        ("NUL inside", good.replace("eyJ", "eyJ\0").into()),
        ("raw newline in the token", good.replace("eyJ", "e\nyJ").into()),
        ("two byte-order marks", format!("\u{feff}\u{feff}{good}").into()),
        ("UTF-16", utf16),
        ("not UTF-8", [good.as_bytes(), b"\xff"].concat()),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*\xc9\xcfN\xcdS\xb2R\0".to_vec()),
        ("JSONP", format!("cb({good})").into()),
        ("a form", format!("access_token={token}&token_type=bearer").into()),
        ("an event stream", format!("data: {good}\n\n").into()),
    ];
    each(rows, |body| {
        ask(&["token"], [Reply::json(200, body)], 1)
            .fails(6, &invalid("is not the documented JSON object"));
    });
}

#[test]
fn web_page_is_not_the_login_endpoint() {
    let page = "<!doctype html><html><head><title>Welcome</title></head><body>Skia</body></html>";
    let rows = [
        ("200 with HTML", (Reply::html(200, page), 200)),
        ("200 with HTML said to be JSON", (Reply::json(200, format!("\u{feff}\n{page}")), 200)),
        ("200 with XML", (Reply::json(200, "<?xml version='1.0'?><a/>"), 200)),
        ("200, empty", (Reply::json(200, ""), 200)),
        ("200, white space", (Reply::json(200, " \r\n"), 200)),
        ("204", (raw("HTTP/1.1 204 No Content\r\n", ""), 204)),
        ("205", (Reply::json(205, ""), 205)),
        ("404", (Reply::html(404, page), 404)),
        ("404 with JSON", (Reply::json(404, r#"{"Messages":["no"]}"#), 404)),
        ("405", (Reply::json(405, "").header("Allow", "GET"), 405)),
        ("400 with HTML", (Reply::html(400, page), 400)),
        ("410 with HTML", (Reply::html(410, page), 410)),
    ];
    each(rows, |(reply, status)| {
        ask(&["token"], [reply], 1).fails(6, &not_the_endpoint(status));
    });
}

#[test]
fn base_url_without_api_is_recognised() {
    let server = Server::start([Reply::json(404, "")]);
    let base_url = server.base_url();
    let bare = base_url.strip_suffix("/api").unwrap();
    let outcome = Home::new().skia(["token", "--base-url", bare]).credentials().run();
    let what = error(&format!("{bare}/Auth/Login answered with HTTP 404: not the login endpoint"));
    outcome
        .fails(6, &format!("{what}hint: the base URL may lack its end: --base-url {base_url}\n"));
    assert_eq!(server.request().path, "/Auth/Login");
}

#[test]
fn redirect_is_not_followed() {
    each([("301", 301), ("302", 302), ("303", 303), ("307", 307), ("308", 308)], |status| {
        let second = Server::start([live_reply(&live_token())]).expects(0);
        let target = format!("http://user:pw@127.0.0.1:{}/api/Auth/Login?x=y#z", second.port());
        let outcome = ask(&["token"], [Reply::json(status, "").header("Location", &target)], 1);
        outcome.fails(6, &redirected(status, &format!("http://127.0.0.1:{}", second.port())));
        assert_eq!(second.connections(), 0);
    });
}

#[test]
fn redirect_to_no_server_is_not_the_login_endpoint() {
    each(
        [
            ("relative", "/login"),
            ("empty", ""),
            ("javascript", "javascript:alert(1)"),
            ("file", "file:///etc/passwd"),
            ("FTP", "ftp://files.test/login"),
            ("not a URL", "http://::error::/"),
            ("too long", Box::leak(format!("/{}", "x".repeat(30_000)).into_boxed_str())),
        ],
        |location| {
            let reply = Reply::json(302, "").header("Location", location);
            ask(&["token"], [reply], 1).fails(6, &not_the_endpoint(302));
        },
    );
    ask(&["token"], [Reply::json(304, "")], 1).fails(6, &not_the_endpoint(304));
}

#[test]
fn unexpected_status_is_named_with_the_text_of_the_server() {
    let rows: Vec<(&str, (Reply, u16, &str))> = vec![
        ("400, plain text", (Reply::json(400, "Bad Request"), 400, "server: Bad Request\n")),
        ("400, a JSON array", (Reply::json(400, r#"["bad"]"#), 400, "")),
        ("402", (Reply::json(402, r#"{"message":"unpaid"}"#), 402, "server: unpaid\n")),
        ("413", (Reply::json(413, ""), 413, "")),
        (
            "415",
            (
                Reply::json(415, r#"{"title":"Unsupported Media Type"}"#),
                415,
                "server: Unsupported Media Type\n",
            ),
        ),
        ("418", (Reply::json(418, "short and stout"), 418, "server: short and stout\n")),
        ("425", (Reply::json(425, "").header("Retry-After", "0"), 425, "")),
        ("451", (Reply::json(451, ""), 451, "")),
        ("999", (Reply::json(999, ""), 999, "")),
        ("101", (raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n", ""), 101, "")),
    ];
    each(rows, |(reply, status, said)| {
        let what = error(&format!("127.0.0.1 answered with HTTP {status}"));
        ask(&["token"], [reply], 1).fails(6, &(what + said));
    });
}

#[test]
fn transparent_proxy_is_recognised_by_its_407() {
    let reply = || Reply::json(407, "").header("Proxy-Authenticate", "Basic");
    ask(&["token"], [reply()], 1).fails(6, &error("the proxy demands credentials"));
    let outcome = ask(&["login", "-o", "json"], [reply()], 1);
    assert_eq!(outcome.json_error()["error"]["http_status"], 407);
}

#[test]
fn peer_must_speak_http() {
    let many: String = (0..300).map(|n| format!("X-{n}: y\r\n")).collect();
    let ok = "HTTP/1.1 200 OK\r\n";
    let rows: Vec<(&str, Reply)> = vec![
        ("garbage", Reply::raw("garbage\r\n\r\n")),
        ("SSH", Reply::raw("SSH-2.0-OpenSSH_9.9\r\n")),
        ("the preface of HTTP/2", Reply::raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
        ("frames of HTTP/2", Reply::raw(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64".to_vec())),
        ("an alert of TLS", Reply::raw(b"\x15\x03\x01\0\x02\x02\x46".to_vec())),
        ("HTTP/0.9", Reply::raw(format!(r#"{{"Token":"{}","Status":0}}"#, live_token()))),
        ("a status of two digits", raw("HTTP/1.1 20 OK\r\n", "{}")),
        ("status 099", raw("HTTP/1.1 099 OK\r\n", "{}")),
        ("a length that is no number", raw(&format!("{ok}Content-Length: abc\r\n"), "{}")),
        ("a negative length", raw(&format!("{ok}Content-Length: -1\r\n"), "{}")),
        ("two lengths", raw(&format!("{ok}Content-Length: 2\r\nContent-Length: 3\r\n"), "{} ")),
        ("chunks without size", raw(&format!("{ok}Transfer-Encoding: chunked\r\n"), "zz\r\n{}")),
        ("NUL in a header", raw(&format!("{ok}X: a\0b\r\n"), "{}")),
        ("300 headers", raw(&format!("{ok}{many}"), "{}")),
    ];
    each(rows, |reply| {
        ask(&["token"], [reply], 1).fails(6, &error("127.0.0.1:[..] does not answer in HTTP"));
    });
}

#[test]
fn reply_that_is_too_large_is_refused() {
    let token = live_token();
    let good = format!(r#"{{"Token":"{token}","Status":0}}"#);
    let padded = format!("{good}{}", " ".repeat((1 << 20) + 1 - good.len()));
    let chunked = format!("{:x}\r\n{padded}\r\n0\r\n\r\n", padded.len());
    let too_large = error("the reply of 127.0.0.1:[..] is larger than 1 MiB");
    let endless = raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n", padded.clone());
    each(
        [
            ("with its length", (Reply::json(200, padded.clone()), too_large.clone())),
            (
                "in chunks",
                (
                    raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", chunked),
                    too_large.clone(),
                ),
            ),
            ("of no length", (raw("HTTP/1.0 200 OK\r\n", &padded), too_large.clone())),
            ("of 93 GiB", (endless, too_large)),
            (
                "in its header",
                (
                    Reply::json(200, good).header("X", &"y".repeat(70_000)),
                    error("127.0.0.1:[..] answers with more than 64 KiB of headers"),
                ),
            ),
        ],
        |(reply, expected)| {
            ask(&["token"], [reply], 1).fails(6, &expected);
        },
    );
}

#[test]
fn reply_that_drips_ends_at_the_deadline() {
    let token = live_token();
    let head = raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n", live_token())
        .drip(Duration::from_millis(400));
    let body = Reply::with(move |_| {
        live_reply(&token).delay(Duration::ZERO).drip(Duration::from_millis(15))
    });
    let hints =
        Reply::raw("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9999)).drip(Duration::from_millis(20));
    let incomplete = unavailable("no complete answer from 127.0.0.1:[..] within [..] s", 1, &[]);
    let rows = [
        ("header", (head, incomplete.clone())),
        ("body", (body, incomplete.clone())),
        ("early hints", (hints, incomplete)),
        (
            "nothing at all",
            (Reply::hang(), unavailable("no answer from 127.0.0.1:[..] within [..] s", 1, &[])),
        ),
    ];
    each(rows, |(reply, expected)| {
        let server = Server::start([reply]);
        let program = Home::new().skia(["token", "--timeout", "1s"]).credentials().server(&server);
        program.timeout_bound(Duration::from_secs(1)).run().fails(5, &expected);
    });
}

#[test]
fn program_gets_a_stranger_as_one_line_of_json() {
    let outcome = ask(&["login", "-o", "json"], [Reply::html(200, "<html>")], 1);
    outcome.fails(6, "{[..]}\n");
    let error = &outcome.json_error()["error"];
    let message = error["message"].as_str().unwrap();
    assert!(
        message.ends_with("/api/Auth/Login answered with HTTP 200: not the login endpoint"),
        "{message}"
    );
    let expected = json!({
        "kind": "protocol", "exit": 6, "retryable": false, "message": message,
        "hint": "check the base URL: skia-auth config show", "http_status": 200, "messages": [],
    });
    assert_eq!(*error, expected);
}

#[cfg(unix)]
#[test]
fn commands_in_hints_have_the_options_of_the_identity() {
    let home = Home::new();
    let server = Server::start([Reply::json(404, ""), Reply::json(503, "")]).expects(2);
    home.write_config(&format!(
        "[profile.s]\nbase_url = '{}'\nclient_secret = 'x-x-x-x'\n",
        server.base_url()
    ));
    let options = "-p s --client-id 'a b' --scope other";
    for (command, code, hint) in [
        ("token --retries 0", 6, format!("check the base URL: skia-auth config show {options}")),
        ("token --retries 0", 5, format!("skia-auth doctor {options}")),
        ("token --offline", 1, format!("skia-auth login {options}")),
        ("inspect --cached", 1, format!("skia-auth token {options} | skia-auth inspect")),
    ] {
        let program = home.skia(command.split(' ')).args(["-p", "s", "--scope", "other"]);
        let outcome = program.args(["--client-id", "a b"]).run();
        outcome.fails(code, &format!("skia-auth: error: [..]\nhint: {hint}\n"));
    }
}
