//! A loopback server that follows a script and remembers what it saw.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use super::http::{Recorded, Request};
use super::reply::{Act, Reply};
use super::tally;
use super::tls::Certificate;

/// How long a request that is still expected may take to arrive when the case has ended.
const SETTLE: Duration = Duration::from_secs(2);

/// A scripted server on 127.0.0.1: one entry of the script for each request, the last one repeats for ever. Each
/// connection carries one request. Dropped, it fails the case unless it got the expected number of requests.
pub struct Server {
    shared: Arc<Shared>,
    expected: Option<usize>,
    acceptor: Option<thread::JoinHandle<()>>,
}

struct Shared {
    address: SocketAddr,
    nature: Nature,
    script: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    /// Connections of which it is not known yet whether they bring a request.
    undecided: AtomicUsize,
    /// Every byte that came in; under TLS what it decrypted to.
    received: Mutex<Vec<u8>>,
    stopping: AtomicBool,
    /// Connections that hang: open until the server is dropped.
    parked: Mutex<Vec<Stream>>,
}

enum Nature {
    Plain,
    Tls(Arc<ServerConfig>),
    OldTls,
    SilentTls,
}

impl Server {
    /// Plain HTTP. Expects one request.
    pub fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::new(Nature::Plain, script, 1)
    }

    /// HTTPS, TLS 1.2 and 1.3, under this certificate. Expects one request.
    pub fn tls(certificate: &Certificate, script: impl IntoIterator<Item = Reply>) -> Self {
        Self::tls_versions(certificate, rustls::ALL_VERSIONS, script)
    }

    /// HTTPS, these versions only: `&[&rustls::version::TLS12]`.
    pub fn tls_versions(
        certificate: &Certificate,
        versions: &[&'static SupportedProtocolVersion],
        script: impl IntoIterator<Item = Reply>,
    ) -> Self {
        Self::new(Nature::Tls(certificate.server_config(versions)), script, 1)
    }

    /// Refuses every TLS version from 1.2 on (alert `protocol_version`), as a server does that stopped at 1.1.
    /// Expects no request.
    pub fn old_tls() -> Self {
        Self::new(Nature::OldTls, [], 0)
    }

    /// Takes https connections and never says a word. Expects no request.
    pub fn silent_tls() -> Self {
        Self::new(Nature::SilentTls, [], 0)
    }

    fn new(nature: Nature, script: impl IntoIterator<Item = Reply>, expected: usize) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let shared = Arc::new(Shared {
            address: listener.local_addr().unwrap(),
            nature,
            script: Mutex::new(script.into_iter().collect()),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            undecided: AtomicUsize::new(0),
            received: Mutex::default(),
            stopping: AtomicBool::new(false),
            parked: Mutex::default(),
        });
        let acceptor = Arc::clone(&shared);
        let acceptor = thread::spawn(move || acceptor.accept(&listener));
        Self { shared, expected: Some(expected), acceptor: Some(acceptor) }
    }

    /// How many requests it must have got when it is dropped.
    pub fn expects(mut self, requests: usize) -> Self {
        self.expected = Some(requests);
        self
    }

    /// Any number of requests is right.
    pub fn expects_any(mut self) -> Self {
        self.expected = None;
        self
    }

    pub fn port(&self) -> u16 {
        self.shared.address.port()
    }

    /// `http://127.0.0.1:PORT/api`, or `https://localhost:PORT/api`.
    pub fn base_url(&self) -> String {
        match self.shared.nature {
            Nature::Plain => format!("http://127.0.0.1:{}/api", self.port()),
            _ => format!("https://localhost:{}/api", self.port()),
        }
    }

    /// The requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The only request so far.
    #[track_caller]
    pub fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    /// How many connections were made, with a request or without.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Every byte that came in; under TLS every byte that was decrypted (the raw ones for `old_tls`).
    pub fn received(&self) -> Vec<u8> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Waits until so many requests have arrived: before a signal is sent, or a file looked at.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) {
        let arrived = self.arrived(count, super::PATIENCE);
        assert!(arrived >= count, "{arrived} requests instead of {count}");
    }

    /// The number of requests once it reaches `count`, or when time is up.
    fn arrived(&self, count: usize, patience: Duration) -> usize {
        let arrived = || self.shared.requests.lock().unwrap().len();
        wait_until(patience, || arrived() >= count);
        arrived()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let judged = self.expected.filter(|_| !thread::panicking());
        if let Some(expected) = judged {
            self.arrived(expected, SETTLE);
        }
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then takes whoever came before and ends.
        let bell = TcpStream::connect(self.shared.address);
        let ended =
            self.acceptor.take().is_some_and(|acceptor| bell.is_ok() && acceptor.join().is_ok());
        if let Some(expected) = judged {
            drop(bell);
            wait_until(SETTLE, || self.shared.undecided.load(Ordering::SeqCst) == 0);
            let requests = self.requests();
            let got = requests.len();
            assert!(
                ended && got == expected,
                "the server got {got} requests, {expected} were expected: {requests:#?}"
            );
        }
        self.shared.parked.lock().unwrap().clear();
        if !thread::panicking() {
            tally::count_requests(self.requests().len());
        }
    }
}

