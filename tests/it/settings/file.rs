//! The configuration file: both syntaxes, profiles, and faults with a position and no value.

use std::fs;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use super::{config_path, shown};
use crate::support::*;

const KEYS: &str = "hint: the keys are client_id, client_secret, client_secret_file, \
                    client_secret_command, base_url, scope, ca_cert, timeout, cache and \
                    [profile.NAME]\n";
const LIST: &str = "client_secret_command must be a list of strings, the program first\n";
const BACKSLASH: &str =
    "hint: \\ begins an escape in double quotes: write /, or in TOML single quotes\n";

/// Runs `token` with an invalid file, which holds a secret that must not be shown.
fn refuses(name: &str, content: &[u8], message: &str) {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.declare_secret("hunter2-in-file");
    home.declare_secret_file(name);
    home.file(name, content);
    home.skia(["token", "--config", name])
        .credentials()
        .server(&server)
        .run()
        .fails(3, &format!("skia-auth: error: {message}"));
}

#[test]
fn fault_in_toml_has_a_position_and_no_value() {
    for (content, message) in [
        (
            "client_id = 'a'\nclient_secrt = 'hunter2-in-file'\n",
            "c.toml:2:1: unknown key\nhint: did you mean client_secret?\n",
        ),
        ("hunter2-in-file = 1\n", &format!("c.toml:1:1: unknown key\n{KEYS}")),
        (
            "[profile.x]\n  clientid = 'hunter2-in-file'\n",
            "c.toml:2:3: unknown key\nhint: did you mean client_id?\n",
        ),
        ("[profiles.x]\n", "c.toml:1:2: unknown key\nhint: did you mean profile?\n"),
        (
            "[staging]\nclient_secret = 'hunter2-in-file'\n",
            "c.toml:1:2: unknown table\nhint: a profile is a table [profile.staging]\n",
        ),
        (
            "scope = 'a'\r\n[ default ]\r\nclient_secret = 'hunter2-in-file'\r\n",
            "c.toml:2:3: the profile \"default\" is not a table\n\
             hint: write its keys at the top of the file, before the first [profile.NAME]\n",
        ),
        (
            "[hunter2-in-file-in-more-than-32-characters]\n",
            &format!("c.toml:1:2: unknown key\n{KEYS}"),
        ),
        (
            "staging = { client_secret = 'hunter2-in-file' }\n",
            &format!("c.toml:1:1: unknown key\n{KEYS}"),
        ),
        ("client_secret = 12\n", "c.toml:1:17: client_secret must be a string\n"),
        ("client_id = ['hunter2-in-file']\n", "c.toml:1:13: client_id must be a string\n"),
        ("\n\nclient_secret = 'hunter2-in-file\n", "c.toml:3:[..]: this is not valid TOML\n"),
        ("client_secret = hunter2-in-file\n", "c.toml:1:[..]: this is not valid TOML\n"),
        (
            "client_secret = \"hunter2-in-file\\q\"\n",
            &format!("c.toml:1:[..]: this is not valid TOML\n{BACKSLASH}"),
        ),
        (
            "client_secret_file = \"C:\\Users\\hunter2-in-file\"\n",
            &format!("c.toml:1:[..]: this is not valid TOML\n{BACKSLASH}"),
        ),
        (
            "client_secret_file = \"C:\\temp\\new\"\n",
            &format!(
                "c.toml:1:22: client_secret_file has a control character in its path\n{BACKSLASH}"
            ),
        ),
        (
            "client_secret_command = [\"C:\\new\"]\n",
            &format!(
                "c.toml:1:25: client_secret_command has a control character in its path\n{BACKSLASH}"
            ),
        ),
        ("scope = 'a'\nscope = 'hunter2-in-file'\n", "c.toml:2:1: this is not valid TOML\n"),
        (
            "profile = 'hunter2-in-file'\n",
            "c.toml:1:11: profile must be a table of profiles: [profile.NAME]\n",
        ),
        (
            "[profile.default]\nclient_id = 'a'\n",
            "c.toml:1:[..]: the profile \"default\" is not a table\n\
             hint: write its keys at the top of the file, before the first [profile.NAME]\n",
        ),
        ("client_secret_command = 'hunter2-in-file'\n", &format!("c.toml:1:25: {LIST}")),
        ("\nclient_secret_command = []\n", &format!("c.toml:2:25: {LIST}")),
        (
            "\ntimeout = 'hunter2-in-file'\n",
            "c.toml:2:11: timeout must be a duration like \"30s\"\n",
        ),
        ("timeout = 30\n", "c.toml:1:11: timeout must be a duration like \"30s\"\n"),
        ("cache = 'hunter2-in-file'\n", "c.toml:1:9: cache must be true or false\n"),
        (
            "client_secret = 'hunter2-in-file'\nclient_secret_file = 'x'\n",
            "c.toml:1:1: both client_secret and client_secret_file are given in one profile\n\
             hint: keep one of them\n",
        ),
    ] {
        refuses("c.toml", content.as_bytes(), message);
    }
}

