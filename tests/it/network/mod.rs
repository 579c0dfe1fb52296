//! The connection to the server: the route, who is trusted, and who never gets the secret.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::{
    CLIENT_ID, Certificate, Home, Outcome, Program, SECRET, Server, live_reply, live_token,
};

mod connection;
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

/// A server that runs a function for each connection, and records what it read.
struct Raw {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    received: Arc<Mutex<Vec<u8>>>,
}

/// One connection of a `Raw` server.
struct Client {
    tcp: TcpStream,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Raw {
    fn start(act: impl Fn(&mut Client) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), act).unwrap()
    }

    fn at(
        address: IpAddr,
        act: impl Fn(&mut Client) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let raw = Self {
            address: listener.local_addr()?,
            connections: Arc::default(),
            received: Arc::default(),
        };
        let (connections, received, act) =
            (Arc::clone(&raw.connections), Arc::clone(&raw.received), Arc::new(act));
        thread::spawn(move || {
            for tcp in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let (received, act) = (Arc::clone(&received), Arc::clone(&act));
                thread::spawn(move || act(&mut Client { tcp, received }));
            }
        });
        Ok(raw)
    }

    /// Forwards every connection to a port of 127.0.0.1.
    fn forwarding_to(address: IpAddr, port: u16) -> io::Result<Self> {
        Self::at(address, move |client| {
            let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            let (mut from_server, mut to_client) = (upstream.try_clone()?, client.tcp.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut from_server, &mut to_client);
                to_client.shutdown(std::net::Shutdown::Write)
            });
            io::copy(&mut client.tcp, &mut &upstream).map(drop)
        })
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn received(&self) -> Vec<u8> {
        self.received.lock().unwrap().clone()
    }
}

impl Client {
    /// Reads once: a ClientHello, or the head of a request.
    fn read_once(&mut self) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        let count = self.tcp.read(&mut bytes)?;
        self.received.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(())
    }

    /// Reads until the client closes the connection.
    fn read_to_end(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        let end = self.tcp.read_to_end(&mut bytes);
        self.received.lock().unwrap().extend_from_slice(&bytes);
        end.map(drop)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tcp.write_all(bytes)
    }

    /// Writes one byte per interval, until the client closes the connection.
    fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, every: Duration) -> io::Result<()> {
        bytes.into_iter().try_for_each(|byte| {
            thread::sleep(every);
            self.write(&[byte])
        })
    }
}

/// A port of 127.0.0.1 that refuses connections: bound, so that nobody else gets it, and not
/// listening.
struct ClosedPort(Socket);

impl ClosedPort {
    fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        Self(socket)
    }

    fn number(&self) -> u16 {
        self.0.local_addr().unwrap().as_socket().unwrap().port()
    }
}
