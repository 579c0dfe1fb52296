//! `config list`: the profiles, without their secrets.

use serde_json::json;

use crate::support::*;

#[test]
fn profiles_are_listed_without_their_secrets() {
    let home = Home::new();
    home.declare_secret("hunter2-of-a-command");
    home.write_config(&format!(
        "client_id = '{CLIENT_ID}'\nclient_secret = '{SECRET}'\n\
         [profile.a]\nclient_id = 'of-a'\nclient_secret_file = '~/secret'\n\
         base_url = 'https://OWN.test/api/'\n\
         [profile.'try it']\n\
         client_secret_command = ['C:\\bin\\sh', '-c', 'echo hunter2-of-a-command']\n\
         base_url = 'https://user:hunter2-of-a-command@own.test'\n\
         [profile.z]\nclient_secret_file = 'secret'\n"
    ));
    let secret_of_a = home.root().join("home").join("secret").display().to_string();
    let secret_of_z = home.config().join("skia-auth").join("secret").display().to_string();
    let quoted = if cfg!(windows) { "\"try it\"" } else { "'try it'" };
    home.skia(["config", "list"]).run().ok(&format!(
        "\
default   https://api.skia.com.br/api  {CLIENT_ID}  secret in the configuration file
a         https://own.test/api         of-a               secret in {secret_of_a}
{quoted}  (invalid)                    -                  secret from the command \"C:\\bin\\sh\"
z         https://api.skia.com.br/api  -                  secret in {secret_of_z}
"
    ));
    let outcome = home.skia(["config", "list", "-o", "json"]).run();
    assert_eq!(
        outcome.json(),
        json!({"profiles": [
            {
                "name": "default",
                "base_url": "https://api.skia.com.br/api",
                "client_id": CLIENT_ID,
                "client_secret": {"from": "config"},
            },
            {
                "name": "a",
                "base_url": "https://own.test/api",
                "client_id": "of-a",
                "client_secret": {"from": "file", "path": secret_of_a},
            },
            {
                "name": "try it",
                "base_url": null,
                "client_id": null,
                "client_secret": {"from": "command", "program": "C:\\bin\\sh"},
            },
            {
                "name": "z",
                "base_url": "https://api.skia.com.br/api",
                "client_id": null,
                "client_secret":
                    {"from": "file", "path": secret_of_z},
            },
        ]})
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn missing_file_has_no_profiles() {
    let home = Home::new();
    let path = home.config().join("skia-auth").join("config.toml");
    let told = format!(
        "skia-auth: warning: no profiles: there is no configuration file {} (no such file); \
         skia-auth config init creates it\n",
        path.display()
    );
    home.skia(["config", "list"]).run().assert(0, "", &told);
    home.skia(["config", "list", "-q"]).run().ok("");
    let outcome = home.skia(["config", "list", "-q", "-o", "json"]).run();
    assert_eq!(outcome.json(), json!({"profiles": []}));
    home.skia(["config", "list", "--config", "nowhere.toml"]).run().fails(
        3,
        "skia-auth: error: cannot read the configuration file nowhere.toml: no such file or \
         directory\n",
    );
    #[cfg(unix)]
    home.skia(["config", "list"])
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", "relative")
        .run()
        .assert(
            0,
            "",
            "skia-auth: warning: no profiles: there is no configuration file (there is no home \
             directory)\n",
        );
}

#[test]
fn hostile_names_stay_on_their_line() {
    let home = Home::new();
    home.write_config(
        "client_id = \"\\u001b[2Jx\\n::y\"\n[profile.\"a\\nb\\u202e\"]\nclient_secret_file = \"::z\"\n",
    );
    let text = home.skia(["config", "list"]).run().stdout();
    assert_eq!(text.lines().count(), 2, "{text:?}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text:?}");
    assert!(!text.contains("::"), "{text:?}");
}
