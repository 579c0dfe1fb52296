//! `exec`: becomes the command, with a token in its environment and no secret.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Result, bail};

use super::source::Source;
use super::{Outcome, child};
use crate::acquire::{Acquired, Clock, Need, acquire};
use crate::cli::{ExecArgs, SharedArgs};
use crate::env;
use crate::report::Reporter;
use crate::settings::Identity;
use crate::time::rfc3339;
use crate::token::Expiry;

pub fn run(args: &ExecArgs, shared: &SharedArgs, clock: Clock, reporter: &Reporter) -> Result<Outcome> {
    let program = args.command.first().cloned().unwrap_or_default();
    child::check(&program)?;
    let source = Source::open(&args.connection, shared, reporter)?;
    let need = Need::Valid { min_ttl: args.freshness.min_ttl };
    let acquired = acquire(&source.settings, need, clock, reporter)?;
    source.announce(&acquired.grant.token, reporter);
    become_command(prepare(&args.command, &acquired, &source.settings.identity), &program)
}

fn prepare(words: &[OsString], acquired: &Acquired, identity: &Identity) -> Command {
    let mut command = child::command(words);
    command
        .env_remove(env::CLIENT_SECRET)
        .env_remove(env::CLIENT_SECRET_FILE)
        .env(env::TOKEN, acquired.grant.token.expose())
        .env(env::BASE_URL, identity.base_url.to_string());
    match acquired.grant.expiry {
        Expiry::At(instant) => command.env(env::TOKEN_EXPIRES_AT, rfc3339(instant)),
        // One that was inherited would belong to another token.
        Expiry::Unknown => command.env_remove(env::TOKEN_EXPIRES_AT),
    };
    command
}

#[cfg(unix)]
fn become_command(mut command: Command, program: &std::ffi::OsStr) -> Result<Outcome> {
    use std::os::unix::process::CommandExt;
    bail!(child::cannot_start(program, &command.exec()))
}

#[cfg(not(unix))]
fn become_command(mut command: Command, program: &std::ffi::OsStr) -> Result<Outcome> {
    let status = command.status().map_err(|error| child::cannot_start(program, &error))?;
    Ok(Outcome::nothing().exit_code(child::exit_code(status)))
}
