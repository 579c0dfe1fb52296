//! On a terminal: the progress line of a slow login, which is erased, and the last line of a login.

use std::fs::File;
use std::time::Duration;

use crate::support::*;

/// Longer than the second after which the progress line appears.
const SLOW: Duration = Duration::from_millis(1500);

fn slow_login(arguments: &[&str], term: &str) -> (String, String) {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([live_reply(&token).delay(SLOW)]);
    let program = home.skia(arguments).env("TERM", term).credentials().server(&server);
    let ended = program.on_terminal().wait();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    (ended.screen, format!("{token}\n"))
}

#[test]
fn slow_login_shows_the_progress_line_and_erases_it() {
    let (screen, token) = slow_login(&["token"], "xterm");
    assert_eq!(screen, format!("\r\x1b[Kskia-auth: waiting for 127.0.0.1, 1 s\r\x1b[K{token}"));
}

#[test]
fn progress_line_is_shorter_than_the_terminal_is_wide() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([live_reply(&token).delay(SLOW)]);
    let program = home.skia(["token"]).env("TERM", "xterm").credentials().server(&server);
    let screen = program.prelude("stty cols 20").on_terminal().wait().screen;
    assert_eq!(screen, format!("\r\x1b[Kskia-auth: waiting \r\x1b[K{token}\n"));
}

#[test]
fn quick_login_shows_nothing() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([live_reply(&token)]);
    let ended = home
        .skia(["token"])
        .env("TERM", "xterm")
        .credentials()
        .server(&server)
        .on_terminal()
        .wait();
    assert_eq!(ended.screen, format!("{token}\n"));
}

#[test]
fn quiet_login_and_dumb_terminal_show_nothing() {
    for (arguments, term) in [(&["token", "-q"][..], "xterm"), (&["token"], "dumb")] {
        let (screen, token) = slow_login(arguments, term);
        assert_eq!(screen, token);
    }
}

#[test]
fn verbose_login_shows_no_progress_line() {
    let (screen, _) = slow_login(&["token", "-v"], "xterm");
    assert!(!screen.contains("waiting for") && !screen.contains("\x1b[K"), "{screen}");
}

#[test]
fn standard_error_that_is_not_a_terminal_gets_nothing() {
    let (home, token) = (Home::new(), live_token());
    home.declare_output("errors");
    let errors = home.file("errors", "");
    let server = Server::start([live_reply(&token).delay(SLOW)]);
    let program = home.skia(["token"]).env("TERM", "xterm").credentials().server(&server);
    let ended = program.stderr_to(File::create(&errors).unwrap()).on_terminal().wait();
    assert_eq!(ended.screen, format!("{token}\n"));
    assert_eq!(std::fs::read_to_string(errors).unwrap(), "");
}

fn login_on_a_terminal(token: &str, arguments: &[&str]) -> String {
    let home = Home::new();
    let server = Server::start([live_reply(token)]);
    let program = home.skia(["login"]).args(arguments).env("TZ", "<-03>3").env("NO_COLOR", "1");
    let ended = program.credentials().server(&server).on_terminal().wait();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    ended.screen
}

#[test]
fn login_on_a_terminal_ends_with_its_expiry() {
    let token = token_expiring_in(2 * 3600 + 90);
    let screen = login_on_a_terminal(&token, &[]);
    let line = screen.strip_prefix(&format!("{token}\n")).unwrap();
    let line = line.strip_prefix("skia-auth: valid until ").unwrap();
    assert!(line.ends_with("Z), in 2 h 1 min\n") && line.contains(" -03 ("), "{line:?}");
    assert_eq!(login_on_a_terminal(&token, &["-q"]), format!("{token}\n"));
    let expired = token_expiring_in(-60);
    assert!(!login_on_a_terminal(&expired, &[]).contains("valid until"));
}

#[test]
fn login_without_a_terminal_says_nothing_about_its_expiry() {
    let (home, token) = (Home::new(), live_token());
    home.declare_output("errors");
    let errors = home.file("errors", "");
    let server = Server::start([live_reply(&token)]);
    let program = home.skia(["login"]).credentials().server(&server);
    let ended = program.stderr_to(File::create(&errors).unwrap()).on_terminal().wait();
    assert_eq!(ended.screen, format!("{token}\n"));
    assert_eq!(std::fs::read_to_string(errors).unwrap(), "");
}
