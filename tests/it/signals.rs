//! SIGINT and SIGTERM end the program at once and leave no partial files.

use std::time::{Duration, Instant};

use crate::cache::{cache_files, gets, token, until_at_the_lock};
use crate::support::*;

/// 200 ms on an idle machine; other tests may slow it down.
const AT_ONCE: Duration = Duration::from_secs(1);

const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

#[track_caller]
fn ends_at_once(running: Running, signal: i32) {
    let sent = Instant::now();
    running.signal(signal);
    let outcome = running.wait();
    let took = sent.elapsed();
    assert_eq!(
        (outcome.signal, outcome.stdout(), outcome.stderr.as_str()),
        (Some(signal), String::new(), ""),
        "{outcome}"
    );
    assert!(took < AT_ONCE, "took {took:?}");
}

#[test]
fn interrupted_during_the_request() {
    for signal in [INTERRUPT, TERMINATE] {
        for command in ["token", "login"] {
            let home = Home::new();
            let server = Server::start([Reply::hang()]);
            let running = home.skia([command]).credentials().server(&server).spawn();
            server.wait_for_requests(1);
            ends_at_once(running, signal);
            assert!(cache_files(&home, "token").is_empty());
        }
    }
}

#[test]
fn interrupted_in_the_middle_of_an_answer() {
    for signal in [INTERRUPT, TERMINATE] {
        let (home, old, new) = (Home::new(), live_token(), live_token());
        let server =
            Server::start([live_reply(&old), live_reply(&new).drip(Duration::from_millis(50))])
                .expects(2);
        gets(token(&home, &server), &old);
        let running = home.skia(["login"]).credentials().server(&server).spawn();
        server.wait_for_requests(2);
        std::thread::sleep(Duration::from_millis(200));
        ends_at_once(running, signal);
        gets(token(&home, &server), &old);
    }
}

#[test]
fn interrupted_between_two_tries() {
    for signal in [INTERRUPT, TERMINATE] {
        let home = Home::new();
        let server = Server::start([Reply::json(503, "").header("Retry-After", "20")]);
        let running = token(&home, &server).spawn();
        server.wait_for_requests(1);
        std::thread::sleep(Duration::from_millis(200));
        ends_at_once(running, signal);
    }
}

#[test]
fn interrupted_while_waiting_for_another_process() {
    for signal in [INTERRUPT, TERMINATE] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t).delay(Duration::from_secs(2))]);
        let holder = token(&home, &server).spawn();
        server.wait_for_requests(1);
        let waiter = token(&home, &server).spawn();
        until_at_the_lock(waiter.pid());
        ends_at_once(waiter, signal);
        // The holder is not affected.
        holder.wait().ok(&format!("{t}\n"));
        gets(token(&home, &server), &t);
    }
}

#[test]
fn shell_sees_the_usual_codes() {
    let home = Home::new();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let server = Server::start([Reply::hang()]);
        // `timeout` reports the signal as a shell does.
        let script = format!("timeout --preserve-status -s {name} 1 skia-auth login; echo $?");
        let outcome = home.sh(&script).credentials().server(&server).run();
        assert_eq!(outcome.stdout(), format!("{code}\n"), "{outcome}");
    }
}

/// Ctrl-Z at the prompt for the secret: the shell turns the echo on, and `fg` must turn it off.
#[test]
fn secret_stays_hidden_after_a_stop() {
    use rustix::process::{Pid, Signal, kill_process};
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let home = Home::new();
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "stty echo; echo $$; exec \"$0\" config init",
        env!("CARGO_BIN_EXE_skia-auth"),
    ]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("SKIA_CONFIG", home.work().join("config.toml"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env(variable, home.root());
    }
    let mut session = rexpect::session::spawn_command(command, Some(10_000)).unwrap();
    let pid = Pid::from_raw(session.read_line().unwrap().trim().parse().unwrap()).unwrap();
    session.exp_string("Client id: ").unwrap();
    session.send_line("a").unwrap();
    session.exp_string("(not shown): ").unwrap();
    let terminal = session.process().get_file_handle().unwrap();
    let shows = || tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO);
    crate::cache::until("the secret is hidden", || !shows());
    kill_process(pid, Signal::STOP).unwrap();
    let mut modes = tcgetattr(&terminal).unwrap();
    modes.local_modes.insert(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Now, &modes).unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    crate::cache::until("the secret is hidden again", || !shows());
    session.send_line("b").unwrap();
    session.exp_string("Base URL").unwrap();
    assert!(shows());
}
