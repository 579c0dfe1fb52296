//! `skia-auth`: logs in to the Skia API and prints the bearer token.
//!
//! The program is the interface. The library is public only as far as the binary, the generated
//! files and the tests need it, and promises nothing.

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
use jiff::Timestamp;

use crate::cli::{Cli, Command, ConfigCommand, SharedArgs, usage};
use crate::commands::Outcome;
use crate::error::{Failure, Kind};
use crate::platform::{seal, stdio};
use crate::report::Reporter;

/// Replaces the message of a panic, which may hold anything.
const INTERNAL_ERROR: &str = "skia-auth: error: internal error (this is a fault of skia-auth)\n";

/// Runs the program and returns its exit code.
pub fn run(arguments: Vec<OsString>) -> i32 {
    seal::seal();
    panic::set_hook(Box::new(|_| stdio::emit_error(INTERNAL_ERROR)));
    panic::catch_unwind(|| parse_and_run(&arguments)).unwrap_or(Kind::Internal.exit_code().into())
}

fn parse_and_run(arguments: &[OsString]) -> i32 {
    match cli::parse(arguments) {
        Ok(Cli { shared, command }) => {
            let reporter = Reporter::new(&shared, command.wants_json());
            finish(dispatch(command, &shared, &reporter), &reporter)
        }
        Err(answer) => {
            let color = usage::color(arguments);
            let shared = SharedArgs { color, ..SharedArgs::default() };
            let reporter = Reporter::new(&shared, usage::wants_json(arguments));
            let color = color.unwrap_or_default();
            finish(commands::help::run(&answer, arguments, color), &reporter)
        }
    }
}

fn dispatch(command: Command, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    let clock = Timestamp::now;
    match command {
        Command::Login(args) => commands::login::run(&args, shared, clock, reporter),
        Command::Token(args) => commands::token::run(&args, shared, clock, reporter),
        Command::Exec(args) => commands::exec::run(&args, shared, clock, reporter),
        Command::Status(args) => commands::status::run(args, shared, clock, reporter),
        Command::Inspect(args) => commands::inspect::run(args, shared, clock, reporter),
        Command::Logout(args) => commands::logout::run(args, shared, reporter),
        Command::Config(args) => match args.command {
            ConfigCommand::Show(args) => commands::config::show(&args, shared, reporter),
            ConfigCommand::Path(_) => commands::config::path(shared),
            ConfigCommand::List(args) => commands::config::list::run(&args, shared, reporter),
            ConfigCommand::Init(args) => commands::config::init::run(&args, shared),
        },
        Command::Doctor(args) => commands::doctor::run(&args, shared, clock, reporter),
        Command::Sandbox(args) => commands::sandbox::run(&args, shared, reporter),
        Command::Completions(args) => Ok(commands::completions::run(args.shell)),
    }
}

/// Writes the result to stdout, or the error to stderr.
fn finish(result: Result<Outcome>, reporter: &Reporter) -> i32 {
    let written = result.and_then(|outcome| {
        stdio::emit(&outcome.output)?;
        if let Some(note) = &outcome.last_line {
            reporter.last_line(note);
        }
        Ok(outcome.exit_code)
    });
    written.unwrap_or_else(|error| {
        let failure = Failure::from_chain(&error);
        reporter.fail(&failure);
        failure.kind.exit_code().into()
    })
}
