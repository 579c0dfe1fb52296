//! The root certificates that the operating system trusts.

use rustls::pki_types::CertificateDer;

pub use self::system::{ARE_INCOMPLETE, system};

/// The certificates of the system, not parsed.
#[derive(Default)]
pub struct Roots {
    pub certificates: Vec<CertificateDer<'static>>,
    /// The name of the source in messages.
    pub source: String,
}

#[cfg(not(any(windows, target_vendor = "apple")))]
mod system {
    use std::path::Path;

    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::Roots;
    use crate::platform::files;

    /// The bundle of a distribution is complete.
    pub const ARE_INCOMPLETE: bool = false;

    /// The longest bundle that is read, in bytes: thirty times that of the largest distribution.
    const LONGEST_FILE: usize = 8 * 1024 * 1024;

    /// The files in which distributions keep all roots. The directory with one file per root is
    /// never read: that takes longer than a login.
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

    /// The roots in the first bundle that has any; otherwise none.
    pub fn system() -> Roots {
        let load = |path: &&str| {
            let bundle = files::read(Path::new(path), LONGEST_FILE).ok()?;
            let certificates: Vec<_> =
                CertificateDer::pem_slice_iter(&bundle.bytes).flatten().collect();
            (!certificates.is_empty()).then(|| Roots { certificates, source: (*path).to_owned() })
        };
        BUNDLES.iter().find_map(load).unwrap_or_default()
    }
}

#[cfg(any(windows, target_vendor = "apple"))]
mod system {
    use super::Roots;

    /// Windows adds a root to its store only when a program first needs it.
    pub const ARE_INCOMPLETE: bool = cfg!(windows);

    /// The roots in the store of the system; none if it cannot be read.
    pub fn system() -> Roots {
        let certificates = rustls_native_certs::load_native_certs().certs;
        Roots { certificates, source: "the system's roots".to_owned() }
    }
}
