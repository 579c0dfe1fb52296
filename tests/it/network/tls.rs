//! Which certificates are trusted, and the errors for all others.

use rustls::version::{TLS12, TLS13};

use super::{ca_cert, token, trusted};
use crate::support::{
    Ca, Certificate, Home, Listener, Outcome, Reply, Server, live_reply, live_token, unavailable,
};

const HINT: &str = "hint: if that issuer is right, name its root certificate: --ca-cert FILE\n";

/// Runs the program against a server with this certificate, with `pem` as `--ca-cert`, and checks
/// that the server received nothing. Also returns the start of the error.
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

#[test]
fn tls_1_2_and_1_3_are_accepted() {
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
fn server_with_only_tls_1_1_is_refused() {
    let home = Home::new();
    let server = Server::old_tls();
    token(&home, &server.base_url()).run().fails(
        6,
        &format!(
            "skia-auth: error: localhost:{} speaks only a version of TLS that is too old \
             (1.2 or 1.3 is needed)\n",
            server.port()
        ),
    );
    assert_eq!(server.connections(), 1);
    super::assert_no_secret(&server.received());
}

#[test]
fn unknown_issuer_is_named_with_a_hint_to_trust_it() {
    let certificate = Ca::new("Corp Root").issue(["localhost"]);
    for trust in [None, Some(Ca::new("Other CA").pem())] {
        let (outcome, start) = refused(&certificate, trust);
        outcome.fails(
            6,
            &format!("{start} is not trusted: its issuer \"Corp Root\" is unknown\n{HINT}"),
        );
    }
}

#[test]
fn untrusted_server_is_not_retryable_in_json() {
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
    outcome.fails(6, &format!("{start} is not trusted: its [..]\n{HINT}"));
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
    // The common name of the subject is not a host name (RFC 9525 §2).
    let only_subject = ca.issue_with([], |params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "localhost")
    });
    let (outcome, start) = refused(&only_subject, Some(ca.pem()));
    let what = "names no host: it has no usable subjectAltName";
    outcome.fails(6, &format!("{start} {what} (issued by \"Corp Root\")\n"));
}

#[test]
fn names_of_another_host_are_shown_without_commands_and_at_most_five() {
    let ca = Ca::new("Corp Root");
    let names = ["*.example.com", "10.0.0.1", "x::y##[z]", "a.test", "b.test", "c.test"];
    let (outcome, start) = refused(&ca.issue(names), Some(ca.pem()));
    let shown = "*.example.com, 10.0.0.1, x??y???z?, a.test, b.test, …";
    outcome.fails(6, &format!("{start} is for another name: {shown} (issued by \"Corp Root\")\n"));
}

#[test]
fn certificate_out_of_its_validity_is_refused_with_the_day() {
    let ca = Ca::new("Corp Root");
    let (outcome, start) = refused(&ca.issue_expired(["localhost"]), Some(ca.pem()));
    let hint = "hint: check the clock of this machine: [..]\n";
    let message = format!("{start} expired on 2021-01-01 (issued by \"Corp Root\")\n");
    outcome.fails(6, &(message + hint));
    let (outcome, start) = refused(&ca.issue_not_yet_valid(["localhost"]), Some(ca.pem()));
    outcome.fails(
        6,
        &format!(
            "{start} is not valid before 2090-01-01 (issued by \"Corp Root\")\n\
             hint: check the clock of this machine: [..]\n"
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
    outcome.fails(6, &format!("{start} is not meant for a server (issued by \"Corp Root\")\n"));
}

#[test]
fn hostile_issuer_is_shown_without_commands() {
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
            &format!("{start} is not trusted: its issuer \"{shown}\" is unknown\n{HINT}"),
        );
    }
}

#[test]
fn chain_with_an_intermediate_is_followed() {
    let root = Ca::new("Corp Root");
    let intermediate = root.intermediate("Corp Servers");
    trusted(&intermediate.issue(["localhost"]), "localhost", ca_cert(root.pem()));
    trusted(
        &intermediate.intermediate("Corp Deep").issue(["localhost"]),
        "localhost",
        ca_cert(root.pem()),
    );
    let unchained = intermediate.without_chain();
    let (outcome, start) = refused(&unchained.issue(["localhost"]), Some(root.pem()));
    outcome.fails(
        6,
        &format!("{start} is not trusted: its issuer \"Corp Servers\" is unknown\n{HINT}"),
    );
    // The intermediate certificate may be named instead.
    trusted(&unchained.issue(["localhost"]), "localhost", ca_cert(unchained.pem()));
}

