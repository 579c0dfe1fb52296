//! The tables, names and links of the documents, compared with the program.

use std::collections::BTreeSet;
use std::fs;

use crate::markdown::{Block, Document, code_spans, root, without_comment, words};
use crate::support::*;

pub const READMES: [&str; 2] = ["README.md", "README.pt-BR.md"];
pub const REFERENCES: [&str; 2] = ["docs/settings.md", "docs/settings.pt-BR.md"];
pub const TRANSLATIONS: [(&str, &str); 4] = [
    (READMES[0], READMES[1]),
    (REFERENCES[0], REFERENCES[1]),
    ("docs/pipelines.md", "docs/pipelines.pt-BR.md"),
    ("docs/secrets.md", "docs/secrets.pt-BR.md"),
];

/// The documented example, which the sandbox accepts.
pub const SANDBOX_SECRET: &str = "e15148d497d8bc12";

/// The tables of a reference, in order.
const SETTINGS: usize = 0;
const COMMON_VARIABLES: usize = 1;
const FORMATS: usize = 2;
const EXIT_CODES: usize = 3;

/// Commands too slow for a case. `.ci/run` runs them, except for `install`.
const CARGO: [&str; 6] = [
    "cargo run --release --quiet -- login --sandbox",
    "cargo install --path . --locked",
    "cargo nextest run",
    "cargo fmt --check",
    "cargo clippy --all-targets --locked -- -D warnings",
    "SKIA_AUTH_RENEW=1 cargo nextest run generated",
];

pub fn is_cargo(block: &Block) -> bool {
    block.text.lines().any(|line| line.contains("cargo "))
}

#[test]
fn cargo_commands_are_those_of_the_gate() {
    let gate = fs::read_to_string(root().join(".ci/run")).unwrap();
    let gate: BTreeSet<&str> = gate.lines().collect();
    for name in READMES {
        let document = Document::read(name);
        let blocks = document.blocks();
        assert_known_cargo_commands(&document);
        let first_of = |heading: &str| {
            let block = blocks.iter().find(|block| block.heading == heading);
            block.unwrap_or_else(|| panic!("{name}: no block under {heading}")).text.as_str()
        };
        let [quickstart, tests] = match name {
            "README.md" => ["## Quickstart", "## Development"],
            _ => ["## Início rápido", "## Desenvolvimento"],
        };
        assert_eq!(first_of(quickstart), format!("{}\n", CARGO[0]));
        assert_eq!(first_of(tests), format!("{}\n", CARGO[2]));
    }
    assert_known_cargo_commands(&Document::read("CONTRIBUTING.md"));
    for command in &CARGO[2..5] {
        assert!(gate.contains(command), ".ci/run does not run {command}");
    }
    assert!(include_str!("generated.rs").contains(CARGO[5]));
}

fn assert_known_cargo_commands(document: &Document) {
    for block in document.blocks().iter().filter(|block| is_cargo(block)) {
        for line in block.text.lines() {
            let name = &document.name;
            assert!(CARGO.contains(&without_comment(line)), "{name}: unknown command: {line}");
        }
    }
}

