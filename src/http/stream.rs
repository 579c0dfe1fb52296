//! A connected byte stream, plain or TLS, on which nothing lasts longer than its deadline.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use rustls::ClientConnection;

use crate::http::deadline::Deadline;
use crate::platform;

/// A socket whose reads and writes end at the deadline, however slowly the other side drips.
pub struct Socket {
    stream: TcpStream,
    deadline: Deadline,
}

/// Marks the I/O error that means: the deadline has passed.
#[derive(Debug)]
struct DeadlinePassed;

impl fmt::Display for DeadlinePassed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the deadline has passed")
    }
}

impl std::error::Error for DeadlinePassed {}

impl Socket {
    pub fn new(stream: TcpStream, deadline: Deadline) -> Self {
        Self { stream, deadline }
    }

    /// Repeats an operation until it does something, fails, or the time is up.
    fn within<T>(
        &mut self,
        limit: fn(&TcpStream, Option<std::time::Duration>) -> io::Result<()>,
        mut operation: impl FnMut(&mut TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let left = self
                .deadline
                .left()
                .ok_or_else(|| io::Error::new(io::ErrorKind::TimedOut, DeadlinePassed))?;
            limit(&self.stream, Some(left))?;
            match operation(&mut self.stream) {
                // It may come early: the loop decides by the deadline.
                Err(error) if platform::is_socket_timeout(&error) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.within(TcpStream::set_read_timeout, |stream| stream.read(into))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.within(TcpStream::set_write_timeout, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a stream cannot go on.
#[derive(Debug)]
pub enum Broken {
    DeadlinePassed,
    /// The other side closed it, and in TLS without saying so.
    Cut,
    Io(io::Error),
    Tls(rustls::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<DeadlinePassed>()) {
            return Broken::DeadlinePassed;
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => Broken::Cut,
            _ => Broken::Io(error),
        }
    }
}

/// A connection to the server. Dropping it closes it without waiting for anything.
pub struct Stream {
    socket: Socket,
    tls: Option<ClientConnection>,
    /// What is to be sent, collected so that it leaves in one piece. It holds the client secret.
    output: Vec<u8>,
}

impl Stream {
    pub fn plain(socket: Socket) -> Self {
        Self { socket, tls: None, output: Vec::new() }
    }

    /// Shakes hands. It returns once the server's certificate has been verified and the server has proved that it is its
    /// own; in TLS 1.3 our last message then still waits, to leave together with the request.
    pub fn secure(mut socket: Socket, mut tls: ClientConnection) -> Result<Self, Broken> {
        while tls.is_handshaking() {
            send_records(&mut socket, &mut tls)?;
            if tls.is_handshaking() {
                receive_records(&mut socket, &mut tls)?;
            }
        }
        Ok(Self { socket, tls: Some(tls), output: Vec::new() })
    }

    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The version that was agreed on: `TLS 1.3`.
    pub fn tls_version(&self) -> &'static str {
        match self.tls.as_ref().and_then(|tls| tls.protocol_version()) {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "no TLS",
        }
    }

    /// Puts bytes with those that leave at the next [`Stream::flush`].
    pub fn collect(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    /// What has been collected and not been sent.
    pub fn collected(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    pub fn flush(&mut self) -> Result<(), Broken> {
        match &mut self.tls {
            Some(tls) => {
                tls.writer().write_all(&self.output)?;
                send_records(&mut self.socket, tls)?;
            }
            None => self.socket.write_all(&self.output)?,
        }
        self.output.clear();
        Ok(())
    }

    /// Waits for input. `Ok(0)` is the end, in TLS a confirmed one.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, Broken> {
        let Some(tls) = &mut self.tls else {
            return Ok(self.socket.read(into)?);
        };
        loop {
            match tls.reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Ok(result?),
            }
            send_records(&mut self.socket, tls)?;
            receive_records(&mut self.socket, tls)?;
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stream")
    }
}

/// Sends all that the TLS library has ready, in one write.
fn send_records(socket: &mut Socket, tls: &mut ClientConnection) -> Result<(), Broken> {
    let mut records = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut records)?;
    }
    Ok(socket.write_all(&records)?)
}

fn receive_records(socket: &mut Socket, tls: &mut ClientConnection) -> Result<(), Broken> {
    let is_end = tls.read_tls(socket)? == 0;
    if let Err(error) = tls.process_new_packets() {
        // The alert that tells the peer why. Whether it arrives changes nothing.
        let _ = send_records(socket, tls);
        return Err(Broken::Tls(error));
    }
    if is_end && tls.is_handshaking() { Err(Broken::Cut) } else { Ok(()) }
}
