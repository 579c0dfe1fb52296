//! Resolves every setting from the layers, with its provenance.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::binding::Binding;
use super::picker::Picker;
use super::profile::ProfileLayer;
use super::secret_source::{ClientSecret, SecretSource};
use super::{
    CachePlace, DEFAULT_BASE_URL, DEFAULT_RETRIES, DEFAULT_SCOPE, DEFAULT_TIMEOUT, Settings,
    check_text, check_timeout,
};
use crate::cli::{ConnectionArgs, SharedArgs};
use crate::env;
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::identity::Identity;
use crate::model::provenance::{Provenance, Setting};
use crate::model::time::parse_duration;
use crate::platform::files::{self, Access};
use crate::platform::places;
use crate::report::{Reporter, Warning};

/// Every setting, or `None` where no layer has it.
#[derive(Debug)]
pub struct Layers {
    pub base_url: Setting<BaseUrl>,
    pub client_id: Option<Setting<String>>,
    pub client_secret: Option<Setting<SecretSource>>,
    pub scope: Setting<String>,
    pub timeout: Setting<Duration>,
    pub retries: Setting<u32>,
    pub ca_cert: Option<Setting<PathBuf>>,
    pub allow_http: Setting<bool>,
    pub cache: Setting<CachePlace>,
    pub profile: Setting<String>,
    /// Where the configuration file is, and why it was not read, if it was not.
    pub config_file: Option<(Setting<PathBuf>, Result<(), String>)>,
    /// The configuration file, if it holds a secret that other users can read.
    pub exposed_config_file: Option<PathBuf>,
    binding: Option<Binding>,
    began: Instant,
}

impl Layers {
    /// Reads all layers but the secret.
    pub fn resolve(
        typed: &ConnectionArgs,
        shared: &SharedArgs,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let began = Instant::now();
        let layer = ProfileLayer::find(shared, file_timeout(typed), reporter)?;
        let profile = &layer.profile;
        let mut pick = Picker { layer: &layer, ignored: Vec::new() };
        let base_url = pick.base_url(&typed.base_url, &profile.base_url)?;
        let client_id =
            pick.text(("--client-id", &typed.client_id), env::CLIENT_ID, &profile.client_id)?;
        let scope = pick.text(("--scope", &typed.scope), env::SCOPE, &profile.scope)?;
        let client_secret = pick.secret(typed)?;
        let timeout =
            pick.value(("--timeout", typed.timeout), env::TIMEOUT, profile.timeout, |text| {
                parse_duration(&text).map_err(|_| {
                    Failure::config(format!("{} is not a duration", env::TIMEOUT))
                        .hint("write it as 90s, 30m or 2h")
                })
            })?;
        let ca_cert = pick.value(
            ("--ca-cert", typed.ca_cert.clone()),
            env::CA_CERT,
            profile.ca_cert.as_ref().map(|path| layer.resolve_path(path)),
            |text| Ok(PathBuf::from(text)),
        )?;
        let cache = cache_place(typed.no_cache, &mut pick)?;
        if !pick.ignored.is_empty() {
            reporter.warn(Warning::ProfileOverrides {
                profile: layer.name.value.clone(),
                variables: pick.ignored,
            });
        }
        let binding =
            client_secret.as_ref().map(|secret| Binding::of(secret, &layer)).transpose()?;
        let allow_http = typed.allow_http.then_some(true);
        let allow_http = Setting::if_set(allow_http, Provenance::Flag("--allow-http")).or(
            Setting::if_set(env::switch(env::ALLOW_HTTP)?, Provenance::Variable(env::ALLOW_HTTP)),
        );
        let retries = Setting::if_set(typed.retries, Provenance::Flag("--retries"));
        let default = |value: &str| Setting::new(value.to_owned(), Provenance::Default);
        Ok(Self {
            base_url: base_url
                .unwrap_or_else(|| default(DEFAULT_BASE_URL))
                .try_map("base URL", |name, text| BaseUrl::parse_named(name, &text))?,
            client_id: client_id.map(|id| id.try_map("client id", check_text)).transpose()?,
            client_secret,
            scope: scope.unwrap_or_else(|| default(DEFAULT_SCOPE)).try_map("scope", check_text)?,
            timeout: timeout
                .unwrap_or(Setting::new(DEFAULT_TIMEOUT, Provenance::Default))
                .try_map("timeout", check_timeout)?,
            retries: retries.unwrap_or(Setting::new(DEFAULT_RETRIES, Provenance::Default)),
            ca_cert,
            allow_http: allow_http.unwrap_or(Setting::new(false, Provenance::Default)),
            cache,
            binding,
            profile: layer.name,
            config_file: layer.file,
            exposed_config_file: layer.exposed_file,
            began,
        })
    }

    /// The identity, if the client id is known.
    pub fn identity(&self) -> Option<Identity> {
        Some(Identity {
            base_url: self.base_url.value.clone(),
            client_id: self.client_id.as_ref()?.value.clone(),
            scope: self.scope.value.clone(),
        })
    }

    /// The file of the secret, if it is known which other users can access it.
    pub fn secret_file(&self) -> Option<(&Path, Access)> {
        match &self.client_secret.as_ref()?.value {
            SecretSource::File(path) => Some((path, files::access(path)?)),
            _ => None,
        }
    }

