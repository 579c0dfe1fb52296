//! Which root certificates are trusted.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Failure, reason};
use crate::platform::files;
use crate::platform::roots::{self, Roots};

/// The longest certificate file that is read, in bytes: thirty times the largest bundle of a
/// distribution.
const LONGEST_FILE: usize = 8 * 1024 * 1024;

/// What is trusted in addition to, or instead of, the system's roots.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The certificates of `--ca-cert`, in addition to all others.
    pub extra: Vec<CertificateDer<'static>>,
    /// `SSL_CERT_FILE`, instead of the system's roots.
    pub file: Option<PathBuf>,
    /// `SSL_CERT_DIR`, instead of the system's roots: directories with hashed names, as OpenSSL
    /// has them.
    pub directory: Option<OsString>,
}

impl Trust {
    /// All trusted roots, and their sources for `-v`. A setting without a certificate is an error:
    /// it must not silently widen the trust to the system's roots.
    pub fn roots(&self) -> Result<(RootCertStore, String), Failure> {
        let (mut store, mut sources) = match self.named_roots()? {
            Some(named) => named,
            None => system_roots(),
        };
        if !self.extra.is_empty() {
            store.add_parsable_certificates(self.extra.iter().cloned());
            sources.push_str(" or the CA file");
        }
        Ok((store, sources))
    }

    /// The roots that the environment names instead of the system's, and the variables that do.
    fn named_roots(&self) -> Result<Option<(RootCertStore, String)>, Failure> {
        let mut store = RootCertStore::empty();
        if let Some(path) = &self.file {
            let unusable = |what: &str| {
                Failure::config(format!("SSL_CERT_FILE names {}, which {what}", path.display()))
                    .hint("unset SSL_CERT_FILE to trust the system's roots")
            };
            let pem = files::read(path, LONGEST_FILE)
                .map_err(|error| unusable(&format!("cannot be read: {}", reason(&error))))?
                .bytes;
            if add(&mut store, &pem) == 0 {
                return Err(unusable("holds no certificate"));
            }
        }
        let directories = self.directory.iter().flat_map(std::env::split_paths);
        for path in directories.flat_map(hashed_files) {
            if let Ok(contents) = files::read(&path, LONGEST_FILE) {
                add(&mut store, &contents.bytes);
            }
        }
        let names = match (&self.file, &self.directory) {
            (None, None) => return Ok(None),
            (None, Some(_)) if store.is_empty() => {
                return Err(Failure::config(
                    "SSL_CERT_DIR names no directory that holds a certificate under a hashed name",
                )
                .hint("unset SSL_CERT_DIR to trust the system's roots"));
            }
            (Some(_), None) => "SSL_CERT_FILE",
            (None, Some(_)) => "SSL_CERT_DIR",
            (Some(_), Some(_)) => "SSL_CERT_FILE and SSL_CERT_DIR",
        };
        Ok(Some((store, names.to_owned())))
    }
}

/// Reads the file of `--ca-cert`, which must hold a certificate in PEM.
pub fn load_ca_cert(
    path: &Path,
    timeout: Duration,
) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let unusable = |what: &str| {
        Failure::config(format!("the CA file {} {what}", path.display()))
            .hint("--ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)")
    };
    let pem = files::read_with_timeout(path, LONGEST_FILE, timeout)
        .map_err(|error| unusable(&format!("cannot be read: {}", reason(&error))))?
        .bytes;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable("holds a malformed certificate"))?;
    if certificates.is_empty() {
        return Err(unusable(if pem.is_empty() { "is empty" } else { "holds no certificate" }));
    }
    let (_, malformed) =
        RootCertStore::empty().add_parsable_certificates(certificates.iter().cloned());
    if malformed > 0 {
        return Err(unusable("holds a malformed certificate"));
    }
    Ok(certificates)
}

/// The files that OpenSSL would read in a directory.
fn hashed_files(directory: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_hashed))
        .map(|entry| entry.path())
        .collect()
}

/// Whether a file name is eight hexadecimal digits, a dot and a number.
fn is_hashed(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The roots of the operating system, or the bundled ones if it has none.
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

/// Adds the certificates of a PEM file that can be parsed, and returns their number.
fn add(store: &mut RootCertStore, pem: &[u8]) -> usize {
    store.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten()).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_is_read_by_the_names_that_openssl_gives() {
        for name in ["01234abc.0", "01234ABC.10"] {
            assert!(is_hashed(name), "{name}");
        }
        // `.r0` is a revocation list.
        for name in ["01234abc.r0", "1234abc.0", "01234abc.", "01234abc", "corp.pem"] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
