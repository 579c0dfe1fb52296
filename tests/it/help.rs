//! Help: `-h` fits a screen, `--help` explains everything, and both have examples.

use crate::support::*;

pub const COMMANDS: [(&[&str], &str); 15] = [
    (&[], "Log in to the Skia API and print the bearer token"),
    (&["login"], "Request a new token from the server and print it"),
    (&["token"], "Print the cached token, or a new one if it is no longer valid"),
    (&["exec"], "Run a command with the token in SKIA_TOKEN"),
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

/// The most lines of `-h`: one screen for a command with few options.
fn most_lines(command: &[&str]) -> usize {
    match command {
        ["login" | "token" | "exec"] => 40,
        [] | ["doctor" | "sandbox"] | ["config", "show"] => 32,
        _ => 24,
    }
}

#[test]
fn help_fits_a_screen_and_has_examples() {
    let home = Home::new();
    for (command, purpose) in COMMANDS {
        for (flag, columns) in [("-h", "80"), ("-h", "300"), ("--help", "80"), ("--help", "300")] {
            let outcome = marked(home.skia(command).arg(flag).env("COLUMNS", columns)).run();
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
            let text = outcome.stdout();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines[0], purpose);
            let name = ["skia-auth"].iter().chain(command).copied().collect::<Vec<_>>().join(" ");
            assert!(text.contains(&format!("\nUsage: {name}")), "{text}");
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{text}");
            assert!(!text.contains("MARKER"), "{text}");
            let (before, examples) = text.split_once("\nExamples:\n").unwrap();
            let examples = if flag == "-h" {
                assert!(lines.len() <= most_lines(command), "{} lines\n{text}", lines.len());
                let pointer = format!("\nAll options, variables and exit codes: {name} --help\n");
                examples.strip_suffix(&pointer).unwrap_or_else(|| panic!("{text}"))
            } else {
                assert!(before.contains("\nExit codes:\n  "), "{text}");
                examples
            };
            let count = examples.lines().count();
            assert!((2..=3).contains(&count) && examples.contains("skia-auth"), "{text}");
            let is_safe = |line: &str| line.starts_with("  ") && !line.contains("--client-secret ");
            assert!(examples.lines().all(is_safe), "{text}");
        }
    }
}

/// A line break within `[env: NAME]` or `[default: VALUE]` would hide the name from a search.
#[test]
fn help_names_the_variable_of_each_option_on_one_line() {
    let home = Home::new();
    let text = home.skia(["token", "--help"]).run().stdout();
    for variable in VARIABLES.iter().filter(|name| !["CACHE_DIR", "NO_MASK"].contains(&&name[5..]))
    {
        assert!(text.contains(&format!("[env: {variable}]")), "{variable}\n{text}");
    }
    let overview = home.skia(["--help"]).run().stdout();
    for part in ["  SKIA_CACHE_DIR ", "  SKIA_NO_MASK=1 ", "skia-auth/config.toml", "  130  "] {
        assert!(overview.contains(part), "{part}\n{overview}");
    }
}

#[test]
fn help_of_exec_omits_the_option_that_it_refuses() {
    let home = Home::new();
    let text = home.skia(["exec", "--help"]).run().stdout();
    assert!(!text.contains("--sandbox"), "{text}");
    home.skia(["exec", "--sandbox", "--", "true"]).run().fails(
        2,
        "skia-auth: error: exec has no --sandbox: the sandbox would end before the command starts\n\
         hint: skia-auth sandbox -- COMMAND\n",
    );
}

#[test]
fn sandbox_of_config_show_is_refused() {
    Home::new().skia(["config", "show", "--sandbox"]).run().fails(
        2,
        "skia-auth: error: config show has no --sandbox: a sandbox reads no settings\n\
         hint: skia-auth login --sandbox\n",
    );
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
        let help = home.skia(command).arg("-h").run().stdout();
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
