//! `status`: whether there is a valid cached token, for whom, and until when.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::Outcome;
use super::cached::{self, Absence};
use crate::acquire::{Clock, DEFAULT_MIN_TTL};
use crate::cache::Entry;
use crate::cli::{ReportFormat, SharedArgs, StatusArgs};
use crate::model::jwt;
use crate::model::time::{humane, rfc3339};
use crate::output::lines;
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
    // A token that cannot be used is still worth a word: who it was for, and when it ended.
    let (entry, absence) = match cached::load(&layers) {
        Ok((entry, _)) => {
            let absence = cached::judge(&layers, &entry, min_ttl, now).err();
            (Some(entry), absence)
        }
        Err(absence) => (None, Some(absence)),
    };
    let state = State { layers: &layers, absence, entry, now };
    let report = match args.report.output.unwrap_or_default() {
        ReportFormat::Text => state.text(),
        ReportFormat::Json => state.json(),
    };
    Ok(Outcome::of(report).exit_code(u8::from(state.absence.is_some())))
}

struct State<'a> {
    layers: &'a Layers,
    absence: Option<Absence>,
    entry: Option<Entry>,
    now: Timestamp,
}

impl State<'_> {
    fn company(&self) -> Option<String> {
        jwt::decode_unverified(self.entry.as_ref()?.grant.token.expose())?.text("EmpresaId")
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.entry.as_ref()?.grant.expiry.instant()
    }

    fn seconds_left(&self) -> Option<i64> {
        self.entry.as_ref()?.seconds_left(self.now)
    }

    fn text(&self) -> String {
        let layers = self.layers;
        let expires = self
            .expires_at()
            .zip(self.seconds_left())
            .map(|(instant, left)| format!("{} ({})", rfc3339(instant), relation(left)));
        let rows = [
            ("Valid", Some(if self.absence.is_none() { "yes" } else { "no" }.to_owned())),
            ("Reason", self.absence.as_ref().map(Absence::to_string)),
            ("Profile", Some(layers.profile.value.clone())),
            ("Base URL", Some(layers.base_url.value.to_string())),
            ("Client id", layers.client_id.as_ref().map(|id| id.value.clone())),
            ("Company", self.company()),
            ("Expires", expires),
        ];
        lines(rows.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))))
    }

    fn json(&self) -> String {
        let layers = self.layers;
        let report = json!({
            "valid": self.absence.is_none(),
            "reason": self.absence.as_ref().map(Absence::to_string),
            "profile": layers.profile.value,
            "base_url": layers.base_url.value.to_string(),
            "client_id": layers.client_id.as_ref().map(|id| &id.value),
            "company": self.company(),
            "expires_at": self.expires_at().map(rfc3339),
            "expires_in": self.seconds_left().map(|left| left.max(0)),
        });
        crate::output::json_report(&report)
    }
}

/// Where an instant stands from now, so many seconds later.
fn relation(left: i64) -> String {
    if left > 0 { format!("in {}", humane(left)) } else { format!("{} ago", humane(left)) }
}

#[cfg(test)]
mod tests {
    use super::relation;

    #[test]
    fn an_instant_is_ahead_until_it_is_there() {
        for (left, text) in
            [(61, "in 1 min 1 s"), (1, "in 1 s"), (0, "0 s ago"), (-90, "1 min 30 s ago")]
        {
            assert_eq!(relation(left), text);
        }
    }
}
