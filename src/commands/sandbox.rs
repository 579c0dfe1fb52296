//! `sandbox`: runs the emulated API, alone or for the duration of a command.

use std::ffi::OsString;

use anyhow::{Context, Result};

use super::Outcome;
use crate::cli::SandboxArgs;
use crate::env;
use crate::error::{Failure, reason};
use crate::platform::forward::ForwardedSignals;
use crate::platform::{process, signals, stdio};
use crate::report::Reporter;
use crate::sandbox::{CLIENT_ID, CLIENT_SECRET, SCOPE, Sandbox};

pub fn run(args: &SandboxArgs, reporter: &Reporter) -> Result<Outcome> {
    if let Some(program) = args.command.first() {
        process::check(program)?;
    }
    let sandbox = Sandbox::start(args.port, args.answer).map_err(|error| {
        let why = reason(&error);
        Failure::config(format!("cannot listen on 127.0.0.1:{}: {why}", args.port))
    })?;
    if args.command.is_empty() {
        serve(&sandbox, reporter)
    } else {
        run_command(&sandbox, &args.command)
    }
}

/// The variables that point to a sandbox.
fn variables(sandbox: &Sandbox) -> [(&'static str, String); 3] {
    [
        (env::BASE_URL, sandbox.base_url()),
        (env::CLIENT_ID, CLIENT_ID.to_owned()),
        (env::CLIENT_SECRET, CLIENT_SECRET.to_owned()),
    ]
}

/// Prints the variables in the form that `docker --env-file` and `set -a; .` read, and serves until
/// the process is stopped.
fn serve(sandbox: &Sandbox, reporter: &Reporter) -> Result<Outcome> {
    let lines = variables(sandbox).map(|(name, value)| format!("{name}={value}\n"));
    stdio::emit(lines.concat().as_bytes())?;
    reporter.serving(&sandbox.base_url());
    sandbox.wait()
}

fn run_command(sandbox: &Sandbox, words: &[OsString]) -> Result<Outcome> {
    let mut command = process::command(words);
    command
        .envs(variables(sandbox))
        .env(env::SCOPE, SCOPE)
        // A second source of the secret or another profile would contradict these.
        .env_remove(env::CLIENT_SECRET_FILE)
        .env_remove(env::PROFILE);
    // A cache of its own: tokens of an earlier sandbox on the same port must not be found.
    let cache = tempfile::tempdir().context("cannot create a temporary cache directory")?;
    command.env(env::CACHE_DIR, cache.path());
    signals::wait_for_children().context("cannot handle SIGCHLD")?;
    let forwarded = ForwardedSignals::prepare().context("cannot handle signals")?;
    let mut child =
        process::spawn(&mut command).map_err(|error| process::cannot_start(&words[0], &error))?;
    if let Err(error) = forwarded.forward_to(&child) {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error).context("cannot handle signals");
    }
    let status = child.wait().context("cannot wait for the command")?;
    Ok(Outcome::nothing().exit_code(process::exit_code(status)))
}
