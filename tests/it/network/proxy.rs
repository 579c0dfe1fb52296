//! Proxies: which one is asked, what it may see, and how it can be in the way.

use std::ffi::OsStr;
use std::iter;
use std::net::Ipv6Addr;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::{HOST, Raw, assert_untold, free_port, hasty_token, token, tries};
use crate::support::{
    Ca, Home, NO_SUCH_HOST, Proxy, Reply, SECRET, Server, live_reply, live_token,
};

const EVERY: Duration = Duration::from_millis(50);

fn base_url(scheme: &str) -> String {
    format!("{scheme}://{HOST}/api")
}

/// A proxy that answers a CONNECT with these bytes and closes.
fn saying(answer: &'static [u8]) -> Raw {
    Raw::start(move |guest| guest.hear().and_then(|()| guest.say(answer)))
}

fn url(raw: &Raw) -> String {
    format!("http://127.0.0.1:{}", raw.port())
}

#[test]
fn https_goes_through_a_tunnel_in_which_the_proxy_sees_nothing() {
    let (ca, text) = (Ca::new("Test CA"), live_token());
    for variable in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let home = Home::new();
        let server = Server::tls(&ca.issue([HOST]), [live_reply(&text)]);
        let proxy = Proxy::to(&server);
        let program = token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home));
        program.env(variable, proxy.url()).run().ok(&format!("{text}\n"));
        let request = &proxy.requests()[0];
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("CONNECT", "api.skia.test:443")
        );
        assert_eq!(
            (request.header("host"), request.header("proxy-authorization")),
            (Some("api.skia.test:443"), None)
        );
        assert_eq!((proxy.connections(), server.connections()), (1, 1));
        assert_untold(&proxy.received());
        assert_eq!(server.request().json()["ClientSecret"], SECRET);
        assert_eq!(
            (server.request().path.as_str(), server.request().header("host")),
            ("/api/Auth/Login", Some(HOST))
        );
    }
}

#[test]
fn impostor_behind_a_proxy_is_told_nothing() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Proxy CA").issue([HOST]), []).expects(0);
    let proxy = Proxy::to(&server);
    token(&home, &base_url("https")).env("https_proxy", proxy.url()).run().fails(
        6,
        "skia-auth: error: the certificate of api.skia.test is not trusted: its issuer \"Proxy CA\" is unknown\n\
         hint: if that issuer is right, name its root certificate: --ca-cert FILE\n",
    );
    assert_eq!((proxy.connections(), server.connections(), server.received()), (1, 1, vec![]));
    assert_untold(&proxy.received());
}

#[test]
fn variable_of_the_scheme_and_lower_case_go_first() {
    let right = || Proxy::refusing(403);
    let wrong = Proxy::refusing(403);
    for variables in [
        &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"][..],
        &["HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"],
        &["all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"],
        &["ALL_PROXY", "http_proxy", "HTTP_PROXY"],
    ] {
        let (home, proxy) = (Home::new(), right());
        let first = variables[0];
        let program = token(&home, &base_url("https")).env(first, proxy.url());
        let program =
            variables[1..].iter().fold(program, |program, name| program.env(name, wrong.url()));
        program.run().fails(
            6,
            &format!(
                "skia-auth: error: the proxy 127.0.0.1:{} ({first}) refuses to connect to api.skia.test (HTTP 403)\n",
                proxy.port()
            ),
        );
        assert_eq!(proxy.connections(), 1);
    }
    assert_eq!(wrong.connections(), 0);
}

