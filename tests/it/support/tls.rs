//! Certificates that cases create: authorities, and server certificates signed by them.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::home::Home;

/// A certificate authority. No program trusts it by default.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The intermediate certificates that servers send after their own, this authority first.
    chain: Vec<CertificateDer<'static>>,
}

/// A server's certificate with its key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    pem: String,
    /// The authority whose client certificates the server requires.
    clients: Option<CertificateDer<'static>>,
}

impl Ca {
    pub fn new(name: &str) -> Self {
        let issuer =
            CertifiedIssuer::self_signed(authority(name), KeyPair::generate().unwrap()).unwrap();
        Self { issuer, chain: Vec::new() }
    }

    /// An authority signed by this one. Servers send its certificate with their own.
    pub fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::signed_by(authority(name), key, &self.issuer).unwrap();
        let chain = [vec![issuer.der().clone()], self.chain.clone()].concat();
        Self { issuer, chain }
    }

    /// Makes servers omit the intermediate certificates.
    pub fn without_chain(self) -> Self {
        Self { chain: Vec::new(), ..self }
    }

    /// A valid certificate for these host names.
    pub fn issue<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |_| ())
    }

    /// A certificate that expired in 2021.
    pub fn issue_expired<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |params| {
            (params.not_before, params.not_after) =
                (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        })
    }

    /// A certificate that becomes valid in 2090.
    pub fn issue_not_yet_valid<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |params| {
            (params.not_before, params.not_after) =
                (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1));
        })
    }

    /// A certificate with other parameters.
    pub fn issue_with<const N: usize>(
        &self,
        names: [&str; N],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Certificate {
        let mut params = CertificateParams::new(names.map(str::to_owned)).unwrap();
        params.distinguished_name.push(DnType::CommonName, "skia-auth test server");
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = [vec![certificate.der().clone()], self.chain.clone()].concat();
        Certificate::new(chain, &key, certificate.pem())
    }

    /// The authority's certificate as PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes the authority's certificate to `work/ca.pem`, for `--ca-cert` and SSL_CERT_FILE.
    pub fn pem_file(&self, home: &Home) -> PathBuf {
        home.file("ca.pem", self.pem())
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Certificate {
    fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair, pem: String) -> Self {
        Self {
            chain,
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            pem,
            clients: None,
        }
    }

    /// A self-signed certificate that is not an authority.
    pub fn self_signed<const N: usize>(names: [&str; N]) -> Self {
        Self::self_signed_with(names, |_| ())
    }

    /// A self-signed certificate with other parameters.
    pub fn self_signed_with<const N: usize>(
        names: [&str; N],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = CertificateParams::new(names.map(str::to_owned)).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Self Signed");
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self::new(vec![certificate.der().clone()], &key, certificate.pem())
    }

    /// The server's certificate as PEM.
    pub fn pem(&self) -> String {
        self.pem.clone()
    }

    /// Makes the server require a client certificate of this authority.
    pub fn demanding_clients_of(self, ca: &Ca) -> Self {
        Self { clients: Some(ca.issuer.der().clone()), ..self }
    }

    pub(super) fn server_config(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let provider = Arc::new(default_provider());
        let clients = match &self.clients {
            None => WebPkiClientVerifier::no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.clone()).unwrap();
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                    .build()
                    .unwrap()
            }
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        Arc::new(config)
    }
}
