//! `skia-auth`: logs in to the Skia API and prints the bearer token.
//!
//! The program is the interface. Of the library, only what the binary, the generated files and the tests need is
//! public, and none of it is promised.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests check what is exposed"))]

mod acquire;
mod api;
mod cache;
#[doc(hidden)]
pub mod cli;
mod commands;
mod env;
mod error;
mod http;
mod model;
mod output;
mod platform;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod properties;
mod report;
#[doc(hidden)]
pub mod sandbox;
mod settings;

use std::ffi::OsString;
use std::panic;

use anyhow::Result;
use clap::builder::StyledStr;
use jiff::Timestamp;

use crate::cli::usage::{self, Stop};
use crate::cli::{Command, ConfigCommand, SharedArgs};
use crate::commands::Outcome;
use crate::error::{Failure, Kind};
use crate::platform::stdio;
use crate::report::Reporter;

/// What is said of a panic: its message may hold anything.
const INTERNAL_ERROR: &str = "skia-auth: error: internal error (this is a fault of skia-auth)\n";

/// Runs the program: parses, dispatches, writes the result, and reports what went wrong. The answer is the exit code.
pub fn run(arguments: Vec<OsString>) -> u8 {
    platform::seal::seal();
    panic::set_hook(Box::new(|_| stdio::emit_error(INTERNAL_ERROR)));
    panic::catch_unwind(|| parse_and_run(&arguments)).unwrap_or(Kind::Internal.exit_code())
}

fn parse_and_run(arguments: &[OsString]) -> u8 {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return explain(usage::stop(&error, arguments), arguments),
    };
    let Some(command) = cli.command else {
        let failure = Failure::usage("a command is missing").hint("skia-auth --help");
        return report(&Reporter::new(&cli.shared, false), Err(failure.into()));
    };
    let shared = command.shared().over(&cli.shared);
    let reporter = Reporter::new(&shared, command.wants_json());
    report(&reporter, dispatch(command, &shared, &reporter))
}

fn dispatch(command: Command, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    let clock = Timestamp::now;
    match command {
        Command::Login(args) => commands::login::run(&args, shared, clock, reporter),
        Command::Token(args) => commands::token::run(&args, shared, clock, reporter),
        Command::Exec(args) => commands::exec::run(&args, shared, clock, reporter),
        Command::Status(args) => commands::status::run(args, shared, clock, reporter),
        Command::Inspect(args) => commands::inspect::run(args, shared, reporter),
        Command::Logout(args) => commands::logout::run(args, shared, reporter),
        Command::Config(args) => match args.command {
            ConfigCommand::Show(show) => commands::config::show(&show, shared, reporter),
            ConfigCommand::Path(_) => commands::config::path(shared),
            ConfigCommand::Init(_) => commands::config::init::run(shared),
        },
        Command::Doctor(args) => commands::doctor::run(&args, shared, clock, reporter),
        Command::Sandbox(args) => commands::sandbox::run(&args, reporter),
        Command::Completions(args) => Ok(commands::completions::run(args.shell)),
    }
}

fn report(reporter: &Reporter, result: Result<Outcome>) -> u8 {
    let delivered =
        result.and_then(|outcome| Ok(stdio::emit(&outcome.output).map(|()| outcome.exit_code)?));
    delivered.unwrap_or_else(|error| {
        let failure = Failure::from_chain(&error);
        reporter.fail(&failure);
        failure.kind.exit_code()
    })
}

fn explain(stop: Stop, arguments: &[OsString]) -> u8 {
    let color = usage::color(arguments);
    let shared = SharedArgs { color, ..SharedArgs::default() };
    let reporter = Reporter::new(&shared, usage::wants_json(arguments));
    let styled = |text: &StyledStr, is_terminal| match color.unwrap_or_default().wanted(is_terminal)
    {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    match stop {
        Stop::Asked(text) => {
            report(&reporter, Ok(Outcome::of(styled(&text, stdio::stdout_is_terminal()))))
        }
        Stop::Nothing(text) => {
            stdio::emit_error(&styled(&text, stdio::stderr_is_terminal()));
            Kind::Usage.exit_code()
        }
        Stop::Wrong(failure) => report(&reporter, Err(failure.into())),
    }
}