#[test]
fn proxy_for_plain_http_is_not_asked_for_https() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    let program = token(&home, "https://0.0.0.0:1/api")
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url());
    program.run().fails(5, "skia-auth: error: cannot connect to 0.0.0.0:1: connection refused\n");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn loopback_is_reached_directly_whatever_is_set() {
    let proxy = Proxy::refusing(403);
    let (ca, text) = (Ca::new("Test CA"), live_token());
    let plain = Server::start([live_reply(&text)]).expects(2);
    let secure = Server::tls(&ca.issue(["localhost", "127.0.0.1"]), [live_reply(&text)]).expects(2);
    for url in [
        format!("http://127.0.0.1:{}/api", plain.port()),
        format!("http://localhost:{}/api", plain.port()),
        format!("https://127.0.0.1:{}/api", secure.port()),
        format!("https://localhost:{}/api", secure.port()),
    ] {
        let home = Home::new();
        let program =
            token(&home, &url).arg("--ca-cert").arg(ca.pem_file(&home)).env("no_proxy", "x");
        let names =
            ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
        let program = names.iter().fold(program, |program, name| program.env(name, proxy.url()));
        program.run().ok(&format!("{text}\n"));
    }
    // Not even a value that cannot be used is in the way.
    let server = Server::start([live_reply(&text)]);
    token(&Home::new(), &server.base_url())
        .env("http_proxy", "ftp://x")
        .run()
        .ok(&format!("{text}\n"));
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn password_of_a_proxy_is_sent_to_it_alone_and_never_shown() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    home.declare_secret("pr0xy-w@rd-ç");
    home.declare_secret("dXNlcjpwcjB4eS13QHJkLcOn");
    let server = Server::tls(&ca.issue([HOST]), [live_reply(&text)]);
    let proxy = Proxy::to(&server);
    let program =
        token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home)).arg("-vvv");
    let outcome = program.env("HTTPS_PROXY", proxy.url_with("user", "pr0xy-w%40rd-%C3%A7")).run();
    let shown = format!("through the proxy 127.0.0.1:{} (HTTPS_PROXY)", proxy.port());
    outcome.assert(0, &format!("{text}\n"), &format!("...\nskia-auth: proxy: {shown}\n...\n"));
    assert!(!outcome.stderr.contains("pr0xy") && !outcome.stderr.contains("user@"), "{outcome}");
    assert_eq!(
        proxy.requests()[0].header("proxy-authorization"),
        Some("Basic dXNlcjpwcjB4eS13QHJkLcOn")
    );
    assert_eq!(server.request().header("proxy-authorization"), None);
    assert_untold(&proxy.received());
}

#[test]
fn proxy_that_wants_a_password_says_where_it_goes() {
    let home = Home::new();
    home.declare_secret("pr0xy-word");
    let hint = "hint: they go into the variable: https_proxy=http://USER:PASSWORD@HOST:PORT\n";
    let proxy = Proxy::refusing(407);
    let name = format!("the proxy 127.0.0.1:{} (https_proxy)", proxy.port());
    let ask = |url: String| token(&home, &base_url("https")).env("https_proxy", url).run();
    ask(proxy.url()).fails(
        6,
        &format!("skia-auth: error: {name} asks for a user and password (HTTP 407)\n{hint}"),
    );
    ask(proxy.url_with("user", "pr0xy-word"))
        .fails(6, &format!("skia-auth: error: {name} refuses the user or password in https_proxy (HTTP 407)\n{hint}"));
    assert_eq!(proxy.connections(), 2);
    assert_untold(&proxy.received());
}

