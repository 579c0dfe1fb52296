//! `inspect`: header and claims of a token, never its signature.

use std::fs::File;
use std::io::Write;
#[cfg(unix)]
use std::os::fd::OwnedFd;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::json;

use crate::cache::{gets, token};
use crate::support::*;

fn inspect(arguments: &[&str], input: &str) -> Outcome {
    Home::new().skia(["inspect"]).args(arguments).stdin(input).env("TZ", "America/Sao_Paulo").run()
}

const DOCUMENTED_TEXT: &str = "\
Header
  alg: HS256
  typ: JWT

Claims (signature not verified)
  EmpresaId:   1
  Type:        API
  exp:         2025-04-24 10:16:51 -03 (2025-04-24T13:16:51Z), [..] ago
  iat:         2025-04-23 10:16:51 -03 (2025-04-23T13:16:51Z), [..] ago
  nbf:         2025-04-23 10:16:51 -03 (2025-04-23T13:16:51Z), [..] ago
  unique_name: 1b830812bf6a47528d1c1bdd2f8d71f6
";

#[test]
fn documented_token_is_shown_for_people() {
    let bearer = format!("Bearer {DOCUMENTED_TOKEN}");
    for input in [
        DOCUMENTED_TOKEN.to_owned(),
        format!("{DOCUMENTED_TOKEN}\n"),
        format!("  {DOCUMENTED_TOKEN}\r\n\n"),
        format!("Authorization: {bearer}\n"),
        bearer,
    ] {
        inspect(&[], &input).ok(DOCUMENTED_TEXT);
        inspect(&["-"], &input).ok(DOCUMENTED_TEXT);
    }
}

#[test]
fn documented_token_is_shown_for_programs() {
    let outcome = inspect(&["-o", "json"], DOCUMENTED_TOKEN);
    assert_eq!(
        outcome.json(),
        json!({
            "header": {"alg": "HS256", "typ": "JWT"},
            "claims": {
                "Type": "API",
                "unique_name": "1b830812bf6a47528d1c1bdd2f8d71f6",
                "EmpresaId": "1",
                "nbf": 1_745_414_211,
                "exp": 1_745_500_611,
                "iat": 1_745_414_211,
            },
            "verified": false,
            "expires_at": "2025-04-24T13:16:51Z",
        })
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout.ends_with(b"}\n"));
}

#[test]
fn time_is_local_and_utc() {
    for (zone, local) in [
        ("UTC", "2025-04-24 13:16:51 +00"),
        ("Asia/Tokyo", "2025-04-24 22:16:51 +09"),
        ("Asia/Kolkata", "2025-04-24 18:46:51 +05:30"),
        ("Garbage/Nowhere", "2025-04-24 13:16:51 +00"),
    ] {
        let outcome = Home::new().skia(["inspect"]).stdin(DOCUMENTED_TOKEN).env("TZ", zone).run();
        outcome.ok(&format!(
            "...\n  exp:         {local} (2025-04-24T13:16:51Z), [..] d[..] ago\n...\n"
        ));
    }
}

#[cfg(unix)]
#[test]
fn time_left_is_told() {
    inspect(&[], &token_expiring_in(2 * 3600 + 90))
        .ok("...\n  exp:       [..] -03 ([..]Z), in 2 h 1 min\n...\n");
}

#[test]
fn cached_token_is_shown_if_none_is_given() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    home.skia(["inspect"]).credentials().server(&server).run().fails(
        1,
        "\
skia-auth: error: no token on standard input, and no cached token
hint: skia-auth token | skia-auth inspect
",
    );
    gets(token(&home, &server), &t);
    for input in ["", "\n", " \r\n"] {
        let outcome = home.skia(["inspect"]).credentials().server(&server).stdin(input).run();
        outcome.ok("Header\n...\nClaims (signature not verified)\n...\n");
    }
    let json = home.skia(["inspect", "-o", "json"]).credentials().server(&server).run().json();
    assert_eq!((&json["verified"], &json["claims"]["EmpresaId"]), (&json!(false), &json!("1")));
    #[cfg(unix)]
    home.sh("skia-auth token | skia-auth inspect")
        .credentials()
        .server(&server)
        .run()
        .ok("Header\n...\n");
}

#[test]
fn cached_token_is_shown_on_demand_whatever_standard_input_is() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let inspect = || home.skia(["inspect", "--cached"]).credentials().server(&server);
    let none = "skia-auth: error: no cached token\nhint: skia-auth token | skia-auth inspect\n";
    inspect().stdin(&t).run().fails(1, none);
    gets(token(&home, &server), &t);
    let shown = "...\n  EmpresaId: [..]\n...\n";
    inspect().stdin("not a token").run().ok(shown);
    let (reader, _writer) = std::io::pipe().unwrap();
    inspect().stdin_from(reader).timeout_bound(Duration::from_secs(1)).run().ok(shown);
}

