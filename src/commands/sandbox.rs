//! `sandbox`: runs the emulated API, alone or for the duration of a command.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;
use toml_writer::{ToTomlKey, ToTomlValue};

use super::Outcome;
use crate::cli::format::VariableFormat;
use crate::cli::{SandboxArgs, SharedArgs};
use crate::env;
use crate::error::{Failure, reason};
use crate::model::time::local_zone;
use crate::output::{Variable, assignments};
use crate::platform::forward::ForwardedSignals;
use crate::platform::{self, files, private_fs, process, signals, stdio};
use crate::report::{Note, Reporter};
use crate::sandbox::{CLIENT_ID, CLIENT_SECRET, Exchange, SCOPE, Sandbox};
use crate::settings::file::{ConfigFile, DEFAULT_PROFILE};
use crate::settings::{DEFAULT_TIMEOUT, config_path};

pub fn run(args: &SandboxArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    if let Some(program) = args.command.first() {
        process::check(program)?;
    }
    let alone = args.command.is_empty();
    let (logger, zone) = (*reporter, local_zone());
    // The log would mix with the messages of the command.
    let is_logged = alone || shared.verbose > 0;
    let log = move |exchange: &Exchange<'_>| {
        if is_logged {
            logger.request(exchange, &zone);
        }
    };
    let sandbox = Sandbox::observed(args.port, args.answer, log).map_err(|error| {
        let why = reason(&error);
        Failure::config(format!("cannot listen on 127.0.0.1:{}: {why}", args.port))
            .hint("without --port, any free port is used")
    })?;
    if alone {
        serve(&sandbox, args.output, reporter)
    } else {
        run_command(&sandbox, &args.command, shared, reporter)
    }
}

const CONFIG_FILE: &str = "config.toml";

/// The variables that point to a sandbox.
fn variables(sandbox: &Sandbox) -> [Variable; 3] {
    [
        (env::BASE_URL, sandbox.base_url()),
        (env::CLIENT_ID, CLIENT_ID.to_owned()),
        (env::CLIENT_SECRET, CLIENT_SECRET.to_owned()),
    ]
}

/// Prints the variables as lines that can be pasted, and serves until the process is stopped.
fn serve(
    sandbox: &Sandbox,
    format: Option<VariableFormat>,
    reporter: &Reporter,
) -> Result<Outcome> {
    let format = format.unwrap_or(match platform::POWERSHELL_IS_USUAL {
        true => VariableFormat::Powershell,
        false => VariableFormat::Env,
    });
    stdio::emit(assignments(format, &variables(sandbox)).as_bytes())?;
    reporter.serving(&sandbox.base_url());
    sandbox.wait()
}

fn run_command(
    sandbox: &Sandbox,
    words: &[OsString],
    shared: &SharedArgs,
    reporter: &Reporter,
) -> Result<Outcome> {
    let mut command = process::command(words);
    command
        .envs(variables(sandbox))
        .env(env::SCOPE, SCOPE)
        // A token of a sandbox needs no mask.
        .env(env::NO_MASK, "1")
        // A second source of the secret, another profile and the token of another server would
        // contradict these.
        .env_remove(env::CLIENT_SECRET_FILE)
        .env_remove(env::PROFILE)
        .env_remove(env::TOKEN)
        .env_remove(env::TOKEN_EXPIRES_AT);
    let directory = private_directory(sandbox, shared);
    isolate(&mut command, directory.as_ref(), reporter);
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

/// A configuration file and a cache for the command: no profile of the user can be reached with
/// `-p`, and no token of an earlier sandbox on the same port can be found.
fn isolate(command: &mut Command, directory: Result<&TempDir, &io::Error>, reporter: &Reporter) {
    match directory {
        Ok(directory) => command
            .env(env::CONFIG, directory.path().join(CONFIG_FILE))
            .env(env::CACHE_DIR, directory.path().join("cache")),
        Err(error) => {
            reporter.note(&Note::NoTemporaryDirectory(&reason(error)));
            command.env(env::CONFIG, files::NULL_DEVICE).env(env::NO_CACHE, "1")
        }
    };
}

/// A directory with a configuration file that has every profile name of the user's file.
fn private_directory(sandbox: &Sandbox, shared: &SharedArgs) -> io::Result<TempDir> {
    let path = config_path(shared).ok().flatten();
    let file = path.and_then(|path| ConfigFile::read(&path.value, DEFAULT_TIMEOUT).ok());
    let names = file.iter().flat_map(|file| file.profiles.keys());
    let names = names.filter(|name| *name != DEFAULT_PROFILE);
    let base_url = sandbox.base_url();
    let lines: String = [
        ("base_url", &*base_url),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("scope", SCOPE),
    ]
    .map(|(key, value)| format!("{key} = {}\n", value.to_toml_value()))
    .concat();
    let tables = names.map(|name| format!("[profile.{}]\n{lines}", name.to_toml_key()));
    let content = lines.clone() + &tables.collect::<String>();
    let directory = private_fs::temporary_directory()?;
    private_fs::create(&directory.path().join(CONFIG_FILE), content.as_bytes())?;
    Ok(directory)
}
