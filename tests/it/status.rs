//! `status`: whether the cache has a valid token, for whom and until when, or why it has none.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cache::{cache_files, entry, gets, read_body, token, with_checksum};
use crate::support::*;

fn status(home: &Home, server: &Server, arguments: &[&str]) -> Outcome {
    home.skia(["status"])
        .args(arguments)
        .credentials()
        .server(server)
        .env("TZ", "UTC")
        .allow_partial_stdout()
        .run()
}

/// A home whose cache has this token, and the server that issued it.
fn logged_in(t: &str) -> (Home, Server) {
    let (home, server) = (Home::new(), Server::start([live_reply(t)]));
    gets(token(&home, &server), t);
    (home, server)
}

#[test]
fn valid_token_is_reported_as_text() {
    let (home, server) = logged_in(&token_expiring_in(5 * 3600 + 90));
    status(&home, &server, &[]).ok(&format!(
        "\
Valid:     yes
Profile:   default
Base URL:  {}
Client id: {CLIENT_ID}
Company:   1
Expires:   [..]-[..]-[..] [..]:[..]:[..] +00 ([..]T[..]Z), in 5 h 1 min
",
        server.base_url()
    ));
}

#[test]
fn valid_token_is_reported_as_json() {
    let expiry = Timestamp::now().as_second() + 7200;
    let (home, server) = logged_in(&jwt(&format!(r#"{{"EmpresaId":"42","exp":{expiry}}}"#)));
    let outcome = status(&home, &server, &["-o", "json"]);
    let mut report = outcome.json();
    let left = report["expires_in"].take().as_i64().unwrap();
    assert!((7100..=7200).contains(&left), "{left}");
    let expected = json!({
        "valid": true,
        "reason": null,
        "profile": "default",
        "base_url": server.base_url(),
        "client_id": CLIENT_ID,
        "company": "42",
        "expires_at": Timestamp::from_second(expiry).unwrap().to_string(),
        "expires_in": null,
    });
    assert_eq!(report, expected);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout.ends_with(b"}\n") && !outcome.stdout.ends_with(b"\n\n"));
}

#[test]
fn nothing_cached_is_exit_code_one() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    status(&home, &server, &[]).assert(
        1,
        &format!(
            "\
Valid:     no
Reason:    no cached token
Profile:   default
Base URL:  {}
Client id: {CLIENT_ID}
",
            server.base_url()
        ),
        "",
    );
    let report = status(&home, &server, &["-o", "json"]);
    assert_eq!(
        report.json(),
        json!({
            "valid": false,
            "reason": "no cached token",
            "profile": "default",
            "base_url": server.base_url(),
            "client_id": CLIENT_ID,
            "company": null,
            "expires_at": null,
            "expires_in": null,
        })
    );
    assert_eq!(report.code, Some(1));
    assert!(home.cache_files().is_empty() && !home.cache().join("skia-auth").exists());
}

#[test]
fn missing_configuration_is_the_reason() {
    Home::new().skia(["status"]).allow_partial_stdout().run().assert(
        1,
        "\
Valid:    no
Reason:   no client id is configured (SKIA_CLIENT_ID)
Profile:  default
Base URL: https://api.skia.com.br/api
",
        "",
    );
}

#[test]
fn every_reason_is_named() {
    let reason = |home: &Home, server: &Server, arguments: &[&str]| -> String {
        let outcome = status(home, server, &[arguments, &["-o", "json"]].concat());
        assert_eq!((outcome.code, &outcome.json()["valid"]), (Some(1), &json!(false)), "{outcome}");
        outcome.json()["reason"].as_str().unwrap().to_owned()
    };
    let (home, server) = logged_in(&token_expiring_in(930));
    let soon = reason(&home, &server, &["--min-ttl", "1h"]);
    assert!(
        soon.starts_with("the cached token is valid for only 15 min ")
            && soon.ends_with(" s; required: 1 h"),
        "{soon}"
    );
    std::fs::write(entry(&home), "damaged").unwrap();
    assert_eq!(
        reason(&home, &server, &[]),
        "the cached token cannot be used (it is damaged or of another version)"
    );
    for (size, why) in [
        (4 << 20, "it is damaged or of another version"),
        ((4 << 20) + 1, "it is larger than 4096 KiB"),
    ] {
        std::fs::write(entry(&home), vec![b'x'; size]).unwrap();
        assert_eq!(reason(&home, &server, &[]), format!("the cached token cannot be used ({why})"));
    }

    let (home, server) = logged_in(&live_token());
    let mut body = read_body(&entry(&home));
    // The clock of the server is more than the lifetime ahead.
    body["clock_offset"] = json!(24 * 60 * 60 + 30);
    std::fs::write(entry(&home), with_checksum("2", &body.to_string())).unwrap();
    assert_eq!(reason(&home, &server, &[]), "the cached token has expired");
    status(&home, &server, &[]).assert(
        1,
        "Valid:     no\nReason:    the cached token has expired\n...\nExpires:   [..]Z), [..] s ago\n",
        "",
    );
    assert_eq!(status(&home, &server, &["-o", "json"]).json()["expires_in"], 0);

    let (home, server) = logged_in(&live_token());
    home.declare_secret("rotated-secret-of-the-integration");
    let rotated = home.skia(["status", "-o", "json"]).credentials().server(&server);
    let rotated = rotated
        .env("SKIA_CLIENT_SECRET", "rotated-secret-of-the-integration")
        .allow_partial_stdout()
        .run()
        .json();
    assert_eq!(rotated["reason"], "the cached token was issued for another client secret");
    let off = home.skia(["status", "-o", "json"]).credentials().server(&server).env("CI", "1");
    let off = off.allow_partial_stdout().run().json();
    assert_eq!(
        (&off["valid"], &off["reason"]),
        (
            &json!(false),
            &json!("the cache is off: CI is set: shared runners share a home; set SKIA_CACHE_DIR")
        )
    );
}

#[test]
fn secret_command_is_not_run() {
    let (home, server) = logged_in(&live_token());
    home.write_config("client_secret_command = ['touch', 'pwned']\n");
    home.skia(["status"])
        .env("SKIA_CLIENT_ID", CLIENT_ID)
        .server(&server)
        .allow_partial_stdout()
        .run()
        .assert(
            1,
            "Valid:     no\nReason:    the cached token was issued for another client secret\n...\n",
            "",
        );
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn margin_decides_what_is_valid() {
    let (home, server) = logged_in(&token_expiring_in(200));
    assert_eq!(status(&home, &server, &[]).code, Some(1));
    assert_eq!(status(&home, &server, &["--min-ttl", "0"]).code, Some(0));
    assert_eq!(status(&home, &server, &["--min-ttl", "2m"]).code, Some(0));
    let (home, server) = logged_in(&token_expiring_in(330));
    assert_eq!(status(&home, &server, &[]).code, Some(0));
}

#[test]
fn company_is_a_string_or_a_number() {
    let expiry = Timestamp::now().as_second() + 7200;
    for (claim, company) in
        [("\"7\"", json!("7")), ("7", json!("7")), ("[7]", json!(null)), ("null", json!(null))]
    {
        let (home, server) = logged_in(&jwt(&format!(r#"{{"EmpresaId":{claim},"exp":{expiry}}}"#)));
        assert_eq!(status(&home, &server, &["-o", "json"]).json()["company"], company, "{claim}");
    }
}

#[test]
fn opaque_token_has_no_company() {
    let opaque = register_token("opaque-token-of-status");
    let body = json!({"ExpirationDate": "2099-01-01T00:00:00", "Token": opaque, "Status": 0, "Messages": []});
    let (home, server) = (Home::new(), Server::start([Reply::json(200, body.to_string())]));
    gets(token(&home, &server), &opaque);
    let outcome = status(&home, &server, &[]);
    outcome.ok(&format!(
        "Valid:     yes\nProfile:   default\nBase URL:  {}\nClient id: {CLIENT_ID}\nExpires:   2099-01-01 03:00:00 +00 (2099-01-01T03:00:00Z), in [..] d[..]\n",
        server.base_url()
    ));
    assert!(!outcome.stdout().contains(&opaque));
}

#[test]
fn hostile_company_is_escaped() {
    let expiry = Timestamp::now().as_second() + 7200;
    let company = "\u{1b}[2J\u{9b}\u{202e}x\r\n::add-mask::y ##vso[z]";
    let t = jwt(&json!({"EmpresaId": company, "exp": expiry}).to_string());
    let (home, server) = logged_in(&t);
    let text = status(&home, &server, &[]).stdout();
    let line = text.lines().find(|line| line.starts_with("Company:")).unwrap();
    assert!(line.contains("[2Jx") && !line.contains("::") && !line.contains("##vso["), "{line:?}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text:?}");
    assert_eq!(text.lines().count(), 6);
    let json = status(&home, &server, &["-o", "json"]);
    assert_eq!(json.json()["company"], company);
    assert!(json.stdout().is_ascii() && !json.stdout().contains("##vso["), "{json}");
}

#[test]
fn signature_is_never_shown() {
    let t = live_token();
    let (home, server) = logged_in(&t);
    let signature = t.rsplit('.').next().unwrap();
    for arguments in [&["-vvv"][..], &["-vvv", "-o", "json"], &["-vvv", "--min-ttl", "48h"]] {
        let outcome = status(&home, &server, arguments);
        assert!(
            !outcome.stdout().contains(signature) && !outcome.stderr.contains(signature),
            "{outcome}"
        );
    }
}

#[test]
fn status_of_another_identity_is_another() {
    let (home, server) = logged_in(&live_token());
    assert_eq!(status(&home, &server, &["--client-id", "another"]).code, Some(1));
    assert_eq!(status(&home, &server, &["--scope", "another"]).code, Some(1));
    let here = server.base_url();
    home.skia(["status", "--base-url", &here, "--client-id", CLIENT_ID])
        .run()
        .ok("Valid: [..]\n...\n");
    assert_eq!(cache_files(&home, "token").len(), 1);
}

#[test]
fn invalid_settings_are_a_failure() {
    let outcome = Home::new().skia(["status", "-o", "json"]).env("SKIA_BASE_URL", "ftp://x").run();
    assert_eq!(outcome.code, Some(3));
    let error: Value = outcome.json_error();
    assert_eq!(error["error"]["kind"], "config");
}
