//! The masking line of CI runners: written before the token can appear in a log.

use std::fs;

use crate::cache::{can_trace, gets, token};
use crate::support::*;

/// The text that a runner masks after it reads this line. GitHub's command begins the line (white
/// space before it is ignored); Azure's is anywhere in it. The value has escapes.
fn masked(line: &str) -> Option<String> {
    let unescape =
        |value: &str| value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    if let Some(command) = line.trim_start().strip_prefix("::") {
        let (head, value) = command.split_once("::")?;
        let name = head.split(' ').next()?;
        return name.eq_ignore_ascii_case("add-mask").then(|| unescape(value));
    }
    let lower = line.to_ascii_lowercase();
    let at = lower.find("##vso[")? + "##vso[".len();
    let end = at + line[at..].find(']')?;
    let name = line[at..end].split(' ').next()?;
    name.eq_ignore_ascii_case("task.setsecret").then(|| unescape(&line[end + 1..]))
}

#[test]
fn model_of_the_runners_is_right() {
    assert_eq!(masked("::add-mask::a b").as_deref(), Some("a b"));
    assert_eq!(masked("  ::add-mask x=y::a%25").as_deref(), Some("a%"));
    assert_eq!(masked("##vso[task.setsecret]x").as_deref(), Some("x"));
    assert_eq!(masked("x ##vso[task.setsecret a=b;]y").as_deref(), Some("y"));
    assert_eq!(masked("x ::add-mask::y"), None);
}

const RUNNERS: [(&str, &str, &str); 2] =
    [("GITHUB_ACTIONS", "true", "::add-mask::"), ("TF_BUILD", "True", "##vso[task.setsecret]")];

#[test]
fn token_is_masked_in_every_kind_of_output() {
    for (variable, value, command) in RUNNERS {
        let (home, t) = (Home::new(), live_token());
        home.declare_output("token.txt");
        let server = Server::start([live_reply(&t)]).expects(2);
        let exec = [vec!["exec", "--"], shell("echo $SKIA_TOKEN", "echo %SKIA_TOKEN%")].concat();
        let exec_stdout = if cfg!(windows) { "@\r\n" } else { "@\n" };
        let ways: [(&[&str], &str); 9] = [
            (&["login"], "@\n"),
            (&["token"], "@\n"),
            (&["token", "--offline"], "@\n"),
            (&["token", "-o", "header"], "Authorization: Bearer @\n"),
            (&["token", "-o", "json"], "{[..]\"Token\":[..]\"@\"[..]}\n"),
            (&["token", "-q"], "@\n"),
            (&["token", "--to-file", "token.txt"], ""),
            (&exec[..], exec_stdout),
            (&["login", "--to-file", "token.txt"], ""),
        ];
        for (arguments, stdout) in ways {
            let program = home.skia(arguments).credentials().server(&server).env(variable, value);
            let outcome = program.token_may_appear_in_stderr_mask().run();
            outcome.assert(0, &stdout.replace('@', &t), &format!("{command}{t}\n"));
            assert_eq!(masked(outcome.stderr.trim_end()), Some(t.clone()));
        }
    }
}

#[test]
fn both_runners_at_once_get_both_lines() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let program = token(&home, &server).env("GITHUB_ACTIONS", "true").env("TF_BUILD", "True");
    let lines = format!("::add-mask::{t}\n##vso[task.setsecret]{t}\n");
    program.token_may_appear_in_stderr_mask().run().assert(0, &format!("{t}\n"), &lines);
}

#[test]
fn token_with_every_valid_character_is_masked() {
    let home = Home::new();
    let t = register_token("opaque-~+/._AZaz09==");
    let body = format!(
        r#"{{"ExpirationDate":"2099-01-01T00:00:00","Token":"{t}","Status":0,"Messages":[]}}"#
    );
    let server = Server::start([Reply::json(200, body)]);
    let program = token(&home, &server).env("GITHUB_ACTIONS", "true").env("TF_BUILD", "True");
    let outcome = program.token_may_appear_in_stderr_mask().run();
    outcome.assert(0, &format!("{t}\n"), &format!("::add-mask::{t}\n##vso[task.setsecret]{t}\n"));
    for line in outcome.stderr.lines() {
        assert_eq!(masked(line), Some(t.clone()));
    }
}

