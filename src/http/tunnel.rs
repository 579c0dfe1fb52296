//! The way through a proxy to an https server: CONNECT (RFC 9110 §9.3.6).

use std::io::{Read, Write};

use crate::error::{Failure, reason};
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::headers::USER_AGENT;
use crate::http::proxy::{Proxy, refused_credentials};
use crate::http::stream::{Broken, Socket};
use crate::model::base_url::BaseUrl;

/// The longest head of an answer that is read, in bytes: several times what proxies send.
const LONGEST_HEAD: usize = 16 * 1024;

/// More header fields than any proxy sends.
const MOST_FIELDS: usize = 64;

/// Asks the proxy on the other end of `socket` for a tunnel to the server. The request that goes through it later, and
/// so the secret, is not seen by the proxy.
pub fn open(
    socket: &mut Socket,
    proxy: &Proxy,
    to: &BaseUrl,
    deadline: Deadline,
) -> Result<(), FailedTry> {
    let broken = |error: Broken| {
        let proxy = proxy.describe();
        match error {
            Broken::DeadlinePassed => deadline.passed(&format!("no answer from the proxy {proxy}")),
            Broken::Io(error) => FailedTry::again(Failure::unavailable(format!(
                "the proxy {proxy} failed: {}",
                reason(&error)
            ))),
            Broken::Cut | Broken::Tls(_) => FailedTry::again(Failure::unavailable(format!(
                "the proxy {proxy} closed the connection without an answer"
            ))),
        }
    };
    socket.write_all(request(proxy, to).as_bytes()).map_err(|error| broken(error.into()))?;
    let mut answer = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        match socket.read(&mut chunk).map_err(|error| broken(error.into()))? {
            0 => return Err(broken(Broken::Cut)),
            read => answer.extend_from_slice(&chunk[..read]),
        }
        if let Some(verdict) = understand(&answer, proxy, to) {
            return verdict;
        }
    }
}

pub fn request(proxy: &Proxy, to: &BaseUrl) -> String {
    let target = format!("{}:{}", to.host(), to.port());
    #[expect(clippy::disallowed_methods, reason = "the proxy gets it")]
    let authorization = match &proxy.authorization {
        Some(value) => format!("Proxy-Authorization: {}\r\n", value.expose()),
        None => String::new(),
    };
    format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {}\r\n{authorization}\r\n",
        USER_AGENT
    )
}

/// What the answer means; `None` while its head is not complete.
pub fn understand(answer: &[u8], proxy: &Proxy, to: &BaseUrl) -> Option<Result<(), FailedTry>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    match head.parse(answer) {
        // TLS begins with our words: whatever stands behind the head already was not said by the server.
        Ok(httparse::Status::Complete(end)) => Some(
            judge(head.code.unwrap_or_default(), proxy, to)
                .and_then(|()| if end < answer.len() { Err(nonsense(proxy)) } else { Ok(()) }),
        ),
        Ok(httparse::Status::Partial) if answer.len() < LONGEST_HEAD => None,
        Ok(httparse::Status::Partial) | Err(_) => Some(Err(nonsense(proxy))),
    }
}

fn nonsense(proxy: &Proxy) -> FailedTry {
    FailedTry::last(Failure::protocol(format!(
        "the proxy {} does not answer in HTTP",
        proxy.describe()
    )))
}

fn judge(status: u16, proxy: &Proxy, to: &BaseUrl) -> Result<(), FailedTry> {
    let (host, proxy_name) = (to.host(), proxy.describe());
    match status {
        200..=299 => Ok(()),
        407 => Err(FailedTry::last(refused_credentials(proxy))),
        500..=599 => Err(FailedTry::again(Failure::unavailable(format!(
            "the proxy {proxy_name} cannot reach {host} (HTTP {status})"
        )))),
        _ => Err(FailedTry::last(Failure::protocol(format!(
            "the proxy {proxy_name} refuses to connect to {host} (HTTP {status})"
        )))),
    }
}