    /// Requires everything that a login needs, and reads the secret, unless a command prints it.
    /// Nothing is sent.
    pub fn complete(&self) -> Result<Settings, Failure> {
        if self.client_id.is_some() && self.client_secret.is_some() {
            self.check_destination()?;
        }
        let (identity, client_id, client_secret) = self.credentials()?;
        Ok(Settings {
            identity,
            client_id,
            client_secret,
            timeout: self.time_left(),
            retries: self.retries.value,
            ca_cert: self.ca_cert.as_ref().map(|setting| setting.value.clone()),
            cache: self.cache.value.clone(),
        })
    }

    /// The identity, where its client id came from, and the secret. Whether the secret may be sent
    /// is not checked.
    pub fn credentials(&self) -> Result<(Identity, Provenance, Setting<ClientSecret>), Failure> {
        let (Some(identity), Some(client_id), Some(source)) =
            (self.identity(), &self.client_id, &self.client_secret)
        else {
            return Err(self.missing());
        };
        Ok((identity, client_id.provenance.clone(), source.read(self.time_left())?))
    }

    /// The timeout is for the whole call, and reading the settings may have taken part of it.
    fn time_left(&self) -> Duration {
        self.timeout.value.saturating_sub(self.began.elapsed())
    }

    /// Whether the secret may be sent to the base URL, and with the client id.
    pub fn check_destination(&self) -> Result<(), Failure> {
        if let Some(binding) = &self.binding {
            binding.check_base_url(&self.base_url)?;
            self.client_id.as_ref().map_or(Ok(()), |id| binding.check_client_id(id))?;
        }
        let base_url = &self.base_url.value;
        if !base_url.uses_tls() && !base_url.is_loopback() && !self.allow_http.value {
            let origin = base_url.origin();
            return Err(Failure::config(format!(
                "{origin} is plain HTTP: the secret would cross the network readable"
            ))
            .hint("use https://, or --allow-http beside a mock server"));
        }
        Ok(())
    }

    fn missing(&self) -> Failure {
        let (mut what, mut sources, mut settable) = (Vec::new(), Vec::new(), Vec::new());
        if self.client_id.is_none() {
            what.push("no client id");
            sources.extend(["--client-id", env::CLIENT_ID]);
            settable.push(env::CLIENT_ID);
        }
        if self.client_secret.is_none() {
            what.push("no client secret");
            sources.extend(["--client-secret-file", env::CLIENT_SECRET, env::CLIENT_SECRET_FILE]);
            settable.push(env::CLIENT_SECRET);
        }
        let file = match &self.config_file {
            Some((file, Ok(()))) => {
                format!("profile \"{}\" of {}", self.profile.value, file.value.display())
            }
            Some((file, Err(why))) => format!("{} ({why})", file.value.display()),
            None => "a configuration file (there is no home directory)".to_owned(),
        };
        let message =
            format!("{}: looked at {} and {file}", what.join(" and "), sources.join(", "));
        sources.retain(|name| env::is_set_but_empty(name));
        if !sources.is_empty() {
            let (names, verb) =
                (sources.join(" and "), if sources.len() == 1 { "is" } else { "are" });
            return Failure::config(format!("{message}; {names} {verb} set but empty")).hint(
                "in a pipeline, a secret that is not available is empty: pull requests from forks \
                 have none",
            );
        }
        let variables = settable.join(" and ");
        Failure::config(message).hint(match &self.config_file {
            Some((_, Ok(()))) => format!("complete that file, or set {variables}"),
            _ => format!("skia-auth config init, or set {variables}"),
        })
    }
}

/// How long to wait for a configuration file that is a pipe. Its own `timeout` is not known yet.
fn file_timeout(typed: &ConnectionArgs) -> Duration {
    let exported = || parse_duration(&env::text(env::TIMEOUT).ok()??).ok();
    typed.timeout.or_else(exported).unwrap_or(DEFAULT_TIMEOUT)
}

fn cache_place(no_cache: bool, pick: &mut Picker) -> Result<Setting<CachePlace>, Failure> {
    let off = |why, provenance| Ok(Setting::new(CachePlace::Off(why), provenance));
    let typed = Setting::if_set(no_cache.then_some(false), Provenance::Flag("--no-cache"));
    let exported = || {
        let enabled = env::switch(env::NO_CACHE)?.map(|off| !off);
        Ok(Setting::if_set(enabled, Provenance::Variable(env::NO_CACHE)))
    };
    if let Some(Setting { value: false, provenance }) =
        pick.pick(typed, &[env::NO_CACHE], exported, pick.layer.profile.cache, bool::eq)?
    {
        let why = match provenance {
            Provenance::Flag(_) => "--no-cache",
            Provenance::Variable(_) => "SKIA_NO_CACHE is set",
            _ => "cache = false",
        };
        return off(why, provenance);
    }
    match cache_directory()? {
        Some(Setting { provenance: Provenance::Default, .. }) if env::in_ci() => off(
            "CI is set: shared runners share a home; set SKIA_CACHE_DIR",
            Provenance::Variable(env::CI),
        ),
        Some(Setting { value, provenance }) => {
            Ok(Setting::new(CachePlace::Directory(value), provenance))
        }
        None => off("there is no home directory", Provenance::Default),
    }
}

/// The directory of cached tokens, whether the cache is on or off.
pub fn cache_directory() -> Result<Option<Setting<PathBuf>>, Failure> {
    if let Some(directory) = env::path(env::CACHE_DIR) {
        if !directory.is_absolute() {
            return Err(Failure::config(format!("{} is not an absolute path", env::CACHE_DIR)));
        }
        return Ok(Some(Setting::new(directory, Provenance::Variable(env::CACHE_DIR))));
    }
    Ok(places::cache_dir()
        .map(|directory| Setting::new(directory.join("skia-auth"), Provenance::Default)))
}
