//! The root certificates that the operating system trusts.

use rustls::pki_types::CertificateDer;

pub use self::system::{ARE_INCOMPLETE, system};

/// Certificates as the system has them, none of them parsed.
pub struct Roots {
    pub certificates: Vec<CertificateDer<'static>>,
    /// What messages call them.
    pub source: String,
}

#[cfg(not(any(windows, target_vendor = "apple")))]
mod system {
    use std::path::Path;

    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::Roots;
    use crate::platform::files;

    /// A distribution's bundle is complete.
    pub const ARE_INCOMPLETE: bool = false;

    /// The longest bundle that is read, in bytes: thirty times the largest distribution's.
    const LONGEST_FILE: usize = 8 * 1024 * 1024;

    /// Where distributions keep all their roots in one file. The directory beside it is never walked: that costs more than
    /// the whole login.
    const BUNDLES: [&str; 8] = [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Gentoo, Alpine, NixOS
        "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL without the compatibility link
        "/etc/ssl/ca-bundle.pem",             // SUSE
        "/etc/ssl/cert.pem",                  // FreeBSD, OpenBSD, older Alpine
        "/usr/local/share/certs/ca-root-nss.crt", // FreeBSD's package
        "/etc/openssl/certs/ca-certificates.crt", // NetBSD
        "/data/data/com.termux/files/usr/etc/tls/cert.pem", // Termux
    ];

    /// The first bundle that holds a certificate; no certificates where there is none.
    pub fn system() -> Roots {
        let load = |path: &&str| {
            let bundle = files::read(Path::new(path), LONGEST_FILE).ok()?;
            let certificates: Vec<_> =
                CertificateDer::pem_slice_iter(&bundle.bytes).flatten().collect();
            (!certificates.is_empty()).then(|| Roots { certificates, source: (*path).to_owned() })
        };
        BUNDLES
            .iter()
            .find_map(load)
            .unwrap_or(Roots { certificates: Vec::new(), source: String::new() })
    }
}

#[cfg(any(windows, target_vendor = "apple"))]
mod system {
    use super::Roots;

    /// Windows adds a root to its store only when a program first asks for it.
    pub const ARE_INCOMPLETE: bool = cfg!(windows);

    /// The system's store; no certificates where it cannot be read.
    pub fn system() -> Roots {
        let certificates = rustls_native_certs::load_native_certs().certs;
        Roots { certificates, source: "the system's roots".to_owned() }
    }
}