#[test]
fn proxy_that_refuses_is_final_and_one_that_cannot_reach_is_not() {
    for (status, code, what, connections) in [
        (403, 6, "refuses to connect to api.skia.test (HTTP 403)", 1),
        (400, 6, "refuses to connect to api.skia.test (HTTP 400)", 1),
        (302, 6, "refuses to connect to api.skia.test (HTTP 302)", 1),
        (502, 5, "cannot reach api.skia.test (HTTP 502)", 3),
        (503, 5, "cannot reach api.skia.test (HTTP 503)", 3),
        (504, 5, "cannot reach api.skia.test (HTTP 504)", 3),
    ] {
        let (home, proxy) = (Home::new(), Proxy::refusing(status));
        let outcome = token(&home, &base_url("https")).env("https_proxy", proxy.url()).run();
        let name = format!("the proxy 127.0.0.1:{} (https_proxy)", proxy.port());
        outcome.fails(code, &format!("skia-auth: error: {name} {what}\n"));
        assert_eq!(proxy.connections(), connections, "{status}");
        assert_untold(&proxy.received());
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
        let (home, proxy) = (Home::new(), saying(answer));
        let outcome = token(&home, &base_url("https")).env("https_proxy", url(&proxy)).run();
        let name = format!("the proxy 127.0.0.1:{} (https_proxy)", proxy.port());
        outcome.fails(6, &format!("skia-auth: error: {name} does not answer in HTTP\n"));
        assert_eq!(proxy.connections(), 1);
        assert_untold(&proxy.received());
    }
}

#[test]
fn proxy_with_an_endless_head_is_left() {
    let (home, proxy) = (
        Home::new(),
        Raw::start(|guest| {
            guest.hear()?;
            guest.say(b"HTTP/1.1 200 OK\r\nX: ")?;
            loop {
                guest.say(&[b'x'; 4096])?;
            }
        }),
    );
    let outcome = token(&home, &base_url("https")).env("https_proxy", url(&proxy)).run();
    let name = format!("the proxy 127.0.0.1:{} (https_proxy)", proxy.port());
    outcome.fails(6, &format!("skia-auth: error: {name} does not answer in HTTP\n"));
}

#[test]
fn proxy_that_closes_is_tried_three_times() {
    for (answer, what) in [
        (&b""[..], "the proxy P closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\n", "the proxy P closed the connection without an answer"),
        (
            b"HTTP/1.1 200 OK\r\n\r\n",
            "api.skia.test closed the connection during the TLS handshake",
        ),
    ] {
        let home = Home::new();
        // It hears the client out where that would speak again: a socket closed with unread bytes resets.
        let proxy = Raw::start(move |guest| {
            guest.hear()?;
            guest.say(answer)?;
            if answer.ends_with(b"\r\n\r\n") { guest.hear() } else { Ok(()) }
        });
        let outcome = token(&home, &base_url("https")).env("https_proxy", url(&proxy)).run();
        let name = format!("the proxy 127.0.0.1:{} (https_proxy)", proxy.port());
        outcome.fails(5, &format!("skia-auth: error: {}\n", what.replace("the proxy P", &name)));
        assert_eq!(proxy.connections(), 3, "{what}");
        assert_untold(&proxy.received());
    }
}

#[test]
fn proxy_that_hangs_or_drips_is_left_at_the_deadline() {
    let home = Home::new();
    let server = Server::silent_tls();
    let hanging = Proxy::hanging();
    let dripping = Proxy::dripping(&server, EVERY);
    let endless = Raw::start(|guest| {
        guest.hear()?;
        guest.say(b"HTTP/1.1 200 OK\r\nX: ")?;
        guest.drip(iter::repeat(b'x'), EVERY)
    });
    for port in [hanging.port(), dripping.port(), endless.port()] {
        let outcome = hasty_token(&home, &base_url("https"))
            .env("https_proxy", format!("127.0.0.1:{port}"))
            .run();
        let message =
            format!("no answer from the proxy 127.0.0.1:{port} (https_proxy) within [..] s");
        outcome.fails(5, &format!("skia-auth: error: {message}\n"));
    }
    assert_eq!((hanging.connections(), dripping.connections(), endless.connections()), (1, 1, 1));
    let tunnel = Proxy::to(&server);
    let outcome = hasty_token(&home, &base_url("https")).env("https_proxy", tunnel.url()).run();
    outcome.fails(5, "skia-auth: error: no TLS connection to api.skia.test within [..] s\n");
    for received in [hanging.received(), dripping.received(), endless.received(), tunnel.received()]
    {
        assert_untold(&received);
    }
}

