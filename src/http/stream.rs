//! A connected byte stream, plain or TLS, on which no read or write outlasts the deadline.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use crate::http::deadline::Deadline;
use crate::platform;

pub trait Stream: Read + Write + Send + Sync {}

impl Stream for Socket {}
impl Stream for StreamOwned<ClientConnection, Socket> {}

/// A TCP socket whose every read and write ends at the deadline.
pub struct Socket {
    tcp: TcpStream,
    deadline: Deadline,
}

impl Socket {
    pub fn new(tcp: TcpStream, deadline: Deadline) -> Self {
        Self { tcp, deadline }
    }

    /// Repeats an operation until it succeeds, fails, or the deadline passes.
    fn before_deadline<T>(
        &mut self,
        set_timeout: fn(&TcpStream, Option<Duration>) -> io::Result<()>,
        mut operation: impl FnMut(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let left = self.deadline.left().ok_or(ErrorKind::TimedOut)?;
            set_timeout(&self.tcp, Some(left))?;
            match operation(&mut self.tcp) {
                // A time-out of the socket may come early: only the deadline counts.
                Err(error) if platform::is_socket_timeout(&error) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.before_deadline(TcpStream::set_read_timeout, |tcp| tcp.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.before_deadline(TcpStream::set_write_timeout, |tcp| tcp.write(bytes))
    }

    /// rustls hands over several records at once: they leave in one segment.
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.before_deadline(TcpStream::set_write_timeout, |tcp| tcp.write_vectored(pieces))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a stream failed.
#[derive(Debug)]
pub enum StreamError {
    DeadlinePassed,
    /// The peer closed the connection, in TLS without `close_notify`.
    Closed,
    Tls(rustls::Error),
    Io(io::Error),
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // `Socket` made it: ETIMEDOUT, a connection that the system gave up, has a code.
            ErrorKind::TimedOut if error.raw_os_error().is_none() => Self::DeadlinePassed,
            ErrorKind::UnexpectedEof | ErrorKind::WriteZero => Self::Closed,
            _ => error.downcast().map_or_else(Self::Io, Self::Tls),
        }
    }
}
