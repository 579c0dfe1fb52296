//! The order of the layers: which of the values that were typed, exported or written down counts.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::picker::Picker;
use super::profile::ProfileLayer;
use super::secret_source::SecretSource;
use super::{
    CachePlace, DEFAULT_BASE_URL, DEFAULT_RETRIES, DEFAULT_SCOPE, DEFAULT_TIMEOUT, SCOPE, Settings,
    clean, in_bounds,
};
use crate::cli::{ConnectionArgs, SharedArgs};
use crate::env;
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::identity::Identity;
use crate::model::provenance::{Provenance, Setting};
use crate::model::time::parse_duration;
use crate::report::{Reporter, Warning};

/// What messages call these settings.
const BASE_URL: &str = "base URL";
const CLIENT_ID: &str = "client id";

/// What the layers say, before anything is demanded of it.
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
    /// The configuration file that was looked at, and whether it was there.
    pub config_file: Option<(Setting<PathBuf>, bool)>,
    /// The configuration file, if it holds a secret that other users can read.
    pub exposed_config_file: Option<PathBuf>,
    secret_is_bound_to: Option<Setting<String>>,
}

impl Layers {
    /// Weighs the layers, highest first: flag; the profile named with `-p`; environment; the profile named by
    /// `SKIA_PROFILE`, else `default`; built-in default.
    pub fn resolve(
        typed: &ConnectionArgs,
        shared: &SharedArgs,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let layer = ProfileLayer::find(shared, reporter)?;
        let mut pick = Picker { layer: &layer, ignored: Vec::new() };
        let said = &layer.profile;

        let base_url =
            pick.text(("--base-url", &typed.base_url), env::BASE_URL, said.base_url.clone())?;
        let client_id =
            pick.text(("--client-id", &typed.client_id), env::CLIENT_ID, said.client_id.clone())?;
        let scope = pick.text(("--scope", &typed.scope), env::SCOPE, said.scope.clone())?;
        let client_secret = pick.secret(typed)?;
        let timeout = pick.value(
            typed.timeout.map(|timeout| Setting::new(timeout, Provenance::Flag("--timeout"))),
            env::TIMEOUT,
            said.timeout,
            |text| {
                parse_duration(text).map_err(|_| {
                    Failure::config(format!("{} is not a duration", env::TIMEOUT))
                        .hint("write it as 90s, 30m or 2h")
                })
            },
        )?;
        let ca_cert = pick.value(
            typed.ca_cert.clone().map(|path| Setting::new(path, Provenance::Flag("--ca-cert"))),
            env::CA_CERT,
            said.ca_cert.as_ref().map(|path| layer.beside(path)),
            |text| Ok(PathBuf::from(text)),
        )?;
        if !pick.ignored.is_empty() {
            reporter.warn(Warning::ProfileOverrides {
                profile: layer.name.value.clone(),
                variables: pick.ignored,
            });
        }

        let from_profile =
            |secret: &&Setting<SecretSource>| matches!(secret.provenance, Provenance::Profile(_));
        let bound_to = client_secret.as_ref().filter(from_profile).and(said.base_url.clone());
        let secret_is_bound_to = bound_to.map(|url| Setting::new(url, layer.provenance()));
        let allow_http = match (typed.allow_http, env::switch(env::ALLOW_HTTP)?) {
            (true, _) => Setting::new(true, Provenance::Flag("--allow-http")),
            (false, Some(allowed)) => Setting::new(allowed, Provenance::Variable(env::ALLOW_HTTP)),
            (false, None) => Setting::new(false, Provenance::Default),
        };
        let retries = match typed.retries {
            Some(retries) => Setting::new(retries, Provenance::Flag("--retries")),
            None => Setting::new(DEFAULT_RETRIES, Provenance::Default),
        };
        let default = |value: &str| Setting::new(value.to_owned(), Provenance::Default);
        Ok(Self {
            base_url: base_url
                .unwrap_or_else(|| default(DEFAULT_BASE_URL))
                .try_map_named(BASE_URL, |text| BaseUrl::parse(&text))?,
            client_id: client_id
                .map(|id| id.try_map_named(CLIENT_ID, |id| clean(id, CLIENT_ID)))
                .transpose()?,
            client_secret,
            scope: scope
                .unwrap_or_else(|| default(DEFAULT_SCOPE))
                .try_map_named(SCOPE, |scope| clean(scope, SCOPE))?,
            timeout: timeout
                .unwrap_or(Setting::new(DEFAULT_TIMEOUT, Provenance::Default))
                .try_map_named("timeout", in_bounds)?,
            retries,
            ca_cert,
            allow_http,
            cache: cache_place(typed.no_cache, said.cache, &layer)?,
            profile: layer.name,
            config_file: layer.file,
            exposed_config_file: layer.exposed_file,
            secret_is_bound_to,
        })
    }

    /// Whose token is meant, if that much is known.
    pub fn identity(&self) -> Option<Identity> {
        Some(Identity {
            base_url: self.base_url.value.clone(),
            client_id: self.client_id.as_ref()?.value.clone(),
            scope: self.scope.value.clone(),
        })
    }

