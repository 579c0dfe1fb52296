//! A secret stays at home: which secrets two servers see, also from nested calls and sandboxes.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::*;

const STAGING_SECRET: &str = "staging-word-of-the-file";

/// A home whose default profile has no base URL, and whose profile `staging` names a server.
fn home_with_staging(staging: &Server) -> (Home, PathBuf) {
    let home = Home::new();
    home.declare_secret(STAGING_SECRET);
    let path = home.write_config(&format!(
        "client_id = 'prod'\nclient_secret = {SECRET:?}\n[profile.staging]\nbase_url = '{}'\n\
         client_id = 'stage'\nclient_secret = '{STAGING_SECRET}'\n",
        staging.base_url()
    ));
    (home, path)
}

fn only_staging_secrets(server: &Server) {
    for request in server.requests() {
        assert_eq!(request.json()["ClientId"], "stage");
        assert_eq!(request.json()["ClientSecret"], STAGING_SECRET);
    }
}

#[cfg(unix)]
#[test]
fn environment_of_one_profile_gets_no_secret_of_another() {
    for shell in ["sh", "fish"].into_iter().filter(|shell| installed(shell)) {
        let format = if shell == "fish" { "fish | source" } else { "env" };
        for next in ["token", "token -p default", "exec -- touch ran", "login", "token --no-cache"]
        {
            let staging = Server::start([live_reply(&live_token())]);
            let (home, path) = home_with_staging(&staging);
            home.declare_shell_files();
            let export = format!("skia-auth token -p staging -o {format}");
            let script = match shell {
                "fish" => format!("{export}; skia-auth {next}"),
                _ => format!("eval \"$({export})\"; skia-auth {next}"),
            };
            let outcome = home.program(shell, ["-c", &script]).run();
            outcome.fails(
                3,
                &format!(
                    "skia-auth: error: the client secret from profile \"default\" of {path} is \
                     only for https://api.skia.com.br (the default: that profile sets no \
                     base_url), and SKIA_BASE_URL names {origin}\n\
                     hint: to use https://api.skia.com.br: unset SKIA_BASE_URL\n\
                     hint: if the secret is for {origin}: write base_url = \"{origin}/api\" into \
                     profile \"default\" of {path}\n",
                    path = path.display(),
                    origin = staging.base_url().trim_end_matches("/api"),
                ),
            );
            only_staging_secrets(&staging);
            assert!(!home.work().join("ran").exists());
        }
    }
}

#[cfg(unix)]
#[test]
fn nested_call_has_the_same_identity_or_fails() {
    let without_file = "mv $XDG_CONFIG_HOME/skia-auth/config.toml $TMPDIR/c.toml; ";
    for (before, exec, nested, code, requests) in [
        ("", "-p staging", "token", 0, 1),
        ("", "-p staging", "login", 0, 2),
        ("", "-p staging", "token -p default", 3, 1),
        ("export SKIA_CLIENT_ID=other SKIA_SCOPE=s; ", "-q -p staging --scope api", "token", 0, 1),
        ("", "-p staging --scope s", "token", 0, 1),
        (without_file, "--config $TMPDIR/c.toml -p staging", "login", 0, 2),
        ("", "-p staging --base-url $OTHER", "login", 0, 0),
        (
            "export SKIA_CLIENT_ID=env SKIA_CLIENT_SECRET=word SKIA_BASE_URL=$OTHER; ",
            "",
            "token",
            3,
            0,
        ),
    ] {
        let staging = Server::start([live_reply(&live_token())]).expects_any();
        let other = Server::start([live_reply(&live_token())]).expects_any();
        let (home, _) = home_with_staging(&staging);
        home.declare_foreign(home.root().join("tmp"));
        home.declare_foreign(home.config());
        home.declare_secret_file(home.root().join("tmp/c.toml"));
        let script = format!("{before}exec skia-auth exec {exec} -- skia-auth {nested}");
        let outcome = home.sh(&script).env("OTHER", other.base_url()).run();
        let code = if exec.contains("OTHER") { 3 } else { code };
        assert_eq!(outcome.code, Some(code), "{script}: {outcome}");
        assert_eq!(staging.requests().len(), requests, "{script}: {outcome}");
        only_staging_secrets(&staging);
        for request in other.requests() {
            assert_ne!(request.json()["ClientSecret"], SECRET, "{script}");
        }
    }
}

#[cfg(unix)]
#[test]
fn command_of_the_sandbox_gets_no_token_of_another_server() {
    let script = "echo ${SKIA_TOKEN-none} ${SKIA_TOKEN_EXPIRES_AT-none}";
    let sandbox = Home::new().skia(["sandbox", "--", "sh", "-c", script]);
    let outcome = sandbox.env("SKIA_TOKEN", "real").env("SKIA_TOKEN_EXPIRES_AT", "later").run();
    outcome.ok("none none\n");
}

