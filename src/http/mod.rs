//! One POST: the only file that knows the HTTP library.

use std::io::Read;
use std::time::Instant;

use ureq::AsSendBody;
use ureq::http::request::Builder;
use ureq::http::{HeaderMap, Method, Uri, header};
use ureq::unversioned::transport::Connector;

pub use self::connect::{Progress, Step};
use self::deadline::Deadline;
pub use self::failed_try::{FailedTry, Retry};
use self::headers::HEADERS;
use self::proxy::Route;
pub use self::tls::Trust;
use self::wire::{Forward, Ready, Resolved, Wire};
use crate::error::Failure;
use crate::model::base_url::BaseUrl;

mod connect;
mod deadline;
mod failed_try;
pub mod headers;
pub mod proxy;
mod race;
#[cfg(any(test, fuzzing))]
pub mod script;
mod stream;
pub mod tls;
pub mod tunnel;
mod wire;

/// The longest body that is read, in bytes: sixty times the longest token that is accepted.
const LONGEST_BODY: u64 = 1024 * 1024;

/// The longest head of a reply that is read, in bytes: twice what servers let clients send.
const LONGEST_HEAD: usize = 64 * 1024;

/// What `-vv` may show of a reply: fields that do not carry what a client or a user sent.
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

/// A reply of any status. Its text is the server's, and hostile.
pub struct Reply {
    pub status: u16,
    pub date: Option<String>,
    pub retry_after: Option<String>,
    pub location: Option<String>,
    pub content_type: Option<String>,
    /// For `-vv`: a few harmless fields, in ASCII; their values are as hostile as all else.
    pub server_headers: Vec<(String, String)>,
    /// At most 1 MiB; whole in a 2xx, as far as it came in anything else.
    pub body: Vec<u8>,
}

/// Sends the login request once, and returns whatever the server answers before the deadline. Nothing is followed,
/// decoded, stored or tried again.
pub fn post(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Reply, FailedTry> {
    let message = builder(request, Method::POST)?.body(request.body).map_err(|_| malformed())?;
    exchange(request, message, tell)
}

/// Asks for the address of the login without logging in: nothing secret is sent, the body of the request is not used.
/// A server that knows the address answers that it wants another method.
pub fn probe(request: &Request, tell: &mut dyn FnMut(Progress)) -> Result<Reply, FailedTry> {
    let message = builder(request, Method::GET)?.body(()).map_err(|_| malformed())?;
    exchange(request, message, tell)
}

fn exchange(
    request: &Request,
    message: ureq::http::Request<impl AsSendBody>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Reply, FailedTry> {
    let deadline = Deadline::starting_now(request.deadline);
    let name = connect::server_name(request.base_url);
    let stream = connect::open(request.base_url, request.route, request.trust, deadline, tell)?;
    let forward = match request.route {
        Route::Through(proxy) if !request.base_url.uses_tls() => {
            Some(Forward::new(request.base_url, proxy))
        }
        _ => None,
    };
    let wire = Wire::new(stream, forward, name.clone(), deadline);
    tell(Progress { step: Step::Sending, after: deadline.elapsed() });
    converse(Ready::new(wire), message, &name, |status| {
        tell(Progress { step: Step::Answered { status }, after: deadline.elapsed() });
        match (status, request.route, request.base_url.uses_tls()) {
            (407, Route::Through(proxy), false) => {
                Err(FailedTry::last(proxy::refused_credentials(proxy)))
            }
            _ => Ok(()),
        }
    })
}

/// Sends the message over the one connection that `connector` has, and reads the reply. `judge` is told of the status
/// before the body is read.
fn converse(
    connector: impl Connector,
    message: ureq::http::Request<impl AsSendBody>,
    name: &str,
    judge: impl FnOnce(u16) -> Result<(), FailedTry>,
) -> Result<Reply, FailedTry> {
    let understand = |error: ureq::Error| trouble(error, name);
    let response = agent(connector).run(message).map_err(understand)?;
    let status = response.status().as_u16();
    judge(status)?;
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    // Not the library's own limit, which refuses a body of exactly that length.
    let end = body.as_reader().take(LONGEST_BODY + 1).read_to_end(&mut bytes);
    // What is no success is decided by its status, however its body ends: a refusal that is cut short must not be taken
    // for a lost answer, and asked again.
    if (200..=299).contains(&status) {
        end.map_err(|error| understand(error.into()))?;
        if bytes.len() > LONGEST_BODY as usize {
            return Err(FailedTry::last(Failure::protocol(format!(
                "the reply of {name} is larger than 1 MiB"
            ))));
        }
    }
    bytes.truncate(LONGEST_BODY as usize);
    let field = |name| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    Ok(Reply {
        status,
        date: field(header::DATE),
        retry_after: field(header::RETRY_AFTER),
        location: field(header::LOCATION),
        content_type: field(header::CONTENT_TYPE),
        server_headers: shown(&parts.headers),
        body: bytes,
    })
}

fn builder(request: &Request, method: Method) -> Result<Builder, FailedTry> {
    let uri: Uri = request.base_url.login_url().parse().map_err(|_| malformed())?;
    let builder = ureq::http::Request::builder().method(method).uri(uri);
    Ok(HEADERS.into_iter().fold(builder, |builder, (name, value)| builder.header(name, value)))
}

fn malformed() -> FailedTry {
    FailedTry::last(Failure::config("the base URL cannot be made into a request"))
}

fn agent(connector: impl Connector) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .accept_encoding("")
        .max_response_header_size(LONGEST_HEAD)
        .build();
    ureq::Agent::with_parts(config, connector, Resolved)
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name| Some((name, headers.get(name)?.to_str().ok()?));
    SHOWN
        .into_iter()
        .filter_map(value)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What an error of the library means for another try. The request has been sent by then.
fn trouble(error: ureq::Error, name: &str) -> FailedTry {
    let last = |what: &str| FailedTry::last(Failure::protocol(format!("{name} {what}")));
    match error {
        ureq::Error::Other(error) => match error.downcast::<FailedTry>() {
            Ok(trouble) => *trouble,
            Err(_) => last("cannot be spoken to"),
        },
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            wire::cut(name)
        }
        ureq::Error::LargeResponseHeader(..) => last("answers with more than 64 KiB of headers"),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => last("does not answer in HTTP"),
        _ => last("cannot be spoken to"),
    }
}

#[cfg(test)]
mod tests;
