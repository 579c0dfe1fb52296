//! `config init`: questions on a terminal, options, a template, and profiles in an existing file.

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

const EXISTS_HINTS: &str = "\
hint: skia-auth config show
hint: to add a profile: skia-auth config init -p NAME
";

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
        .replace("# client_secret = \"…\"", &format!("client_secret = '{SECRET}'"))
        .replace("# base_url", "base_url");
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
    let names = "default\t[..]/api\nstaging\thttps://api.skia.com.br/api\n";
    home.skia(["config", "show", "--profile-names"]).run().ok(names);
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
    let ended = home.skia(["config", "init"]).env("NO_COLOR", "1").on_terminal().wait();
    let told = format!("skia-auth: error: {} already exists\n{EXISTS_HINTS}", path.display());
    assert_eq!((ended.code, ended.screen.as_str()), (Some(3), told.as_str()));
    home.skia(["config", "init"]).run().fails(3, &told);
    home.skia(["config", "init", "-p", "default", "--config"]).arg(&path).run().fails(
        3,
        &format!(
            "skia-auth: error: {0} already exists\n\
             hint: skia-auth config show --config {0} -p default\n\
             hint: to add a profile: skia-auth config init --config {0} -p NAME\n",
            path.display()
        ),
    );
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
    home.skia(["config", "init"])
        .run()
        .fails(3, &format!("skia-auth: error: [..]/config.toml already exists\n{EXISTS_HINTS}"));
    home.skia(["config", "init", "-p", "x"])
        .run()
        .fails(7, "skia-auth: error: cannot write [..]/config.toml: no such file or directory\n");
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
    let init = |arguments: &[&str]| {
        home.skia(["config", "init", "--config", "x.json"]).args(arguments).run()
    };
    init(&[]).fails(
        3,
        "skia-auth: error: x.json is JSON: config init writes TOML\n\
         hint: name a file that ends in .toml\n",
    );
    assert!(!home.work().join("x.json").exists());
    home.file("x.json", "{}");
    init(&["-p", "x"]).fails(
        3,
        "skia-auth: error: x.json is JSON: config init writes TOML\n\
         hint: write it by hand: \"profile\": {\"x\": {\"client_id\": \"…\"}}\n",
    );
    assert_eq!(fs::read(home.work().join("x.json")).unwrap(), b"{}");
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

#[test]
fn profile_is_added_and_every_other_byte_stays() {
    for (content, gap, line_end) in [
        ("client_id = 'mine' # kept\n\n[profile.a]  # kept\nscope = 's'\n", "\n", "\n"),
        ("\u{feff}client_id = 'mine'\r\n# no line end", "\r\n\r\n", "\r\n"),
        ("# nothing but a comment\n\n", "", "\n"),
        ("profile.a.client_id = 'x'\n", "\n", "\n"),
        ("", "", "\n"),
    ] {
        let home = Home::new();
        let path = home.write_config(content);
        home.skia(["config", "init", "-p", "staging", "--client-id", "of-staging"])
            .args(["--base-url", "https://own.test/api/"])
            .args(["--client-secret-file", "secret"])
            .run()
            .ok(&format!(
                "added profile \"staging\" to {}\nnext: skia-auth login -p staging\n",
                path.display()
            ));
        let work = if cfg!(windows) { home.work() } else { home.work().canonicalize().unwrap() };
        let (secret, quote) = (work.join("secret"), if cfg!(windows) { '\'' } else { '"' });
        let added = format!(
            "[profile.staging]\n\
             client_id = \"of-staging\"\n\
             client_secret_file = {quote}{}{quote}\n\
             base_url = \"https://own.test/api\"\n",
            secret.display()
        );
        let added = added.replace('\n', line_end);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{content}{gap}{added}"));
        #[cfg(unix)]
        assert_eq!(mode(&path), 0o600);
        assert_eq!(home.skia(["config", "show", "-p", "staging"]).run().code, Some(0));
    }
}

