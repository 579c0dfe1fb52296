//! Over TLS: who is trusted, and what is said of those who are not.

use super::*;

fn https(server: &Server<Vec<u8>>, trust: &Trust, millis: u64) -> Result<Reply, FailedTry> {
    call(&format!("https://localhost:{}", server.port), &DIRECT, trust, millis).0
}

fn secured(identity: &Identity) -> Server<Vec<u8>> {
    let config = Arc::clone(&identity.config);
    serve(move |stream| answer_in_tls(config, stream, ANSWER))
}

/// The failure, and a proof that nothing of the request got through.
fn refused(identity: &Identity, trust: &Trust) -> Failure {
    let server = secured(identity);
    let trouble = trouble_of(https(&server, trust, 2000));
    assert_eq!(server.script.join().unwrap(), b"");
    assert_eq!(trouble.retry, Retry::Never, "{trouble:?}");
    let mut failure = trouble.failure;
    assert_eq!(failure.kind, Kind::Protocol);
    failure.message = failure.message.replace(&format!(":{}", server.port), "");
    failure
}

#[test]
fn private_authority_is_trusted_when_it_is_named() {
    let identity = identity("localhost", |_| {});
    let server = secured(&identity);
    let url = format!("https://localhost:{}", server.port);
    let (result, steps) = call(&url, &DIRECT, &identity.trust, 2000);
    assert_eq!(result.unwrap().body, b"{}");
    assert!(server.script.join().unwrap().ends_with(BODY));
    let Some(Step::Secured { version, issuer, roots }) = steps.get(2) else { panic!("{steps:?}") };
    assert_eq!((*version, issuer.as_deref()), ("TLS 1.3", Some("Test Root")));
    assert!(!roots.is_empty());
}

#[test]
fn tls_1_2_and_an_address_in_the_certificate_will_do() {
    let mut identity = identity("127.0.0.1", |_| {});
    let config = Arc::get_mut(&mut identity.config).unwrap();
    let provider = config.crypto_provider().clone();
    *config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(config.cert_resolver.clone());
    let server = secured(&identity);
    let url = format!("https://127.0.0.1:{}", server.port);
    let (result, steps) = call(&url, &DIRECT, &identity.trust, 2000);
    assert_eq!(result.unwrap().status, 200);
    assert!(matches!(steps[2], Step::Secured { version: "TLS 1.2", .. }), "{steps:?}");
}

#[test]
fn unknown_authority_is_named() {
    let stranger = identity("localhost", |_| {});
    let failure = refused(&stranger, &Trust::default());
    assert_eq!(
        failure.message,
        "the certificate of localhost is not trusted: its issuer \"Test Root\" is unknown"
    );
    assert_eq!(
        failure.hints,
        ["if that issuer is right, name its root certificate: --ca-cert FILE"]
    );
}

#[test]
fn authority_with_a_trusted_name_and_another_key_is_refused() {
    let (trusted, impostor) = (identity("localhost", |_| {}), identity("localhost", |_| {}));
    let failure = refused(&impostor, &trusted.trust);
    assert!(
        failure.message.starts_with("the certificate of localhost is not trusted: "),
        "{failure}"
    );
    assert!(failure.hints[0].contains("--ca-cert"), "{failure}");
}

#[test]
fn names_of_a_certificate_for_another_host_are_shown() {
    let mut names = vec!["*.example.com".to_owned(), "10.0.0.1".to_owned(), "x::y##[z]".to_owned()];
    names.extend((0..9).map(|number| format!("n{number}.test")));
    let identity = identity("other.test", |parameters| {
        *parameters = CertificateParams::new(names).unwrap();
    });
    let failure = refused(&identity, &identity.trust);
    assert_eq!(
        failure.message,
        "the certificate of localhost is for another name: \
         *.example.com, 10.0.0.1, x??y???z?, n0.test, n1.test, … (issued by \"Test Root\")"
    );
}

#[test]
fn certificate_out_of_its_time_is_refused_with_the_day() {
    let expired = identity("localhost", |parameters| {
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2024, 2, 29);
    });
    let failure = refused(&expired, &expired.trust);
    assert_eq!(
        failure.message,
        "the certificate of localhost expired on 2024-02-29 (issued by \"Test Root\")"
    );
    let early = identity("localhost", |parameters| {
        parameters.not_before = rcgen::date_time_ymd(2090, 1, 1)
    });
    let failure = refused(&early, &early.trust);
    assert_eq!(
        failure.message,
        "the certificate of localhost is not valid before 2090-01-01 (issued by \"Test Root\")"
    );
    assert_eq!(failure.hints, ["check the clock of this machine: date -u"]);
}

