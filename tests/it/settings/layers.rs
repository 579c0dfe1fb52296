//! Which layer wins: flag, `-p`, environment, `SKIA_PROFILE` or `default`, built-in default.

use std::io::Write;

use serde_json::Value;

use super::{config_path, shown};
use crate::support::*;

/// A setting: its name in the report, flag, variable, key of the file, and how a value of a layer is written.
struct Kind {
    name: &'static str,
    flag: &'static str,
    variable: &'static str,
    key: &'static str,
    write: fn(&Home, &str) -> String,
    show: fn(&Home, &str) -> String,
    default: Option<&'static str>,
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "base_url",
        flag: "--base-url",
        variable: "SKIA_BASE_URL",
        key: "base_url",
        write: |_, layer| format!("https://{layer}.test/api"),
        show: |_, layer| format!("https://{layer}.test/api"),
        default: Some("https://api.skia.com.br/api"),
    },
    Kind {
        name: "client_id",
        flag: "--client-id",
        variable: "SKIA_CLIENT_ID",
        key: "client_id",
        write: |_, layer| layer.to_owned(),
        show: |_, layer| layer.to_owned(),
        default: None,
    },
    Kind {
        name: "client_secret",
        flag: "--client-secret-file",
        variable: "SKIA_CLIENT_SECRET_FILE",
        key: "client_secret_file",
        write: |home, layer| home.file(layer, format!("{layer}\n")).display().to_string(),
        show: |home, layer| {
            format!("set ({} characters), in {}", layer.len(), home.work().join(layer).display())
        },
        default: None,
    },
    Kind {
        name: "scope",
        flag: "--scope",
        variable: "SKIA_SCOPE",
        key: "scope",
        write: |_, layer| layer.to_owned(),
        show: |_, layer| layer.to_owned(),
        default: Some("api"),
    },
    Kind {
        name: "timeout",
        flag: "--timeout",
        variable: "SKIA_TIMEOUT",
        key: "timeout",
        write: |_, layer| format!("{}s", layer.len()),
        show: |_, layer| format!("{}s", layer.len()),
        default: Some("30s"),
    },
    Kind {
        name: "ca_cert",
        flag: "--ca-cert",
        variable: "SKIA_CA_CERT",
        key: "ca_cert",
        write: |home, layer| home.work().join(layer).display().to_string(),
        show: |home, layer| home.work().join(layer).display().to_string(),
        default: None,
    },
];

/// The layers, highest first.
const LAYERS: [&str; 5] = ["flag", "named", "variable", "selected", "default"];

/// Runs `config show` with a setting in the layers that are given, and compares what it says with the winner.
fn check(kind: &Kind, layers: &[&str]) {
    let home = Home::new();
    let written = |layer: &str| (kind.write)(&home, layer);
    let line = |layer: &str| format!("{} = {:?}\n", kind.key, written(layer));
    let has = |layer: &str| layers.contains(&layer);
    let mut file = String::new();
    if has("default") {
        file += &line("default");
    }
    for profile in ["named", "selected"] {
        if has(profile) {
            file += &format!("[profile.{profile}]\n{}", line(profile));
        }
    }
    let mut program = home.skia(["config", "show", "-o", "json"]);
    if !file.is_empty() {
        home.write_config(&file);
    }
    if has("flag") {
        program = program.args([kind.flag, &written("flag")]);
    }
    if has("named") {
        program = program.args(["-p", "named"]);
    }
    if has("variable") {
        program = program.env(kind.variable, written("variable"));
    }
    if has("selected") {
        program = program.env("SKIA_PROFILE", "selected");
    }
    let outcome = program.run();
    // A profile that is not the one in force says nothing: `default` under another profile is no layer at all.
    let mut expected = (kind.default.map_or(Value::Null, Value::from), Value::Null);
    if kind.default.is_some() {
        expected.1 = "the default".into();
    }
    let profile_in_force =
        ["named", "selected", "default"].into_iter().find(|profile| has(profile));
    let winner = layers
        .iter()
        .find(|layer| matches!(**layer, "flag" | "variable") || Some(**layer) == profile_in_force)
        .copied();
    if let Some(winner) = winner {
        let provenance = match winner {
            "flag" => kind.flag.to_owned(),
            "variable" => kind.variable.to_owned(),
            profile => format!("profile {profile:?} of {}", config_path(&home)),
        };
        expected = ((kind.show)(&home, winner).into(), provenance.into());
    }
    assert_eq!(shown(&outcome, kind.name), expected, "{layers:?}\n{outcome}");
    let warning = if has("named") && has("variable") && !has("flag") {
        format!(
            "skia-auth: warning: profile \"named\" was named with -p: ignoring {}\n",
            kind.variable
        )
    } else {
        String::new()
    };
    assert_eq!(outcome.stderr, warning, "{layers:?}\n{outcome}");
}

