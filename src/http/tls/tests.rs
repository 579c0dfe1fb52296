//! Certificate files of every quality.

use super::*;

fn root(name: &str) -> rcgen::Certificate {
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
}

fn file(directory: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn ca_file_gives_all_its_certificates() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (root("One"), root("Other"));
    let path = file(&directory, "ca.pem", &format!("# comment\n{}\r\n{}", one.pem(), other.pem()));
    assert_eq!(
        load_ca_cert(&path, Duration::from_secs(10)).unwrap(),
        [one.der().clone(), other.der().clone()]
    );
}

#[test]
fn unusable_ca_file_is_said_to_be_so() {
    let directory = tempfile::tempdir().unwrap();
    let pem = root("One").pem();
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (path, expected) in [
        (directory.path().join("none"), "cannot be read: no such file or directory"),
        (directory.path().to_owned(), "cannot be read: is a directory"),
        (file(&directory, "empty", ""), "is empty"),
        (file(&directory, "text", "hello\n"), "holds no certificate"),
        (
            file(&directory, "key", &rcgen::KeyPair::generate().unwrap().serialize_pem()),
            "holds no certificate",
        ),
        (file(&directory, "cut", &pem[..pem.len() / 2]), "holds a malformed certificate"),
        (file(&directory, "garbage", &format!("{pem}{garbage}")), "holds a malformed certificate"),
        (PathBuf::from("/dev/zero"), "cannot be read: larger than 8 MiB"),
    ] {
        let failure = load_ca_cert(&path, Duration::from_secs(10)).unwrap_err();
        assert_eq!(failure.message, format!("the CA file {} {expected}", path.display()));
        assert_eq!(failure.kind.exit_code(), 3);
    }
}

fn named(
    file: Option<PathBuf>,
    directory: Option<&Path>,
) -> Result<Option<(usize, String)>, String> {
    let directory = directory.map(|path| path.as_os_str().to_owned());
    let trust = Trust { extra: Vec::new(), file, directory };
    named_roots(&trust)
        .map(|found| found.map(|(store, names)| (store.len(), names)))
        .map_err(|failure| failure.message)
}

#[test]
fn environment_stands_in_for_the_roots_of_the_system() {
    let directory = tempfile::tempdir().unwrap();
    let bundle =
        file(&directory, "bundle.pem", &format!("{}{}", root("One").pem(), root("Two").pem()));
    assert_eq!(named(None, None), Ok(None));
    assert_eq!(named(Some(PathBuf::new()), Some(Path::new(""))), Ok(None));
    assert_eq!(named(Some(bundle.clone()), None), Ok(Some((2, "SSL_CERT_FILE".into()))));
    let nothing = "SSL_CERT_DIR names no directory that holds a certificate under a hashed name";
    assert_eq!(named(None, Some(directory.path())), Err(nothing.into()));
    file(&directory, "01234abc.0", &root("Three").pem());
    file(&directory, "01234abc.r0", &root("Revoked").pem());
    file(&directory, "1234abc.0", &root("Short").pem());
    assert_eq!(named(None, Some(directory.path())), Ok(Some((1, "SSL_CERT_DIR".into()))));
    assert_eq!(
        named(Some(bundle.clone()), Some(directory.path())),
        Ok(Some((3, "SSL_CERT_FILE and SSL_CERT_DIR".into())))
    );
    assert_eq!(
        named(Some(bundle), Some(Path::new("/none"))),
        Ok(Some((2, "SSL_CERT_FILE and SSL_CERT_DIR".into())))
    );
}

#[test]
fn broken_setting_does_not_widen_the_trust() {
    let missing = "SSL_CERT_FILE names /none, which cannot be read: no such file or directory";
    assert_eq!(named(Some("/none".into()), None), Err(missing.into()));
    assert_eq!(
        named(Some("/dev/null".into()), None),
        Err("SSL_CERT_FILE names /dev/null, which holds no certificate".into())
    );
}

#[test]
fn system_has_roots_or_ours_are_taken() {
    let setup = Setup::load(&Trust::default()).unwrap();
    assert!(!setup.roots.is_empty());
    assert_eq!(setup.issuer(), None);
    assert!(setup.connect("[::1]").is_ok());
    assert_eq!(
        setup.connect("a..b").unwrap_err().message,
        "a..b is not a name that a certificate can be for"
    );
}
