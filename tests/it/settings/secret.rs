//! How the client secret gets there: byte for byte, and never further than the request.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use super::config_path;
use crate::support::*;

/// Secrets with everything in them that a shell, JSON or a trim could spoil.
const ODD: [&str; 10] = [
    " leading-space",
    "trailing-space ",
    "\ttab-around\t",
    "-begins-with-a-dash",
    "--looks=like-an-option",
    "quotes\"'inside",
    "back\\slash\\n\\u0041",
    "é-ação-ß-日本",
    "emoji-👍🏽-inside",
    "$(id)`id`${HOME}%PATH%",
];

/// Runs a case that has to log in with exactly this secret.
fn arrives(secret: &str, case: impl FnOnce(&Home) -> Program) {
    let home = Home::new();
    home.declare_secret(secret);
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let outcome = case(&home).env("SKIA_CLIENT_ID", CLIENT_ID).server(&server).run();
    assert_eq!(
        (outcome.code, outcome.stdout()),
        (Some(0), format!("{token}\n")),
        "{secret:?}\n{outcome}"
    );
    assert_eq!(server.request().json()["ClientSecret"], secret);
}

#[test]
fn odd_secret_arrives_as_it_is_from_a_variable() {
    for secret in ODD {
        arrives(secret, |home| home.skia(["token"]).env("SKIA_CLIENT_SECRET", secret));
    }
}

#[test]
fn odd_secret_arrives_as_it_is_from_a_file() {
    for secret in ODD {
        arrives(secret, |home| {
            let path = home.file("secret", format!("{secret}\n"));
            home.skia(["token"]).env("SKIA_CLIENT_SECRET_FILE", path)
        });
    }
}

#[test]
fn odd_secret_arrives_as_it_is_from_the_configuration() {
    for secret in ODD {
        arrives(secret, |home| {
            let json = serde_json::json!({ "ClientSecret": secret }).to_string();
            let path = home.file("body.json", json);
            home.declare_secret_file(&path);
            home.skia(["token", "--config"]).arg(path)
        });
    }
}

#[test]
fn odd_secret_arrives_as_it_is_from_the_command_line_with_a_warning() {
    for secret in ODD {
        arrives(secret, |home| home.skia(["token", "--client-secret", secret]));
        arrives(secret, |home| home.skia(["token", "-q"]).arg(format!("--client-secret={secret}")));
    }
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("-typed-secret");
    home.skia(["token", "--client-id", "a", "--client-secret", "-typed-secret"]).server(&server).run().assert(
        0,
        &format!("{token}\n"),
        "skia-auth: warning: other users can see --client-secret in the process list: use --client-secret-file \
         instead\n",
    );
}

#[test]
fn one_line_end_is_dropped_and_nothing_else() {
    for (bytes, secret) in [
        ("plain-secret", "plain-secret"),
        ("unix-secret\n", "unix-secret"),
        ("windows-secret\r\n", "windows-secret"),
        ("carriage-secret\r", "carriage-secret\r"),
        (" spaces-stay \n", " spaces-stay "),
        ("two-returns\r\r\n", "two-returns\r"),
    ] {
        arrives(secret, |home| home.skia(["token", "--client-secret-file", "-"]).stdin(bytes));
        arrives(secret, |home| {
            let path = home.file("secret", bytes);
            home.declare_secret_file(&path);
            home.skia(["token", "--client-secret-file"]).arg(path)
        });
        arrives(secret, |home| {
            let path = home.file("secret", bytes);
            home.declare_secret_file(&path);
            home.write_config(&format!("client_secret_command = ['cat', '{}']\n", path.display()));
            home.skia(["token"])
        });
    }
}

#[test]
fn process_substitution_is_a_file() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.file("store", format!("{SECRET}\n"));
    home.program("bash", ["-c", "skia-auth token --client-id a --client-secret-file <(cat store)"])
        .server(&server)
        .run()
        .ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn secret_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let token =
        || home.skia(["token", "--client-id", "a", "--client-secret-file", "-"]).server(&server);
    let place = "the client secret on standard input";
    let one_line = "hint: the secret is one line; a file may end in one line break\n";
    token().run().fails(3, &format!("skia-auth: error: {place} is empty\n"));
    token().stdin("\n").run().fails(3, &format!("skia-auth: error: {place} is empty\n"));
    token().stdin("\r\n").run().fails(3, &format!("skia-auth: error: {place} is empty\n"));
    for bytes in ["two\nlines\n", "two-ends\n\n", "nul\0inside"] {
        let message =
            format!("skia-auth: error: {place} has a line break or a NUL inside\n{one_line}");
        token().stdin(bytes).run().fails(3, &message);
    }
    token()
        .stdin(b"\xff\xfe")
        .run()
        .fails(3, &format!("skia-auth: error: {place} is not valid UTF-8\n"));
    let too_large = format!("skia-auth: error: cannot read {place}: it is larger than 64 KiB\n");
    token().stdin("x".repeat(64 * 1024 + 1)).run().fails(3, &too_large);
    home.skia(["token", "--client-id", "a", "--client-secret-file", "/dev/zero"]).server(&server).run().fails(
        3,
        "skia-auth: error: cannot read the client secret file /dev/zero (from --client-secret-file): it is larger \
         than 64 KiB\n",
    );
    for (path, why) in [("nowhere", "no such file or directory"), (".", "it is a directory")] {
        let variable = home
            .skia(["token", "--client-id", "a"])
            .server(&server)
            .env("SKIA_CLIENT_SECRET_FILE", path);
        variable.run().fails(
            3,
            &format!(
                "skia-auth: error: cannot read the client secret file {path} (from SKIA_CLIENT_SECRET_FILE): {why}\n"
            ),
        );
    }
    home.skia(["token", "--client-id", "a"]).server(&server).env("SKIA_CLIENT_SECRET", "a\nb").run().fails(
        3,
        &format!(
            "skia-auth: error: the client secret from SKIA_CLIENT_SECRET has a line break or a NUL inside\n{one_line}"
        ),
    );
}

