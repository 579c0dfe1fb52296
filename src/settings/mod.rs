//! The settings of a call, from flags, environment, configuration file and defaults.

mod binding;
pub mod file;
mod layers;
mod picker;
mod profile;
pub mod secret_source;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::layers::{Layers, cache_directory};
pub use self::profile::{config_file, config_path, resolve_path};
use self::secret_source::{ClientSecret, oddities};
use crate::cli::ConnectionArgs;
use crate::env;
use crate::error::Failure;
use crate::http::Trust;
use crate::http::tls::load_ca_cert;
use crate::model::base_url::BaseUrl;
use crate::model::identity::Identity;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;

/// The documented production environment.
pub const DEFAULT_BASE_URL: &str = "https://api.skia.com.br/api";
const DEFAULT_SCOPE: &str = "api";
/// Long enough for three tries at a slow server, short enough for a pipeline step.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_RETRIES: u32 = 2;
/// A longer timeout is more likely a mistyped unit than intended.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether and where tokens are cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachePlace {
    Directory(PathBuf),
    Off(&'static str),
}

/// Complete and valid settings of a login. The secret may be sent to the base URL, and is known
/// unless a command prints it.
#[derive(Debug)]
pub struct Settings {
    pub identity: Identity,
    pub client_id: Provenance,
    pub client_secret: Setting<ClientSecret>,
    /// The time for the call, less the time that reading the settings took.
    pub timeout: Duration,
    pub retries: u32,
    pub ca_cert: Option<PathBuf>,
    pub cache: CachePlace,
}

impl Settings {
    /// Settings for our own sandbox: only the options that are not about credentials count.
    pub fn for_sandbox(
        base_url: BaseUrl,
        client_id: &str,
        client_secret: Setting<Secret>,
        typed: &ConnectionArgs,
    ) -> Result<Self, Failure> {
        let scope = typed.scope.clone().unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
        let timeout = typed.timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(Self {
            identity: Identity {
                base_url,
                client_id: client_id.to_owned(),
                scope: check_text("the scope", scope)?,
            },
            client_id: Provenance::Sandbox,
            client_secret: Setting::new(
                ClientSecret::Known(client_secret.value),
                client_secret.provenance,
            ),
            timeout: check_timeout("the timeout", timeout)?,
            retries: typed.retries.unwrap_or(DEFAULT_RETRIES),
            ca_cert: None,
            cache: CachePlace::Off("--sandbox"),
        })
    }

    /// The hint of a refusal: where client id and secret came from, and what looks odd about them.
    #[expect(clippy::disallowed_methods, reason = "its form is described")]
    pub fn credentials_hint(&self, client_secret: Option<&Secret>) -> String {
        let odd = |text: &str| match oddities(text)[..] {
            [] => String::new(),
            ref found => format!("; it {}", found.join(" and ")),
        };
        format!(
            "check the client id (from {}{}) and the client secret (from {}{})",
            self.client_id,
            odd(&self.identity.client_id),
            self.client_secret.provenance,
            client_secret.map(|secret| odd(secret.expose())).unwrap_or_default(),
        )
    }
}

/// What a TLS connection trusts. `timeout` bounds the wait for a CA file that is a pipe.
pub fn trust(ca_cert: Option<&Path>, timeout: Duration) -> Result<Trust, Failure> {
    let extra = ca_cert.map(|path| load_ca_cert(path, timeout)).transpose()?;
    Ok(Trust {
        extra: extra.unwrap_or_default(),
        file: env::path(env::SSL_CERT_FILE),
        directory: env::path(env::SSL_CERT_DIR).map(Into::into),
    })
}

/// The failure of a text that is not UTF-8. Windows PowerShell and old editors save UTF-16.
fn not_utf8(bytes: &[u8], name: &str) -> Failure {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Failure::config(format!("{name} is UTF-16")).hint("save it as UTF-8");
    }
    Failure::config(format!("{name} is not valid UTF-8"))
}

fn check_text(name: &str, text: String) -> Result<String, Failure> {
    if text.is_empty() {
        return Err(Failure::config(format!("{name} is empty")));
    }
    if text.chars().any(char::is_control) {
        return Err(Failure::config(format!("{name} contains a control character")));
    }
    Ok(text)
}

fn check_timeout(name: &str, timeout: Duration) -> Result<Duration, Failure> {
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        return Err(Failure::config(format!("{name} must be more than 0 and at most 24h")));
    }
    Ok(timeout)
}
