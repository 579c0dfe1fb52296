//! `exec`: becomes the command, with a token in its environment and no secret.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use super::Outcome;
use super::source::Source;
use crate::acquire::{Acquired, Clock, Need, acquire};
use crate::cli::{ExecArgs, SharedArgs};
use crate::env;
use crate::model::identity::Identity;
use crate::output::variables;
use crate::platform::process;
use crate::report::Reporter;

pub fn run(
    args: &ExecArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let program = args.command.first().cloned().unwrap_or_default();
    process::check(&program)?;
    let source = Source::open(&args.connection, shared, reporter)?;
    let need = Need::Valid { min_ttl: args.freshness.min_ttl };
    let acquired = acquire(&source.settings, need, clock, reporter)?;
    source.announce(&acquired.grant.token, reporter);
    let profile = shared.profile.as_deref().filter(|_| !args.connection.sandbox);
    let command = prepare(&args.command, &acquired, &source.settings.identity, profile);
    let exit_code = process::become_command(command)
        .map_err(|error| process::cannot_start(&program, &error))?;
    Ok(Outcome::nothing().exit_code(exit_code))
}

fn prepare(
    words: &[OsString],
    acquired: &Acquired,
    identity: &Identity,
    profile: Option<&str>,
) -> Command {
    let mut command = process::command(words);
    command.env_remove(env::CLIENT_SECRET).env_remove(env::CLIENT_SECRET_FILE);
    // What is called in there meets our SKIA_BASE_URL: with another profile's secret, unless it is the same profile.
    command.envs(profile.map(|profile| (env::PROFILE, profile)));
    for (name, value) in variables(&acquired.grant, &identity.base_url.to_string()) {
        // An expiry that is unknown leaves none behind: one that was inherited would belong to another token.
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    command
}
