//! A loopback listener: one script for every connection, and a record of what clients send.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::ServerConnection;

/// How long a closed connection waits for the client to close as well.
const LINGER: Duration = Duration::from_secs(2);

/// Runs its script in a new thread for each connection. Errors of a script are ignored: a client
/// may close at any time. Dropping the listener stops it and closes the connections that `hang`.
pub struct Listener {
    state: Arc<State>,
    acceptor: Option<thread::JoinHandle<()>>,
}

struct State {
    address: SocketAddr,
    connections: AtomicUsize,
    received: Mutex<Vec<u8>>,
    stopping: AtomicBool,
    hanging: Mutex<Vec<TcpStream>>,
}

/// One connection of a `Listener`. Everything that is read from it is recorded.
pub struct Connection {
    pub tcp: TcpStream,
    /// If set, reads and writes go through TLS, and the decrypted bytes are recorded.
    pub(super) tls: Option<ServerConnection>,
    state: Arc<State>,
}

impl Listener {
    /// Listens on a free port of 127.0.0.1.
    pub fn start(
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), script).unwrap()
    }

    /// Listens on a free port of ::1 and forwards every connection to this port of 127.0.0.1.
    /// Fails on a machine without IPv6.
    pub fn ipv6_to(port: u16) -> io::Result<Self> {
        Self::at(Ipv6Addr::LOCALHOST.into(), move |client| {
            client.forward(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?)
        })
    }

    fn at(
        address: IpAddr,
        script: impl Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let state = Arc::new(State {
            address: listener.local_addr()?,
            connections: AtomicUsize::new(0),
            received: Mutex::default(),
            stopping: AtomicBool::new(false),
            hanging: Mutex::default(),
        });
        let (accepting, script) = (Arc::clone(&state), Arc::new(script));
        let acceptor = thread::spawn(move || {
            while let Some(tcp) = accepting.accept(&listener) {
                let (state, script) = (Arc::clone(&accepting), Arc::clone(&script));
                thread::spawn(move || {
                    tcp.set_nodelay(true)?;
                    script(&mut Connection { tcp, tls: None, state })
                });
            }
        });
        Ok(Self { state, acceptor: Some(acceptor) })
    }

    pub fn port(&self) -> u16 {
        self.state.address.port()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Every byte that was read from all connections.
    pub fn received(&self) -> Vec<u8> {
        self.state.received.lock().unwrap().clone()
    }

    /// Accepts the connections that are already pending, then no more.
    pub(super) fn stop(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        self.state.stopping.store(true, Ordering::SeqCst);
        // `accept` has no timeout: one more connection wakes the thread.
        if TcpStream::connect(self.state.address).is_ok() {
            acceptor.join().unwrap();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
        self.state.hanging.lock().unwrap().clear();
    }
}

impl State {
    /// The next connection; `None` once the listener is stopping and none is pending.
    fn accept(&self, listener: &TcpListener) -> Option<TcpStream> {
        if self.stopping.load(Ordering::SeqCst) {
            listener.set_nonblocking(true).unwrap();
        }
        match listener.accept() {
            Ok((tcp, _)) => {
                self.connections.fetch_add(1, Ordering::SeqCst);
                Some(tcp)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Connection {
    /// Reads once: a ClientHello, or the head of a request.
    pub fn read_once(&mut self) -> io::Result<()> {
        self.read(&mut [0; 16 * 1024]).map(drop)
    }

    /// Reads until the client closes.
    pub fn read_to_end(&mut self) -> io::Result<()> {
        io::copy(self, &mut io::sink()).map(drop)
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    /// Sends one byte per interval, until the client closes.
    pub fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, every: Duration) -> io::Result<()> {
        bytes.into_iter().try_for_each(|byte| {
            thread::sleep(every);
            self.send(&[byte])
        })
    }

    /// Leaves the connection open, unread and unanswered, until the listener is dropped.
    pub fn hang(&mut self) -> io::Result<()> {
        let mut hanging = self.state.hanging.lock().unwrap();
        if !self.state.stopping.load(Ordering::SeqCst) {
            hanging.push(self.tcp.try_clone()?);
        }
        Ok(())
    }

    /// Closes the connection with RST, which discards what was sent and not yet received.
    pub fn reset(&mut self) -> io::Result<()> {
        // The descriptor is closed when the script returns.
        socket2::SockRef::from(&self.tcp).set_linger(Some(Duration::ZERO))
    }

    /// Ends the stream, under TLS without `close_notify`, and waits for the client to close.
    pub fn close(&mut self) -> io::Result<()> {
        self.tcp.shutdown(Shutdown::Write)?;
        // Closing a socket with unread bytes sends RST, and the client may lose the answer.
        self.tcp.set_read_timeout(Some(LINGER))?;
        io::copy(&mut self.tcp, &mut io::sink()).map(drop)
    }

    /// Copies both directions until both ends have closed.
    pub fn forward(&mut self, mut upstream: TcpStream) -> io::Result<()> {
        upstream.set_nodelay(true)?;
        let (mut answers, mut client) = (upstream.try_clone()?, self.tcp.try_clone()?);
        thread::spawn(move || {
            let _ = io::copy(&mut answers, &mut client);
            client.shutdown(Shutdown::Write)
        });
        let _ = io::copy(self, &mut upstream);
        upstream.shutdown(Shutdown::Write)
    }
}

/// A port of 127.0.0.1 that refuses connections: it is bound, so that no other program gets it, but
/// nothing listens. `sandbox --port` can still take it.
pub struct ClosedPort(socket2::Socket);

impl ClosedPort {
    pub fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        // Both sockets need the option where one of them is to listen later.
        socket.set_reuse_address(true).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        Self(socket)
    }

    pub fn number(&self) -> u16 {
        self.0.local_addr().unwrap().as_socket().unwrap().port()
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.tls {
            None => self.tcp.read(buffer),
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).read(buffer),
        }?;
        self.state.received.lock().unwrap().extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => self.tcp.write(bytes),
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            None => self.tcp.flush(),
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).flush(),
        }
    }
}
