//! The settings that a call runs with, once everything that was typed, exported and written down has been weighed.

pub mod base_url;
pub mod file;
pub mod provenance;
pub mod secret_source;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use self::base_url::BaseUrl;
use self::file::{ConfigFile, DEFAULT_PROFILE, Profile, nearest};
use self::provenance::{ProfileSource, Provenance, Setting};
use self::secret_source::{SecretSource, is_from_profile};
use crate::cli::{ConnectionArgs, SharedArgs};
use crate::env;
use crate::error::Failure;
use crate::report::{Note, Reporter, Warning};
use crate::secret::Secret;
use crate::time::parse_duration;

/// The documented production environment.
pub const DEFAULT_BASE_URL: &str = "https://api.skia.com.br/api";
const DEFAULT_SCOPE: &str = "api";
/// Long enough for three tries at a slow server, short enough for a pipeline step.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_RETRIES: u32 = 2;
/// Beyond this, a mistyped unit is likelier than a wish.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

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
    secret_is_bound_to: Option<String>,
}

/// Whether and where tokens are cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachePlace {
    Directory(PathBuf),
    Off(&'static str),
}

/// Who a token is for: what decides which cache entry is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub base_url: BaseUrl,
    pub client_id: String,
    pub scope: String,
}

/// Everything that a login needs, complete and validated: the base URL is one that this secret may be sent to.
#[derive(Debug)]
pub struct Settings {
    pub identity: Identity,
    pub client_id: Provenance,
    pub client_secret: Setting<Secret>,
    pub timeout: Duration,
    pub retries: u32,
    pub ca_cert: Option<PathBuf>,
    pub cache: CachePlace,
}

