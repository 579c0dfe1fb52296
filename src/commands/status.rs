//! `status`: whether the cache has a valid token, for whom, and until when.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, cached};
use crate::acquire::{Clock, DEFAULT_MIN_TTL};
use crate::api::Login;
use crate::cli::{ReportFormat, SharedArgs, StatusArgs};
use crate::model::miss::Miss;
use crate::model::time::{for_people, local_zone, rfc3339};
use crate::output::{json_report, lines};
use crate::report::Reporter;
use crate::settings::Layers;

pub fn run(
    args: StatusArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let now = clock();
    let layers = Layers::resolve(&args.identity.into(), shared, reporter)?;
    let min_ttl = args.freshness.min_ttl.unwrap_or(DEFAULT_MIN_TTL);
    // A token that cannot be used is reported too, with the reason.
    let (login, miss) = match cached::load(&layers) {
        Ok((entry, _)) => {
            let miss = cached::check(&layers, &entry, min_ttl, now).err();
            (Some(entry.login), miss)
        }
        Err(miss) => (None, Some(miss)),
    };
    let format = args.report.output.unwrap_or_default();
    let report = report(format, &layers, login.as_ref(), miss.as_ref(), now);
    Ok(Outcome::of(report).exit_code(u8::from(miss.is_some())))
}

fn report(
    format: ReportFormat,
    layers: &Layers,
    login: Option<&Login>,
    miss: Option<&Miss>,
    now: Timestamp,
) -> String {
    let reason = miss.map(Miss::to_string);
    let profile = &layers.profile.value;
    let base_url = layers.base_url.value.to_string();
    let client_id = layers.client_id.as_ref().map(|id| id.value.clone());
    let claims = login.and_then(|login| login.grant.token.claims());
    let company = claims.and_then(|claims| claims.text("EmpresaId"));
    let expires_at = login.and_then(|login| login.grant.expiry.instant());
    let left = login.and_then(|login| login.seconds_left(now));
    match format {
        ReportFormat::Json => json_report(&json!({
            "valid": miss.is_none(),
            "reason": reason,
            "profile": profile,
            "base_url": base_url,
            "client_id": client_id,
            "company": company,
            "expires_at": expires_at.map(rfc3339),
            "expires_in": left.map(|left| left.max(0)),
        })),
        ReportFormat::Text => {
            let expires = expires_at.zip(left);
            let expires = expires.map(|(instant, left)| for_people(instant, left, &local_zone()));
            let rows = [
                ("Valid", Some(if miss.is_none() { "yes" } else { "no" }.to_owned())),
                ("Reason", reason),
                ("Profile", Some(profile.clone())),
                ("Base URL", Some(base_url)),
                ("Client id", client_id),
                ("Company", company),
                ("Expires", expires),
            ];
            lines(rows.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))))
        }
    }
}
