//! An HTTP proxy that records requests and forwards every host name to one server.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::http::Request;
use super::listener::{Connection, Listener};
use super::server::Server;

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// Handles CONNECT and absolute-form requests. A case may use names that no resolver knows
/// (`https://api.skia.test/api`): whatever the host, the request reaches the given server.
pub struct Proxy {
    listener: Listener,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Proxy {
    /// Forwards everything to this server.
    pub fn to(server: &Server) -> Self {
        let port = server.port();
        Self::new(move |client, request| forward(client, request, port, None))
    }

    /// Like `to`, but sends its own response to CONNECT byte by byte.
    pub fn dripping(server: &Server, every: Duration) -> Self {
        let port = server.port();
        Self::new(move |client, request| forward(client, request, port, Some(every)))
    }

    /// Answers every request with this status.
    pub fn refusing(status: u16) -> Self {
        let demand =
            if status == 407 { "Proxy-Authenticate: Basic realm=\"proxy\"\r\n" } else { "" };
        let head = format!("HTTP/1.1 {status} Refused\r\n{demand}Content-Length: 0\r\n");
        let answer = format!("{head}Connection: close\r\n\r\n");
        Self::new(move |client, _| client.send(answer.as_bytes()))
    }

    /// Reads the request and never answers.
    pub fn hanging() -> Self {
        Self::new(|client, _| client.read_to_end())
    }

    fn new(
        script: impl Fn(&mut Connection, &Request) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        let listener = Listener::start(move |client| {
            let Some(request) = Request::read(client)? else { return Ok(()) };
            record.lock().unwrap().push(request.clone());
            script(client, &request)
        });
        Self { listener, requests }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// `http://USER:PASSWORD@127.0.0.1:PORT`.
    pub fn url_with(&self, user: &str, password: &str) -> String {
        format!("http://{user}:{password}@127.0.0.1:{}", self.port())
    }

    /// The requests so far. Their path is `host:port` for CONNECT, otherwise a whole URL.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// `port`, `connections`, and `received`: what clients sent to the proxy or through it.
impl Deref for Proxy {
    type Target = Listener;

    fn deref(&self) -> &Listener {
        &self.listener
    }
}

fn forward(
    client: &mut Connection,
    request: &Request,
    port: u16,
    drip: Option<Duration>,
) -> io::Result<()> {
    let mut upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    if request.method == "CONNECT" {
        match drip {
            None => client.send(ESTABLISHED)?,
            Some(every) => client.drip(ESTABLISHED.iter().copied(), every)?,
        }
        // A client that did not wait for the response has already sent the start of its stream.
        upstream.write_all(&request.body)?;
    } else {
        upstream.write_all(&in_origin_form(request))?;
    }
    client.forward(upstream)
}

/// The request with a path instead of a URL and without the headers meant for the proxy.
fn in_origin_form(request: &Request) -> Vec<u8> {
    let rest = request.path.split_once("://").map_or(request.path.as_str(), |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let mut head = format!("{} {path} HTTP/1.1\r\n", request.method);
    for (name, value) in &request.headers {
        if !name.to_lowercase().starts_with("proxy-") {
            head += &format!("{name}: {value}\r\n");
        }
    }
    [head.as_bytes(), b"\r\n", &request.body].concat()
}
