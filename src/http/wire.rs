//! Our connection as a transport of the HTTP library.

use std::fmt;
use std::io;
use std::mem;
use std::sync::Mutex;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::error::{Failure, reason};
use crate::http::deadline::Deadline;
use crate::http::failed_try::FailedTry;
use crate::http::stream::{Stream, StreamError};
use crate::http::tls::verdict;
use crate::http::{LONGEST_HEAD, Request};

/// The output buffer, in bytes: a login fits. The library's default of 128 KiB costs more time
/// than the rest of its work.
const OUTPUT: usize = 16 * 1024;

/// The input buffer, in bytes. The library parses a head only as a whole, and takes a full buffer
/// for the end of the connection: one byte more lets it notice a head that is too long.
const INPUT: usize = LONGEST_HEAD + 1;

/// A connected stream with its buffers. The library's time-outs are ignored: `stream` has the
/// deadline.
pub struct Wire {
    stream: Box<dyn Stream>,
    buffers: LazyBuffers,
    /// What the library has written, collected so that head and body leave in one segment.
    unsent: Vec<u8>,
    /// For a forward proxy: the start of the absolute form, not yet written.
    origin: Option<String>,
    server: String,
    is_tls: bool,
    is_answered: bool,
    deadline: Deadline,
}

impl Wire {
    pub fn new(stream: Box<dyn Stream>, request: &Request, deadline: Deadline) -> Self {
        Self {
            stream,
            buffers: LazyBuffers::new(INPUT, OUTPUT),
            unsent: Vec::new(),
            origin: request.forward_proxy().map(|_| request.base_url.origin()),
            server: request.base_url.authority(),
            is_tls: request.base_url.uses_tls(),
            is_answered: false,
            deadline,
        }
    }

    fn send_and_receive(&mut self) -> io::Result<usize> {
        if !self.unsent.is_empty() {
            self.stream.write_all(&mem::take(&mut self.unsent))?;
            self.stream.flush()?;
        }
        let received = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(received);
        self.is_answered |= received > 0;
        Ok(received)
    }

    fn failed(&self, error: StreamError) -> FailedTry {
        let server = &self.server;
        match error {
            StreamError::DeadlinePassed if self.is_answered => {
                self.deadline.passed(&format!("no complete answer from {server}"))
            }
            StreamError::DeadlinePassed => {
                self.deadline.passed(&format!("no answer from {server}"))
            }
            StreamError::Closed => closed_early(server),
            StreamError::Tls(error) => FailedTry::last(verdict::explain(&error, server, None)),
            StreamError::Io(error) => FailedTry::once_more(Failure::unavailable(format!(
                "the connection to {server} was lost: {}",
                reason(&error)
            ))),
        }
    }
}

pub fn closed_early(server: &str) -> FailedTry {
    FailedTry::once_more(Failure::unavailable(format!(
        "{server} closed the connection before its answer was complete"
    )))
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.unsent.extend_from_slice(&self.buffers.output()[..amount]);
        // A forward proxy wants the absolute form of the target (RFC 9112 §3.2.2), which the
        // library cannot write.
        if let Some(origin) = self.origin.take()
            && let Some(space) = self.unsent.iter().position(|byte| *byte == b' ')
        {
            self.unsent.splice(space + 1..space + 1, origin.bytes());
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        match self.send_and_receive() {
            Ok(received) => Ok(received > 0),
            // Not as `ureq::Error::Io`: the library takes a reset for the end of a body without a
            // length.
            Err(error) => Err(ureq::Error::Other(Box::new(self.failed(error.into())))),
        }
    }

    /// Asked before the connection is kept for another request, which never comes.
    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

/// `unsent` holds the client secret.
impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wire")
    }
}

/// Returns the one connection that was made before.
#[derive(Debug)]
pub struct OnceConnector(Mutex<Option<Wire>>);

impl OnceConnector {
    pub fn new(wire: Wire) -> Self {
        Self(Mutex::new(Some(wire)))
    }
}

impl Connector for OnceConnector {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
        Ok(self.0.lock().ok().and_then(|mut wire| wire.take()))
    }
}

/// Resolves nothing: `OnceConnector` needs no address.
#[derive(Debug)]
pub struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