#[cfg(unix)]
#[test]
fn standard_input_is_read_only_if_it_is_a_pipe_a_socket_or_a_file() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let inspect = || home.skia(["inspect", "-o", "json"]).credentials().server(&server);
    let cached = inspect().run().stdout();
    for device in ["/dev/null", "/dev/zero", "/dev/full"] {
        inspect().stdin_from(File::open(device).unwrap()).run().ok(&cached);
    }
    inspect().prelude("exec <&-").run().ok(&cached);
    let file = home.file("token", DOCUMENTED_TOKEN);
    let documented = "...\n    \"unique_name\": \"1b830812bf6a47528d1c1bdd2f8d71f6\"\n...\n";
    inspect().stdin_from(File::open(file).unwrap()).run().ok(documented);
    // The pipes of node are sockets.
    let (ours, theirs) = UnixStream::pair().unwrap();
    (&ours).write_all(DOCUMENTED_TOKEN.as_bytes()).unwrap();
    drop(ours);
    inspect().stdin_from(OwnedFd::from(theirs)).run().ok(documented);
}

#[test]
fn token_as_an_argument_is_refused_and_not_repeated() {
    let secret_part = DOCUMENTED_TOKEN.rsplit('.').next().unwrap();
    for arguments in [&[DOCUMENTED_TOKEN][..], &["-x.y.z"], &["eyJ"], &["--", DOCUMENTED_TOKEN]] {
        let outcome = Home::new().skia(["inspect"]).args(arguments).stdin(DOCUMENTED_TOKEN).run();
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(
            !outcome.stderr.contains(secret_part) && !outcome.stderr.contains("x.y.z"),
            "{outcome}"
        );
    }
    inspect(&[DOCUMENTED_TOKEN], "").fails(
        2,
        "\
skia-auth: error: a token on the command line can be seen by other users
hint: skia-auth inspect < FILE, or skia-auth token | skia-auth inspect
",
    );
}

#[cfg(unix)]
#[test]
fn cached_token_is_shown_on_a_terminal() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let ended = home.skia(["inspect"]).credentials().server(&server).on_terminal().wait();
    assert_eq!(ended.code, Some(0));
    assert!(ended.screen.contains("Claims (signature not verified)\n"), "{}", ended.screen);
}

#[test]
fn no_signature_is_shown() {
    let t = live_token();
    let signature = t.rsplit('.').next().unwrap();
    for arguments in [&[][..], &["-o", "json"], &["-vvv"], &["-vvv", "-o", "json"]] {
        let outcome = inspect(arguments, &t);
        assert_eq!(outcome.code, Some(0));
        assert!(
            !outcome.stdout().contains(signature) && !outcome.stderr.contains(signature),
            "{outcome}"
        );
    }
}

#[test]
fn opaque_token_has_nothing_to_show() {
    for opaque in ["opaque-token-of-inspect", "a.b", "a.b.c", "a.b.c.d.e", "e30.W10.x"] {
        let opaque = register_token(opaque);
        inspect(&[], &opaque).fails(
            1,
            "skia-auth: error: the token is opaque: it is not a JWT, and has no claims to show\n",
        );
    }
}

#[test]
fn other_input_is_refused_and_not_repeated() {
    for input in
        ["a b", "\u{1b}[2J", "é", "x;y", "$(x)", &"x".repeat(16 * 1024 + 1), &"a\n".repeat(5)]
    {
        inspect(&[], input)
            .fails(2, "skia-auth: error: standard input is not a token (RFC 6750 b64token)\n");
    }
    let outcome = inspect(&[], &"x".repeat(70_000));
    assert_eq!(outcome.code, Some(2), "{outcome}");
    let outcome = Home::new().skia(["inspect"]).stdin(b"\xff\xfe").run();
    outcome.fails(2, "skia-auth: error: standard input is not a token (RFC 6750 b64token)\n");
}

#[test]
fn hostile_claims_are_escaped() {
    let hostile = "\u{1b}[2J\u{9b}\u{202e}x\r\n::add-mask::y ##vso[z]";
    let t = jwt(&json!({"a": hostile, hostile: [hostile], "exp": 1e300, "iat": -1, "nbf": "now"})
        .to_string());
    let text = inspect(&[], &t).stdout();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text:?}");
    assert!(
        text.lines().all(|line| !line.contains("::") && !line.to_lowercase().contains("##vso[")),
        "{text}"
    );
    assert_eq!(text.lines().count(), 10, "{text}");
    let outcome = inspect(&["-o", "json"], &t);
    assert_eq!(outcome.json()["claims"][hostile], json!([hostile]));
    assert_eq!(outcome.json()["expires_at"], json!(null));
    assert!(outcome.stdout().is_ascii(), "{outcome}");
}

#[test]
fn claim_name_and_its_colon_make_no_command() {
    let t = jwt(&json!({":": "x", "::y:": "z"}).to_string());
    let text = inspect(&[], &t).stdout();
    assert!(text.contains("  : :     x\n  : :y: : z\n") && !text.contains("::"), "{text}");
}

#[test]
fn deep_claims_do_not_crash() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let outcome = inspect(&[], &jwt(&deep));
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let wide = format!(r#"{{"a":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(inspect(&[], &jwt(&wide)).code, Some(0));
}
