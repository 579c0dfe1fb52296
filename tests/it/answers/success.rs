//! Answers with a token, and the lifetime that the token is taken to have.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ask, each, error, raw, with_fields};
use crate::support::*;

#[test]
fn secret_in_the_expiry_by_chance_does_not_change_it() {
    let (home, opaque) = (Home::new(), register_token("opaque-until-2099"));
    let body =
        format!(r#"{{"ExpirationDate":"2099-01-01T00:00:00","Token":"{opaque}","Status":0}}"#);
    let server = Server::start([Reply::json(200, body)]).expects(1);
    for _ in 0..2 {
        let program =
            home.skia(["token"]).credentials().env("SKIA_CLIENT_SECRET", "2099-01").server(&server);
        program.run().ok(&format!("{opaque}\n"));
    }
}

#[test]
fn documented_reply_is_requested_once_and_then_cached() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([live_reply(&token)]);
    for _ in 0..2 {
        home.skia(["token"]).credentials().server(&server).run().ok(&format!("{token}\n"));
    }
    let request = server.request();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/Auth/Login"));
    let body: Value = json!({
        "ClientId": CLIENT_ID,
        "ClientSecret": SECRET,
        "GrantType": "client_credentials",
        "Scope": "api",
    });
    assert_eq!(request.json(), body);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(
        request.header("user-agent"),
        Some(concat!("skia-auth/", env!("CARGO_PKG_VERSION")))
    );
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "content-length", "content-type", "host", "user-agent"]);
}

#[test]
fn login_always_sends_a_request() {
    let (home, tokens) = (Home::new(), [live_token(), live_token()]);
    let server = Server::start(tokens.iter().map(|token| live_reply(token))).expects(2);
    for token in &tokens {
        home.skia(["login"]).credentials().server(&server).run().ok(&format!("{token}\n"));
    }
    home.skia(["token"]).credentials().server(&server).run().ok(&format!("{}\n", tokens[1]));
}

#[test]
fn expired_token_is_printed_with_a_warning_and_not_cached() {
    let home = Home::new();
    let server = Server::start([Reply::json(200, DOCUMENTED_200)]).expects(4);
    // A whole number of days is shown without hours.
    const EXPIRED: i64 = 1_745_500_611;
    let hours = (Timestamp::now().as_second() - EXPIRED) / 3600 % 24;
    let ago = if hours == 0 { "[..] d ago" } else { "[..] d [..] h ago" };
    let warning = &format!("skia-auth: warning: the server's token expired {ago}\n");
    for command in ["token", "login", "token"] {
        let outcome = home.skia([command]).credentials().server(&server).run();
        outcome.assert(0, &format!("{DOCUMENTED_TOKEN}\n"), warning);
    }
    for file in home.cache_files() {
        let kept = String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(DOCUMENTED_TOKEN);
        assert!(!kept, "{}", file.display());
    }
    let outcome = home.skia(["token", "--min-ttl", "1s"]).credentials().server(&server).run();
    outcome.fails(6, &format!("{warning}{}", error("a new token has expired already")));
}

