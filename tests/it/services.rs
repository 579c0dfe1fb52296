//! The examples of docs/services.md: the files as shown, and their commands against a server.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use crate::cache::until;
use crate::markdown::{Document, root};
use crate::support::*;

const PAGES: (&str, &str) = ("docs/services.md", "docs/services.pt-BR.md");

const TERMINATE: i32 = 15;

const UNITS: [&str; 2] = ["skia-token.service", "skia-token-watch.service"];

fn example(name: &str) -> String {
    fs::read_to_string(root().join("docs/examples").join(name)).unwrap()
}

#[test]
fn files_are_shown_byte_for_byte() {
    let entries = fs::read_dir(root().join("docs/examples")).unwrap();
    let names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.len() >= 8, "{names:?}");
    for page in [PAGES.0, PAGES.1] {
        let document = Document::read(page);
        let blocks = document.blocks();
        for name in &names {
            let link = format!("[{name}](examples/{name})");
            assert!(document.text.contains(&link), "{page}: no {link}");
            let text = example(name);
            assert!(blocks.iter().any(|block| block.text == text), "{page} does not show {name}");
        }
        for block in blocks.iter().filter(|block| ["yaml", "crontab"].contains(&&*block.language)) {
            let is_file = names.iter().any(|name| example(name) == block.text);
            assert!(is_file, "{page}: not a file of docs/examples:\n{}", block.text);
        }
    }
}

#[test]
fn commands_of_the_page_are_valid_shell() {
    let home = Home::new();
    for block in Document::read(PAGES.0).blocks() {
        match block.language.as_str() {
            language @ ("sh" | "bash") => {
                home.program(language, ["-n", "-c", &block.text]).run().ok("");
            }
            "ini" | "crontab" | "yaml" => {}
            other => panic!("a block of the unknown language {other:?}"),
        }
    }
}

/// A home in which the paths of the examples are directories below `work/`.
struct Site {
    home: Home,
    /// The path of an example, and the directory that stands for it.
    paths: Vec<(&'static str, PathBuf)>,
}

impl Site {
    /// Each path is a directory with that mode.
    fn new(paths: &[(&'static str, u32)]) -> Self {
        let home = Home::new();
        home.declare_foreign("site");
        let paths = paths
            .iter()
            .enumerate()
            .map(|(number, &(path, mode))| {
                let directory = home.work().join(format!("site/{number}"));
                fs::create_dir_all(&directory).unwrap();
                fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
                (path, directory)
            })
            .collect();
        Self { home, paths }
    }

    /// The text with the directories that stand for the paths.
    fn place(&self, text: &str) -> String {
        self.paths.iter().fold(text.to_owned(), |text, (path, directory)| {
            text.replace(path, &directory.display().to_string())
        })
    }

    fn path(&self, text: &str) -> PathBuf {
        PathBuf::from(self.place(text))
    }

    /// Writes the secret as a mounted file.
    fn mount_secret(&self, path: &str) {
        let path = self.path(path);
        self.home.declare_secret_file(&path);
        fs::write(&path, SECRET).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o440)).unwrap();
    }

    /// The program with an example's arguments and environment.
    fn skia(&self, words: &[String], environment: &BTreeMap<String, String>) -> Program {
        let words = words.iter().map(|word| self.place(word));
        let program = self.home.skia(words).env_remove("HOME").env_remove("XDG_CACHE_HOME");
        environment
            .iter()
            .fold(program, |program, (name, value)| program.env(name, self.place(value)))
    }

    /// Runs a command that writes this file. With `--watch`, it is stopped when the file exists.
    #[track_caller]
    fn write(
        &self,
        path: &str,
        words: &[String],
        environment: &BTreeMap<String, String>,
        server: &Server,
    ) {
        let program = self.skia(words, environment).server(server);
        if !words.iter().any(|word| word == "--watch") {
            program.run().ok("");
            return;
        }
        let path = self.path(path);
        let _ = fs::remove_file(&path);
        let running = program.spawn();
        until("the file exists", || path.exists());
        running.signal(TERMINATE);
        running.wait().ok("");
    }

    #[track_caller]
    fn assert_file(&self, path: &str, token: &str, mode: u32) {
        let path = self.path(path);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{token}\n"));
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, mode);
    }
}

// --- systemd -------------------------------------------------------------------------------------

