//! `doctor`: what it finds, what it advises, and what it leaves alone.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;

use jiff::{SignedDuration, Timestamp};

use crate::support::*;

/// The server's answer to a question that carries no credentials.
fn not_allowed() -> Reply {
    Reply::json(405, "")
}

/// The line for what is not looked at on Windows.
const FILE_ACCESS: &str = if cfg!(windows) {
    "- file access    not checked: icacls FILE shows who can access a file\n"
} else {
    ""
};

/// What stands at the top when everything comes from the environment.
fn top(base_url: &str) -> String {
    format!(
        "✓ configuration  [..]config.toml (no such file): the environment alone\n\
         {FILE_ACCESS}✓ base URL       {base_url} (from SKIA_BASE_URL)\n\
         ✓ credentials    client id from SKIA_CLIENT_ID[..], client secret (27 characters) from SKIA_CLIENT_SECRET\n\
         ✓ cache          in [..]skia-auth\n"
    )
}

/// The same, up to the connection with a server on this machine.
fn connected(server: &Server) -> String {
    let port = server.port();
    format!(
        "{}✓ proxy          direct (a loopback address)\n\
         ✓ DNS            127.0.0.1 has 1 address\n\
         ✓ TCP            connected to 127.0.0.1:{port}\n",
        top(&server.base_url())
    )
}

fn doctor(home: &Home, server: &Server) -> Program {
    home.skia(["doctor"]).credentials().server(server).allow_partial_stdout()
}

fn no_login(server: &Server) {
    assert!(server.requests().iter().all(|request| request.method != "POST"));
    assert!(!server.received().windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()));
}

#[test]
fn healthy_way_is_reported_whole_and_nobody_logs_in() {
    let home = Home::new();
    let server = Server::start([not_allowed()]).expects(2);
    let expected = format!(
        "{}✓ endpoint       {}/Auth/Login answers\n✓ clock          [..] s from the server's\nall 9 checks passed\n",
        connected(&server),
        server.base_url()
    );
    doctor(&home, &server).run().ok(&expected);
    // The report says it all: nothing is told twice.
    doctor(&home, &server).arg("-vvv").run().ok(&expected);
    no_login(&server);
    assert!(home.cache_files().is_empty());
}

#[test]
fn json_report_has_the_same_checks() {
    let home = Home::new();
    let server = Server::start([Reply::json(503, "")]);
    let outcome = doctor(&home, &server).args(["-o", "json"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(5), ""), "{outcome}");
    let report = outcome.json();
    let checks = report["checks"].as_array().unwrap();
    let mut told: Vec<_> =
        checks.iter().map(|check| (check["name"].as_str().unwrap(), check["ok"] == true)).collect();
    // Not checked on Windows, so no check of its own.
    told.retain(|(name, _)| *name != "file access");
    let expected = ["configuration", "base URL", "credentials", "cache", "proxy", "DNS", "TCP"]
        .map(|name| (name, true));
    assert_eq!(told, [&expected[..], &[("endpoint", false), ("clock", true)]].concat());
    for check in checks {
        assert_eq!(
            check.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["detail", "fix", "name", "ok"]
        );
        assert!(check["detail"].is_string());
        assert_eq!(check["fix"].is_null(), check["ok"] != false, "{check}");
    }
    no_login(&server);
}

