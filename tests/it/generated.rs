//! The completions and man pages in the repository are those of the command line's definition.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_complete_nushell::Nushell;
use clap_mangen::Man;

use crate::support::{Home, installed};

fn renewing() -> bool {
    std::env::var_os("SKIA_AUTH_RENEW").is_some()
}

/// Compares a file of the repository with fresh content, or renews it if `SKIA_AUTH_RENEW` is set.
fn check(name: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if renewing() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, fresh).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == fresh,
        "{name} is stale: renew it with SKIA_AUTH_RENEW=1 cargo nextest run generated"
    );
}

fn completion(generator: impl clap_complete::Generator) -> String {
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut skia_auth::cli::command(), "skia-auth", &mut script);
    String::from_utf8(script).unwrap()
}

/// The command that completion scripts run for the values of `-p`.
const PROFILE_NAMES: &str = "skia-auth config show --profile-names 2>/dev/null";

fn bash() -> String {
    let mut profile_comes = false;
    let lines = completion(Shell::Bash)
        // clap_complete 4.6 joins the names of a hyphenated program and its commands in two ways,
        // and then completes nothing after a command (clap issue 6421).
        .replace("skia__subcmd__auth", "skia__auth")
        .lines()
        .map(|line| {
            let names = format!("COMPREPLY=($(compgen -W \"$({PROFILE_NAMES})\" -- \"${{cur}}\"))");
            let line = match line.trim() {
                "COMPREPLY=($(compgen -f \"${cur}\"))" if profile_comes => {
                    line.replace("COMPREPLY=($(compgen -f \"${cur}\"))", &names)
                }
                _ => line.to_owned(),
            };
            profile_comes = matches!(line.trim(), "--profile)" | "-p)");
            line + "\n"
        })
        .collect();
    found_in(lines, PROFILE_NAMES)
}

fn zsh() -> String {
    let names = format!(":NAME:{{compadd -- ${{(f)\"$({PROFILE_NAMES})\"}}}}'");
    found_in(completion(Shell::Zsh).replace(":NAME:_default'", &names), PROFILE_NAMES)
}

fn fish() -> String {
    let names = format!(" -f -a \"({PROFILE_NAMES})\"\n");
    let lines: String = completion(Shell::Fish)
        .lines()
        .map(|line| match line.contains(" -l profile ") {
            true => format!("{line}{names}"),
            false => format!("{line}\n"),
        })
        .collect();
    found_in(lines + &fish_positionals(), PROFILE_NAMES)
}

/// The values of positional arguments, which clap_complete 4.6 omits for fish.
fn fish_positionals() -> String {
    let mut command = skia_auth::cli::command();
    command.build();
    let mut lines = String::new();
    for sub in command.get_subcommands().filter(|sub| !sub.has_subcommands()) {
        for argument in sub.get_positionals().filter(|argument| !argument.is_hide_set()) {
            let values: Vec<_> = argument
                .get_possible_values()
                .iter()
                .map(|value| value.get_name().to_owned())
                .collect();
            if !values.is_empty() {
                let (name, values) = (sub.get_name(), values.join(" "));
                lines += &format!(
                    "complete -c skia-auth -n \"__fish_skia_auth_using_subcommand {name}\" -f -a \
                     \"{values}\"\n"
                );
            }
        }
    }
    lines
}

/// Fails if a replacement above no longer matches the generated script.
fn found_in(script: String, wanted: &str) -> String {
    assert!(script.matches(wanted).count() > 10, "the generated script has changed its form");
    script
}

#[test]
fn completions_are_fresh_and_the_program_prints_the_same() {
    let scripts = [
        ("bash", "completions/skia-auth.bash", bash()),
        ("zsh", "completions/_skia-auth", zsh()),
        ("fish", "completions/skia-auth.fish", fish()),
        ("powershell", "completions/_skia-auth.ps1", completion(Shell::PowerShell)),
        ("elvish", "completions/skia-auth.elv", completion(Shell::Elvish)),
        ("nushell", "completions/skia-auth.nu", completion(Nushell)),
    ];
    for (shell, file, script) in scripts {
        check(file, &script);
        if renewing() {
            continue;
        }
        let home = Home::new();
        let outcome = home.skia(["completions", shell]).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(
            outcome.stdout() == script,
            "completions {shell}: the program was built with another file"
        );
    }
}

/// When the pages were last reviewed. Not the day of the build, which would change them.
const DATE: &str = "2026-11-22";

/// The sections that every page ends with.
const APPENDIX: &str = include_str!("../../man/appendix.roff");