#[test]
fn fault_in_json_has_a_position_and_no_value() {
    for (content, message) in [
        (
            "{\n \"ClientSecrt\": \"hunter2-in-file\"}",
            "c.json:2:[..]: unknown key\nhint: did you mean client_secret?\n",
        ),
        (
            "{\"ClientSecret\": [\"hunter2-in-file\"]}",
            "c.json:1:[..]: client_secret must be a string\n",
        ),
        ("{\"ClientId\": null}", "c.json:1:[..]: client_id must be a string\n"),
        (
            "{\"ClientId\": \"a\", \"client_id\": \"b\"}",
            "c.json:1:[..]: client_id is given twice\n",
        ),
        (
            "{\"ClientSecret\": \"hunter2-in-file\", \"client_secret\": \"b\"}",
            "c.json:1:[..]: client_secret is given twice\n",
        ),
        ("{\"profile\": {\"a\": {}, \"a\": {}}}", "c.json:1:[..]: a profile is given twice\n"),
        ("{\"ClientSecret\": \"hunter2-in-file\"", "c.json:1:[..]: this is not valid JSON\n"),
        (
            "{\"ClientSecret\": \"hunter2-in-file\\q\"}",
            &format!("c.json:1:[..]: this is not valid JSON\n{BACKSLASH}"),
        ),
        ("{\"ClientSecret\": \"hunter2-in-file\",}", "c.json:1:[..]: this is not valid JSON\n"),
        ("{} {}", "c.json:1:[..]: this is not valid JSON\n"),
        ("\"hunter2-in-file\"", "c.json:1:[..]: this is not valid JSON\n"),
        ("[]", "c.json:1:1: this is not valid JSON\n"),
        ("", "c.json:1:[..]: this is not valid JSON\n"),
        ("{\"GrantType\": \"password\"}", "c.json:1:[..]: GrantType must be client_credentials\n"),
    ] {
        refuses("c.json", content.as_bytes(), message);
    }
}

#[cfg(unix)]
#[test]
fn binary_endless_and_deeply_nested_files_are_refused() {
    let larger = [b'#'; 1024 * 1024 + 1];
    refuses(
        "c.toml",
        b"client_secret = '\xff'\n",
        "cannot read the configuration file c.toml: it is not valid UTF-8\n",
    );
    refuses(
        "c.toml",
        b"\xff\xfec\0l\0",
        "cannot read the configuration file c.toml: it is UTF-16\nhint: save it as UTF-8\n",
    );
    refuses(
        "c.toml",
        &larger,
        "cannot read the configuration file c.toml: it is larger than 1024 KiB\n",
    );
    let deep = |start: &str, open: &str| format!("{start}{}", open.repeat(400_000)).into_bytes();
    refuses("c.toml", &deep("client_id = ", "["), "c.toml:1:[..]: this is not valid TOML\n");
    refuses("c.toml", &deep("client_id = ", "{a="), "cannot read[..]larger than 1024 KiB\n");
    refuses("c.toml", &deep("a", ".a"), "c.toml:1:[..]\n...\n");
    refuses("c.json", &deep("{\"client_id\": ", "["), "c.json:1:14: client_id must be a string\n");
    refuses("c.json", &deep("", "["), "c.json:1:1: this is not valid JSON\n");
    let home = Home::new();
    fs::remove_file(home.write_config("")).unwrap();
    symlink("/no/where", home.config().join("skia-auth/config.toml")).unwrap();
    let message =
        "skia-auth: error: cannot read the configuration file [..]: no such file or directory\n";
    home.skia(["token"]).credentials().run().fails(3, message);
    let home = Home::new();
    for (path, why) in [
        (".", "it is a directory"),
        ("nowhere.toml", "no such file or directory"),
        ("/dev/zero", "it is larger than 1024 KiB"),
    ] {
        let message =
            format!("skia-auth: error: cannot read the configuration file {path}: {why}\n");
        home.skia(["token", "--config", path]).credentials().run().fails(3, &message);
        home.skia(["token"]).env("SKIA_CONFIG", path).credentials().run().fails(3, &message);
    }
}