/// Nothing, each layer alone, and each pair of layers.
fn check_all(name: &str) {
    let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
    check(kind, &[]);
    for (index, layer) in LAYERS.iter().enumerate() {
        check(kind, &[layer]);
        for lower in &LAYERS[index + 1..] {
            check(kind, &[layer, lower]);
        }
    }
    check(kind, &LAYERS);
}

#[test]
fn base_url_comes_from_the_highest_layer() {
    check_all("base_url");
}

#[test]
fn client_id_comes_from_the_highest_layer() {
    check_all("client_id");
}

#[test]
fn client_secret_comes_from_the_highest_layer() {
    check_all("client_secret");
}

#[test]
fn scope_comes_from_the_highest_layer() {
    check_all("scope");
}

#[test]
fn timeout_comes_from_the_highest_layer() {
    check_all("timeout");
}

#[test]
fn ca_cert_comes_from_the_highest_layer() {
    check_all("ca_cert");
}

#[test]
fn login_sends_what_the_highest_layers_say() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'file'\nclient_secret = 'word-of-the-file'\nscope = 'file'\nbase_url = 'http://127.0.0.1:1'\n",
    );
    home.skia(["login", "--scope", "flag", "--base-url", &server.base_url()])
        .env("SKIA_CLIENT_ID", "variable")
        .run()
        .ok(&format!("{token}\n"));
    let body = server.request().json();
    assert_eq!(
        body,
        serde_json::json!({
            "ClientId": "variable",
            "ClientSecret": "word-of-the-file",
            "GrantType": "client_credentials",
            "Scope": "flag"
        })
    );
}

#[test]
fn named_profile_beats_the_environment_with_one_warning() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(&format!(
        "[profile.staging]\nclient_id = 'file'\nclient_secret = 'word-of-the-file'\nbase_url = '{}'\n",
        server.base_url()
    ));
    home.skia(["login", "-p", "staging"])
        .credentials()
        .env("SKIA_BASE_URL", "https://elsewhere.test")
        .run()
        .assert(
            0,
            &format!("{token}\n"),
            "skia-auth: warning: profile \"staging\" was named with -p: \
         ignoring SKIA_BASE_URL, SKIA_CLIENT_ID, SKIA_CLIENT_SECRET\n",
        );
    assert_eq!(server.request().json()["ClientId"], "file");
    home.skia(["config", "show", "-q", "-p", "staging"]).credentials().run().ok("...\n");
}

#[test]
fn secret_of_a_profile_stays_with_its_host() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'https://own.test/api'\n",
    );
    home.skia(["token"]).server(&server).run().fails(
        3,
        "skia-auth: error: the client secret of profile \"default\" belongs to own.test, and SKIA_BASE_URL names \
         127.0.0.1\nhint: -p default for own.test, or --base-url for 127.0.0.1\n",
    );
}

#[test]
fn foreign_host_is_settled_by_a_flag() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'https://own.test/api'\n",
    );
    home.skia(["token", "--base-url", &server.base_url()])
        .env("SKIA_BASE_URL", "https://foreign.test")
        .run()
        .ok(&format!("{token}\n"));
}

#[test]
fn foreign_host_is_settled_by_naming_the_profile() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(&format!(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = '{}'\n",
        server.base_url()
    ));
    home.skia(["token", "-p", "default"])
        .env("SKIA_BASE_URL", "https://foreign.test")
        .run()
        .assert(
            0,
            &format!("{token}\n"),
            "skia-auth: warning: profile \"default\" was named with -p: ignoring SKIA_BASE_URL\n",
        );
}

