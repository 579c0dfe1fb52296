//! The recipes of docs/secrets.md: the commands as documented, with the real stores.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::markdown::Document;
use crate::support::*;

const DOCUMENT: &str = "docs/secrets.md";
const TRANSLATION: &str = "docs/secrets.pt-BR.md";

/// The section of one store.
struct Recipe {
    heading: &'static str,
    home: Home,
    /// The shell commands that put the secret into the store. They read it from standard input.
    store: String,
    /// The TOML blocks, each of which gets the secret out again.
    configurations: Vec<String>,
}

impl Recipe {
    /// `None` if one of the programs is not installed.
    fn of(heading: &'static str, programs: &[&str]) -> Option<Self> {
        if !programs.iter().all(|program| installed(program)) {
            return None;
        }
        let home = Home::new();
        // The stores keep their files below HOME.
        let directory = home.root().join("home");
        home.declare_foreign(&directory);
        let directory = directory.display().to_string();
        let blocks = Document::read(DOCUMENT).blocks();
        let (configurations, store): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .filter(|block| block.heading == format!("### {heading}"))
            .map(|block| (block.language, block.text.replace("/path/to", &directory)))
            .filter(|(language, _)| ["sh", "bash", "toml"].contains(&language.as_str()))
            .partition(|(language, _)| language == "toml");
        assert!(!configurations.is_empty(), "{heading} has no configuration");
        Some(Self {
            heading,
            home,
            store: store.into_iter().map(|(_, text)| text).collect(),
            configurations: configurations.into_iter().map(|(_, text)| text).collect(),
        })
    }

    fn configure(&self, server: &Server, configuration: &str) {
        let url = server.base_url();
        self.home.write_config(&format!(
            "client_id = {CLIENT_ID:?}\nbase_url = {url:?}\n{configuration}"
        ));
    }

    /// Runs `store` and `skia-auth login` in one bash, and compares the secret that the server got.
    /// The output of `store` goes to a log. `session` is a command that runs bash, or empty.
    #[track_caller]
    fn run(&self, session: &str, store: &str, configuration: &str) {
        let token = live_token();
        let server = Server::start([live_reply(&token)]);
        self.configure(&server, configuration);
        let bash = format!(
            "exec 3>&1 4>&2 >\"$HOME/log\" 2>&1\nexec {session} bash -euo pipefail -c \"$0\""
        );
        let script = format!("{store}\nskia-auth login </dev/null >&3 2>&4\n");
        let runtime = self.home.root().join("home/run");
        let outcome = self
            .home
            .program("bash", ["-c", &bash, &script])
            .env("XDG_RUNTIME_DIR", runtime)
            .stdin(format!("{SECRET}\n{SECRET}\n"))
            .run();
        let log = fs::read_to_string(self.home.root().join("home/log")).unwrap_or_default();
        let ended = (outcome.code, outcome.stdout(), outcome.stderr.as_str());
        assert_eq!(ended, (Some(0), format!("{token}\n"), ""), "{}:\n{log}", self.heading);
        assert_eq!(server.request().json()["ClientSecret"], SECRET, "{}", self.heading);
    }
}

#[test]
fn secret_in_pass_reaches_the_server() {
    let Some(recipe) = Recipe::of("pass", &["pass", "gpg"]) else { return };
    // Not ~/.gnupg: its sockets can be in /run/user, where the user's own agent listens.
    let agent = "export GNUPGHOME=$HOME/gnupg\ntrap 'gpgconf --kill all' EXIT";
    let prepare = "mkdir -m 700 \"$GNUPGHOME\"\n\
         gpg --batch --passphrase '' --quick-generate-key skia@example.invalid future-default\n\
         pass init skia@example.invalid";
    let [entry, first_line] = &recipe.configurations[..] else { panic!("not two configurations") };
    recipe.run("", &format!("{agent}\n{prepare}\n{}", recipe.store), entry);
    let notes = "read -r secret\n\
         printf '%s\\nurl: skia\\n' \"$secret\" | pass insert --multiline --force skia";
    recipe.run("", &format!("{agent}\n{notes}"), first_line);
}