impl Layers {
    /// Weighs the layers, highest first: flag; the profile named with `-p`; environment; the profile named by
    /// `SKIA_PROFILE`, else `default`; built-in default.
    pub fn resolve(typed: &ConnectionArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Self, Failure> {
        let layer = ProfileLayer::find(shared, reporter)?;
        let mut pick = Picker { layer: &layer, ignored: Vec::new() };
        let said = &layer.profile;

        let base_url = pick.text(("--base-url", &typed.base_url), env::BASE_URL, said.base_url.clone())?;
        let client_id = pick.text(("--client-id", &typed.client_id), env::CLIENT_ID, said.client_id.clone())?;
        let scope = pick.text(("--scope", &typed.scope), env::SCOPE, said.scope.clone())?;
        let client_secret = pick.secret(typed)?;
        let timeout = pick.value(
            typed.timeout.map(|timeout| Setting::new(timeout, Provenance::Flag("--timeout"))),
            env::TIMEOUT,
            said.timeout,
            |text| parse_duration(text).map_err(|what| Failure::config(format!("{}: {what}", env::TIMEOUT))),
        )?;
        let ca_cert = pick.value(
            typed.ca_cert.clone().map(|path| Setting::new(path, Provenance::Flag("--ca-cert"))),
            env::CA_CERT,
            said.ca_cert.as_ref().map(|path| layer.beside(path)),
            |text| Ok(PathBuf::from(text)),
        )?;
        if !pick.ignored.is_empty() {
            reporter.warn(Warning::ProfileOverrides { profile: layer.name.value.clone(), variables: pick.ignored });
        }

        let secret_is_bound_to =
            client_secret.as_ref().filter(|secret| is_from_profile(secret)).and(said.base_url.clone());
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
                .try_map_named("base URL", |text| BaseUrl::parse(&text))?,
            client_id: client_id.map(|id| id.try_map(|id| clean(id, "client id"))).transpose()?,
            client_secret,
            scope: scope.unwrap_or_else(|| default(DEFAULT_SCOPE)).try_map(|scope| clean(scope, "scope"))?,
            timeout: timeout.unwrap_or(Setting::new(DEFAULT_TIMEOUT, Provenance::Default)).try_map(in_bounds)?,
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
        let (Some(identity), Some(client_id), Some(source)) = (self.identity(), &self.client_id, &self.client_secret)
        else {
            return Err(self.missing());
        };
        self.check_destination(&identity.base_url)?;
        Ok(Settings {
            identity,
            client_id: client_id.provenance.clone(),
            client_secret: source.read(self.timeout.value)?,
            timeout: self.timeout.value,
            retries: self.retries.value,
            ca_cert: self.ca_cert.as_ref().map(|setting| setting.value.clone()),
            cache: self.cache.value.clone(),
        })
    }

    /// Whether the secret, wherever it is, may be sent to the base URL.
    pub fn check_destination(&self, base_url: &BaseUrl) -> Result<(), Failure> {
        if !base_url.uses_tls() && !base_url.is_loopback() && !self.allow_http.value {
            let what = format!("{} is plain HTTP: the secret would cross the network readable", base_url.origin());
            return Err(Failure::config(what).hint("use https://, or --allow-http beside a mock server"));
        }
        // Only a base URL from the environment can meet a secret from a profile with a base URL of its own: a flag is
        // meant, and a profile that is named brings both.
        if let (Provenance::Variable(variable), Some(own)) = (&self.base_url.provenance, &self.secret_is_bound_to) {
            let own = BaseUrl::parse(own)?;
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
        let (mut what, mut looked) = (Vec::new(), Vec::new());
        if self.client_id.is_none() {
            what.push("no client id");
            looked.extend(["--client-id", env::CLIENT_ID]);
        }
        if self.client_secret.is_none() {
            what.push("no client secret");
            looked.extend(["--client-secret-file", env::CLIENT_SECRET, env::CLIENT_SECRET_FILE]);
        }
        let place = match &self.config_file {
            Some((file, true)) => format!("profile {:?} of {}", self.profile.value, file.value.display()),
            Some((file, false)) => format!("{} (no such file)", file.value.display()),
            None => "a configuration file (there is no home directory)".to_owned(),
        };
        let empty: Vec<_> = looked.iter().copied().filter(|name| env::is_set_but_empty(name)).collect();
        let mut message = format!("{}: looked at {} and {place}", what.join(" and "), looked.join(", "));
        let hint = if empty.is_empty() {
            "skia-auth config init, or set SKIA_CLIENT_ID and SKIA_CLIENT_SECRET"
        } else {
            message = format!("{message}; {} is set but empty", empty.join(" and "));
            "in a pipeline, a secret that is not available is empty: pull requests from forks have none"
        };
        Failure::config(message).hint(hint)
    }
}

impl Settings {
    /// Settings for a server of our own on this machine: only the options that are not about credentials count.
    pub fn for_sandbox(
        base_url: BaseUrl,
        client_id: &str,
        client_secret: Setting<Secret>,
        typed: &ConnectionArgs,
    ) -> Result<Self, Failure> {
        let scope = typed.scope.clone().unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
        Ok(Self {
            identity: Identity { base_url, client_id: client_id.to_owned(), scope: clean(scope, "scope")? },
            client_id: Provenance::Sandbox,
            client_secret,
            timeout: in_bounds(typed.timeout.unwrap_or(DEFAULT_TIMEOUT))?,
            retries: typed.retries.unwrap_or(DEFAULT_RETRIES),
            ca_cert: None,
            cache: CachePlace::Off("--sandbox"),
        })
    }
}

impl Setting<String> {
    /// As `try_map`, with the place of the value in the error.
    fn try_map_named<T>(
        self,
        what: &str,
        change: impl FnOnce(String) -> Result<T, Failure>,
    ) -> Result<Setting<T>, Failure> {
        let provenance = self.provenance.clone();
        self.try_map(change).map_err(|mut failure| {
            failure.message = failure.message.replacen(what, &format!("{what} from {provenance}"), 1);
            failure
        })
    }
}

fn clean(text: String, what: &str) -> Result<String, Failure> {
    if text.is_empty() {
        return Err(Failure::config(format!("the {what} is empty")));
    }
    if text.chars().any(char::is_control) {
        return Err(Failure::config(format!("the {what} contains a control character")));
    }
    Ok(text)
}

fn in_bounds(timeout: Duration) -> Result<Duration, Failure> {
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        return Err(Failure::config("the timeout must be more than 0 and at most 24h"));
    }
    Ok(timeout)
}

/// The profile that applies, and how strongly.
struct ProfileLayer {
    name: Setting<String>,
    profile: Profile,
    source: Option<Rc<ProfileSource>>,
    file: Option<(Setting<PathBuf>, bool)>,
    exposed_file: Option<PathBuf>,
}

impl ProfileLayer {
    fn find(shared: &SharedArgs, reporter: &Reporter) -> Result<Self, Failure> {
        let name = match (&shared.profile, env::text(env::PROFILE)?) {
            (Some(name), _) => Setting::new(name.clone(), Provenance::Flag("-p")),
            (None, Some(name)) => Setting::new(name, Provenance::Variable(env::PROFILE)),
            (None, None) => Setting::new(DEFAULT_PROFILE.to_owned(), Provenance::Default),
        };
        let path = config_path(shared)?;
        let Some(path) = path else {
            return Self::without_file(name, None);
        };
        if path.provenance == Provenance::Default && !path.value.exists() {
            reporter.note(&Note::NoConfigFile(&path.value));
            return Self::without_file(name, Some((path, false)));
        }
        let mut file = ConfigFile::read(&path.value)?;
        reporter.note(&Note::ConfigFile { path: &path.value, profile: &name.value });
        let exposed_file = file.is_exposed().then(|| path.value.clone());
        if let Some(path) = &exposed_file {
            reporter.warn(Warning::ExposedConfigFile(path.clone()));
        }
        let Some(profile) = file.profiles.remove(&name.value) else {
            return Err(unknown_profile(&name, &file));
        };
        let source = Rc::new(ProfileSource { name: name.value.clone(), file: path.value.clone() });
        Ok(Self { name, profile, source: Some(source), file: Some((path, true)), exposed_file })
    }

