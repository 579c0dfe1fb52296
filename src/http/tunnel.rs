//! The tunnel through a proxy to an https server: CONNECT (RFC 9110 §9.3.6).

use std::io::{self, ErrorKind, Read, Write};

use crate::error::{Failure, reason};
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::headers::USER_AGENT;
use crate::http::proxy::Proxy;
use crate::http::stream::{Socket, StreamError};
use crate::model::base_url::BaseUrl;

/// The longest response header that is read, in bytes: several times what proxies send.
const LONGEST_HEAD: usize = 16 * 1024;

/// The most header fields: more than any proxy sends.
const MOST_FIELDS: usize = 64;

/// Asks the proxy on the other end of `socket` for a tunnel to the server. The proxy does not see
/// what goes through the tunnel: TLS begins at the server.
pub fn open(
    socket: &mut Socket,
    proxy: &Proxy,
    to: &BaseUrl,
    deadline: Deadline,
) -> Result<(), FailedTry> {
    let failed = |error: io::Error| failed(error.into(), proxy, deadline);
    socket.write_all(request(proxy, to).as_bytes()).map_err(failed)?;
    let mut response = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        match socket.read(&mut chunk).map_err(failed)? {
            0 => return Err(failed(ErrorKind::UnexpectedEof.into())),
            read => response.extend_from_slice(&chunk[..read]),
        }
        if let Some(result) = understand(&response, proxy, to) {
            return result;
        }
    }
}

fn failed(error: StreamError, proxy: &Proxy, deadline: Deadline) -> FailedTry {
    let proxy = proxy.describe();
    let what = match error {
        StreamError::DeadlinePassed => {
            return deadline.passed(&format!("no answer from the proxy {proxy}"));
        }
        StreamError::Io(error) => format!("the proxy {proxy} failed: {}", reason(&error)),
        StreamError::Closed | StreamError::Tls(_) => {
            format!("the proxy {proxy} closed the connection without an answer")
        }
    };
    FailedTry::again(Failure::unavailable(what))
}

pub fn request(proxy: &Proxy, to: &BaseUrl) -> String {
    let target = format!("{}:{}", to.host(), to.port());
    #[expect(clippy::disallowed_methods, reason = "the proxy gets it")]
    let authorization = match &proxy.authorization {
        Some(value) => format!("Proxy-Authorization: {}\r\n", value.expose()),
        None => String::new(),
    };
    format!(
        "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {USER_AGENT}\r\n\
         {authorization}\r\n"
    )
}

/// What a response means; `None` while its header is incomplete.
pub fn understand(response: &[u8], proxy: &Proxy, to: &BaseUrl) -> Option<Result<(), FailedTry>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    match head.parse(response) {
        Ok(httparse::Status::Complete(end)) => {
            let status = head.code.unwrap_or_default();
            Some(check_status(status, proxy, to).and_then(|()| match response.len() > end {
                // In TLS the client speaks first: bytes after the response cannot come from the
                // server.
                true => Err(not_http(proxy)),
                false => Ok(()),
            }))
        }
        Ok(httparse::Status::Partial) if response.len() < LONGEST_HEAD => None,
        Ok(httparse::Status::Partial) | Err(_) => Some(Err(not_http(proxy))),
    }
}

fn not_http(proxy: &Proxy) -> FailedTry {
    FailedTry::last(Failure::protocol(format!(
        "the proxy {} does not answer in HTTP",
        proxy.describe()
    )))
}

fn check_status(status: u16, proxy: &Proxy, to: &BaseUrl) -> Result<(), FailedTry> {
    proxy.check_credentials(status)?;
    let (host, proxy) = (to.host(), proxy.describe());
    match status {
        200..=299 => Ok(()),
        500..=599 => Err(FailedTry::again(Failure::unavailable(format!(
            "the proxy {proxy} cannot reach {host} (HTTP {status})"
        )))),
        _ => Err(FailedTry::last(Failure::protocol(format!(
            "the proxy {proxy} refuses to connect to {host} (HTTP {status})"
        )))),
    }
}
