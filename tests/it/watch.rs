//! `token --watch`: the file stays fresh through renewals, outages, clock steps and restarts.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::process::Signal;

use crate::cache::until;
use crate::support::*;

const HANGUP: i32 = 1;
const INTERRUPT: i32 = 2;
const KILL: i32 = 9;
const TERMINATE: i32 = 15;
const CONTINUE: i32 = Signal::CONT.as_raw();
const STOP: i32 = Signal::STOP.as_raw();

const RENEWED: &str = "skia-auth: renewed: valid until [..] ([..]Z), in [..]\n";

/// A home with a watched file.
struct Watched {
    home: Home,
    path: PathBuf,
}

impl Watched {
    fn new() -> Self {
        let home = Home::new();
        home.declare_output("token");
        let path = home.work().join("token");
        Self { home, path }
    }

    fn watch(&self, server: &Server) -> Program {
        self.home.skia(["token", "--watch", "--to-file", "token"]).credentials().server(server)
    }

    fn content(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }

    /// Waits until the file holds this token.
    #[track_caller]
    fn until_has(&self, token: &str) {
        until("the file has the token", || self.content() == format!("{token}\n"));
    }
}

/// Ends the program with SIGTERM, and asserts exit code 0 and this standard error.
#[track_caller]
fn stop(running: Running, stderr: &str) {
    running.signal(TERMINATE);
    running.wait().assert(0, "", stderr);
}

fn unavailable_reply() -> Reply {
    Reply::json(503, "").header("Retry-After", "0")
}

/// A server that issues tokens that live for this many seconds, unless it is `down`.
struct Issuer {
    server: Server,
    issued: Arc<Mutex<Vec<(Instant, String)>>>,
    down: Arc<AtomicBool>,
}

impl Issuer {
    fn start(lifetime: i64) -> Self {
        let issued = Arc::<Mutex<Vec<_>>>::default();
        let down = Arc::<AtomicBool>::default();
        let (log, is_down) = (Arc::clone(&issued), Arc::clone(&down));
        let answer = move |_: &Request| {
            if is_down.load(Ordering::SeqCst) {
                return unavailable_reply();
            }
            let token = token_expiring_in(lifetime);
            log.lock().unwrap().push((Instant::now(), token.clone()));
            live_reply(&token)
        };
        let server = Server::start([Reply::with(answer)]).expects_any();
        Self { server, issued, down }
    }

    fn logins(&self) -> usize {
        self.issued.lock().unwrap().len()
    }

    /// The place of a token in the order of issue.
    fn position(&self, token: &str) -> Option<usize> {
        self.issued.lock().unwrap().iter().position(|(_, issued)| issued == token)
    }

    #[track_caller]
    fn until_logins(&self, count: usize) {
        until("the logins", || self.logins() >= count);
    }

    fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

#[test]
fn hangup_renews_with_a_login_and_other_signals_end_with_0() {
    for signal in [TERMINATE, INTERRUPT] {
        let (watched, tokens) = (Watched::new(), [(); 3].map(|()| live_token()));
        let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(3);
        let running = watched.watch(&server).spawn();
        watched.until_has(&tokens[0]);
        for token in &tokens[1..] {
            running.signal(HANGUP);
            watched.until_has(token);
        }
        until("the last line", || server.requests().len() == 3);
        running.signal(signal);
        running.wait().assert(0, "", &RENEWED.repeat(2));
    }
}

#[test]
fn quiet_watch_prints_no_lines_and_keeps_the_format_and_the_mode() {
    let (watched, old, new) = (Watched::new(), live_token(), live_token());
    watched.home.declare_foreign("token");
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    let options = ["-q", "-o", "header", "--to-file-mode", "0640"];
    let running = watched.watch(&server).args(options).spawn();
    for (number, token) in [&old, &new].into_iter().enumerate() {
        if number > 0 {
            running.signal(HANGUP);
        }
        watched.until_has(&format!("Authorization: Bearer {token}"));
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(&watched.path).unwrap().permissions(),
        );
        assert_eq!(mode & 0o7777, 0o640);
    }
    stop(running, "");
}

