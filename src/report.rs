//! Everything that the program says while it runs: one closed list, so that a review for leaks reads one file.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::cli::{Color, SharedArgs};
use crate::env;
use crate::error::{Failure, Kind, word};
use crate::http::proxy::Route;
use crate::http::{Progress, Step};
use crate::model::freshness::Miss;
use crate::model::provenance::Provenance;
use crate::model::time::humane;
use crate::model::token::AccessToken;
use crate::platform::stdio;
use crate::server_text;
use crate::waiting::Waiting;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();

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
                write!(formatter, "other users can read the secret in {path}: chmod go-rwx {}", word(&path))
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
            Self::NoConfigFile(path) => write!(formatter, "no configuration file {}", path.display()),
            Self::ConfigFile { path, profile } => {
                write!(formatter, "configuration file {}, profile {profile:?}", path.display())
            }
            Self::Credentials { client_id, client_secret } => {
                write!(formatter, "client id from {client_id}, client secret from {client_secret}")
            }
            Self::CacheOff(why) => write!(formatter, "no cache: {why}"),
            Self::CacheHit { left } => write!(formatter, "cache hit: a token that is valid for {} more", humane(*left)),
            Self::CacheMiss(miss) => write!(formatter, "cache miss: {miss}"),
            Self::WaitingForOther => formatter.write_str("another process is logging in: waiting for its token"),
            Self::LoginShared => formatter.write_str("another process has logged in: using its token"),
            Self::RefusalShared => formatter.write_str("another process was refused with the same credentials"),
            Self::WithoutLock(why) => write!(formatter, "logging in without the lock: {why}"),
            Self::CacheNotWritten(why) => write!(formatter, "the token is not cached: {why}"),
            Self::NotCacheable => formatter.write_str("the token is not cached: its expiry is past or unknown"),
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
            Self::Resolved { host, addresses } => write!(formatter, "{host} has {addresses} addresses"),
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

impl Color {
    /// Whether a stream gets colours.
    pub fn wanted(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && env::path(env::NO_COLOR).is_none(),
        }
    }
}

/// The one way to standard error, and how much goes through it.
#[derive(Debug)]
pub struct Reporter {
    quiet: bool,
    verbose: u8,
    color: Color,
    /// Errors as one JSON line.
    json: bool,
}

impl Reporter {
    pub fn new(shared: &SharedArgs, json: bool) -> Self {
        Self { quiet: shared.quiet, verbose: shared.verbose, color: shared.color.unwrap_or_default(), json }
    }

    /// One that says nothing: for a command whose report says it.
    pub fn silent(&self) -> Self {
        Self { quiet: true, verbose: 0, ..*self }
    }

    /// A sign of life, where a person looks on and nothing else is said.
    pub fn waiting(&self, host: &str) -> Option<Waiting> {
        let wanted = !self.quiet && self.verbose == 0 && stdio::stderr_is_terminal() && !env::is(env::TERM, "dumb");
        wanted.then(|| Waiting::begin(host))
    }

    /// Tells a person that a server runs, and how to end it; a script needs neither.
    pub fn serving(&self, base_url: &str) {
        if !self.quiet && stdio::stderr_is_terminal() {
            self.line("skia-auth:", DIM, &format!("serving {base_url} until Ctrl-C"));
        }
    }

    pub fn warn(&self, warning: Warning) {
        if !self.quiet {
            let label = if matches!(warning, Warning::SandboxToken) { "skia-auth:" } else { "skia-auth: warning:" };
            self.line(label, YELLOW, &warning.to_string());
        }
    }

    /// Whether [`Note::Header`] is shown: making one safe costs more than the rest of a login.
    pub fn shows_headers(&self) -> bool {
        self.verbose >= 2
    }

    pub fn note(&self, note: &Note) {
        if self.verbose >= 1 {
            self.line("skia-auth:", DIM, &note.to_string());
        }
    }

    /// Tells a CI runner to mask the token from here on. This is the only line that holds one.
    pub fn mask(&self, token: &AccessToken) {
        let token = token.expose();
        let mut lines = String::new();
        if env::is(env::GITHUB_ACTIONS, "true") {
            let _ = writeln!(lines, "::add-mask::{token}");
        }
        if env::is(env::TF_BUILD, "True") {
            let _ = writeln!(lines, "##vso[task.setsecret]{token}");
        }
        let unwanted = || stdio::stderr_is_terminal() || env::switch(env::NO_MASK) == Ok(Some(true));
        if !lines.is_empty() && !unwanted() {
            stdio::emit_error(&lines);
        }
    }

    pub fn fail(&self, failure: &Failure) {
        match failure.kind {
            Kind::ReaderGone => {}
            _ if self.json => self.line("", Style::new(), &as_json(failure)),
            _ => {
                self.line("skia-auth: error:", RED, &failure.message);
                for message in &failure.server_messages {
                    self.line("server:", DIM, message);
                }
                for hint in &failure.hints {
                    self.line("hint:", CYAN, hint);
                }
            }
        }
    }

    /// One line: a label of ours, if any, which may be coloured, and a text in which nothing can be obeyed.
    fn line(&self, label: &str, style: Style, text: &str) {
        let text = server_text::one_line(text);
        let coloured = self.color.wanted(stdio::stderr_is_terminal());
        let line = match label {
            "" => format!("{text}\n"),
            _ if coloured => format!("{style}{label}{style:#} {text}\n"),
            _ => format!("{label} {text}\n"),
        };
        stdio::emit_error(&line);
    }
}

fn as_json(failure: &Failure) -> String {
    json!({
        "error": {
            "kind": failure.kind.name(),
            "exit": failure.kind.exit_code(),
            "retryable": failure.kind.retryable(),
            "message": failure.message,
            "hint": (!failure.hints.is_empty()).then(|| failure.hints.join("; ")),
            "http_status": failure.http_status,
            "messages": failure.server_messages,
        }
    })
    .to_string()
}
