//! A certificate verifier that leaves the judging to another one: it remembers whose certificate that was.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::http::tls::issuer;

/// Passes every question on to the verifier inside, and overrules it in one case.
///
/// `openssl req -x509` makes, unless it is told otherwise, a certificate that signs itself and calls itself a certificate
/// authority. webpki never takes such a one for a server's, OpenSSL and so curl do if it is among the trusted. It is taken
/// here as well if it is, to the byte, one that `--ca-cert` names.
#[derive(Debug)]
pub struct Witness {
    judge: Arc<dyn ServerCertVerifier>,
    named: Vec<CertificateDer<'static>>,
    issuer: Arc<Mutex<Option<String>>>,
}

impl Witness {
    pub fn new(
        judge: Arc<dyn ServerCertVerifier>,
        named: Vec<CertificateDer<'static>>,
        issuer: Arc<Mutex<Option<String>>>,
    ) -> Self {
        Self { judge, named, issuer }
    }
}

/// Is it only for being an authority's that webpki refuses the certificate? It looks at the dates before, at the name after.
pub fn is_authority(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(inner) if inner.0.to_string() == "CaUsedAsEndEntity")
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Ok(mut issuer) = self.issuer.lock() {
            *issuer = issuer::of(end_entity);
        }
        match self.judge.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        ) {
            Err(Error::InvalidCertificate(error))
                if is_authority(&error) && self.named.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
