//! A command line that cannot be understood, in words that repeat nothing of what was typed: it may be a secret.

use std::ffi::OsString;

use clap::ValueEnum;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::{self, Color};
use crate::error::{Failure, Kind, nearest};

/// What the parser stopped at.
pub enum Stop {
    /// Help or the version was asked for.
    Asked(clap::builder::StyledStr),
    /// Nothing was typed at all.
    Nothing(clap::builder::StyledStr),
    Wrong(Failure),
}

pub fn stop(error: &clap::Error, arguments: &[OsString]) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp => Stop::Asked(error.render()),
        // clap would name the command too: `skia-auth-login 0.1.0`.
        ErrorKind::DisplayVersion => {
            Stop::Asked(concat!("skia-auth ", env!("CARGO_PKG_VERSION"), "\n").into())
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Stop::Nothing(error.render()),
        _ => Stop::Wrong(failure(error, arguments)),
    }
}

fn failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let own = |kind| own_words(error, kind);
    let place = || typed(error).and_then(|word| place(&word, arguments)).unwrap_or_default();
    let help = help_command(arguments);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => format!("unexpected argument{}", place()),
        ErrorKind::InvalidSubcommand => format!("unknown command{}", place()),
        ErrorKind::InvalidValue
            if own(ContextKind::InvalidValue).is_none_or(|value| value.is_empty()) =>
        {
            format!("{} needs a value", own(ContextKind::InvalidArg).unwrap_or_default())
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("invalid value for {}", own(ContextKind::InvalidArg).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => {
            let name = own(ContextKind::InvalidArg).unwrap_or_default();
            format!("{} is missing", name.trim_end_matches('.').trim_matches(['<', '>']))
        }
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        ErrorKind::ArgumentConflict => {
            let [one, other] = [ContextKind::InvalidArg, ContextKind::PriorArg]
                .map(|kind| own(kind).unwrap_or_default());
            if one == other {
                format!("{one} is given twice")
            } else {
                format!("{one} cannot be used with {other}")
            }
        }
        ErrorKind::TooManyValues => {
            format!("{} takes no value", own(ContextKind::InvalidArg).unwrap_or_default())
        }
        ErrorKind::InvalidUtf8 => {
            let position =
                arguments.iter().position(|word| word.to_str().is_none()).unwrap_or_default();
            format!("word {position} after skia-auth is not valid UTF-8")
        }
        _ => "the command line cannot be understood".to_owned(),
    };
    Failure::new(Kind::Usage, message).hint(hint(error, arguments).unwrap_or(help))
}

/// What would have been right, if that can be told.
fn hint(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let own = |kind| own_words(error, kind);
    match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => {
            let word = typed(error).unwrap_or_default();
            let typed = subcommand(arguments);
            if let Some(command) = owner(&word, typed) {
                return Some(match typed {
                    Some(typed) if typed == command => {
                        format!("put it after the command: skia-auth {command} {word}")
                    }
                    _ => format!("{word} is an option of skia-auth {command}"),
                });
            }
            let suggested =
                own(ContextKind::SuggestedArg).or_else(|| own(ContextKind::SuggestedSubcommand));
            let bare = |name| str::trim_start_matches(name, '-');
            let names: Vec<&str> = suggested.iter().flat_map(|names| names.split(", ")).collect();
            let found = nearest(bare(&word), names.iter().map(|name| bare(name)));
            let suggestion = names
                .iter()
                .find(|name| Some(bare(name)) == found)
                .map(|name| format!("did you mean {name}?"));
            let wants_separator = matches!(typed, Some("exec" | "sandbox"))
                && !word.is_empty()
                && !word.starts_with('-');
            match suggestion {
                None if wants_separator => Some("put -- before the command".to_owned()),
                suggestion => suggestion,
            }
        }
        ErrorKind::InvalidValue => {
            let valid = own(ContextKind::ValidValue).filter(|values| !values.is_empty())?;
            Some(match own(ContextKind::SuggestedValue) {
                Some(nearest) => format!("did you mean {nearest}? (one of {valid})"),
                None => format!("one of {valid}"),
            })
        }
        ErrorKind::ValueValidation if own(ContextKind::InvalidArg)?.contains("DURATION") => {
            Some("write it as 90s, 30m or 2h".to_owned())
        }
        ErrorKind::ValueValidation => match own(ContextKind::InvalidArg)?.as_str() {
            "--retries <N>" => Some("write a whole number, 0 for a single try".to_owned()),
            "--port <N>" => Some("write a number from 0 to 65535".to_owned()),
            _ => None,
        },
        ErrorKind::MissingRequiredArgument if matches!(subcommand(arguments), Some("exec")) => {
            Some("skia-auth exec -- COMMAND".to_owned())
        }
        _ => None,
    }
}