    /// Demands everything that a login needs, and reads the secret. Nothing that fails here has sent anything.
    pub fn complete(&self) -> Result<Settings, Failure> {
        let (Some(identity), Some(client_id), Some(source)) =
            (self.identity(), &self.client_id, &self.client_secret)
        else {
            return Err(self.missing());
        };
        self.check_destination(&identity.base_url)?;
        let began = Instant::now();
        let client_secret = source.read(self.timeout.value)?;
        Ok(Settings {
            identity,
            client_id: client_id.provenance.clone(),
            client_secret,
            // It is the time for the whole call: what a slow command took of it is gone.
            timeout: self.timeout.value.saturating_sub(began.elapsed()),
            retries: self.retries.value,
            ca_cert: self.ca_cert.as_ref().map(|setting| setting.value.clone()),
            cache: self.cache.value.clone(),
        })
    }

    /// Whether the secret, wherever it is, may be sent to the base URL.
    pub fn check_destination(&self, base_url: &BaseUrl) -> Result<(), Failure> {
        if !base_url.uses_tls() && !base_url.is_loopback() && !self.allow_http.value {
            let what = format!(
                "{} is plain HTTP: the secret would cross the network readable",
                base_url.origin()
            );
            return Err(
                Failure::config(what).hint("use https://, or --allow-http beside a mock server")
            );
        }
        // Only a base URL from the environment can meet a secret from a profile with a base URL of its own: a flag is
        // meant, and a profile that is named brings both.
        if let (Provenance::Variable(variable), Some(own)) =
            (&self.base_url.provenance, &self.secret_is_bound_to)
        {
            let own = own.clone().try_map_named(BASE_URL, |text| BaseUrl::parse(&text))?.value;
            if own.host() != base_url.host() {
                let what = format!(
                    "the client secret of profile {:?} belongs to {}, and {variable} names {}",
                    self.profile.value,
                    own.host(),
                    base_url.host()
                );
                return Err(Failure::config(what).hint(format!(
                    "-p {} for {}, or --base-url for {}",
                    self.profile.value,
                    own.host(),
                    base_url.host()
                )));
            }
        }
        Ok(())
    }

    fn missing(&self) -> Failure {
        let (mut what, mut looked, mut settable) = (Vec::new(), Vec::new(), Vec::new());
        if self.client_id.is_none() {
            what.push("no client id");
            looked.extend(["--client-id", env::CLIENT_ID]);
            settable.push(env::CLIENT_ID);
        }
        if self.client_secret.is_none() {
            what.push("no client secret");
            looked.extend(["--client-secret-file", env::CLIENT_SECRET, env::CLIENT_SECRET_FILE]);
            settable.push(env::CLIENT_SECRET);
        }
        let place = match &self.config_file {
            Some((file, true)) => {
                format!("profile {:?} of {}", self.profile.value, file.value.display())
            }
            Some((file, false)) => format!("{} (no such file)", file.value.display()),
            None => "a configuration file (there is no home directory)".to_owned(),
        };
        let empty: Vec<_> =
            looked.iter().copied().filter(|name| env::is_set_but_empty(name)).collect();
        let mut message =
            format!("{}: looked at {} and {place}", what.join(" and "), looked.join(", "));
        let hint = if empty.is_empty() {
            let variables = settable.join(" and ");
            match &self.config_file {
                // `config init` does not overwrite it.
                Some((_, true)) => format!("complete that file, or set {variables}"),
                _ => format!("skia-auth config init, or set {variables}"),
            }
        } else {
            let (names, verb) = (empty.join(" and "), if empty.len() == 1 { "is" } else { "are" });
            message = format!("{message}; {names} {verb} set but empty");
            "in a pipeline, a secret that is not available is empty: pull requests from forks have none".to_owned()
        };
        Failure::config(message).hint(hint)
    }
}

fn cache_place(
    no_cache: bool,
    said: Option<bool>,
    layer: &ProfileLayer,
) -> Result<Setting<CachePlace>, Failure> {
    let off = |why, provenance| Ok(Setting::new(CachePlace::Off(why), provenance));
    if no_cache {
        return off("--no-cache", Provenance::Flag("--no-cache"));
    }
    let exported = env::switch(env::NO_CACHE)?;
    match (layer.is_named(), said, exported) {
        (false, _, Some(true)) | (true, None, Some(true)) => {
            return off("SKIA_NO_CACHE is set", Provenance::Variable(env::NO_CACHE));
        }
        (true, Some(false), _) | (false, Some(false), None) => {
            return off("cache = false", layer.provenance());
        }
        _ => {}
    }
    match cache_directory()? {
        Some(Setting { provenance: Provenance::Default, .. }) if env::in_ci() => off(
            "CI is set: shared runners share a home; set SKIA_CACHE_DIR",
            Provenance::Variable(env::CI),
        ),
        Some(directory) => {
            Ok(Setting::new(CachePlace::Directory(directory.value), directory.provenance))
        }
        None => off("there is no home directory", Provenance::Default),
    }
}

/// Where cached tokens are, whether the cache is on or off.
pub fn cache_directory() -> Result<Option<Setting<PathBuf>>, Failure> {
    if let Some(directory) = env::path(env::CACHE_DIR) {
        if !directory.is_absolute() {
            return Err(Failure::config(format!("{} is not an absolute path", env::CACHE_DIR)));
        }
        return Ok(Some(Setting::new(directory, Provenance::Variable(env::CACHE_DIR))));
    }
    let directory = dirs::cache_dir().filter(|directory| directory.is_absolute());
    Ok(directory.map(|directory| Setting::new(directory.join("skia-auth"), Provenance::Default)))
}
