//! Many processes at once: they make one login, and none waits for ever.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::{cache_files, gets, token, until_at_the_lock};
use crate::support::*;

/// The number of processes.
const MANY: usize = 50;

const REFUSED: &str = "\
skia-auth: error: 127.0.0.1 refused the credentials (HTTP 401)
server: Invalid Credentials
hint: check the client id (from SKIA_CLIENT_ID[..]) and the client secret (from SKIA_CLIENT_SECRET)
";

/// Holds back a reply of the server until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn before(&self, reply: Reply) -> Reply {
        let gate = self.clone();
        Reply::with(move |_| {
            let open = gate.0.0.lock().unwrap();
            drop(gate.0.1.wait_timeout_while(open, PATIENCE, |open| !*open).unwrap());
            reply.clone()
        })
    }
}

#[test]
fn many_processes_with_an_empty_cache_make_one_login() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t).delay(Duration::from_secs(1))]);
    let running: Vec<_> = (0..MANY).map(|_| token(&home, &server).spawn()).collect();
    for one in running {
        one.wait().ok(&format!("{t}\n"));
    }
}

#[cfg(unix)]
#[test]
fn many_processes_with_a_refused_secret_make_one_login() {
    let (home, gate) = (Home::new(), Gate::default());
    let server = Server::start([gate.before(Reply::json(401, DOCUMENTED_401))]);
    let running: Vec<_> = (0..MANY).map(|_| token(&home, &server).spawn()).collect();
    running.iter().for_each(|one| until_at_the_lock(one.pid()));
    gate.open();
    for one in running {
        one.wait().fails(4, REFUSED);
    }
}

#[cfg(unix)]
#[test]
fn shared_refusal_is_reported_like_the_first() {
    let (home, gate) = (Home::new(), Gate::default());
    let server = Server::start([gate.before(Reply::json(401, DOCUMENTED_401))]);
    let json = || token(&home, &server).args(["-o", "json"]).spawn();
    let first = json();
    server.wait_for_requests(1);
    let (shared, verbose) = (json(), token(&home, &server).arg("-v").spawn());
    [&shared, &verbose].into_iter().for_each(|one| until_at_the_lock(one.pid()));
    gate.open();
    let told = first.wait().json_error();
    assert_eq!(told["error"]["http_status"], 401);
    assert_eq!(shared.wait().json_error(), told);
    let notes =
        format!("...\nskia-auth: another process was refused with the same credentials\n{REFUSED}");
    verbose.wait().fails(4, &notes);
}

#[cfg(unix)]
#[test]
fn refusal_is_shared_after_an_earlier_one() {
    let (home, gate) = (Home::new(), Gate::default());
    let refused = Reply::json(401, DOCUMENTED_401);
    let server = Server::start([refused.clone(), gate.before(refused)]).expects(2);
    token(&home, &server).run().fails(4, REFUSED);
    let first = token(&home, &server).spawn();
    server.wait_for_requests(2);
    let waiter = token(&home, &server).spawn();
    until_at_the_lock(waiter.pid());
    gate.open();
    for one in [first, waiter] {
        one.wait().fails(4, REFUSED);
    }
}

#[test]
fn call_after_a_refusal_logs_in() {
    let (home, t) = (Home::new(), live_token());
    let refused = Reply::json(401, DOCUMENTED_401);
    let server = Server::start([refused.clone(), refused, live_reply(&t)]).expects(3);
    token(&home, &server).run().fails(4, REFUSED);
    token(&home, &server).run().fails(4, REFUSED);
    gets(token(&home, &server), &t);
}

#[cfg(unix)]
#[test]
fn refusal_of_another_secret_is_not_shared() {
    let (home, t, gate) = (Home::new(), live_token(), Gate::default());
    home.declare_secret("another-secret-of-the-integration");
    let server =
        Server::start([gate.before(Reply::json(401, DOCUMENTED_401)), live_reply(&t)]).expects(2);
    let wrong = token(&home, &server)
        .env("SKIA_CLIENT_SECRET", "another-secret-of-the-integration")
        .spawn();
    server.wait_for_requests(1);
    let right = token(&home, &server).spawn();
    until_at_the_lock(right.pid());
    gate.open();
    wrong.wait().fails(4, REFUSED);
    right.wait().ok(&format!("{t}\n"));
}

#[cfg(unix)]
#[test]
fn waiter_reports_what_it_does() {
    let (home, t, gate) = (Home::new(), live_token(), Gate::default());
    let server = Server::start([gate.before(live_reply(&t))]);
    let first = token(&home, &server).spawn();
    server.wait_for_requests(1);
    let second = token(&home, &server).arg("-v").spawn();
    until_at_the_lock(second.pid());
    std::thread::sleep(Duration::from_millis(100));
    gate.open();
    first.wait().ok(&format!("{t}\n"));
    second.wait().assert(
        0,
        &format!("{t}\n"),
        "\
...
skia-auth: cache miss: no cached token
skia-auth: another process is logging in: waiting for its token
skia-auth: another process has logged in: using its token
",
    );
}

#[cfg(unix)]
#[test]
fn token_that_expires_soon_is_shared_too() {
    let (home, t, gate) = (Home::new(), token_expiring_in(120), Gate::default());
    let server = Server::start([gate.before(live_reply(&t))]).expects(2);
    let running: Vec<_> = (0..8).map(|_| token(&home, &server).spawn()).collect();
    let demanding: Vec<_> =
        (0..8).map(|_| token(&home, &server).args(["--min-ttl", "1h"]).spawn()).collect();
    running.iter().chain(&demanding).for_each(|one| until_at_the_lock(one.pid()));
    gate.open();
    for one in running {
        one.wait().ok(&format!("{t}\n"));
    }
    for one in demanding {
        one.wait().fails(
            6,
            "skia-auth: error: a new token is valid for [..], which is less than --min-ttl 1 h\n",
        );
    }
    // A later call did not wait, so it logs in.
    gets(token(&home, &server), &t);
}

