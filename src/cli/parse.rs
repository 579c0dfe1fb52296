//! How the definition reads what was typed, without building more of it than is needed.

use std::ffi::OsString;
use std::mem;

use clap::{FromArgMatches, Subcommand};

use super::{Cli, Command, LoginArgs, NAME, SharedArgs, TokenArgs, command};

pub fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    if let Some(command) = parse_bare(arguments).or_else(|| parse_by_one_command(arguments)) {
        return Ok(Cli { shared: SharedArgs::default(), command: Some(command) });
    }
    let mut definition = command();
    let parsed = definition.try_get_matches_from_mut(arguments);
    parsed
        .and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches))
        .map_err(|error| error.format(&mut definition))
}

/// What scripts call all day, without an option: there is nothing in it to parse, and building the definition would be a
/// quarter of a cached call.
fn parse_bare(arguments: &[OsString]) -> Option<Command> {
    let [_, name] = arguments else { return None };
    match name.to_str()? {
        "login" => Some(Command::Login(LoginArgs::default())),
        "token" => Some(Command::Token(TokenArgs::default())),
        _ => None,
    }
}

/// Where a command comes first, its own definition is enough, and building the others is a tenth of a cached call.
/// `None` for whatever it does not accept: that is for the whole definition to judge.
fn parse_by_one_command(arguments: &[OsString]) -> Option<Command> {
    let name = arguments.get(1)?.to_str()?;
    let mut commands = Command::augment_subcommands(clap::Command::new(NAME));
    let one = mem::take(commands.find_subcommand_mut(name)?);
    let settings = clap::Command::new(NAME).version("").propagate_version(true);
    let mut definition = settings.disable_help_flag(true).disable_version_flag(true).subcommand(one);
    let mut matches = definition.try_get_matches_from_mut(arguments).ok()?;
    // The end of the process frees them at no cost.
    mem::forget((commands, definition));
    Command::from_arg_matches_mut(&mut matches).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn parse_by_all(arguments: &[OsString]) -> Option<Cli> {
        let mut matches = command().try_get_matches_from(arguments).ok()?;
        Cli::from_arg_matches_mut(&mut matches).ok()
    }

    #[test]
    fn one_command_is_parsed_as_by_the_whole_definition() {
        for line in [
            "skia-auth login",
            "skia-auth login --client-secret=x -o json --to-file f -qvv --color never --timeout 2m --no-cache",
            "skia-auth token --min-ttl 2h --client-id -x --base-url https://h -p a --retries 3",
            "skia-auth token --offline --scope s --ca-cert f --allow-http --client-secret-file - --config f",
            "skia-auth exec --sandbox -- sh -c --help -q",
            "skia-auth status -o json",
            "skia-auth inspect x",
            "skia-auth logout --all",
            "skia-auth config show -p a",
            "skia-auth config -q init",
            "skia-auth doctor --login",
            "skia-auth sandbox --port 1 --answer unavailable -- a",
            "skia-auth completions zsh",
        ] {
            let arguments = words(line);
            let one = parse_by_one_command(&arguments).map(|command| format!("{command:?}"));
            let all = parse_by_all(&arguments).and_then(|cli| cli.command).map(|command| format!("{command:?}"));
            assert!(one.is_some(), "{line}");
            assert_eq!(one, all, "{line}");
        }
    }

    #[test]
    fn bare_command_is_what_the_whole_definition_makes_of_it() {
        for line in ["skia-auth login", "skia-auth token"] {
            let bare = parse_bare(&words(line)).map(|command| format!("{command:?}"));
            let all = parse_by_all(&words(line)).and_then(|cli| cli.command);
            assert_eq!(bare, all.map(|command| format!("{command:?}")), "{line}");
        }
        for line in ["skia-auth", "skia-auth status", "skia-auth token -q", "skia-auth -q token"] {
            assert!(parse_bare(&words(line)).is_none(), "{line}");
        }
    }

    #[test]
    fn what_is_not_accepted_is_for_the_whole_definition() {
        for line in [
            "skia-auth",
            "skia-auth -q token",
            "skia-auth --help",
            "skia-auth help token",
            "skia-auth tok",
            "skia-auth token --help",
            "skia-auth token -V",
            "skia-auth token --offlin",
            "skia-auth token stray",
            "skia-auth config",
            "skia-auth token --sandbox --client-id x",
        ] {
            assert!(parse_by_one_command(&words(line)).is_none(), "{line}");
        }
    }
}
