//! Standard output, `--to-file` and standard error: content, permissions, failures.

use std::fs::{self, File};
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::support::*;

/// A home with a cached token.
fn logged_in() -> (Home, Server, String) {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.skia(["login"]).credentials().server(&server).run().ok(&format!("{token}\n"));
    (home, server, token)
}

fn cannot_write(path: &str, why: &str) -> String {
    format!("skia-auth: error: cannot write {path}: {why}\n")
}

#[test]
fn closed_pipe_is_silent_and_the_token_is_cached() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.skia(["token"]).credentials().server(&server).stdout_reader_gone().run().fails(141, "");
    home.skia(["token"]).credentials().server(&server).run().ok(&format!("{token}\n"));
}

#[cfg(unix)]
#[test]
fn full_device_is_reported() {
    let home = Home::new();
    let server = Server::start([live_reply(&live_token())]).expects_any();
    let full = || File::create("/dev/full").unwrap();
    for command in [
        &["token"][..],
        &["login", "--dry-run"],
        &["config", "show"],
        &["--help"],
        &["completions", "bash"],
    ] {
        home.skia(command).credentials().server(&server).stdout_to(full()).run().fails(
            7,
            "skia-auth: error: cannot write to standard output: no space left on device\n",
        );
    }
}

#[cfg(unix)]
#[test]
fn closed_standard_output_counts_as_dev_null() {
    let (home, server, token) = logged_in();
    let server = server.expects(3);
    for command in ["token", "login"] {
        let run = || home.skia([command]).credentials().server(&server);
        run().stdout_closed().run().ok("");
        run().stdout_closed().stderr_closed().run().ok("");
    }
    home.declare_output("token.txt");
    let to_file = home.skia(["token", "--to-file", "token.txt"]).credentials().server(&server);
    to_file.stdout_closed().run().ok("");
    assert_eq!(fs::read_to_string(home.work().join("token.txt")).unwrap(), format!("{token}\n"));
}

#[cfg(unix)]
#[test]
fn standard_error_that_fails_changes_nothing() {
    let (home, server, token) = logged_in();
    let run = || home.skia(["token", "-vvv", "-p", "default"]).credentials().server(&server);
    home.write_config("scope = 'api'\n");
    for program in [
        run().stderr_closed(),
        run().stderr_reader_gone(),
        run().stderr_to(File::create("/dev/full").unwrap()),
    ] {
        program.run().ok(&format!("{token}\n"));
    }
    let wrong = || home.skia(["token", "--wrong"]);
    wrong().stderr_closed().run().fails(2, "");
    wrong().stderr_reader_gone().run().fails(2, "");
    wrong().stderr_to(File::create("/dev/full").unwrap()).run().fails(2, "");
}

#[test]
fn every_format_ends_in_one_newline() {
    let (home, server, token) = logged_in();
    for format in
        ["token", "json", "text", "oauth", "header", "env", "fish", "powershell", "dotenv"]
    {
        let outcome = home.skia(["token", "-o", format]).credentials().server(&server).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
        let text = outcome.stdout();
        assert!(
            text.ends_with('\n') && !text.ends_with("\n\n") && text.contains(&token),
            "{format}: {text}"
        );
    }
    let show = |format| home.skia(["token", "-o", format]).credentials().server(&server).run();
    show("header").ok(&format!("Authorization: Bearer {token}\n"));
    let url = server.base_url();
    show("dotenv")
        .ok(&format!("SKIA_TOKEN={token}\nSKIA_TOKEN_EXPIRES_AT=[..]Z\nSKIA_BASE_URL={url}\n"));
    assert_eq!(show("json").json()["Token"], token);
    let oauth = show("oauth").json();
    assert_eq!((&oauth["access_token"], &oauth["token_type"]), (&json!(token), &json!("Bearer")));
}