#[test]
fn different_client_ids_do_not_wait_for_each_other() {
    let (home, t, gate) = (Home::new(), live_token(), Gate::default());
    let server = Server::start([gate.before(live_reply(&t))]).expects(MANY);
    // All requests arrive before the first reply.
    let running: Vec<_> = (0..MANY)
        .map(|id| token(&home, &server).args(["--client-id", &id.to_string()]).spawn())
        .collect();
    server.wait_for_requests(MANY);
    gate.open();
    for one in running {
        one.wait().ok(&format!("{t}\n"));
    }
    assert_eq!(cache_files(&home, "token").len(), MANY);
}

#[cfg(unix)]
#[test]
fn waiter_continues_at_once_when_the_holder_is_killed() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([Reply::hang(), live_reply(&t)]).expects(2);
    let mut holder = token(&home, &server).spawn();
    server.wait_for_requests(1);
    let waiter = token(&home, &server).spawn();
    until_at_the_lock(waiter.pid());
    let killed = Instant::now();
    holder.kill();
    waiter.wait().ok(&format!("{t}\n"));
    assert!(killed.elapsed() < Duration::from_secs(5), "{:?}", killed.elapsed());
    assert_eq!(holder.wait().signal, Some(9));
}

#[cfg(unix)]
#[test]
fn stopped_holder_does_not_stop_others() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([Reply::hang(), live_reply(&t)]).expects(3);
    let mut holder = token(&home, &server).spawn();
    server.wait_for_requests(1);
    holder.signal(19);
    let waiters: Vec<_> = [false, true]
        .map(|verbose| {
            token(&home, &server).args(["--timeout", "4s"]).args(verbose.then_some("-v"))
        })
        .map(|program| program.timeout_bound(Duration::from_secs(4)).spawn())
        .into();
    for (waiter, notes) in waiters.into_iter().zip([
        "",
        "...\nskia-auth: logging in without the lock: another process holds it for too long\n...\n",
    ]) {
        let outcome = waiter.wait();
        assert!(outcome.wall >= Duration::from_secs(2), "{outcome}");
        outcome.assert(0, &format!("{t}\n"), notes);
    }
    holder.kill();
    holder.wait();
}

#[cfg(unix)]
#[test]
fn waiter_logs_in_when_the_holder_fails() {
    let (home, t, gate) = (Home::new(), live_token(), Gate::default());
    let server = Server::start([gate.before(Reply::html(404, "")), live_reply(&t)]).expects(2);
    let holder = token(&home, &server).spawn();
    server.wait_for_requests(1);
    let waiter = token(&home, &server).spawn();
    until_at_the_lock(waiter.pid());
    gate.open();
    assert_eq!(holder.wait().code, Some(6));
    waiter.wait().ok(&format!("{t}\n"));
}

#[cfg(unix)]
#[test]
fn login_does_not_wait_for_the_lock() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([Reply::hang(), live_reply(&t)]).expects(2);
    let holder = token(&home, &server).spawn();
    server.wait_for_requests(1);
    gets(home.skia(["login"]).credentials().server(&server), &t);
    holder.signal(15);
    assert_eq!(holder.wait().signal, Some(15));
}

#[cfg(unix)]
#[test]
fn mode_of_the_lock_file_is_tightened() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server), &t);
    let [lock] = &cache_files(&home, "lock")[..] else { panic!("one lock") };
    fs::set_permissions(lock, fs::Permissions::from_mode(0o664)).unwrap();
    home.skia(["logout"]).credentials().server(&server).run();
    let outcome = token(&home, &server).arg("-v").run();
    assert!(outcome.code == Some(0) && !outcome.stderr.contains("without the lock"), "{outcome}");
    assert_eq!(fs::metadata(lock).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn hard_link_in_place_of_the_lock_file_keeps_its_mode() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server), &t);
    let [lock] = &cache_files(&home, "lock")[..] else { panic!("one lock") };
    let victim = home.file("victim", "");
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(lock).unwrap();
    fs::hard_link(&victim, lock).unwrap();
    home.skia(["logout"]).credentials().server(&server).run();
    let note = "...\nskia-auth: logging in without the lock: it is a hard link\n...\n";
    token(&home, &server).arg("-v").run().assert(0, &format!("{t}\n"), note);
    assert_eq!(fs::metadata(victim).unwrap().permissions().mode() & 0o777, 0o644);
}

#[cfg(unix)]
#[test]
fn lock_file_of_another_user_keeps_its_mode() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server), &t);
    let [lock] = &cache_files(&home, "lock")[..] else { panic!("one lock") };
    std::os::unix::fs::chown(lock, Some(65534), None).unwrap();
    fs::set_permissions(lock, fs::Permissions::from_mode(0o644)).unwrap();
    home.skia(["logout"]).credentials().server(&server).run();
    let note = "...\nskia-auth: logging in without the lock: it belongs to another user\n...\n";
    token(&home, &server).arg("-v").run().assert(0, &format!("{t}\n"), note);
    assert_eq!(fs::metadata(lock).unwrap().permissions().mode() & 0o777, 0o644);
}
