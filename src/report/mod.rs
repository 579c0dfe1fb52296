//! Writes messages to standard error: which of them, and in which form.

pub mod messages;
pub mod sanitize;
mod waiting;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::{Color, SharedArgs};
use crate::env;
use crate::error::{Failure, Kind};
use crate::http::Reply;
use crate::model::secret::Secret;
use crate::model::token::AccessToken;
use crate::platform::stdio;
use crate::sandbox::Exchange;

pub use self::messages::{Note, Renewal, Warning};
use self::waiting::Waiting;

/// The longest header value that is shown, in characters: longer than any honest one.
const LONGEST_HEADER: usize = 64;

/// The longest method that is logged, in characters: longer than any registered one but two.
const LONGEST_METHOD: usize = 16;

/// The longest path that is logged, in characters: a line of the log fits a wide terminal.
const LONGEST_PATH: usize = 60;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();

impl Color {
    /// Whether to write colours to a stream.
    pub fn wanted(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                is_terminal
                    && env::path(env::NO_COLOR).is_none()
                    && !env::is(env::TERM, "dumb")
                    && stdio::supports_escape_sequences()
            }
        }
    }
}

/// Writes to standard error as `--quiet`, `--verbose`, `--color` and the output format ask for.
#[derive(Clone, Copy, Debug)]
pub struct Reporter {
    quiet: bool,
    verbose: u8,
    color: Color,
    /// Errors as one JSON line.
    json: bool,
}

impl Reporter {
    pub fn new(shared: &SharedArgs, json: bool) -> Self {
        Self {
            quiet: shared.quiet,
            verbose: shared.verbose,
            color: shared.color.unwrap_or_default(),
            json,
        }
    }

    /// A reporter without warnings and notes, for a command whose report contains them.
    pub fn silent(&self) -> Self {
        Self { quiet: true, verbose: 0, ..*self }
    }

    /// The progress line of a login, on a terminal on which nothing else reports progress.
    pub fn waiting(&self, host: &str) -> Option<Waiting> {
        let wanted = !self.quiet
            && self.verbose == 0
            && stdio::stderr_is_terminal()
            && !env::is(env::TERM, "dumb")
            && stdio::supports_escape_sequences();
        wanted.then(|| Waiting::begin(host))
    }

    /// On a terminal, says how to use the sandbox and how to stop it.
    pub fn serving(&self, base_url: &str) {
        if self.quiet || !stdio::stderr_is_terminal() {
            return;
        }
        if stdio::stdout_is_terminal() {
            let usage = "paste these lines into another terminal, then run: skia-auth token";
            self.line("skia-auth:", DIM, usage);
        }
        self.line("skia-auth:", DIM, &format!("serving {base_url} until Ctrl-C"));
    }

    /// Logs a request to the sandbox in one line that starts with the time of day.
    pub fn request(&self, exchange: &Exchange<'_>, zone: &TimeZone) {
        if self.quiet {
            return;
        }
        let Exchange { at, method, path, status, reason } = exchange;
        let (method, path) = (cut(method, LONGEST_METHOD), cut(path, LONGEST_PATH));
        let time = at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
        self.line(&time, DIM, &format!("{method} {path} {status} {reason}"));
    }

    /// The line of `--watch` for each renewal.
    pub fn renewed(&self, renewal: &Renewal) {
        if !self.quiet {
            self.line("skia-auth:", DIM, &renewal.to_string());
        }
    }

    /// On a terminal, says how a command ended.
    pub fn last_line(&self, note: &Note) {
        if !self.quiet && stdio::stderr_is_terminal() {
            self.line("skia-auth:", DIM, &note.to_string());
        }
    }

    pub fn warn(&self, warning: Warning) {
        if !self.quiet {
            let label = if matches!(warning, Warning::SandboxToken) {
                "skia-auth:"
            } else {
                "skia-auth: warning:"
            };
            self.line(label, YELLOW, &warning.to_string());
        }
    }

    /// Shows the headers of a reply at `-vv`, without the secret and the token.
    pub fn headers(&self, reply: &Reply, secret: &Secret, token: Option<&AccessToken>) {
        // Sanitizing costs more than the rest of a login.
        if self.verbose < 2 {
            return;
        }
        for (name, value) in &reply.server_headers {
            // Masking comes before the cut: a part of the secret would not be recognized.
            #[expect(clippy::disallowed_methods, reason = "it is masked")]
            let value =
                token.map_or_else(|| value.clone(), |token| value.replace(token.expose(), "***"));
            let value = sanitize::sanitize([value.as_str()], secret).concat();
            let value: String = value.chars().take(LONGEST_HEADER).collect();
            self.note(&Note::Header { name, value: &value });
        }
    }

    pub fn note(&self, note: &Note) {
        if self.verbose >= 1 {
            self.line("skia-auth:", DIM, &note.to_string());
        }
    }

    /// Tells a CI runner to mask the token in its log. Only these lines may contain a token.
    pub fn mask(&self, token: &AccessToken) {
        #[expect(clippy::disallowed_methods, reason = "the CI runner masks it")]
        let token = token.expose();
        let mut lines = String::new();
        if env::is(env::GITHUB_ACTIONS, "true") {
            let _ = writeln!(lines, "::add-mask::{token}");
        }
        if env::is(env::TF_BUILD, "True") {
            let _ = writeln!(lines, "##vso[task.setsecret]{token}");
        }
        let unwanted =
            || stdio::stderr_is_terminal() || env::switch(env::NO_MASK) == Ok(Some(true));
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

    /// Writes one line: a label, which may be coloured, and the sanitized text.
    fn line(&self, label: &str, style: Style, text: &str) {
        let text = sanitize::one_line(text);
        let coloured = self.color.wanted(stdio::stderr_is_terminal());
        let line = match label {
            "" => format!("{text}\n"),
            _ if coloured => format!("{style}{label}{style:#} {text}\n"),
            _ => format!("{label} {text}\n"),
        };
        stdio::emit_error(&line);
    }
}

/// The first characters of a text.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
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
