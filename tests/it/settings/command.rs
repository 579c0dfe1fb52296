//! `client_secret_command`: a program that prints the secret.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

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
        ("['yes']", "cannot read {}: it is larger than 64 KiB"),
        ("['head', '-c70000', '/dev/zero']", "cannot read {}: it is larger than 64 KiB"),
        (
            "['printf', 'a\\nb']",
            "{} has a line break or a NUL inside\nhint: to use the first line: \
             client_secret_command = [\"sh\", \"-c\", \"COMMAND | head -n1\"]",
        ),
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
        5,
        "skia-auth: error: cannot read the client secret printed by the command \"sleep\" (from \
         [..]): it did not end within 2 s\nhint: skia-auth doctor[..]\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'echo x; exec sleep 50 >&-']\n",
    );
    home.skia(["token", "--timeout", "1s"]).at(&server).timeout_bound(second).run().fails(
        5,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from \
         [..]): it did not end within 1 s\nhint: skia-auth doctor[..]\n",
    );
    home.write_config(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', 'sleep 5 2>&- & echo x']\n",
    );
    home.skia(["token", "--timeout", "1s"]).at(&server).timeout_bound(second).run().fails(
        5,
        "skia-auth: error: cannot read the client secret printed by the command \"sh\" (from \
         [..]): it ended, and what it started keeps its output open\nhint: skia-auth doctor[..]\n",
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
        .fails(
            5,
            &unavailable("no answer from [..] within [..] s", 1, &[])
                .replace("doctor", "doctor[..]"),
        );
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

/// A home whose secret command prints a secret and counts its runs, after `script`.
fn home_with_command(script: &str) -> Home {
    let home = Home::new();
    for name in ["runs", "locked", "pid"] {
        home.declare_foreign(name);
        home.declare_output(name);
    }
    home.declare_secret("word-of-the-command");
    home.write_config(&format!(
        "client_id = 'a'\nclient_secret_command = ['sh', '-c', '''
echo >> runs
{script}
echo word-of-the-command''']\n"
    ));
    home
}

fn runs(home: &Home) -> usize {
    fs::read_to_string(home.work().join("runs")).unwrap_or_default().len()
}

#[test]
fn command_runs_only_for_a_login() {
    let home = home_with_command("");
    let token = live_token();
    let server = Server::start([live_reply(&token)]).expects(2);
    home.skia(["login", "--dry-run"]).at(&server).allow_partial_stdout().run();
    home.skia(["doctor"]).at(&server).allow_partial_stdout().run();
    assert_eq!(runs(&home), 0);
    let expected = format!("{token}\n");
    home.skia(["token"]).at(&server).run().ok(&expected);
    assert_eq!(runs(&home), 1);
    home.skia(["token"]).at(&server).run().ok(&expected);
    home.skia(["token", "--offline"]).at(&server).run().ok(&expected);
    home.skia(["exec", "--base-url", &server.base_url(), "--", "true"]).run().ok("");
    home.skia(["status"]).at(&server).run().ok("Valid: [..]yes\n...\n");
    home.skia(["config", "show"]).at(&server).run().ok("...\n");
    assert_eq!(runs(&home), 1);
}

#[test]
fn locked_vault_does_not_stop_a_cached_token() {
    let home = home_with_command("test ! -e locked || exit 1");
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.skia(["token"]).at(&server).run().ok(&format!("{token}\n"));
    home.file("locked", "");
    home.skia(["token"]).at(&server).run().ok(&format!("{token}\n"));
    let login = home.skia(["login"]).at(&server).run();
    login.fails(3, "skia-auth: error: cannot read [..]: it ended with exit code 1\n");
    assert_eq!(runs(&home), 2);
}

#[test]
fn token_of_another_command_is_not_used() {
    let (home, old, new) = (home_with_command("true"), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    home.skia(["token"]).at(&server).run().ok(&format!("{old}\n"));
    let config = fs::read_to_string(config_path(&home)).unwrap();
    home.write_config(&config.replace("true", "false"));
    let reason = "the cached token was issued for another client secret";
    let status = home.skia(["status"]).at(&server).allow_partial_stdout().run();
    status.assert(1, &format!("Valid: [..]no\nReason: [..]{reason}\n...\n"), "");
    let offline = home.skia(["token", "--offline"]).at(&server).run();
    offline
        .fails(1, &format!("skia-auth: error: {reason}\nhint: skia-auth login --base-url [..]\n"));
    home.skia(["token"]).at(&server).run().ok(&format!("{new}\n"));
}

#[test]
fn refusal_of_a_printed_secret_describes_it() {
    let home = home_with_command("printf '\"'");
    home.declare_secret("\"word-of-the-command");
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]);
    home.skia(["token"]).at(&server).run().fails(
        4,
        "...\nhint: check the client id [..] and the client secret (from [..]; it stands in quotes)\n",
    );
}

#[test]
fn temporary_failure_of_the_command_is_worth_a_retry() {
    let home = home_with_command("exit 75");
    let server = Server::start([]).expects(0);
    home.skia(["token"]).at(&server).run().fails(
        5,
        "skia-auth: error: cannot read [..]: it ended with exit code 75\nhint: skia-auth doctor[..]\n",
    );
}

#[test]
fn cached_token_outlives_a_temporary_failure_of_the_command() {
    let (home, t) = (home_with_command("test ! -e locked || exit 75"), token_expiring_in(200));
    let server = Server::start([live_reply(&t)]);
    home.skia(["token"]).at(&server).run().ok(&format!("{t}\n"));
    home.file("locked", "");
    let warning = "skia-auth: warning: [..]it ended with exit code 75[..]\n";
    home.skia(["token"]).at(&server).run().assert(0, &format!("{t}\n"), warning);
}

/// Whether the process whose number the command wrote still runs. A zombie does not.
fn grandchild_runs(home: &Home) -> bool {
    let pid = fs::read_to_string(home.work().join("pid")).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    !matches!(stat.rsplit(") ").next().unwrap().get(..1), None | Some("Z" | "X"))
}

/// It ignores SIGTERM, and so does what it starts.
const STUBBORN: &str = "trap \"\" TERM; sleep 50 & echo $! > pid; wait";

#[test]
fn deadline_ends_the_command_and_what_it_started() {
    let home = home_with_command(STUBBORN);
    let server = Server::start([]).expects(0);
    let second = Duration::from_secs(1);
    let token = home.skia(["token", "--timeout", "1s"]).at(&server).timeout_bound(second);
    token.run().fails(
        5,
        "skia-auth: error: cannot read [..]: it did not end within 1 s\nhint: skia-auth doctor[..]\n",
    );
    assert!(!grandchild_runs(&home));
}

#[test]
fn signal_ends_the_command_and_then_the_program() {
    for signal in [1, 2, 15] {
        let home = home_with_command(STUBBORN);
        let server = Server::start([]).expects(0);
        let running = home.skia(["token"]).at(&server).spawn();
        let pid = home.work().join("pid");
        let written = || fs::read_to_string(&pid).is_ok_and(|pid| pid.ends_with('\n'));
        crate::cache::until("the command has started", written);
        let sent = Instant::now();
        running.signal(signal);
        let outcome = running.wait();
        // 200 ms on an idle machine.
        assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
        assert_eq!((outcome.signal, outcome.stderr.as_str()), (Some(signal), ""), "{outcome}");
        assert!(!grandchild_runs(&home), "signal {signal}");
    }
}

#[test]
fn command_does_not_consume_the_input_of_the_caller() {
    let home = home_with_command("cat");
    let token = live_token();
    let server = Server::start([live_reply(&token)]).expects(4);
    let sh = |script: &str| {
        let script = format!("at='--base-url {}'\n{script}", server.base_url());
        home.sh(&script).env("SKIA_NO_CACHE", "1").run()
    };
    sh("echo of-the-caller | skia-auth exec $at -- cat").ok("of-the-caller\n");
    let expected = format!("a\n{token}\nb\n{token}\nc\n{token}\n");
    sh("printf 'a\nb\nc\n' | while read -r l; do echo $l; skia-auth token $at; done").ok(&expected);
}

#[test]
fn command_may_ask_on_the_terminal() {
    let home = home_with_command("printf 'Passphrase: ' >&2; read -r line");
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let mut terminal = home.skia(["token"]).at(&server).on_terminal();
    terminal.expect("Passphrase: ").send("open sesame\r").expect(&token);
    assert_eq!(terminal.wait().code, Some(0));
    assert_eq!(server.request().json()["ClientSecret"], "word-of-the-command");
}

#[test]
fn deadline_ends_a_command_that_waits_at_the_terminal() {
    let home = home_with_command("read -r line");
    let server = Server::start([]).expects(0);
    let mut terminal = home.skia(["token", "--timeout", "1s"]).at(&server).on_terminal();
    terminal.expect("it did not end within 1 s");
    assert_eq!(terminal.wait().code, Some(5));
}
