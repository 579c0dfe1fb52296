//! Help, the version and usage errors: what clap answers with in place of a command.

use std::ffi::OsString;

use anyhow::{Result, bail};
use clap::error::ErrorKind;

use super::Outcome;
use crate::cli::{Color, usage};
use crate::error::Kind;
use crate::platform::stdio;

pub fn run(answer: &clap::Error, arguments: &[OsString], color: Color) -> Result<Outcome> {
    let text = |is_terminal| match color.wanted(is_terminal) {
        true => answer.render().ansi().to_string(),
        false => answer.render().to_string(),
    };
    match answer.kind() {
        ErrorKind::DisplayHelp => Ok(Outcome::of(text(stdio::stdout_is_terminal()))),
        // clap would name the command too: `skia-auth-login 0.1.0`.
        ErrorKind::DisplayVersion => {
            Ok(Outcome::of(concat!("skia-auth ", env!("CARGO_PKG_VERSION"), "\n")))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            stdio::emit_error(&text(stdio::stderr_is_terminal()));
            Ok(Outcome::nothing().exit_code(Kind::Usage.exit_code()))
        }
        _ => bail!(usage::failure(answer, arguments)),
    }
}
