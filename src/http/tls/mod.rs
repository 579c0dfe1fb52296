//! The client side of TLS connections.

use std::sync::{Arc, OnceLock};

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

pub use self::trust::{Trust, load_ca_cert};
use self::witness::Witness;
use crate::error::Failure;
use crate::model::host::Host;

mod issuer;
mod trust;
pub mod verdict;
mod witness;

/// The configuration of TLS connections.
pub struct Setup {
    config: Arc<ClientConfig>,
    issuer: Arc<OnceLock<String>>,
    /// The sources of the trusted roots, for `-v`.
    pub roots: String,
}

impl Setup {
    /// Reads the trusted roots.
    pub fn load(trust: &Trust) -> Result<Self, Failure> {
        let (store, roots) = trust.roots()?;
        let issuer = Arc::default();
        let config = client_config(store, trust, &issuer)
            .map_err(|error| Failure::protocol(format!("TLS cannot be set up: {error}")))?;
        Ok(Self { config: Arc::new(config), issuer, roots })
    }

    pub fn connection(&self, host: &Host) -> Result<ClientConnection, Failure> {
        let name = ServerName::try_from(host.without_brackets().to_owned()).map_err(|_| {
            Failure::config(format!("{host} is not a name that a certificate can be for"))
        })?;
        ClientConnection::new(Arc::clone(&self.config), name)
            .map_err(|error| Failure::protocol(format!("TLS cannot be set up: {error}")))
    }

    /// The issuer of the server's certificate, safe to show; `None` before it was received.
    pub fn issuer(&self) -> Option<String> {
        self.issuer.get().cloned()
    }
}

fn client_config(
    store: RootCertStore,
    trust: &Trust,
    issuer: &Arc<OnceLock<String>>,
) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider))
        .build()?;
    let named = trust.extra.clone();
    let witness = Witness { inner, named, issuer: Arc::clone(issuer) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous() // rustls requires this word for any custom verifier.
        .with_custom_certificate_verifier(Arc::new(witness))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_needs_a_host_that_a_certificate_can_name() {
        let setup = Setup::load(&Trust::default()).unwrap();
        assert!(!setup.roots.is_empty());
        assert_eq!(setup.issuer(), None);
        let host = |text| Host::split_port(text).unwrap().0;
        assert!(setup.connection(&host("[::1]")).is_ok());
        assert_eq!(
            setup.connection(&host("a_.-b")).unwrap_err().message,
            "a_.-b is not a name that a certificate can be for"
        );
    }
}
