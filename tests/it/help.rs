//! Help: `-h` fits a screen, and both forms end with examples.

use crate::support::*;

const COMMANDS: [(&[&str], &str); 15] = [
    (&[], "Log in to the Skia API and print the bearer token"),
    (&["login"], "Ask the server for a new token and print it"),
    (&["token"], "Print the cached token while it is valid, else a new one"),
    (&["exec"], "Run a command with a token in its environment"),
    (&["status"], "Report whether a valid token is cached, for whom and until when"),
    (&["inspect"], "Show the header and the claims of a token"),
    (&["logout"], "Delete the cached token"),
    (&["config"], "Show the settings and profiles, or write the configuration file"),
    (&["config", "show"], "Show every effective value with its provenance, secrets hidden"),
    (&["config", "path"], "Print the path of the configuration file"),
    (
        &["config", "list"],
        "List the profiles, with base URL, client id and where the secret is kept",
    ),
    (&["config", "init"], "Create the configuration file, or add a profile to it"),
    (&["doctor"], "Check settings and connection, with a fix for each failure"),
    (&["sandbox"], "Run a local server that answers like the Skia API"),
    (&["completions"], "Print the completion script for a shell"),
];

/// Sets every documented variable to a marker.
fn marked(program: Program) -> Program {
    VARIABLES.iter().fold(program, |program, name| program.env(name, format!("MARKER-{SECRET}")))
}

#[test]
fn help_fits_a_screen_and_ends_with_examples() {
    let home = Home::new();
    for (command, purpose) in COMMANDS {
        for flag in ["-h", "--help"] {
            let outcome = marked(home.skia(command).arg(flag).env("COLUMNS", "300")).run();
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
            let text = outcome.stdout();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines[0], purpose);
            assert!(flag == "--help" || lines.len() <= 45, "{} lines\n{text}", lines.len());
            assert!(lines.iter().all(|line| line.chars().count() <= 100), "{text}");
            assert!(!text.contains("MARKER"), "{text}");
            let examples =
                text.split_once("\nExamples:\n").unwrap_or_else(|| panic!("no examples\n{text}")).1;
            // An example must fit a terminal of 80 columns, so that it can be copied.
            assert!(examples.lines().all(|line| line.chars().count() <= 80), "{examples}");
            let count = examples.lines().count();
            assert!(
                (2..=3).contains(&count) && examples.contains("skia-auth"),
                "{count} examples\n{text}"
            );
            assert!(
                examples
                    .lines()
                    .all(|line| line.starts_with("  ") && !line.contains("--client-secret ")),
                "{text}"
            );
            assert!(
                text.contains(
                    &format!("Usage: skia-auth {}", command.join(" ")).trim_end().to_owned()
                ),
                "{text}"
            );
        }
    }
}

#[test]
fn every_command_of_the_overview_has_its_help() {
    let home = Home::new();
    let overview = home.skia(["--help"]).run().stdout();
    let listed: Vec<_> = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let checked: Vec<_> =
        COMMANDS.iter().filter(|(words, _)| words.len() == 1).map(|(words, _)| words[0]).collect();
    assert_eq!(listed, checked);
}

#[test]
fn program_alone_prints_its_help_on_standard_error() {
    let home = Home::new();
    for command in [&[][..], &["config"]] {
        let help = home.skia(command).arg("--help").run().stdout();
        marked(home.skia(command)).run().fails(2, &help);
    }
}

#[test]
fn version_is_one_line() {
    let home = Home::new();
    let version = format!("skia-auth {}\n", env!("CARGO_PKG_VERSION"));
    for flag in ["-V", "--version"] {
        marked(home.skia([flag])).run().ok(&version);
        marked(home.skia(["config", "show", flag])).run().ok(&version);
    }
}

#[test]
fn completions_hold_nothing_from_the_environment() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let outcome = marked(home.skia(["completions", shell])).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        assert!(!outcome.stdout().contains("MARKER"));
    }
}