#[test]
fn variations_of_the_reply_are_accepted() {
    let body = |token: &str| format!(r#"{{"Token":"{token}","Status":0,"Messages":["Success"]}}"#);
    let chunks = |text: &str| {
        text.bytes().map(|byte| format!("1;x=y\r\n{}\r\n", byte as char)).collect::<String>()
    };
    let length = |text: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", text.len());
    let status =
        |status: u16| Box::new(move |token: &str| Reply::json(status, body(token))) as Make;
    let fields = |template: &'static str| {
        Box::new(move |t: &str| with_fields(&template.replace("TOKEN", t))) as Make
    };
    let of = |reply: fn(&str, &str) -> Reply| {
        Box::new(move |token: &str| reply(token, &body(token))) as Make
    };
    let sent = |head: &'static str| Box::new(move |token: &str| raw(head, body(token))) as Make;
    type Make = Box<dyn Fn(&str) -> Reply + Send>;
    let rows: Vec<(&str, Make)> = vec![
        ("byte-order mark", of(|_, body| Reply::json(200, format!("\u{feff}{body}")))),
        ("white space around", of(|_, body| Reply::json(200, format!("\r\n\t {body}\r\n \n")))),
        ("201", status(201)),
        ("202", status(202)),
        ("203", status(203)),
        ("299", status(299)),
        ("camel case", fields(r#""token":"TOKEN","status":0,"messages":[],"expirationDate":null"#)),
        (
            "upper case",
            fields(r#""TOKEN":"TOKEN","STATUS":0"#.replacen("TOKEN", "T\\u004fKEN", 1).leak()),
        ),
        (
            "extra fields",
            fields(r#""Token":"TOKEN","Status":0,"Token2":1,"x":{"Token":null,"y":[[]]},"":0"#),
        ),
        ("problem fields beside", fields(r#""Token":"TOKEN","Status":0,"title":"x","errors":{}"#)),
        ("Messages null", fields(r#""Token":"TOKEN","Status":0,"Messages":null"#)),
        ("Messages a string", fields(r#""Token":"TOKEN","Status":0,"Messages":"Success""#)),
        ("Messages an object", fields(r#""Token":"TOKEN","Status":0,"Messages":{"a":[1,{}]}"#)),
        ("Messages that warn", fields(r#""Token":"TOKEN","Status":0,"Messages":["::error::x"]"#)),
        ("Status 0.0", fields(r#""Token":"TOKEN","Status":0.0"#)),
        ("Status -0", fields(r#""Token":"TOKEN","Status":-0"#)),
        (
            "Token escaped",
            of(|token, _| with_fields(&format!(r#""Token":"\u0065{}","Status":0"#, &token[1..]))),
        ),
        (
            "announced as text",
            of(|_, body| Reply::json(200, body).header("Content-Type", "text/plain")),
        ),
        ("announced as HTML", of(|_, body| Reply::html(200, body))),
        (
            "announced as UTF-16",
            of(|_, body| Reply::json(200, body).header("Content-Type", "a/b; charset=utf-16")),
        ),
        (
            "announced as gzip",
            of(|_, body| Reply::json(200, body).header("Content-Encoding", "gzip")),
        ),
        (
            "Retry-After on success",
            of(|_, body| Reply::json(200, body).header("Retry-After", "3600")),
        ),
        (
            "a Location on success",
            of(|_, body| Reply::json(200, body).header("Location", "https://evil.test/")),
        ),
        ("HTTP/1.0", sent("HTTP/1.0 200 OK\r\n")),
        ("no reason", sent("HTTP/1.1 200\r\n")),
        ("no length, to the end", sent("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")),
        ("100 first", sent("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")),
        ("103 first", sent("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n")),
        (
            "more than announced",
            Box::new(move |t| raw(&length(&body(t)), body(t) + "trailing garbage")),
        ),
        (
            "chunks of one byte, with extensions and trailers",
            Box::new(move |token| {
                let chunks = chunks(&body(token));
                let head =
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Token, Date\r\n";
                raw(head, format!("{chunks}0\r\nToken: x\r\nDate: now\r\n\r\n"))
            }),
        ),
        (
            "no line behind the last chunk",
            Box::new(move |t| {
                raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", chunks(&body(t)) + "0\r\n")
            }),
        ),
        (
            "60 KiB of headers",
            of(|_, body| {
                Reply::json(200, body)
                    .header("X-Long", &"y".repeat(30_000))
                    .header("X", &"z".repeat(30_000))
            }),
        ),
        (
            "a header in Latin-1",
            of(|_, body| {
                Reply::raw([b"HTTP/1.1 200 OK\r\nServer: \xe9\r\n\r\n", body.as_bytes()].concat())
            }),
        ),
        (
            "exactly 1 MiB",
            of(|_, body| Reply::json(200, format!("{body}{}", " ".repeat((1 << 20) - body.len())))),
        ),
    ];
    each(rows, |make| {
        let token = live_token();
        ask(&["token"], [make(&token)], 1).ok(&format!("{token}\n"));
    });
}

#[test]
fn every_valid_character_of_a_token_is_printed() {
    let longest = "Ab0-._~+/".repeat(1821)[..16 * 1024 - 2].to_owned() + "==";
    assert_eq!(longest.len(), 16 * 1024);
    for token in ["A-Za.z0_9~+/opaque==", &longest] {
        register_token(token);
        ask(&["token"], [live_reply(token)], 1).ok(&format!("{token}\n"));
    }
}

/// Checks the expiry in `-o oauth`, and whether a second call uses the cache.
fn expiry_of(token: &str, expiration_date: &str, expected: Option<&str>) {
    register_token(token);
    let home = Home::new();
    let body = format!(
        r#"{{"ExpirationDate":{expiration_date},"Token":"{token}","Status":0,"Messages":["Success"]}}"#
    );
    let server =
        Server::start([Reply::json(200, body)]).expects(if expected.is_some() { 1 } else { 2 });
    for _ in 0..2 {
        let outcome = home.skia(["token", "-o", "oauth"]).credentials().server(&server).run();
        outcome.assert(0, "[..]\n", "");
        assert_eq!(outcome.json()["access_token"], token);
        assert_eq!(outcome.json().get("expires_at").and_then(Value::as_str), expected, "{outcome}");
    }
}

/// The time in six hours, in UTC and in Brasília.
fn in_six_hours() -> (String, String) {
    let instant = Timestamp::now().as_second() + 6 * 3600;
    let at =
        |second| Timestamp::from_second(second).unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    (at(instant), at(instant - 3 * 3600))
}

#[test]
fn opaque_token_lives_until_the_expiration_date() {
    let (utc, brasilia) = in_six_hours();
    let end = format!("{utc}Z");
    each(
        [
            ("plain", format!("\"{brasilia}\"")),
            ("seven decimals", format!("\"{brasilia}.1234567\"")),
            ("Z", format!("\"{utc}Z\"")),
            ("-03:00", format!("\"{brasilia}-03:00\"")),
            ("+00:00 and decimals", format!("\"{utc}.1234567+00:00\"")),
        ],
        |date| expiry_of("opaque-token", &date, Some(&end)),
    );
}

#[test]
fn invalid_expiration_date_is_an_unknown_expiry() {
    let rows = [
        "\"0001-01-01T00:00:00\"",
        "\"9999-12-31T23:59:59\"",
        "\"2099-02-30T00:00:00\"",
        "\"\"",
        "null",
        "42",
        "{}",
    ];
    each(rows.map(|date| (date, date)), |date| expiry_of("opaque-token", date, None));
}

#[test]
fn exp_of_the_token_is_its_expiry() {
    let (utc, brasilia) = in_six_hours();
    let (end, date) = (format!("{utc}Z"), format!("\"{brasilia}\""));
    let soon = Timestamp::now().as_second() + 7200;
    let soon_text = Timestamp::from_second(soon).unwrap().to_string();
    let opaque = |payload: &str| format!("e30.{payload}.c2ln");
    let (exp, falls_back, unknown) = (Some(soon_text.as_str()), Some(end.as_str()), None);
    each(
        [
            ("exp", (jwt(&format!(r#"{{"exp":{soon}}}"#)), exp)),
            ("fractional exp", (jwt(&format!(r#"{{"exp":{soon}.75}}"#)), exp)),
            ("exp a string", (jwt(&format!(r#"{{"exp":"{soon}"}}"#)), unknown)),
            ("exp negative", (jwt(r#"{"exp":-1}"#), unknown)),
            ("exp 0", (jwt(r#"{"exp":0}"#), unknown)),
            ("exp 1e300", (jwt(r#"{"exp":1e300}"#), unknown)),
            ("exp of the year 9999", (jwt(r#"{"exp":253402300799}"#), unknown)),
            ("exp null", (jwt(r#"{"exp":null}"#), unknown)),
            ("no exp", (jwt(r#"{"iat":1}"#), falls_back)),
            ("payload not base64url", (opaque("A"), falls_back)),
            ("payload not JSON", (jwt("hello"), falls_back)),
            ("payload an array", (jwt("[1]"), falls_back)),
            ("empty parts", ("..x".to_owned(), falls_back)),
            (
                "two parts",
                (
                    format!("e30.{}", URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{soon}}}"#))),
                    falls_back,
                ),
            ),
            ("five parts", ("e30.e30.e30.e30.e30".to_owned(), falls_back)),
        ],
        |(token, expected)| expiry_of(&token, &date, expected),
    );
}
