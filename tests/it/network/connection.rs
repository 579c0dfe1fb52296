//! Connections that fail, hang or must not be made.

use std::iter;
use std::time::Duration;

use super::{HOST, assert_no_secret, token, token_within_a_second, tries};
use crate::support::{
    Ca, ClosedPort, Home, Listener, NO_SUCH_HOST, Proxy, Reply, Server, live_reply, live_token,
    unavailable,
};

const EVERY: Duration = Duration::from_millis(50);

#[test]
fn refused_port_is_named_after_three_tries() {
    for (scheme, host) in [("http", "127.0.0.1"), ("https", "localhost"), ("https", "127.0.0.1")] {
        let (home, closed) = (Home::new(), ClosedPort::new());
        let port = closed.number();
        let url = format!("{scheme}://{host}:{port}/api");
        let message =
            unavailable(&format!("cannot connect to {host}:{port}: connection refused"), 3, &[]);
        token(&home, &url).run().fails(5, &message);
        let verbose = token(&home, &url).arg("-v").run();
        verbose.fails(5, &format!("...\n{message}"));
        assert_eq!(tries(&verbose), 3, "{verbose}");
    }
}

#[test]
fn unknown_host_is_named_after_three_tries() {
    let home = Home::new();
    let outcome = token(&home, &format!("https://{NO_SUCH_HOST}/api")).arg("-v").run();
    let message = unavailable(&format!("cannot resolve {NO_SUCH_HOST}: [..]"), 3, &[]);
    outcome.fails(5, &format!("...\n{message}"));
    assert_eq!(tries(&outcome), 3, "{outcome}");
}

#[test]
fn failed_connection_is_retryable_in_json() {
    let (home, closed) = (Home::new(), ClosedPort::new());
    let port = closed.number();
    let outcome = token(&home, &format!("https://localhost:{port}/api"))
        .args(["-o", "json", "--retries", "0"])
        .run();
    assert_eq!(outcome.code, Some(5));
    let error = &outcome.json_error()["error"];
    assert_eq!(error["kind"], "unavailable");
    assert_eq!(error["retryable"], true);
    assert_eq!(
        error["message"],
        format!("cannot connect to localhost:{port}: connection refused, after 1 attempt")
    );
}

#[test]
fn silent_server_ends_the_call_at_the_deadline() {
    let home = Home::new();
    let server = Server::start([Reply::hang_before_reading()]).expects(0);
    let message = format!("no answer from 127.0.0.1:{} within [..] s", server.port());
    let message = unavailable(&message, 1, &[]);
    token_within_a_second(&home, &server.base_url()).run().fails(5, &message);
    assert_eq!(server.connections(), 1);
    let server = Server::silent_tls();
    let message = format!("no TLS connection to localhost:{} within [..] s", server.port());
    let message = unavailable(&message, 1, &[]);
    token_within_a_second(&home, &server.base_url()).run().fails(5, &message);
    assert_eq!(server.connections(), 1);
}

#[test]
fn dripping_handshake_ends_the_call_at_the_deadline() {
    let home = Home::new();
    // One long handshake record (22) of TLS 1.2, and a ServerHello (2) in many short ones.
    let long = || [22, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0].into_iter().chain(iter::repeat(3));
    let short = || {
        [22, 3, 3, 0, 4, 2, 0, 0x3f, 0].into_iter().chain([22, 3, 3, 0, 1, 3].into_iter().cycle())
    };
    let servers = [
        Listener::start(move |client| client.read_once().and_then(|()| client.drip(long(), EVERY))),
        Listener::start(move |client| {
            client.read_once().and_then(|()| client.drip(short(), EVERY))
        }),
    ];
    for server in servers {
        let port = server.port();
        let outcome = token_within_a_second(&home, &format!("https://localhost:{port}/api")).run();
        outcome.fails(
            5,
            &unavailable(&format!("no TLS connection to localhost:{port} within [..] s"), 1, &[]),
        );
        assert_eq!(server.connections(), 1);
        assert_no_secret(&server.received());
    }
}

