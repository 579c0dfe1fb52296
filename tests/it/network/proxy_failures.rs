//! Proxies that fail, refuse, or cannot be used.

use std::ffi::OsStr;
use std::iter;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::{assert_no_secret, base_url, token, token_within_a_second, tries};
use crate::support::{
    ClosedPort, Home, Listener, NO_SUCH_HOST, Proxy, Server, live_reply, live_token, unavailable,
};

const EVERY: Duration = Duration::from_millis(50);

/// A proxy that answers with these bytes and closes the connection.
fn answering(answer: &'static [u8]) -> Listener {
    Listener::start(move |client| client.read_once().and_then(|()| client.send(answer)))
}

fn url(listener: &Listener) -> String {
    format!("http://127.0.0.1:{}", listener.port())
}

#[test]
fn proxy_that_demands_a_password_is_an_error_with_the_variable() {
    let home = Home::new();
    home.declare_secret("pr0xy-word");
    let hint = "hint: they go into the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT\n";
    let proxy = Proxy::refusing(407);
    let name = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
    let ask = |url: String| token(&home, &base_url("https")).env("HTTPS_PROXY", url).run();
    ask(proxy.url()).fails(
        6,
        &format!("skia-auth: error: {name} asks for a user and password (HTTP 407)\n{hint}"),
    );
    ask(proxy.url_with("user", "pr0xy-word")).fails(
        6,
        &format!(
            "skia-auth: error: {name} refuses the user or password in HTTPS_PROXY (HTTP 407)\n\
                 {hint}"
        ),
    );
    assert_eq!(proxy.connections(), 2);
    assert_no_secret(&proxy.received());
}

#[test]
fn refusal_of_a_proxy_is_final_and_an_unreachable_server_is_not() {
    for (status, code, what, connections) in [
        (403, 6, "refuses to connect to api.skia.test (HTTP 403)", 1),
        (400, 6, "refuses to connect to api.skia.test (HTTP 400)", 1),
        (302, 6, "refuses to connect to api.skia.test (HTTP 302)", 1),
        (502, 5, "cannot reach api.skia.test (HTTP 502)", 3),
        (503, 5, "cannot reach api.skia.test (HTTP 503)", 3),
        (504, 5, "cannot reach api.skia.test (HTTP 504)", 3),
    ] {
        let (home, proxy) = (Home::new(), Proxy::refusing(status));
        let outcome = token(&home, &base_url("https")).env("HTTPS_PROXY", proxy.url()).run();
        let name = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
        let expected = match code {
            5 => unavailable(&format!("{name} {what}"), connections, &[]),
            _ => format!("skia-auth: error: {name} {what}\n"),
        };
        outcome.fails(code, &expected);
        assert_eq!(proxy.connections(), connections, "{status}");
        assert_no_secret(&proxy.received());
    }
}

#[test]
fn proxy_that_does_not_speak_http_is_final() {
    for answer in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"\x05\xff",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n::error::injected before the handshake",
    ] {
        let (home, proxy) = (Home::new(), answering(answer));
        let outcome = token(&home, &base_url("https")).env("HTTPS_PROXY", url(&proxy)).run();
        let name = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
        outcome.fails(6, &format!("skia-auth: error: {name} does not answer in HTTP\n"));
        assert_eq!(proxy.connections(), 1);
        assert_no_secret(&proxy.received());
    }
}

#[test]
fn proxy_with_an_endless_head_is_not_understood() {
    let (home, proxy) = (
        Home::new(),
        Listener::start(|client| {
            client.read_once()?;
            client.send(b"HTTP/1.1 200 OK\r\nX: ")?;
            loop {
                client.send(&[b'x'; 4096])?;
            }
        }),
    );
    let outcome = token(&home, &base_url("https")).env("HTTPS_PROXY", url(&proxy)).run();
    let name = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
    outcome.fails(6, &format!("skia-auth: error: {name} does not answer in HTTP\n"));
}