#[cfg(unix)]
#[test]
fn shells_evaluate_their_format() {
    let (home, server, token) = logged_in();
    home.declare_shell_files();
    let print = r#"printf '%s %s %s\n' "$SKIA_TOKEN" "$SKIA_BASE_URL" "$SKIA_TOKEN_EXPIRES_AT""#;
    for (shell, options, script) in [
        ("sh", &["-c"][..], "eval \"$(skia-auth token -o env)\"; "),
        ("dash", &["-c"], "eval \"$(skia-auth token -o env)\"; "),
        ("bash", &["--norc", "-c"], "eval \"$(skia-auth token -o env)\"; "),
        ("bash", &["--norc", "-c"], "source <(skia-auth token -o env); "),
        ("zsh", &["-f", "-c"], "eval \"$(skia-auth token -o env)\"; "),
        ("fish", &["--no-config", "-c"], "skia-auth token -o fish | source; "),
        ("fish", &["--no-config", "-c"], "eval (skia-auth token -o fish); "),
    ] {
        if !installed(shell) {
            continue;
        }
        let outcome = home
            .program(shell, options)
            .arg(format!("{script}{print}"))
            .credentials()
            .server(&server)
            .run();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        let expected = format!("{token} {} 20", server.base_url());
        assert!(outcome.stdout().starts_with(&expected), "{shell}: {outcome}");
    }
}

#[cfg(unix)]
#[test]
fn file_is_replaced_whole_and_private() {
    for umask in [0o000, 0o077] {
        let (home, server, token) = logged_in();
        home.declare_output("token");
        let path = home.work().join("token");
        let write = || {
            home.skia(["token", "--to-file", "token"]).credentials().server(&server).umask(umask)
        };
        write().run().ok("");
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{token}\n"));
        fs::write(&path, "an older and longer content than that of the token".repeat(100)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write().arg("-oheader").run().ok("");
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("Authorization: Bearer {token}\n"));
        home.skia(["token", "--to-file"]).arg(&path).credentials().server(&server).run().ok("");
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{token}\n"));
    }
}

#[cfg(unix)]
#[test]
fn link_is_replaced_and_its_target_is_unchanged() {
    let (home, server, token) = logged_in();
    let victim = home.file("victim", "untouched");
    symlink(&victim, home.work().join("link")).unwrap();
    symlink(home.work().join("nowhere"), home.work().join("dangling")).unwrap();
    for name in ["link", "dangling"] {
        home.declare_output(name);
        home.skia(["token", "--to-file", name]).credentials().server(&server).run().ok("");
        let path = home.work().join(name);
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read_to_string(path).unwrap(), format!("{token}\n"));
    }
    assert_eq!(fs::read_to_string(victim).unwrap(), "untouched");
    assert!(!home.work().join("nowhere").exists());
}

#[cfg(unix)]
#[test]
fn path_that_cannot_be_written_is_reported_before_any_request() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    fs::create_dir(home.work().join("directory")).unwrap();
    home.file("file", "");
    for (path, why) in [
        ("directory", "it is a directory"),
        (".", "it is a directory"),
        ("nowhere/token", "no such file or directory"),
        ("file/token", "not a directory"),
        ("/dev/stdout", "it is not a regular file"),
        ("/dev/fd/1", "it is not a regular file"),
        ("/dev/null", "it is not a regular file"),
        ("/proc/token", "[..]"),
        ("nowhere/", "it names a directory"),
        (&"x".repeat(300), "file name too long"),
    ] {
        for command in ["login", "token"] {
            let outcome =
                home.skia([command, "--to-file", path]).credentials().server(&server).run();
            outcome.fails(7, &cannot_write(path, why));
        }
    }
}

#[cfg(unix)]
#[test]
fn file_behind_standard_output_is_refused() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.declare_foreign("out");
    home.declare_output("out");
    for (directory, path) in [(".", "/proc/self/fd/1"), ("/proc/self/fd", "1")] {
        let script = format!("exec > out; cd {directory}; skia-auth login --to-file {path}");
        let outcome = home.sh(&script).credentials().server(&server).run();
        outcome.fails(7, &cannot_write(path, "it is not a regular file"));
    }
}