#[test]
fn another_path_on_the_own_host_is_no_foreign_host() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'a'\nclient_secret = 'word-of-the-file'\nbase_url = 'http://127.0.0.1:1/v2'\n",
    );
    home.skia(["token"]).server(&server).run().ok(&format!("{token}\n"));
}

#[test]
fn id_and_secret_may_come_from_different_layers() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.skia(["token", "--client-id", "typed"])
        .credentials()
        .server(&server)
        .run()
        .ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientId"], "typed");
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn two_secrets_in_one_layer_are_an_error_that_names_both() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.file("secret", SECRET);
    home.skia(["token"]).credentials().server(&server).env("SKIA_CLIENT_SECRET_FILE", "secret").run().fails(
        3,
        "skia-auth: error: both SKIA_CLIENT_SECRET and SKIA_CLIENT_SECRET_FILE give the client secret\n\
         hint: keep one of them\n",
    );
    home.skia(["token", "--client-secret-file", "secret", "--client-secret", "typed-word"])
        .server(&server)
        .run()
        .fails(
            3,
            "skia-auth: warning: other users can see --client-secret in the process list: use --client-secret-file \
         instead\nskia-auth: error: both --client-secret and --client-secret-file give the client secret\n\
         hint: keep one of them\n",
        );
    let path = home.write_config("client_secret_file = 'a'\nclient_secret_command = ['b']\n");
    home.skia(["token"]).server(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: {}:[..]: both client_secret_command and client_secret_file are given in one profile\n\
             hint: keep one of them\n",
            path.display()
        ),
    );
}

#[test]
fn every_documented_variable_is_read() {
    let home = Home::new();
    home.write_config("[profile.staging]\nscope = 'of-the-profile'\n");
    let show = || home.skia(["config", "show", "-o", "json"]);
    for (variable, value, name, expected) in [
        ("SKIA_CLIENT_SECRET", "12345", "client_secret", "set (5 characters)"),
        ("SKIA_ALLOW_HTTP", "1", "allow_http", "true"),
        ("SKIA_ALLOW_HTTP", "no", "allow_http", "false"),
        ("SKIA_CACHE_DIR", "/nowhere/cache", "cache", "/nowhere/cache"),
        ("SKIA_NO_CACHE", "true", "cache", "off (SKIA_NO_CACHE is set)"),
        ("SKIA_PROFILE", "staging", "profile", "staging"),
        ("CI", "true", "cache", "off (CI is set: shared runners share a home; set SKIA_CACHE_DIR)"),
    ] {
        let outcome = show().env(variable, value).run();
        assert_eq!(shown(&outcome, name), (expected.into(), variable.into()), "{variable}");
        assert_eq!(outcome.stderr, "");
    }
    let other = home.file("other.toml", "scope = 'of-the-other'\n");
    let outcome = show().env("SKIA_CONFIG", &other).run();
    assert_eq!(shown(&outcome, "config_file"), (other.to_str().into(), "SKIA_CONFIG".into()));
    assert_eq!(shown(&outcome, "scope").0, "of-the-other");
    let outcome = show().env("CI", "true").env("SKIA_CACHE_DIR", "/nowhere").run();
    assert_eq!(shown(&outcome, "cache"), ("/nowhere".into(), "SKIA_CACHE_DIR".into()));
}

#[test]
fn empty_variable_counts_as_unset() {
    let home = Home::new();
    home.write_config("client_id = 'file'\nscope = 'file'\n");
    let mut program = home.skia(["config", "show", "-o", "json"]);
    for name in VARIABLES {
        program = program.env(name, "");
    }
    let outcome = program.run();
    assert_eq!(outcome.stderr, "");
    let settings = outcome.json();
    let provenances =
        settings["settings"].as_array().unwrap().iter().map(|row| row["provenance"].as_str());
    assert!(provenances.flatten().all(|provenance| !provenance.contains("SKIA_")), "{outcome}");
    assert_eq!(shown(&outcome, "scope").0, "file");
}