#[test]
fn secret_in_gnome_keyring_reaches_the_server() {
    let needed = ["secret-tool", "gnome-keyring-daemon", "dbus-run-session"];
    let Some(recipe) = Recipe::of("GNOME Keyring", &needed) else { return };
    fs::create_dir(recipe.home.root().join("home/run")).unwrap();
    let prepare = "echo | gnome-keyring-daemon --daemonize --unlock --components=secrets";
    let store = format!("{prepare}\nhead -n1 | tr -d '\\n' | {}", recipe.store);
    // The daemon exits when the bus does.
    recipe.run("dbus-run-session --", &store, &recipe.configurations[0]);
}

#[test]
fn keepassxc_asks_for_its_password_on_the_terminal() {
    let Some(recipe) = Recipe::of("KeePassXC", &["keepassxc-cli"]) else { return };
    let home = &recipe.home;
    home.declare_foreign(home.config().join("keepassxc"));
    home.declare_foreign(home.cache().join("keepassxc"));
    // 100 ms of key derivation, the shortest: the default takes a second each time.
    let script = format!(
        "printf 'opener\\nopener\\n' | keepassxc-cli db-create -p -t 100 ~/passwords.kdbx\n{}",
        recipe.store
    );
    let stored = home
        .program("bash", ["-euo", "pipefail", "-c", &script])
        .stdin(format!("opener\n{SECRET}\n"))
        .run();
    assert_eq!(stored.code, Some(0), "{stored}");
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    recipe.configure(&server, &recipe.configurations[0]);
    let mut terminal = home.skia(["login"]).on_terminal();
    terminal.expect("Enter password").expect_echo(false).send("opener\r").expect(&token);
    assert_eq!(terminal.wait().code, Some(0));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn secret_in_openbao_reaches_the_server() {
    let Some(recipe) = Recipe::of("OpenBao", &["bao"]) else { return };
    // A development server needs a TCP listener. The commands use the socket, whose path is known.
    let prepare = r#"
printf 'listener "unix" { address = "%s" }\n' ~/bao.sock >~/bao.hcl
bao server -dev -dev-no-store-token -dev-root-token-id=root -dev-listen-address=127.0.0.1:0 \
    -config="$HOME/bao.hcl" &
trap 'kill $!; wait $! || true' EXIT
export BAO_ADDR=unix://$HOME/bao.sock BAO_TOKEN=root
for _ in {1..200}; do if bao status; then break; fi; kill -0 $!; sleep 0.1; done
"#;
    recipe.run("", &format!("{prepare}{}", recipe.store), &recipe.configurations[0]);
}

#[test]
fn secret_in_sops_reaches_the_server() {
    let Some(recipe) = Recipe::of("SOPS", &["sops", "age-keygen"]) else { return };
    recipe.home.declare_secret_file(recipe.home.root().join("home/typed.yaml"));
    // `cp` in place of an editor.
    let prepare = "umask 077\n\
         mkdir -p \"$XDG_CONFIG_HOME/sops/age\"\n\
         age-keygen -o \"$XDG_CONFIG_HOME/sops/age/keys.txt\"\n\
         recipient=$(age-keygen -y \"$XDG_CONFIG_HOME/sops/age/keys.txt\")\n\
         read -r secret\n\
         printf \"client_secret: '%s'\\n\" \"$secret\" >~/typed.yaml\n\
         export EDITOR=\"cp $HOME/typed.yaml\"";
    let store = format!("{prepare}\n{}", recipe.store.replace("age1…", "\"$recipient\""));
    recipe.run("", &store, &recipe.configurations[0]);
}

#[test]
fn secret_in_age_reaches_the_server() {
    let Some(recipe) = Recipe::of("age", &["age", "age-keygen"]) else { return };
    recipe.run("", &recipe.store, &recipe.configurations[0]);
}

#[test]
fn secret_in_systemd_creds_reaches_the_server() {
    let Some(recipe) = Recipe::of("systemd-creds", &["systemd-creds"]) else { return };
    // Not the key of the machine, which only root can read and which is created on first use.
    let prepare = "export SYSTEMD_CREDENTIAL_SECRET=$HOME/credential.secret";
    recipe.run("", &format!("{prepare}\n{}", recipe.store), &recipe.configurations[0]);
}

#[test]
fn updated_mount_is_read_at_the_next_login() {
    let Some(recipe) = Recipe::of("Kubernetes, Docker and Podman", &[]) else { return };
    let mount = recipe.home.work().join("secrets");
    let configuration =
        recipe.configurations[0].replace("/run/secrets", &mount.display().to_string());
    // Kubernetes: skia -> ..data/skia, ..data -> ..2025_01_01. An update replaces ..data.
    let project = |version: &str, secret: &str| {
        recipe.home.declare_secret(secret);
        let file = recipe.home.file(&format!("secrets/{version}/skia"), secret);
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(version, mount.join("..new")).unwrap();
        fs::rename(mount.join("..new"), mount.join("..data")).unwrap();
    };
    let updated = "another-secret-of-the-same-client";
    project("..2025_01_01", SECRET);
    symlink("..data/skia", mount.join("skia")).unwrap();
    let token = live_token();
    let server = Server::start([live_reply(&token)]).expects(2);
    recipe.configure(&server, &configuration);
    recipe.home.skia(["login"]).run().ok(&format!("{token}\n"));
    project("..2025_01_02", updated);
    recipe.home.skia(["token"]).run().ok(&format!("{token}\n"));
    let sent = server.requests().into_iter().map(|request| request.json()["ClientSecret"].clone());
    assert_eq!(sent.collect::<Vec<_>>(), [SECRET, updated]);
}

/// The rows of the table: the name of each section, and whether it is tested.
fn sections(name: &str, tested: &str, untested: &str) -> Vec<(String, bool)> {
    let document = Document::read(name);
    let rows = document.tables().concat();
    let sections: Vec<_> = rows
        .iter()
        .map(|row| {
            assert!([tested, untested].contains(&row[1].as_str()), "{name}: {row:?}");
            let (heading, anchor) =
                row[0][1..].strip_suffix(')').unwrap().split_once("](#").unwrap();
            let slug = heading.to_lowercase().replace(' ', "-");
            assert_eq!(slug.replace(',', ""), anchor, "{name}");
            (heading.to_owned(), row[1] == tested)
        })
        .collect();
    let headings: Vec<_> =
        document.text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(sections.iter().map(|(heading, _)| heading).collect::<Vec<_>>(), headings);
    sections
}

#[test]
fn tested_recipes_are_those_with_a_test() {
    let source = include_str!("recipes.rs");
    let calls = source.split("Recipe::of(\"").skip(1);
    let tests: BTreeSet<_> = calls.filter_map(|call| call.split('"').next()).collect();
    let sections = sections(DOCUMENT, "tested", "not tested");
    let tested = sections.iter().filter(|(_, tested)| *tested);
    assert_eq!(tested.map(|(heading, _)| heading.as_str()).collect::<BTreeSet<_>>(), tests);
}

#[test]
fn translation_has_the_same_recipes() {
    let [one, other] = [DOCUMENT, TRANSLATION].map(Document::read);
    let code = |document: &Document| -> Vec<(String, String)> {
        document.blocks().into_iter().map(|block| (block.language, block.text)).collect()
    };
    assert_eq!(code(&one), code(&other));
    assert_eq!(one.outline(), other.outline());
    let states = |name, tested, untested| -> Vec<bool> {
        sections(name, tested, untested).into_iter().map(|(_, tested)| tested).collect()
    };
    let translated = states(TRANSLATION, "testado", "não testado");
    assert_eq!(states(DOCUMENT, "tested", "not tested"), translated);
}

#[test]
fn every_recipe_is_a_valid_configuration_and_script() {
    for block in Document::read(DOCUMENT).blocks() {
        let home = Home::new();
        match block.language.as_str() {
            "toml" => {
                home.write_config(&block.text);
                let shown = home.skia(["config", "show"]).run();
                assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""), "{}", block.text);
            }
            language @ ("sh" | "bash") => {
                home.program(language, ["-n", "-c", &block.text]).run().ok("");
            }
            "powershell" | "ini" => {}
            other => panic!("a block of the unknown language {other:?}"),
        }
    }
}