#[test]
fn address_in_a_certificate_counts_as_a_name() {
    let ca = Ca::new("Test CA");
    trusted(&ca.issue(["127.0.0.1"]), "127.0.0.1", ca_cert(ca.pem()));
    let home = Home::new();
    let server = Server::tls(&ca.issue(["localhost", "127.0.0.2"]), []).expects(0);
    let url = format!("https://127.0.0.1:{}/api", server.port());
    token(&home, &url).arg("--ca-cert").arg(ca.pem_file(&home)).run().fails(
        6,
        &format!(
            "skia-auth: error: the certificate of 127.0.0.1:{} is for another name: \
             localhost, 127.0.0.2 \
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
    let Ok(server6) = Listener::ipv6_to(server.port()) else {
        return; // no IPv6
    };
    let url = format!("https://[::1]:{}/api", server6.port());
    token(&home, &url).arg("--ca-cert").arg(ca.pem_file(&home)).run().ok(&format!("{text}\n"));
    assert_eq!(server.request().header("host"), Some(format!("[::1]:{}", server6.port()).as_str()));
}

#[test]
fn self_signed_certificate_is_trusted_only_if_it_is_named() {
    let certificate = Certificate::self_signed(["localhost"]);
    trusted(&certificate, "localhost", ca_cert(certificate.pem()));
    for trust in [None, Some(Certificate::self_signed(["localhost"]).pem())] {
        let (outcome, start) = refused(&certificate, trust);
        outcome.fails(6, &format!("{start} is not trusted: its [..]\n{HINT}"));
    }
    let other = Certificate::self_signed(["other.test"]);
    let (outcome, start) = refused(&other, Some(other.pem()));
    outcome.fails(
        6,
        &format!("{start} is for another name: other.test (issued by \"Self Signed\")\n"),
    );
}

/// What `openssl req -x509` makes: a self-signed certificate that is marked as an authority.
#[test]
fn self_signed_authority_is_trusted_as_a_server_only_if_it_is_named() {
    let made = |name: &str, year_of_expiry: i32| {
        Certificate::self_signed_with([name], |params| {
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params.not_after = rcgen::date_time_ymd(year_of_expiry, 2, 28);
        })
    };
    let certificate = made("localhost", 2090);
    trusted(&certificate, "localhost", ca_cert(certificate.pem()));
    for other in [None, Some(made("localhost", 2090).pem())] {
        let (outcome, start) = refused(&certificate, other);
        outcome.fails(
            6,
            &format!(
                "{start} is not trusted: it is a certificate authority's own \
                 (issued by \"Self Signed\")\n\
                 hint: if it is the right one, trust it: --ca-cert FILE\n"
            ),
        );
    }
    // Its name and its validity still count.
    let hint = "hint: check the clock of this machine: [..]\n";
    for (certificate, what, hint) in [
        (made("other.test", 2090), "is for another name: other.test", ""),
        (made("localhost", 2024), "expired on 2024-02-28", hint),
    ] {
        let (outcome, start) = refused(&certificate, Some(certificate.pem()));
        outcome.fails(6, &format!("{start} {what} (issued by \"Self Signed\")\n{hint}"));
    }
}

#[test]
fn body_without_a_length_must_end_with_close_notify() {
    let ca = Ca::new("Test CA");
    let text = live_token();
    let body = format!("HTTP/1.1 200 OK\r\n\r\n{{\"Token\":\"{text}\",\"Status\":0}}");
    let whole = Reply::raw(body.clone());
    let home = Home::new();
    let ask = |server: &Server| {
        token(&home, &server.base_url())
            .arg("--no-cache")
            .env("SKIA_CA_CERT", ca.pem_file(&home))
            .run()
    };
    let server = Server::tls(&ca.issue(["localhost"]), [whole.clone()]);
    ask(&server).ok(&format!("{text}\n"));
    // A truncated body looks the same, except for the missing close_notify.
    let server = Server::tls(&ca.issue(["localhost"]), [whole.cut_at(body.len())]).expects(2);
    let message =
        format!("localhost:{} closed the connection before its answer was complete", server.port());
    ask(&server).fails(5, &unavailable(&message, 2, &[]));
}

#[test]
fn server_that_demands_a_client_certificate_is_tried_once() {
    let ca = Ca::new("Test CA");
    for version in [&TLS12, &TLS13] {
        let home = Home::new();
        let certificate = ca.issue(["localhost"]).demanding_clients_of(&ca);
        let server = Server::tls_versions(&certificate, &[version], []).expects(0);
        token(&home, &server.base_url()).arg("--ca-cert").arg(ca.pem_file(&home)).run().fails(
            6,
            &format!(
                "skia-auth: error: localhost:{} asks for a client certificate, \
                 which this program does not have\n",
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
        "...\nskia-auth: +[..] ms: TLS 1.3, certificate issued by Corp Root, \
         trusted by [..]\n...\n",
    );
}
