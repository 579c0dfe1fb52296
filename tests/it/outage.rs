//! An outage of the server while a token is cached: `--renew-before` and `--min-ttl`.

use std::fs;
use std::time::Duration;

use crate::cache::{entry, gets, read_body, token, with_checksum};
use crate::support::*;

const HOUR: i64 = 3600;

/// A home with a cached token that is valid for this many seconds, and a server that then gives
/// this answer.
fn after_login(seconds: i64, answer: Reply, requests: usize) -> (Home, Server, String) {
    let (home, t) = (Home::new(), token_expiring_in(seconds));
    let server = Server::start([live_reply(&t), answer]).expects(requests + 1);
    gets(home.skia(["login"]).credentials().server(&server), &t);
    (home, server, t)
}

fn unavailable_server() -> Reply {
    Reply::json(503, "").header("Retry-After", "0")
}

fn warning(left: &str) -> String {
    format!(
        "skia-auth: warning: 127.0.0.1 is not available (HTTP 503), after 3 attempts: \
         using the cached token, which is valid for {left}\n"
    )
}

#[test]
fn cached_token_outlives_an_outage() {
    for (left, options, shown) in [
        (2 * HOUR, &["--renew-before", "12h"][..], "[..] h[..]"),
        (2 * HOUR, &["--renew-before", "12h", "--min-ttl", "1h"], "[..] h[..]"),
        (2 * HOUR, &["--renew-before", "12h", "--min-ttl", "0s"], "[..] h[..]"),
        // Without either option, the default of 5 minutes only says when to log in.
        (200, &[], "[..] min[..]"),
    ] {
        let (home, server, t) = after_login(left, unavailable_server(), 3);
        let outcome = token(&home, &server).args(options).run();
        outcome.assert(0, &format!("{t}\n"), &warning(shown));
    }
}

#[test]
fn cached_token_that_does_not_meet_the_requirement_is_not_delivered() {
    for (left, options) in [
        (2 * HOUR, &["--min-ttl", "12h"][..]),
        (2 * HOUR, &["--min-ttl", "3h", "--renew-before", "1h"]),
        (200, &["--min-ttl", "5m"]),
        (200, &["--renew-before", "12h"]),
        (2 * HOUR, &["--renew-before", "12h", "--no-cache"]),
    ] {
        let (home, server, _) = after_login(left, unavailable_server(), 3);
        let outcome = token(&home, &server).args(options).run();
        outcome.fails(5, &unavailable("127.0.0.1 is not available (HTTP 503)", 3, &[]));
    }
}

#[test]
fn other_failures_are_never_hidden() {
    for (answer, code) in [
        (Reply::json(401, DOCUMENTED_401), 4),
        (Reply::json(403, ""), 4),
        (Reply::html(404, ""), 6),
        (Reply::json(200, "{}"), 6),
        (Reply::json(302, "").header("Location", "http://127.0.0.1:9/"), 6),
    ] {
        for (left, options) in [(2 * HOUR, &["--renew-before", "12h"][..]), (200, &[])] {
            let (home, server, _) = after_login(left, answer.clone(), 1);
            let outcome = token(&home, &server).args(options).run();
            assert_eq!(outcome.code, Some(code), "{outcome}");
        }
    }
}

#[test]
fn cached_token_of_another_secret_is_not_delivered_during_an_outage() {
    let (home, server, _) = after_login(2 * HOUR, unavailable_server(), 3);
    home.declare_secret("another-secret-of-the-integration");
    let program = token(&home, &server).args(["--renew-before", "12h"]);
    let outcome = program.env("SKIA_CLIENT_SECRET", "another-secret-of-the-integration").run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
}

#[test]
fn expired_token_is_not_delivered_during_an_outage() {
    let (home, server, _) = after_login(2 * HOUR, unavailable_server(), 3);
    let entry = entry(&home);
    let mut body = read_body(&entry);
    body["clock_offset"] = (3 * HOUR).into();
    fs::write(entry, with_checksum("2", &body.to_string())).unwrap();
    let outcome = token(&home, &server).arg("-v").run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
    assert!(outcome.stderr.contains("cache miss: the cached token has expired\n"), "{outcome}");
}

#[test]
fn token_is_renewed_early_if_the_server_is_available() {
    let (home, old, new) = (Home::new(), token_expiring_in(2 * HOUR), token_expiring_in(3 * HOUR));
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    gets(token(&home, &server), &old);
    gets(token(&home, &server).args(["--renew-before", "90m"]), &old);
    // A new token need not be valid for longer than that.
    gets(token(&home, &server).args(["--renew-before", "12h"]), &new);
    gets(token(&home, &server), &new);
}

#[test]
fn new_token_must_meet_an_explicit_requirement() {
    let (home, t) = (Home::new(), token_expiring_in(2 * HOUR));
    let server = Server::start([live_reply(&t)]);
    let program = token(&home, &server).args(["--min-ttl", "3h", "--renew-before", "12h"]);
    assert_eq!(program.run().code, Some(6));
}

#[test]
fn silent_server_is_waited_for_until_the_timeout() {
    let (home, server, t) = after_login(2 * HOUR, Reply::hang(), 1);
    let program = token(&home, &server).args(["--renew-before", "12h", "--timeout", "1s"]);
    program.timeout_bound(Duration::from_secs(1)).run().assert(
        0,
        &format!("{t}\n"),
        "skia-auth: warning: no answer from 127.0.0.1:[..] within [..] s, after 1 attempt: \
         using the cached token, which is valid for [..] h[..]\n",
    );
}

#[test]
fn command_gets_the_cached_token_during_an_outage() {
    let (home, server, t) = after_login(2 * HOUR, unavailable_server(), 3);
    home.skia(["exec", "--renew-before", "12h", "-q", "--"])
        .args(shell("echo $SKIA_TOKEN", "echo %SKIA_TOKEN%"))
        .credentials()
        .server(&server)
        .run()
        .ok(&format!("{t}{LINE_END}"));
}

#[test]
fn renewal_without_a_login_is_refused() {
    let outcome = Home::new().skia(["token", "--offline", "--renew-before", "1h"]).run();
    outcome.fails(
        2,
        "skia-auth: error: --offline cannot be used with --renew-before\n\
         hint: skia-auth token --help\n",
    );
}
