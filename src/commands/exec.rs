//! `exec`: replaces this process with a command that has the token in its environment.

use std::path;
use std::process::Command;

use anyhow::{Result, bail};

use super::Outcome;
use super::source::Source;
use crate::acquire::{Clock, Need};
use crate::cli::{ConnectionArgs, ExecArgs, SharedArgs};
use crate::env;
use crate::error::Failure;
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
    if args.connection.sandbox {
        bail!(
            Failure::usage(
                "exec has no --sandbox: the sandbox would end before the command starts"
            )
            .hint("skia-auth sandbox -- COMMAND")
        );
    }
    let program = &args.command[0];
    process::check(program)?;
    let source = Source::open(&args.connection, shared, reporter)?;
    let (min_ttl, renew_before) = (args.freshness.min_ttl, args.renewal.renew_before);
    let need = Need::Valid { min_ttl, renew_before };
    let grant = source.acquire(need, clock, reporter)?.grant;
    let command = prepare(args, &grant, &source);
    let exit_code =
        process::become_command(command).map_err(|error| process::cannot_start(program, &error))?;
    Ok(Outcome::nothing().exit_code(exit_code))
}

/// The command with its variables. A `skia-auth` in it uses the same identity.
fn prepare(args: &ExecArgs, grant: &Grant, source: &Source) -> Command {
    let mut command = process::command(&args.command);
    command.env_remove(env::CLIENT_SECRET).env_remove(env::CLIENT_SECRET_FILE);
    if let Some((file, profile)) = &source.config {
        let file = path::absolute(file).unwrap_or_else(|_| file.clone());
        command.env(env::CONFIG, file).env(env::PROFILE, profile);
    }
    let identity = &source.settings.identity;
    let ConnectionArgs { client_id, scope, .. } = &args.connection;
    for (name, value, typed) in
        [(env::CLIENT_ID, &identity.client_id, client_id), (env::SCOPE, &identity.scope, scope)]
    {
        // A variable that -p or an option has overridden would override the profile in the command.
        if typed.is_some() || env::path(name).is_some() {
            command.env(name, value);
        }
    }
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
