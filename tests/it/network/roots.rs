//! Which root certificates the settings name.

use std::{env, fs};

use super::{ca_cert, token, trusted};
use crate::support::{Ca, Home, Server};

#[test]
fn private_authority_is_trusted_if_it_is_named() {
    let ca = Ca::new("Test CA");
    let certificate = ca.issue(["localhost"]);
    trusted(&certificate, "localhost", ca_cert(ca.pem()));
    for variable in ["SKIA_CA_CERT", "SSL_CERT_FILE"] {
        trusted(&certificate, "localhost", |home| {
            vec![(variable, ca.pem_file(home).display().to_string())]
        });
    }
}

#[test]
fn directory_of_roots_is_read_by_hashed_names() {
    let ca = Ca::new("Test CA");
    let certificate = ca.issue(["localhost"]);
    trusted(&certificate, "localhost", |home| {
        home.file("other/readme", "no certificate");
        home.file("roots/00000000.0", "no certificate");
        home.file("roots/0a1b2c3d.0", ca.pem());
        let directories = ["other", "roots", "missing"].map(|name| home.work().join(name));
        let joined = env::join_paths(directories).unwrap();
        vec![("SSL_CERT_DIR", joined.into_string().unwrap())]
    });
    // All three add up.
    trusted(&certificate, "localhost", |home| {
        home.file("roots/0a1b2c3d.0", ca.pem());
        vec![
            ("SSL_CERT_DIR", home.work().join("roots").display().to_string()),
            (
                "SSL_CERT_FILE",
                home.file("file.pem", Ca::new("Other CA").pem()).display().to_string(),
            ),
            ("--ca-cert", home.file("flag.pem", Ca::new("Third CA").pem()).display().to_string()),
        ]
    });
}

#[test]
fn directory_without_roots_is_an_error() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Test CA").issue(["localhost"]), []).expects(0);
    home.file("roots/corp.pem", Ca::new("Test CA").pem());
    let roots = home.work().join("roots");
    token(&home, &server.base_url()).env("SSL_CERT_DIR", roots).run().fails(
        3,
        "skia-auth: error: SSL_CERT_DIR names no directory that holds a certificate \
         under a hashed name\n\
         hint: unset SSL_CERT_DIR to trust the system's roots\n",
    );
    assert_eq!(server.received(), b"");
}

#[test]
fn unusable_file_of_roots_is_an_error() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Test CA").issue(["localhost"]), []).expects(0);
    let empty = home.file("empty.pem", "");
    let missing = home.work().join("missing.pem");
    for (path, why) in
        [(empty, "holds no certificate"), (missing, "cannot be read: no such file or directory")]
    {
        token(&home, &server.base_url()).env("SSL_CERT_FILE", &path).run().fails(
            3,
            &format!(
                "skia-auth: error: SSL_CERT_FILE names {}, which {why}\n\
                 hint: unset SSL_CERT_FILE to trust the system's roots\n",
                path.display()
            ),
        );
    }
    assert_eq!(server.received(), b"");
}

#[cfg(unix)]
#[test]
fn unusable_ca_file_is_an_error_before_any_connection() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Test CA").issue(["localhost"]), []).expects(0);
    let good = Ca::new("Test CA").pem();
    let work = home.work();
    fs::create_dir(work.join("directory")).unwrap();
    home.file("empty", "");
    home.file("text", "hello\n");
    home.file("key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    home.file("base64", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    home.file("der", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    home.file(
        "second",
        format!("{good}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    );
    home.file("cut", &good[..good.len() - 40]);
    for (name, why) in [
        ("missing", "cannot be read: no such file or directory"),
        ("directory", "cannot be read: it is a directory"),
        ("empty", "is empty"),
        ("text", "holds no certificate"),
        ("key", "holds no certificate"),
        ("base64", "holds a malformed certificate"),
        ("der", "holds a malformed certificate"),
        ("second", "holds a malformed certificate"),
        ("cut", "holds a malformed certificate"),
    ] {
        let path = work.join(name);
        let message = format!(
            "skia-auth: error: the CA file {} {why}\n\
             hint: --ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)\n",
            path.display()
        );
        token(&home, &server.base_url()).arg("--ca-cert").arg(&path).run().fails(3, &message);
        token(&home, &server.base_url()).env("SKIA_CA_CERT", &path).run().fails(3, &message);
    }
    token(&home, &server.base_url()).args(["--ca-cert", "/dev/zero"]).run().fails(
        3,
        "skia-auth: error: the CA file /dev/zero cannot be read: it is larger than 8192 KiB\n\
         hint: --ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)\n",
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn every_certificate_of_a_ca_file_counts_whatever_is_between_them() {
    let (first, second) = (Ca::new("First CA"), Ca::new("Second CA"));
    let file = format!(
        "\u{feff}# Corp roots\r\n{}\r\n\r\nsubject=/CN=Second é\r\n{}\ntrailing words",
        first.pem().replace('\n', "\r\n"),
        second.pem()
    );
    trusted(&first.issue(["localhost"]), "localhost", ca_cert(file.clone()));
    trusted(&second.issue(["localhost"]), "localhost", ca_cert(file));
}