#[test]
fn file_of_exactly_the_limit_is_read() {
    let home = Home::new();
    let mut content = "scope = 'at-the-limit'\n".to_owned();
    content += &"#".repeat(1024 * 1024 - content.len());
    home.write_config(&content);
    let outcome = home.skia(["config", "show", "-o", "json"]).run();
    assert_eq!(shown(&outcome, "scope").0, "at-the-limit");
}

#[cfg(unix)]
#[test]
fn file_that_this_user_cannot_read_is_refused() {
    let home = Home::new();
    // Reading this file fails even for root.
    home.skia(["token", "--config", "/proc/self/mem"]).credentials().run().fails(
        3,
        "skia-auth: error: cannot read the configuration file /proc/self/mem: input/output error\n",
    );
}

#[cfg(unix)]
#[test]
fn documented_request_body_is_a_configuration_file() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let body = serde_json::json!({
        "ClientId": CLIENT_ID,
        "ClientSecret": SECRET,
        "GrantType": "client_credentials",
        "Scope": "api",
    });
    let path = home.file("body.json", body.to_string());
    home.skia(["token", "--config", "body.json"]).at(&server).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json(), body);
    fs::create_dir_all(home.config().join("skia-auth")).unwrap();
    let json = home.config().join("skia-auth/config.json");
    fs::rename(path, &json).unwrap();
    home.declare_secret_file(&json);
    home.skia(["config", "path"]).run().ok(&format!("{}\n", json.display()));
    let odd = std::ffi::OsStr::from_bytes(b"/caf\xe9.toml");
    let outcome = home.skia(["config", "path"]).env("SKIA_CONFIG", odd).run();
    assert_eq!(outcome.stdout, b"/caf\xe9.toml\n", "{outcome}");
    home.skia(["token"]).at(&server).run().ok(&format!("{token}\n"));
}