/// A part of the error that is made of our own names. What was typed stands in other parts, which are never shown.
fn own_words(error: &clap::Error, kind: ContextKind) -> Option<String> {
    let is_typed =
        matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand)
            && matches!(kind, ContextKind::InvalidArg | ContextKind::InvalidSubcommand);
    if is_typed {
        return None;
    }
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

/// The word that the parser did not know.
fn typed(error: &clap::Error) -> Option<String> {
    let word =
        error.get(ContextKind::InvalidArg).or_else(|| error.get(ContextKind::InvalidSubcommand))?;
    match word {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The command that knows this option, spelled exactly so: the word is then one of our own, and can be shown. The
/// command that was typed comes first.
fn owner(word: &str, typed: Option<&str>) -> Option<String> {
    let is_it = |option: &clap::Arg| match word.strip_prefix("--") {
        Some(long) => option.get_long() == Some(long),
        None => option.get_short().is_some_and(|short| word == format!("-{short}")),
    };
    let knows = |command: &&clap::Command| command.get_arguments().any(is_it);
    // The definition of a command is made when it is built.
    let mut definition = cli::command();
    definition.build();
    let first = typed.and_then(|name| definition.find_subcommand(name));
    first
        .into_iter()
        .chain(definition.get_subcommands())
        .find(knows)
        .map(|command| command.get_name().to_owned())
}

/// Where the word stands, counted as a shell counts: `$1` is the first.
fn place(word: &str, arguments: &[OsString]) -> Option<String> {
    let is_it = |argument: &&OsString| argument.to_string_lossy().starts_with(word);
    let position = arguments.iter().skip(1).position(|argument| is_it(&argument))?;
    Some(format!(" (word {} after skia-auth)", position + 1))
}

fn subcommand(arguments: &[OsString]) -> Option<&str> {
    let names = cli::command();
    let known = |word: &&str| names.get_subcommands().any(|command| command.get_name() == *word);
    arguments.iter().skip(1).filter_map(|word| word.to_str()).find(known)
}

fn help_command(arguments: &[OsString]) -> String {
    match subcommand(arguments) {
        Some(name) => format!("skia-auth {name} --help"),
        None => "skia-auth --help".to_owned(),
    }
}

/// Whether colours were asked for, as far as that can be told of a line that was not understood.
pub fn color(arguments: &[OsString]) -> Option<Color> {
    let mut words =
        arguments.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    let mut color = None;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('=').map(|value| value.to_owned().into()),
            None => None,
        };
        color = value.and_then(|value| Color::from_str(&value, false).ok()).or(color);
    }
    color
}

/// Whether errors are wanted as JSON, as far as that can be told of a line that was not understood.
pub fn wants_json(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments
        .iter()
        .map(|word| word.to_string_lossy())
        .take_while(|word| word != "--")
        .collect();
    let is_json = |value: &str| matches!(value, "json" | "oauth");
    words.iter().enumerate().any(|(index, word)| match word.strip_prefix("--output") {
        Some("") => words.get(index + 1).is_some_and(|value| is_json(value)),
        Some(rest) => rest.strip_prefix('=').is_some_and(is_json),
        None if word == "-o" => words.get(index + 1).is_some_and(|value| is_json(value)),
        None => word.strip_prefix("-o").is_some_and(|value| is_json(value.trim_start_matches('='))),
    })
}
