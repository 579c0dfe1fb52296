//! Base URLs: which are refused, which are equal, and to which host a secret may be sent.

use super::shown;
use crate::support::*;

#[test]
fn invalid_base_url_is_refused() {
    let home = Home::new();
    for (url, what) in [
        ("api.skia.com.br/api", "has no scheme (https://)"),
        ("https:/api.skia.com.br", "has no scheme (https://)"),
        ("ftp://api.skia.com.br", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https://", "has no valid host"),
        ("https://:443/api", "has no valid host"),
        ("https://[::1]8443/api", "has no valid host"),
        (
            "https://user:pass-word@host/api",
            "contains user information (…@host); credentials go into their own settings",
        ),
        ("https://host/api?key=marker", "has a query (?…)"),
        ("https://host/api#marker", "has a fragment (#…)"),
        ("https://host:99999/", "has a port that is not between 1 and 65535"),
        ("https://host:0/", "has a port that is not between 1 and 65535"),
        ("https://host:/", "has a port that is not between 1 and 65535"),
        ("https://host:+1/", "has a port that is not between 1 and 65535"),
        ("https://ho st/", "contains white space or a control character"),
        (" https://host/", "contains white space or a control character"),
        ("https://host/\r\nX-Header: y", "contains white space or a control character"),
        ("https://host\\@marker/", "contains a backslash"),
        (
            "https://hóst/",
            "contains a character that is not ASCII (write a host name in its xn-- form)",
        ),
    ] {
        let host = if url == "api.skia.com.br/api" { "api.skia.com.br" } else { "HOST" };
        let message = |place: &str| {
            format!(
                "skia-auth: error: the base URL from {place} {what}\n\
                 hint: write it as https://{host}/api\n"
            )
        };
        home.skia(["token"])
            .credentials()
            .env("SKIA_BASE_URL", url)
            .run()
            .fails(3, &message("SKIA_BASE_URL"));
        home.skia(["token", "--base-url", url])
            .credentials()
            .run()
            .fails(3, &message("--base-url"));
    }
    home.skia(["token", "--base-url", ""]).credentials().run().fails(
        3,
        "skia-auth: error: the base URL from --base-url is empty\n\
         hint: write it as https://HOST/api\n",
    );
}

#[test]
fn base_url_of_more_than_2048_bytes_is_refused() {
    let home = Home::new();
    let of_length =
        |length: usize| format!("https://host/{}", "a".repeat(length - "https://host/".len()));
    let outcome = home.skia(["config", "show", "-o", "json", "--base-url", &of_length(2048)]).run();
    assert_eq!(shown(&outcome, "base_url").0, of_length(2048));
    home.skia(["token", "--base-url", &of_length(2049)]).credentials().run().fails(
        3,
        "skia-auth: error: the base URL from --base-url is longer than 2048 bytes\n\
         hint: write it as https://HOST/api\n",
    );
}

#[test]
fn invalid_base_url_of_a_profile_names_the_profile() {
    let home = Home::new();
    home.declare_secret("word-of-the-file");
    let path = home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'own.test'\n",
    );
    let expected = format!(
        "skia-auth: error: the base URL from profile \"default\" of {} has no scheme (https://)\n\
         hint: write it as https://own.test\n",
        path.display()
    );
    home.skia(["token"]).run().fails(3, &expected);
    home.skia(["token"]).env("SKIA_BASE_URL", "https://other.test").run().fails(3, &expected);
}

#[test]
fn host_without_a_scheme_is_repeated_with_one() {
    let home = Home::new();
    home.declare_secret("MARKED-VALUE");
    for (typed, hinted) in [
        ("own.test:8443/api", "https://own.test:8443/api"),
        ("127.0.0.1:9/api", "http://127.0.0.1:9/api"),
        ("MARKED-VALUE", "https://HOST/api"),
        ("user:MARKED-VALUE@own.test", "https://HOST/api"),
    ] {
        home.skia(["token", "--base-url", typed]).credentials().run().fails(
            3,
            &format!(
                "skia-auth: error: the base URL from --base-url has no scheme (https://)\n\
                 hint: write it as {hinted}\n"
            ),
        );
    }
}

#[test]
fn url_of_the_login_is_refused_with_a_hint() {
    Home::new()
        .skia(["token", "--base-url", "https://host/api/Auth/Login/"])
        .credentials()
        .run()
        .fails(
            3,
            "skia-auth: error: the base URL from --base-url is the address of the login itself\n\
             hint: leave its end off: https://host/api\n",
        );
}

#[test]
fn plain_http_is_for_loopback_hosts_only() {
    let home = Home::new();
    for host in
        ["api.skia.com.br", "127.0.0.1.evil.test", "localhost.evil.test", "10.0.0.1", "127.1"]
    {
        home.skia(["token", "--base-url", &format!("http://{host}/api")]).credentials().run().fails(
            3,
            &format!(
                "skia-auth: error: http://{host} is plain HTTP: the secret would cross the network \
                 readable\n\
                 hint: use https://, or --allow-http beside a mock server\n"
            ),
        );
    }
}

#[test]
fn spellings_of_one_base_url_share_the_cache_entry() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let port = server.port();
    for url in [
        format!("http://localhost:{port}/api"),
        format!("http://localhost:{port}/api/"),
        format!("http://LOCALHOST:{port}/api//"),
        format!("HTTP://localhost:0{port}/api"),
    ] {
        home.skia(["token", "--base-url", &url]).credentials().run().ok(&format!("{token}\n"));
    }
    assert_eq!(server.request().path, "/api/Auth/Login");
    home.cache_entry();
    for url in ["https://API.Skia.com.br:443/api/", "https://api.skia.com.br/api"] {
        let outcome = home.skia(["config", "show", "-o", "json", "--base-url", url]).run();
        assert_eq!(shown(&outcome, "base_url").0, "https://api.skia.com.br/api");
    }
}

#[test]
fn secret_of_a_profile_stays_with_its_host() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.declare_secret("word-of-the-file");
    let path = home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'https://own.test/api'\n",
    );
    home.skia(["token"]).server(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: the client secret from profile \"default\" of {} is only for \
             https://own.test (the base_url of that profile), and SKIA_BASE_URL names {origin}\n\
             hint: to use https://own.test: unset SKIA_BASE_URL\n\
             hint: to send it to {origin} this once: --base-url {origin}/api\n",
            path.display(),
            origin = server.base_url().trim_end_matches("/api"),
        ),
    );
}

#[test]
fn flag_overrides_the_host_of_the_profile() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'https://own.test/api'\n",
    );
    home.skia(["token", "--base-url", &server.base_url()])
        .env("SKIA_BASE_URL", "https://foreign.test")
        .run()
        .ok(&format!("{token}\n"));
}

#[test]
fn named_profile_brings_its_own_host() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(&format!(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = '{}'\n",
        server.base_url()
    ));
    home.skia(["token", "-p", "default"])
        .env("SKIA_BASE_URL", "https://foreign.test")
        .run()
        .assert(
            0,
            &format!("{token}\n"),
            "skia-auth: warning: profile \"default\" was named with -p: ignoring SKIA_BASE_URL\n",
        );
}

#[test]
fn another_path_on_the_same_origin_is_allowed() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(&format!(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\n\
         base_url = 'http://127.0.0.1:{}/v2'\n",
        server.port()
    ));
    home.skia(["token"]).server(&server).run().ok(&format!("{token}\n"));
}
