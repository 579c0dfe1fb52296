//! A loopback HTTP server that follows a script and records the requests.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::http::Request;
use super::listener::{Connection, Listener};
use super::reply::{Act, Reply};
use super::tls::Certificate;
use super::{PATIENCE, wait_until};

/// How long an expected request may take to arrive after the case has ended.
const SETTLE: Duration = Duration::from_secs(2);

/// A scripted server on 127.0.0.1. Each request consumes one reply of the script; the last reply
/// repeats. Each connection carries one request. Dropping the server fails the case unless it got
/// the expected number of requests.
pub struct Server {
    listener: Listener,
    script: Arc<Script>,
    scheme: &'static str,
    expected: Option<usize>,
}

struct Script {
    tls: Option<Arc<ServerConfig>>,
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Request>>,
    /// Connections that have sent their request, or will send none.
    decided: AtomicUsize,
}

impl Server {
    /// Plain HTTP. Expects one request.
    pub fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::new("http", None, script, 1)
    }

    /// HTTPS with TLS 1.2 and 1.3 and this certificate. Expects one request.
    pub fn tls(certificate: &Certificate, script: impl IntoIterator<Item = Reply>) -> Self {
        Self::tls_versions(certificate, rustls::ALL_VERSIONS, script)
    }

    /// HTTPS with these versions only: `&[&rustls::version::TLS12]`.
    pub fn tls_versions(
        certificate: &Certificate,
        versions: &[&'static SupportedProtocolVersion],
        script: impl IntoIterator<Item = Reply>,
    ) -> Self {
        Self::new("https", Some(certificate.server_config(versions)), script, 1)
    }

    /// Refuses TLS 1.2 and later with the alert `protocol_version`, as a server limited to TLS 1.1
    /// does. Expects no request.
    pub fn old_tls() -> Self {
        Self::new("https", None, [Reply::refuse_tls()], 0)
    }

    /// Accepts connections and never sends a byte. Expects no request.
    pub fn silent_tls() -> Self {
        Self::new("https", None, [Reply::hang_before_reading()], 0)
    }

    fn new(
        scheme: &'static str,
        tls: Option<Arc<ServerConfig>>,
        replies: impl IntoIterator<Item = Reply>,
        expected: usize,
    ) -> Self {
        let script = Arc::new(Script {
            tls,
            replies: Mutex::new(replies.into_iter().collect()),
            requests: Mutex::default(),
            decided: AtomicUsize::new(0),
        });
        let running = Arc::clone(&script);
        let listener = Listener::start(move |connection| running.serve(connection));
        Self { listener, script, scheme, expected: Some(expected) }
    }

    /// The number of requests it must have got when it is dropped.
    pub fn expects(mut self, requests: usize) -> Self {
        self.expected = Some(requests);
        self
    }

    /// Accepts any number of requests.
    pub fn expects_any(mut self) -> Self {
        self.expected = None;
        self
    }

    /// `http://127.0.0.1:PORT/api` or `https://localhost:PORT/api`.
    pub fn base_url(&self) -> String {
        let host = if self.scheme == "http" { "127.0.0.1" } else { "localhost" };
        format!("{}://{host}:{}/api", self.scheme, self.port())
    }

    /// The requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.script.requests.lock().unwrap().clone()
    }

    /// The only request so far.
    #[track_caller]
    pub fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    /// Waits until this many requests have arrived, for example before a signal is sent.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) {
        assert!(self.has_requests(count, PATIENCE), "fewer than {count} requests arrived");
    }

    fn has_requests(&self, count: usize, patience: Duration) -> bool {
        wait_until(patience, || self.script.requests.lock().unwrap().len() >= count)
    }
}

/// `port`, `connections`, and `received`: under TLS the decrypted bytes.
impl Deref for Server {
    type Target = Listener;

    fn deref(&self) -> &Listener {
        &self.listener
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(expected) = self.expected.filter(|_| !thread::panicking()) else { return };
        self.has_requests(expected, SETTLE);
        self.listener.stop();
        // A connection that was pending until now may still bring a request too many.
        wait_until(SETTLE, || self.script.decided.load(Ordering::SeqCst) == self.connections());
        let requests = self.requests();
        let got = requests.len();
        assert!(
            got == expected,
            "the server got {got} requests, {expected} were expected: {requests:#?}"
        );
    }
}

impl Script {
    fn serve(&self, connection: &mut Connection) -> io::Result<()> {
        let next = self.read(connection);
        self.decided.fetch_add(1, Ordering::SeqCst);
        match next? {
            Some((request, reply)) => play(reply, &request, connection),
            None => Ok(()),
        }
    }

    /// The request and the reply to it; `None` if there is no request.
    fn read(&self, connection: &mut Connection) -> io::Result<Option<(Request, Reply)>> {
        let before_reading = self.take(|act| matches!(act, Act::Script(_)));
        if let Some(Reply { act: Act::Script(script), .. }) = before_reading {
            return script(connection).map(|()| None);
        }
        if let Some(config) = &self.tls {
            let tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            connection.tls = Some(tls);
        }
        let Some(request) = Request::read(connection)? else { return Ok(None) };
        self.requests.lock().unwrap().push(request.clone());
        let reply = self.take(|_| true);
        Ok(Some((request, reply.ok_or_else(|| io::Error::other("the script is empty"))?)))
    }

    /// The next reply of the script, if it is of that kind. The last one is not consumed.
    fn take(&self, wanted: impl Fn(&Act) -> bool) -> Option<Reply> {
        let mut replies = self.replies.lock().unwrap();
        let next = replies.front().filter(|reply| wanted(&reply.act))?.clone();
        if replies.len() > 1 {
            replies.pop_front();
        }
        Some(next)
    }
}

fn play(mut reply: Reply, request: &Request, connection: &mut Connection) -> io::Result<()> {
    while let Act::Decide(decide) = &reply.act {
        reply = decide(request);
    }
    thread::sleep(reply.delay);
    if let Act::Script(script) = reply.act {
        return script(connection);
    }
    let mut bytes = reply.bytes();
    let (end, reset) = reply.end.unwrap_or((bytes.len(), false));
    bytes.truncate(end);
    match reply.drip {
        None => connection.send(&bytes)?,
        Some(every) => connection.drip(bytes, every)?,
    }
    if reset {
        return connection.reset();
    }
    if reply.end.is_none()
        && let Some(tls) = &mut connection.tls
    {
        tls.send_close_notify();
    }
    connection.flush()?;
    connection.close()
}