#[test]
fn dry_run_prints_nothing_that_a_runner_reads_as_a_command() {
    let home = Home::new();
    let program = home.skia(["login", "--dry-run", "--scope", "::x ##[y"]).credentials();
    let body = concat!(
        r#"{"ClientId":"a\u202eb","ClientSecret":"***","GrantType":"client_credentials","#,
        r#""Scope":":\u003ax #\u0023[y"}"#,
    );
    program.env("SKIA_CLIENT_ID", "a\u{202e}b").run().ok(&format!("...\n\n{body}\n"));
}

#[test]
fn dry_run_prints_the_request_without_the_secret() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let url = server.base_url();
    let program = home.skia(["login", "--dry-run", "--scope", "a\"b"]).credentials();
    program.server(&server).run().ok(&format!(
        "POST {url}/Auth/Login\nContent-Type: application/json\nAccept: application/json\n\
         User-Agent: skia-auth/{}\n\n\
         {{\"ClientId\":\"{CLIENT_ID}\",\"ClientSecret\":\"***\",\
         \"GrantType\":\"client_credentials\",\"Scope\":\"a\\\"b\"}}\n",
        env!("CARGO_PKG_VERSION")
    ));
    assert_eq!(home.cache_files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn error_is_one_json_line_with_a_json_format() {
    let home = Home::new();
    for (command, code) in [
        (&["token", "-o", "json"][..], 3),
        (&["login", "-o", "oauth"], 3),
        (&["config", "show", "-o", "json"], 3),
    ] {
        let outcome = home.skia(command).credentials().env("SKIA_TIMEOUT", "soon").run();
        assert_eq!((outcome.code, outcome.stdout().as_str()), (Some(code), ""));
        assert!(
            outcome.stderr.ends_with("}\n") && outcome.stderr.lines().count() == 1,
            "{outcome}"
        );
        assert_eq!(
            outcome.json_error(),
            json!({"error": {
                "kind": "config", "exit": 3, "retryable": false, "http_status": null,
                "messages": [], "message": "SKIA_TIMEOUT is not a duration",
                "hint": "write it as 90s, 30m or 2h",
            }})
        );
    }
    for options in
        [&["-qojson", "--wrong"][..], &["--wrong", "-vqo", "json"], &["-q", "-ooauth", "-z"]]
    {
        let outcome = home.skia(["token"]).args(options).run();
        assert_eq!(outcome.json_error()["error"]["kind"], "usage", "{outcome}");
    }
    let refused = Server::start([Reply::json(401, DOCUMENTED_401)]);
    let outcome = home.skia(["token", "-o", "json"]).credentials().server(&refused).run();
    let error = &outcome.json_error()["error"];
    assert_eq!(
        (outcome.code, &error["kind"], &error["http_status"]),
        (Some(4), &json!("rejected"), &json!(401))
    );
    assert_eq!(error["retryable"], false);
    assert!(!error["messages"].as_array().unwrap().is_empty(), "{outcome}");
}

#[test]
fn colour_option_and_no_color_are_obeyed() {
    let home = Home::new();
    home.skia(["token", "--color", "always"])
        .allow_colour()
        .run()
        .fails(3, "\x1b[1m\x1b[31m[..]\n[..]\x1b[0m[..]\n");
    home.skia(["token", "--color", "never"]).run().fails(3, "skia-auth: error: [..]\nhint: [..]\n");
    home.skia(["token"])
        .env("NO_COLOR", "1")
        .run()
        .fails(3, "skia-auth: error: [..]\nhint: [..]\n");
}

#[cfg(unix)]
#[test]
fn hint_quotes_a_path_for_the_shell() {
    let home = Home::new();
    let path = home.file("it's a file.toml", "client_secret_command = ['true']\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let outcome = home.skia(["token", "--config"]).arg(&path).run();
    let words = shlex::split(outcome.stderr.split("hint: ").nth(1).unwrap()).unwrap();
    assert_eq!(words, ["chmod", "go-w", path.to_str().unwrap()], "{outcome}");
}
