//! Real sockets on both sides: scripted servers for one connection each.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::error::Kind;

mod plain;
mod proxied;
mod secure;

const DIRECT: Route = Route::Direct { why: "a test" };
const BODY: &[u8] = br#"{"ClientSecret":"e15148d497d8bc12"}"#;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: Thu, 24 Apr 2025 13:16:51 GMT\r\n\r\n{}";

/// A server for one connection. What the script returns is what the test gets to see of it.
struct Server<T> {
    port: u16,
    script: JoinHandle<T>,
}

fn serve<T: Send + 'static>(script: impl FnOnce(TcpStream) -> T + Send + 'static) -> Server<T> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    Server { port, script: thread::spawn(move || script(listener.accept().unwrap().0)) }
}

/// A server that reads the request, answers with these bytes and closes.
fn answer(bytes: impl Into<Vec<u8>>) -> Server<Vec<u8>> {
    let bytes = bytes.into();
    serve(move |mut stream| {
        let request = read_request(&mut stream);
        stream.write_all(&bytes).unwrap();
        request
    })
}

/// Reads a request with its body, or whatever comes before the end.
fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(head) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
            let length = text
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.parse().ok());
            if request.len() >= head + 4 + length.unwrap_or(0) {
                return request;
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return request,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
}

/// A call with its steps: what `-v` would show, without the times.
fn call(
    url: &str,
    route: &Route,
    trust: &Trust,
    millis: u64,
) -> (Result<Reply, FailedTry>, Vec<Step>) {
    let base_url = BaseUrl::parse(url).unwrap();
    let deadline = Instant::now() + Duration::from_millis(millis);
    let mut steps = Vec::new();
    let request = Request { base_url: &base_url, route, trust, body: BODY, deadline };
    let result = post(&request, &mut |progress| steps.push(progress.step));
    assert!(Instant::now() < deadline + Duration::from_millis(500), "the deadline was passed");
    (result, steps)
}

fn plain(port: u16, millis: u64) -> Result<Reply, FailedTry> {
    call(&format!("http://127.0.0.1:{port}/api"), &DIRECT, &Trust::default(), millis).0
}

fn trouble_of(result: Result<Reply, FailedTry>) -> FailedTry {
    match result {
        Ok(reply) => panic!("a reply with status {}", reply.status),
        Err(trouble) => trouble,
    }
}

fn lost(message: &str) -> FailedTry {
    FailedTry::once_more(Failure::unavailable(message))
}

fn not_connected(message: &str) -> FailedTry {
    FailedTry::again(Failure::unavailable(message))
}

fn late(message: &str) -> FailedTry {
    FailedTry::last(Failure::unavailable(message))
}

fn last(message: &str) -> FailedTry {
    FailedTry::last(Failure::protocol(message))
}

/// A certificate authority with one server certificate, and the trust in it.
struct Identity {
    trust: Trust,
    config: Arc<ServerConfig>,
}

/// A server certificate for `name`, changed by `change`, that a test authority signs.
fn identity(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Test Root");
    let root = authority.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut parameters);
    let issuer = rcgen::Issuer::from_params(&authority, &authority_key);
    let certificate = parameters.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    let trust =
        Trust { extra: vec![CertificateDer::from(root.der().to_vec())], ..Trust::default() };
    Identity { trust, config: Arc::new(config) }
}

/// Shakes hands on the server's side and answers. What it returns is what came through TLS.
fn answer_in_tls(config: Arc<ServerConfig>, stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let request = read_request(&mut stream);
    if !request.is_empty() {
        stream.write_all(bytes).unwrap();
    }
    request
}