#[test]
fn way_through_a_proxy_is_checked_and_its_password_not_shown() {
    let (home, ca) = (Home::new(), Ca::new("Test CA"));
    let ca_file = ca.pem_file(&home);
    let server = Server::tls(&ca.issue(["api.skia.test"]), [not_allowed()]);
    let proxy = Proxy::to(&server);
    home.declare_secret("proxy-password");
    let program =
        home.skia(["doctor", "--ca-cert"]).arg(ca_file).credentials().allow_partial_stdout();
    let program = program.env("SKIA_BASE_URL", "https://api.skia.test/api");
    let port = proxy.port();
    program.env("HTTPS_PROXY", proxy.url_with("user", "proxy-password")).run().ok(&format!(
        "{}✓ proxy          through the proxy 127.0.0.1:{port} (HTTPS_PROXY)\n\
         ✓ DNS            127.0.0.1 has 1 address\n\
         ✓ TCP            connected to 127.0.0.1:{port}\n\
         ✓ tunnel         the proxy 127.0.0.1:{port}[..] established the tunnel\n\
         ✓ TLS            TLS 1.3, certificate issued by [..]Test CA[..], trusted by [..]\n\
         ✓ endpoint       https://api.skia.test/api/Auth/Login answers\n\
         ✓ clock          [..] s from the server's\n\
         all 11 checks passed\n",
        top("https://api.skia.test/api")
    ));
    no_login(&server);
}

#[test]
fn proxy_that_inspects_tls_is_named_with_the_way_to_trust_it() {
    let (home, ca) = (Home::new(), Ca::new("Example Inspection CA"));
    let server = Server::tls(&ca.issue(["api.skia.test"]), []).expects(0);
    let proxy = Proxy::to(&server);
    let program = home.skia(["doctor"]).credentials().allow_partial_stdout();
    let program =
        program.env("SKIA_BASE_URL", "https://api.skia.test/api").env("HTTPS_PROXY", proxy.url());
    program.run().assert(
        6,
        &format!(
            "{}✓ proxy          through the proxy [..]\n✓ DNS[..]\n✓ TCP[..]\n✓ tunnel[..]\n\
             ✗ TLS            [..]Example Inspection CA[..]\n                 fix: [..]--ca-cert[..]\n1 of 9 checks failed; exit code 6\n",
            top("https://api.skia.test/api")
        ),
        "",
    );
    no_login(&server);
}

#[test]
fn proxy_that_refuses_is_told_apart_from_the_server() {
    let home = Home::new();
    let proxy = Proxy::refusing(407);
    let program = home.skia(["doctor"]).credentials().allow_partial_stdout();
    let program =
        program.env("SKIA_BASE_URL", "https://api.skia.test/api").env("HTTPS_PROXY", proxy.url());
    program.run().assert(
        6,
        "...\n✓ TCP[..]\n✗ tunnel[..]407[..]\n[..]fix: [..]\n1 of 8 checks failed; exit code 6\n",
        "",
    );
}

#[test]
fn unusable_proxy_ends_the_checks() {
    let program = Home::new().skia(["doctor"]).credentials().allow_partial_stdout();
    let program = program.env("HTTPS_PROXY", "ftp://user:hidden@proxy.test");
    let outcome = program.run();
    outcome.assert(
        3,
        "...\n✗ proxy[..]HTTPS_PROXY[..]\n[..]fix: [..]\n1 of 5 checks failed; exit code 3\n",
        "",
    );
    assert!(!outcome.stdout().contains("hidden"));
}

#[test]
fn wrong_base_url_is_noticed_with_the_right_one_as_the_fix() {
    let home = Home::new();
    let server = Server::start([Reply::html(404, "<html>no such page</html>")]);
    let base_url = server.base_url().replace("/api", "");
    let program = doctor(&home, &server).env("SKIA_BASE_URL", &base_url);
    let outcome = program.run();
    outcome.assert(
        6,
        "...\n✗ endpoint       [..]\n[..]fix: [..]/api[..]\n✓ clock[..]\n[..] checks [..]\n",
        "",
    );
    no_login(&server);
}

#[test]
fn redirect_is_told_with_where_it_points() {
    let home = Home::new();
    let server = Server::start([
        Reply::json(308, "").header("Location", "https://elsewhere.test/api/Auth/Login")
    ]);
    doctor(&home, &server).run().assert(
        6,
        "...\n✗ endpoint       127.0.0.1 answered with a redirect (HTTP 308), which is not followed\n[..]fix: the redirect points to \
         https://elsewhere.test: [..]\n✓ clock[..]\n[..] checks [..]\n",
        "",
    );
    no_login(&server);
}

