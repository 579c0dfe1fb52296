//! `oauth`: an RFC 6749 §5.1 token response, with the expiry also as an instant.

use serde_json::Value;

use super::{Surroundings, expires_at, json};
use crate::model::token::Grant;

pub fn render(grant: &Grant, surroundings: &Surroundings<'_>) -> String {
    let expires_in = grant.expiry.seconds_left(surroundings.now).map(|seconds| seconds.max(0));
    #[expect(clippy::disallowed_methods, reason = "it is the result")]
    let members: Vec<_> = [
        ("access_token", Some(Value::from(grant.token.expose()))),
        ("token_type", Some(Value::from("Bearer"))),
        ("expires_in", expires_in.map(Value::from)),
        ("scope", Some(Value::from(surroundings.scope))),
        ("expires_at", expires_at(grant).map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| format!("\"{name}\":{value}")))
    .collect();
    format!("{{{}}}\n", json::inert(&members.join(",")))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::output::fixture::*;

    fn rendered(grant: &Grant, scope: &str, now: &str) -> String {
        render(
            grant,
            &Surroundings { base_url: BASE_URL, scope, now: at(now), local_zone: || TimeZone::UTC },
        )
    }

    #[test]
    fn a_token_response() {
        assert_eq!(
            rendered(&grant("{}"), "api", "2025-04-24T13:00:00.9Z"),
            "{\"access_token\":\"eyJ.e30.T\",\"token_type\":\"Bearer\",\"expires_in\":1011,\"scope\":\"api\",\
             \"expires_at\":\"2025-04-24T13:16:51Z\"}\n"
        );
    }

    #[test]
    fn an_expired_token_has_no_time_left() {
        assert!(
            rendered(&grant("{}"), "api", "2025-04-25T00:00:00Z").contains("\"expires_in\":0,")
        );
    }

    #[test]
    fn an_unknown_expiry_is_left_out() {
        assert_eq!(
            rendered(&grant_without_expiry(), "a \"b\" ::c", "2025-04-24T13:00:00Z"),
            "{\"access_token\":\"eyJ.e30.T\",\"token_type\":\"Bearer\",\"scope\":\"a \\\"b\\\" :\\u003ac\"}\n"
        );
    }
}
