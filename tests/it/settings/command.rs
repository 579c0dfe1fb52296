//! `client_secret_command`: a program that prints the secret.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::config_path;
use super::secret::arrives;
use crate::support::*;

#[test]
fn command_runs_without_a_shell() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("$(touch pwned);*");
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['printf', '%s', '$(touch pwned);*']\n",
    );
    home.skia(["token"]).at(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "$(touch pwned);*");
}

#[test]
fn failure_of_the_command_is_explained() {
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
            "the client secret printed by the command {program:?} (from profile \"default\" of \
             {path})"
        );
        let message = message.replace("{}", &place);
        home.skia(["token"]).at(&server).run().fails(3, &format!("skia-auth: error: {message}\n"));
    }
}

#[test]
fn command_that_hangs_ends_at_the_deadline() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.write_config("client_id = 'a'\nclient_secret_command = ['sleep', '50']\n");
    let second = Duration::from_secs(1);
    let longer =
        home.skia(["token", "--timeout", "1100ms"]).at(&server).timeout_bound(second * 2).run();
    longer.fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sleep\" (from \
         [..]): it did not end within 2 s\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'echo x; exec sleep 50 >&-']\n",
    );
    home.skia(["token", "--timeout", "1s"]).at(&server).timeout_bound(second).run().fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from \
         [..]): it did not end within 1 s\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'sleep 5 2>&- & echo x']\n",
    );
    home.skia(["token", "--timeout", "1s"]).at(&server).timeout_bound(second).run().fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from \
         [..]): it ended, and what it started keeps its output open\n",
    );
}

#[test]
fn command_may_run_on_after_its_output() {
    arrives("word-of-the-command", |home| {
        let command = "['sh', '-c', 'echo word-of-the-command; exec sleep 0.5 >&-']";
        home.write_config(&format!("client_secret_command = {command}\n"));
        home.skia(["token"])
    });
}

#[test]
fn time_of_the_command_counts_towards_the_timeout() {
    let home = Home::new();
    let server = Server::start([Reply::hang()]);
    home.declare_secret("word-of-the-command");
    home.write_config(
        "client_id = 'a'\n\
         client_secret_command = ['sh', '-c', 'sleep 2; echo word-of-the-command']\n",
    );
    home.skia(["token", "--timeout", "3s"])
        .at(&server)
        .timeout_bound(Duration::from_secs(3))
        .run()
        .fails(5, "skia-auth: error: no answer from [..] within [..] s\n");
}

#[test]
fn path_of_the_command_is_relative_to_the_file() {
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
    let missing = home.skia(["token"]).at(&server).run();
    missing.fails(
        3,
        "skia-auth: error: cannot read the client secret printed by the command [..]: it cannot be \
         run: no such file or directory\n",
    );
    let beside = path.with_file_name("skia-secret");
    home.declare_secret_file(&beside);
    script(&beside, "#!/bin/sh\necho \"$1-of-the-command\"\n");
    home.declare_foreign(&beside);
    home.skia(["token"]).at(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "word-of-the-command");
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn command_works_when_sigchld_is_ignored() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.write_config("client_id = 'a'\nclient_secret_command = ['echo', 'x']\n");
    // bash, because dash never ignores SIGCHLD.
    let program = home.program("bash", ["-c", "trap '' CHLD; exec skia-auth token \"$@\"", "bash"]);
    program.at(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "x");
}

#[test]
fn file_that_others_can_write_may_not_name_a_command() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = home.write_config("client_id = 'a'\nclient_secret_command = ['touch', 'pwned']\n");
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        home.skia(["token"]).at(&server).run().fails(
            3,
            &format!(
                "skia-auth: error: {0} names a command, and other users can write the file\n\
                 hint: chmod go-w {0}\n",
                path.display()
            ),
        );
    }
    assert!(!home.work().join("pwned").exists());
}

#[test]
fn file_of_another_user_may_not_name_a_command() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = home.write_config("client_id = 'a'\nclient_secret_command = ['touch', 'pwned']\n");
    if std::os::unix::fs::chown(&path, Some(65534), None).is_err() {
        return;
    }
    home.skia(["token"]).at(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: {0} names a command, and the file belongs to another user\n\
             hint: sudo chown \"$(id -u)\" {0}\n",
            path.display()
        ),
    );
    assert!(!home.work().join("pwned").exists());
}
