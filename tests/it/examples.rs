//! The examples in the documents, run as they are printed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::markdown::Document;
use crate::readme::{READMES, REFERENCES, SANDBOX_SECRET, is_cargo};

use crate::support::*;

/// A home with stand-ins for what the examples call: `curl` checks how it gets the token, `sleep`
/// does not sleep, and the others are scripts that the reader is told to have.
pub fn home_for_examples() -> Home {
    let home = Home::new();
    home.declare_secret(SANDBOX_SECRET);
    home.declare_foreign(home.root().join("home"));
    let script = |name: &str, body: &str| {
        let path = home.file(name, format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    };
    script(
        "bin/curl",
        r#"case "$*" in *Bearer* | *eyJ*) echo 'a token on the command line' >&2; exit 90 ;; esac
case " $* " in *' -H @- '*) ;; *) echo 'no header from standard input' >&2; exit 91 ;; esac
read -r header
case $header in 'Authorization: Bearer eyJ'*) ;; *) echo 'no token in the header' >&2; exit 92 ;; esac"#,
    );
    script(
        "bin/docker",
        r#"case "$*" in *eyJ*) echo 'a token on the command line' >&2; exit 90 ;; esac
case "$1 $2 $SKIA_TOKEN" in 'run --rm eyJ'*) ;; *) exit 93 ;; esac"#,
    );
    script("bin/sleep", r#"echo "slept $1" >&2"#);
    script("call-skia.sh", r#"case $SKIA_TOKEN in eyJ*) ;; *) exit 93 ;; esac"#);
    script("pipeline.sh", "exec skia-auth exec -- ./call-skia.sh");
    home
}

/// Puts the stand-ins first on PATH.
pub fn with_stand_ins(program: Program) -> Program {
    program.prelude("PATH=$PWD/bin:$PATH")
}

fn run(home: &Home, shell: &str, script: &str) -> Outcome {
    let script = outside_of_the_sandbox(script);
    let program = home.skia(["sandbox", "--", shell, "-euc", &script]).allow_partial_stdout();
    let github_env = home.work().join("github-env");
    home.declare_foreign(&github_env);
    let program = program.env("GITHUB_ENV", github_env);
    with_stand_ins(program).stdin(format!("{SANDBOX_SECRET}\n")).run()
}

/// A script that creates a configuration file: in the file of the sandbox, the profile exists.
fn outside_of_the_sandbox(script: &str) -> String {
    let own = if script.contains("config init") { "unset SKIA_CONFIG\n" } else { "" };
    format!("{own}{script}")
}

#[test]
fn every_example_runs() {
    let pipelines = ["docs/pipelines.md", "docs/pipelines.pt-BR.md"];
    for name in READMES.into_iter().chain(REFERENCES).chain(pipelines) {
        let document = Document::read(name);
        let toml: Vec<_> =
            document.blocks().into_iter().filter(|block| block.language == "toml").collect();
        let mut count = 0;
        for block in document.blocks().iter().filter(|block| !is_cargo(block)) {
            let home = home_for_examples();
            if block.text.contains("-p staging") {
                home.write_config(
                    &toml
                        .iter()
                        .find(|block| block.text.contains("[profile.staging]"))
                        .unwrap()
                        .text,
                );
            }
            let outcome = match block.language.as_str() {
                "sh" => run(&home, "sh", &block.text),
                // The secret is used, to see that it was read.
                "bash" => run(&home, "bash", &format!("{}skia-auth token > /dev/null", block.text)),
                "console" => session(&home, &block.text),
                "crontab" => run(&home, "sh", &format!("HOME=$PWD\n{}", cron_command(&block.text))),
                "python" => {
                    let check = "assert token.startswith('eyJ')";
                    run(&home, "sh", &format!("python3 - <<'END'\n{}{check}\nEND\n", block.text))
                }
                "js" => {
                    let check = "if (!token.startsWith('eyJ')) throw token;";
                    run(&home, "sh", &format!("node - <<'END'\n{}{check}\nEND\n", block.text))
                }
                "toml" | "json" | "yaml" | "groovy" | "text" | "powershell" => continue,
                other => panic!(
                    "{name}: a block of the unknown language {other:?} under {}",
                    block.heading
                ),
            };
            assert_eq!(
                outcome.code,
                Some(0),
                "{name}, {}:\n{}\n{outcome}",
                block.heading,
                block.text
            );
            count += 1;
        }
        assert!(count > 0, "{name}");
    }
}

/// The command behind the five fields of time.
fn cron_command(text: &str) -> String {
    text.lines()
        .map(|line| {
            let words = line.split_whitespace().skip(5).collect::<Vec<_>>();
            // In a crontab an unescaped `%` is a line break.
            assert!(!words.is_empty() && !line.contains('%'), "{line}");
            words.join(" ") + "\n"
        })
        .collect()
}

/// Runs the lines after `$ ` and compares their output with the lines below, in which `…` matches
/// any text, and the documented base URL stands for that of the sandbox.
fn session(home: &Home, text: &str) -> Outcome {
    let (mut script, mut expected) = (String::new(), String::new());
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => script += &format!("{command}\n"),
            None => {
                let line = line.replace("https://api.skia.com.br/api", "…").replace('…', "[..]");
                expected += &format!("{line}\n");
            }
        }
    }
    let outcome = run(home, "sh", &script);
    outcome.ok(&expected);
    outcome
}

#[test]
fn configuration_examples_are_read() {
    for name in READMES.into_iter().chain(REFERENCES) {
        for block in Document::read(name).blocks().iter().filter(|block| block.language == "toml") {
            let home = Home::new();
            home.write_config(&block.text);
            let outcome = home.skia(["config", "show"]).run();
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(0), ""),
                "{name}: {}",
                block.text
            );
        }
    }
}

#[test]
fn configuration_file_is_created_private() {
    let document = Document::read(READMES[0]);
    let block =
        document.blocks().into_iter().find(|block| block.text.contains("config init")).unwrap();
    let home = home_for_examples();
    // The invariants check that the modes are 0700 and 0600 in spite of this umask.
    let script = outside_of_the_sandbox(&format!("umask 0000\n{}", block.text));
    home.skia(["sandbox", "--", "sh", "-euc", &script])
        .run()
        .ok("created [..]\nnext: fill it in, then skia-auth login\n");
    let file = home.config().join("skia-auth/config.toml");
    assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o600);
}