#[test]
fn switch_that_is_neither_on_nor_off_is_refused() {
    let home = Home::new();
    for variable in ["SKIA_ALLOW_HTTP", "SKIA_NO_CACHE"] {
        home.skia(["token"]).credentials().env(variable, "marker").run().fails(
            3,
            &format!(
                "skia-auth: error: {variable} is neither 1 nor 0\nhint: {variable}=1, or unset it\n"
            ),
        );
    }
}

#[test]
fn nothing_configured_names_what_is_missing_and_where_it_was_looked_for() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = config_path(&home);
    let hint = "hint: skia-auth config init, or set SKIA_CLIENT_ID and SKIA_CLIENT_SECRET\n";
    for command in [&["token"][..], &["login"], &["login", "--dry-run"], &["exec", "--", "true"]] {
        home.skia(command).server(&server).run().fails(
            3,
            &format!(
                "skia-auth: error: no client id and no client secret: looked at --client-id, SKIA_CLIENT_ID, \
                 --client-secret-file, SKIA_CLIENT_SECRET, SKIA_CLIENT_SECRET_FILE and {path} (no such file)\n{hint}"
            ),
        );
    }
    home.skia(["token"]).server(&server).env("SKIA_CLIENT_ID", "id").run().fails(
        3,
        &format!(
            "skia-auth: error: no client secret: looked at --client-secret-file, SKIA_CLIENT_SECRET, \
             SKIA_CLIENT_SECRET_FILE and {path} (no such file)\n\
             hint: skia-auth config init, or set SKIA_CLIENT_SECRET\n"
        ),
    );
    home.write_config("");
    home.skia(["token"]).server(&server).env("SKIA_CLIENT_SECRET", SECRET).run().fails(
        3,
        &format!(
            "skia-auth: error: no client id: looked at --client-id, SKIA_CLIENT_ID and profile \"default\" of {path}\n\
             hint: complete that file, or set SKIA_CLIENT_ID\n"
        ),
    );
}

#[test]
fn missing_credential_without_a_home_names_no_file() {
    let program = Home::new().skia(["token"]).env_remove("XDG_CONFIG_HOME").env("HOME", "relative");
    program.env("SKIA_CLIENT_ID", "id").run().fails(
        3,
        "skia-auth: error: no client secret: looked at --client-secret-file, SKIA_CLIENT_SECRET, \
         SKIA_CLIENT_SECRET_FILE and a configuration file (there is no home directory)\n\
         hint: skia-auth config init, or set SKIA_CLIENT_SECRET\n",
    );
}

#[test]
fn missing_credential_says_that_a_variable_is_set_but_empty() {
    let home = Home::new();
    let hint = "hint: in a pipeline, a secret that is not available is empty: pull requests from forks have none\n";
    let one = home.skia(["token"]).env("SKIA_CLIENT_ID", "id").env("SKIA_CLIENT_SECRET", "").run();
    one.fails(3, &format!("[..] (no such file); SKIA_CLIENT_SECRET is set but empty\n{hint}"));
    let two = home.skia(["token"]).env("SKIA_CLIENT_ID", "").env("SKIA_CLIENT_SECRET", "").run();
    two.fails(
        3,
        &format!(
            "[..] (no such file); SKIA_CLIENT_ID and SKIA_CLIENT_SECRET are set but empty\n{hint}"
        ),
    );
}