#[test]
fn proxy_that_closes_the_connection_is_tried_three_times() {
    for (answer, what) in [
        (&b""[..], "the proxy P closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\n", "the proxy P closed the connection without an answer"),
        (
            b"HTTP/1.1 200 OK\r\n\r\n",
            "api.skia.test closed the connection during the TLS handshake",
        ),
    ] {
        let home = Home::new();
        // A socket that is closed with unread bytes resets the connection: read the ClientHello.
        let proxy = Listener::start(move |client| {
            client.read_once()?;
            client.send(answer)?;
            if answer.ends_with(b"\r\n\r\n") { client.read_once() } else { Ok(()) }
        });
        let outcome = token(&home, &base_url("https")).env("HTTPS_PROXY", url(&proxy)).run();
        let name = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
        outcome.fails(5, &unavailable(&what.replace("the proxy P", &name), 3, &[]));
        assert_eq!(proxy.connections(), 3, "{what}");
        assert_no_secret(&proxy.received());
    }
}

#[test]
fn proxy_that_hangs_or_drips_ends_the_call_at_the_deadline() {
    let home = Home::new();
    let server = Server::silent_tls();
    let hanging = Proxy::hanging();
    let dripping = Proxy::dripping(&server, EVERY);
    let endless = Listener::start(|client| {
        client.read_once()?;
        client.send(b"HTTP/1.1 200 OK\r\nX: ")?;
        client.drip(iter::repeat(b'x'), EVERY)
    });
    for port in [hanging.port(), dripping.port(), endless.port()] {
        let outcome = token_within_a_second(&home, &base_url("https"))
            .env("HTTPS_PROXY", format!("127.0.0.1:{port}"))
            .run();
        let message =
            format!("no answer from the proxy 127.0.0.1:{port} (HTTPS_PROXY) within [..] s");
        outcome.fails(5, &unavailable(&message, 1, &[]));
    }
    assert_eq!((hanging.connections(), dripping.connections(), endless.connections()), (1, 1, 1));
    let tunnel = Proxy::to(&server);
    let outcome =
        token_within_a_second(&home, &base_url("https")).env("HTTPS_PROXY", tunnel.url()).run();
    outcome.fails(5, &unavailable("no TLS connection to api.skia.test within [..] s", 1, &[]));
    for received in [hanging.received(), dripping.received(), endless.received(), tunnel.received()]
    {
        assert_no_secret(&received);
    }
}

#[test]
fn proxy_that_is_not_there_is_named() {
    let (home, closed) = (Home::new(), ClosedPort::new());
    let port = closed.number();
    let program =
        token(&home, &base_url("https")).env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
    let message =
        format!("cannot connect to the proxy 127.0.0.1:{port} (HTTPS_PROXY): connection refused");
    let outcome = program.arg("-v").run();
    outcome.fails(5, &format!("...\n{}", unavailable(&message, 3, &[])));
    assert_eq!(tries(&outcome), 3);
    let outcome =
        token(&home, &base_url("https")).env("ALL_PROXY", format!("http://{NO_SUCH_HOST}")).run();
    let what = format!("cannot resolve the proxy {NO_SUCH_HOST}:1080 (ALL_PROXY): [..]");
    outcome.fails(5, &unavailable(&what, 3, &[]));
}

