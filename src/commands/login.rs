//! `login`: requests a new token, whatever the cache has.

use anyhow::Result;

use super::Outcome;
use super::deliver::{check_target, deliver};
use super::source::Source;
use crate::acquire::{Clock, Need};
use crate::api::request_body;
use crate::cli::{LoginArgs, SharedArgs};
use crate::http;
use crate::model::identity::Identity;
use crate::output::inert;
use crate::report::{Note, Reporter};

pub fn run(
    args: &LoginArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    check_target(&args.delivery)?;
    let source = Source::open(&args.connection, shared, reporter)?;
    let identity = &source.settings.identity;
    if args.dry_run {
        return Ok(Outcome::of(request(identity)));
    }
    let login = source.acquire(Need::New, clock, reporter)?;
    let now = clock();
    let outcome = deliver(&login, &args.delivery, identity, now)?;
    let lifetime = login.grant.expiry.instant().zip(login.seconds_left(now));
    let last_line = lifetime
        .filter(|(_, left)| *left > 0)
        .map(|(until, left)| Note::ValidUntil { until, left });
    Ok(Outcome { last_line, ..outcome })
}

/// The request without the secret.
fn request(identity: &Identity) -> String {
    let headers: String =
        http::headers::HEADERS.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let body = inert(&request_body(identity, "***"));
    format!("POST {}\n{headers}\n{body}\n", identity.base_url.login_url())
}
