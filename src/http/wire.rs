//! Our connection, as the HTTP library wants to see one.

use std::fmt;
use std::sync::Mutex;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use crate::error::{Failure, reason};
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::proxy::Proxy;
use crate::http::stream::{Broken, Stream};
use crate::http::tls::verdict;
use crate::model::base_url::BaseUrl;

/// What is read or written at once, in bytes. A login fits; the library's own 128 KiB cost more than its work.
const BUFFER: usize = 16 * 1024;

/// A connected stream with its buffers. All its time-outs are the one deadline, whatever the library asks for.
#[derive(Debug)]
pub struct Wire {
    stream: Stream,
    buffers: Growing,
    /// Taken by the first flush.
    forward: Option<Forward>,
    name: String,
    deadline: Deadline,
    is_answered: bool,
}

impl Wire {
    pub fn new(stream: Stream, forward: Option<Forward>, name: String, deadline: Deadline) -> Self {
        Self { stream, buffers: Growing::default(), forward, name, deadline, is_answered: false }
    }

    fn exchange(&mut self) -> Result<usize, Broken> {
        if !self.stream.collected().is_empty() {
            if let Some(forward) = self.forward.take() {
                forward.rewrite(self.stream.collected());
            }
            self.stream.flush()?;
        }
        let read = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(read);
        self.is_answered |= read > 0;
        Ok(read)
    }

    fn trouble(&self, broken: Broken) -> FailedTry {
        let name = &self.name;
        match broken {
            Broken::DeadlinePassed if self.is_answered => {
                self.deadline.passed(&format!("no complete answer from {name}"))
            }
            Broken::DeadlinePassed => self.deadline.passed(&format!("no answer from {name}")),
            Broken::Cut => cut(name),
            Broken::Io(error) => FailedTry::once_more(Failure::unavailable(format!(
                "the connection to {name} was lost: {}",
                reason(&error)
            ))),
            Broken::Tls(error) => FailedTry::last(verdict::explain(&error, name, None)),
        }
    }
}

/// The connection ended where it should have gone on.
pub fn cut(name: &str) -> FailedTry {
    FailedTry::once_more(Failure::unavailable(format!(
        "{name} closed the connection before its answer was complete"
    )))
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.collect(&self.buffers.output[..amount]);
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        match self.exchange() {
            Ok(read) => Ok(read > 0),
            // Not as an I/O error: the library takes a reset for the end of a body without a length.
            Err(broken) => Err(ureq::Error::Other(Box::new(self.trouble(broken)))),
        }
    }

    fn is_open(&mut self) -> bool {
        // Asked before a connection is kept for a next request, and there is none.
        false
    }

    fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }
}

/// What turns a request to a server into one to a forward proxy: the absolute form of the target (RFC 9112 §3.2.2), which
/// the library cannot write, and the proxy's credentials.
pub struct Forward {
    origin: String,
    field: Vec<u8>,
}

impl Forward {
    pub fn new(to: &BaseUrl, proxy: &Proxy) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the proxy gets it")]
        let field = proxy
            .authorization
            .as_ref()
            .map(|value| format!("proxy-authorization: {}\r\n", value.expose()));
        Self { origin: to.origin(), field: field.unwrap_or_default().into_bytes() }
    }

    pub fn rewrite(&self, request: &mut Vec<u8>) {
        if let Some(end) = request.windows(2).position(|pair| pair == b"\r\n") {
            request.splice(end + 2..end + 2, self.field.iter().copied());
        }
        if let Some(space) = request.iter().position(|byte| *byte == b' ') {
            request.splice(space + 1..space + 1, self.origin.bytes());
        }
    }
}

impl fmt::Debug for Forward {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Forward")
    }
}

/// Buffers that grow with a head longer than one of them; the library's own would end the connection there.
#[derive(Default)]
pub struct Growing {
    output: Vec<u8>,
    scratch: [u8; 0],
    input: Vec<u8>,
    consumed: usize,
    filled: usize,
    progress: bool,
}

impl Buffers for Growing {
    fn output(&mut self) -> &mut [u8] {
        self.output.resize(BUFFER, 0);
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..self.filled]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.input.copy_within(self.consumed..self.filled, 0);
        self.filled -= self.consumed;
        self.consumed = 0;
        self.input.resize(self.filled + BUFFER, 0);
        &mut self.input[self.filled..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.consumed += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.output.resize(BUFFER, 0);
        // Only a chunked body passes through the scratch space.
        (&mut self.scratch, &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.filled > self.consumed && self.progress
    }
}

impl fmt::Debug for Growing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Growing")
    }
}

/// Hands out the one connection that there is.
#[derive(Debug)]
pub struct Ready(Mutex<Option<Wire>>);

impl Ready {
    pub fn new(wire: Wire) -> Self {
        Self(Mutex::new(Some(wire)))
    }
}

impl Connector for Ready {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
        Ok(self.0.lock().ok().and_then(|mut wire| wire.take()))
    }
}

/// Resolves nothing: the connection stands already.
#[derive(Debug)]
pub struct Resolved;

impl Resolver for Resolved {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
