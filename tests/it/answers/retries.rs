//! Answers that are retried: how often, and after how long.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::{ask, each, error, raw};
use crate::support::*;

const LOST: &str = "127.0.0.1:[..] closed the connection before its answer was complete";

fn away(status: u16, attempts: usize, messages: &[&str]) -> String {
    let what = match status {
        408 => "gave up waiting for the request",
        429 => "has had too many requests",
        502..=504 => "is not available",
        _ => "failed with an internal error",
    };
    unavailable(&format!("127.0.0.1 {what} (HTTP {status})"), attempts, messages)
}

#[test]
fn server_that_recovers_answers_the_retry() {
    let token = live_token();
    let script = [Reply::json(503, ""), Reply::json(503, ""), live_reply(&token)];
    ask(&["token"], script, 3).ok(&format!("{token}\n"));
}

#[test]
fn outage_is_retried_as_often_as_its_kind_allows() {
    let nginx =
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body></html>";
    let portal = "<html><title>Log in to the Wi-Fi</title></html>";
    let asks = |seconds| Reply::json(503, "").header("Retry-After", seconds);
    let rows: Vec<(&str, (Reply, usize, String))> = vec![
        ("500", (Reply::json(500, ""), 2, away(500, 2, &[]))),
        (
            "500 with JSON",
            (Reply::json(500, r#"{"Messages":["Oops"]}"#), 2, away(500, 2, &["Oops"])),
        ),
        (
            "500 with HTML",
            (Reply::html(500, "<title>Runtime Error</title>"), 2, away(500, 2, &["Runtime Error"])),
        ),
        (
            "500, cut short",
            (Reply::json(500, "x".repeat(999)).cut_at(400), 2, away(500, 2, &["[..]x"])),
        ),
        ("501", (Reply::json(501, ""), 2, away(501, 2, &[]))),
        ("505", (Reply::json(505, ""), 2, away(505, 2, &[]))),
        (
            "511 of a captive portal",
            (Reply::html(511, portal), 2, away(511, 2, &["Log in to the Wi-Fi"])),
        ),
        ("502 of nginx", (Reply::html(502, nginx), 3, away(502, 3, &["502 Bad Gateway"]))),
        ("503", (Reply::json(503, ""), 3, away(503, 3, &[]))),
        ("503, at once", (asks("0"), 3, away(503, 3, &[]))),
        ("504", (Reply::json(504, "upstream"), 3, away(504, 3, &["upstream"]))),
        ("429", (Reply::json(429, ""), 3, away(429, 3, &[]))),
        ("408", (Reply::json(408, ""), 1, away(408, 1, &[]))),
        ("500 of 2 MiB", (Reply::json(500, "\n".repeat(2 << 20)), 2, away(500, 2, &[]))),
    ];
    each(rows, |(reply, requests, expected)| {
        ask(&["token"], [reply], requests).fails(5, &expected);
    });
}

#[test]
fn lost_answer_is_retried_once() {
    let token = live_token();
    let good = live_reply(&token);
    let (head, whole) =
        (good.bytes().windows(4).position(|end| end == b"\r\n\r\n").unwrap(), good.bytes().len());
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
    let half = |text: &str| format!("fff\r\n{{\"Token\":\"{text}");
    let lost = unavailable(LOST, 2, &[]);
    let reset =
        unavailable("the connection to 127.0.0.1:[..] was lost: connection reset by peer", 2, &[]);
    let rows: Vec<(&str, (Reply, String))> = vec![
        ("closed without a word", (Reply::close(), lost.clone())),
        ("reset without a word", (good.clone().reset_at(0), reset.clone())),
        ("cut in the status line", (good.clone().cut_at(8), lost.clone())),
        ("cut in the header", (good.clone().cut_at(head), lost.clone())),
        ("cut before the body", (good.clone().cut_at(head + 4), lost.clone())),
        ("cut in the token", (good.clone().cut_at(head + 120), lost.clone())),
        ("cut before the last byte", (good.clone().cut_at(whole - 1), lost.clone())),
        (
            "reset in the body",
            (good.reset_at(head + 120), unavailable("[..]127.0.0.1:[..]", 2, &[])),
        ),
        ("chunk cut", (raw(chunked, half(&token)), lost.clone())),
        ("cut between chunks", (raw(chunked, "2\r\n{}\r\n"), lost)),
    ];
    each(rows, |(reply, expected)| {
        ask(&["token"], [reply], 2).fails(5, &expected);
    });
}

#[test]
fn lost_answer_comes_with_the_second_try() {
    let token = live_token();
    let script = [live_reply(&token).cut_at(300), live_reply(&token)];
    ask(&["login"], script, 2).ok(&format!("{token}\n"));
}

#[test]
fn number_of_retries_is_the_users() {
    let at_once = || Reply::json(503, "").header("Retry-After", "0");
    each(
        [
            ("0", (at_once(), "0", 1, away(503, 1, &[]))),
            ("1", (at_once(), "1", 2, away(503, 2, &[]))),
            ("5", (at_once(), "5", 6, away(503, 6, &[]))),
            ("0 of a lost answer", (Reply::close(), "0", 1, unavailable(LOST, 1, &[]))),
            ("5 of a lost answer", (Reply::close(), "5", 2, unavailable(LOST, 2, &[]))),
            ("0 of a 500", (Reply::json(500, ""), "0", 1, away(500, 1, &[]))),
            ("5 of a 500", (Reply::json(500, ""), "5", 2, away(500, 2, &[]))),
            (
                "5 of a 404",
                (Reply::json(418, ""), "5", 1, error("127.0.0.1 answered with HTTP 418")),
            ),
        ],
        |(reply, retries, requests, expected)| {
            let code = if expected.contains("418") { 6 } else { 5 };
            ask(&["token", "--retries", retries], [reply], requests).fails(code, &expected);
        },
    );
}

/// How long the program waited between the first two requests.
fn wait_after(reply: Reply) -> Duration {
    let token = live_token();
    let server = Server::start([reply, live_reply(&token)]).expects(2);
    Home::new().skia(["token"]).credentials().server(&server).run().ok(&format!("{token}\n"));
    let requests = server.requests();
    requests[1].at - requests[0].at
}

#[test]
fn retry_after_is_obeyed() {
    let busy = |status| Reply::json(status, "").header("Retry-After", "1");
    let date = |after| {
        (Timestamp::now() + Duration::from_secs(after))
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    };
    let at_date = Reply::with(move |_| Reply::json(429, "").header("Retry-After", &date(2)));
    let rows = [
        ("429", busy(429)),
        ("503", busy(503)),
        ("500", busy(500)),
        ("with white space", Reply::json(429, "").header("Retry-After", " \t1 ")),
        ("a date", at_date),
    ];
    each(rows, |reply| {
        let wait = wait_after(reply);
        assert!((Duration::from_secs(1)..Duration::from_secs(4)).contains(&wait), "{wait:?}");
    });
}

#[test]
fn invalid_retry_after_is_ignored() {
    let delays = [
        "-1",
        "1e99",
        "abc",
        "1.5",
        "+60",
        "",
        "0x10",
        "٣",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "60 s",
        "60, 60",
    ];
    each(delays.map(|delay| (delay, delay)), |delay| {
        let wait = wait_after(Reply::json(429, "").header("Retry-After", delay));
        assert!((Duration::from_millis(370)..Duration::from_secs(3)).contains(&wait), "{wait:?}");
    });
}

#[test]
fn retry_after_beyond_the_deadline_ends_the_call_at_once() {
    let busy = |status: u16, delay: &str| Reply::json(status, "").header("Retry-After", delay);
    let asks = |status, delay: &str| {
        away(status, 1, &[]).replacen('\n', &format!("; it asks to wait {delay} s\n"), 1)
    };
    let date = (Timestamp::now() + Duration::from_secs(7200))
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    each(
        [
            ("an hour", (busy(429, "3600"), vec![], asks(429, "3600"))),
            ("503", (busy(503, "3600"), vec![], asks(503, "3600"))),
            ("500", (busy(500, "3600"), vec![], asks(500, "3600"))),
            (
                "more than fits",
                (busy(429, "99999999999999999999999"), vec![], asks(429, "4294967295")),
            ),
            ("a date", (busy(429, &date), vec![], asks(429, "7[..]"))),
            ("a short deadline", (busy(429, "5"), vec!["--timeout", "4s"], asks(429, "5"))),
            ("no retries", (busy(429, "3600"), vec!["--retries", "0"], asks(429, "3600"))),
        ],
        |(reply, options, expected)| {
            let server = Server::start([reply]);
            let program = Home::new().skia(["token"]).args(options).credentials().server(&server);
            program.timeout_bound(Duration::from_secs(1)).run().fails(5, &expected);
        },
    );
}

#[test]
fn retries_end_at_the_deadline() {
    each(
        [
            ("503", (Reply::json(503, ""), away(503, 0, &[]))),
            ("lost", (Reply::close(), unavailable(LOST, 0, &[]))),
        ],
        |(reply, expected)| {
            let server = Server::start([reply]).expects_any();
            let program = Home::new()
                .skia(["login", "--timeout", "1s", "--retries", "50"])
                .credentials()
                .server(&server);
            let outcome = program.timeout_bound(Duration::from_secs(1)).run();
            outcome.fails(5, &expected.replace("0 attempts", "[..] attempt[..]"));
            let count = server.requests().len();
            assert!((1..=3).contains(&count), "{count} requests");
        },
    );
}

#[test]
fn error_is_that_of_the_last_answer() {
    let script = [Reply::json(503, ""), Reply::html(404, "")];
    let what =
        "http://127.0.0.1:[..]/api/Auth/Login answered with HTTP 404: not the login endpoint";
    ask(&["token"], script, 2)
        .fails(6, &(error(what) + "hint: check the base URL: skia-auth config show\n"));
}

#[test]
fn program_gets_an_outage_as_one_line_of_json() {
    let busy = Reply::json(429, r#"{"Messages":["Slow down"]}"#).header("Retry-After", "3600");
    let outcome = ask(&["token", "-o", "json"], [busy], 1);
    outcome.fails(5, "{[..]}\n");
    let expected = json!({"error": {
        "kind": "unavailable", "exit": 5, "retryable": true, "http_status": 429,
        "hint": "skia-auth doctor",
        "message": "127.0.0.1 has had too many requests (HTTP 429), after 1 attempt; it asks to wait 3600 s",
        "messages": ["Slow down"],
    }});
    assert_eq!(outcome.json_error(), expected);
}