/// What `openssl req -x509` makes: a certificate that signs itself and calls itself an authority.
fn self_made(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
    let mut made = identity(name, |_| {});
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "Self Made");
    change(&mut parameters);
    let certificate = parameters.self_signed(&key).unwrap();
    let provider = made.config.crypto_provider().clone();
    made.config = Arc::new(
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                key.serialize_der().try_into().unwrap(),
            )
            .unwrap(),
    );
    made.trust = Trust { extra: vec![certificate.der().clone()], ..Trust::default() };
    made
}

#[test]
fn self_made_certificate_is_trusted_only_when_it_is_named() {
    let made = self_made("localhost", |_| {});
    let server = secured(&made);
    assert_eq!(https(&server, &made.trust, 2000).unwrap().body, b"{}");
    for stranger in [Trust::default(), self_made("localhost", |_| {}).trust] {
        let failure = refused(&made, &stranger);
        assert_eq!(
            failure.message,
            "the certificate of localhost is not trusted: it is a certificate authority's own (issued by \"Self Made\")"
        );
        assert_eq!(failure.hints, ["if it is the right one, trust it: --ca-cert FILE"]);
    }
}

#[test]
fn self_made_certificate_still_has_a_name_and_a_time() {
    let other = self_made("other.test", |_| {});
    assert!(refused(&other, &other.trust).message.contains("is for another name: other.test"));
    let expired = self_made("localhost", |parameters| {
        parameters.not_after = rcgen::date_time_ymd(2024, 2, 29)
    });
    assert!(refused(&expired, &expired.trust).message.contains("expired on 2024-02-29"));
}

#[test]
fn server_that_speaks_no_tls_or_an_old_one_is_told_apart() {
    let alert = |code: u8| vec![0x15, 3, 1, 0, 2, 2, code];
    let (old, plain) =
        ("speaks only a version of TLS that is too old", "does not speak TLS on this port");
    for (bytes, expected) in [
        (alert(70), old),
        (alert(40), "has no TLS version and cipher in common"),
        (alert(80), "refused the TLS connection (alert 80)"),
        // The beginning of a ServerHello for TLS 1.1, without extensions.
        (
            [&[0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat(),
            old,
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), plain),
        (b"220 mail.test ESMTP\r\n".to_vec(), plain),
    ] {
        let server = serve(move |mut stream| {
            let mut hello = [0; 4096];
            let _ = stream.read(&mut hello).unwrap();
            stream.write_all(&bytes).unwrap();
            let _ = stream.read(&mut hello);
            hello.to_vec()
        });
        let trouble = trouble_of(https(&server, &Trust::default(), 2000));
        assert!(
            trouble.retry == Retry::Never && trouble.failure.message.contains(expected),
            "{trouble:?}"
        );
    }
}

#[test]
fn handshake_that_breaks_off_was_not_a_request() {
    let server = serve(|mut stream| {
        let mut hello = vec![0; 4096];
        let _ = stream.read(&mut hello).unwrap();
        hello
    });
    let expected =
        format!("localhost:{} closed the connection during the TLS handshake", server.port);
    assert_eq!(trouble_of(https(&server, &Trust::default(), 2000)), not_connected(&expected));
}

#[test]
fn handshake_that_never_ends_is_left_at_the_deadline() {
    let server = serve(|mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all
    });
    let expected = format!("no TLS connection to localhost:{} within 0.4 s", server.port);
    assert_eq!(trouble_of(https(&server, &Trust::default(), 400)), late(&expected));
}

#[test]
fn body_without_a_length_must_end_with_a_confirmed_end() {
    for is_confirmed in [true, false] {
        let identity = identity("localhost", |_| {});
        let config = Arc::clone(&identity.config);
        let server = serve(move |stream| {
            let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
            let request = read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap();
            if is_confirmed {
                stream.conn.send_close_notify();
            }
            stream.flush().unwrap();
            request
        });
        let expected = format!(
            "localhost:{} closed the connection before its answer was complete",
            server.port
        );
        match https(&server, &identity.trust, 2000) {
            Ok(reply) => assert!(is_confirmed && reply.body == b"hello"),
            Err(trouble) => assert!(!is_confirmed && trouble == lost(&expected), "{trouble:?}"),
        }
    }
}

#[test]
fn setting_that_names_no_certificate_is_an_error_before_the_request() {
    let identity = identity("localhost", |_| {});
    let server = secured(&identity);
    let trust = Trust { file: Some("/dev/null".into()), ..identity.trust.clone() };
    let failure = trouble_of(https(&server, &trust, 2000)).failure;
    assert_eq!(failure.kind, Kind::Config);
    assert_eq!(failure.message, "SSL_CERT_FILE names /dev/null, which holds no certificate");
    assert_eq!(server.script.join().unwrap(), b"");
}
