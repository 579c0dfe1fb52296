//! The way to the server: what is reached, who is trusted, and what the secret is never told.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::{CLIENT_ID, Home, Outcome, Program};

mod connection;
mod differential;
mod proxy;
mod tls;

/// A proxy leads this name to a server; no name server knows it (RFC 6761).
const HOST: &str = "api.skia.test";

/// The deadline of the cases that reach it.
const SHORT: Duration = Duration::from_secs(1);

/// `skia-auth token` with the credentials, for this base URL.
fn token(home: &Home, base_url: &str) -> Program {
    home.skia(["token"]).credentials().env("SKIA_BASE_URL", base_url)
}

/// As `token`, with a deadline of a second.
fn hasty_token(home: &Home, base_url: &str) -> Program {
    token(home, base_url).args(["--timeout", "1s"]).timeout_bound(SHORT)
}

/// Fails if the bytes hold anything of the request's body in clear: either credential, or a name of a field.
#[track_caller]
fn assert_untold(received: &[u8]) {
    for told in [CLIENT_ID, "s3gr3do", "uem/Viu", "ClientSecret"] {
        let found = received.windows(told.len()).any(|window| window == told.as_bytes());
        assert!(!found, "{told} was sent: {}", String::from_utf8_lossy(received).escape_debug());
    }
}

fn tries(outcome: &Outcome) -> usize {
    outcome.stderr.matches("skia-auth: try ").count()
}

/// A server that does with each connection what a case says, and remembers what it read.
struct Raw {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    received: Arc<Mutex<Vec<u8>>>,
}

/// One connection of a `Raw` server.
struct Guest {
    tcp: TcpStream,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Raw {
    fn start(act: impl Fn(&mut Guest) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), act).unwrap()
    }

    fn at(
        address: IpAddr,
        act: impl Fn(&mut Guest) -> io::Result<()> + Send + Sync + 'static,
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
                thread::spawn(move || act(&mut Guest { tcp, received }));
            }
        });
        Ok(raw)
    }

    /// Leads every connection to a port of 127.0.0.1.
    fn leading_to(address: IpAddr, port: u16) -> io::Result<Self> {
        Self::at(address, move |guest| {
            let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            let (mut answers, mut client) = (upstream.try_clone()?, guest.tcp.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut answers, &mut client);
                client.shutdown(std::net::Shutdown::Write)
            });
            io::copy(&mut guest.tcp, &mut &upstream).map(drop)
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

impl Guest {
    /// Reads what comes at once: a ClientHello, or the head of a request.
    fn hear(&mut self) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        let count = self.tcp.read(&mut bytes)?;
        self.received.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(())
    }

    /// Reads until the client goes.
    fn hear_out(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        let end = self.tcp.read_to_end(&mut bytes);
        self.received.lock().unwrap().extend_from_slice(&bytes);
        end.map(drop)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tcp.write_all(bytes)
    }

    /// One byte per interval, until the client goes.
    fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, every: Duration) -> io::Result<()> {
        bytes.into_iter().try_for_each(|byte| {
            thread::sleep(every);
            self.say(&[byte])
        })
    }
}

/// A port of 127.0.0.1 on which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
