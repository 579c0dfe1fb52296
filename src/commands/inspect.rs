//! `inspect`: the header and the claims of a token. Nothing is verified: only the server has the
//! key.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::time::Duration;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Outcome, cached};
use crate::acquire::Clock;
use crate::cli::{InspectArgs, ReportFormat, SharedArgs};
use crate::error::{Failure, Kind, reason};
use crate::model::jwt::{Claims, Exp, numeric_date};
use crate::model::time::{for_people, local_zone, rfc3339};
use crate::model::token::AccessToken;
use crate::output::{json_report, lines};
use crate::platform::{files, stdio, threads};
use crate::report::Reporter;
use crate::settings::Layers;

/// The most that is read, in bytes: the longest token, and a header name before it.
const LARGEST: usize = 64 * 1024;
/// How long standard input may be silent: longer than a login takes in `token | inspect`.
const TIMEOUT: Duration = Duration::from_secs(30);

pub fn run(
    args: InspectArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    if args.stray.as_deref().is_some_and(|word| word != OsStr::new("-")) {
        bail!(
            Failure::usage("a token on the command line can be seen by other users")
                .hint("skia-auth inspect < FILE, or skia-auth token | skia-auth inspect")
        );
    }
    let stdin = (!args.cached && stdio::stdin_is_pipe_or_file()).then(stdio::stdin);
    let (token, now) = match stdin.map_or(Ok(None), |stdin| read_token(stdin, TIMEOUT))? {
        Some(token) => (token, clock()),
        None => {
            let typed = args.identity.into();
            let layers = Layers::resolve(&typed, shared, reporter)?;
            let (entry, _) = cached::load(&layers).map_err(|miss| {
                let message = match args.cached {
                    true => miss.to_string(),
                    false => format!("no token on standard input, and {miss}"),
                };
                let token = shared.command_for("skia-auth token", &typed);
                Failure::new(Kind::None, message).hint(format!("{token} | skia-auth inspect"))
            })?;
            let now = entry.login.server_now(clock());
            (entry.login.grant.token, now)
        }
    };
    let Some(report) = report(&token, args.report.output.unwrap_or_default(), now) else {
        let message = "the token is opaque: it is not a JWT, and has no claims to show";
        bail!(Failure::new(Kind::None, message));
    };
    Ok(Outcome::of(report))
}

/// The contents of a token; `None` if it is opaque.
pub fn report(token: &AccessToken, format: ReportFormat, now: Timestamp) -> Option<String> {
    let header = token.header()?;
    let claims = token.claims()?;
    Some(match format {
        ReportFormat::Text => as_text(&header, &claims, now),
        ReportFormat::Json => as_json(&header, &claims),
    })
}

/// Reads a token, also as `Authorization: Bearer …`; `None` if the input is empty.
fn read_token(
    input: impl Read + Send + 'static,
    timeout: Duration,
) -> Result<Option<AccessToken>, Failure> {
    let read = || files::read_to_limit(input, LARGEST);
    let bytes = threads::with_timeout(timeout, read).map_err(|error| {
        let message = format!("cannot read the token from standard input: {}", reason(&error));
        match error.kind() {
            ErrorKind::TimedOut => Failure::unavailable(message)
                .hint("for the cached token: skia-auth inspect --cached"),
            _ => Failure::usage(message),
        }
    })?;
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return Ok(None);
    }
    let token = std::str::from_utf8(bytes).ok().and_then(|text| {
        let text = text.strip_prefix("Authorization:").unwrap_or(text).trim_start();
        AccessToken::parse(text.strip_prefix("Bearer ").unwrap_or(text).trim_start())
    });
    let not_a_token = "standard input is not a token (RFC 6750 b64token)";
    token.map(Some).ok_or_else(|| Failure::usage(not_a_token))
}

fn as_text(header: &Map<String, Value>, claims: &Claims, now: Timestamp) -> String {
    let indented = |object: &Map<String, Value>| -> String {
        let rows = object.iter().map(|(name, value)| (name.clone(), shown(name, value, now)));
        lines(rows).lines().map(|line| format!("  {line}\n")).collect()
    };
    let (header, claims) = (indented(header), indented(&claims.0));
    format!("Header\n{header}\nClaims (signature not verified)\n{claims}")
}

fn shown(name: &str, value: &Value, now: Timestamp) -> String {
    let instant = matches!(name, "exp" | "nbf" | "iat").then(|| numeric_date(value)).flatten();
    match (instant, value) {
        (Some(instant), _) => {
            for_people(instant, instant.as_second() - now.as_second(), &local_zone())
        }
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

fn as_json(header: &Map<String, Value>, claims: &Claims) -> String {
    let expires_at = match claims.exp() {
        Exp::At(instant) => Some(rfc3339(instant)),
        Exp::Absent | Exp::Unusable => None,
    };
    json_report(
        &json!({"header": header, "claims": claims.0, "verified": false, "expires_at": expires_at}),
    )
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn silent_pipe_is_given_up() {
        let (reader, _writer) = io::pipe().unwrap();
        let failure = read_token(reader, Duration::from_millis(50)).unwrap_err();
        assert_eq!(failure.kind, Kind::Unavailable);
        assert_eq!(
            failure.message,
            "cannot read the token from standard input: nothing came within 1 s"
        );
        assert_eq!(failure.hints, ["for the cached token: skia-auth inspect --cached"]);
    }
}
