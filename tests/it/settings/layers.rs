//! Which layer wins: flag, `-p`, environment, `SKIA_PROFILE` or `default`, built-in default.

use serde_json::Value;

use super::{config_path, shown};
use crate::support::*;

/// A setting. `write` makes a value that is different in each layer, and `show` is how the report
/// shows it.
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

/// Runs `config show` with a setting in the given layers, and compares the report with the winner.
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
    // Only one profile applies: `default` is no layer if another profile is chosen.
    let mut expected = (kind.default.map_or(Value::Null, Value::from), Value::Null);
    if kind.default.is_some() {
        expected.1 = "the default".into();
    }
    let profile = ["named", "selected", "default"].into_iter().find(|profile| has(profile));
    let winner = layers
        .iter()
        .find(|layer| matches!(**layer, "flag" | "variable") || Some(**layer) == profile)
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

/// Checks no layer, each layer alone, each pair, and all layers.
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
fn login_uses_the_highest_layers() {
    let home = Home::new();
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.declare_secret("word-of-the-file");
    home.write_config(
        "client_id = 'file'\n\
         client_secret = 'word-of-the-file'\n\
         scope = 'file'\n\
         base_url = 'http://127.0.0.1:1'\n",
    );
    home.skia(["login", "--scope", "flag", "--base-url", &server.base_url()])
        .env("SKIA_SCOPE", "variable")
        .run()
        .ok(&format!("{token}\n"));
    let body = server.request().json();
    assert_eq!(
        body,
        serde_json::json!({
            "ClientId": "file",
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
        "[profile.staging]\n\
         client_id = 'file'\n\
         client_secret = 'word-of-the-file'\n\
         base_url = '{}'\n",
        server.base_url()
    ));
    home.skia(["login", "-p", "staging"])
        .credentials()
        .env("SKIA_BASE_URL", "https://elsewhere.test")
        .run()
        .assert(
            0,
            &format!("{token}\n"),
            "skia-auth: warning: profile \"staging\" was named with -p: ignoring SKIA_BASE_URL, \
             SKIA_CLIENT_ID, SKIA_CLIENT_SECRET\n",
        );
    assert_eq!(server.request().json()["ClientId"], "file");
    home.skia(["config", "show", "-q", "-p", "staging"]).credentials().run().ok("...\n");
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
    home.skia(["token"])
        .credentials()
        .server(&server)
        .env("SKIA_CLIENT_SECRET_FILE", "secret")
        .run()
        .fails(
            3,
            "skia-auth: error: both SKIA_CLIENT_SECRET and SKIA_CLIENT_SECRET_FILE give the client \
             secret\n\
             hint: keep one of them\n",
        );
    home.skia(["token", "--client-secret-file", "secret", "--client-secret", "typed-word"])
        .server(&server)
        .run()
        .fails(
            3,
            "skia-auth: warning: other users can see --client-secret in the process list: use \
             --client-secret-file instead\n\
             skia-auth: error: both --client-secret and --client-secret-file give the client \
             secret\n\
             hint: keep one of them\n",
        );
    let path = home.write_config("client_secret_file = 'a'\nclient_secret_command = ['b']\n");
    home.skia(["token"]).server(&server).run().fails(
        3,
        &format!(
            "skia-auth: error: {}:[..]: both client_secret_command and client_secret_file are \
             given in one profile\n\
             hint: keep one of them\n",
            path.display()
        ),
    );
}