#[cfg(unix)]
#[test]
fn profiles_that_are_added_at_once_are_all_there() {
    for content in [None, Some("client_id = 'mine'\n")] {
        let home = Home::new();
        content.map(|content| home.write_config(content));
        let script =
            "for n in 1 2 3 4 5 6 7 8; do skia-auth config init -p p$n & done >/dev/null; wait";
        home.sh(script).run().ok("");
        let list = home.skia(["config", "list", "-o", "json"]).run().json();
        let names = list["profiles"].as_array().unwrap().iter();
        let names: Vec<_> = names.filter_map(|profile| profile["name"].as_str()).collect();
        let added = names.iter().filter(|name| **name != "default").collect::<Vec<_>>();
        assert_eq!(
            added,
            ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"].iter().collect::<Vec<_>>()
        );
    }
}

#[cfg(unix)]
#[test]
fn missing_values_of_an_added_profile_are_comments() {
    let home = Home::new();
    let path = home.write_config("client_id = 'mine'\n");
    home.skia(["config", "init", "-p", "try it"]).run().ok(&format!(
        "added profile \"try it\" to {}\nnext: fill it in, then skia-auth login -p 'try it'\n",
        path.display()
    ));
    let added = r#"
[profile."try it"]
# client_id = "…"
# client_secret = "…"
# In place of client_secret:
# client_secret_file = "/run/secrets/skia"
# client_secret_command = ["pass", "show", "skia"]
# base_url = "https://api.skia.com.br/api"
"#;
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("client_id = 'mine'\n{added}"));
}

#[cfg(unix)]
#[test]
fn only_missing_values_are_asked() {
    let home = Home::new();
    let path = home.write_config("# kept\n");
    home.declare_secret_file(&path);
    let init = |arguments: &[&str]| {
        home.skia(["config", "init"]).args(arguments).env("NO_COLOR", "1").on_terminal()
    };
    let mut terminal = init(&["-p", "a", "--client-id", "x", "--client-secret-file", "-"]);
    terminal.expect("profile \"a\"").expect("Client secret (not shown): ").expect_echo(false);
    terminal.send(&format!("{SECRET}\r"));
    terminal.expect("Base URL [https://api.skia.com.br/api]: ").expect_echo(true).send("\r");
    let ended = terminal.wait();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.screen.contains("Client id"), "{}", ended.screen);
    let ended = init(&[
        "-p",
        "b",
        "--client-id=y",
        "--base-url=http://localhost:1/api",
        "--client-secret-file=/run/s",
    ])
    .wait();
    assert_eq!(
        ended.screen,
        format!("added profile \"b\" to {}\nnext: skia-auth login -p b\n", path.display())
    );
    let written = fs::read_to_string(path).unwrap();
    assert_eq!(
        written,
        format!(
            "# kept\n\n\
             [profile.a]\nclient_id = \"x\"\nclient_secret = '{SECRET}'\n\
             base_url = \"https://api.skia.com.br/api\"\n\n\
             [profile.b]\nclient_id = \"y\"\nclient_secret_file = \"/run/s\"\n\
             base_url = \"http://localhost:1/api\"\n"
        )
    );
}

