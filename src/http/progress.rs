//! How far a try has come, for `-v` and `doctor`.

use std::net::SocketAddr;
use std::time::Duration;

/// A step that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub step: Step,
    /// The time since the start of the try.
    pub after: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The name of the server, or of its proxy, was resolved.
    Resolved {
        host: String,
        addresses: usize,
    },
    Connected {
        address: SocketAddr,
    },
    /// The proxy established a tunnel to the server.
    Tunnelled {
        proxy: String,
    },
    /// The server's certificate was verified. `roots` names the root certificates that were used.
    Secured {
        version: &'static str,
        issuer: Option<String>,
        roots: String,
    },
    /// From here on the server may have received the request.
    Sending,
    Answered {
        status: u16,
    },
}

/// The part of a try that a step completes, or that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Resolution,
    Connection,
    Tunnel,
    Tls,
    Exchange,
}

impl Step {
    pub fn stage(&self) -> Stage {
        match self {
            Step::Resolved { .. } => Stage::Resolution,
            Step::Connected { .. } => Stage::Connection,
            Step::Tunnelled { .. } => Stage::Tunnel,
            Step::Secured { .. } => Stage::Tls,
            Step::Sending | Step::Answered { .. } => Stage::Exchange,
        }
    }
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Resolution => "DNS",
            Stage::Connection => "TCP",
            Stage::Tunnel => "tunnel",
            Stage::Tls => "TLS",
            Stage::Exchange => "endpoint",
        }
    }
}
