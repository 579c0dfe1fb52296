//! A certificate verifier that records the issuer and otherwise leaves the decision to webpki, with
//! one exception.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::http::tls::issuer;

/// The exception: a self-signed certificate that is marked as a certificate authority (what
/// `openssl req -x509` makes by default) is accepted if it is, byte for byte, one of `--ca-cert`.
/// OpenSSL, and so curl, accept it too; webpki never does.
#[derive(Debug)]
pub struct Witness {
    pub inner: Arc<dyn ServerCertVerifier>,
    /// The certificates of `--ca-cert`.
    pub named: Vec<CertificateDer<'static>>,
    pub issuer: Arc<OnceLock<String>>,
}

/// Whether webpki refused the certificate only because it is marked as an authority. By then the
/// dates have been checked, and the name has not.
pub fn is_authority(error: &CertificateError) -> bool {
    is(error, &webpki::Error::CaUsedAsEndEntity)
}

/// Whether webpki refused the certificate because it is not of X.509 version 3.
pub fn is_of_old_version(error: &CertificateError) -> bool {
    is(error, &webpki::Error::UnsupportedCertVersion)
}

fn is(error: &CertificateError, expected: &webpki::Error) -> bool {
    let CertificateError::Other(error) = error else { return false };
    error.0.downcast_ref() == Some(expected)
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(issuer) = issuer::of(end_entity) {
            let _ = self.issuer.set(issuer);
        }
        match self.inner.verify_server_cert(end_entity, intermediates, name, ocsp_response, now) {
            Err(Error::InvalidCertificate(error))
                if is_authority(&error) && self.named.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