fn man_page(command: &Command, name: &str) -> String {
    // clap takes names as `&'static str` unless its `string` feature is on.
    let name: &'static str = String::leak(name.to_owned());
    let mut command =
        command.clone().name(name).bin_name(name.replace('-', " ").replacen(' ', "-", 1));
    command = command.disable_help_subcommand(true);
    let after_help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_commands = command.has_subcommands();
    // clap_mangen would list every option in the synopsis.
    let usage = command.render_usage().to_string();
    let synopsis =
        format!(".SH SYNOPSIS\n{}\n", usage.trim_start_matches("Usage: ").replace('-', "\\-"));
    let source = concat!("skia-auth ", env!("CARGO_PKG_VERSION"));
    let man =
        Man::new(command).title(name.to_uppercase()).date(DATE).source(source).manual("skia-auth");
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    page.extend(synopsis.as_bytes());
    man.render_description_section(&mut page).unwrap();
    man.render_options_section(&mut page).unwrap();
    if has_commands {
        man.render_subcommands_section(&mut page).unwrap();
    }
    let page = without_help_page(&without_idle_breaks(&String::from_utf8(page).unwrap()), name);
    format!("{page}{}{APPENDIX}", after_help_sections(&after_help))
}

/// Removes line breaks next to vertical space, of which mandoc warns. An empty line is vertical
/// space.
fn without_idle_breaks(page: &str) -> String {
    let lines: Vec<_> = page.lines().collect();
    let beside_space = |index: usize| {
        let neighbours = [index.checked_sub(1), Some(index + 1)].into_iter().flatten();
        neighbours.filter_map(|index| lines.get(index)).any(|line| matches!(*line, ".sp" | ""))
    };
    let kept =
        lines.iter().enumerate().filter(|(index, line)| **line != ".br" || !beside_space(*index));
    kept.map(|(_, line)| if line.is_empty() { ".sp\n".to_owned() } else { format!("{line}\n") })
        .collect()
}

/// Removes the entry of the `help` command, which clap lists although it is disabled: it has no
/// page.
fn without_help_page(page: &str, name: &str) -> String {
    let entry = format!(".TP\n{}\\-help(1)\n", name.replace('-', "\\-"));
    match page.split_once(&entry) {
        Some((before, after)) => before.to_owned() + after.split_once('\n').unwrap().1,
        None => page.to_owned(),
    }
}

/// The text after the options in `--help`, as notes and examples.
fn after_help_sections(text: &str) -> String {
    let (before, examples) = text.split_once("Examples:\n").unwrap_or((text, ""));
    let (examples, after) = examples.split_once("\n\n").unwrap_or((examples, ""));
    let escaped = |text: &str| {
        let escape =
            |line: &str| line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        text.lines().map(|line| escape(line) + "\n").collect::<String>()
    };
    let mut sections = String::new();
    let notes: Vec<_> =
        [before, after].into_iter().map(str::trim).filter(|note| !note.is_empty()).collect();
    if !notes.is_empty() {
        sections += &format!(
            ".SH NOTES\n{}",
            notes.into_iter().map(escaped).collect::<Vec<_>>().join(".PP\n")
        );
    }
    if !examples.is_empty() {
        sections += &format!(".SH EXAMPLES\n.nf\n{}.fi\n", escaped(examples));
    }
    sections
}

/// The parent page, and the pages of the same level and of the level below.
fn see_also(name: &str, names: &[String]) -> String {
    let parent = name.rsplit_once('-').map_or("", |(parent, _)| parent);
    let above = |other: &str| other.rsplit_once('-').map_or("", |(parent, _)| parent).to_owned();
    let related = |other: &&String| {
        other.as_str() != name
            && (other.as_str() == parent || above(other) == parent || above(other) == name)
    };
    let mut related: Vec<_> = names.iter().filter(related).map(String::as_str).collect();
    if name != ROOT && parent != ROOT {
        related.insert(0, ROOT);
    }
    related.push("curl");
    let lines: Vec<_> =
        related.iter().map(|name| format!(".BR {} (1)", name.replace('-', "\\-"))).collect();
    format!(".SH \"SEE ALSO\"\n{}\n", lines.join(",\n"))
}

const ROOT: &str = "skia-auth";

/// Collects the commands that have a page, each with the name of the page.
fn paged(command: &Command, name: String, pages: &mut Vec<(Command, String)>) {
    pages.push((command.clone(), name.clone()));
    for sub in
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
    {
        paged(sub, format!("{name}-{}", sub.get_name()), pages);
    }
}

#[test]
fn man_pages_are_fresh() {
    let mut command = skia_auth::cli::command();
    command.build();
    let mut pages = Vec::new();
    paged(&command, ROOT.to_owned(), &mut pages);
    let names: Vec<_> = pages.iter().map(|(_, name)| name.clone()).collect();
    for (command, name) in &pages {
        check(
            &format!("man/{name}.1"),
            &format!("{}{}", man_page(command, name), see_also(name, &names)),
        );
    }
}

#[test]
fn man_pages_pass_mandoc_lint() {
    if !installed("mandoc") {
        return;
    }
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    for page in fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path()) {
        if page.extension().is_some_and(|extension| extension == "1") {
            Home::new().program("mandoc", ["-T", "lint", "-W", "warning"]).arg(&page).run().ok("");
        }
    }
}