#[test]
fn command_of_exec_gets_file_and_profile_only_if_a_file_was_read() {
    let staging = Server::start([live_reply(&live_token())]).expects(2);
    let home = Home::new();
    home.file("c.toml", format!("[profile.default-like]\nbase_url = '{}'\n", staging.base_url()));
    let show = shell(
        "echo ${SKIA_CONFIG-none} ${SKIA_PROFILE-none}",
        "if defined SKIA_CONFIG (echo %SKIA_CONFIG% %SKIA_PROFILE%) else (echo none none)",
    );
    let exec = |words: &[&str]| home.skia(["exec", "--no-cache"]).args(words).arg("--").args(&show);
    exec(&["--config", "c.toml"])
        .credentials()
        .server(&staging)
        .run()
        .ok(&format!("{} default{LINE_END}", home.work().join("c.toml").display()));
    exec(&[]).credentials().server(&staging).run().ok(&format!("none none{LINE_END}"));
}

#[test]
fn origin_is_scheme_host_and_port() {
    for (own, code, requests) in [
        ("http://127.0.0.1:PORT/other/path", 0, 1),
        ("http://localhost:PORT/api", 3, 0),
        ("http://127.0.0.1:1/api", 3, 0),
        ("https://127.0.0.1:PORT/api", 3, 0),
    ] {
        let server = Server::start([live_reply(&live_token())]).expects(requests + 1);
        let home = Home::new();
        let own = own.replace("PORT", &server.port().to_string());
        home.write_config(&format!(
            "client_id = 'a'\nclient_secret = {SECRET:?}\nbase_url = '{own}'\n"
        ));
        let login = || home.skia(["login"]).server(&server);
        let outcome = login().run();
        assert_eq!(outcome.code, Some(code), "{own}: {outcome}");
        let typed = login().at(&server).run();
        assert_eq!(typed.code, Some(0), "{own}: {typed}");
        home.skia(["config", "show", "-q"]).server(&server).run().ok("...\n");
    }
}

#[test]
fn secret_goes_with_the_client_id_of_its_layer() {
    let server = Server::start([live_reply(&live_token())]).expects(1);
    let (home, path) = home_with_staging(&server);
    let login = |words: &[&str]| home.skia(["login"]).args(words).env("SKIA_PROFILE", "staging");
    login(&[]).env("SKIA_CLIENT_ID", "other").run().fails(
        3,
        &format!(
            "skia-auth: error: the client secret from profile \"staging\" of {path} belongs to \
             client id \"stage\" (from profile \"staging\" of {path}), and SKIA_CLIENT_ID gives \
             client id \"other\"\n\
             hint: unset SKIA_CLIENT_ID\n\
             hint: to send it with another client id this once: --client-id ID\n",
            path = path.display()
        ),
    );
    login(&["--client-id", "typed"]).env("SKIA_CLIENT_ID", "other").run().ok("...\n");
    assert_eq!(server.request().json()["ClientId"], "typed");
    home.write_config("[profile.id-only]\nclient_id = 'stage'\n");
    let outcome = home.skia(["login", "-q", "-p", "id-only"]).credentials().run();
    assert_eq!(outcome.code, Some(3), "{outcome}");
}

#[test]
fn warning_names_only_variables_that_differ() {
    let server = Server::start([live_reply(&live_token())]);
    let (home, _) = home_with_staging(&server);
    let show = || {
        home.skia(["config", "show", "-p", "staging"])
            .env("SKIA_BASE_URL", format!("{}/", server.base_url()))
            .env("SKIA_CLIENT_SECRET", STAGING_SECRET)
    };
    assert_eq!(show().env("SKIA_CLIENT_ID", "stage").run().stderr, "");
    let warning =
        "skia-auth: warning: profile \"staging\" was named with -p: ignoring SKIA_CLIENT_ID\n";
    assert_eq!(show().env("SKIA_CLIENT_ID", "other").run().stderr, warning);
    home.skia(["login", "-p", "staging"]).run().ok("...\n");
}

const UNSET: &str = if cfg!(windows) {
    "set SKIA_BASE_URL=& set SKIA_CLIENT_ID=& set SKIA_CLIENT_SECRET=& skia-auth login -p staging"
} else {
    "unset SKIA_BASE_URL SKIA_CLIENT_ID SKIA_CLIENT_SECRET; skia-auth login -p staging"
};

#[test]
fn nothing_real_is_reached_from_a_sandbox() {
    let real = Server::start([live_reply(&live_token())]).expects(0);
    for (answer, code) in [("ok", 0), ("rejected", 4)] {
        let (home, path) = home_with_staging(&real);
        let before = fs::read(&path).unwrap();
        for nested in [
            "skia-auth token",
            "skia-auth token -p staging",
            "skia-auth exec -p staging -- skia-auth token -p default",
            UNSET,
        ] {
            let sandbox = home.skia(["sandbox", "--answer", answer, "--"]);
            let outcome = sandbox.args(shell(nested, nested)).allow_partial_stdout().run();
            assert_eq!(outcome.code, Some(code), "{nested}: {outcome}");
            assert_eq!(outcome.stderr.is_empty(), code == 0, "{nested}: {outcome}");
        }
        assert!(home.cache_files().is_empty() && fs::read(&path).unwrap() == before);
        #[cfg(unix)]
        {
            let modes = "stat -c %a $SKIA_CONFIG $(dirname $SKIA_CONFIG)";
            home.skia(["sandbox", "--", "sh", "-c", modes]).run().ok("600\n700\n");
        }
        assert_eq!(fs::read_dir(home.root().join("tmp")).unwrap().count(), 0);
    }
}

