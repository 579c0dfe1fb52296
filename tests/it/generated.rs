//! The completions and man pages in the repository are those of the command line's definition.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clap::{Arg, Command, ValueHint};
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
    if fs::read_to_string(&path).is_ok_and(|found| found == fresh) {
        return;
    }
    assert!(
        renewing(),
        "{name} is stale: renew it with SKIA_AUTH_RENEW=1 cargo nextest run generated"
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, fresh).unwrap();
}

/// The command line without hidden options, which clap_complete 4.6 would offer. For a value of which
/// nothing is known, it would offer files.
fn offered() -> Command {
    fn visible(command: &Command) -> Command {
        // clap takes names as `&'static str` unless its `string` feature is on.
        let name: &'static str = String::leak(command.get_name().to_owned());
        Command::new(name)
            .about(command.get_about().cloned().unwrap_or_default())
            .disable_help_flag(true)
            .disable_help_subcommand(true)
            .disable_version_flag(true)
            .version(env!("CARGO_PKG_VERSION"))
            .args(command.get_arguments().filter(|argument| !argument.is_hide_set()).map(hinted))
            .subcommands(command.get_subcommands().map(visible))
    }
    fn hinted(argument: &Arg) -> Arg {
        let is_free = takes_value(argument)
            && argument.get_value_hint() == ValueHint::Unknown
            // The additions complete it.
            && argument.get_id() != "profile"
            && argument.get_possible_values().is_empty();
        let hint = if is_free { ValueHint::Other } else { argument.get_value_hint() };
        argument.clone().value_hint(hint)
    }
    let mut command = skia_auth::cli::command();
    command.build();
    visible(&command)
}

fn completion(generator: impl clap_complete::Generator, mut command: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut command, ROOT, &mut script);
    String::from_utf8(script).unwrap()
}

/// Replaces each occurrence. Fails if their number is not the expected one: the generated script
/// has changed its form.
fn replaced(script: &str, from: &str, to: &str, expected: usize) -> String {
    assert_eq!(script.matches(from).count(), expected, "{from}");
    script.replace(from, to)
}

/// How many commands have an argument of this name.
fn having(command: &Command, argument: &str) -> usize {
    let here = command.get_arguments().filter(|other| other.get_id() == argument).count();
    here + command.get_subcommands().map(|sub| having(sub, argument)).sum::<usize>()
}

fn bash() -> String {
    let script = completion(Shell::Bash, offered());
    // clap_complete 4.6 joins the names of a hyphenated program and its commands in two ways, and
    // then completes nothing after a command (clap issue 6421).
    let wrong = script.matches("skia__subcmd__auth").count();
    assert!(wrong > 10, "the generated script has changed its form");
    let script = script.replace("skia__subcmd__auth", "skia__auth");
    let registration = "complete -F _skia__auth ";
    let script = replaced(&script, registration, "complete -F _skia_auth ", 2);
    script + include_str!("generated/additions.bash")
}

fn zsh() -> String {
    let command = offered();
    let (profiles, commands) = (having(&command, "profile"), having(&command, "command"));
    let script = completion(Shell::Zsh, command);
    let script = replaced(&script, ":NAME:_default'", ":NAME:_skia-auth_profiles'", 2 * profiles);
    let script = replaced(&script, ":_cmdambivalent'", ":_skia-auth_command'", commands);
    let start = "autoload -U is-at-least\n";
    let additions = include_str!("generated/additions.zsh");
    replaced(&script, start, &format!("{start}{additions}"), 1)
}

fn fish() -> String {
    let command = offered();
    let values: String = command
        .get_subcommands()
        .filter(|command| !command.has_subcommands())
        .flat_map(|command| command.get_positionals().map(move |argument| (command, argument)))
        .filter_map(|(command, argument)| {
            let values: Vec<_> = values(argument).into_iter().map(|(value, _)| value).collect();
            let (name, values) = (command.get_name(), values.join(" "));
            (!values.is_empty()).then(|| {
                format!(
                    "complete -c skia-auth -n \"__fish_skia_auth_using_subcommand {name}\" -a \
                     \"{values}\"\n"
                )
            })
        })
        .collect();
    let names = " -l profile -f -a \"(skia-auth config show --profile-names 2>/dev/null)\" ";
    let profiles = having(&command, "profile");
    let commands = command.get_subcommands().count();
    let script = replaced(&completion(Shell::Fish, command), " -l profile ", names, profiles);
    // clap_complete 4.6 counts the word `help` itself as the command that help is for.
    let script = replaced(&script, " completions help\" ", " completions\" ", commands);
    script + include_str!("generated/additions.fish") + &values
}

/// The possible values of an argument, each with its description.
fn values(argument: &Arg) -> Vec<(String, String)> {
    let values = argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set());
    let described = values.map(|value| {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        (value.get_name().to_owned(), help)
    });
    described.collect()
}

