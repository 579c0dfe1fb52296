//! Where a client secret may be sent: to the origin and with the client id of its own layer.

use super::DEFAULT_BASE_URL;
use super::file::is_json;
use super::profile::ProfileLayer;
use super::secret_source::SecretSource;
use crate::env;
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};

/// What the layer of the secret sets beside it. A flag overrides both for one call.
#[derive(Debug)]
pub struct Binding {
    secret: Provenance,
    /// The base URL of the profile that provides the secret; the documented one if it sets none.
    base_url: Option<Setting<String>>,
    client_id: Option<Setting<String>>,
}

impl Binding {
    pub fn of(secret: &Setting<SecretSource>, layer: &ProfileLayer) -> Result<Self, Failure> {
        let secret = secret.provenance.clone();
        let profile = &layer.profile;
        let (base_url, client_id) = match &secret {
            Provenance::Profile(_) => {
                let own = Setting::if_set(profile.base_url.clone(), secret.clone());
                let documented = Setting::new(DEFAULT_BASE_URL.to_owned(), Provenance::Default);
                (Some(own.unwrap_or(documented)), profile.client_id.clone())
            }
            Provenance::Variable(_) => (None, env::text(env::CLIENT_ID)?),
            _ => (None, None),
        };
        let beside = match &secret {
            Provenance::Variable(_) => Provenance::Variable(env::CLIENT_ID),
            profile => profile.clone(),
        };
        Ok(Self { secret, base_url, client_id: Setting::if_set(client_id, beside) })
    }

    pub fn check_base_url(&self, target: &Setting<BaseUrl>) -> Result<(), Failure> {
        let Some(own) = self.base_url.clone() else { return Ok(()) };
        let own = own.try_map("base URL", |name, text| BaseUrl::parse_named(name, &text))?;
        let (home, other) = (own.value.origin(), target.value.origin());
        if is_typed(&target.provenance) || home == other {
            return Ok(());
        }
        let (secret, provenance) = (&self.secret, &target.provenance);
        let set_by = match &own.provenance {
            Provenance::Default => "the default: that profile sets no base_url",
            _ => "the base_url of that profile",
        };
        let failure = Failure::config(format!(
            "the client secret from {secret} is only for {home} ({set_by}), and {provenance} names \
             {other}"
        ))
        .hint(format!("to use {home}: unset {provenance}"));
        Err(match (&own.provenance, secret) {
            (Provenance::Default, Provenance::Profile(source)) => failure.hint(format!(
                "if the secret is for {other}: write {} \"{}\" into profile \"{}\" of {}",
                if is_json(&source.file) { "\"base_url\":" } else { "base_url =" },
                target.value,
                source.name,
                source.file.display(),
            )),
            _ => failure
                .hint(format!("to send it to {other} this once: --base-url {}", target.value)),
        })
    }

    pub fn check_client_id(&self, sent: &Setting<String>) -> Result<(), Failure> {
        let Some(own) = &self.client_id else { return Ok(()) };
        if is_typed(&sent.provenance) || own.value == sent.value {
            return Ok(());
        }
        let failure = Failure::config(format!(
            "the client secret from {} belongs to client id \"{}\" (from {}), and {} gives client \
             id \"{}\"",
            self.secret, own.value, own.provenance, sent.provenance, sent.value
        ));
        Err(match &sent.provenance {
            Provenance::Variable(variable) => failure.hint(format!("unset {variable}")),
            _ => failure.hint(format!("unset {}, or leave out -p", self.secret)),
        }
        .hint("to send it with another client id this once: --client-id ID"))
    }
}

fn is_typed(provenance: &Provenance) -> bool {
    matches!(provenance, Provenance::Flag(_))
}
