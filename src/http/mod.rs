//! One HTTP exchange: a request, and its reply before a deadline.

use std::io::{ErrorKind, Read};
use std::time::Instant;

use ureq::AsSendBody;
use ureq::http::{HeaderMap, Method, header};

use self::deadline::Deadline;
pub use self::failed_try::{FailedTry, Retry};
use self::headers::HEADERS;
pub use self::progress::{Progress, Stage, Step};
use self::proxy::{Proxy, Route};
use self::stream::Stream;
pub use self::tls::Trust;
use self::wire::{NoResolver, OnceConnector, Wire};
use crate::error::Failure;
use crate::model::base_url::BaseUrl;

mod connect;
mod deadline;
mod failed_try;
pub mod headers;
mod progress;
pub mod proxy;
mod race;
#[cfg(any(test, fuzzing))]
pub mod script;
mod stream;
pub mod tls;
pub mod tunnel;
mod wire;

/// The longest body that is read, in bytes: sixty times the longest token that is accepted.
const LONGEST_BODY: usize = 1024 * 1024;

/// The longest response header that is read, in bytes: twice what servers accept from clients.
const LONGEST_HEAD: usize = 64 * 1024;

/// The header fields of a reply that `-vv` may show: those that do not carry what a client or a
/// user sent.
const SHOWN: [&str; 8] = [
    "date",
    "server",
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "retry-after",
    "via",
];

pub struct Request<'a> {
    pub base_url: &'a BaseUrl,
    pub route: &'a Route,
    pub trust: &'a Trust,
    pub body: &'a [u8],
    pub deadline: Instant,
}

impl<'a> Request<'a> {
    /// The proxy that reads the request itself; none reads what goes through a tunnel.
    fn forward_proxy(&self) -> Option<&'a Proxy> {
        match self.route {
            Route::Through(proxy) if !self.base_url.uses_tls() => Some(proxy),
            _ => None,
        }
    }
}

/// A reply of any status. Its text is the server's, and hostile.
pub struct Reply {
    pub status: u16,
    pub date: Option<String>,
    pub retry_after: Option<String>,
    pub location: Option<String>,
    pub content_type: Option<String>,
    /// For `-vv`: names and values in ASCII. The values are hostile too.
    pub server_headers: Vec<(String, String)>,
    /// At most 1 MiB. Complete if the status is 2xx; otherwise it may be cut.
    pub body: Vec<u8>,
}

impl Reply {
    /// The scheme, the host and the port of the server that a redirect names.
    pub fn redirect_target(&self) -> Option<(String, String, Option<u16>)> {
        let target: ureq::http::Uri = self.location.as_deref()?.parse().ok()?;
        let scheme = target.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        Some((scheme.to_owned(), target.host()?.to_owned(), target.port_u16()))
    }
}

/// Sends the login request once. Returns any reply that comes before the deadline: no redirect is
/// followed, nothing is decoded or stored, and no failed try is repeated.
pub fn post(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Reply, FailedTry> {
    exchange(request, message(request, Method::POST, request.body)?, tell)
}

/// Sends a GET to the URL of the login, without a body and without credentials. The login endpoint
/// answers that it wants another method.
pub fn probe(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Reply, FailedTry> {
    exchange(request, message(request, Method::GET, ())?, tell)
}

fn message<B>(
    request: &Request,
    method: Method,
    body: B,
) -> Result<ureq::http::Request<B>, FailedTry> {
    let url = request.base_url.login_url();
    let mut builder = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in HEADERS {
        builder = builder.header(name, value);
    }
    if let Some(value) = request.forward_proxy().and_then(|proxy| proxy.authorization.as_ref()) {
        #[expect(clippy::disallowed_methods, reason = "the proxy gets it")]
        let value = value.expose();
        builder = builder.header(header::PROXY_AUTHORIZATION, value);
    }
    builder
        .body(body)
        .map_err(|_| FailedTry::last(Failure::config("the base URL cannot be made into a request")))
}

fn exchange(
    request: &Request,
    message: ureq::http::Request<impl AsSendBody>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Reply, FailedTry> {
    let deadline = Deadline::starting_now(request.deadline);
    let stream = connect::open(request, deadline, tell)?;
    tell(Progress { step: Step::Sending, after: deadline.elapsed() });
    converse(request, message, stream, deadline, tell)
}

/// Sends the message over a connected stream, and reads the reply.
fn converse(
    request: &Request,
    message: ureq::http::Request<impl AsSendBody>,
    stream: Box<dyn Stream>,
    deadline: Deadline,
    tell: &mut dyn FnMut(Progress),
) -> Result<Reply, FailedTry> {
    let server = request.base_url.authority();
    let wire = Wire::new(stream, request, deadline);
    let response = agent(wire).run(message).map_err(|error| failed(error, &server))?;
    let status = response.status().as_u16();
    tell(Progress { step: Step::Answered { status }, after: deadline.elapsed() });
    if let Some(proxy) = request.forward_proxy() {
        proxy.check_credentials(status)?;
    }
    let (parts, body) = response.into_parts();
    let field = |name| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    Ok(Reply {
        status,
        date: field(header::DATE),
        retry_after: field(header::RETRY_AFTER),
        location: field(header::LOCATION),
        content_type: field(header::CONTENT_TYPE),
        server_headers: shown(&parts.headers),
        body: read_body(body, status, &server)?,
    })
}

fn agent(wire: Wire) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .accept_encoding("")
        .max_response_header_size(LONGEST_HEAD)
        .build();
    ureq::Agent::with_parts(config, OnceConnector::new(wire), NoResolver)
}

fn read_body(mut body: ureq::Body, status: u16, server: &str) -> Result<Vec<u8>, FailedTry> {
    let mut bytes = Vec::new();
    // The limit of the library refuses a body of exactly that length.
    let end = body.as_reader().take(LONGEST_BODY as u64 + 1).read_to_end(&mut bytes);
    // Outside of 2xx the status decides, however the body ends: a refusal that is cut must not be
    // taken for a lost reply, and be tried again.
    if (200..=299).contains(&status) {
        end.map_err(|error| failed(error.into(), server))?;
        if bytes.len() > LONGEST_BODY {
            let what = format!("the reply of {server} is larger than 1 MiB");
            return Err(FailedTry::last(Failure::protocol(what)));
        }
    }
    bytes.truncate(LONGEST_BODY);
    Ok(bytes)
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let field = |name: &str| Some((name.to_owned(), headers.get(name)?.to_str().ok()?.to_owned()));
    SHOWN.into_iter().filter_map(field).collect()
}

/// What an error of the HTTP library means. By then the request may have been sent.
fn failed(error: ureq::Error, server: &str) -> FailedTry {
    let what = match error {
        ureq::Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return wire::closed_early(server);
        }
        ureq::Error::Other(error) => match error.downcast::<FailedTry>() {
            Ok(failed) => return *failed,
            Err(_) => format!("unexpected protocol error from {server}"),
        },
        ureq::Error::LargeResponseHeader(..) => {
            format!("{server} answers with more than 64 KiB of headers")
        }
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
            format!("{server} does not answer in HTTP")
        }
        _ => format!("unexpected protocol error from {server}"),
    };
    FailedTry::last(Failure::protocol(what))
}

#[cfg(test)]
mod tests;
