//! `exec`: replaces this process with a command that has the token in its environment.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use super::Outcome;
use super::source::Source;
use crate::acquire::{Clock, Need};
use crate::cli::{ExecArgs, SharedArgs};
use crate::env;
use crate::model::identity::Identity;
use crate::model::token::Grant;
use crate::output::variables;
use crate::platform::process;
use crate::report::Reporter;

pub fn run(
    args: &ExecArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let program = &args.command[0];
    process::check(program)?;
    let source = Source::open(&args.connection, shared, reporter)?;
    let (min_ttl, renew_before) = (args.freshness.min_ttl, args.renewal.renew_before);
    let need = Need::Valid { min_ttl, renew_before };
    let grant = source.acquire(need, clock, reporter)?.grant;
    let profile = shared.profile.as_deref().filter(|_| !args.connection.sandbox);
    let command = prepare(&args.command, &grant, &source.settings.identity, profile);
    let exit_code =
        process::become_command(command).map_err(|error| process::cannot_start(program, &error))?;
    Ok(Outcome::nothing().exit_code(exit_code))
}

fn prepare(
    words: &[OsString],
    grant: &Grant,
    identity: &Identity,
    profile: Option<&str>,
) -> Command {
    let mut command = process::command(words);
    command.env_remove(env::CLIENT_SECRET).env_remove(env::CLIENT_SECRET_FILE);
    // A nested skia-auth inherits our SKIA_BASE_URL; pass the profile along so that both mean the
    // same identity.
    command.envs(profile.map(|profile| (env::PROFILE, profile)));
    for (name, value) in variables(grant, &identity.base_url.to_string()) {
        // An inherited SKIA_TOKEN_EXPIRES_AT would be that of another token.
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    command
}