#[test]
fn proxy_that_is_not_there_is_named() {
    let (home, port) = (Home::new(), free_port());
    let program =
        token(&home, &base_url("https")).env("https_proxy", format!("http://127.0.0.1:{port}"));
    let message =
        format!("cannot connect to the proxy 127.0.0.1:{port} (https_proxy): connection refused");
    let outcome = program.arg("-v").run();
    outcome.fails(5, &format!("...\nskia-auth: error: {message}\n"));
    assert_eq!(tries(&outcome), 3);
    let outcome =
        token(&home, &base_url("https")).env("ALL_PROXY", format!("http://{NO_SUCH_HOST}")).run();
    outcome.fails(
        5,
        &format!("skia-auth: error: the name of the proxy {NO_SUCH_HOST}:1080 (ALL_PROXY) cannot be resolved: [..]\n"),
    );
}

#[test]
fn proxy_that_cannot_be_used_is_an_error_that_names_the_variable() {
    let home = Home::new();
    home.declare_secret("pr0xy-word");
    let server = Server::start([]).expects(0);
    let kind = |name: &str| format!("is of the kind {name}://, and only http:// is supported");
    for (value, what) in [
        ("http://", "is malformed".to_owned()),
        ("http://:3128", "is malformed".to_owned()),
        ("http://pro xy:1", "is malformed".to_owned()),
        ("http://pr0xy-word@[::1", "is malformed".to_owned()),
        (" http://proxy:1", "is of an unknown kind; only http:// is supported".to_owned()),
        ("http://user:pr0xy-word@proxy:99999", "has a port out of range".to_owned()),
        ("http://user:pr0xy-word@proxy:0", "has a port out of range".to_owned()),
        ("http://user:pr0xy-word@proxy:1x", "has a port that is not a number".to_owned()),
        (
            "http://user:pr0xy-word@x@proxy:1",
            "has an @ in its user or password, which must be written %40".to_owned(),
        ),
        ("http://user:pr0xy-word%00@proxy:1", "has a malformed user or password".to_owned()),
        ("ftp://user:pr0xy-word@proxy:1", kind("ftp")),
        ("https://user:pr0xy-word@proxy:1", kind("https")),
        ("socks5://user:pr0xy-word@proxy:1", kind("socks5")),
        ("SOCKS5H://user:pr0xy-word@proxy:1", kind("socks5h")),
        ("pr0xy-word://proxy", "is of an unknown kind; only http:// is supported".to_owned()),
    ] {
        for (variable, scheme) in [
            ("https_proxy", "https"),
            ("HTTPS_PROXY", "https"),
            ("ALL_PROXY", "https"),
            ("HTTP_PROXY", "http"),
        ] {
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

#[test]
fn proxy_variable_that_is_not_utf_8_is_an_error_and_no_reason_to_go_directly() {
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
    // One that has no say is not looked at.
    let text = live_token();
    let direct = Server::start([live_reply(&text)]);
    token(&home, &direct.base_url())
        .env("http_proxy", broken)
        .env("NO_PROXY", broken)
        .run()
        .ok(&format!("{text}\n"));
}

#[test]
fn plain_http_that_is_allowed_is_asked_of_the_proxy_with_the_whole_url() {
    let text = live_token();
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let home = Home::new();
        let server = Server::start([live_reply(&text)]);
        let proxy = Proxy::to(&server);
        let program = token(&home, "http://api.skia.test:8080/api").arg("--allow-http");
        program.env(variable, proxy.url_with("user", "word")).run().ok(&format!("{text}\n"));
        let asked = &proxy.requests()[0];
        let line = (asked.method.as_str(), asked.path.as_str());
        assert_eq!(line, ("POST", "http://api.skia.test:8080/api/Auth/Login"));
        assert_eq!(asked.header("proxy-authorization"), Some("Basic dXNlcjp3b3Jk"));
        assert_eq!(asked.header("host"), Some("api.skia.test:8080"));
        assert_eq!(server.request().json()["ClientSecret"], SECRET);
        assert_eq!(proxy.connections(), 1);
    }
}

#[test]
fn plain_http_through_a_proxy_that_wants_a_password_is_final() {
    let (home, proxy) = (Home::new(), Proxy::refusing(407));
    let program =
        token(&home, &base_url("http")).arg("--allow-http").env("http_proxy", proxy.url());
    program.run().fails(
        6,
        &format!(
            "skia-auth: error: the proxy 127.0.0.1:{} (http_proxy) asks for a user and password (HTTP 407)\n\
             hint: they go into the variable: http_proxy=http://USER:PASSWORD@HOST:PORT\n",
            proxy.port()
        ),
    );
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn plain_http_through_a_proxy_that_cannot_reach_the_server_is_tried_again() {
    let (home, proxy) = (Home::new(), Proxy::refusing(502));
    let program =
        token(&home, &base_url("http")).arg("--allow-http").env("http_proxy", proxy.url());
    program.run().fails(5, "skia-auth: error: api.skia.test is not available (HTTP 502)\n");
    assert_eq!(proxy.connections(), 3);
}

#[test]
fn stranger_cannot_name_a_proxy_in_a_request_to_a_cgi_program() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    let program =
        token(&home, "http://0.0.0.0:1/api").arg("--allow-http").env("REQUEST_METHOD", "POST");
    let outcome = program.env("HTTP_PROXY", proxy.url()).run();
    outcome.fails(5, "skia-auth: error: cannot connect to 0.0.0.0:1: connection refused\n");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn proxy_may_have_an_ipv6_address() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    let server = Server::tls(&ca.issue([HOST]), [live_reply(&text)]).expects_any();
    let proxy = Proxy::to(&server);
    let Ok(door) = Raw::leading_to(Ipv6Addr::LOCALHOST.into(), proxy.port()) else {
        return; // a machine without IPv6
    };
    let program = token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home));
    program
        .env("https_proxy", format!("http://[::1]:{}", door.port()))
        .run()
        .ok(&format!("{text}\n"));
    assert_eq!((proxy.connections(), server.requests().len()), (1, 1));
}

