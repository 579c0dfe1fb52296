//! The connection to the server: the route, who is trusted, and who never gets the secret.

use std::time::Duration;

use crate::support::{
    CLIENT_ID, Certificate, Home, Outcome, Program, SECRET, Server, live_reply, live_token,
};

mod connection;
#[cfg(unix)]
mod differential;
mod proxy;
mod proxy_failures;
mod roots;
mod tls;

/// A name for cases in which a proxy connects to the server: it is never resolved.
const HOST: &str = "api.skia.test";

/// The deadline of cases that wait for it.
const SHORT: Duration = Duration::from_secs(1);

fn base_url(scheme: &str) -> String {
    format!("{scheme}://{HOST}/api")
}

/// `skia-auth token` with credentials and this base URL.
fn token(home: &Home, base_url: &str) -> Program {
    home.skia(["token"]).credentials().env("SKIA_BASE_URL", base_url)
}

/// As `token`, with a deadline of one second.
fn token_within_a_second(home: &Home, base_url: &str) -> Program {
    token(home, base_url).args(["--timeout", "1s"]).timeout_bound(SHORT)
}

/// Fails if the bytes hold a part of the request's body in clear: a credential or a field name.
#[track_caller]
fn assert_no_secret(received: &[u8]) {
    for part in [CLIENT_ID, "s3gr3do", "uem/Viu", "ClientSecret"] {
        let found = received.windows(part.len()).any(|window| window == part.as_bytes());
        assert!(!found, "{part} was sent: {}", String::from_utf8_lossy(received).escape_debug());
    }
}

/// Checks that the program gets a token from a server with this certificate.
#[track_caller]
fn trusted(
    certificate: &Certificate,
    host: &str,
    settings: impl Fn(&Home) -> Vec<(&'static str, String)>,
) {
    let (home, text) = (Home::new(), live_token());
    let server = Server::tls(certificate, [live_reply(&text)]);
    let url = format!("https://{host}:{}/api", server.port());
    let program =
        settings(&home).into_iter().fold(token(&home, &url), |program, (name, value)| match name {
            "--ca-cert" => program.args([name, &value]),
            _ => program.env(name, value),
        });
    program.run().ok(&format!("{text}\n"));
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
    assert_eq!(server.connections(), 1);
}

fn ca_cert(pem: String) -> impl Fn(&Home) -> Vec<(&'static str, String)> {
    move |home| vec![("--ca-cert", home.file("ca.pem", &pem).display().to_string())]
}

fn tries(outcome: &Outcome) -> usize {
    outcome.stderr.matches("skia-auth: try ").count()
}