#[test]
fn page_for_people_is_not_the_endpoint() {
    let home = Home::new();
    let server = Server::start([Reply::html(200, "<html>Sign in to the network</html>")]);
    doctor(&home, &server).run().assert(
        6,
        "...\n✗ endpoint       [..]\n[..]fix: [..]\n✓ clock[..]\n[..] checks [..]\n",
        "",
    );
    no_login(&server);
}

#[test]
fn endpoint_that_answers_in_its_own_way_is_one() {
    for reply in [Reply::json(200, "{}"), Reply::json(400, ""), Reply::json(401, "")] {
        let (home, server) = (Home::new(), Server::start([reply]));
        doctor(&home, &server).run().ok(
            "...\n✓ endpoint       [..]/api/Auth/Login answers\n✓ clock[..]\n[..] checks [..]\n",
        );
    }
}

#[test]
fn clock_two_hours_off_is_told_with_its_direction() {
    for (hours, direction) in [(2, "behind"), (-2, "ahead of")] {
        let home = Home::new();
        let date = Timestamp::now() + SignedDuration::from_hours(hours);
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let server = Server::start([not_allowed().header("Date", &date)]);
        let expected = format!(
            "...\n✓ endpoint[..]\n✗ clock          the clock of this machine is [..] {direction} the server's\n\
             [..]fix: set the clock, for instance: [..]\n1 of 9 checks failed; exit code 3\n"
        );
        doctor(&home, &server).run().assert(3, &expected, "");
    }
}