#[test]
fn server_with_an_ipv6_address_is_asked_for_in_brackets() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    token(&home, "https://[2001:DB8::1]/api").env("https_proxy", proxy.url()).run().fails(
        6,
        &format!(
            "skia-auth: error: the proxy 127.0.0.1:{} (https_proxy) refuses to connect to [2001:db8::1] (HTTP 403)\n",
            proxy.port()
        ),
    );
    assert_eq!(proxy.requests()[0].path, "[2001:db8::1]:443");
    assert_eq!(proxy.requests()[0].header("host"), Some("[2001:db8::1]:443"));
}

#[test]
fn excepted_host_is_reached_directly() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    for list in
        [HOST, ".skia.test", "skia.test", " x , skia.test ", "*", "API.Skia.TEST", "a b skia.test."]
    {
        for variable in ["no_proxy", "NO_PROXY"] {
            let program = token(&home, &base_url("https"))
                .args(["--retries", "0"])
                .env("HTTPS_PROXY", proxy.url());
            program
                .env(variable, list)
                .run()
                .fails(5, "skia-auth: error: the name api.skia.test cannot be resolved: [..]\n");
        }
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn failing_script_behind_a_proxy_is_tried_again_through_it() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    let server =
        Server::tls(&ca.issue([HOST]), [Reply::json(503, ""), live_reply(&text)]).expects(2);
    let proxy = Proxy::to(&server);
    let program = token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home));
    program.env("https_proxy", proxy.url()).run().ok(&format!("{text}\n"));
    assert_eq!((proxy.connections(), server.connections()), (2, 2));
    assert_untold(&proxy.received());
}