#[test]
fn server_that_closes_during_the_handshake_is_tried_three_times() {
    let home = Home::new();
    let after_hello = Listener::start(|client| client.read_once());
    let after_a_piece = Listener::start(|client| {
        client.read_once().and_then(|()| client.send(&[22, 3, 3, 0, 80, 2, 0, 0]))
    });
    for server in [after_hello, after_a_piece] {
        let port = server.port();
        let outcome = token(&home, &format!("https://localhost:{port}/api")).run();
        let message = format!("localhost:{port} closed the connection during the TLS handshake");
        outcome.fails(5, &unavailable(&message, 3, &[]));
        assert_eq!(server.connections(), 3);
        assert_no_secret(&server.received());
    }
}

#[test]
fn server_that_resets_during_the_handshake_is_tried_three_times() {
    let home = Home::new();
    let server = Listener::start(|client| {
        client.read_once()?;
        client.reset()
    });
    let port = server.port();
    let outcome = token(&home, &format!("https://localhost:{port}/api")).run();
    let message =
        format!("the TLS handshake with localhost:{port} failed: connection reset by peer");
    outcome.fails(5, &unavailable(&message, 3, &[]));
    assert_eq!(server.connections(), 3);
    assert_no_secret(&server.received());
}

#[test]
fn server_that_refuses_the_handshake_is_tried_once() {
    let home = Home::new();
    let alert = |code: u8| vec![21, 3, 3, 0, 2, 2, code];
    let old = "HOST speaks only a version of TLS that is too old (1.2 or 1.3 is needed)";
    // The beginning of a ServerHello of TLS 1.1, without extensions.
    let hello = [&[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat();
    for (answer, what) in [
        (alert(40), "HOST has no TLS version and cipher in common with this program (1.2 or 1.3)"),
        (alert(70), old),
        (alert(71), "HOST has no TLS version and cipher in common with this program (1.2 or 1.3)"),
        (alert(80), "HOST refused the TLS connection (alert 80)"),
        (alert(112), "the server that answers for HOST does not know that name"),
        (alert(255), "HOST refused the TLS connection (alert 255)"),
        (hello, old),
        (vec![22, 3, 3, 0, 4, 2, 0, 0, 0], "HOST violated the TLS protocol"),
        // A Finished instead of a ServerHello.
        (vec![22, 3, 3, 0, 4, 20, 0, 0, 0], "HOST violated the TLS protocol"),
        (vec![23, 3, 3, 0, 1, 0], "HOST violated the TLS protocol"),
    ] {
        let server = Listener::start(move |client| {
            client.read_once()?;
            client.send(&answer)?;
            client.read_to_end()
        });
        let host = format!("localhost:{}", server.port());
        let outcome = token(&home, &format!("https://{host}/api")).run();
        outcome.fails(6, &format!("skia-auth: error: {}\n", what.replace("HOST", &host)));
        assert_eq!(server.connections(), 1);
        assert_no_secret(&server.received());
    }
}

#[test]
fn deadline_holds_over_all_tries() {
    let (home, closed) = (Home::new(), ClosedPort::new());
    let port = closed.number();
    let program = token_within_a_second(&home, &format!("https://localhost:{port}/api"))
        .args(["--retries", "50"]);
    let what = format!("cannot connect to localhost:{port}: connection refused");
    let expected = unavailable(&what, 0, &[]).replace("0 attempts", "[..] attempt[..]");
    program.run().fails(5, &expected);
}

#[test]
fn server_that_resets_the_connection_is_named() {
    let home = Home::new();
    let server = Server::start([Reply::close_before_reading()]).expects(0);
    let outcome = token(&home, &server.base_url()).run();
    let attempts = server.connections();
    outcome.fails(5, &unavailable(&format!("[..]127.0.0.1:{}[..]", server.port()), attempts, &[]));
    assert!(matches!(server.connections(), 2 | 3), "{}", server.connections());
}

#[test]
fn server_without_tls_gets_no_secret_over_https() {
    let home = Home::new();
    for greeting in [
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "220 mail.test ESMTP\r\n",
        "\0\0\0\0\0",
    ] {
        let server = Listener::start(|client| {
            client.read_once()?;
            client.send(greeting.as_bytes())?;
            client.read_to_end()
        });
        let port = server.port();
        token(&home, &format!("https://localhost:{port}/api")).run().fails(
            6,
            &format!(
                "skia-auth: error: localhost:{port} does not speak TLS on this port\n\
                 hint: check the port in the base URL, and whether it should begin with http://\n"
            ),
        );
        assert_eq!(server.connections(), 1);
        assert_no_secret(&server.received());
    }
}

#[test]
fn server_with_tls_is_not_understood_over_http() {
    let (home, ca) = (Home::new(), Ca::new("Test CA"));
    let server = Server::tls(&ca.issue(["localhost"]), []).expects(0);
    let outcome = token(&home, &format!("http://localhost:{}/api", server.port())).run();
    outcome.fails(
        6,
        &format!("skia-auth: error: localhost:{} does not answer in HTTP\n", server.port()),
    );
    assert_eq!(server.connections(), 1);
}

#[test]
fn plain_http_beyond_loopback_is_refused_before_any_connection() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let proxy = Proxy::to(&server);
    let port = server.port();
    for host in [
        HOST,
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "evil-localhost",
        "localhost.",
        "10.0.0.1",
        "128.0.0.1",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
    ] {
        let outcome = token(&home, &format!("http://{host}:{port}/api"))
            .env("http_proxy", proxy.url())
            .env("SKIA_ALLOW_HTTP", "0")
            .run();
        outcome.fails(
            3,
            &format!(
                "skia-auth: error: http://{host}:{port} is plain HTTP: \
                 the secret would cross the network readable\n\
                 hint: use https://, or --allow-http beside a mock server\n"
            ),
        );
    }
    assert_eq!((server.connections(), proxy.connections()), (0, 0));
}

#[test]
fn loopback_may_be_plain_under_each_of_its_names() {
    let token_text = live_token();
    let server = Server::start([live_reply(&token_text)]).expects(4);
    let port = server.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "LocalHost"] {
        let home = Home::new();
        token(&home, &format!("http://{host}:{port}/api")).run().ok(&format!("{token_text}\n"));
    }
}

