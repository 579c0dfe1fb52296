//! The way from a host name to a connected stream, before a deadline.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::race::{interleave, race};
use crate::error::{Failure, reason};
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::proxy::{Proxy, Route};
use crate::http::stream::{Broken, Socket, Stream};
use crate::http::tls::{Setup, Trust, verdict};
use crate::http::tunnel;
use crate::model::base_url::BaseUrl;

/// More addresses than that are not tried.
const MOST_ADDRESSES: usize = 16;

/// How far a call has come, for `-v` and `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub step: Step,
    /// Since the start of this try.
    pub after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The name, of the server or of its proxy, was resolved.
    Resolved {
        host: String,
        addresses: usize,
    },
    Connected {
        address: SocketAddr,
    },
    /// The proxy opened a tunnel to the server.
    Tunnelled {
        proxy: String,
    },
    /// The server proved who it is. `roots` is whose root certificates were asked.
    Secured {
        version: &'static str,
        issuer: Option<String>,
        roots: String,
    },
    /// From here on the server may have got the request.
    Sending,
    Answered {
        status: u16,
    },
}

/// Whom the TCP connection is made to: the server, or the proxy before it.
struct Peer<'a> {
    host: &'a str,
    port: u16,
    /// What errors call it.
    name: String,
}

impl<'a> Peer<'a> {
    fn server(to: &'a BaseUrl) -> Self {
        Self { host: to.host(), port: to.port(), name: server_name(to) }
    }

    fn proxy(proxy: &'a Proxy) -> Self {
        Self {
            host: &proxy.host,
            port: proxy.port,
            name: format!("the proxy {}", proxy.describe()),
        }
    }
}

/// What errors call the server: its host, and its port if that is not the usual one.
pub fn server_name(to: &BaseUrl) -> String {
    match (to.uses_tls(), to.port()) {
        (true, 443) | (false, 80) => to.host().to_owned(),
        (_, port) => format!("{}:{port}", to.host()),
    }
}

/// Connects to the server, through its proxy if it has one, and for https verifies who it is.
pub fn open(
    to: &BaseUrl,
    route: &Route,
    trust: &Trust,
    deadline: Deadline,
    tell: &mut dyn FnMut(Progress),
) -> Result<Stream, FailedTry> {
    let mut tell = |step| tell(Progress { step, after: deadline.elapsed() });
    let loading = to.uses_tls().then(|| {
        let trust = trust.clone();
        beside(move || Setup::load(&trust))
    });
    let peer = match route {
        Route::Direct { .. } => Peer::server(to),
        Route::Through(proxy) => Peer::proxy(proxy),
    };
    let connected = reach(&peer, deadline, &mut tell);
    let Some(loading) = loading else {
        return Ok(Stream::plain(Socket::new(connected?, deadline)));
    };
    // A setting that is wrong is said first, whatever the network does.
    let setup = match wait(&loading, deadline.left().unwrap_or_default()) {
        Ok(setup) => setup.map_err(FailedTry::last)?,
        Err(_) if connected.is_ok() => {
            return Err(deadline.passed("the root certificates were not read"));
        }
        Err(_) => return Err(connected.err().unwrap_or_else(|| deadline.passed("no connection"))),
    };
    let mut socket = Socket::new(connected?, deadline);
    if let Route::Through(proxy) = route {
        tunnel::open(&mut socket, proxy, to, deadline)?;
        tell(Step::Tunnelled { proxy: proxy.describe() });
    }
    let name = server_name(to);
    let tls = setup.connect(to.host()).map_err(FailedTry::last)?;
    let stream = Stream::secure(socket, tls).map_err(|broken| match broken {
        Broken::DeadlinePassed => deadline.passed(&format!("no TLS connection to {name}")),
        Broken::Tls(error) => {
            FailedTry::last(verdict::explain(&error, &name, setup.issuer().as_deref()))
        }
        Broken::Cut => lost(format!("{name} closed the connection during the TLS handshake")),
        Broken::Io(error) => {
            lost(format!("the TLS handshake with {name} failed: {}", reason(&error)))
        }
    })?;
    tell(Step::Secured {
        version: stream.tls_version(),
        issuer: setup.issuer(),
        roots: setup.roots,
    });
    Ok(stream)
}

