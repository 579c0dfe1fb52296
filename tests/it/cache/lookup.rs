//! Which entry is used, how long it must be valid, and when the cache is not used.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{cache_files, can_trace, entry, gets, token};
use crate::support::*;

#[test]
fn login_replaces_the_entry_and_never_reads_it() {
    let (home, old, new) = (Home::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    gets(token(&home, &server), &old);
    gets(home.skia(["login"]).credentials().server(&server), &new);
    gets(token(&home, &server), &new);
}

#[test]
fn rotated_secret_is_noticed() {
    let (home, old, new) = (Home::new(), live_token(), live_token());
    home.declare_secret("another-secret-of-the-integration");
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    gets(token(&home, &server), &old);
    let rotated =
        || token(&home, &server).env("SKIA_CLIENT_SECRET", "another-secret-of-the-integration");
    gets(rotated(), &new);
    gets(rotated(), &new);
    assert_eq!(server.requests()[1].json()["ClientSecret"], "another-secret-of-the-integration");
}

#[test]
fn wrong_secret_leaves_the_good_entry_in_place() {
    let (home, t) = (Home::new(), live_token());
    home.declare_secret("wrong-secret-of-the-integration");
    let server = Server::start([live_reply(&t), Reply::json(401, DOCUMENTED_401)]).expects(2);
    gets(token(&home, &server), &t);
    let wrong = |arguments: &[&str]| {
        home.skia(arguments)
            .credentials()
            .server(&server)
            .env("SKIA_CLIENT_SECRET", "wrong-secret-of-the-integration")
            .run()
    };
    wrong(&["token"]).fails(
        4,
        "\
skia-auth: error: 127.0.0.1 refused the credentials (HTTP 401)
server: Invalid Credentials
hint: check the client id (from SKIA_CLIENT_ID[..]) and the client secret (from SKIA_CLIENT_SECRET)
",
    );
    wrong(&["token", "--offline"]).fails(
        1,
        "skia-auth: error: the cached token was issued for another client secret\nhint: skia-auth login\n",
    );
    gets(token(&home, &server), &t);
}

#[test]
fn another_identity_has_another_entry() {
    let home = Home::new();
    let tokens: Vec<_> = (0..4).map(|_| live_token()).collect();
    let server = Server::start(tokens.iter().map(|t| live_reply(t))).expects(4);
    let root = server.base_url().replace("/api", "");
    let identities: [&[&str]; 4] =
        [&[], &["--client-id", "another"], &["--scope", "another"], &["--base-url", &root]];
    for _ in 0..2 {
        for (identity, t) in identities.iter().zip(&tokens) {
            gets(token(&home, &server).args(*identity), t);
        }
    }
    assert_eq!(cache_files(&home, "token").len(), 4);
}

#[test]
fn other_spelling_of_the_base_url_is_the_same_identity() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    for url in
        ["http://localhost:PORT/api", "http://localhost:PORT/api/", "HTTP://LocalHost:PORT/api"]
    {
        let url = url.replace("PORT", &server.port().to_string());
        gets(token(&home, &server).env("SKIA_BASE_URL", url), &t);
    }
}

#[test]
fn default_port_is_the_same_identity() {
    let home = Home::new();
    let identity = |url: &str| {
        let status =
            home.skia(["status", "-o", "json", "--base-url", url]).allow_partial_stdout().run();
        status.json()["base_url"].clone()
    };
    for url in [
        "https://api.skia.com.br:443/api",
        "https://API.skia.com.BR/api/",
        "HTTPS://api.skia.com.br/api",
    ] {
        assert_eq!(identity(url), "https://api.skia.com.br/api");
    }
}

#[test]
fn same_identity_under_two_profile_names_is_one_entry() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let profile = format!(
        "base_url = '{}'\nclient_id = 'one'\nclient_secret = '''{SECRET}'''\n",
        server.base_url()
    );
    home.write_config(&format!("[profile.a]\n{profile}[profile.b]\n{profile}"));
    gets(home.skia(["token", "-p", "a"]), &t);
    gets(home.skia(["token", "-p", "b"]), &t);
}

#[test]
fn token_is_used_until_five_minutes_before_its_expiry() {
    for (life, requests) in [(299, 2), (320, 1)] {
        let home = Home::new();
        let (first, second) = (token_expiring_in(life), token_expiring_in(life));
        let server = Server::start([live_reply(&first), live_reply(&second)]).expects(requests);
        gets(token(&home, &server), &first);
        gets(token(&home, &server), if requests == 1 { &first } else { &second });
    }
}

