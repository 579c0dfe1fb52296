//! Who is trusted, and what is said of those who are not.

use std::fs;
use std::net::Ipv6Addr;

use rustls::version::{TLS12, TLS13};

use super::{Raw, token};
use crate::support::{Ca, Certificate, Home, Outcome, SECRET, Server, live_reply, live_token};

const NAME_IT: &str = "hint: if that issuer is right, name its root certificate: --ca-cert FILE\n";

/// The program's end with a server under this certificate, trusting `pem` through `--ca-cert`, once it is certain that
/// the server was told nothing.
#[track_caller]
fn refused(certificate: &Certificate, pem: Option<String>) -> (Outcome, String) {
    let home = Home::new();
    let server = Server::tls(certificate, []).expects(0);
    let mut program = token(&home, &server.base_url());
    if let Some(pem) = pem {
        program = program.arg("--ca-cert").arg(home.file("ca.pem", pem));
    }
    let outcome = program.run();
    assert_eq!((server.connections(), server.received()), (1, vec![]), "{outcome}");
    (outcome, format!("skia-auth: error: the certificate of localhost:{}", server.port()))
}

/// The program gets its token from a server under this certificate.
#[track_caller]
fn trusted(
    certificate: &Certificate,
    host: &str,
    arrange: impl Fn(&Home) -> Vec<(&'static str, String)>,
) {
    let (home, text) = (Home::new(), live_token());
    let server = Server::tls(certificate, [live_reply(&text)]);
    let url = format!("https://{host}:{}/api", server.port());
    let program =
        arrange(&home).into_iter().fold(token(&home, &url), |program, (name, value)| match name {
            "--ca-cert" => program.args([name, &value]),
            _ => program.env(name, value),
        });
    program.run().ok(&format!("{text}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
    assert_eq!(server.connections(), 1);
}

fn named(pem: String) -> impl Fn(&Home) -> Vec<(&'static str, String)> {
    move |home| vec![("--ca-cert", home.file("ca.pem", &pem).display().to_string())]
}

#[test]
fn private_authority_is_trusted_where_it_is_named() {
    let ca = Ca::new("Test CA");
    let certificate = ca.issue(["localhost"]);
    trusted(&certificate, "localhost", named(ca.pem()));
    for variable in ["SKIA_CA_CERT", "SSL_CERT_FILE"] {
        trusted(&certificate, "localhost", |home| {
            vec![(variable, ca.pem_file(home).display().to_string())]
        });
    }
}

#[test]
fn authority_is_found_in_a_directory_under_its_hashed_name() {
    let ca = Ca::new("Test CA");
    let certificate = ca.issue(["localhost"]);
    trusted(&certificate, "localhost", |home| {
        home.file("other/readme", "no certificate");
        home.file("roots/00000000.0", "no certificate");
        home.file("roots/0a1b2c3d.0", ca.pem());
        let work = home.work();
        vec![("SSL_CERT_DIR", format!("{0}/other:{0}/roots:{0}/missing", work.display()))]
    });
    // The two of them and --ca-cert go together.
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
fn directory_without_roots_is_an_error_and_not_a_reason_to_trust_others() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Test CA").issue(["localhost"]), []).expects(0);
    home.file("roots/corp.pem", Ca::new("Test CA").pem());
    let roots = home.work().join("roots");
    token(&home, &server.base_url()).env("SSL_CERT_DIR", roots).run().fails(
        3,
        "skia-auth: error: SSL_CERT_DIR names no directory that holds a certificate under a hashed name\n\
         hint: unset SSL_CERT_DIR to trust the system's roots\n",
    );
    assert_eq!(server.received(), b"");
}

#[test]
fn file_of_roots_that_cannot_be_used_is_an_error() {
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

#[test]
fn ca_file_that_cannot_be_used_is_an_error_before_any_connection() {
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
        ("directory", "cannot be read: is a directory"),
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
        "skia-auth: error: the CA file /dev/zero cannot be read: larger than 8 MiB\n\
         hint: --ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)\n",
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn every_certificate_of_a_ca_file_counts_whatever_stands_between_them() {
    let (first, second) = (Ca::new("First CA"), Ca::new("Second CA"));
    let file = format!(
        "\u{feff}# Corp roots\r\n{}\r\n\r\nsubject=/CN=Second é\r\n{}\ntrailing words",
        first.pem().replace('\n', "\r\n"),
        second.pem()
    );
    trusted(&first.issue(["localhost"]), "localhost", named(file.clone()));
    trusted(&second.issue(["localhost"]), "localhost", named(file));
}

#[test]
fn either_version_of_tls_will_do() {
    let ca = Ca::new("Test CA");
    for version in [&TLS12, &TLS13] {
        let (home, text) = (Home::new(), live_token());
        let server =
            Server::tls_versions(&ca.issue(["localhost"]), &[version], [live_reply(&text)]);
        token(&home, &server.base_url())
            .arg("--ca-cert")
            .arg(ca.pem_file(&home))
            .run()
            .ok(&format!("{text}\n"));
        assert_eq!((server.connections(), server.request().method), (1, "POST".to_owned()));
    }
}

#[test]
fn server_that_stopped_at_tls_1_1_is_refused() {
    let home = Home::new();
    let server = Server::old_tls();
    token(&home, &server.base_url()).run().fails(
        6,
        &format!(
            "skia-auth: error: localhost:{} speaks only a version of TLS that is too old (1.2 or 1.3 is needed)\n",
            server.port()
        ),
    );
    assert_eq!(server.connections(), 1);
    super::assert_untold(&server.received());
}

#[test]
fn unknown_issuer_is_named_with_the_way_to_trust_it() {
    let certificate = Ca::new("Corp Root").issue(["localhost"]);
    for trust in [None, Some(Ca::new("Other CA").pem())] {
        let (outcome, start) = refused(&certificate, trust);
        outcome.fails(
            6,
            &format!("{start} is not trusted: its issuer \"Corp Root\" is unknown\n{NAME_IT}"),
        );
    }
}

#[test]
fn untrusted_server_is_told_to_programs_as_not_worth_another_try() {
    let home = Home::new();
    let server = Server::tls(&Ca::new("Corp Root").issue(["localhost"]), []).expects(0);
    let outcome = token(&home, &server.base_url()).args(["-o", "json"]).run();
    assert_eq!(outcome.code, Some(6));
    let error = &outcome.json_error()["error"];
    assert_eq!((&error["kind"], &error["retryable"]), (&"protocol".into(), &false.into()));
    assert!(
        error["message"].as_str().unwrap().ends_with("its issuer \"Corp Root\" is unknown"),
        "{error}"
    );
    assert!(error["hint"].to_string().contains("--ca-cert FILE"), "{error}");
    assert_eq!((server.connections(), server.received()), (1, vec![]));
}

#[test]
fn authority_with_a_trusted_name_and_another_key_is_refused() {
    let (outcome, start) =
        refused(&Ca::new("Corp Root").issue(["localhost"]), Some(Ca::new("Corp Root").pem()));
    outcome.fails(6, &format!("{start} is not trusted: its [..]\n{NAME_IT}"));
}

#[test]
fn certificate_for_another_host_is_refused_with_its_names() {
    let ca = Ca::new("Corp Root");
    let (outcome, start) = refused(&ca.issue(["api.skia.com.br", "*.localhost"]), Some(ca.pem()));
    outcome.fails(
        6,
        &format!(
            "{start} is for another name: api.skia.com.br, *.localhost (issued by \"Corp Root\")\n"
        ),
    );
    // A name in the subject has not counted for twenty years (RFC 2818).
    let only_subject = ca.issue_with([], |params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "localhost")
    });
    let (outcome, start) = refused(&only_subject, Some(ca.pem()));
    outcome.fails(6, &format!("{start} is for another name (issued by \"Corp Root\")\n"));
}

#[test]
fn certificate_out_of_its_time_is_refused_with_the_day() {
    let ca = Ca::new("Corp Root");
    let (outcome, start) = refused(&ca.issue_expired(["localhost"]), Some(ca.pem()));
    outcome.fails(6, &format!("{start} expired on 2021-01-01 (issued by \"Corp Root\")\n"));
    let (outcome, start) = refused(&ca.issue_not_yet_valid(["localhost"]), Some(ca.pem()));
    outcome.fails(
        6,
        &format!(
            "{start} is not valid before 2090-01-01 (issued by \"Corp Root\")\n\
             hint: check the clock of this machine: date -u\n"
        ),
    );
}

#[test]
fn certificate_for_another_purpose_is_refused() {
    let ca = Ca::new("Corp Root");
    let for_mail = ca.issue_with(["localhost"], |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::EmailProtection];
    });
    let (outcome, start) = refused(&for_mail, Some(ca.pem()));
    outcome.fails(6, &format!("{start} is not one for a server (issued by \"Corp Root\")\n"));
}

#[test]
fn hostile_issuer_is_shown_so_that_nothing_obeys_it() {
    for (name, shown) in [
        ("\u{1b}[31mred\u{1b}]0;x\u{7}", "??31mred??0?x?"),
        ("::error::x", "??error??x"),
        ("##vso[task.setvariable variable=x]y", "??vso?task.setvariable variable?x?y"),
        ("a\r\n::stop-commands::b", "a????stop-commands??b"),
        ("\u{202e}\u{9b}\u{200b}\u{feff}", "????"),
    ] {
        let (outcome, start) = refused(&Ca::new(name).issue(["localhost"]), None);
        outcome.fails(
            6,
            &format!("{start} is not trusted: its issuer \"{shown}\" is unknown\n{NAME_IT}"),
        );
    }
}

#[test]
fn chain_with_an_intermediate_is_followed() {
    let root = Ca::new("Corp Root");
    let intermediate = root.intermediate("Corp Servers");
    trusted(&intermediate.issue(["localhost"]), "localhost", named(root.pem()));
    trusted(
        &intermediate.intermediate("Corp Deep").issue(["localhost"]),
        "localhost",
        named(root.pem()),
    );
    let forgetful = intermediate.without_chain();
    let (outcome, start) = refused(&forgetful.issue(["localhost"]), Some(root.pem()));
    outcome.fails(
        6,
        &format!("{start} is not trusted: its issuer \"Corp Servers\" is unknown\n{NAME_IT}"),
    );
    // What a person then has: the intermediate certificate itself.
    trusted(&forgetful.issue(["localhost"]), "localhost", named(forgetful.pem()));
}

#[test]
fn address_in_a_certificate_counts_as_a_name() {
    let ca = Ca::new("Test CA");
    trusted(&ca.issue(["127.0.0.1"]), "127.0.0.1", named(ca.pem()));
    let home = Home::new();
    let server = Server::tls(&ca.issue(["localhost", "127.0.0.2"]), []).expects(0);
    let url = format!("https://127.0.0.1:{}/api", server.port());
    token(&home, &url).arg("--ca-cert").arg(ca.pem_file(&home)).run().fails(
        6,
        &format!(
            "skia-auth: error: the certificate of 127.0.0.1:{} is for another name: localhost, 127.0.0.2 \
             (issued by \"Test CA\")\n",
            server.port()
        ),
    );
    assert_eq!((server.connections(), server.received()), (1, vec![]));
}

#[test]
fn ipv6_address_in_a_certificate_counts_as_a_name() {
    let (home, ca, text) = (Home::new(), Ca::new("Test CA"), live_token());
    let server = Server::tls(&ca.issue(["::1"]), [live_reply(&text)]).expects_any();
    let Ok(door) = Raw::leading_to(Ipv6Addr::LOCALHOST.into(), server.port()) else {
        return; // a machine without IPv6
    };
    let url = format!("https://[::1]:{}/api", door.port());
    token(&home, &url).arg("--ca-cert").arg(ca.pem_file(&home)).run().ok(&format!("{text}\n"));
    assert_eq!(server.request().header("host"), Some(format!("[::1]:{}", door.port()).as_str()));
}

#[test]
fn self_signed_certificate_is_trusted_only_where_it_is_named() {
    let certificate = Certificate::self_signed(["localhost"]);
    trusted(&certificate, "localhost", named(certificate.pem()));
    for trust in [None, Some(Certificate::self_signed(["localhost"]).pem())] {
        let (outcome, start) = refused(&certificate, trust);
        outcome.fails(6, &format!("{start} is not trusted: its [..]\n{NAME_IT}"));
    }
    let other = Certificate::self_signed(["other.test"]);
    let (outcome, start) = refused(&other, Some(other.pem()));
    outcome.fails(
        6,
        &format!("{start} is for another name: other.test (issued by \"Self Signed\")\n"),
    );
}

#[test]
fn server_that_demands_a_client_certificate_is_not_asked_twice() {
    let ca = Ca::new("Test CA");
    for version in [&TLS12, &TLS13] {
        let home = Home::new();
        let certificate = ca.issue(["localhost"]).demanding_clients_of(&ca);
        let server = Server::tls_versions(&certificate, &[version], []).expects(0);
        token(&home, &server.base_url()).arg("--ca-cert").arg(ca.pem_file(&home)).run().fails(
            6,
            &format!(
                "skia-auth: error: localhost:{} asks for a client certificate, which this program does not have\n",
                server.port()
            ),
        );
        assert_eq!((server.connections(), server.received()), (1, vec![]));
    }
}

#[test]
fn issuer_is_shown_at_v_and_no_secret_at_vvv() {
    let (home, ca, text) = (Home::new(), Ca::new("Corp Root"), live_token());
    let server = Server::tls(&ca.issue(["localhost"]), [live_reply(&text)]);
    let outcome =
        token(&home, &server.base_url()).arg("-vvv").arg("--ca-cert").arg(ca.pem_file(&home)).run();
    outcome.assert(
        0,
        &format!("{text}\n"),
        "...\nskia-auth: +[..] ms: TLS 1.3, certificate issued by Corp Root, trusted by [..]\n...\n",
    );
}
