//! Whom the program trusts: the root certificates of a TLS connection.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::error::{Failure, reason};
use crate::http::tls::witness::Witness;
use crate::platform::roots::{self, Roots};
use crate::platform::threads;

mod issuer;
pub mod verdict;
mod witness;

/// The longest certificate file that is read, in bytes: thirty times the largest distribution's bundle.
const LONGEST_FILE: u64 = 8 * 1024 * 1024;

/// What is trusted beyond, or in place of, the system's roots.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The certificates of `--ca-cert`, added to all others.
    pub extra: Vec<CertificateDer<'static>>,
    /// `SSL_CERT_FILE`, if it is set: in place of the system's roots.
    pub file: Option<PathBuf>,
    /// `SSL_CERT_DIR`, if it is set: likewise, a list of directories with hashed names, as OpenSSL has them.
    pub directory: Option<OsString>,
}

/// Reads the file of `--ca-cert`, before anything is sent anywhere. It must hold a certificate in PEM.
pub fn load_ca_cert(
    path: &Path,
    patience: Duration,
) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let unusable = |what: &str| {
        Failure::config(format!("the CA file {} {what}", path.display()))
            .hint("--ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)")
    };
    let owned = path.to_owned();
    let pem = match path.is_file() {
        true => read(path),
        false => threads::with_timeout(patience, move || read(&owned)),
    };
    let pem = pem.map_err(|error| unusable(&format!("cannot be read: {}", reason(&error))))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable("holds a malformed certificate"))?;
    if certificates.is_empty() {
        return Err(unusable(if pem.is_empty() { "is empty" } else { "holds no certificate" }));
    }
    for certificate in &certificates {
        RootCertStore::empty()
            .add(certificate.clone())
            .map_err(|_| unusable("holds a malformed certificate"))?;
    }
    Ok(certificates)
}

/// All that TLS connections are made from.
pub struct Setup {
    config: Arc<ClientConfig>,
    issuer: Arc<Mutex<Option<String>>>,
    /// Whose roots these are, for `-v`.
    pub roots: String,
}

impl Setup {
    /// Loads the roots. A setting that names none is an error: it must not silently widen the trust.
    pub fn load(trust: &Trust) -> Result<Self, Failure> {
        let internal = |error: &dyn std::fmt::Display| {
            Failure::protocol(format!("TLS cannot be set up: {error}"))
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (mut store, roots) = match named_roots(trust)? {
            Some(named) => named,
            None => system_roots(),
        };
        store.add_parsable_certificates(trust.extra.iter().cloned());
        let verifier = webpki(store, &provider)?;
        let roots = if trust.extra.is_empty() { roots } else { format!("{roots} or the CA file") };
        let issuer = Arc::default();
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| internal(&error))?
            .dangerous() // rustls' word for a verifier of one's own: this one wraps webpki's and only remembers the issuer
            .with_custom_certificate_verifier(Arc::new(Witness::new(
                verifier,
                trust.extra.clone(),
                Arc::clone(&issuer),
            )))
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Self { config: Arc::new(config), issuer, roots })
    }

    /// A connection to `host`, in which an IPv6 address stands in brackets.
    pub fn connect(&self, host: &str) -> Result<ClientConnection, Failure> {
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(bare).map_err(|_| {
            Failure::config(format!("{host} is not a name that a certificate can be for"))
        })?;
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name)
            .map_err(|error| Failure::protocol(format!("TLS cannot be set up: {error}")))?;
        connection.set_buffer_limit(None);
        Ok(connection)
    }

    /// Who issued the server's certificate, safe to show; `None` before the certificate was seen.
    pub fn issuer(&self) -> Option<String> {
        self.issuer.lock().ok()?.clone()
    }
}

/// The roots that the environment names in place of the system's.
fn named_roots(trust: &Trust) -> Result<Option<(RootCertStore, String)>, Failure> {
    let file = trust.file.as_ref().filter(|path| !path.as_os_str().is_empty());
    let directory = trust.directory.as_ref().filter(|list| !list.is_empty());
    if file.is_none() && directory.is_none() {
        return Ok(None);
    }
    let mut store = RootCertStore::empty();
    if let Some(path) = file {
        let unusable = |what: &str| {
            Failure::config(format!("SSL_CERT_FILE names {}, which {what}", path.display()))
                .hint("unset SSL_CERT_FILE to trust the system's roots")
        };
        let pem =
            read(path).map_err(|error| unusable(&format!("cannot be read: {}", reason(&error))))?;
        if add(&mut store, &pem) == 0 {
            return Err(unusable("holds no certificate"));
        }
    }
    for path in directory.iter().flat_map(std::env::split_paths).flat_map(hashed_files) {
        if let Ok(pem) = read(&path) {
            add(&mut store, &pem);
        }
    }
    if store.is_empty() {
        return Err(Failure::config(
            "SSL_CERT_DIR names no directory that holds a certificate under a hashed name",
        )
        .hint("unset SSL_CERT_DIR to trust the system's roots"));
    }
    let names: Vec<_> = [file.map(|_| "SSL_CERT_FILE"), directory.map(|_| "SSL_CERT_DIR")]
        .into_iter()
        .flatten()
        .collect();
    Ok(Some((store, names.join(" and "))))
}

/// The files in a directory that OpenSSL would look at: eight hexadecimal digits, a dot and a number.
fn hashed_files(directory: PathBuf) -> Vec<PathBuf> {
    let is_hashed = |name: &str| {
        name.split_once('.').is_some_and(|(hash, number)| {
            hash.len() == 8
                && hash.bytes().all(|b| b.is_ascii_hexdigit())
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_hashed))
        .map(|entry| entry.path())
        .collect()
}

/// The roots of the operating system, or the bundled ones where it has none.
fn system_roots() -> (RootCertStore, String) {
    let mut store = RootCertStore::empty();
    let Roots { certificates, source } = roots::system();
    let (usable, _) = store.add_parsable_certificates(certificates);
    if usable == 0 || roots::ARE_INCOMPLETE {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let source = match (usable, roots::ARE_INCOMPLETE) {
        (0, _) => "Mozilla's roots in this program, since the system has none".to_owned(),
        (_, true) => format!("{source} or Mozilla's roots in this program"),
        (_, false) => source,
    };
    (store, source)
}

fn webpki(
    store: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Failure> {
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
            .build()
            .map_err(|error| {
                Failure::protocol(format!("the root certificates cannot be used: {error}"))
            })?;
    Ok(verifier)
}

/// Adds what can be read of a PEM file, and says how many certificates that is.
fn add(store: &mut RootCertStore, pem: &[u8]) -> usize {
    store.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten()).0
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 8 MiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
