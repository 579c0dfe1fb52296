//! The shell parts of the pipeline recipes, run against every answer of the sandbox that matters.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::examples::{home_for_examples, with_stand_ins};
use crate::markdown::{Block, Document};
use crate::support::*;

/// The headings of the recipes, and whether the recipe itself pauses and retries.
const RECIPES: [(&str, bool); 4] = [
    ("## GitHub Actions", true),
    ("## GitLab CI", false),
    ("## Azure Pipelines", true),
    ("## Jenkins", true),
];

fn recipe(heading: &str) -> Vec<String> {
    let blocks = Document::read("docs/pipelines.md").blocks();
    let recipe = blocks
        .iter()
        .find(|block| block.heading == heading)
        .unwrap_or_else(|| panic!("no {heading}"));
    let scripts = scripts(recipe);
    assert!(!scripts.is_empty(), "{heading}");
    scripts
}

/// The shell parts: indented blocks and list items of YAML, triple-quoted strings of Groovy.
fn scripts(block: &Block) -> Vec<String> {
    let mut scripts = Vec::new();
    let mut lines = block.text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(script) = line.trim_start().strip_prefix("- skia-auth ") {
            scripts.push(format!("skia-auth {script}\n"));
        } else if line.ends_with(": |") || line.ends_with("sh '''") {
            let indent = lines.peek().unwrap().len() - lines.peek().unwrap().trim_start().len();
            let mut script = String::new();
            while let Some(line) =
                lines.next_if(|line| line.is_empty() || line.starts_with(&" ".repeat(indent)))
            {
                script += &format!("{}\n", line.get(indent..).unwrap_or_default());
            }
            scripts.push(script);
        }
    }
    scripts
}

/// Runs the steps as a CI runner does: each in a new shell, until one fails.
fn run(scripts: &[String], answer: &str) -> Outcome {
    let home = home_for_examples();
    // What it downloads, the installer, is an empty script.
    let curl = home.file("bin/curl", "#!/bin/sh\n");
    fs::set_permissions(curl, fs::Permissions::from_mode(0o755)).unwrap();
    let temporary = home.cache().join("runner");
    fs::create_dir(&temporary).unwrap();
    fs::set_permissions(&temporary, fs::Permissions::from_mode(0o700)).unwrap();
    let mut steps = String::new();
    for (number, script) in scripts.iter().enumerate() {
        home.file(&format!("step-{number}"), script);
        steps += &format!("bash --noprofile --norc -eo pipefail step-{number} || exit\n");
    }
    let program = home.skia(["sandbox", "--answer", answer, "--", "sh", "-c", &steps]);
    with_stand_ins(program)
        .env("CI", "true")
        .env("RUNNER_TEMP", &temporary)
        .env("AGENT_TEMPDIRECTORY", &temporary)
        .env("WORKSPACE_TMP", &temporary)
        // `unavailable` sends `Retry-After: 1`: it exceeds this deadline, so the call ends at once.
        .env("SKIA_TIMEOUT", "1s")
        .run()
}

#[test]
fn recipes_call_their_command() {
    for (heading, pauses) in RECIPES {
        run(&recipe(heading), "ok").assert(0, "", if pauses { "slept 0\n" } else { "" });
    }
}

#[test]
fn recipes_retry_only_when_the_server_is_unavailable() {
    for (heading, pauses) in RECIPES {
        for (answer, code, sleeps) in [
            ("unavailable", 5, vec!["0", "15", "60"]),
            ("rejected", 4, vec!["0"]),
            ("html", 6, vec!["0"]),
        ] {
            let outcome = run(&recipe(heading), answer);
            assert_eq!(outcome.code, Some(code), "{heading}: {outcome}");
            let slept: Vec<&str> =
                outcome.stderr.lines().filter_map(|line| line.strip_prefix("slept ")).collect();
            assert_eq!(slept, if pauses { sleeps } else { vec![] }, "{heading}: {outcome}");
        }
    }
}

#[test]
fn recipes_without_their_secret_end_at_once() {
    for (heading, pauses) in RECIPES {
        let scripts: Vec<_> = recipe(heading)
            .iter()
            .map(|script| format!("export SKIA_CLIENT_SECRET= SKIA_CONFIG=/dev/null\n{script}"))
            .collect();
        let outcome = run(&scripts, "ok");
        assert_eq!(outcome.code, Some(3), "{heading}: {outcome}");
        assert!(
            outcome.stderr.contains("SKIA_CLIENT_SECRET is set but empty"),
            "{heading}: {outcome}"
        );
        assert_eq!(
            outcome.stderr.matches("slept").count(),
            usize::from(pauses),
            "{heading}: {outcome}"
        );
    }
}