/// The values of a key of a unit, with continued lines joined.
fn values(unit: &str, key: &str) -> Vec<String> {
    let unit = unit.replace("\\\n", " ");
    let values = unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

fn value(unit: &str, key: &str) -> String {
    let values = values(unit, key);
    let [value] = &values[..] else { panic!("{key}: {values:?}") };
    value.clone()
}

/// The words of ExecStart without the program, and the environment.
fn service(unit: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let command = value(unit, "ExecStart");
    let command = command.strip_prefix("/usr/bin/skia-auth ").unwrap();
    let environment = values(unit, "Environment").into_iter().map(|assignment| {
        let (name, value) = assignment.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    (command.split_whitespace().map(str::to_owned).collect(), environment.collect())
}

#[test]
fn systemd_services_write_the_token_for_their_group() {
    for name in UNITS {
        let unit = example(name);
        let (command, environment) = service(&unit);
        let (runtime, cache) = (value(&unit, "RuntimeDirectory"), value(&unit, "CacheDirectory"));
        let mode = |key| u32::from_str_radix(&value(&unit, key), 8).unwrap();
        let site = Site::new(&[("%t", 0o755), ("%C", 0o755), ("%d", 0o700)]);
        let directories =
            [("%t", runtime, "RuntimeDirectoryMode"), ("%C", cache, "CacheDirectoryMode")];
        for (specifier, directory, key) in directories {
            let directory = site.path(specifier).join(directory);
            fs::create_dir(&directory).unwrap();
            fs::set_permissions(directory, fs::Permissions::from_mode(mode(key))).unwrap();
        }
        let credential = value(&unit, "LoadCredentialEncrypted");
        let (credential, _) = credential.split_once(':').unwrap();
        site.mount_secret(&format!("%d/{credential}"));
        let token = live_token();
        let server = Server::start([live_reply(&token)]);
        for _ in 0..2 {
            site.write("%t/skia-token/token", &command, &environment, &server);
            site.assert_file("%t/skia-token/token", &token, 0o640);
        }
        assert_eq!(server.request().json()["ClientSecret"], SECRET);
    }
}

#[test]
fn cache_directory_of_a_dynamic_user_is_a_link() {
    let unit = example(UNITS[0]);
    let (command, environment) = service(&unit);
    let site = Site::new(&[("%t", 0o755), ("%C", 0o755), ("%d", 0o700)]);
    fs::create_dir_all(site.path("%t/skia-token")).unwrap();
    let private = site.path("%C/private/skia-token");
    fs::create_dir_all(&private).unwrap();
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::symlink("private/skia-token", site.path("%C/skia-token")).unwrap();
    site.mount_secret("%d/skia-secret");
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    for _ in 0..2 {
        site.skia(&command, &environment).server(&server).run().ok("");
    }
}

#[test]
fn credential_of_the_unit_is_the_one_that_the_page_encrypts() {
    if !cfg!(target_os = "linux") || !installed("systemd-creds") {
        return;
    }
    let blocks = Document::read(PAGES.0).blocks();
    let store = blocks.iter().find(|block| block.text.contains("systemd-creds encrypt")).unwrap();
    let home = Home::new();
    let directory = home.root().join("home");
    home.declare_foreign(&directory);
    home.declare_secret_file(directory.join("stdout"));
    let units: Vec<String> =
        UNITS.iter().map(|name| value(&example(name), "LoadCredentialEncrypted")).collect();
    assert_eq!(units[0], units[1]);
    let (name, path) = units[0].split_once(':').unwrap();
    // Not the key of the machine, which only root can read and which is created on first use.
    let script = format!(
        "export SYSTEMD_CREDENTIAL_SECRET=$HOME/credential.secret\n{}\n\
         systemd-creds decrypt --name={name} {path} - >~/stdout",
        store.text.replace("sudo ", "")
    );
    let script = script.replace("/etc/skia", &directory.join("etc").display().to_string());
    let program = home.program("bash", ["-euo", "pipefail", "-c", &script]);
    let outcome = program.stdin(format!("{SECRET}\n")).run();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(fs::read_to_string(directory.join("stdout")).unwrap(), SECRET);
}

/// The exit codes of the program that must not be retried.
const FINAL: [&str; 6] = ["1", "2", "3", "4", "6", "7"];

#[test]
fn only_an_unavailable_server_is_retried() {
    for name in UNITS {
        let codes = value(&example(name), "RestartPreventExitStatus");
        assert_eq!(codes.split(' ').collect::<Vec<_>>(), FINAL, "{name}");
    }
    let manifest = example("cronjob.yaml");
    let codes = after(&manifest, "action: FailJob", "values: ");
    let codes = codes.trim_matches(['[', ']']).split(", ");
    assert_eq!(codes.collect::<Vec<_>>(), FINAL);
    assert_eq!(after(&manifest, "action: FailJob", "operator: "), "In");
}

// --- cron ----------------------------------------------------------------------------------------

/// The schedules and commands of the crontab.
fn jobs() -> Vec<(String, String)> {
    let text = example("crontab");
    let is_assignment = |line: &&str| line.split(' ').next().unwrap().contains('=');
    let jobs: Vec<_> = text
        .lines()
        .filter(|line| !is_assignment(line))
        .map(|line| {
            // cron gives what follows a percent sign to the command as standard input.
            assert!(!line.contains('%'), "{line}");
            let fields = if line.starts_with('@') { 1 } else { 5 };
            let at = line.match_indices(' ').nth(fields - 1).unwrap().0;
            (line[..at].to_owned(), line[at + 1..].to_owned())
        })
        .collect();
    assert!(text.ends_with('\n') && !jobs.is_empty());
    jobs
}

#[test]
fn crontab_lines_have_valid_schedules() {
    for (schedule, _) in jobs() {
        if schedule == "@reboot" {
            continue;
        }
        let ranges = [0..=59, 0..=23, 1..=31, 1..=12, 0..=7];
        let fields: Vec<_> = schedule.split(' ').collect();
        assert_eq!(fields.len(), ranges.len(), "{schedule}");
        for (field, range) in fields.iter().zip(ranges) {
            let (value, step) = field.split_once('/').unwrap_or((field, "1"));
            let number = |text: &str| text.parse::<u8>().unwrap();
            assert!(value == "*" || range.contains(&number(value)), "{schedule}");
            assert!((1..=*range.end()).contains(&number(step)), "{schedule}");
        }
    }
}

#[test]
fn crontab_commands_write_the_token() {
    for (_, command) in jobs() {
        let home = Home::new();
        let path = home.root().join("home/skia-token");
        home.declare_output(&path);
        let token = live_token();
        let server = Server::start([live_reply(&token)]);
        home.write_config(&format!(
            "client_id = {CLIENT_ID:?}\nclient_secret = {SECRET:?}\nbase_url = {:?}\n",
            server.base_url()
        ));
        // The second run takes the token from the cache.
        for _ in 0..2 {
            home.sh(&command).run().ok("");
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{token}\n"));
        }
    }
}

// --- Containers ----------------------------------------------------------------------------------

/// The rest of the first line that starts with `key`, after the first line that contains `anchor`.
fn after(yaml: &str, anchor: &str, key: &str) -> String {
    let lines = yaml.lines().skip_while(|line| !line.contains(anchor));
    let mut found = lines.filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key));
    found.next().unwrap_or_else(|| panic!("no {key} after {anchor}")).to_owned()
}

/// A list on one line, `["a", "b"]`.
fn list(yaml: &str, anchor: &str, key: &str) -> Vec<String> {
    serde_json::from_str(&after(yaml, anchor, key)).unwrap()
}

/// The `SKIA_` variables of the manifest: `NAME: value`, or `name: NAME` above `value: …`.
fn environment(yaml: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = yaml.lines().map(|line| line.trim_start_matches([' ', '-']));
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("name: ").filter(|name| name.starts_with("SKIA_")) {
            let value = lines.next().unwrap().strip_prefix("value: ").unwrap();
            found.insert(name.to_owned(), value.to_owned());
        } else if let Some((name, value)) = line.split_once(": ")
            && name.starts_with("SKIA_")
        {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

/// The command of a probe without the program.
fn probe(yaml: &str, anchor: &str, key: &str) -> Vec<String> {
    let command = list(yaml, anchor, key);
    let at = command.iter().position(|word| word == "/usr/bin/skia-auth").unwrap();
    assert!(command[..at].iter().all(|word| word == "CMD"), "{command:?}");
    command[at + 1..].to_vec()
}

/// Runs the writer and the probes of a container, whose token directory has this mode.
fn container(
    manifest: &str,
    writer: &[String],
    probes: &[Vec<String>],
    mode: u32,
    secrets: &'static str,
) {
    let environment = environment(manifest);
    let site = Site::new(&[("/run/skia", mode), (secrets, 0o755)]);
    site.mount_secret(&environment["SKIA_CLIENT_SECRET_FILE"]);
    let token = live_token();
    let server = Server::start([live_reply(&token)]);
    let probe = |words: &Vec<String>| {
        site.skia(words, &environment).server(&server).allow_partial_stdout().run().code
    };
    assert!(!probes.is_empty() && probes.iter().all(|words| probe(words) == Some(1)));
    site.write("/run/skia/token", writer, &environment, &server);
    site.assert_file("/run/skia/token", &token, 0o640);
    assert!(probes.iter().all(|words| probe(words) == Some(0)));
    // A container that is started again finds the token in the cache.
    site.write("/run/skia/token", writer, &environment, &server);
}

#[test]
fn compose_service_writes_the_token_and_reports_its_health() {
    let compose = example("compose.yaml");
    let writer = list(&compose, "skia-token:", "command: ");
    let health = probe(&compose, "healthcheck:", "test: ");
    let mode = after(&compose, "driver_opts:", "o: ");
    let mode = u32::from_str_radix(mode.split("mode=").nth(1).unwrap(), 8).unwrap();
    container(&compose, &writer, &[health], mode, "/run/secrets");
}

#[test]
fn sidecar_writes_the_token_and_answers_its_probes() {
    let manifest = example("sidecar.yaml");
    let writer = list(&manifest, "name: skia-token", "args: ");
    let probes =
        ["startupProbe:", "livenessProbe:"].map(|name| probe(&manifest, name, "command: "));
    // An `emptyDir` with `fsGroup` has this mode.
    container(&manifest, &writer, &probes, 0o2777, "/run/secrets/skia");
}

/// The folded text below `- >-` after the anchor.
fn folded(yaml: &str, anchor: &str) -> String {
    let mut lines = yaml.lines().skip_while(|line| !line.contains(anchor));
    let mark = lines.by_ref().find(|line| line.ends_with("- >-")).unwrap();
    let indent = mark.len() - mark.trim_start().len() + 2;
    let lines = lines.take_while(|line| line.starts_with(&" ".repeat(indent)));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn cronjob_logs_in_and_stores_the_token() {
    let manifest = example("cronjob.yaml");
    let environment = environment(&manifest);
    let site = Site::new(&[("/run/skia", 0o2777), ("/run/secrets/skia", 0o755)]);
    site.mount_secret(&environment["SKIA_CLIENT_SECRET_FILE"]);
    let login = list(&manifest, "initContainers:", "args: ");
    let [old, token] = [live_token(), live_token()];
    let server = Server::start([live_reply(&old), live_reply(&token)]).expects(2);
    for token in [&old, &token] {
        site.skia(&login, &environment).server(&server).run().ok("");
        site.assert_file("/run/skia/token", token, 0o600);
    }

    let shell = list(&manifest, "name: store", "command: ");
    let script = site.place(&folded(&manifest, "name: store"));
    let kubectl = site.home.file("bin/kubectl", KUBECTL);
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    let stored = site.home.work().join("site/stored");
    let store = || {
        let program = site.home.program(&shell[0], &shell[1..]).arg(&script);
        program.prelude("PATH=$PWD/bin:$PATH").env("STORED", &stored).run()
    };
    store().ok("");
    assert_eq!(fs::read_to_string(&stored).unwrap(), format!("skia-token token={token}\n"));
    fs::remove_file(site.path("/run/skia/token")).unwrap();
    assert_ne!(store().code, Some(0));
}

/// Stands for kubectl: `create` prints what `apply` stores, and `apply` refuses an empty input.
const KUBECTL: &str = r#"#!/bin/sh
case "$*" in
"create secret generic "*" --from-file="*" --dry-run=client -o yaml")
    file=${5#--from-file=}
    token=$(cat "$file") || exit
    echo "$4 ${file##*/}=$token" ;;
"apply --server-side --force-conflicts -f -")
    cat >"$STORED"
    test -s "$STORED" ;;
*) exit 99 ;;
esac
"#;

#[test]
fn secret_of_the_cronjob_is_the_one_that_its_role_may_change() {
    let manifest = example("cronjob.yaml");
    let written = folded(&manifest, "name: store");
    let name = written.split_whitespace().nth(4).unwrap();
    assert_eq!(after(&manifest, "kind: Secret", "name: "), name);
    assert_eq!(after(&manifest, "kind: Role", "resourceNames: "), format!("[{name}]"));
}

#[test]
fn directory_is_mounted_and_not_the_file() {
    for name in ["compose.yaml", "sidecar.yaml", "cronjob.yaml"] {
        let text = example(name);
        assert!(!text.contains("subPath"), "{name}");
        let mounts = text.lines().filter(|line| line.contains("- token:"));
        let mounts = mounts.chain(text.lines().filter(|line| line.contains("mountPath: ")));
        for mount in mounts {
            assert!(!mount.trim_end_matches(":ro").ends_with("/token"), "{mount}");
        }
    }
}