fn wait_until(patience: Duration, done: impl Fn() -> bool) {
    let deadline = Instant::now() + patience;
    while !done() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            match listener.accept() {
                Ok((tcp, _)) => {
                    self.connections.fetch_add(1, Ordering::SeqCst);
                    self.undecided.fetch_add(1, Ordering::SeqCst);
                    let shared = Arc::clone(self);
                    // What a client does to its connection is for the case to judge.
                    thread::spawn(move || shared.serve(tcp));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => panic!("{error}"),
            }
            if self.stopping.load(Ordering::SeqCst) {
                listener.set_nonblocking(true).unwrap();
            }
        }
    }

    fn serve(&self, tcp: TcpStream) -> io::Result<()> {
        let answer = self.decide(tcp);
        self.undecided.fetch_sub(1, Ordering::SeqCst);
        match answer? {
            Some((reply, request, stream)) => self.play(reply, &request, stream),
            None => Ok(()),
        }
    }

    /// What to answer to the request of a connection; `None` if it brings none, or the script does not want to know.
    fn decide(&self, tcp: TcpStream) -> io::Result<Option<(Reply, Request, Stream)>> {
        tcp.set_nodelay(true)?;
        let mut stream = match &self.nature {
            Nature::Plain => Stream::Plain(tcp),
            Nature::Tls(config) => {
                let connection =
                    ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(connection, tcp)))
            }
            Nature::OldTls => return self.refuse_tls(tcp).map(|()| None),
            Nature::SilentTls => {
                self.park(Stream::Plain(tcp));
                return Ok(None);
            }
        };
        if let Some(reply) =
            self.take(|act| matches!(act, Act::HangBeforeReading | Act::CloseBeforeReading))
        {
            match reply.act {
                Act::CloseBeforeReading => stream.reset()?,
                _ => self.park(stream),
            }
            return Ok(None);
        }
        let Some(request) =
            Request::read(&mut Recorded { stream: &mut stream, received: &self.received })?
        else {
            return Ok(None);
        };
        self.requests.lock().unwrap().push(request.clone());
        let reply = self
            .take(|_| true)
            .ok_or_else(|| io::Error::other("a request that the script does not foresee"))?;
        Ok(Some((reply, request, stream)))
    }

    fn play(&self, mut reply: Reply, request: &Request, mut stream: Stream) -> io::Result<()> {
        while let Act::Decide(decide) = &reply.act {
            reply = decide(request);
        }
        thread::sleep(reply.delay);
        if let Act::Hang | Act::HangBeforeReading = reply.act {
            self.park(stream);
            return Ok(());
        }
        let bytes = reply.bytes();
        let (end, reset) = reply.end.unwrap_or((bytes.len(), false));
        let bytes = &bytes[..end.min(bytes.len())];
        match reply.drip {
            None => stream.write_all(bytes)?,
            Some(every) => {
                for byte in bytes.chunks(1) {
                    if self.stopping.load(Ordering::SeqCst) {
                        return Ok(());
                    }
                    stream.write_all(byte)?;
                    thread::sleep(every);
                }
            }
        }
        if reset { stream.reset() } else { stream.close(reply.end.is_none()) }
    }

    /// The next entry of the script, if it is of that kind. The last one stays.
    fn take(&self, wanted: impl Fn(&Act) -> bool) -> Option<Reply> {
        let mut script = self.script.lock().unwrap();
        let last = script.len() == 1;
        let next = script.front().filter(|reply| wanted(&reply.act))?.clone();
        if !last {
            script.pop_front();
        }
        Some(next)
    }

    fn park(&self, stream: Stream) {
        let mut parked = self.parked.lock().unwrap();
        if !self.stopping.load(Ordering::SeqCst) {
            parked.push(stream);
        }
    }

    fn refuse_tls(&self, mut tcp: TcpStream) -> io::Result<()> {
        let mut hello = [0; 16 * 1024];
        let count = tcp.read(&mut hello)?;
        self.received.lock().unwrap().extend_from_slice(&hello[..count]);
        // Alert (21), TLS 1.0 record, two bytes: fatal (2), protocol_version (70).
        tcp.write_all(&[21, 3, 1, 0, 2, 2, 70])?;
        let mut stream = Stream::Plain(tcp);
        let received = &self.received;
        io::copy(&mut Recorded { stream: &mut stream, received }, &mut io::sink()).map(drop)
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => &tls.sock,
        }
    }

    /// Ends the connection with RST: what is still on its way is lost.
    fn reset(self) -> io::Result<()> {
        socket2::SockRef::from(self.tcp()).set_linger(Some(Duration::ZERO))
    }

    /// Ends the connection, under TLS with `close_notify` if that is `proper`.
    fn close(mut self, proper: bool) -> io::Result<()> {
        if let Stream::Tls(tls) = &mut self
            && proper
        {
            tls.conn.send_close_notify();
            tls.flush()?;
        }
        self.tcp().shutdown(Shutdown::Write)?;
        // A socket that is closed with unread bytes resets the connection, and the answer may be lost.
        self.tcp().set_read_timeout(Some(SETTLE))?;
        let mut tcp = self.tcp();
        io::copy(&mut tcp, &mut io::sink()).map(drop)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.read(buffer),
            Stream::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.write(bytes),
            Stream::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(tcp) => tcp.flush(),
            Stream::Tls(tls) => tls.flush(),
        }
    }
}
