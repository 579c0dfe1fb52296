//! How the client secret arrives: byte for byte, and nowhere but in the request.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
#[cfg(unix)]
use std::os::unix::process::CommandExt;

use crate::support::*;

/// Secrets with characters that a shell, JSON or trimming could change.
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

/// Runs a program that must log in with exactly this secret.
pub(super) fn arrives(secret: &str, case: impl FnOnce(&Home) -> Program) {
    let home = Home::new();
    home.declare_secret(secret);
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let outcome = case(&home).env("SKIA_CLIENT_ID", CLIENT_ID).at(&server).run();
    assert_eq!(
        (outcome.code, outcome.stdout()),
        (Some(0), format!("{token}\n")),
        "{secret:?}\n{outcome}"
    );
    assert_eq!(server.request().json()["ClientSecret"], secret);
}

#[test]
fn unusual_secret_arrives_unchanged_from_a_variable() {
    for secret in ODD {
        arrives(secret, |home| home.skia(["token"]).env("SKIA_CLIENT_SECRET", secret));
    }
}

#[test]
fn unusual_secret_arrives_unchanged_from_a_file() {
    for secret in ODD {
        arrives(secret, |home| {
            let path = home.file("secret", format!("{secret}\n"));
            home.skia(["token"]).env("SKIA_CLIENT_SECRET_FILE", path)
        });
    }
}

#[test]
fn unusual_secret_arrives_unchanged_from_the_configuration() {
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
fn unusual_secret_arrives_unchanged_from_the_command_line() {
    for secret in ODD {
        arrives(secret, |home| home.skia(["token", "--client-secret", secret]));
        arrives(secret, |home| home.skia(["token", "-q"]).arg(format!("--client-secret={secret}")));
    }
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("-typed-secret");
    home.skia(["token", "--client-id", "a", "--client-secret", "-typed-secret"])
        .server(&server)
        .run()
        .assert(
            0,
            &format!("{token}\n"),
            "skia-auth: warning: other users can see --client-secret in the process list: use \
             --client-secret-file instead\n",
        );
}

#[test]
fn one_line_end_is_removed_and_nothing_else() {
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
            let words = if cfg!(windows) { "'cmd', '/c', 'type'" } else { "'cat'" };
            let config = format!("client_secret_command = [{words}, '{}']\n", path.display());
            home.write_config(&config);
            home.skia(["token"])
        });
    }
}

#[cfg(unix)]
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

#[cfg(unix)]
#[test]
fn malformed_secret_is_refused_before_a_connection() {
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
        .stdin(b"\xff")
        .run()
        .fails(3, &format!("skia-auth: error: {place} is not valid UTF-8\n"));
    token()
        .stdin(b"\xff\xfes\0")
        .run()
        .fails(3, &format!("skia-auth: error: {place} is UTF-16\nhint: save it as UTF-8\n"));
    let too_large = format!("skia-auth: error: cannot read {place}: it is larger than 64 KiB\n");
    token().stdin("x".repeat(64 * 1024 + 1)).run().fails(3, &too_large);
    home.skia(["token", "--client-id", "a", "--client-secret-file", "/dev/zero"])
        .server(&server)
        .run()
        .fails(
            3,
            "skia-auth: error: cannot read the client secret file /dev/zero (from \
             --client-secret-file): it is larger than 64 KiB\n",
        );
    for (path, why) in [("nowhere", "no such file or directory"), (".", "it is a directory")] {
        let variable = home
            .skia(["token", "--client-id", "a"])
            .server(&server)
            .env("SKIA_CLIENT_SECRET_FILE", path);
        variable.run().fails(
            3,
            &format!(
                "skia-auth: error: cannot read the client secret file {path} (from \
                 SKIA_CLIENT_SECRET_FILE): {why}\n"
            ),
        );
    }
    let two_lines = home.skia(["token", "--client-id", "a"]).env("SKIA_CLIENT_SECRET", "a\nb");
    two_lines.server(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: the client secret from SKIA_CLIENT_SECRET has a line break or a NUL \
             inside\n\
             {one_line}"
        ),
    );
}

#[cfg(unix)]
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

/// The limit does not apply to root, who runs the program as another user.
#[cfg(unix)]
#[test]
fn user_without_a_spare_thread_gets_an_error() {
    const NOBODY: u32 = 65533;
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("skia-auth");
    fs::copy(env!("CARGO_BIN_EXE_skia-auth"), &program).unwrap();
    // bash, because `ulimit -u` is not portable.
    let script = "ulimit -u 1 && exec \"$0\" token --client-id a --client-secret-file /dev/null";
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script]).arg(&program).current_dir("/");
    // Without HOME, the user database would lead to the configuration of the account.
    command.env_clear().env("HOME", directory.path());
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert_eq!(
        stderr,
        "skia-auth: error: cannot read the client secret file /dev/null (from \
         --client-secret-file): resource temporarily unavailable\n"
    );
}

#[cfg(unix)]
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
        home.skia(["login"]).at(&server).run().assert(
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