#[test]
fn secret_of_exactly_the_limit_is_sent() {
    const LIMIT: usize = 64 * 1024;
    arrives(&"x".repeat(LIMIT), |home| {
        home.skia(["token", "--client-secret-file", "-"]).stdin("x".repeat(LIMIT))
    });
    arrives(&"x".repeat(LIMIT), |home| {
        home.skia(["token"]).env("SKIA_CLIENT_SECRET", "x".repeat(LIMIT))
    });
    let longer = Home::new()
        .skia(["token", "--client-id", "a"])
        .env("SKIA_CLIENT_SECRET", "x".repeat(LIMIT + 1));
    longer.run().fails(
        3,
        "skia-auth: error: the client secret from SKIA_CLIENT_SECRET is larger than 64 KiB\n",
    );
}

#[test]
fn command_runs_without_a_shell() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("$(touch pwned);*");
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['printf', '%s', '$(touch pwned);*']\n",
    );
    home.skia(["token"]).server(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "$(touch pwned);*");
}

#[test]
fn command_that_gives_no_secret_says_why() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = config_path(&home);
    for (command, message) in [
        ("['false']", "cannot read {}: it ended with exit code 1"),
        ("['true']", "{} is empty"),
        ("['no-such-program']", "cannot read {}: it cannot be run: no such file or directory"),
        ("['sh', '-c', 'kill -9 $$']", "cannot read {}: it ended with signal: 9 (SIGKILL)"),
    ] {
        home.write_config(&format!("client_id = 'a'\nclient_secret_command = {command}\n"));
        let program = command.split('\'').nth(1).unwrap();
        let place = format!(
            "the client secret printed by the command {program:?} (from profile \"default\" of {path})"
        );
        let message = message.replace("{}", &place);
        home.skia(["token"])
            .server(&server)
            .run()
            .fails(3, &format!("skia-auth: error: {message}\n"));
    }
}

#[test]
fn command_that_hangs_ends_at_the_deadline() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.write_config("client_id = 'a'\nclient_secret_command = ['sleep', '50']\n");
    let second = Duration::from_secs(1);
    let longer =
        home.skia(["token", "--timeout", "1100ms"]).server(&server).timeout_bound(second * 2).run();
    longer.fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sleep\" (from [..]): it did not end \
         within 2 s\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'echo x; exec sleep 50 >&-']\n",
    );
    home.skia(["token", "--timeout", "1s"]).server(&server).timeout_bound(second).run().fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from [..]): it did not end \
         within 1 s\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'sleep 5 2>&- & echo x']\n",
    );
    home.skia(["token", "--timeout", "1s"]).server(&server).timeout_bound(second).run().fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from [..]): it ended, and what \
         it started keeps its output open\n",
    );
}

#[test]
fn command_that_has_said_all_may_take_its_time_to_end() {
    arrives("word-of-the-command", |home| {
        let command = "['sh', '-c', 'echo word-of-the-command; exec sleep 0.5 >&-']";
        home.write_config(&format!("client_secret_command = {command}\n"));
        home.skia(["token"])
    });
}

#[test]
fn time_that_a_command_takes_is_part_of_the_whole_call() {
    let home = Home::new();
    let server = Server::start([Reply::hang()]);
    home.declare_secret("word-of-the-command");
    home.write_config("client_id = 'a'\nclient_secret_command = ['sh', '-c', 'sleep 2; echo word-of-the-command']\n");
    home.skia(["token", "--timeout", "3s"])
        .server(&server)
        .timeout_bound(Duration::from_secs(3))
        .run()
        .fails(5, "skia-auth: error: no answer from [..] within [..] s\n");
}

