//! Everything that the program says while it runs: one closed list, so that a review for leaks reads one file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Failure, shell_quote};
use crate::http::proxy::Route;
use crate::http::{Progress, Step};
use crate::model::freshness::Miss;
use crate::model::provenance::Provenance;
use crate::model::time::humane;

/// Something that a person should mend. Shown unless `--quiet`.
#[derive(Debug)]
pub enum Warning {
    SecretOnCommandLine,
    ProfileOverrides { profile: String, variables: Vec<&'static str> },
    ExposedConfigFile(PathBuf),
    TokenExpired { ago: i64 },
    ClockOff { server_ahead: i64 },
    SandboxToken,
}

/// What is being done. Shown with `--verbose`.
#[derive(Debug)]
pub enum Note<'a> {
    NoConfigFile(&'a Path),
    ConfigFile { path: &'a Path, profile: &'a str },
    Credentials { client_id: &'a Provenance, client_secret: &'a Provenance },
    CacheOff(&'a str),
    CacheHit { left: i64 },
    CacheMiss(&'a Miss),
    WaitingForOther,
    LoginShared,
    RefusalShared,
    WithoutLock(&'a str),
    CacheNotWritten(&'a str),
    NotCacheable,
    Stored,
    Try { number: u32, url: &'a str },
    Route(&'a Route),
    Waiting { failure: &'a Failure, wait: Duration },
    Transport(&'a Progress),
    Header { name: &'a str, value: &'a str },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretOnCommandLine => formatter
                .write_str("other users can see --client-secret in the process list: use --client-secret-file instead"),
            Self::ProfileOverrides { profile, variables } => {
                write!(formatter, "profile {profile:?} was named with -p: ignoring {}", variables.join(", "))
            }
            Self::ExposedConfigFile(path) => {
                let path = path.display();
                write!(formatter, "other users can read the secret in {path}: chmod go-rwx {}", shell_quote(&path))
            }
            Self::TokenExpired { ago } => write!(formatter, "the server's token expired {} ago", humane(*ago)),
            Self::ClockOff { server_ahead } => {
                let direction = if *server_ahead > 0 { "behind" } else { "ahead of" };
                let amount = humane(server_ahead.saturating_abs());
                write!(formatter, "the clock of this machine is {amount} {direction} the server's")
            }
            Self::SandboxToken => formatter.write_str("sandbox token: not valid at Skia"),
        }
    }
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConfigFile(path) => {
                write!(formatter, "no configuration file {}", path.display())
            }
            Self::ConfigFile { path, profile } => {
                write!(formatter, "configuration file {}, profile {profile:?}", path.display())
            }
            Self::Credentials { client_id, client_secret } => {
                write!(formatter, "client id from {client_id}, client secret from {client_secret}")
            }
            Self::CacheOff(why) => write!(formatter, "no cache: {why}"),
            Self::CacheHit { left } => {
                write!(formatter, "cache hit: a token that is valid for {} more", humane(*left))
            }
            Self::CacheMiss(miss) => write!(formatter, "cache miss: {miss}"),
            Self::WaitingForOther => {
                formatter.write_str("another process is logging in: waiting for its token")
            }
            Self::LoginShared => {
                formatter.write_str("another process has logged in: using its token")
            }
            Self::RefusalShared => {
                formatter.write_str("another process was refused with the same credentials")
            }
            Self::WithoutLock(why) => write!(formatter, "logging in without the lock: {why}"),
            Self::CacheNotWritten(why) => write!(formatter, "the token is not cached: {why}"),
            Self::NotCacheable => {
                formatter.write_str("the token is not cached: its expiry is past or unknown")
            }
            Self::Stored => formatter.write_str("the token is cached"),
            Self::Try { number, url } => write!(formatter, "try {number}: POST {url}"),
            Self::Route(route) => write!(formatter, "proxy: {}", route.describe()),
            Self::Waiting { failure, wait } => {
                write!(formatter, "{failure}; trying again in {:.1} s", wait.as_secs_f64())
            }
            Self::Transport(Progress { step, after }) => {
                write!(formatter, "+{} ms: {step}", after.as_millis())
            }
            Self::Header { name, value } => write!(formatter, "< {name}: {value}"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved { host, addresses: 1 } => write!(formatter, "{host} has 1 address"),
            Self::Resolved { host, addresses } => {
                write!(formatter, "{host} has {addresses} addresses")
            }
            Self::Connected { address } => write!(formatter, "connected to {address}"),
            Self::Tunnelled { proxy } => write!(formatter, "the proxy {proxy} opened the way"),
            Self::Secured { version, issuer, roots } => {
                let issuer = issuer.as_deref().unwrap_or("an issuer without a name");
                write!(formatter, "{version}, certificate issued by {issuer}, trusted by {roots}")
            }
            Self::Sending => formatter.write_str("sending the request"),
            Self::Answered { status } => write!(formatter, "HTTP {status}"),
        }
    }
}