#[test]
fn home_that_is_unset_or_relative_leaves_the_environment() {
    for home_variable in [None, Some(""), Some("relative"), Some("/proc/1/nobody")] {
        let home = Home::new();
        let token = live_token();
        let server = Server::start([live_reply(&token)]);
        let mut program = home.skia(["token"]).credentials().server(&server);
        program = program.env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
        program = match home_variable {
            // Without HOME the user database answers: its directory is not that of the case.
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

#[test]
fn relative_home_names_no_configuration_file() {
    let home = Home::new();
    for name in ["XDG_CONFIG_HOME", "HOME"] {
        let program =
            home.skia(["config", "path"]).env_remove("XDG_CONFIG_HOME").env("HOME", "relative");
        program.env(name, "relative").run().fails(
            3,
            "skia-auth: error: there is no home directory, and so no place for a configuration file\n\
             hint: name one: --config FILE, or SKIA_CONFIG\n",
        );
    }
}

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

#[test]
fn value_that_is_not_utf8_is_named_and_not_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let marker = OsStr::from_bytes(b"mark\xffer");
    let home = Home::new();
    let server = Server::start([]).expects(0);
    for variable in [
        "SKIA_CLIENT_ID",
        "SKIA_CLIENT_SECRET",
        "SKIA_BASE_URL",
        "SKIA_SCOPE",
        "SKIA_TIMEOUT",
        "SKIA_PROFILE",
    ] {
        home.skia(["token"])
            .credentials()
            .server(&server)
            .env(variable, marker)
            .run()
            .fails(3, &format!("skia-auth: error: {variable} is not valid UTF-8\n"));
        assert_eq!(home.skia(["token", "--help"]).env(variable, marker).run().code, Some(0));
    }
    for option in
        ["--client-id", "--client-secret", "--base-url", "--scope", "--timeout", "--profile"]
    {
        home.skia(["token", option]).arg(marker).credentials().server(&server).run().fails(
            2,
            "skia-auth: error: an argument is not valid UTF-8\nhint: skia-auth token --help\n",
        );
    }
    assert_eq!(home.skia(["--help"]).arg(marker).run().code, Some(0));
}

#[test]
fn value_that_cannot_be_used_names_its_place() {
    let home = Home::new();
    for (variable, value, message) in [
        (
            "SKIA_CLIENT_ID",
            "a\rb",
            "the client id from SKIA_CLIENT_ID contains a control character\n",
        ),
        ("SKIA_SCOPE", "a\nb", "the scope from SKIA_SCOPE contains a control character\n"),
        (
            "SKIA_TIMEOUT",
            "soon",
            "SKIA_TIMEOUT is not a duration\nhint: write it as 90s, 30m or 2h\n",
        ),
        (
            "SKIA_TIMEOUT",
            "0s",
            "the timeout from SKIA_TIMEOUT must be more than 0 and at most 24h\n",
        ),
        (
            "SKIA_TIMEOUT",
            "25h",
            "the timeout from SKIA_TIMEOUT must be more than 0 and at most 24h\n",
        ),
        ("SKIA_CACHE_DIR", "relative", "SKIA_CACHE_DIR is not an absolute path\n"),
    ] {
        home.skia(["token"])
            .credentials()
            .env(variable, value)
            .run()
            .fails(3, &format!("skia-auth: error: {message}"));
    }
    let longest = home.skia(["config", "show", "-o", "json"]).env("SKIA_TIMEOUT", "24h").run();
    assert_eq!(shown(&longest, "timeout").0, "86400s");
    home.skia(["token", "--client-id", ""])
        .credentials()
        .run()
        .fails(3, "skia-auth: error: the client id from --client-id is empty\n");
}

#[test]
fn files_of_the_current_directory_are_never_opened() {
    let home = Home::new();
    for name in ["config.toml", "config.json", ".env", "skia-auth/config.toml", ".skia-auth.toml"] {
        home.file(name, "SKIA_CLIENT_ID=from-the-directory\n");
    }
    if home.program("strace", ["-o", "/dev/null", "true"]).run().code != Some(0) {
        // Not everywhere may a process be traced; where it may not, the next case still sees that no value arrives.
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
fn home_that_belongs_to_nobody_does_no_harm() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let directory = home.root().join("home");
    // Without the right to give it away, it stays this user's: the case is then a plain one.
    let _ = std::os::unix::fs::chown(&directory, Some(65534), Some(65534));
    home.declare_output(&directory);
    let program = home.skia(["token"]).env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
    program.credentials().server(&server).run().ok(&format!("{token}\n"));
}

#[test]
fn verbose_run_names_the_places_and_no_value() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let path = home.write_config("client_id = 'of-the-file'\n");
    home.skia(["login", "-vvv"]).env("SKIA_CLIENT_SECRET", SECRET).server(&server).run().assert(
        0,
        &format!("{token}\n"),
        &format!(
            "skia-auth: configuration file {0}, profile \"default\"\n...\n\
             skia-auth: client id from profile \"default\" of {0}, client secret from SKIA_CLIENT_SECRET\n...\n",
            path.display()
        ),
    );
}
