//! `config init`: questions on a terminal, a template elsewhere.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use skia_auth::sandbox::{Answer, Sandbox};

use crate::support::*;

/// The whole template.
const TEMPLATE: &str = r#"# Configuration of skia-auth. Keep it private: it may hold a secret.
# The keys at the top level are the profile "default". A table [profile.NAME] is
# another profile, and inherits nothing.

# client_id = "…"
# client_secret = "…"
# In place of client_secret:
# client_secret_file = "/run/secrets/skia"
# client_secret_command = ["pass", "show", "skia"]

# base_url = "https://api.skia.com.br/api"
# scope = "api"
# timeout = "30s"
# ca_cert = "/path/to/ca.pem"
# cache = true
"#;

fn config_file(home: &Home) -> std::path::PathBuf {
    home.config().join("skia-auth/config.toml")
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn nothing_was_written(home: &Home) {
    assert_eq!(fs::read_dir(home.config()).unwrap().count(), 0, "something was written");
}

#[cfg(unix)]
#[test]
fn answers_are_written_and_the_secret_is_not_shown() {
    let home = Home::new();
    let path = config_file(&home);
    home.declare_secret_file(&path);
    let mut terminal = home.skia(["config", "init"]).umask(0).on_terminal();
    terminal.expect("Client id: ").send(&format!("{CLIENT_ID}\r"));
    terminal.expect("Client secret (not shown): ").expect_echo(false).send(&format!("{SECRET}\r"));
    terminal.expect("Base URL [https://api.skia.com.br/api]: ").expect_echo(true).send("\r");
    let ended = terminal.wait();
    assert_eq!((ended.code, ended.echoes), (Some(0), true));
    assert_eq!(
        ended.screen,
        format!(
            "Credentials for the profile \"default\" (Ctrl-C to stop, nothing is written)\n\
             Client id: {CLIENT_ID}\n\
             Client secret (not shown): \n\
             Base URL [https://api.skia.com.br/api]: \n\
             created {}\n\
             next: skia-auth login\n",
            path.display()
        )
    );
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let written = fs::read_to_string(&path).unwrap();
    let filled = TEMPLATE
        .replace("# client_id = \"…\"", &format!("client_id = \"{CLIENT_ID}\""))
        .replace("# client_secret = \"…\"", &format!("client_secret = '{SECRET}'"));
    assert_eq!(written, filled);

    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    home.skia(["login", "--base-url", &server.base_url()]).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[cfg(unix)]
#[test]
fn created_file_works_with_the_sandbox() {
    let home = Home::new();
    let path = config_file(&home);
    let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
    let mut terminal = home.skia(["config", "init", "-p", "try it"]).on_terminal();
    terminal.expect("profile \"try it\"").expect("Client id: ").send("104s3a5275a0d35e4\r");
    terminal.expect("Client secret (not shown): ").expect_echo(false).send("e15148d497d8bc12\r");
    terminal.expect("]: ").expect_echo(true).send(&format!("{}\r", sandbox.base_url()));
    terminal.expect("next: skia-auth login -p 'try it'");
    assert_eq!(terminal.wait().code, Some(0));
    assert!(
        fs::read_to_string(path).unwrap().contains("\n[profile.\"try it\"]\nclient_id = \"104s")
    );
    let outcome = home.skia(["login", "-p", "try it"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout().starts_with("eyJ"));
}

#[cfg(unix)]
#[test]
fn named_profile_is_written_as_a_table() {
    let home = Home::new();
    home.skia(["config", "init", "-p", "staging"])
        .run()
        .ok("created [..]config.toml\nnext: fill it in, then skia-auth login -p staging\n");
    let written = fs::read_to_string(config_file(&home)).unwrap();
    assert_eq!(written, TEMPLATE.replacen("# client_id", "[profile.staging]\n# client_id", 1));
    home.skia(["config", "show", "--profile-names"]).run().ok("default\nstaging\n");
}

#[cfg(unix)]
#[test]
fn interrupted_secret_question_restores_the_terminal_and_writes_nothing() {
    for (key, signal) in [("\x03", 2), ("\x1c", 3)] {
        let home = Home::new();
        let mut terminal = home.skia(["config", "init"]).prelude("ulimit -c 0").on_terminal();
        terminal.expect("Client id: ").send("id\r").expect("(not shown): ").expect_echo(false);
        let ended = terminal.send("half a secret").send(key).wait();
        assert_eq!((ended.code, ended.signal, ended.echoes), (None, Some(signal), true));
        assert!(!ended.screen.contains("half"), "{}", ended.screen);
        nothing_was_written(&home);
    }
}

#[cfg(unix)]
#[test]
fn interrupted_later_question_ends_the_program_too() {
    let home = Home::new();
    let mut terminal = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal();
    terminal
        .expect("Client id: ")
        .send("id\r")
        .expect("(not shown): ")
        .expect_echo(false)
        .send("x\r");
    let ended = terminal.expect("Base URL").expect_echo(true).send("\x03").wait();
    assert_eq!((ended.signal, ended.echoes), (Some(2), true));
    nothing_was_written(&home);
}

#[cfg(unix)]
#[test]
fn invalid_answers_are_asked_again() {
    let home = Home::new();
    let mut terminal = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal();
    terminal
        .expect("Client id: ")
        .send("\r")
        .expect("a client id is needed\r\nClient id: ")
        .send("id\r");
    terminal
        .expect("(not shown): ")
        .expect_echo(false)
        .send("\r")
        .expect("a client secret is needed\r\n");
    terminal.expect("(not shown): ").expect_echo(false).send("x\r");
    terminal.expect("]: ").expect_echo(true).send("api.skia.com.br\r");
    terminal.expect("base URL").expect("]: ").send("http://api.skia.com.br/api\r");
    terminal.expect("plain HTTP").expect("]: ").send("https://h.test/api\r").expect("created ");
    assert_eq!(terminal.wait().code, Some(0));
    assert!(
        fs::read_to_string(config_file(&home))
            .unwrap()
            .contains("\nbase_url = \"https://h.test/api\"\n")
    );
}

#[cfg(unix)]
#[test]
fn command_gives_up_after_three_invalid_answers() {
    let home = Home::new();
    let mut terminal = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal();
    for _ in 0..3 {
        terminal.expect("Client id: ").send("\r");
    }
    terminal
        .expect("skia-auth: error: no usable answer\r\nhint: skia-auth config init < /dev/null");
    assert_eq!(terminal.wait().code, Some(3));
    nothing_was_written(&home);
}

#[cfg(unix)]
#[test]
fn end_of_input_ends_the_command() {
    let home = Home::new();
    let mut terminal = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal();
    terminal
        .expect("Client id: ")
        .send("\x04")
        .expect("skia-auth: error: no answer: the input has ended");
    assert_eq!(terminal.wait().code, Some(3));
    let mut terminal = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal();
    terminal
        .expect("Client id: ")
        .send("id\r")
        .expect("(not shown): ")
        .expect_echo(false)
        .send("\x04");
    terminal.expect("skia-auth: error: no answer: the input has ended");
    let ended = terminal.wait();
    assert_eq!((ended.code, ended.echoes), (Some(3), true));
    nothing_was_written(&home);
}

#[cfg(unix)]
#[test]
fn existing_file_is_kept_and_nothing_is_asked() {
    let home = Home::new();
    let path = home.write_config("client_id = 'mine'\n");
    let ended = home
        .skia(["config", "init"])
        .env("NO_COLOR", "1")
        .env("NO_COLOR", "1")
        .on_terminal()
        .wait();
    assert_eq!(ended.code, Some(3));
    let told = format!("skia-auth: error: {} already exists\n", path.display());
    assert_eq!(ended.screen, format!("{told}hint: skia-auth config show\n"));
    home.skia(["config", "init"]).run().fails(3, &format!("{told}hint: skia-auth config show\n"));
    home.skia(["config", "init", "-p", "x"])
        .run()
        .fails(3, &format!("{told}hint: add a table [profile.x] to it\n"));
    assert_eq!(fs::read_to_string(path).unwrap(), "client_id = 'mine'\n");
}

#[cfg(unix)]
#[test]
fn dangling_link_is_not_followed() {
    let home = Home::new();
    let path = home.write_config("");
    fs::remove_file(&path).unwrap();
    let target = home.work().join("target");
    symlink(&target, &path).unwrap();
    home.skia(["config", "init"]).run().fails(
        3,
        "skia-auth: error: [..]/config.toml already exists\nhint: skia-auth config show\n",
    );
    assert!(!target.exists());
}

#[cfg(unix)]
#[test]
fn template_is_written_without_a_terminal_and_is_valid() {
    let home = Home::new();
    let path = config_file(&home);
    home.skia(["config", "init"])
        .umask(0)
        .run()
        .ok(&format!("created {}\nnext: fill it in, then skia-auth login\n", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), TEMPLATE);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    home.skia(["config", "show"]).run().ok("config_file:[..]\n...\n");

    // The template is also valid with its keys uncommented, except the other sources of the secret.
    let is_key = |line: &str| line.contains(" = ") && !line.contains("secret_");
    let filled: String = TEMPLATE
        .lines()
        .map(|line| {
            if is_key(line) {
                line.trim_start_matches("# ").to_owned() + "\n"
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    fs::write(&path, filled).unwrap();
    home.skia(["config", "show"]).run().ok("config_file:[..]\n...\n");
}

#[cfg(unix)]
#[test]
fn named_file_is_created_and_named_in_the_next_step() {
    let home = Home::new();
    home.declare_output("other.toml");
    home.skia(["config", "init", "--config", "other.toml"])
        .run()
        .ok("created [..]other.toml\nnext: fill it in, then skia-auth login --config other.toml\n");
    assert_eq!(fs::read_to_string(home.work().join("other.toml")).unwrap(), TEMPLATE);
}

#[test]
fn json_file_is_refused() {
    let home = Home::new();
    home.skia(["config", "init", "--config", "x.json"])
        .run()
        .fails(3, "skia-auth: error: config init writes TOML, and the file's name ends in .json\n");
    assert!(!home.work().join("x.json").exists());
}

#[cfg(unix)]
#[test]
fn unwritable_directory_is_an_error() {
    let home = Home::new();
    home.skia(["config", "init"])
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", "relative")
        .run()
        .fails(
            3,
            "skia-auth: error: there is no home directory for a configuration file\n\
             hint: name one: --config FILE\n",
        );
    home.file("file", "");
    home.skia(["config", "init", "--config", "file/c.toml"])
        .run()
        .fails(7, "skia-auth: error: cannot create file/c.toml: [..]\n");
}

#[cfg(unix)]
#[test]
fn size_limit_is_an_error_and_leaves_no_file() {
    let home = Home::new();
    let full = home.skia(["config", "init"]).prelude("ulimit -f 0").run();
    full.fails(
        7,
        &format!(
            "skia-auth: error: cannot create {}: file too large\n",
            config_file(&home).display()
        ),
    );
    assert!(!config_file(&home).exists());
}