#[test]
fn ipv6_loopback_may_be_plain() {
    let (home, text) = (Home::new(), live_token());
    let server = Server::start([live_reply(&text)]).expects_any();
    let Ok(server6) = Listener::ipv6_to(server.port()) else {
        return; // no IPv6
    };
    token(&home, &format!("http://[::1]:{}/api", server6.port())).run().ok(&format!("{text}\n"));
    assert_eq!(server.request().header("host"), Some(format!("[::1]:{}", server6.port()).as_str()));
}

#[test]
fn plain_http_is_allowed_on_request() {
    let text = live_token();
    for value in ["1", "true", "YES"] {
        let server = Server::start([live_reply(&text)]);
        // 0.0.0.0 connects to this machine, and is not a loopback address.
        let url = format!("http://0.0.0.0:{}/api", server.port());
        token(&Home::new(), &url).env("SKIA_ALLOW_HTTP", value).run().ok(&format!("{text}\n"));
    }
    let server = Server::start([live_reply(&text)]);
    let url = format!("http://0.0.0.0:{}/api", server.port());
    token(&Home::new(), &url)
        .arg("--allow-http")
        .env("SKIA_ALLOW_HTTP", "0")
        .run()
        .ok(&format!("{text}\n"));
}

#[test]
fn unreadable_switch_for_plain_http_allows_nothing() {
    let server = Server::start([]).expects(0);
    let outcome = token(&Home::new(), &format!("http://0.0.0.0:{}/api", server.port()))
        .env("SKIA_ALLOW_HTTP", "maybe")
        .run();
    outcome.fails(
        3,
        "skia-auth: error: SKIA_ALLOW_HTTP is neither 1 nor 0\n\
         hint: SKIA_ALLOW_HTTP=1, or unset it\n",
    );
    assert_eq!(server.connections(), 0);
}