#[test]
fn token_in_json_is_spelled_as_in_the_masking_line() {
    let token = register_token("opaque+token/of-a-test");
    let written = token.replace('+', r"\u002B").replace('/', r"\/").replace("op", r"\u006f\u0070");
    let fields =
        format!(r#""Token":"{written}","Status":0,"ExpirationDate":"2099-01-01T00:00:00""#);
    let server = Server::start([Reply::json(200, format!("{{{fields}}}"))]);
    let home = Home::new();
    let program = home
        .skia(["token", "-o", "json"])
        .credentials()
        .server(&server)
        .env("GITHUB_ACTIONS", "true");
    let outcome = program.token_may_appear_in_stderr_mask().run();
    outcome.assert(
        0,
        &format!("{{{}}}\n", fields.replace(&written, &token)),
        &format!("::add-mask::{token}\n"),
    );
}

#[cfg(unix)]
#[test]
fn mask_comes_before_the_token() {
    for (variable, value, command) in RUNNERS {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]).expects(2);
        let ways = [
            "login",
            "token",
            "token --offline",
            "exec -- sh -c 'echo $SKIA_TOKEN'",
            "exec -- env -u X sh -c 'echo $SKIA_TOKEN >&2'",
        ];
        for way in ways {
            let merged = home
                .sh(&format!("skia-auth {way} 2>&1"))
                .credentials()
                .server(&server)
                .env(variable, value);
            merged.run().ok(&format!("{command}{t}\n{t}\n"));
        }
        if can_trace() {
            home.declare_foreign("trace");
            home.declare_output("token.txt");
            let words =
                ["-f", "-s", "64", "-o", "trace", "skia-auth", "login", "--to-file", "token.txt"];
            let program =
                home.program("strace", words).credentials().server(&server).env(variable, value);
            program.token_may_appear_in_stderr_mask().run().assert(
                0,
                "",
                &format!("{command}{t}\n"),
            );
            let trace = fs::read_to_string(home.work().join("trace")).unwrap();
            let at = |text: &str| trace.rfind(text).unwrap_or_else(|| panic!("{text}: {trace}"));
            assert!(at(&format!("write(2, \"{command}")) < at("token.txt\""), "{trace}");
        }
    }
}

#[test]
fn nothing_is_masked_outside_of_ci() {
    let others = [
        ("GITHUB_ACTIONS", "false"),
        ("GITHUB_ACTIONS", ""),
        ("GITHUB_ACTIONS", "1"),
        ("TF_BUILD", "False"),
        ("TF_BUILD", ""),
        ("GITLAB_CI", "true"),
        ("CI", "true"),
    ];
    for (variable, value) in others {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        gets(token(&home, &server).env(variable, value), &t);
    }
}

#[test]
fn masking_can_be_turned_off() {
    for (variable, value, _) in RUNNERS {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        let program = || token(&home, &server).env(variable, value);
        gets(program().env("SKIA_NO_MASK", "1"), &t);
        gets(program().env("SKIA_NO_MASK", "true"), &t);
    }
}

#[test]
fn masking_is_turned_off_only_by_a_true_value() {
    for no in ["0", "false", "", "garbage"] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        let program = token(&home, &server).env("GITHUB_ACTIONS", "true").env("SKIA_NO_MASK", no);
        let outcome = program.token_may_appear_in_stderr_mask().run();
        outcome.assert(0, &format!("{t}\n"), &format!("::add-mask::{t}\n"));
    }
}

#[test]
fn sandbox_token_is_not_masked() {
    for (variable, value, _) in RUNNERS {
        for command in [["login", "--sandbox"], ["token", "--sandbox"]] {
            let outcome = Home::new().skia(command).env(variable, value).run();
            outcome.assert(0, "[..]\n", "skia-auth: sandbox token: not valid at Skia\n");
        }
    }
}

#[cfg(unix)]
#[test]
fn terminal_gets_no_masking_line() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let terminal = home
        .program("script", ["-qec", "skia-auth token", "/dev/null"])
        .credentials()
        .server(&server);
    // A terminal adds carriage returns.
    terminal.env("GITHUB_ACTIONS", "true").env("TF_BUILD", "True").run().ok(&format!("{t}\r\n"));
}

#[test]
fn commands_that_print_no_token_mask_none() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    for arguments in
        [&["status"][..], &["inspect"], &["login", "--dry-run"], &["config", "show"], &["logout"]]
    {
        let outcome =
            home.skia(arguments).credentials().server(&server).env("GITHUB_ACTIONS", "true").run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
    }
}

#[test]
fn failed_login_masks_nothing() {
    let home = Home::new();
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]);
    let outcome = token(&home, &server).env("GITHUB_ACTIONS", "true").run();
    assert_eq!(outcome.code, Some(4));
}

#[cfg(unix)]
#[test]
fn token_of_a_sandbox_around_the_command_is_not_masked() {
    let program = Home::new().skia(["sandbox", "--", "skia-auth", "token"]);
    let outcome = program.env("GITHUB_ACTIONS", "true").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
}
