//! The settings of a command that may log in: resolved from the layers, or those of a sandbox.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::acquire::{Clock, Need, acquire};
use crate::api::{CHECK_BASE_URL, Login};
use crate::cli::{ConnectionArgs, SharedArgs};
use crate::error::{Failure, Kind};
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;
use crate::report::{Reporter, Warning};
use crate::sandbox::{Answer, CLIENT_ID, CLIENT_SECRET, Sandbox};
use crate::settings::{Layers, Settings};

/// Settings for a login, and the sandbox that must outlive them.
pub struct Source {
    pub settings: Settings,
    /// The configuration file that was read, and the profile that applies.
    pub config: Option<(PathBuf, String)>,
    sandbox: Option<Sandbox>,
    /// The options that choose this identity, as they were typed.
    options: String,
}

impl Source {
    pub fn open(typed: &ConnectionArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Self> {
        if typed.client_secret.is_some() {
            reporter.warn(Warning::SecretOnCommandLine);
        }
        if typed.sandbox {
            return Self::sandbox(typed);
        }
        let options = shared.command_for("", typed);
        let hint = |failure| with_commands(failure, &options);
        let layers = Layers::resolve(typed, shared, reporter).map_err(hint)?;
        if let Some((path, _)) = layers.secret_file().filter(|file| file.1.others_can_write()) {
            reporter.warn(Warning::WritableSecretFile(path.to_owned()));
        }
        let config = match &layers.config_file {
            Some((file, Ok(()))) => Some((file.value.clone(), layers.profile.value.clone())),
            _ => None,
        };
        let settings = layers.complete().map_err(hint)?;
        Ok(Self { config, options, ..Self::of(settings) })
    }

    pub fn of(settings: Settings) -> Self {
        Self { settings, config: None, sandbox: None, options: String::new() }
    }

    /// Reads no configuration file and no variable, so that a real secret never reaches a sandbox.
    fn sandbox(typed: &ConnectionArgs) -> Result<Self> {
        let sandbox = Sandbox::start(0, Answer::Ok).context("cannot start the sandbox")?;
        let client_secret =
            Setting::new(Secret::new(CLIENT_SECRET.to_owned()), Provenance::Sandbox);
        let base_url = BaseUrl::parse(&sandbox.base_url())?;
        let settings = Settings::for_sandbox(base_url, CLIENT_ID, client_secret, typed)?;
        Ok(Self { sandbox: Some(sandbox), ..Self::of(settings) })
    }

    /// Gets a token, and emits the CI masking line or the sandbox notice before any output of it.
    pub fn acquire(&self, need: Need, clock: Clock, reporter: &Reporter) -> Result<Login> {
        let login = acquire(&self.settings, need, clock, reporter);
        let login = login.map_err(|failure| with_commands(failure, &self.options))?;
        match self.sandbox {
            Some(_) => reporter.warn(Warning::SandboxToken),
            None => reporter.mask(&login.grant.token),
        }
        Ok(login)
    }
}

/// Completes the commands in the hints of a failure with the options of the identity.
fn with_commands(mut failure: Failure, options: &str) -> Failure {
    for hint in failure.hints.iter_mut().filter(|hint| *hint == CHECK_BASE_URL) {
        hint.push_str(options);
    }
    match failure.kind {
        Kind::Unavailable => failure.hint(format!("skia-auth doctor{options}")),
        _ => failure,
    }
}