#[test]
fn margin_can_be_chosen() {
    let home = Home::new();
    let (first, second) = (token_expiring_in(3600), token_expiring_in(7200));
    let server = Server::start([live_reply(&first), live_reply(&second)]).expects(2);
    gets(token(&home, &server), &first);
    for min_ttl in ["0", "1s", "59m"] {
        gets(token(&home, &server).args(["--min-ttl", min_ttl]), &first);
    }
    gets(token(&home, &server).args(["--min-ttl", "61m"]), &second);
}

#[test]
fn margin_that_the_server_cannot_meet_costs_one_login() {
    let (home, t) = (Home::new(), token_expiring_in(3630));
    let server = Server::start([live_reply(&t)]);
    token(&home, &server).args(["--min-ttl", "2h"]).run().fails(
        6,
        "skia-auth: error: a new token is valid for 1 h, which is less than --min-ttl 2 h\n",
    );
    gets(token(&home, &server), &t);
}

#[test]
fn new_token_need_not_meet_the_default_margin() {
    let home = Home::new();
    let t = token_expiring_in(100);
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server), &t);
    gets(token(&home, &server).args(["--min-ttl", "30s"]), &t);
    gets(token(&home, &server), &t);
}

#[test]
fn token_of_unknown_expiry_is_printed_and_not_cached() {
    let home = Home::new();
    let t = jwt(r#"{"exp":"soon"}"#);
    let server = Server::start([live_reply(&t)]).expects(3);
    gets(token(&home, &server), &t);
    token(&home, &server).arg("-v").run().assert(
        0,
        &format!("{t}\n"),
        "...\nskia-auth: the token is not cached: its expiry is past or unknown\n",
    );
    assert!(cache_files(&home, "token").is_empty());
    token(&home, &server)
        .args(["--min-ttl", "1s"])
        .run()
        .fails(6, "skia-auth: error: the expiry of a new token is unknown, so that it cannot meet --min-ttl\n");
}

#[test]
fn expired_token_is_fetched_again() {
    let home = Home::new();
    let (first, second) = (token_expiring_in(5), live_token());
    let server = Server::start([live_reply(&first), live_reply(&second)]).expects(2);
    let issued = Instant::now();
    gets(token(&home, &server), &first);
    wait_until(Duration::from_secs(7), || issued.elapsed() > Duration::from_secs(6));
    gets(token(&home, &server).args(["--min-ttl", "0s"]), &second);
}

#[test]
fn cache_can_be_switched_off() {
    type Switch = fn(Program) -> Program;
    let switches: [(&str, Switch); 6] = [
        ("--no-cache", |program| program.arg("--no-cache")),
        ("SKIA_NO_CACHE is set", |program| program.env("SKIA_NO_CACHE", "1")),
        ("SKIA_NO_CACHE is set", |program| program.env("SKIA_NO_CACHE", "true")),
        ("cache = false", |program| program.args(["-p", "off"]).env_remove("SKIA_BASE_URL")),
        ("CI is set: shared runners share a home; set SKIA_CACHE_DIR", |program| {
            program.env("CI", "true")
        }),
        ("CI is set: shared runners share a home; set SKIA_CACHE_DIR", |program| {
            program.env("CI", "1")
        }),
    ];
    for (why, switch) in switches {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]).expects(3);
        let config = "client_id = '104s3a5275a0d35e4'\ncache = false\n";
        home.write_config(&format!(
            "[profile.off]\nbase_url = '{}'\nclient_secret = '''{SECRET}'''\n{config}",
            server.base_url()
        ));
        let ask = |command: &str| {
            let program = if why == "cache = false" {
                home.skia([command])
            } else {
                home.skia([command]).credentials().server(&server)
            };
            switch(program)
        };
        gets(ask("token"), &t);
        gets(ask("login"), &t);
        let noted = ask("token").arg("-v").run();
        assert!(noted.stderr.contains(&format!("skia-auth: no cache: {why}\n")), "{noted}");
        assert!(home.cache_files().is_empty());
    }
}

