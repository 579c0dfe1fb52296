//! The login: its request, sent again while the deadline and the retries allow it.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

use super::{read, retry};
use crate::error::Failure;
use crate::http::proxy::Route;
use crate::http::{self, Trust};
use crate::model::identity::Identity;
use crate::model::secret::Secret;
use crate::model::token::Grant;
use crate::report::{Note, Reporter};

/// A successful login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub grant: Grant,
    /// How far the clock of the server is ahead of that of this machine, in seconds.
    pub clock_offset: i64,
}

impl Login {
    /// The current time by the clock of the server.
    pub fn server_now(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_second(now.as_second().saturating_add(self.clock_offset)).unwrap_or(now)
    }

    /// Seconds until the token expires, by the clock of the server.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        Some(self.grant.expiry.seconds_left(now)?.saturating_sub(self.clock_offset))
    }
}

/// The body of the documented request: exactly these four fields, in the documented order.
pub fn request_body(identity: &Identity, client_secret: &str) -> String {
    format!(
        r#"{{"ClientId":{},"ClientSecret":{},"GrantType":"client_credentials","Scope":{}}}"#,
        Value::from(identity.client_id.as_str()),
        Value::from(client_secret),
        Value::from(identity.scope.as_str()),
    )
}

/// What a login needs to know.
pub struct LoginCall<'a> {
    pub identity: &'a Identity,
    pub client_secret: &'a Secret,
    pub route: &'a Route,
    pub trust: &'a Trust,
    pub deadline: Instant,
    pub retries: u32,
}

impl LoginCall<'_> {
    pub fn send(&self, clock: fn() -> Timestamp, reporter: &Reporter) -> Result<Login, Failure> {
        let base_url = &self.identity.base_url;
        let url = base_url.login_url();
        #[expect(clippy::disallowed_methods, reason = "the server gets it")]
        let body = request_body(self.identity, self.client_secret.expose());
        let request = http::Request {
            base_url,
            route: self.route,
            trust: self.trust,
            body: body.as_bytes(),
            deadline: self.deadline,
        };
        let _waiting = reporter.waiting(base_url.host().as_str());
        let mut number = 0;
        let attempt = || {
            number += 1;
            reporter.note(&Note::Try { number, url: &url });
            let reply = http::post(&request, &mut |progress| {
                reporter.note(&Note::Transport(&progress));
            })?;
            let answer = read(&reply, base_url, self.client_secret, clock());
            let token = answer.as_ref().ok().map(|login| &login.grant.token);
            reporter.headers(&reply, self.client_secret, token);
            answer
        };
        retry::until(self.deadline, self.retries, attempt, |failure, wait| {
            reporter.note(&Note::Waiting { failure, wait });
        })
    }
}