#[test]
fn json_has_profiles_too() {
    let home = Home::new();
    home.file("c.JSON", r#"{"profile": {"staging": {"ClientId": "of-staging", "Scope": "s"}}}"#);
    let outcome =
        home.skia(["config", "show", "-o", "json", "--config", "c.JSON", "-p", "staging"]).run();
    let provenance = "profile \"staging\" of c.JSON";
    assert_eq!(shown(&outcome, "client_id"), ("of-staging".into(), provenance.into()));
}

#[test]
fn both_names_in_the_directory_are_an_error() {
    let home = Home::new();
    let toml = home.write_config("");
    fs::write(toml.with_extension("json"), "{}").unwrap();
    let expected = format!(
        "skia-auth: error: both config.toml and config.json are in {}\nhint: keep one of them\n",
        toml.parent().unwrap().display()
    );
    home.skia(["token"]).credentials().run().fails(3, &expected);
    home.skia(["config", "path"]).run().fails(3, &expected);
    assert_eq!(home.skia(["config", "show", "--config"]).arg(&toml).run().code, Some(0));
}

#[test]
fn windows_line_ends_and_byte_order_mark_do_no_harm() {
    let home = Home::new();
    home.write_config(
        "\u{feff}client_id = 'of-the-file'\r\nscope = 's'\r\n\r\n[profile.x]\r\nscope = 't'\r\n",
    );
    let outcome = home.skia(["config", "show", "-o", "json"]).run();
    assert_eq!(
        (shown(&outcome, "client_id").0, shown(&outcome, "scope").0),
        ("of-the-file".into(), "s".into())
    );
    home.file("c.json", "\u{feff}{\"ClientId\": \"of-the-file\"}\r\n");
    let outcome = home.skia(["config", "show", "-o", "json", "--config", "c.json"]).run();
    assert_eq!(shown(&outcome, "client_id").0, "of-the-file");
}

#[test]
fn profile_inherits_nothing() {
    let home = Home::new();
    home.write_config(
        "client_id = 'of-default'\n\
         scope = 'of-default'\n\
         [profile.staging]\n\
         client_id = 'of-staging'\n",
    );
    let outcome = home.skia(["config", "show", "-o", "json", "-p", "staging"]).run();
    assert_eq!(shown(&outcome, "client_id").0, "of-staging");
    assert_eq!(shown(&outcome, "scope"), ("api".into(), "the default".into()));
}

#[test]
fn unknown_profile_is_an_error_with_the_nearest_name() {
    let home = Home::new();
    let path = config_path(&home);
    home.skia(["token", "-p", "staging"]).credentials().run().fails(
        3,
        &format!(
            "skia-auth: error: unknown profile \"staging\" (from -p): there is no configuration \
             file {path} (no such file)\n\
             hint: skia-auth config init -p staging\n"
        ),
    );
    home.write_config("[profile.staging]\n[profile.production]\n");
    home.skia(["token", "-p", "stagin"]).credentials().run().fails(
        3,
        &format!(
            "skia-auth: error: unknown profile \"stagin\" (from -p): not in {path}\n\
             hint: did you mean -p staging?\n"
        ),
    );
    home.skia(["token"]).env("SKIA_PROFILE", "zzz").credentials().run().fails(
        3,
        &format!(
            "skia-auth: error: unknown profile \"zzz\" (from SKIA_PROFILE): not in {path}\n\
             hint: the profiles are default, production, staging\n"
        ),
    );
}

#[cfg(unix)]
#[test]
fn hint_names_the_only_profile() {
    let home = Home::new();
    let path = home.write_config("client_id = 'a'\n").display().to_string();
    home.skia(["token", "-p", "zzz"]).credentials().run().fails(
        3,
        &format!(
            "skia-auth: error: unknown profile \"zzz\" (from -p): not in {path}\n\
             hint: the only profile is default\n"
        ),
    );
    let nowhere = Home::new()
        .skia(["token", "-p", "zzz"])
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", "relative");
    nowhere.credentials().run().fails(
        3,
        "skia-auth: error: unknown profile \"zzz\" (from -p): there is no configuration file\n\
         hint: skia-auth config init -p zzz\n",
    );
}

#[test]
fn relative_paths_are_relative_to_the_file() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.file("deploy/secret", format!("{SECRET}\n"));
    home.file("secret", "not-this-one\n");
    home.file("deploy/skia.toml", "client_id = 'a'\nclient_secret_file = 'secret'\n");
    home.skia(["token", "--config", "deploy/skia.toml"])
        .at(&server)
        .run()
        .ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn tilde_is_the_home_directory() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.file("../home/secret", "27 characters, not a secret\n");
    home.write_config(&format!(
        "client_id = 'a'\nclient_secret_file = '~/secret'\nca_cert = '~/ca.pem'\n\
         [profile.command]\nclient_id = 'b'\nclient_secret_command = {:?}\n\
         base_url = '{}'\ncache = false\n",
        shell("echo '~/secret'", "echo ~/secret"),
        server.base_url()
    ));
    let outcome = home.skia(["config", "show", "-o", "json"]).run();
    let below = |name: &str| home.root().join("home").join(name).display().to_string();
    assert_eq!(
        shown(&outcome, "client_secret").0,
        format!("set (27 characters), in {}", below("secret"))
    );
    assert_eq!(shown(&outcome, "ca_cert").0, below("ca.pem"));
    home.skia(["token", "-p", "command"]).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], "~/secret");
}

#[test]
fn cache_can_be_switched_off_in_the_file() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]).expects(2);
    home.write_config("cache = false\n");
    for _ in 0..2 {
        home.skia(["token"]).credentials().server(&server).run().ok(&format!("{token}\n"));
    }
    assert_eq!(home.cache_files(), Vec::<std::path::PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn configuration_can_come_through_a_pipe() {
    let home = Home::new();
    home.program(
        "bash",
        [
            "-c",
            "skia-auth config show -o json --config <(echo \"scope = 'piped'\") | grep -c piped",
        ],
    )
    .run()
    .ok("1\n");
}

#[test]
fn report_names_the_file_once() {
    let home = Home::new();
    home.write_config(&format!("client_id = \"104s3a5275a0d35e4\"\nclient_secret = '{SECRET}'\n"));
    let shown = home.skia(["config", "show"]).run().stdout();
    let path = config_path(&home);
    assert_eq!(shown.matches(&path).count(), 1, "{shown}");
    for line in [
        "base_url:      https://api.skia.com.br/api  from the default",
        "client_id:     104s3a5275a0d35e4            from profile \"default\"",
        "client_secret: set (27 characters)          from profile \"default\"",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}