#[test]
fn command_that_is_a_path_is_looked_for_beside_the_file_and_not_in_the_current_directory() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-command");
    let path =
        home.write_config("client_id = 'a'\nclient_secret_command = ['./skia-secret', 'word']\n");
    let script = |path: &std::path::Path, text: &str| {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    };
    home.file("skia-secret", "");
    script(&home.work().join("skia-secret"), "#!/bin/sh\ntouch pwned; echo other\n");
    let missing = home.skia(["token"]).server(&server).run();
    missing.fails(3, "skia-auth: error: cannot read the client secret printed by the command [..]: it cannot be run: no such file or directory\n");
    let beside = path.with_file_name("skia-secret");
    home.declare_secret_file(&beside);
    script(&beside, "#!/bin/sh\necho \"$1-of-the-command\"\n");
    home.declare_foreign(&beside);
    home.skia(["token"]).server(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "word-of-the-command");
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn command_is_waited_for_where_the_end_of_children_is_ignored() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.write_config("client_id = 'a'\nclient_secret_command = ['echo', 'x']\n");
    // Not `sh`: dash never ignores it.
    let program = home.program("bash", ["-c", "trap '' CHLD; exec skia-auth token"]);
    program.server(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "x");
}

/// Root is under no such limit, and runs the program as somebody else.
#[test]
fn user_without_a_thread_to_spare_is_told_so() {
    const NOBODY: u32 = 65533;
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("skia-auth");
    fs::copy(env!("CARGO_BIN_EXE_skia-auth"), &program).unwrap();
    // The shell of bash counts: `ulimit -u` is not known everywhere.
    let mut command = std::process::Command::new("bash");
    command
        .args([
            "-c",
            "ulimit -u 1 && exec \"$0\" token --client-id a --client-secret-file /dev/null",
        ])
        .arg(&program);
    command.env_clear().env("HOME", directory.path()).current_dir("/");
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert_eq!(
        stderr,
        "skia-auth: error: cannot read the client secret file /dev/null (from --client-secret-file): resource \
         temporarily unavailable\n"
    );
}

#[test]
fn pipe_that_says_nothing_ends_at_the_deadline() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let second = Duration::from_secs(1);
    home.declare_foreign("pipe");
    home.declare_output("pipe");
    home.program("mkfifo", ["pipe"]).run().ok("");
    home.skia(["token", "--client-id", "a", "--timeout", "1s", "--client-secret-file", "pipe"])
        .server(&server)
        .timeout_bound(second)
        .run()
        .fails(
            3,
            "skia-auth: error: cannot read the client secret file pipe (from --client-secret-file): nothing came \
             within 1 s\n",
        );
    home.skia([
        "token",
        "--timeout",
        "1s",
        "--ca-cert",
        "pipe",
        "--base-url",
        "https://localhost:1",
    ])
    .credentials()
    .timeout_bound(second)
    .run()
    .fails(
        3,
        "skia-auth: error: the CA file pipe cannot be read: nothing came within 1 s\n\
             hint: --ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)\n",
    );
    let (reader, _writer) = std::io::pipe().unwrap();
    home.skia(["token", "--client-id", "a", "--timeout", "1s", "--client-secret-file", "-"])
        .server(&server)
        .stdin_from(reader)
        .timeout_bound(second)
        .run()
        .fails(3, "skia-auth: error: cannot read the client secret on standard input: nothing came within 1 s\n");
}

#[test]
fn file_that_others_can_write_may_not_name_a_command() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = home.write_config("client_id = 'a'\nclient_secret_command = ['touch', 'pwned']\n");
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        home.skia(["token"]).server(&server).run().fails(
            3,
            &format!(
                "skia-auth: error: {0} names a command, and other users can write the file\nhint: chmod go-w {0}\n",
                path.display()
            ),
        );
    }
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn file_of_somebody_else_may_not_name_a_command() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = home.write_config("client_id = 'a'\nclient_secret_command = ['touch', 'pwned']\n");
    if std::os::unix::fs::chown(&path, Some(65534), None).is_err() {
        return;
    }
    home.skia(["token"]).server(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: {0} names a command, and the file belongs to another user\n\
             hint: sudo chown \"$(id -u)\" {0}\n",
            path.display()
        ),
    );
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn file_with_a_secret_that_others_can_read_is_a_warning() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]).expects(2);
    home.declare_secret("word-of-the-file");
    let path = home.write_config("client_id = 'a'\nclient_secret = 'word-of-the-file'\n");
    for (mode, warns) in [(0o640, true), (0o600, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let warning = format!(
            "skia-auth: warning: other users can read the secret in {0}: chmod go-rwx {0}\n",
            path.display()
        );
        home.skia(["login"]).server(&server).run().assert(
            0,
            &format!("{token}\n"),
            if warns { &warning } else { "" },
        );
    }
}

#[test]
fn configuration_is_shown_without_the_secret() {
    let home = Home::new();
    home.declare_secret("word-of-the-file");
    for (config, value) in [
        ("client_secret = 'word-of-the-file'\n", "set (16 characters)"),
        (
            "client_secret_command = ['touch', 'pwned']\n",
            "printed by the command \"touch\", not run",
        ),
    ] {
        home.write_config(config);
        let outcome = home.skia(["config", "show", "-o", "json"]).run();
        assert_eq!(super::shown(&outcome, "client_secret").0, value);
    }
    assert!(!home.work().join("pwned").exists());
    let outcome = home
        .skia(["config", "show", "-o", "json", "--client-secret-file", "-"])
        .stdin("word")
        .run();
    let expected = ("on standard input, not read".into(), "--client-secret-file".into());
    assert_eq!(super::shown(&outcome, "client_secret"), expected);
}