#[cfg(unix)]
#[test]
fn file_that_others_can_read_is_told_with_the_command_that_mends_it() {
    let home = Home::new();
    let path = home.write_config(&format!("client_id = 'x'\nclient_secret = '{SECRET}'\n"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let server = Server::start([not_allowed()]);
    let path = path.display();
    home.skia(["doctor"]).at(&server).allow_partial_stdout().run().assert(
        3,
        &format!(
            "✓ configuration  {path}, profile \"default\"\n\
             ✗ file mode      other users can read the secret in {path}\n                 fix: chmod go-rwx {path}\n\
             ✓ base URL[..]\n✓ credentials[..]\n...\n✓ clock[..]\n[..] checks [..]\n"
        ),
        "",
    );
    no_login(&server);
}

#[cfg(unix)]
#[test]
fn what_is_configured_is_told_as_it_is() {
    type Change = fn(&Home, Program) -> Program;
    let rows: [(Change, &str); 5] = [
        (
            |home, program| {
                let file = home.write_config("client_id = 'x'\n").display().to_string();
                program.env("SKIA_CONFIG", file)
            },
            "...\n✓ file mode      other users cannot read a secret there\n...\n",
        ),
        (
            |_, program| program.env_remove("XDG_CONFIG_HOME").env("HOME", "relative"),
            "✓ configuration  no place for a file: the environment alone\n...\n",
        ),
        (
            |_, program| program.env("SKIA_CLIENT_SECRET", "x"),
            "...\n✓ credentials[..](1 character) from [..]\n...\n",
        ),
        (
            |_, program| program.env("SKIA_CLIENT_SECRET", "a-secret "),
            "...\n✓ credentials[..](9 characters) from SKIA_CLIENT_SECRET; it ends with white space\n...\n",
        ),
        (
            |_, program| program.env("SKIA_NO_CACHE", "1"),
            "...\n✓ cache          off (SKIA_NO_CACHE is set)\n...\n",
        ),
    ];
    for (change, expected) in rows {
        let home = Home::new();
        let server = Server::start([not_allowed()]);
        change(&home, doctor(&home, &server)).run().ok(expected);
    }
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let missing = doctor(&home, &server).args(["--ca-cert", "nowhere.pem"]).run();
    missing.assert(
        3,
        "...\n✗ certificates   [..]nowhere.pem[..]\n[..]fix: [..]\n1 of 6 checks failed; exit code 3\n",
        "",
    );
}

#[test]
fn server_that_hangs_up_fails_at_the_endpoint() {
    let home = Home::new();
    let server = Server::start([Reply::raw("")]);
    doctor(&home, &server).run().assert(
        5,
        "...\n✓ TCP[..]\n✗ endpoint       [..]\n                 fix: check the network, the proxy and the firewall; \
         then try again\n[..] checks failed; exit code 5\n",
        "",
    );
}

#[test]
fn server_without_a_clock_is_no_fault() {
    let home = Home::new();
    // The second one was never set: a login does not rely on it either.
    let never_set = not_allowed().without_date().header("Date", "Thu, 01 Jan 1970 00:00:07 GMT");
    for reply in [not_allowed().without_date(), never_set] {
        let server = Server::start([reply]);
        doctor(&home, &server).run().ok(
            "...\n✓ clock          not compared: the reply has no valid Date\nall 9 checks passed\n",
        );
    }
}

#[test]
fn login_with_a_token_that_is_over_is_accepted_all_the_same() {
    let home = Home::new();
    let server = Server::start([not_allowed(), live_reply(&token_expiring_in(-60))]).expects(2);
    doctor(&home, &server)
        .arg("--login")
        .run()
        .ok("...\n✓ login          accepted\nall 10 checks passed\n");
}

#[test]
fn reply_that_is_not_understood_is_a_matter_of_the_address() {
    let home = Home::new();
    let server = Server::start([not_allowed(), Reply::json(200, "[]")]).expects(2);
    doctor(&home, &server).arg("--login").run().assert(
        6,
        "...\n✗ login          the reply of 127.0.0.1 is not the documented JSON object\n\
         \x20                fix: check the base URL: skia-auth config show\n1 of 10 checks failed; exit code 6\n",
        "",
    );
}

#[test]
fn secret_of_another_origin_is_one_failure() {
    let home = Home::new();
    home.write_config(&format!("client_id = 'x'\nclient_secret = '{SECRET}'\n"));
    let server = Server::start([not_allowed()]);
    let program = home.skia(["doctor"]).env("SKIA_BASE_URL", server.base_url());
    program.allow_partial_stdout().run().assert(
        3,
        "✓ configuration[..]\n[..]file [..]\n\
         ✗ base URL       the client secret from [..] is only for https://api.skia.com.br [..]\n\
         [..]fix: to use https://api.skia.com.br: unset SKIA_BASE_URL\n\
         ✓ credentials    client id from [..], client secret (27 characters) from [..]\n\
         ...\n1 of [..] checks failed; exit code 3\n",
        "",
    );
    no_login(&server);
}

#[test]
fn secret_on_standard_input_is_read_once() {
    let port = ClosedPort::new();
    let closed = format!("http://127.0.0.1:{}/api", port.number());
    for (base_url, code) in [(closed.as_str(), 5), ("http://own.test/api", 3)] {
        let program = Home::new().skia(["doctor", "--client-secret-file", "-"]);
        let program = program.credentials().env_remove("SKIA_CLIENT_SECRET").stdin(SECRET);
        let program = program.env("SKIA_BASE_URL", base_url).allow_partial_stdout();
        let credentials = "✓ credentials    client id from [..], client secret (27 characters)[..]";
        program.run().assert(code, &format!("...\n{credentials}\n...\n"), "");
    }
}

#[test]
fn way_to_the_server_is_checked_without_credentials() {
    let home = Home::new();
    let server = Server::start([not_allowed()]).expects(2);
    let port = server.port();
    let expected = format!(
        "✓ configuration[..](no such file): the environment alone\n\
         {FILE_ACCESS}✓ base URL[..]\n\
         ✗ credentials    no client id and no client secret[..]\n[..]fix: [..]\n\
         ✓ cache[..]\n\
         ✓ proxy[..]\n✓ DNS[..]\n✓ TCP            connected to 127.0.0.1:{port}\n\
         ✓ endpoint[..]\n✓ clock[..]\n"
    );
    let doctor = || home.skia(["doctor"]).server(&server).allow_partial_stdout();
    doctor().run().assert(3, &format!("{expected}1 of 9 checks failed; exit code 3\n"), "");
    doctor().arg("--login").run().assert(
        3,
        &format!(
            "{expected}✗ login          not tried, because an earlier check failed\n\
             \x20                fix: repair what failed above\n2 of 10 checks failed; exit code 3\n"
        ),
        "",
    );
}

/// Asserts that the cache is the only check that fails.
#[track_caller]
fn cache_is_unusable(home: &Home, directory: &std::path::Path, why: &str) {
    let server = Server::start([not_allowed()]);
    doctor(home, &server).env("SKIA_CACHE_DIR", directory).run().assert(
        3,
        &format!(
            "...\n✗ cache          {} cannot be used: {why}\n\
             \x20                fix: let this user alone own and write it, or set SKIA_CACHE_DIR \
             to another directory\n...\n1 of 9 checks failed; exit code 3\n",
            directory.display()
        ),
        "",
    );
}

#[cfg(unix)]
#[test]
fn unusable_cache_is_reported_with_a_fix() {
    let home = Home::new();
    let file = home.file("file", "precious");
    cache_is_unusable(&home, &file, "it is not a directory");
    let directory = home.cache().join("directory");
    let make = |mode| {
        fs::create_dir_all(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
    };
    make(0o777);
    cache_is_unusable(&home, &directory, "other users can write to its directory");
    let link = home.cache().join("link");
    std::os::unix::fs::symlink(&directory, &link).unwrap();
    cache_is_unusable(&home, &link, "other users can write to its directory");
    make(0o700);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&directory, Some(65534), None).unwrap();
        cache_is_unusable(&home, &directory, "its directory belongs to another user");
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}

#[cfg(unix)]
#[test]
fn lock_file_of_another_user_is_reported() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t), not_allowed()]).expects(2);
    home.skia(["token"]).credentials().server(&server).run().ok(&format!("{t}\n"));
    let [lock] = &crate::cache::cache_files(&home, "lock")[..] else { panic!("one lock") };
    std::os::unix::fs::chown(lock, Some(65534), None).unwrap();
    doctor(&home, &server).run().assert(
        3,
        "...\n✗ cache          [..] cannot be used: its lock file [..].lock: it belongs to another \
         user\n[..]fix: [..]SKIA_CACHE_DIR[..]\n...\n",
        "",
    );
}