/// The values by command and option, and the options that take a file, which clap_complete 4.6
/// does not generate for elvish.
fn elvish() -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let command = offered();
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    let mut files = BTreeSet::new();
    let mut rows = BTreeMap::new();
    let mut add = |command: &Command, top: &str| {
        for argument in command.get_arguments().filter(|argument| takes_value(argument)) {
            let spellings = match (argument.get_long(), argument.get_short()) {
                (Some(long), short) => {
                    let short = short.map(|short| format!("-{short}"));
                    short.into_iter().chain([format!("--{long}")]).collect()
                }
                // An argument is typed after the command itself.
                _ => vec![top.to_owned()],
            };
            if argument.get_value_hint() == ValueHint::FilePath {
                files.extend(spellings);
                continue;
            }
            let values: Vec<_> = values(argument)
                .into_iter()
                .map(|(value, help)| format!("[{} {}]", quoted(&value), quoted(&help)))
                .collect();
            if !values.is_empty() {
                for spelling in spellings {
                    let key = quoted(&format!("{top} {spelling}"));
                    rows.insert(key, format!("[{}]", values.join(" ")));
                }
            }
        }
    };
    add(&command, "");
    for top in command.get_subcommands() {
        add(top, top.get_name());
        top.get_subcommands().for_each(|sub| add(sub, top.get_name()));
    }
    let rows: String = rows.iter().map(|(key, row)| format!("    &{key}={row}\n")).collect();
    let files = Vec::from_iter(files).join(" ");
    let tables = format!(
        "\nvar commands = [{}]\nvar files = [{files}]\nvar values = [\n{rows}]\n",
        names.join(" ")
    );
    completion(Shell::Elvish, offered()) + &tables + include_str!("generated/additions.elv")
}

fn takes_value(argument: &Arg) -> bool {
    argument.get_num_args().is_some_and(|count| count.takes_values())
}

fn nushell() -> String {
    // The generator skips an argument after "--".
    let listed = |command: Command| {
        command.mut_arg("command", |argument| argument.last(false).trailing_var_arg(true))
    };
    let command = offered().mut_subcommand("exec", listed).mut_subcommand("sandbox", listed);
    let (profiles, commands) = (having(&command, "profile"), having(&command, "command"));
    let script = completion(Nushell, command);
    let completer = "--profile(-p): string@\"nu-complete skia-auth profiles\"";
    let script = replaced(&script, "--profile(-p): string", completer, profiles);
    let completer = "...command: string@\"nu-complete skia-auth command\"";
    let script = replaced(&script, "...command: string", completer, commands);
    let start = "module completions {\n";
    replaced(&script, start, &format!("{start}{}", include_str!("generated/additions.nu")), 1)
}

#[test]
fn completions_are_fresh_and_the_program_prints_the_same() {
    let scripts = [
        ("bash", "completions/skia-auth.bash", bash()),
        ("zsh", "completions/_skia-auth", zsh()),
        ("fish", "completions/skia-auth.fish", fish()),
        ("powershell", "completions/_skia-auth.ps1", completion(Shell::PowerShell, offered())),
        ("elvish", "completions/skia-auth.elv", elvish()),
        ("nushell", "completions/skia-auth.nu", nushell()),
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
const DATE: &str = "2026-11-28";

/// The sections that every page ends with.
const APPENDIX: &str = include_str!("../../man/appendix.roff");

fn man_page(command: &Command, name: &str) -> String {
    // clap takes names as `&'static str` unless its `string` feature is on.
    let name: &'static str = String::leak(name.to_owned());
    let mut command =
        command.clone().name(name).bin_name(name.replace('-', " ").replacen(' ', "-", 1));
    command = command.disable_help_subcommand(true);
    let after_help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
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

/// The text after the options in `--help`: notes, examples and exit codes. The appendix has the
/// environment and the files.
fn after_help_sections(text: &str) -> String {
    let escaped = |text: &str| {
        let escape =
            |line: &str| line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        text.lines().map(|line| escape(line) + "\n").collect::<String>()
    };
    let (mut notes, mut examples, mut codes) = (Vec::new(), String::new(), String::new());
    for block in text.split("\n\n") {
        match block.split_once(":\n") {
            Some(("Examples", lines)) => {
                examples = format!(".SH EXAMPLES\n.nf\n{}.fi\n", escaped(lines));
            }
            Some(("Exit codes", lines)) => {
                codes = format!(".SH \"EXIT STATUS\"\n{}", exit_codes(lines, escaped));
            }
            Some(("Environment" | "Files", _)) => {}
            _ => notes.push(escaped(block)),
        }
    }
    let notes = match notes.is_empty() {
        true => String::new(),
        false => format!(".SH NOTES\n{}", notes.join(".PP\n")),
    };
    format!("{notes}{codes}{examples}")
}

/// A paragraph for each code; a line without a code stands for itself.
fn exit_codes(lines: &str, escaped: impl Fn(&str) -> String) -> String {
    lines
        .lines()
        .map(|line| match line.trim().split_once("  ") {
            Some((code, meaning)) => {
                format!(".TP\n.B {code}\n{}", escaped(meaning.trim()))
            }
            None => escaped(line.trim()),
        })
        .collect()
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

#[cfg(unix)]
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
