//! From a host name to a connected stream, before a deadline.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::RecvTimeoutError;

use rustls::{ClientConnection, ProtocolVersion, StreamOwned};

use super::race::{interleave, race};
use crate::error::{Failure, reason};
use crate::http::Request;
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::progress::{Progress, Stage, Step};
use crate::http::proxy::{Proxy, Route};
use crate::http::stream::{Socket, Stream, StreamError};
use crate::http::tls::{Setup, verdict};
use crate::http::tunnel;
use crate::model::base_url::BaseUrl;
use crate::model::host::Host;
use crate::platform::threads;

/// The most addresses of one name that are tried.
const MOST_ADDRESSES: usize = 16;

/// The other end of the TCP connection: the server or the proxy.
struct Peer<'a> {
    host: &'a Host,
    port: u16,
    /// How errors call it.
    name: String,
}

impl<'a> Peer<'a> {
    fn server(to: &'a BaseUrl) -> Self {
        Self { host: to.host(), port: to.port(), name: to.authority() }
    }

    fn proxy(proxy: &'a Proxy) -> Self {
        let name = format!("the proxy {}", proxy.describe());
        Self { host: &proxy.host, port: proxy.port, name }
    }
}

/// Connects to the server, through the proxy if there is one, and verifies its certificate if the
/// base URL is https.
pub fn open(
    request: &Request,
    deadline: Deadline,
    tell: &mut dyn FnMut(Progress),
) -> Result<Box<dyn Stream>, FailedTry> {
    let to = request.base_url;
    let mut tell = |step| tell(Progress { step, after: deadline.elapsed() });
    // Loaded in parallel with the look-up and the connection, which take about as long.
    let setup = to.uses_tls().then(|| {
        let trust = request.trust.clone();
        threads::start(move || Setup::load(&trust))
    });
    let peer = match request.route {
        Route::Direct { .. } => Peer::server(to),
        Route::Through(proxy) => Peer::proxy(proxy),
    };
    let connection = connect(&peer, deadline, &mut tell);
    let Some(setup) = setup else {
        return Ok(Box::new(Socket::new(connection?, deadline)));
    };
    // A wrong setting is reported before any failure of the network.
    let setup = match setup.recv_timeout(deadline.left().unwrap_or_default()) {
        Ok(setup) => setup.map_err(|failure| FailedTry::last(failure).at(Stage::Tls))?,
        Err(ended) => {
            connection?;
            let failed = match ended {
                RecvTimeoutError::Timeout => deadline.passed("the root certificates were not read"),
                RecvTimeoutError::Disconnected => lost("cannot start a thread".to_owned()),
            };
            return Err(failed.at(Stage::Tls));
        }
    };
    let mut socket = Socket::new(connection?, deadline);
    if let Route::Through(proxy) = request.route {
        tunnel::open(&mut socket, proxy, to, deadline)
            .map_err(|failed| failed.at(Stage::Tunnel))?;
        tell(Step::Tunnelled { proxy: proxy.describe() });
    }
    let stream = handshake(&setup, to, socket, deadline).map_err(|failed| failed.at(Stage::Tls))?;
    let version = match stream.conn.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS 1.3",
    };
    tell(Step::Secured { version, issuer: setup.issuer(), roots: setup.roots });
    Ok(Box::new(stream))
}

fn lost(message: String) -> FailedTry {
    FailedTry::again(Failure::unavailable(message))
}

fn connect(
    peer: &Peer,
    deadline: Deadline,
    tell: &mut dyn FnMut(Step),
) -> Result<TcpStream, FailedTry> {
    let addresses = resolve(peer, deadline).map_err(|failed| failed.at(Stage::Resolution))?;
    tell(Step::Resolved { host: peer.host.to_string(), addresses: addresses.len() });
    let (tcp, address) = race(&interleave(addresses), deadline).map_err(|error| {
        let failed = match error {
            Some(error) => lost(format!("cannot connect to {}: {}", peer.name, reason(&error))),
            None => deadline.passed(&format!("no connection to {}", peer.name)),
        };
        failed.at(Stage::Connection)
    })?;
    // Otherwise the request may wait for an acknowledgement. A failure costs only that time.
    let _ = tcp.set_nodelay(true);
    tell(Step::Connected { address });
    Ok(tcp)
}

fn resolve(peer: &Peer, deadline: Deadline) -> Result<Vec<SocketAddr>, FailedTry> {
    if let Some(address) = peer.host.ip() {
        return Ok(vec![SocketAddr::new(address, peer.port)]);
    }
    let (host, port) = (peer.host.to_string(), peer.port);
    // The system's resolver has no time-out: a late look-up is abandoned with its thread.
    let lookup = threads::start(move || {
        let addresses = (host, port).to_socket_addrs()?;
        Ok(addresses.take(MOST_ADDRESSES).collect::<Vec<_>>())
    });
    let failed = |why: &str| lost(format!("cannot resolve {}: {why}", peer.name));
    match lookup.recv_timeout(deadline.left().unwrap_or_default()) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err(failed("no address")),
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(failed(&resolver_reason(&error))),
        Err(RecvTimeoutError::Timeout) => {
            Err(deadline.passed(&format!("no address of {}", peer.name)))
        }
        Err(RecvTimeoutError::Disconnected) => Err(failed("cannot start a thread")),
    }
}

/// The resolver's reason, without the prefix that Rust's standard library adds.
fn resolver_reason(error: &io::Error) -> String {
    let text = reason(error);
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_lowercase()
}

/// Returns once the server's certificate and its signature of the handshake have been verified.
fn handshake(
    setup: &Setup,
    to: &BaseUrl,
    mut socket: Socket,
    deadline: Deadline,
) -> Result<StreamOwned<ClientConnection, Socket>, FailedTry> {
    let name = to.authority();
    let mut tls = setup.connection(to.host()).map_err(FailedTry::last)?;
    match tls.complete_io(&mut socket).map_err(StreamError::from) {
        Ok(_) => Ok(StreamOwned::new(tls, socket)),
        Err(StreamError::DeadlinePassed) => {
            Err(deadline.passed(&format!("no TLS connection to {name}")))
        }
        Err(StreamError::Closed) => {
            Err(lost(format!("{name} closed the connection during the TLS handshake")))
        }
        Err(StreamError::Tls(error)) => {
            Err(FailedTry::last(verdict::explain(&error, &name, setup.issuer().as_deref())))
        }
        Err(StreamError::Io(error)) => {
            Err(lost(format!("the TLS handshake with {name} failed: {}", reason(&error))))
        }
    }
}