    fn without_file(name: Setting<String>, file: Option<(Setting<PathBuf>, bool)>) -> Result<Self, Failure> {
        if name.value != DEFAULT_PROFILE {
            let place = match &file {
                Some((path, _)) => format!("there is no configuration file {}", path.value.display()),
                None => "there is no configuration file".to_owned(),
            };
            return Err(Failure::config(format!(
                "unknown profile {:?} (from {}): {place}",
                name.value, name.provenance
            ))
            .hint(format!("skia-auth config init -p {}", name.value)));
        }
        Ok(Self { name, profile: Profile::default(), source: None, file, exposed_file: None })
    }

    fn is_named(&self) -> bool {
        matches!(self.name.provenance, Provenance::Flag(_))
    }

    fn provenance(&self) -> Provenance {
        self.source.clone().map_or(Provenance::Default, Provenance::Profile)
    }

    /// A relative path in the file is relative to the file: nothing is ever read from the current directory.
    fn beside(&self, path: &Path) -> PathBuf {
        match self.source.as_ref().and_then(|source| source.file.parent()) {
            Some(directory) => directory.join(path),
            None => path.to_owned(),
        }
    }
}

fn unknown_profile(name: &Setting<String>, file: &ConfigFile) -> Failure {
    let known = || file.profiles.keys().map(String::as_str);
    let failure = Failure::config(format!(
        "unknown profile {:?} (from {}): not in {}",
        name.value,
        name.provenance,
        file.path.display()
    ));
    match nearest(&name.value, known()) {
        Some(nearest) => failure.hint(format!("did you mean -p {nearest}?")),
        None => failure.hint(format!("the profiles are {}", known().collect::<Vec<_>>().join(", "))),
    }
}

/// Takes each value from the highest layer that has it.
struct Picker<'a> {
    layer: &'a ProfileLayer,
    /// Variables that lost to a profile which was named on the command line.
    ignored: Vec<&'static str>,
}

