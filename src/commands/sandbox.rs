//! `sandbox`: the emulated API for a while, by itself or around a command.

use std::ffi::OsString;
use std::io;
use std::process::Child;
use std::thread;

use anyhow::{Context, Result};

use super::{Outcome, child};
use crate::cli::SandboxArgs;
use crate::env;
use crate::error::{Failure, Kind, reason};
use crate::report::Reporter;
use crate::sandbox::{CLIENT_ID, CLIENT_SECRET, SCOPE, Sandbox};
use crate::signals;
use crate::stdio;

pub fn run(args: &SandboxArgs, reporter: &Reporter) -> Result<Outcome> {
    if let Some(program) = args.command.first() {
        child::check(program)?;
    }
    let sandbox = Sandbox::start(args.port, args.answer).map_err(|error| {
        Failure::new(Kind::Config, format!("cannot listen on 127.0.0.1:{}: {}", args.port, reason(&error)))
    })?;
    if args.command.is_empty() { serve(&sandbox, reporter) } else { run_command(&sandbox, &args.command) }
}

/// Prints the settings that reach the sandbox, in the form that `docker --env-file` and `set -a; .` read, and stays.
fn serve(sandbox: &Sandbox, reporter: &Reporter) -> Result<Outcome> {
    let settings = [
        (env::BASE_URL, sandbox.base_url()),
        (env::CLIENT_ID, CLIENT_ID.to_owned()),
        (env::CLIENT_SECRET, CLIENT_SECRET.to_owned()),
    ];
    let lines: String = settings.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    stdio::emit(lines.as_bytes())?;
    reporter.serving(&sandbox.base_url());
    sandbox.wait();
    Ok(Outcome::nothing())
}

fn run_command(sandbox: &Sandbox, words: &[OsString]) -> Result<Outcome> {
    let mut command = child::command(words);
    command
        .env(env::BASE_URL, sandbox.base_url())
        .env(env::CLIENT_ID, CLIENT_ID)
        .env(env::CLIENT_SECRET, CLIENT_SECRET)
        .env(env::SCOPE, SCOPE)
        // A second source for the secret, or another profile, would contradict these.
        .env_remove(env::CLIENT_SECRET_FILE)
        .env_remove(env::PROFILE);
    // Tokens of an earlier sandbox on the same port are none of this one, and nobody has a use for them afterwards.
    let caches = !env::in_ci() || env::path(env::CACHE_DIR).is_some();
    let cache = caches.then(tempfile::tempdir).transpose().context("cannot make a place for cached tokens")?;
    if let Some(cache) = &cache {
        command.env(env::CACHE_DIR, cache.path());
    }
    signals::wait_for_children().context("cannot watch for the end of the command")?;
    let forwarded = ForwardedSignals::prepare()?;
    let mut process = command.spawn().map_err(|error| child::cannot_start(&words[0], &error))?;
    if let Err(error) = forwarded.forward_to(&process) {
        let _ = process.kill();
        let _ = process.wait();
        return Err(error).context("cannot watch for signals");
    }
    let status = process.wait().context("cannot wait for the command")?;
    Ok(Outcome::nothing().exit_code(child::exit_code(status)))
}

/// While the command runs, signals are its business: a terminal sends SIGINT and SIGQUIT to both, so those are only
/// outlived here; the others reach this process alone and are passed on.
struct ForwardedSignals {
    #[cfg(unix)]
    signals: signal_hook::iterator::Signals,
}

#[cfg(unix)]
impl ForwardedSignals {
    fn prepare() -> Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let watched =
            [SIGINT, SIGQUIT, SIGTERM, SIGHUP].into_iter().filter(|signal| !signals::inherits_ignored(*signal));
        signal_hook::iterator::Signals::new(watched).map(|signals| Self { signals }).context("cannot watch for signals")
    }

    fn forward_to(mut self, process: &Child) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        use signal_hook::consts::{SIGHUP, SIGTERM};
        let Some(pid) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) else { return Ok(()) };
        let forward = move || {
            for signal in self.signals.forever() {
                let _ = match signal {
                    SIGTERM => kill_process(pid, Signal::TERM),
                    SIGHUP => kill_process(pid, Signal::HUP),
                    _ => Ok(()),
                };
            }
        };
        // Not `thread::spawn`: that one panics when there is no thread to be had.
        thread::Builder::new().spawn(forward).map(drop)
    }
}

#[cfg(not(unix))]
impl ForwardedSignals {
    fn prepare() -> Result<Self> {
        Ok(Self {})
    }

    fn forward_to(self, _process: &Child) -> io::Result<()> {
        Ok(())
    }
}