#[cfg(unix)]
#[test]
fn sandbox_with_a_broken_file_or_no_temporary_directory_has_the_default_profile() {
    let home = Home::new();
    home.write_config("client_id = ");
    let sandbox = |script: &str| home.skia(["sandbox", "--", "sh", "-c", script]);
    sandbox("skia-auth token").run().ok("eyJ[..]\n");
    assert_eq!(sandbox("skia-auth token -p staging").run().code, Some(3));
    let without = |script: &str| sandbox(script).env("TMPDIR", "/nowhere");
    without("skia-auth token && echo $SKIA_CONFIG").run().ok("eyJ[..]\n/dev/null\n");
    assert_eq!(without("skia-auth token -p staging").run().code, Some(3));
    assert!(home.cache_files().is_empty());
}

#[cfg(unix)]
#[test]
fn default_file_that_cannot_be_looked_at_counts_as_missing() {
    let home = Home::new();
    std::os::unix::fs::symlink("loop", home.root().join("loop")).unwrap();
    let root = home.root().display().to_string();
    for (directory, why) in [
        // glibc: "too many levels of symbolic links"; musl: "symbolic link loop".
        (format!("{root}/loop"), "symbolic link"),
        (format!("{root}/{}", "n".repeat(300)), "file name too long"),
        (format!("{root}{}", "/directory".repeat(500)), "file name too long"),
    ] {
        let server = Server::start([live_reply(&live_token())]).expects(2);
        let token = |words: &[&str]| {
            home.skia(["token", "--no-cache"]).args(words).env("XDG_CONFIG_HOME", &directory)
        };
        token(&[]).credentials().server(&server).run().ok("...\n");
        let verbose = token(&["-v"]).credentials().server(&server).run();
        let note = verbose.stderr.lines().find(|line| line.contains("/config.toml ("));
        assert!(note.is_some_and(|note| note.contains(why)), "{verbose}");
        let missing = token(&[]).run();
        assert!(missing.code == Some(3) && missing.stderr.contains(why), "{missing}");
        let file = format!("{directory}/skia-auth/config.toml");
        let named = token(&["--config", &file]).credentials().server(&server).run();
        assert_eq!(named.code, Some(3), "{named}");
    }
}

#[cfg(unix)]
#[test]
fn home_of_another_user_counts_as_missing() {
    let home = Home::new();
    let directory = home.root().join("theirs");
    fs::create_dir(&directory).unwrap();
    home.declare_foreign(&directory);
    for mode in [0o700, 0o600] {
        // As root, the directory is another user's for the program below; else it is unsearchable.
        let root = rustix::process::geteuid().is_root();
        let mode = if root { mode } else { 0o600 };
        fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
        let user = if root { "setpriv --reuid 65534 --clear-groups " } else { "" };
        let script = format!("exec {user}skia-auth token -v --no-cache");
        for (complete, code) in [(true, 0), (false, 3)] {
            let server = Server::start([live_reply(&live_token())]).expects(usize::from(complete));
            fs::set_permissions(home.root(), fs::Permissions::from_mode(0o755)).unwrap();
            let program = home.sh(&script).server(&server);
            let program = program.env("XDG_CONFIG_HOME", &directory);
            let outcome = if complete { program.credentials() } else { program }.run();
            assert_eq!(outcome.code, Some(code), "{mode:o}: {outcome}");
            let reasons = outcome.stderr.matches("config.toml (permission denied)").count();
            assert_eq!(reasons, if complete { 1 } else { 2 }, "{outcome}");
        }
    }
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn tilde_in_the_file_is_the_home_directory() {
    let server = Server::start([live_reply(&live_token())]);
    let home = Home::new();
    home.declare_secret_file(home.file("../home/secret", SECRET));
    home.declare_secret_file(home.root().join("home/secret"));
    home.write_config("client_id = 'a'\nclient_secret_file = '~/secret'\n");
    home.skia(["login"]).at(&server).run().ok("...\n");
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn hint_names_ten_profiles_at_most() {
    let home = Home::new();
    let tables: String = (10..109).map(|number| format!("[profile.p{number}]\n")).collect();
    home.write_config(&tables);
    home.skia(["token", "-p", "zzzzzz"]).run().fails(
        3,
        "skia-auth: error: [..]\n\
         hint: the profiles are default, p10, p100, p101, p102, p103, p104, p105, p106, p107 … and 90 more\n",
    );
}
