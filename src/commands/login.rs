//! `login`: asks the server, whatever is cached.

use anyhow::Result;
use serde_json::Value;

use super::Outcome;
use super::deliver::{check_target, deliver};
use super::source::Source;
use crate::acquire::{Clock, Need, acquire};
use crate::api::GRANT_TYPE;
use crate::cli::{LoginArgs, SharedArgs};
use crate::http;
use crate::model::identity::Identity;
use crate::output::inert;
use crate::report::Reporter;

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
    let acquired = acquire(&source.settings, Need::New, clock, reporter)?;
    source.announce(&acquired.grant.token, reporter);
    deliver(&acquired, &args.delivery, identity, clock())
}

/// The request as it would be sent, without the secret.
fn request(identity: &Identity) -> String {
    let headers: String =
        http::headers::HEADERS.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let body = format!(
        "{{\"ClientId\":{},\"ClientSecret\":\"***\",\"GrantType\":\"{GRANT_TYPE}\",\"Scope\":{}}}",
        Value::from(identity.client_id.as_str()),
        Value::from(identity.scope.as_str()),
    );
    format!("POST {}\n{headers}\n{}\n", identity.base_url.login_url(), inert(&body))
}