#[test]
fn secret_on_standard_input_is_written() {
    let home = Home::new();
    let path = config_file(&home);
    home.declare_secret_file(&path);
    let init = |profile: &str| {
        home.skia(["config", "init", "-p", profile, "--client-id", CLIENT_ID])
            .args(["--client-secret-file", "-"])
            .stdin(format!("{SECRET}\n"))
            .run()
    };
    init("a").ok("created [..]\nnext: skia-auth login -p a\n");
    init("b").ok("added profile \"b\" to [..]\nnext: skia-auth login -p b\n");
    assert_eq!(fs::read_to_string(&path).unwrap().matches(SECRET).count(), 2);
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let base_url = server.base_url();
    home.skia(["login", "-p", "b", "--base-url", &base_url]).run().ok(&format!("{token}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[cfg(unix)]
#[test]
fn secret_is_not_written_where_others_can_read_it() {
    let home = Home::new();
    let path = home.write_config("scope = 's'\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    home.declare_foreign(&path);
    let init = home.skia(["config", "init", "-p", "a", "--client-secret-file", "-"]);
    init.stdin(format!("{SECRET}\n")).run().fails(
        3,
        &format!(
            "skia-auth: error: other users can read {0}: no secret is written there\n\
             hint: chmod go-rwx {0}\n\
             hint: or name a file: --client-secret-file\n",
            path.display()
        ),
    );
    assert_eq!(fs::read_to_string(path).unwrap(), "scope = 's'\n");
}

#[test]
fn existing_profile_is_never_changed() {
    let home = Home::new();
    let content = "[profile.staging]\n";
    let path = home.write_config(content);
    home.skia(["config", "init", "-p", "staging", "--client-id", "x"]).run().fails(
        3,
        &format!(
            "skia-auth: error: the profile \"staging\" is already in {}\n\
             hint: skia-auth config show -p staging\n",
            path.display()
        ),
    );
    assert_eq!(fs::read_to_string(path).unwrap(), content);
}

#[test]
fn file_that_cannot_be_extended_is_left_alone() {
    for (content, error) in [
        ("client_id = \n", "[..]:1:[..]: this is not valid TOML\n"),
        (
            "profile = { a = { scope = 's' } }\n",
            "cannot add a profile to [..]: its profiles are not written as tables\n\
             hint: write them as [profile.NAME]\n",
        ),
    ] {
        let home = Home::new();
        let path = home.write_config(content);
        let told = format!("skia-auth: error: {error}");
        home.skia(["config", "init", "-p", "staging"]).run().fails(3, &told);
        assert_eq!(fs::read_to_string(path).unwrap(), content);
    }
}

#[cfg(unix)]
#[test]
fn linked_file_is_changed_and_keeps_its_mode() {
    let home = Home::new();
    let target = home.file("dotfiles/skia.toml", "scope = 's'\n");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    home.declare_foreign(&target);
    let link = home.write_config("");
    fs::remove_file(&link).unwrap();
    symlink("../../work/dotfiles/skia.toml", &link).unwrap();
    home.skia(["config", "init", "-p", "a", "--client-id", "x"]).run().ok(&format!(
        "added profile \"a\" to {}\nnext: fill it in, then skia-auth login -p a\n",
        link.display()
    ));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&target).unwrap().starts_with("scope = 's'\n\n[profile.a]\nclient_id")
    );
    assert_eq!(mode(&target), 0o640);
    assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn owner_of_a_changed_file_stays() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    use std::os::unix::fs::MetadataExt;
    let home = Home::new();
    let path = home.write_config("scope = 's'\n");
    std::os::unix::fs::chown(&path, Some(65534), Some(65534)).unwrap();
    assert_eq!(home.skia(["config", "init", "-p", "a"]).run().code, Some(0));
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid(), mode(&path)), (65534, 65534, 0o600));
}

#[cfg(unix)]
#[test]
fn full_disk_leaves_the_file_alone() {
    let home = Home::new();
    let path = home.write_config("scope = 's'\n");
    home.skia(["config", "init", "-p", "a"])
        .prelude("ulimit -f 0")
        .run()
        .fails(7, &format!("skia-auth: error: cannot write {}: file too large\n", path.display()));
    assert_eq!(fs::read_to_string(path).unwrap(), "scope = 's'\n");
}

#[test]
fn unusable_options_are_refused() {
    let home = Home::new();
    for (arguments, error) in [
        (["--client-id", ""], "--client-id: a client id is needed\n"),
        (["--client-id", "a\tb"], "--client-id: that contains a control character\n"),
        (
            ["--base-url", "http://own.test"],
            "--base-url: that is plain HTTP: the secret would cross the network readable\n",
        ),
        (
            ["--base-url", "own.test/api"],
            "the base URL from --base-url has no scheme (https://)\n\
             hint: write it as https://own.test/api\n",
        ),
    ] {
        let told = format!("skia-auth: error: {error}");
        home.skia(["config", "init"]).args(arguments).run().fails(3, &told);
    }
    nothing_was_written(&home);
}