fn lost(message: String) -> FailedTry {
    FailedTry::again(Failure::unavailable(message))
}

/// A TCP connection to the peer.
fn reach(
    peer: &Peer,
    deadline: Deadline,
    tell: &mut dyn FnMut(Step),
) -> Result<TcpStream, FailedTry> {
    let addresses = resolve(peer, deadline)?;
    tell(Step::Resolved { host: peer.host.to_owned(), addresses: addresses.len() });
    let (stream, address) =
        race(&interleave(addresses), deadline).map_err(|error| match error {
            Some(error) => lost(format!("cannot connect to {}: {}", peer.name, reason(&error))),
            None => deadline.passed(&format!("no connection to {}", peer.name)),
        })?;
    // Without it the last piece of the request may wait for an acknowledgement. It is only slower if this fails.
    let _ = stream.set_nodelay(true);
    tell(Step::Connected { address });
    Ok(stream)
}

fn resolve(peer: &Peer, deadline: Deadline) -> Result<Vec<SocketAddr>, FailedTry> {
    let bare = peer.host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, peer.port)]);
    }
    let subject = match peer.name.starts_with("the proxy") {
        true => format!("the name of {}", peer.name),
        false => format!("the name {}", peer.host),
    };
    // The resolver of the operating system knows no deadline. A look-up that is late is left alone with its thread.
    let name = (bare.to_owned(), peer.port);
    let looking = beside(move || {
        name.to_socket_addrs().map(|all| all.take(MOST_ADDRESSES).collect::<Vec<_>>())
    });
    match wait(&looking, deadline.left().unwrap_or_default()) {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Ok(Ok(_)) => Err(lost(format!("{subject} has no address"))),
        Ok(Err(error)) => {
            Err(lost(format!("{subject} cannot be resolved: {}", resolver_reason(&error))))
        }
        Err(RecvTimeoutError::Timeout) => {
            Err(deadline.passed(&format!("{subject} was not resolved")))
        }
        Err(RecvTimeoutError::Disconnected) => {
            Err(lost(format!("{subject} cannot be resolved: no thread can be had")))
        }
    }
}

/// The resolver's reason, without the words of Rust's library before it.
fn resolver_reason(error: &io::Error) -> String {
    let text = reason(error);
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_lowercase()
}

/// Starts work in a thread of its own. If there can be no thread, the receiver finds itself disconnected.
fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (send, receive) = mpsc::channel();
    let _ = thread::Builder::new().spawn(move || send.send(work()));
    receive
}

fn wait<T>(work: &Receiver<T>, left: Duration) -> Result<T, RecvTimeoutError> {
    work.recv_timeout(left)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::http::Retry;

    #[test]
    fn name_that_does_not_exist_is_said_so() {
        // A label of 64 characters: the resolver refuses it without a query (RFC 1035 §2.3.4).
        let host = format!("{}.test", "a".repeat(64));
        let to = BaseUrl::parse(&format!("https://{host}")).unwrap();
        let deadline = Deadline::starting_now(Instant::now() + Duration::from_secs(5));
        let Err(trouble) = resolve(&Peer::server(&to), deadline) else { panic!("it was resolved") };
        assert_eq!(trouble.retry, Retry::Again, "{trouble:?}");
        assert!(
            trouble.failure.message.starts_with(&format!("the name {host} cannot be resolved")),
            "{trouble}"
        );
    }

    #[test]
    fn server_is_named_with_its_port_where_that_is_not_the_usual_one() {
        let name = |text: &str| server_name(&BaseUrl::parse(text).unwrap());
        assert_eq!(name("https://api.skia.com.br/api"), "api.skia.com.br");
        assert_eq!(name("https://api.skia.com.br:8443/api"), "api.skia.com.br:8443");
        assert_eq!(name("http://[::1]:80"), "[::1]");
    }
}
