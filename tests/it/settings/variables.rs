//! The environment variables: which are read, and what an invalid or missing value leads to.

use super::{config_path, shown};
use crate::support::*;

#[test]
fn every_documented_variable_is_read() {
    let home = Home::new();
    home.write_config("[profile.staging]\nscope = 'of-the-profile'\n");
    let show = || home.skia(["config", "show", "-o", "json"]);
    let directory = home.root().join("elsewhere");
    let directory = directory.to_str().unwrap();
    for (variable, value, name, expected) in [
        ("SKIA_CLIENT_SECRET", "12345", "client_secret", "set (5 characters)"),
        ("SKIA_ALLOW_HTTP", "1", "allow_http", "true"),
        ("SKIA_ALLOW_HTTP", "no", "allow_http", "false"),
        ("SKIA_CACHE_DIR", directory, "cache", directory),
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
    let outcome = show().env("CI", "true").env("SKIA_CACHE_DIR", directory).run();
    assert_eq!(shown(&outcome, "cache"), (directory.into(), "SKIA_CACHE_DIR".into()));
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

#[cfg(unix)]
#[test]
fn variable_that_is_not_utf8_is_named_and_not_shown() {
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
fn invalid_value_names_its_provenance() {
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
fn missing_credentials_error_names_every_source() {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    let path = config_path(&home);
    let hint = "hint: skia-auth config init, or set SKIA_CLIENT_ID and SKIA_CLIENT_SECRET\n";
    for command in
        [&["token"][..], &["login"], &["login", "--dry-run"], &["exec", "--", "skia-auth"]]
    {
        home.skia(command).server(&server).run().fails(
            3,
            &format!(
                "skia-auth: error: no client id and no client secret: looked at --client-id, \
                 SKIA_CLIENT_ID, --client-secret-file, SKIA_CLIENT_SECRET, SKIA_CLIENT_SECRET_FILE \
                 and {path} (no such file)\n\
                 {hint}"
            ),
        );
    }
    home.skia(["token"]).server(&server).env("SKIA_CLIENT_ID", "id").run().fails(
        3,
        &format!(
            "skia-auth: error: no client secret: looked at --client-secret-file, \
             SKIA_CLIENT_SECRET, SKIA_CLIENT_SECRET_FILE and {path} (no such file)\n\
             hint: skia-auth config init, or set SKIA_CLIENT_SECRET\n"
        ),
    );
    home.write_config("");
    home.skia(["token"]).server(&server).env("SKIA_CLIENT_SECRET", SECRET).run().fails(
        3,
        &format!(
            "skia-auth: error: no client id: looked at --client-id, SKIA_CLIENT_ID and profile \
             \"default\" of {path}\n\
             hint: complete that file, or set SKIA_CLIENT_ID\n"
        ),
    );
}

#[cfg(unix)]
#[test]
fn missing_credentials_error_names_no_file_without_a_home() {
    let program = Home::new().skia(["token"]).env_remove("XDG_CONFIG_HOME").env("HOME", "relative");
    program.env("SKIA_CLIENT_ID", "id").run().fails(
        3,
        "skia-auth: error: no client secret: looked at --client-secret-file, SKIA_CLIENT_SECRET, \
         SKIA_CLIENT_SECRET_FILE and a configuration file (there is no home directory)\n\
         hint: skia-auth config init, or set SKIA_CLIENT_SECRET\n",
    );
}

#[test]
fn missing_credentials_error_names_empty_variables() {
    let home = Home::new();
    let hint = "hint: in a pipeline, a secret that is not available is empty: pull requests from \
                forks have none\n";
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
