//! Where files are looked for: home and XDG directories, and never the current directory.

use std::io::Write;

use serde_json::Value;

use super::{config_path, shown};
use crate::support::*;

#[cfg(unix)]
#[test]
fn environment_is_enough_without_a_home() {
    for home_variable in [None, Some(""), Some("relative"), Some("/proc/1/nobody")] {
        let home = Home::new();
        let token = live_token();
        let server = Server::start([live_reply(&token)]);
        let mut program = home.skia(["token"]).credentials().server(&server);
        program = program.env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
        program = match home_variable {
            // Without HOME, the user database would lead to the files of the account.
            None => {
                program.env_remove("HOME").env("SKIA_NO_CACHE", "1").env("SKIA_CONFIG", "/dev/null")
            }
            Some("") => {
                program.env("HOME", "").env("SKIA_NO_CACHE", "1").env("SKIA_CONFIG", "/dev/null")
            }
            Some(directory) => program.env("HOME", directory),
        };
        program.run().ok(&format!("{token}\n"));
    }
}

#[cfg(unix)]
#[test]
fn relative_home_names_no_configuration_file() {
    let home = Home::new();
    for name in ["XDG_CONFIG_HOME", "HOME"] {
        let program =
            home.skia(["config", "path"]).env_remove("XDG_CONFIG_HOME").env("HOME", "relative");
        program.env(name, "relative").run().fails(
            3,
            "skia-auth: error: there is no home directory, and so no place for a configuration \
             file\n\
             hint: name one: --config FILE, or SKIA_CONFIG\n",
        );
    }
}

#[cfg(unix)]
#[test]
fn xdg_directories_hold_configuration_and_cache() {
    let home = Home::new();
    let outcome = home.skia(["config", "show", "-o", "json"]).run();
    assert_eq!(shown(&outcome, "config_file").0, format!("{} (no such file)", config_path(&home)));
    assert_eq!(shown(&outcome, "cache").0, home.cache().join("skia-auth").display().to_string());
    let program = || {
        home.skia(["config", "show", "-o", "json"])
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
    };
    let outcome = program().run();
    let below = |name: &str| home.root().join("home").join(name).display().to_string();
    assert_eq!(
        shown(&outcome, "config_file").0,
        below(".config/skia-auth/config.toml (no such file)")
    );
    assert_eq!(shown(&outcome, "cache").0, below(".cache/skia-auth"));
}

#[cfg(unix)]
#[test]
fn home_of_another_user_is_harmless() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let directory = home.root().join("home");
    // Fails without root: the directory then keeps its owner.
    let _ = std::os::unix::fs::chown(&directory, Some(65534), Some(65534));
    home.declare_output(&directory);
    let program = home.skia(["token"]).env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
    program.credentials().server(&server).run().ok(&format!("{token}\n"));
}

#[cfg(unix)]
#[test]
fn files_of_the_current_directory_are_never_opened() {
    let home = Home::new();
    for name in ["config.toml", "config.json", ".env", "skia-auth/config.toml", ".skia-auth.toml"] {
        home.file(name, "SKIA_CLIENT_ID=from-the-directory\n");
    }
    if home.program("strace", ["-o", "/dev/null", "true"]).run().code != Some(0) {
        // Some systems forbid tracing. There, the next test still sees that no value is used.
        let _ = writeln!(std::io::stderr(), "skipped: strace is missing, or may not trace");
        return;
    }
    let trace = home.root().join("tmp/trace");
    home.declare_foreign(&trace);
    home.declare_output(&trace);
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.program(
        "strace",
        ["-f", "-e", "trace=file", "-o", trace.to_str().unwrap(), "skia-auth", "token"],
    )
    .credentials()
    .server(&server)
    .run()
    .ok(&format!("{token}\n"));
    let calls = std::fs::read_to_string(trace).unwrap();
    let opened = |name: &str| calls.contains(&format!("\"{name}\""));
    assert!(calls.contains("skia-auth/config.toml\""), "the trace is empty:\n{calls}");
    for name in
        ["config.toml", "config.json", ".env", "./.env", "./config.toml", "skia-auth/config.toml"]
    {
        assert!(!opened(name), "{name} was touched:\n{calls}");
    }
    assert!(!calls.contains(&home.work().display().to_string()), "{calls}");
}

#[test]
fn files_of_the_current_directory_have_no_effect() {
    let home = Home::new();
    for name in ["config.toml", "skia-auth/config.toml"] {
        home.file(name, "client_id = 'from-the-directory'\n");
    }
    home.file(".env", "SKIA_CLIENT_ID=from-the-directory\n");
    let outcome = home.skia(["config", "show", "-o", "json"]).run();
    assert_eq!(shown(&outcome, "client_id"), (Value::Null, Value::Null));
}

#[test]
fn verbose_run_names_provenances_and_no_value() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let path = home.write_config("client_id = 'of-the-file'\n");
    home.skia(["login", "-vvv"]).env("SKIA_CLIENT_SECRET", SECRET).server(&server).run().assert(
        0,
        &format!("{token}\n"),
        &format!(
            "skia-auth: configuration file {0}, profile \"default\"\n\
             ...\n\
             skia-auth: client id from profile \"default\" of {0}, client secret from \
             SKIA_CLIENT_SECRET\n\
             ...\n",
            path.display()
        ),
    );
}
