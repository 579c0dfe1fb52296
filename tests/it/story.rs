//! The output of `-v`: the provenance of each value, then each step in order.

use crate::support::*;

#[test]
fn cache_miss_and_login_are_reported() {
    let (home, token) = (Home::new(), live_token());
    let path = home.write_config("[profile.staging]\nclient_id = 'from-the-file'\n");
    let server = Server::start([live_reply(&token)]);
    let run = |profile: &str| {
        home.skia(["token", "-v", "--base-url", &server.base_url()])
            .credentials()
            .env("SKIA_PROFILE", profile)
            .env_remove("SKIA_CLIENT_ID")
            .run()
    };
    let (port, path) = (server.port(), path.display());
    run("staging").assert(
        0,
        &format!("{token}\n"),
        &format!(
            "skia-auth: configuration file {path}, profile \"staging\"\n\
             skia-auth: client id from profile \"staging\" of {path}, client secret from SKIA_CLIENT_SECRET\n\
             skia-auth: cache miss: no cached token\n\
             skia-auth: proxy: direct (a loopback address)\n\
             skia-auth: try 1: POST http://127.0.0.1:{port}/api/Auth/Login\n\
             skia-auth: +[..] ms: 127.0.0.1 has 1 address\n\
             skia-auth: +[..] ms: connected to 127.0.0.1:{port}\n\
             skia-auth: +[..] ms: sending the request\n\
             skia-auth: +[..] ms: HTTP 200\n\
             skia-auth: the token is cached\n"
        ),
    );
    run("staging").assert(
        0,
        &format!("{token}\n"),
        &format!(
            "skia-auth: configuration file {path}, profile \"staging\"\n\
             skia-auth: client id from profile \"staging\" of {path}, client secret from SKIA_CLIENT_SECRET\n\
             skia-auth: cache hit: a token that is valid for [..] more\n"
        ),
    );
}

#[test]
fn reason_for_a_cache_miss_is_reported() {
    let home = Home::new();
    let tokens = [token_expiring_in(120), live_token()];
    let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(2);
    let run = || home.skia(["token", "-v"]).credentials().server(&server).run();
    run();
    let told = "...\nskia-auth: cache miss: the cached token is valid for only [..]\n...\nskia-auth: the token is cached\n";
    run().assert(0, &format!("{}\n", tokens[1]), told);
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]);
    let other = home.skia(["token", "-v"]).credentials().env("SKIA_CLIENT_SECRET", "another");
    other.server(&server).run().fails(4, "...\nskia-auth: cache miss: [..]\n...\n");
}

#[test]
fn each_try_is_reported() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([Reply::json(503, ""), live_reply(&token)]).expects(2);
    home.skia(["login", "-v", "--no-cache"]).credentials().server(&server).run().assert(
        0,
        &format!("{token}\n"),
        "skia-auth: no configuration file [..]config.toml (no such file)\n\
         skia-auth: client id from SKIA_CLIENT_ID, client secret from SKIA_CLIENT_SECRET\n\
         skia-auth: no cache: --no-cache\n\
         skia-auth: proxy: direct (a loopback address)\n\
         skia-auth: try 1: POST [..]/api/Auth/Login\n\
         skia-auth: +[..] ms: 127.0.0.1 has 1 address\n\
         skia-auth: +[..] ms: connected to [..]\n\
         skia-auth: +[..] ms: sending the request\n\
         skia-auth: +[..] ms: HTTP 503\n\
         skia-auth: [..]503[..]; trying again in 0.[..] s\n\
         skia-auth: try 2: POST [..]/api/Auth/Login\n\
         ...\n\
         skia-auth: +[..] ms: HTTP 200\n",
    );
}

#[test]
fn headers_are_shown_with_two_v() {
    let (home, token) = (Home::new(), live_token());
    let hostile = live_reply(&token).header("X-Echo", &format!("a ::b:: {SECRET}"));
    let server = Server::start([hostile]).expects_any();
    let run = |verbosity: &str| home.skia(["login", verbosity]).credentials().server(&server).run();
    assert!(!run("-v").stderr.to_lowercase().contains("content-type"));
    let told = "...\nskia-auth: < [..]ontent-[..]ype: application/json; charset=utf-8\n...\nskia-auth: the token is cached\n";
    run("-vv").assert(0, &format!("{token}\n"), told);
}

#[test]
fn proxy_and_certificate_are_reported() {
    let (home, ca, token) = (Home::new(), Ca::new("Test CA"), live_token());
    let ca_file = ca.pem_file(&home);
    let server = Server::tls(&ca.issue(["api.skia.test"]), [live_reply(&token)]);
    let proxy = Proxy::to(&server);
    let program = home
        .skia(["login", "-v", "--base-url", "https://api.skia.test/api", "--ca-cert"])
        .arg(ca_file);
    let url = proxy.url_with("user", "proxy-password");
    home.declare_secret("proxy-password");
    let port = proxy.port();
    program.credentials().env("HTTPS_PROXY", url).run().assert(
        0,
        &format!("{token}\n"),
        &format!(
            "...\nskia-auth: proxy: through the proxy 127.0.0.1:{port} (HTTPS_PROXY)\n\
             skia-auth: try 1: POST https://api.skia.test/api/Auth/Login\n...\n\
             skia-auth: +[..] ms: the proxy 127.0.0.1:{port}[..] established the tunnel\n\
             skia-auth: +[..] ms: TLS 1.3, certificate issued by [..]Test CA[..], trusted by [..]\n...\n"
        ),
    );
}

#[test]
fn token_in_a_header_of_the_server_is_not_shown() {
    for token in [live_token(), register_token("short-opaque-token")] {
        let (home, echoed) = (Home::new(), format!("gateway/{token}"));
        let server =
            Server::start([live_reply(&token).header("Server", &echoed).header("Via", &token)]);
        let outcome = home.skia(["login", "-vvv"]).credentials().server(&server).run();
        assert_eq!((outcome.code, outcome.stdout()), (Some(0), format!("{token}\n")), "{outcome}");
        assert!(outcome.stderr.contains("< server: gateway/"), "{outcome}");
        let longest =
            outcome.stderr.lines().filter(|line| line.contains("< ")).map(str::len).max().unwrap();
        assert!(longest < 100 && !outcome.stderr.contains(&token), "{outcome}");
    }
}

#[test]
fn secret_in_a_shortened_header_shows_no_part() {
    let (home, token) = (Home::new(), live_token());
    let echoed = format!("{}{SECRET}", "x".repeat(50));
    let server = Server::start([live_reply(&token).header("Server", &echoed)]);
    let outcome = home.skia(["login", "-vv"]).credentials().server(&server).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(
        outcome.stderr.contains("< server: ***\n") && !outcome.stderr.contains(&SECRET[..6]),
        "{outcome}"
    );
}