impl Picker<'_> {
    fn text(
        &mut self,
        (flag, typed): (&'static str, &Option<String>),
        variable: &'static str,
        said: Option<String>,
    ) -> Result<Option<Setting<String>>, Failure> {
        let typed = typed.clone().map(|text| Setting::new(text, Provenance::Flag(flag)));
        self.value(typed, variable, said, |text| Ok(text.to_owned()))
    }

    fn value<T>(
        &mut self,
        typed: Option<Setting<T>>,
        variable: &'static str,
        said: Option<T>,
        read: impl FnOnce(&str) -> Result<T, Failure>,
    ) -> Result<Option<Setting<T>>, Failure> {
        if typed.is_some() {
            return Ok(typed);
        }
        let exported = env::text(variable)?;
        let said = said.map(|value| Setting::new(value, self.layer.provenance()));
        if self.layer.is_named() && said.is_some() {
            self.ignored.extend(exported.is_some().then_some(variable));
            return Ok(said);
        }
        match exported {
            Some(text) => Ok(Some(Setting::new(read(&text)?, Provenance::Variable(variable)))),
            None => Ok(said),
        }
    }

    /// The secret has one source within a layer: two are an error that names both.
    fn secret(&mut self, typed: &ConnectionArgs) -> Result<Option<Setting<SecretSource>>, Failure> {
        let both = |one: &str, other: &str| {
            Failure::config(format!("both {one} and {other} give the client secret")).hint("keep one of them")
        };
        match (&typed.client_secret, &typed.client_secret_file) {
            (Some(_), Some(_)) => return Err(both("--client-secret", "--client-secret-file")),
            (Some(text), None) => {
                let secret = SecretSource::Given(Secret::new(text.clone()));
                return Ok(Some(Setting::new(secret, Provenance::Flag("--client-secret"))));
            }
            (None, Some(path)) => {
                let source = SecretSource::file_or_stdin(path.clone());
                return Ok(Some(Setting::new(source, Provenance::Flag("--client-secret-file"))));
            }
            (None, None) => {}
        }
        let said = &self.layer.profile;
        let said = if let Some(secret) = &said.client_secret {
            Some(SecretSource::Given(secret.clone()))
        } else if let Some(path) = &said.client_secret_file {
            Some(SecretSource::File(self.layer.beside(path)))
        } else {
            said.client_secret_command.clone().map(SecretSource::Command)
        };
        let said = said.map(|source| Setting::new(source, self.layer.provenance()));
        let file = env::path(env::CLIENT_SECRET_FILE);
        if self.layer.is_named() && said.is_some() {
            let exported = [env::CLIENT_SECRET, env::CLIENT_SECRET_FILE];
            self.ignored.extend(exported.into_iter().filter(|name| env::path(name).is_some()));
            return Ok(said);
        }
        match (env::text(env::CLIENT_SECRET)?, file) {
            (Some(_), Some(_)) => Err(both(env::CLIENT_SECRET, env::CLIENT_SECRET_FILE)),
            (Some(text), None) => {
                let secret = SecretSource::Given(Secret::new(text));
                Ok(Some(Setting::new(secret, Provenance::Variable(env::CLIENT_SECRET))))
            }
            (None, Some(path)) => {
                Ok(Some(Setting::new(SecretSource::File(path), Provenance::Variable(env::CLIENT_SECRET_FILE))))
            }
            (None, None) => Ok(said),
        }
    }
}

/// The configuration file: the one that is named, else the one of the platform's configuration directory. `None`
/// where there is no such directory.
pub fn config_path(shared: &SharedArgs) -> Result<Option<Setting<PathBuf>>, Failure> {
    if let Some(path) = &shared.config {
        return Ok(Some(Setting::new(path.clone(), Provenance::Flag("--config"))));
    }
    if let Some(path) = env::path(env::CONFIG) {
        return Ok(Some(Setting::new(path, Provenance::Variable(env::CONFIG))));
    }
    // `dirs` accepts a relative HOME: that would be a path below the current directory.
    let Some(directory) = dirs::config_dir().filter(|directory| directory.is_absolute()) else { return Ok(None) };
    let directory = directory.join("skia-auth");
    let (toml, json) = (directory.join("config.toml"), directory.join("config.json"));
    let path = match (toml.exists(), json.exists()) {
        (true, true) => {
            let what = format!("both config.toml and config.json are in {}", directory.display());
            return Err(Failure::config(what).hint("keep one of them"));
        }
        (false, true) => json,
        _ => toml,
    };
    Ok(Some(Setting::new(path, Provenance::Default)))
}

fn cache_place(no_cache: bool, said: Option<bool>, layer: &ProfileLayer) -> Result<Setting<CachePlace>, Failure> {
    let off = |why, provenance| Ok(Setting::new(CachePlace::Off(why), provenance));
    if no_cache {
        return off("--no-cache", Provenance::Flag("--no-cache"));
    }
    if env::switch(env::NO_CACHE)? == Some(true) {
        return off("SKIA_NO_CACHE is set", Provenance::Variable(env::NO_CACHE));
    }
    if said == Some(false) {
        return off("cache = false", layer.provenance());
    }
    if let Some(directory) = env::path(env::CACHE_DIR) {
        if !directory.is_absolute() {
            return Err(Failure::config(format!("{} is not an absolute path", env::CACHE_DIR)));
        }
        return Ok(Setting::new(CachePlace::Directory(directory), Provenance::Variable(env::CACHE_DIR)));
    }
    if env::in_ci() {
        return off("CI is set: shared runners share a home; set SKIA_CACHE_DIR", Provenance::Variable(env::CI));
    }
    match dirs::cache_dir().filter(|directory| directory.is_absolute()) {
        Some(directory) => Ok(Setting::new(CachePlace::Directory(directory.join("skia-auth")), Provenance::Default)),
        None => off("there is no home directory", Provenance::Default),
    }
}
