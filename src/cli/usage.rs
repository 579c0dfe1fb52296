//! Usage errors: an unknown option or command is named, other arguments may be secrets and are not.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ValueEnum};

use super::{Color, foreign};
use crate::error::Failure;

/// How many characters of an unknown option or command are shown: all of a mistyped name, and too
/// few of a token that was pasted in its place.
const SHOWN: usize = 32;

/// The failure that stands for clap's error.
pub fn failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let words = |kind| words(error, kind);
    let did_you_mean = |kind| words(kind).last().map(|name| format!("did you mean {name}?"));
    let command = typed_command(arguments);
    let refused = words(ContextKind::InvalidArg).join(" ");
    let option = as_typed(&refused, arguments);
    let (message, hint) = match error.kind() {
        ErrorKind::UnknownArgument if is_option(&refused, arguments) => (
            format!("unknown option {}", shown(&refused)),
            foreign_hint(&shown(&refused), command)
                .or_else(|| command_hint(&refused, command))
                .or_else(|| did_you_mean(ContextKind::SuggestedArg)),
        ),
        ErrorKind::UnknownArgument => (
            "unexpected argument".to_owned(),
            matches!(command, Some("exec" | "sandbox"))
                .then(|| "put -- before the command".to_owned()),
        ),
        ErrorKind::InvalidSubcommand => {
            let word = shown(&words(ContextKind::InvalidSubcommand).join(" "));
            let known = match command {
                Some("config") => foreign::config_hint(&word).map(str::to_owned),
                // `auth login` of other programs is `login` here.
                Some(next) if word == "auth" => Some(format!("skia-auth {next}")),
                _ => foreign::command_hint(&word).map(str::to_owned),
            };
            let hint = known.or_else(|| did_you_mean(ContextKind::SuggestedSubcommand));
            (format!("unknown command {word}"), hint)
        }
        ErrorKind::InvalidValue if words(ContextKind::InvalidValue).join("").is_empty() => {
            (format!("{option} needs a value"), None)
        }
        ErrorKind::InvalidValue => {
            let valid = format!("one of {}", words(ContextKind::ValidValue).join(", "));
            let is_path = words(ContextKind::InvalidValue).concat().contains(['.', '/', '\\']);
            let hint = match did_you_mean(ContextKind::SuggestedValue) {
                _ if is_path && refused.starts_with("--output ") && has(command, "to-file") => {
                    "to write to a file: --to-file PATH".to_owned()
                }
                Some(nearest) => format!("{nearest} ({valid})"),
                None => valid,
            };
            (format!("invalid value for {option}"), Some(hint))
        }
        ErrorKind::ValueValidation => {
            let hint = match refused.as_str() {
                "--retries <N>" => Some("write a whole number, 0 for a single try"),
                "--port <N>" => Some("write a number from 0 to 65535"),
                _ if refused.ends_with("<DURATION>") => Some("write it as 90s, 30m or 2h"),
                _ => None,
            };
            (format!("invalid value for {option}"), hint.map(str::to_owned))
        }
        ErrorKind::MissingRequiredArgument => (
            format!("{option} is missing"),
            (command == Some("exec")).then(|| "skia-auth exec -- COMMAND".to_owned()),
        ),
        ErrorKind::MissingSubcommand => ("a command is missing".to_owned(), None),
        ErrorKind::ArgumentConflict => match &words(ContextKind::PriorArg)[..] {
            [other] if *other == refused => (format!("{option} is given twice"), None),
            others => {
                let others: Vec<_> =
                    others.iter().map(|other| as_typed(other, arguments)).collect();
                (format!("{option} cannot be used with {}", others.join(", ")), None)
            }
        },
        ErrorKind::TooManyValues => (format!("{option} takes no value"), None),
        ErrorKind::InvalidUtf8 => ("an argument is not valid UTF-8".to_owned(), None),
        _ => ("the command line is invalid".to_owned(), None),
    };
    Failure::usage(message)
        .hint(hint.unwrap_or_else(|| format!("{} --help", typed_path(arguments))))
}