#[test]
fn unusable_proxy_is_an_error_that_names_the_variable() {
    let home = Home::new();
    home.declare_secret("pr0xy-word");
    let server = Server::start([]).expects(0);
    let host = "has no valid host";
    let kind = "is not an http:// proxy: no other kind is supported";
    let port = "has a port that is not between 1 and 65535";
    for (value, what) in [
        ("http://", host),
        ("http://:3128", host),
        ("http://pro xy:1", host),
        ("http://pr0xy-word@[::1", host),
        (" http://proxy:1", kind),
        ("ftp://user:pr0xy-word@proxy:1", kind),
        ("https://user:pr0xy-word@proxy:1", kind),
        ("socks5://user:pr0xy-word@proxy:1", kind),
        ("SOCKS5H://user:pr0xy-word@proxy:1", kind),
        ("pr0xy-word://proxy", kind),
        ("http://user:pr0xy-word@proxy:99999", port),
        ("http://user:pr0xy-word@proxy:0", port),
        ("http://user:pr0xy-word@proxy:1x", port),
        (
            "http://user:pr0xy-word@x@proxy:1",
            "has an @ in its user or password, which must be written %40",
        ),
        ("http://user:pr0xy-word%00@proxy:1", "has a NUL in its user or password"),
    ] {
        for (variable, scheme) in
            [("HTTPS_PROXY", "https"), ("ALL_PROXY", "https"), ("HTTP_PROXY", "http")]
        {
            let program = token(&home, &format!("{scheme}://0.0.0.0:{}/api", server.port()))
                .arg("--allow-http");
            program.env(variable, value).run().fails(
                3,
                &format!(
                    "skia-auth: error: the proxy in {variable} {what}\n\
                     hint: write {variable} as http://proxy.example:3128\n"
                ),
            );
        }
    }
    assert_eq!(server.connections(), 0);
}

#[cfg(unix)]
#[test]
fn proxy_variable_that_is_not_utf_8_is_an_error() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let proxy = Proxy::refusing(403);
    let broken = OsStr::from_bytes(b"http://pr\xffxy:3128");
    for (scheme, variable) in [
        ("https", "https_proxy"),
        ("https", "HTTPS_PROXY"),
        ("https", "all_proxy"),
        ("https", "ALL_PROXY"),
        ("http", "http_proxy"),
        ("http", "HTTP_PROXY"),
    ] {
        let program =
            token(&home, &format!("{scheme}://0.0.0.0:{}/api", server.port())).arg("--allow-http");
        let message = format!("skia-auth: error: {variable} is not valid UTF-8\n");
        program.env(variable, broken).run().fails(3, &message);
    }
    for variable in ["no_proxy", "NO_PROXY"] {
        let program =
            token(&home, &base_url("https")).env("HTTPS_PROXY", proxy.url()).env(variable, broken);
        program.run().fails(3, &format!("skia-auth: error: {variable} is not valid UTF-8\n"));
    }
    assert_eq!((server.connections(), proxy.connections()), (0, 0));
    // A variable that does not apply is not read.
    let text = live_token();
    let direct = Server::start([live_reply(&text)]);
    token(&home, &direct.base_url())
        .env("HTTP_PROXY", broken)
        .env("NO_PROXY", broken)
        .run()
        .ok(&format!("{text}\n"));
}

#[test]
fn plain_http_through_a_proxy_that_demands_a_password_is_final() {
    let (home, proxy) = (Home::new(), Proxy::refusing(407));
    let program =
        token(&home, &base_url("http")).arg("--allow-http").env("HTTP_PROXY", proxy.url());
    program.run().fails(
        6,
        &format!(
            "skia-auth: error: the proxy 127.0.0.1:{} (HTTP_PROXY) \
             asks for a user and password (HTTP 407)\n\
             hint: they go into the variable: HTTP_PROXY=http://USER:PASSWORD@HOST:PORT\n",
            proxy.port()
        ),
    );
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn plain_http_through_a_proxy_that_cannot_reach_the_server_is_tried_again() {
    let (home, proxy) = (Home::new(), Proxy::refusing(502));
    let program =
        token(&home, &base_url("http")).arg("--allow-http").env("HTTP_PROXY", proxy.url());
    let told = unavailable("api.skia.test is not available (HTTP 502)", 3, &[]);
    program.run().fails(5, &told.replace("auth doctor", "auth doctor --allow-http"));
    assert_eq!(proxy.connections(), 3);
}
