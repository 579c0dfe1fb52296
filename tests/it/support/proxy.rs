//! An HTTP proxy that remembers what it saw, and that leads every host name to one server.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::http::{Recorded, Request};
use super::server::Server;

/// CONNECT tunnels and absolute-form requests. Whatever the host, both end at the server it was given, so a case may
/// use names that no DNS knows (`https://api.skia.test/api`).
pub struct Proxy(Arc<Shared>);

struct Shared {
    address: SocketAddr,
    upstream: u16,
    behaviour: Behaviour,
    requests: Mutex<Vec<Request>>,
    received: Mutex<Vec<u8>>,
    connections: AtomicUsize,
    stopping: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Forward,
    Refuse(u16),
    Drip(Duration),
    Hang,
}

impl Proxy {
    /// Leads everything to this server.
    pub fn to(server: &Server) -> Self {
        Self::new(server.port(), Behaviour::Forward)
    }

    /// Answers every request with this status and leads nowhere.
    pub fn refusing(status: u16) -> Self {
        Self::new(0, Behaviour::Refuse(status))
    }

    /// Leads everything to this server, and sends its own answer to a CONNECT byte by byte.
    pub fn dripping(server: &Server, every: Duration) -> Self {
        Self::new(server.port(), Behaviour::Drip(every))
    }

    /// Reads the request and never answers.
    pub fn hanging() -> Self {
        Self::new(0, Behaviour::Hang)
    }

    fn new(upstream: u16, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let shared = Arc::new(Shared {
            address: listener.local_addr().unwrap(),
            upstream,
            behaviour,
            requests: Mutex::default(),
            received: Mutex::default(),
            connections: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let acceptor = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if acceptor.stopping.load(Ordering::SeqCst) {
                    return;
                }
                acceptor.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&acceptor);
                thread::spawn(move || stream.and_then(|stream| shared.serve(stream)));
            }
        });
        Self(shared)
    }

    pub fn port(&self) -> u16 {
        self.0.address.port()
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// `http://USER:PASSWORD@127.0.0.1:PORT`.
    pub fn url_with(&self, user: &str, password: &str) -> String {
        format!("http://{user}:{password}@{}", self.0.address)
    }

    /// What it was asked: CONNECT `host:port`, or a whole URL. `header("Proxy-Authorization")` has the password.
    pub fn requests(&self) -> Vec<Request> {
        self.0.requests.lock().unwrap().clone()
    }

    /// Every byte that clients sent to it or through it.
    pub fn received(&self) -> Vec<u8> {
        self.0.received.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.0.address);
    }
}

impl Shared {
    fn serve(&self, client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut from_client =
            Recorded { stream: &mut client.try_clone()?, received: &self.received };
        let Some(request) = Request::read(&mut from_client)? else { return Ok(()) };
        self.requests.lock().unwrap().push(request.clone());
        let mut client = client;
        match self.behaviour {
            Behaviour::Refuse(status) => {
                let headers = if status == 407 {
                    "Proxy-Authenticate: Basic realm=\"proxy\"\r\n"
                } else {
                    ""
                };
                let answer = format!(
                    "HTTP/1.1 {status} Refused\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
                );
                return client.write_all(answer.as_bytes());
            }
            Behaviour::Hang => return io::copy(&mut from_client, &mut io::sink()).map(drop),
            Behaviour::Forward | Behaviour::Drip(_) => {}
        }
        let mut upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.upstream))?;
        upstream.set_nodelay(true)?;
        if request.method == "CONNECT" {
            let answer = b"HTTP/1.1 200 Connection established\r\n\r\n";
            match self.behaviour {
                Behaviour::Drip(every) => {
                    for byte in answer.chunks(1) {
                        client.write_all(byte)?;
                        thread::sleep(every);
                    }
                }
                _ => client.write_all(answer)?,
            }
            // What a hasty client sent behind its request is the beginning of what goes through the tunnel.
            upstream.write_all(&request.body)?;
        } else {
            upstream.write_all(&in_origin_form(&request))?;
        }
        let mut down = (upstream.try_clone()?, client);
        thread::spawn(move || {
            let _ = io::copy(&mut down.0, &mut down.1);
            down.1.shutdown(Shutdown::Write)
        });
        let _ = io::copy(&mut from_client, &mut upstream);
        upstream.shutdown(Shutdown::Write)
    }
}

/// The request as a proxy passes it on: a path for the URL, and nothing that was for the proxy.
fn in_origin_form(request: &Request) -> Vec<u8> {
    let rest = request.path.split_once("://").map_or(request.path.as_str(), |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let mut head = format!("{} {path} HTTP/1.1\r\n", request.method);
    for (name, value) in
        request.headers.iter().filter(|(name, _)| !name.to_lowercase().starts_with("proxy-"))
    {
        head += &format!("{name}: {value}\r\n");
    }
    [head.as_bytes(), b"\r\n", &request.body].concat()
}