#[test]
fn translations_have_the_same_structure_and_commands() {
    let services = ("docs/services.md", "docs/services.pt-BR.md");
    for (one, other) in TRANSLATIONS.into_iter().chain([services]) {
        let (one, other) = (Document::read(one), Document::read(other));
        assert_eq!(one.outline(), other.outline(), "{}: other headings", other.name);
        let code = |document: &Document| -> Vec<(String, Vec<String>)> {
            let strip =
                |text: &str| text.lines().map(|line| without_comment(line).to_owned()).collect();
            document
                .blocks()
                .into_iter()
                .map(|block| (block.language, strip(&block.text)))
                .collect()
        };
        assert_eq!(code(&one), code(&other), "{}: other blocks", other.name);
        let shape = |document: &Document| -> Vec<usize> {
            document.tables().iter().map(Vec::len).collect()
        };
        assert_eq!(shape(&one), shape(&other), "{}: other tables", other.name);
    }
    let [one, other] = REFERENCES.map(Document::read);
    for table in [SETTINGS, COMMON_VARIABLES, FORMATS, EXIT_CODES] {
        for (row, translated) in one.tables()[table].iter().zip(&other.tables()[table]) {
            // Only the last column is translated.
            for (cell, translated) in row.iter().zip(translated).take(row.len() - 1) {
                assert_eq!(
                    code_spans(cell),
                    code_spans(translated),
                    "{}: {translated}",
                    other.name
                );
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn exit_codes_are_those_of_the_program() {
    let document = Document::read(REFERENCES[0]);
    let table = &document.tables()[EXIT_CODES];
    let kinds = |code: i32| {
        let row = table.iter().find(|row| row[0].split(", ").any(|cell| cell == code.to_string()));
        code_spans(&row.unwrap_or_else(|| panic!("no row for exit code {code}"))[1])
    };
    let home = Home::new();
    home.declare_secret(SANDBOX_SECRET);
    let answered = |answer: &str| {
        let words = [
            "sandbox",
            "--answer",
            answer,
            "--",
            "skia-auth",
            "token",
            "-o",
            "json",
            "--retries",
            "0",
        ];
        home.skia(words).run()
    };
    let nowhere = home.work().join("missing/token");
    let failures = [
        (1, "none", home.skia(["token", "--offline", "-o", "json"]).credentials().run()),
        (2, "usage", home.skia(["token", "-o", "json", "--nonsense"]).run()),
        (3, "config", home.skia(["token", "-o", "json"]).run()),
        (4, "rejected", answered("rejected")),
        (5, "unavailable", answered("unavailable")),
        (6, "protocol", answered("html")),
        (
            7,
            "output",
            home.skia(["token", "-o", "json", "--to-file"]).arg(nowhere).credentials().run(),
        ),
    ];
    for (code, kind, outcome) in &failures {
        assert_eq!(outcome.code, Some(*code), "{outcome}");
        assert!(kinds(*code).contains(kind), "the row of {code} does not name {kind}");
        let error = outcome.json_error();
        assert_eq!(error["error"]["kind"], *kind, "{outcome}");
        assert_eq!(error["error"]["exit"], *code, "{outcome}");
        assert_eq!(error["error"]["retryable"], *code == 5, "{outcome}");
        let keys = |error: &serde_json::Value| -> Vec<String> {
            error["error"].as_object().unwrap().keys().cloned().collect()
        };
        let example =
            document.blocks().into_iter().find(|block| block.language == "json").unwrap().text;
        assert_eq!(keys(&error), keys(&serde_json::from_str(&example).unwrap()));
    }
    home.file("not-executable", "");
    let others = [
        (0, home.skia(["--version"]).run()),
        (126, home.skia(["exec", "--", "./not-executable"]).credentials().run()),
        (127, home.skia(["exec", "--", "./missing"]).credentials().run()),
        (141, home.skia(["login", "--sandbox", "-q"]).stdout_reader_gone().run()),
    ];
    for (code, outcome) in others {
        assert_eq!(outcome.code, Some(code), "{outcome}");
        assert_eq!(kinds(code), [""; 0]);
    }
}

#[test]
fn formats_are_those_of_the_program() {
    let help = Home::new().skia(["login", "-h"]).run().stdout();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let values = help
        .split("Form of the result [possible values: ")
        .nth(1)
        .unwrap()
        .split(']')
        .next()
        .unwrap();
    let values: Vec<&str> = values.split(", ").collect();
    for name in REFERENCES {
        let tables = Document::read(name).tables();
        let formats: Vec<_> =
            tables[FORMATS].iter().map(|row| code_spans(&row[0]).concat()).collect();
        assert_eq!(formats, values, "{name}");
    }
}

#[test]
fn variables_are_those_of_the_program() {
    let source = fs::read_to_string(root().join("src/env.rs")).unwrap();
    let known: BTreeSet<&str> = source
        .lines()
        .filter(|line| line.starts_with("pub const "))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    for name in REFERENCES {
        let document = Document::read(name);
        let tables = document.tables();
        let settings: BTreeSet<&str> =
            tables[SETTINGS].iter().flat_map(|row| code_spans(&row[1])).collect();
        let common: BTreeSet<&str> =
            tables[COMMON_VARIABLES].iter().flat_map(|row| code_spans(&row[0])).collect();
        for variable in &known {
            let handed_on = ["SKIA_TOKEN", "SKIA_TOKEN_EXPIRES_AT"].contains(variable);
            let found = settings.contains(variable) || common.contains(variable) || handed_on;
            assert!(found && document.text.contains(variable), "{name}: {variable} is missing");
        }
        assert!(settings.is_subset(&known), "{name}: {settings:?}");
    }
    let proxy = fs::read_to_string(root().join("src/http/proxy/mod.rs")).unwrap();
    for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        assert!(proxy.contains(variable) && proxy.contains(&variable.to_lowercase()), "{variable}");
    }
    for document in Document::all() {
        for word in words(&document.text, "SKIA_", |c| c.is_ascii_uppercase() || c == '_') {
            assert!(
                known.contains(word) || word == "SKIA_AUTH_RENEW",
                "{}: {word} is unknown",
                document.name
            );
        }
    }
}

#[test]
fn configuration_keys_are_those_of_the_program() {
    let home = Home::new();
    home.write_config("zzzzzzzzzzzzzzzz = 1\n");
    let refusal = home.skia(["config", "show"]).run().stderr;
    let keys = refusal.split("the keys are ").nth(1).unwrap().split(" and ").next().unwrap();
    let keys: BTreeSet<&str> = keys.split(", ").collect();
    for name in REFERENCES {
        let tables = Document::read(name).tables();
        let listed = tables[SETTINGS].iter().flat_map(|row| code_spans(&row[2]));
        let listed: BTreeSet<&str> = listed.map(|key| key.split(' ').next().unwrap()).collect();
        assert_eq!(listed, keys, "{name}");
    }
}

/// Options of the other programs in the examples: cargo, curl, docker, gh, install.sh, kubectl,
/// sha256sum, systemctl, useradd, and the stores of docs/secrets.md.
const FOREIGN_OPTIONS: &[&str] = &[
    "--release",
    "--path",
    "--locked",
    "--check",
    "--all-targets",
    "--env-file",
    "--rm",
    "--ignore-missing",
    "--repo",
    "--config",
    "--age",
    "--data-file",
    "--detach",
    "--encoding",
    "--extract",
    "--file",
    "--force-conflicts",
    "--from",
    "--from-file",
    "--gid",
    "--label",
    "--name",
    "--nointeraction",
    "--now",
    "--query",
    "--secret",
    "--secret-id",
    "--secret-string",
    "--server-side",
    "--system",
    "--vault-name",
    "--base-address",
    "--from",
    "--prefix",
];

#[test]
fn options_are_those_of_the_program() {
    let home = Home::new();
    let commands: [&[&str]; 14] = [
        &[],
        &["login"],
        &["token"],
        &["exec"],
        &["status"],
        &["inspect"],
        &["logout"],
        &["config", "show"],
        &["config", "path"],
        &["config", "list"],
        &["config", "init"],
        &["doctor"],
        &["sandbox"],
        &["completions"],
    ];
    let mut helps = String::new();
    for command in commands {
        helps += &home.skia(command).arg("--help").run().stdout();
    }
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let known: BTreeSet<&str> = words(&helps, "--", is_part).into_iter().collect();
    for document in Document::all().iter().filter(|document| document.name != "CHANGELOG.md") {
        // `---` is the line below a table's header.
        for option in
            words(&document.text, "--", is_part).into_iter().filter(|word| !word.starts_with("---"))
        {
            let found = known.contains(option) || FOREIGN_OPTIONS.contains(&option);
            assert!(found, "{}: {option} is unknown", document.name);
        }
        for call in document.text.split("skia-auth ").skip(1) {
            let command = call.split(|c: char| !c.is_ascii_lowercase()).next().unwrap();
            let is_call = call.split_whitespace().nth(1).is_some_and(|word| word.starts_with('-'));
            let found = commands.iter().any(|words| words.first() == Some(&command));
            assert!(
                found || !is_call || command.is_empty(),
                "{}: {command} is unknown",
                document.name
            );
        }
    }
    for (readme, reference) in READMES.into_iter().zip(REFERENCES) {
        let (name, text) = (readme, Document::read(readme).text + &Document::read(reference).text);
        for line in helps.lines().filter(|line| line.trim_start().starts_with("--")) {
            let option = words(line, "--", is_part)[0];
            assert!(text.contains(option), "{name}: {option} is missing");
        }
        for word in commands.iter().flat_map(|words| words.iter()) {
            assert!(text.contains(word), "{name}: {word} is missing");
        }
    }
}

#[test]
fn examples_show_no_token_and_no_secret_to_other_users() {
    for document in Document::all() {
        let blocks = document.blocks();
        for line in blocks.iter().flat_map(|block| block.text.lines()).chain(document.text.lines())
        {
            let squeezed = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let export = squeezed.split("export ").skip(1).any(|rest| {
                rest.split_once('=').is_some_and(|(name, value)| {
                    !name.contains(' ')
                        && value.trim_start_matches('"').starts_with(['$', '`'])
                        && value.contains("(")
                })
            });
            assert!(!export, "{}: export hides the exit code: {line}", document.name);
            let curl = squeezed.split("curl ").skip(1).any(|rest| rest.contains("Bearer"));
            assert!(!curl, "{}: a token on curl's command line: {line}", document.name);
            assert!(!squeezed.contains(SANDBOX_SECRET), "{}: a secret: {line}", document.name);
            let token = words(line, "eyJ", |c| c.is_ascii_alphanumeric());
            assert!(token.is_empty(), "{}: a token: {line}", document.name);
        }
        for line in blocks.iter().flat_map(|block| block.text.lines()) {
            for given in
                ["--client-secret ", "--client-secret=", "SKIA_CLIENT_SECRET=", "ClientSecret\":"]
            {
                assert!(
                    !line.contains(given),
                    "{}: a secret as an argument: {line}",
                    document.name
                );
            }
        }
    }
}

#[test]
fn linked_files_exist() {
    let mut count = 0;
    for document in Document::all() {
        for file in document.linked_files() {
            assert!(file.exists(), "{}: {} is not there", document.name, file.display());
            count += 1;
        }
    }
    assert!(count > 10);
}
