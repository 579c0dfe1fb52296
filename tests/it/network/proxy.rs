//! Proxies: which one is used, and what it sees.

use super::{HOST, assert_no_secret, base_url, token};
use crate::support::{
    Ca, Home, Listener, NO_SUCH_HOST, Proxy, Reply, SECRET, Server, live_reply, live_token,
    unavailable,
};

#[test]
fn https_goes_through_a_tunnel_that_the_proxy_cannot_read() {
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
        assert_no_secret(&proxy.received());
        assert_eq!(server.request().json()["ClientSecret"], SECRET);
        assert_eq!(
            (server.request().path.as_str(), server.request().header("host")),
            ("/api/Auth/Login", Some(HOST))
        );
    }
}

#[test]
fn impostor_behind_a_proxy_gets_no_secret() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Proxy CA").issue([HOST]), []).expects(0);
    let proxy = Proxy::to(&server);
    token(&home, &base_url("https")).env("https_proxy", proxy.url()).run().fails(
        6,
        "skia-auth: error: the certificate of api.skia.test is not trusted: \
         its issuer \"Proxy CA\" is unknown\n\
         hint: if that issuer is right, name its root certificate: --ca-cert FILE\n",
    );
    assert_eq!((proxy.connections(), server.connections(), server.received()), (1, 1, vec![]));
    assert_no_secret(&proxy.received());
}

#[cfg(unix)]
#[test]
fn variable_of_the_scheme_and_lower_case_come_first() {
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
                "skia-auth: error: the proxy 127.0.0.1:{} ({first}) \
                 refuses to connect to api.skia.test (HTTP 403)\n",
                proxy.port()
            ),
        );
        assert_eq!(proxy.connections(), 1);
    }
    assert_eq!(wrong.connections(), 0);
}

#[test]
fn proxy_for_plain_http_is_not_used_for_https() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    let program = token(&home, "https://0.0.0.0:1/api")
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url());
    program.run().fails(5, &unavailable("cannot connect to 0.0.0.0:1: [..]", 3, &[]));
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn loopback_is_always_direct() {
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
    // An unusable value is not read.
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
    assert_no_secret(&proxy.received());
}

#[test]
fn proxy_gets_the_whole_url_of_allowed_plain_http() {
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
fn request_to_a_cgi_program_cannot_name_a_proxy() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    let program = token(&home, "http://0.0.0.0:1/api")
        .env("SKIA_ALLOW_HTTP", "1")
        .env("REQUEST_METHOD", "POST");
    let outcome = program.env("HTTP_PROXY", proxy.url()).run();
    outcome.fails(5, &unavailable("cannot connect to 0.0.0.0:1: [..]", 3, &[]));
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn proxy_may_have_an_ipv6_address() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    let server = Server::tls(&ca.issue([HOST]), [live_reply(&text)]).expects_any();
    let proxy = Proxy::to(&server);
    let Ok(proxy6) = Listener::ipv6_to(proxy.port()) else {
        return; // no IPv6
    };
    let program = token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home));
    program
        .env("https_proxy", format!("http://[::1]:{}", proxy6.port()))
        .run()
        .ok(&format!("{text}\n"));
    assert_eq!((proxy.connections(), server.requests().len()), (1, 1));
}

#[test]
fn tunnel_to_an_ipv6_address_is_requested_in_brackets() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    token(&home, "https://[2001:DB8::1]/api").env("HTTPS_PROXY", proxy.url()).run().fails(
        6,
        &format!(
            "skia-auth: error: the proxy 127.0.0.1:{} (HTTPS_PROXY) \
             refuses to connect to [2001:db8::1] (HTTP 403)\n",
            proxy.port()
        ),
    );
    assert_eq!(proxy.requests()[0].path, "[2001:db8::1]:443");
    assert_eq!(proxy.requests()[0].header("host"), Some("[2001:db8::1]:443"));
}

#[test]
fn exempted_host_is_direct() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    let upper_case = NO_SUCH_HOST.to_uppercase();
    for list in [NO_SUCH_HOST, ".test", "test", " x , test ", "*", &upper_case, "a b test."] {
        for variable in ["no_proxy", "NO_PROXY"] {
            let program = token(&home, &format!("https://{NO_SUCH_HOST}/api"));
            let program = program.args(["--retries", "0"]).env("HTTPS_PROXY", proxy.url());
            let message = format!("cannot resolve {NO_SUCH_HOST}: [..]");
            program.env(variable, list).run().fails(5, &unavailable(&message, 1, &[]));
        }
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn failing_server_behind_a_proxy_is_tried_again_through_it() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    let server =
        Server::tls(&ca.issue([HOST]), [Reply::json(503, ""), live_reply(&text)]).expects(2);
    let proxy = Proxy::to(&server);
    let program = token(&home, &base_url("https")).arg("--ca-cert").arg(ca.pem_file(&home));
    program.env("https_proxy", proxy.url()).run().ok(&format!("{text}\n"));
    assert_eq!((proxy.connections(), server.connections()), (2, 2));
    assert_no_secret(&proxy.received());
}