#[cfg(unix)]
#[test]
fn read_only_cache_is_reported() {
    if !crate::cache::can_mount() {
        return;
    }
    let home = Home::new();
    let server = Server::start([not_allowed()]);
    let script = "mount -t tmpfs -o ro none \"$XDG_CACHE_HOME\" && skia-auth doctor";
    let program = home.program("unshare", ["-m", "sh", "-c", script]).credentials();
    program.server(&server).allow_partial_stdout().run().assert(
        3,
        "...\n✗ cache          [..] cannot be used: read-only file system\n[..]fix: [..]\n...\n",
        "",
    );
}

#[cfg(unix)]
#[test]
fn access_to_the_secret_file_is_reported() {
    let home = Home::new();
    let path = home.file("secret", SECRET);
    let t = live_token();
    for (mode, line, warns) in [
        (0o600, "✓ secret file    other users cannot read [..]/secret\n", false),
        (0o444, "✓ secret file    other users can read [..]/secret\n", false),
        (
            0o620,
            "✗ secret file    other users can write [..]/secret\n[..]fix: chmod go-w [..]/secret\n",
            true,
        ),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let server = Server::start([not_allowed(), live_reply(&t)]).expects(2);
        let skia = |command| {
            let program = home.skia([command]).env("SKIA_CLIENT_ID", "a").server(&server);
            program.env("SKIA_CLIENT_SECRET_FILE", &path).allow_partial_stdout()
        };
        let expected = format!("...\n{line}...\n");
        skia("doctor").run().assert(if warns { 3 } else { 0 }, &expected, "");
        let warning = format!(
            "skia-auth: warning: other users can write the secret file {0}: chmod go-w {0}\n",
            path.display()
        );
        let stderr = if warns { warning.as_str() } else { "" };
        skia("login").run().assert(0, &format!("{t}\n"), stderr);
        skia("token").run().assert(0, &format!("{t}\n"), stderr);
    }
}