#[test]
fn cache_in_ci_is_on_if_its_directory_is_set() {
    for denial in ["", "false", "0"] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        gets(token(&home, &server).env("CI", denial), &t);
        gets(token(&home, &server).env("CI", denial), &t);
    }
    let (home, t) = (Home::new(), live_token());
    home.declare_output("runner");
    let server = Server::start([live_reply(&t)]);
    let ask = || {
        token(&home, &server)
            .env("CI", "true")
            .env("SKIA_CACHE_DIR", home.work().join("runner/cache"))
    };
    gets(ask(), &t);
    gets(ask(), &t);
    assert!(home.cache_files().is_empty());
}

#[test]
fn relative_cache_directory_is_refused() {
    let home = Home::new();
    home.skia(["token"])
        .credentials()
        .env("SKIA_CACHE_DIR", "here")
        .run()
        .fails(3, "skia-auth: error: SKIA_CACHE_DIR is not an absolute path\n");
}

#[test]
fn sandbox_token_is_never_cached() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let before = (home.cache_files(), fs::read(entry(&home)).unwrap());
    for command in [["login", "--sandbox"], ["token", "--sandbox"]] {
        let outcome = home.skia(command).credentials().server(&server).run();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(0), "skia-auth: sandbox token: not valid at Skia\n")
        );
        assert_ne!(outcome.stdout(), format!("{t}\n"));
    }
    assert_eq!((home.cache_files(), fs::read(entry(&home)).unwrap()), before);
}

#[test]
fn offline_never_asks_the_server() {
    let (home, t) = (Home::new(), token_expiring_in(400));
    let server = Server::start([live_reply(&t)]);
    let offline = |arguments: &[&str]| {
        home.skia(["token", "--offline"]).args(arguments).credentials().server(&server).run()
    };
    let none = |why: &str| format!("skia-auth: error: {why}\nhint: skia-auth login\n");
    offline(&[]).fails(1, &none("no cached token"));
    assert!(home.cache_files().is_empty());
    gets(token(&home, &server), &t);
    offline(&[]).ok(&format!("{t}\n"));
    offline(&["--min-ttl", "1h"]).fails(1, &none("the cached token is valid for only 6 min [..]"));
    let error = offline(&["--min-ttl", "1h", "-o", "json"]).json_error();
    assert_eq!((&error["error"]["kind"], &error["error"]["exit"]), (&json!("none"), &json!(1)));
    home.skia(["token", "--offline"])
        .server(&server)
        .run()
        .fails(1, &none("no client id is configured (SKIA_CLIENT_ID)"));
    home.skia(["token", "--offline"]).credentials().server(&server).env("CI", "1").run().fails(
        1,
        &none("the cache is off: CI is set: shared runners share a home; set SKIA_CACHE_DIR"),
    );
    // The secret is not needed.
    home.skia(["token", "--offline", "--client-id", CLIENT_ID])
        .server(&server)
        .run()
        .ok(&format!("{t}\n"));
}

#[cfg(unix)]
#[test]
fn hit_uses_no_network_no_lock_and_writes_nothing() {
    if !can_trace() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    home.declare_foreign("trace");
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let before = fs::metadata(entry(&home)).unwrap().modified().unwrap();
    let words = ["-f", "-o", "trace", "skia-auth", "token"];
    gets(home.program("strace", words).credentials().server(&server), &t);
    let trace = fs::read_to_string(home.work().join("trace")).unwrap();
    assert!(!trace.contains("skia-auth/logout.marker"), "{trace}");
    let calls: Vec<_> = trace.lines().filter(|line| !line.contains("ENOENT")).collect();
    assert!(calls.iter().any(|line| line.contains(".token")), "{trace}");
    for forbidden in [
        "socket(", "connect(", "flock(", "F_SETLK", ".lock", "rename", "unlink", "mkdir", "fsync",
        "O_CREAT", "O_RDWR",
    ] {
        assert!(!calls.iter().any(|line| line.contains(forbidden)), "{forbidden}: {trace}");
    }
    for forbidden in ["O_WRONLY", "ssl", "certs", ".pem", ".crt", "resolv.conf", "nsswitch"] {
        assert!(!calls.iter().any(|line| line.contains(forbidden)), "{forbidden}: {trace}");
    }
    assert!(!trace.contains("clone"), "{trace}");
    assert_eq!(fs::metadata(entry(&home)).unwrap().modified().unwrap(), before);
}