/// What clap says about one aspect of the error.
fn words(error: &clap::Error, kind: ContextKind) -> Vec<&str> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word],
        Some(ContextValue::Strings(words)) => words.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn shown(word: &str) -> String {
    let name = word.split('=').next().unwrap_or_default();
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// Whether clap refused the word as an option. After `--`, every argument is positional, even one
/// that begins with a dash.
fn is_option(word: &str, arguments: &[OsString]) -> bool {
    let mut before = arguments.iter().take_while(|argument| *argument != "--");
    word.starts_with('-')
        && (!arguments.iter().any(|argument| argument == "--")
            || before.any(|argument| argument.to_string_lossy().starts_with(word)))
}

/// The command that was typed, as far as a refused command line tells.
fn typed_command(arguments: &[OsString]) -> Option<&str> {
    let definition = super::command();
    let mut words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    words.find(|word| definition.find_subcommand(word).is_some())
}

/// The command that was typed with those it belongs to, as `skia-auth config init`.
fn typed_path(arguments: &[OsString]) -> String {
    let top = built();
    let (mut found, mut path) = (&top, "skia-auth".to_owned());
    let words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    for word in words.filter(|word| *word != "help") {
        if let Some(command) = found.find_subcommand(word) {
            path = format!("{path} {word}");
            found = command;
        }
    }
    path
}

/// The definition with the options of each command, which are deferred until it is built.
fn built() -> clap::Command {
    let mut definition = super::command();
    definition.build();
    definition
}

/// Whether a command, or one of its own commands, has a long option.
fn has(command: Option<&str>, long: &str) -> bool {
    let definition = built();
    let found = command.and_then(|name| definition.find_subcommand(name)).unwrap_or(&definition);
    let commands = std::iter::once(found).chain(found.get_subcommands());
    commands.flat_map(clap::Command::get_arguments).any(|option| option.get_long() == Some(long))
}

fn foreign_hint(option: &str, command: Option<&str>) -> Option<String> {
    foreign::option_hint(option, |long| has(command, long)).map(str::to_owned)
}

/// For an option that was typed before its command, or with a command that does not have it.
fn command_hint(option: &str, typed: Option<&str>) -> Option<String> {
    let has_option = |command: &&clap::Command| {
        command.get_arguments().any(|argument| match option.strip_prefix("--") {
            Some(long) => argument.get_long() == Some(long),
            None => argument.get_short().is_some_and(|short| option == format!("-{short}")),
        })
    };
    let definition = built();
    let first = typed.and_then(|name| definition.find_subcommand(name));
    let found = first.into_iter().chain(definition.get_subcommands()).find(has_option)?.get_name();
    Some(if typed == Some(found) {
        format!("put it after the command: skia-auth {found} {option}")
    } else {
        format!("{option} is an option of skia-auth {found}")
    })
}

/// An argument without its value, as it was typed: `-o` or `--output` for clap's
/// `--output <FORMAT>`.
fn as_typed(argument: &str, arguments: &[OsString]) -> String {
    let name = argument.split(' ').next().unwrap_or_default();
    let Some(long) = name.strip_prefix("--") else {
        return name.trim_matches(['<', '>', '.']).to_owned();
    };
    let definition = built();
    let options = definition.get_subcommands().flat_map(clap::Command::get_arguments);
    let short = options.filter(|option| option.get_long() == Some(long)).find_map(Arg::get_short);
    let short = short.map(|short| format!("-{short}"));
    let words = arguments.iter().map(|word| word.to_string_lossy());
    let typed = words.take_while(|word| word != "--").filter_map(|word| {
        let is_long = word.split('=').next() == Some(name);
        let is_short =
            short.as_deref().is_some_and(|short| without_flags(&word).starts_with(short));
        if is_long { Some(name.to_owned()) } else { short.clone().filter(|_| is_short) }
    });
    typed.last().unwrap_or_else(|| name.to_owned())
}

/// The value of `--color` in a command line that was refused.
pub fn color(arguments: &[OsString]) -> Option<Color> {
    Color::from_str(&last_value(arguments, &["--color"])?, false).ok()
}

/// Whether `--output` in a command line that was refused asks for JSON.
pub fn wants_json(arguments: &[OsString]) -> bool {
    matches!(last_value(arguments, &["--output", "-o"]).as_deref(), Some("json" | "oauth"))
}

fn last_value(arguments: &[OsString], names: &[&str]) -> Option<String> {
    let words: Vec<_> =
        arguments.iter().map(|word| without_flags(&word.to_string_lossy())).collect();
    let options = words.iter().take_while(|word| *word != "--").enumerate();
    options
        .filter_map(|(index, word)| {
            match names.iter().find_map(|name| word.strip_prefix(name))? {
                "" => words.get(index + 1).cloned(),
                value => Some(value.trim_start_matches('=').to_owned()),
            }
        })
        .last()
}

/// A group of short options without those that take no value: `-qojson` is `-ojson`.
fn without_flags(word: &str) -> String {
    match word.strip_prefix('-') {
        Some(group) if !group.starts_with('-') => {
            format!("-{}", group.trim_start_matches(['q', 'v']))
        }
        _ => word.to_owned(),
    }
}