#[test]
fn refused_port_and_unknown_host_are_told_apart() {
    let home = Home::new();
    let run = |url: &str| {
        let program =
            home.skia(["doctor"]).credentials().env("SKIA_BASE_URL", url).allow_partial_stdout();
        program.run()
    };
    let closed = ClosedPort::new();
    run(&format!("http://127.0.0.1:{}/api", closed.number())).assert(
        5,
        "...\n✓ DNS[..]\n✗ TCP[..]connection refused[..]\n[..]fix: check the network, the proxy and the firewall; then try again\n[..] checks failed; exit code 5\n",
        "",
    );
    run(&format!("https://{NO_SUCH_HOST}/api")).assert(
        5,
        &format!(
            "...\n✗ DNS[..]{NO_SUCH_HOST}[..]\n[..]fix: [..]\n1 of 6 checks failed; exit code 5\n"
        ),
        "",
    );
}

#[test]
fn login_is_tried_only_when_asked_for() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([not_allowed(), live_reply(&token)]).expects(2);
    let outcome = doctor(&home, &server).arg("--login").run();
    outcome.ok(&format!(
        "{}...\n✓ login          accepted, with a token that is valid for [..]\nall 10 checks passed\n",
        connected(&server)
    ));
    assert!(!outcome.stdout().contains(token.rsplit('.').next().unwrap()));
    assert_eq!(server.requests()[1].method, "POST");
    assert!(home.cache_files().is_empty(), "a doctor leaves no token behind");
}

#[test]
fn refused_login_gives_its_own_exit_code() {
    let home = Home::new();
    let server = Server::start([not_allowed(), Reply::json(401, DOCUMENTED_401)]).expects(2);
    doctor(&home, &server).arg("--login").run().assert(
        4,
        "...\n✗ login          [..]refused[..]; server: Invalid Credentials\n[..]fix: [..]SKIA_CLIENT_SECRET[..]\n1 of 10 checks failed; exit code 4\n",
        "",
    );
}

#[test]
fn sandbox_has_a_healthy_way_and_needs_no_configuration() {
    let home = Home::new();
    home.write_config("this is not TOML");
    home.skia(["doctor", "--sandbox", "--login"]).env("SKIA_TIMEOUT", "nonsense").run().ok(
        "✓ configuration  none: a sandbox brings its own\n\
         ✓ base URL       http://127.0.0.1:[..]/api (from the sandbox)\n\
         ✓ proxy          direct (a loopback address)\n\
         ✓ DNS            127.0.0.1 has 1 address\n\
         ✓ TCP            connected to 127.0.0.1:[..]\n\
         ✓ endpoint       http://127.0.0.1:[..]/api/Auth/Login answers\n\
         ✓ clock          [..] s from the server's\n\
         ✓ login          accepted, with a token that is valid for [..]\n\
         all 8 checks passed\n",
    );
}

/// The report can be pasted into a ticket.
#[test]
fn token_in_the_words_of_the_server_is_shown_without_its_signature() {
    let (home, token) = (Home::new(), live_token());
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let body = format!(r#"{{"Token":null,"Status":1,"Messages":["session {token} ended"]}}"#);
    let server = Server::start([Reply::json(401, body)]).expects(3);
    let login = home.skia(["login"]).credentials().server(&server).run();
    assert!(login.stderr.contains(&format!("server: session {unsigned}.*** ended\n")), "{login}");
    let report = doctor(&home, &server).arg("--login").run().stdout();
    assert!(report.contains(&format!("server: session {unsigned}.*** ended\n")), "{report}");
}
