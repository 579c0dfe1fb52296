//! Interrupted or terminated: gone at once, and nothing half done is left.

use std::time::{Duration, Instant};

use crate::cache::{cache_files, gets, token, until_at_the_lock};
use crate::support::*;

/// The promise is 200 ms; a machine that is busy with other cases gets more.
const AT_ONCE: Duration = Duration::from_secs(1);

const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

#[track_caller]
fn is_gone_at_once(running: Running, signal: i32) {
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
            is_gone_at_once(running, signal);
            assert!(cache_files(&home, "token").is_empty());
        }
    }
}

#[test]
fn interrupted_in_the_middle_of_an_answer() {
    for signal in [INTERRUPT, TERMINATE] {
        let (home, old, new) = (Home::new(), live_token(), live_token());
        let server = Server::start([live_reply(&old), live_reply(&new).drip(Duration::from_millis(50))]).expects(2);
        gets(token(&home, &server), &old);
        let running = home.skia(["login"]).credentials().server(&server).spawn();
        server.wait_for_requests(2);
        std::thread::sleep(Duration::from_millis(200));
        is_gone_at_once(running, signal);
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
        is_gone_at_once(running, signal);
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
        is_gone_at_once(waiter, signal);
        // The holder does not notice.
        holder.wait().ok(&format!("{t}\n"));
        gets(token(&home, &server), &t);
    }
}

#[test]
fn shell_sees_the_usual_codes() {
    let home = Home::new();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let server = Server::start([Reply::hang()]);
        // `timeout` sends the signal and hands the code on as a shell does.
        let script = format!("timeout --preserve-status -s {name} 1 skia-auth login; echo $?");
        let outcome = home.sh(&script).credentials().server(&server).run();
        assert_eq!(outcome.stdout(), format!("{code}\n"), "{outcome}");
    }
}
