//! The warnings and the progress messages: one closed list, so that a review for leaks reads one
//! file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::error::Failure;
use crate::http::proxy::Route;
use crate::http::{Progress, Step};
use crate::model::miss::Miss;
use crate::model::provenance::Provenance;
use crate::model::time::{for_people, humane, local_zone};
use crate::platform::advice::shell_quote;

/// Something that the user should fix. Shown unless `--quiet`.
#[derive(Debug)]
pub enum Warning {
    SecretOnCommandLine,
    ProfileOverrides { profile: String, variables: Vec<&'static str> },
    ExposedConfigFile(PathBuf),
    WritableSecretFile(PathBuf),
    TokenExpired { ago: i64 },
    ClockOff { server_ahead: i64 },
    Outage { failure: Failure, left: i64 },
    RenewalFailed { failure: Failure, left: Duration },
    SandboxToken,
    NoConfigFile { path: Option<PathBuf>, why: String },
}

/// A renewal by `--watch`. Shown unless `--quiet`.
#[derive(Debug)]
pub struct Renewal {
    pub expires_at: Timestamp,
    pub left: Duration,
}

/// A step of the work. Shown with `--verbose`; the last line of a login, on a terminal.
#[derive(Debug)]
pub enum Note<'a> {
    NoConfigFile { path: &'a Path, why: &'a str },
    NoTemporaryDirectory(&'a str),
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
    NotNotified(&'a str),
    ValidUntil { until: Timestamp, left: i64 },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretOnCommandLine => f.write_str(
                "other users can see --client-secret in the process list: \
                 use --client-secret-file instead",
            ),
            Self::ProfileOverrides { profile, variables } => {
                let variables = variables.join(", ");
                write!(f, "profile \"{profile}\" was named with -p: ignoring {variables}")
            }
            Self::ExposedConfigFile(path) => {
                let (path, quoted) = (path.display(), shell_quote(path.display()));
                write!(f, "other users can read the secret in {path}: chmod go-rwx {quoted}")
            }
            Self::WritableSecretFile(path) => {
                let (path, quoted) = (path.display(), shell_quote(path.display()));
                write!(f, "other users can write the secret file {path}: chmod go-w {quoted}")
            }
            Self::TokenExpired { ago } => {
                write!(f, "the server's token expired {} ago", humane(*ago))
            }
            Self::ClockOff { server_ahead } => {
                let direction = if *server_ahead > 0 { "behind" } else { "ahead of" };
                let amount = humane(*server_ahead);
                write!(f, "the clock of this machine is {amount} {direction} the server's")
            }
            Self::Outage { failure, left } => {
                let left = humane(*left);
                write!(f, "{failure}: using the cached token, which is valid for {left}")
            }
            Self::RenewalFailed { failure, left } => {
                let left = humane(whole_seconds(*left));
                write!(f, "{failure}: trying again, the token is valid for {left}")
            }
            Self::SandboxToken => f.write_str("sandbox token: not valid at Skia"),
            Self::NoConfigFile { path: Some(path), why } => write!(
                f,
                "no profiles: there is no configuration file {} ({why}); skia-auth config init \
                 creates it",
                path.display()
            ),
            Self::NoConfigFile { path: None, why } => {
                write!(f, "no profiles: there is no configuration file ({why})")
            }
        }
    }
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = for_people(self.expires_at, whole_seconds(self.left), &local_zone());
        write!(f, "renewed: valid until {until}")
    }
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConfigFile { path, why } => {
                write!(f, "no configuration file {} ({why})", path.display())
            }
            Self::NoTemporaryDirectory(why) => {
                write!(f, "no cache and no profiles in the sandbox: no temporary directory: {why}")
            }
            Self::ConfigFile { path, profile } => {
                write!(f, "configuration file {}, profile \"{profile}\"", path.display())
            }
            Self::Credentials { client_id, client_secret } => {
                write!(f, "client id from {client_id}, client secret from {client_secret}")
            }
            Self::CacheOff(why) => write!(f, "no cache: {why}"),
            Self::CacheHit { left } => {
                write!(f, "cache hit: a token that is valid for {} more", humane(*left))
            }
            Self::CacheMiss(miss) => write!(f, "cache miss: {miss}"),
            Self::WaitingForOther => {
                f.write_str("another process is logging in: waiting for its token")
            }
            Self::LoginShared => f.write_str("another process has logged in: using its token"),
            Self::RefusalShared => {
                f.write_str("another process was refused with the same credentials")
            }
            Self::WithoutLock(why) => write!(f, "logging in without the lock: {why}"),
            Self::CacheNotWritten(why) => write!(f, "the token is not cached: {why}"),
            Self::NotCacheable => {
                f.write_str("the token is not cached: its expiry is past or unknown")
            }
            Self::Stored => f.write_str("the token is cached"),
            Self::Try { number, url } => write!(f, "try {number}: POST {url}"),
            Self::Route(route) => write!(f, "proxy: {}", route.describe()),
            Self::Waiting { failure, wait } => {
                write!(f, "{failure}; trying again in {:.1} s", wait.as_secs_f64())
            }
            Self::Transport(Progress { step, after }) => {
                write!(f, "+{} ms: {step}", after.as_millis())
            }
            Self::Header { name, value } => write!(f, "< {name}: {value}"),
            Self::NotNotified(why) => write!(f, "cannot notify the service manager: {why}"),
            Self::ValidUntil { until, left } => {
                write!(f, "valid until {}", for_people(*until, *left, &local_zone()))
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved { host, addresses: 1 } => write!(f, "{host} has 1 address"),
            Self::Resolved { host, addresses } => write!(f, "{host} has {addresses} addresses"),
            Self::Connected { address } => write!(f, "connected to {address}"),
            Self::Tunnelled { proxy } => write!(f, "the proxy {proxy} established the tunnel"),
            Self::Secured { version, issuer, roots } => {
                let issuer = issuer.as_deref().unwrap_or("an issuer without a name");
                write!(f, "{version}, certificate issued by {issuer}, trusted by {roots}")
            }
            Self::Sending => f.write_str("sending the request"),
            Self::Answered { status } => write!(f, "HTTP {status}"),
        }
    }
}