#[test]
fn each_token_is_masked_in_ci() {
    let (watched, old, new) = (Watched::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    let program = watched.watch(&server).env("GITHUB_ACTIONS", "true");
    let running = program.token_may_appear_in_stderr_mask().spawn();
    watched.until_has(&old);
    running.signal(HANGUP);
    watched.until_has(&new);
    stop(running, &format!("::add-mask::{old}\n::add-mask::{new}\n{RENEWED}"));
}

#[test]
fn first_token_may_come_from_the_cache() {
    let (watched, t) = (Watched::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let token = || watched.home.skia(["token"]).credentials().server(&server);
    token().run().ok(&format!("{t}\n"));
    let running = watched.watch(&server).spawn();
    watched.until_has(&t);
    stop(running, "");
}

#[test]
fn first_failure_has_the_exit_code_of_token() {
    let missing = "skia-auth: error: no client id and no client secret: [..]\nhint: [..]\n";
    let unused = Server::start([]).expects(0);
    let watched = Watched::new();
    let words = ["token", "--watch", "--to-file", "token"];
    watched.home.skia(words).server(&unused).run().fails(3, missing);
    for (reply, code, requests) in [
        (Reply::json(401, DOCUMENTED_401), 4, 1),
        (unavailable_reply(), 5, 3),
        (Reply::html(404, ""), 6, 1),
    ] {
        let server = Server::start([reply]).expects(requests);
        let outcome = watched.watch(&server).run();
        assert_eq!((outcome.code, watched.content()), (Some(code), String::new()), "{outcome}");
    }
    let words = ["token", "--watch", "--to-file", "missing/token"];
    let outcome = watched.home.skia(words).credentials().server(&unused).run();
    outcome.fails(7, "skia-auth: error: cannot write missing/token: no such file or directory\n");
}

#[test]
fn combinations_that_make_no_sense_are_usage_errors() {
    let (home, server) = (Home::new(), Server::start([]).expects(0));
    let run = |words: &[&str]| {
        home.skia(["token", "--watch"]).args(words).credentials().server(&server).run()
    };
    let help = "hint: skia-auth token --help\n";
    run(&[]).fails(2, &format!("skia-auth: error: --to-file is missing\n{help}"));
    let offline = "skia-auth: error: --watch cannot be used with --offline\n";
    run(&["--to-file", "token", "--offline"]).fails(2, &format!("{offline}{help}"));
    run(&["--to-file", "token", "--client-secret-file", "-"]).fails(
        2,
        "skia-auth: error: --watch reads the client secret again, and standard input only once\n\
         hint: name a file: --client-secret-file PATH\n",
    );
    // As bash makes it of `<(…)`.
    run(&["--to-file", "token", "--client-secret-file", "/dev/fd/63"]).fails(
        2,
        "skia-auth: error: --watch reads the client secret again, and an open descriptor only once\n\
         hint: name a file: --client-secret-file PATH\n",
    );
    let program = home.skia(["token", "--watch", "--to-file", "token"]).at(&server);
    program.env("SKIA_CLIENT_ID", "x").env("SKIA_CLIENT_SECRET_FILE", "/dev/fd/63").run().fails(
        2,
        "skia-auth: error: --watch reads the client secret again, and an open descriptor only once\n\
         hint: name a file: --client-secret-file PATH\n",
    );
    run(&["--to-file", "token", "--config", "/dev/fd/63"]).fails(
        2,
        "skia-auth: error: --watch reads the configuration file again, and an open descriptor only \
         once\nhint: name a file: --config FILE\n",
    );
}

#[test]
fn token_without_an_expiry_cannot_be_watched() {
    let (watched, t) = (Watched::new(), register_token("opaque-token-without-any-expiry"));
    let body = format!(r#"{{"Token":"{t}","Status":0}}"#);
    let server = Server::start([Reply::json(200, body)]);
    watched.watch(&server).run().fails(
        6,
        "skia-auth: error: the expiry of the token is unknown, so that it cannot be renewed in time\n",
    );
    assert_eq!(watched.content(), "");
}

#[test]
fn sandbox_can_be_watched() {
    let watched = Watched::new();
    let words = ["token", "--watch", "--sandbox", "--to-file", "token"];
    let running = watched.home.skia(words).spawn();
    until("the file has a token", || watched.content().starts_with("ey"));
    let first = watched.content();
    thread::sleep(Duration::from_millis(1100));
    running.signal(HANGUP);
    until("the file has another token", || watched.content() != first);
    let note = "skia-auth: sandbox token: not valid at Skia\n";
    stop(running, &format!("{note}{note}{RENEWED}"));
}

#[cfg(target_os = "linux")]
fn abstract_socket() -> Option<(String, UnixDatagram)> {
    use std::os::linux::net::SocketAddrExt;
    let name = format!("skia-auth-test-{}", std::process::id());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    Some((format!("@{name}"), UnixDatagram::bind_addr(&address).unwrap()))
}

#[cfg(not(target_os = "linux"))]
fn abstract_socket() -> Option<(String, UnixDatagram)> {
    None
}

#[test]
fn service_manager_is_notified() {
    let watched = Watched::new();
    let path = watched.home.root().join("notify");
    let named = (path.display().to_string(), UnixDatagram::bind(&path).unwrap());
    for (name, socket) in [named].into_iter().chain(abstract_socket()) {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let issuer = Issuer::start(24 * 3600);
        let program = watched.watch(&issuer.server).env("SKIA_NO_CACHE", "1");
        let running = program.env("NOTIFY_SOCKET", name).spawn();
        let received = || {
            let mut buffer = [0; 200];
            let length = socket.recv(&mut buffer).unwrap();
            String::from_utf8(buffer[..length].to_vec()).unwrap()
        };
        let is_status = |text: &str| {
            let instant = text.strip_prefix("STATUS=valid until ");
            instant.is_some_and(|instant| instant.parse::<Timestamp>().is_ok())
        };
        let first = received();
        assert!(first.strip_prefix("READY=1\n").is_some_and(is_status), "{first}");
        running.signal(HANGUP);
        let second = received();
        assert!(is_status(&second), "{second}");
        stop(running, RENEWED);
    }
}

#[test]
fn missing_service_manager_is_not_an_error() {
    let (watched, t) = (Watched::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let running = watched.watch(&server).env("NOTIFY_SOCKET", "/no/such/socket").spawn();
    watched.until_has(&t);
    stop(running, "");
}

#[test]
fn refusal_of_a_renewal_ends_at_once_with_4() {
    let (watched, t) = (Watched::new(), live_token());
    let server = Server::start([live_reply(&t), Reply::json(401, DOCUMENTED_401)]).expects(2);
    let running = watched.watch(&server).spawn();
    watched.until_has(&t);
    running.signal(HANGUP);
    running.wait().fails(
        4,
        "skia-auth: error: 127.0.0.1 refused the credentials (HTTP 401)\n\
         server: Invalid Credentials\nhint: check the client id [..]\n",
    );
    assert_eq!(watched.content(), format!("{t}\n"));
}

#[test]
fn other_failures_of_a_renewal_end_with_their_code() {
    for code in [6, 7] {
        let (watched, t) = (Watched::new(), live_token());
        // A file that cannot be written is noticed before the login.
        let server = Server::start([live_reply(&t), Reply::html(404, "")]);
        let server = server.expects(if code == 6 { 2 } else { 1 });
        let directory = watched.home.work().join("run");
        watched.home.declare_output("run");
        fs::create_dir(&directory).unwrap();
        let words = ["token", "--watch", "--to-file", "run/token"];
        let running = watched.home.skia(words).credentials().server(&server).spawn();
        until("the file has a token", || directory.join("token").exists());
        if code == 7 {
            fs::remove_dir_all(&directory).unwrap();
        }
        running.signal(HANGUP);
        let outcome = running.wait();
        assert_eq!(outcome.code, Some(code), "{outcome}");
    }
}

#[test]
fn outage_ends_with_5_when_the_token_expires() {
    let (watched, t) = (Watched::new(), token_expiring_in(6));
    let server = Server::start([live_reply(&t), unavailable_reply()]).expects_any();
    let began = Instant::now();
    let outcome = watched.watch(&server).run();
    outcome.fails(
        5,
        "skia-auth: warning: 127.0.0.1 is not available (HTTP 503), after 3 attempts: \
         trying again, the token is valid for [..] s\n\
         skia-auth: error: the token has expired: \
         127.0.0.1 is not available (HTTP 503), after 3 attempts\n\
         hint: skia-auth doctor\n",
    );
    assert!(began.elapsed() >= Duration::from_secs(5));
    assert_eq!(watched.content(), format!("{t}\n"));
}

#[test]
fn outage_is_outlasted_and_reported_once() {
    let (watched, old, new) = (Watched::new(), token_expiring_in(60), live_token());
    let down = [(); 6].map(|()| unavailable_reply());
    let script = [live_reply(&old)].into_iter().chain(down).chain([live_reply(&new)]);
    let server = Server::start(script).expects(8);
    let running = watched.watch(&server).spawn();
    watched.until_has(&old);
    running.signal(HANGUP);
    watched.until_has(&new);
    let warning = "skia-auth: warning: 127.0.0.1 is not available (HTTP 503), after 3 attempts: \
                   trying again, the token is valid for [..]\n";
    stop(running, &format!("{warning}{RENEWED}"));
}

#[test]
fn settings_and_secret_are_read_again_for_each_login() {
    let watched = Watched::new();
    let changed = "another-secret-of-the-integration";
    watched.home.declare_secret(changed);
    let secret = watched.home.file("secret", SECRET);
    let config = |id: &str| {
        let path = watched.home.config().join("skia-auth/config.toml");
        let secret = secret.display();
        let text = format!("client_id = \"{id}\"\nclient_secret_file = \"{secret}\"\n");
        if path.exists() {
            fs::write(path, text).unwrap()
        } else {
            watched.home.write_config(&text);
        }
    };
    config("first");
    let tokens = [(); 2].map(|()| live_token());
    let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(2);
    let program = watched.home.skia(["token", "--watch", "--to-file", "token"]).at(&server);
    let running = program.spawn();
    watched.until_has(&tokens[0]);
    fs::write(&secret, changed).unwrap();
    config("second");
    running.signal(HANGUP);
    watched.until_has(&tokens[1]);
    stop(running, RENEWED);
    let sent: Vec<_> = server.requests().iter().map(Request::json).collect();
    assert_eq!((&sent[0]["ClientId"], &sent[0]["ClientSecret"]), (&"first".into(), &SECRET.into()));
    assert_eq!(
        (&sent[1]["ClientId"], &sent[1]["ClientSecret"]),
        (&"second".into(), &changed.into())
    );
}

/// A configuration whose secret is printed by this shell command.
fn secret_command(home: &Home, script: &str) {
    home.file("secret", SECRET);
    home.write_config(&format!(
        "client_id = \"{CLIENT_ID}\"\nclient_secret_command = [\"sh\", \"-c\", '{script}']\n"
    ));
}

#[test]
fn signals_mean_the_same_after_a_secret_command() {
    for signal in [TERMINATE, INTERRUPT] {
        let watched = Watched::new();
        secret_command(&watched.home, "cat secret");
        let tokens = [(); 2].map(|()| live_token());
        let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(2);
        let words = ["token", "--watch", "--to-file", "token"];
        let running = watched.home.skia(words).at(&server).spawn();
        watched.until_has(&tokens[0]);
        running.signal(HANGUP);
        watched.until_has(&tokens[1]);
        running.signal(signal);
        running.wait().assert(0, "", RENEWED);
    }
}

#[test]
fn signals_during_a_secret_command() {
    let (watched, t) = (Watched::new(), live_token());
    watched.home.declare_foreign(watched.home.work());
    secret_command(
        &watched.home,
        "echo $$ >started; while ! [ -e go ]; do sleep 0.01; done; cat secret",
    );
    let server = Server::start([live_reply(&t)]).expects(2);
    let words = ["token", "--watch", "--to-file", "token"];
    let running = watched.home.skia(words).at(&server).spawn();
    let [started, go] = ["started", "go"].map(|name| watched.home.work().join(name));
    let command = || fs::read_to_string(&started).ok().filter(|text| text.ends_with('\n'));
    until("the command has started", || command().is_some());
    // The command goes on, and the orders cause one login after the first token.
    for _ in 0..100 {
        running.signal(HANGUP);
    }
    fs::remove_file(&started).unwrap();
    File::create(&go).unwrap();
    server.wait_for_requests(2);
    fs::remove_file(&go).unwrap();
    fs::remove_file(&started).unwrap();
    running.signal(HANGUP);
    until("the command has started again", || command().is_some());
    let process = format!("/proc/{}", command().unwrap().trim());
    let sent = Instant::now();
    stop(running, RENEWED);
    assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
    until("the command has ended", || !Path::new(&process).exists());
}

#[test]
fn login_in_progress_does_not_delay_the_end() {
    let (watched, t) = (Watched::new(), live_token());
    let server = Server::start([live_reply(&t), Reply::hang()]).expects(2);
    let running = watched.watch(&server).spawn();
    watched.until_has(&t);
    running.signal(HANGUP);
    server.wait_for_requests(2);
    let sent = Instant::now();
    stop(running, "");
    assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
    assert_eq!(watched.content(), format!("{t}\n"));
}

#[test]
fn reader_of_stderr_that_hangs_delays_neither_renewals_nor_the_end() {
    let (watched, tokens) = (Watched::new(), [(); 3].map(|()| live_token()));
    let replies = tokens.each_ref().map(|token| live_reply(token));
    let refusal = Reply::json(401, DOCUMENTED_401);
    let server = Server::start(replies.into_iter().chain([refusal])).expects(4);
    let (_reader, stderr) = UnixStream::pair().unwrap();
    stderr.set_nonblocking(true).unwrap();
    while (&stderr).write(&[b'.'; 1024]).is_ok() {}
    stderr.set_nonblocking(false).unwrap();
    let running = watched.watch(&server).stderr_to(OwnedFd::from(stderr)).spawn();
    watched.until_has(&tokens[0]);
    for token in &tokens[1..] {
        running.signal(HANGUP);
        watched.until_has(token);
    }
    running.signal(HANGUP);
    assert_eq!(running.wait().code, Some(4));
}

#[test]
fn stderr_that_is_closed_is_no_error() {
    for close in [Program::stderr_closed, Program::stderr_reader_gone] {
        let (watched, tokens) = (Watched::new(), [(); 3].map(|()| live_token()));
        let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(3);
        let running = close(watched.watch(&server)).spawn();
        watched.until_has(&tokens[0]);
        for token in &tokens[1..] {
            running.signal(HANGUP);
            watched.until_has(token);
        }
        stop(running, "");
    }
}

#[test]
fn file_that_was_deleted_or_replaced_by_a_link_is_written_again() {
    let (watched, tokens) = (Watched::new(), [(); 3].map(|()| live_token()));
    let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(3);
    let other = watched.home.file("other", "another file");
    let running = watched.watch(&server).spawn();
    watched.until_has(&tokens[0]);
    fs::remove_file(&watched.path).unwrap();
    running.signal(HANGUP);
    watched.until_has(&tokens[1]);
    fs::remove_file(&watched.path).unwrap();
    symlink(&other, &watched.path).unwrap();
    running.signal(HANGUP);
    watched.until_has(&tokens[2]);
    assert!(fs::symlink_metadata(&watched.path).unwrap().is_file());
    assert_eq!(fs::read_to_string(other).unwrap(), "another file");
    stop(running, &RENEWED.repeat(2));
}

#[test]
fn directory_in_place_of_the_file_ends_with_7_before_a_login() {
    let (watched, t) = (Watched::new(), live_token());
    watched.home.declare_foreign("token");
    let server = Server::start([live_reply(&t)]);
    let running = watched.watch(&server).spawn();
    watched.until_has(&t);
    fs::remove_file(&watched.path).unwrap();
    fs::create_dir(&watched.path).unwrap();
    running.signal(HANGUP);
    running.wait().fails(7, "skia-auth: error: cannot write token: it is a directory\n");
}

#[test]
fn cache_that_vanished_is_made_again() {
    let (watched, old, new) = (Watched::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    let running = watched.watch(&server).spawn();
    watched.until_has(&old);
    fs::remove_dir_all(watched.home.cache()).unwrap();
    running.signal(HANGUP);
    watched.until_has(&new);
    stop(running, RENEWED);
    watched.home.skia(["token"]).credentials().server(&server).run().ok(&format!("{new}\n"));
}

#[test]
fn watcher_that_is_restarted_takes_the_cached_token() {
    let (watched, t) = (Watched::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(1);
    for _ in 0..5 {
        let running = watched.watch(&server).spawn();
        watched.until_has(&t);
        running.signal(KILL);
        running.wait();
        fs::remove_file(&watched.path).unwrap();
    }
}

#[test]
fn watcher_that_was_stopped_for_longer_than_a_token_lives_logs_in_again() {
    let (watched, issuer) = (Watched::new(), Issuer::start(3));
    let running = watched.watch(&issuer.server).spawn();
    until("the first token", || !watched.content().is_empty());
    running.signal(STOP);
    let stopped_at = issuer.logins();
    thread::sleep(Duration::from_millis(3100));
    running.signal(CONTINUE);
    until("a new token", || issuer.position(watched.content().trim_end()) >= Some(stopped_at));
    running.signal(TERMINATE);
    assert_eq!(running.wait().code, Some(0));
}

/// Fifty watchers share a cache. Each renews twice.
#[test]
fn watchers_share_one_login_per_renewal() {
    const WATCHERS: usize = 50;
    let (home, issuer) = (Home::new(), Issuer::start(9));
    let names: Vec<_> = (0..WATCHERS).map(|number| format!("token-{number}")).collect();
    names.iter().for_each(|name| home.declare_output(name));
    let start = |name: &String| {
        // With the default of 5 minutes, no cached token of 9 s would do.
        let words = ["token", "--watch", "-q", "--min-ttl", "1s", "--to-file"];
        home.skia(words).arg(name).credentials().server(&issuer.server).spawn()
    };
    let running: Vec<_> = names.iter().map(start).collect();
    let position = |name: &String| {
        let content = fs::read_to_string(home.work().join(name)).unwrap_or_default();
        issuer.position(content.trim_end())
    };
    until("all have renewed twice", || names.iter().all(|name| position(name) >= Some(2)));
    let issued: Vec<_> = issuer.issued.lock().unwrap().iter().map(|(at, _)| *at).collect();
    for running in running {
        running.signal(TERMINATE);
        running.wait().ok("");
    }
    // Two thirds of 9 s, minus 5 % of it, measured in whole seconds.
    for pair in issued.windows(2) {
        assert!(pair[1] - pair[0] > Duration::from_millis(4500), "{issued:?}");
    }
}

/// What a process holds: resident memory that no file backs, in KiB; descriptors; threads; children.
fn holdings(pid: i32) -> (u64, [usize; 3]) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let memory = memory.trim().trim_end_matches(" kB").parse().unwrap();
    let count = |name: &str| fs::read_dir(format!("/proc/{pid}/{name}")).unwrap().count();
    let tasks: Vec<_> = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten().collect();
    let children = tasks.iter().map(|task| {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children.split_whitespace().count()
    });
    (memory, [count("fd"), tasks.len(), children.sum()])
}

#[test]
fn two_hundred_renewals_leave_nothing_behind() {
    const RENEWALS: usize = 200;
    let (watched, issuer) = (Watched::new(), Issuer::start(24 * 3600));
    secret_command(&watched.home, "cat secret");
    let words = ["token", "--watch", "--to-file", "token"];
    let running = watched.home.skia(words).at(&issuer.server).spawn();
    let renewed = |count: usize| {
        until("the renewal", || issuer.position(watched.content().trim_end()) == Some(count));
    };
    renewed(0);
    let renew = |count: usize| {
        running.signal(HANGUP);
        renewed(count);
    };
    renew(1);
    let steady = |expected: Option<[usize; 3]>| {
        // The thread that reads the command's output may not have ended yet.
        let mut last = holdings(running.pid());
        wait_until(Duration::from_secs(2), || {
            last = holdings(running.pid());
            expected.is_none_or(|expected| expected == last.1) && last.1[2] == 0
        });
        last
    };
    thread::sleep(Duration::from_millis(200));
    let (before, held) = steady(None);
    (2..=RENEWALS).for_each(renew);
    let (after, holds) = steady(Some(held));
    assert_eq!(holds, held, "descriptors, threads, children");
    assert!(after <= before + 256, "{before} KiB after the first renewal, {after} KiB at the end");
    stop(running, &RENEWED.repeat(RENEWALS));
}

/// libfaketime, which shifts the clock of a program that is linked dynamically. Its file holds the
/// shift.
struct FakeClock {
    library: PathBuf,
    shift: PathBuf,
}

impl FakeClock {
    #[allow(clippy::print_stderr, reason = "reports a skipped test")]
    fn find(home: &Home) -> Option<Self> {
        let libraries = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let library = libraries
            .map(|directory| directory.path().join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.exists());
        let program = fs::read(env!("CARGO_BIN_EXE_skia-auth")).unwrap();
        let is_dynamic = program.windows(9).any(|word| word == b"libc.so.6");
        assert!(
            library.is_some() || std::env::var_os("CI").is_none(),
            "libfaketime is not installed"
        );
        let Some(library) = library.filter(|_| is_dynamic) else {
            eprintln!("skipped: libfaketime is not installed, or the program is static");
            return None;
        };
        let clock = Self { library, shift: home.file("shift", "+0") };
        Some(clock)
    }

    fn of(&self, program: Program) -> Program {
        program
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.shift)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("FAKETIME_DONT_RESET", "1")
    }

    fn set(&self, shift: &str) {
        let new = self.shift.with_extension("new");
        fs::write(&new, shift).unwrap();
        fs::rename(new, &self.shift).unwrap();
    }
}

#[test]
fn token_of_a_login_during_a_clock_step_is_not_used() {
    let watched = Watched::new();
    let Some(clock) = FakeClock::find(&watched.home) else { return };
    watched.home.declare_foreign(watched.home.work());
    let clock = Arc::new(clock);
    let (tokens, stepping) = ([(); 3].map(|()| live_token()), Arc::clone(&clock));
    let during = live_reply(&tokens[1]);
    let step = Reply::with(move |_| {
        stepping.set("+3600");
        during.clone()
    });
    let script = [live_reply(&tokens[0]), step, live_reply(&tokens[2])];
    let server = Server::start(script).expects(3);
    let running = clock.of(watched.watch(&server)).spawn();
    watched.until_has(&tokens[0]);
    running.signal(HANGUP);
    watched.until_has(&tokens[2]);
    let warning = "skia-auth: warning: the clock of this machine is [..] ahead of the server's\n";
    stop(running, &format!("{warning}{warning}{RENEWED}"));
}

#[test]
fn clock_step_is_noticed_and_causes_a_login() {
    let watched = Watched::new();
    let Some(clock) = FakeClock::find(&watched.home) else { return };
    watched.home.declare_foreign(watched.home.work());
    let tokens = [(); 3].map(|()| live_token());
    let server = Server::start(tokens.each_ref().map(|token| live_reply(token))).expects(3);
    let running = clock.of(watched.watch(&server)).spawn();
    watched.until_has(&tokens[0]);
    for (shift, token) in [("+3600", &tokens[1]), ("-7200", &tokens[2])] {
        clock.set(shift);
        watched.until_has(token);
    }
    let warning = |how: &str| {
        format!("skia-auth: warning: the clock of this machine is {how} the server's\n{RENEWED}")
    };
    stop(running, &(warning("[..] ahead of") + &warning("[..] behind")));
}

/// Reads the file again and again until it is stopped. Returns every token that it has seen, or
/// panics at a file that is missing, torn or expired.
struct Reader {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<BTreeSet<String>>,
}

impl Reader {
    fn start(path: &Path, issuer: &Issuer) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let (path, stopped) = (path.to_owned(), Arc::clone(&stop));
        let issued = Arc::clone(&issuer.issued);
        let thread = thread::spawn(move || {
            let mut seen = BTreeSet::new();
            while !stopped.load(Ordering::SeqCst) {
                let content = fs::read_to_string(&path).expect("the file is missing");
                let token = content.strip_suffix('\n').expect("the file is torn").to_owned();
                let age = {
                    let issued = issued.lock().unwrap();
                    let found = issued.iter().find(|(_, known)| *known == token);
                    found.expect("the file is torn").0.elapsed()
                };
                assert!(age < Duration::from_secs(9), "the file has expired: {age:?}");
                seen.insert(token);
                thread::sleep(Duration::from_millis(1));
            }
            seen
        });
        Self { stop, thread }
    }

    fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

#[test]
fn reader_sees_a_valid_token_through_outage_clock_step_and_restart() {
    let (watched, issuer) = (Watched::new(), Issuer::start(9));
    watched.home.declare_foreign(watched.home.work());
    let clock = FakeClock::find(&watched.home);
    let start = || {
        let program = watched.watch(&issuer.server);
        clock.iter().fold(program, |program, clock| clock.of(program)).spawn()
    };
    let running = start();
    until("the first token", || !watched.content().is_empty());
    let reader = Reader::start(&watched.path, &issuer);
    issuer.until_logins(2);

    // An outage at the time of the next renewal.
    issuer.set_down(true);
    let requests = issuer.server.requests().len();
    // Three attempts fail, and a second later the next one.
    issuer.server.wait_for_requests(requests + 4);
    issuer.set_down(false);
    issuer.until_logins(3);

    let is_written = |position| issuer.position(watched.content().trim_end()) >= Some(position);
    until("the third token", || is_written(2));
    if let Some(clock) = &clock {
        clock.set("+3600");
        until("the fourth token", || is_written(3));
    }

    let before = issuer.logins();
    until("the last token", || is_written(before - 1));
    running.signal(KILL);
    let killed = running.wait();
    let running = start();
    issuer.until_logins(before + 1);
    until("the last token", || is_written(before + 1));
    running.signal(TERMINATE);
    let ended = running.wait();

    assert!(reader.stop().len() >= 5);
    assert!(killed.stderr.contains("HTTP 503"), "{killed}");
    let renewals = |outcome: &Outcome| outcome.stderr.matches("renewed: ").count();
    // The kill can come between the file and its line.
    let expected = 2 + renewals(&killed) + renewals(&ended);
    assert!((expected..=expected + 1).contains(&issuer.logins()), "{killed}{ended}");
    assert_eq!(ended.code, Some(0), "{ended}");
}
