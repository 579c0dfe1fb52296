//! Certificates that are made when a case needs them.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::home::Home;

/// A certificate authority that nobody trusts by default.
pub struct Ca(CertifiedIssuer<'static, KeyPair>);

/// A server's certificate with its key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Ca {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A valid certificate for these host names. For the wrong-name case, name another host.
    pub fn issue<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |_| ())
    }

    /// One that ended in 2021.
    pub fn issue_expired<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |params| {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        })
    }

    /// One that begins in 2090.
    pub fn issue_not_yet_valid<const N: usize>(&self, names: [&str; N]) -> Certificate {
        self.issue_with(names, |params| {
            (params.not_before, params.not_after) = (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1));
        })
    }

    /// Any other one: change what `rcgen` is told.
    pub fn issue_with<const N: usize>(
        &self,
        names: [&str; N],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Certificate {
        let mut params = CertificateParams::new(names.map(str::to_owned)).unwrap();
        params.distinguished_name.push(DnType::CommonName, "skia-auth test server");
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certificate {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    /// The CA's own certificate, PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The CA's own certificate as the file `work/ca.pem`: for `--ca-cert` and SSL_CERT_FILE.
    pub fn pem_file(&self, home: &Home) -> PathBuf {
        home.file("ca.pem", self.pem())
    }
}

impl Certificate {
    pub(super) fn server_config(&self, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .unwrap();
        Arc::new(config)
    }
}
