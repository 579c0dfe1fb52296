//! What an answer to the documented call means.

use jiff::Timestamp;

use super::reply::{Fields, grant_from_reply};
use crate::error::{Failure, Kind};
use crate::http::{self, FailedTry};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::model::time::parse_retry_after;
use crate::model::token::Grant;
use crate::report::sanitize::{mask_document, sanitize};

/// The server's message for refused credentials. It counts whatever the status, and even in a body
/// that is not JSON.
const REFUSAL: &str = "Invalid Credentials";

pub struct Answer<'a> {
    pub reply: &'a http::Reply,
    pub base_url: &'a BaseUrl,
    pub secret: &'a Secret,
}

impl Answer<'_> {
    /// The grant of an answer with HTTP 2xx. It also needs `Status` 0 and a token that passes the
    /// gate.
    pub fn grant(&self) -> Result<Grant, Failure> {
        let Some(fields) = self.document().and_then(Fields::parse) else {
            return Err(if self.says_refusal() {
                self.refusal()
            } else if self.is_html() || self.document() == Some("") {
                self.not_the_endpoint()
            } else {
                self.invalid_reply("is not the documented JSON object")
            });
        };
        if fields.is_ambiguous() {
            return Err(self.invalid_reply("has a documented field twice"));
        }
        match (fields.is_ok(), fields.has_token()) {
            (_, false) if self.says_refusal() => Err(self.refusal()),
            (Some(false), false) => Err(self.refusal()),
            (Some(false), true) => {
                Err(self.invalid_reply("has a token, and a Status that is not 0"))
            }
            (None, _) => Err(self.invalid_reply("has no Status that is a number")),
            (Some(true), _) => match fields.grant(self.document().unwrap_or_default()) {
                Ok(grant) => Ok(self.without_secret(grant)),
                Err(what) => Err(self.invalid_reply(what)),
            },
        }
    }

    /// Masks the secret in a reply that repeats it: the reply goes to standard output and into the
    /// cache.
    fn without_secret(&self, grant: Grant) -> Grant {
        #[expect(clippy::disallowed_methods, reason = "the reply is searched for the secret")]
        let masked = mask_document(grant.reply.expose(), self.secret, grant.token.expose());
        // A weak secret can occur in the name of a field or in a date by chance.
        let is_same = |masked: &Grant| masked.token == grant.token && masked.expiry == grant.expiry;
        grant_from_reply(&masked).filter(is_same).unwrap_or(grant)
    }

    /// The failure of an answer other than HTTP 2xx, and whether to try again.
    pub fn failed_try(&self, now: Timestamp) -> FailedTry {
        let retry_after = self.reply.retry_after.as_deref();
        let after = retry_after.and_then(|value| parse_retry_after(value, now));
        match self.reply.status {
            _ if self.is_refusal() => FailedTry::last(self.refusal()),
            429 => FailedTry::again(self.unavailable("has had too many requests")).after(after),
            502..=504 => FailedTry::again(self.unavailable("is not available")).after(after),
            500..=599 => {
                FailedTry::once_more(self.unavailable("failed with an internal error")).after(after)
            }
            _ => FailedTry::last(self.failure()),
        }
    }

    /// The failure of an answer that neither refuses the credentials nor allows another try.
    pub fn failure(&self) -> Failure {
        let (status, host) = (self.reply.status, self.base_url.host());
        match status {
            300..=399 => self.redirect(),
            404 | 405 => self.not_the_endpoint(),
            407 => self.with_status(Kind::Protocol, "the proxy demands credentials".to_owned()),
            408 => self.unavailable("gave up waiting for the request"),
            _ if self.is_html() => self.not_the_endpoint(),
            _ => self.with_messages(Kind::Protocol, format!("{host} answered with HTTP {status}")),
        }
    }

    fn is_refusal(&self) -> bool {
        match self.reply.status {
            401 | 403 => true,
            400 => self.says_refusal() || self.fields_of_failure().is_some(),
            _ => self.says_refusal(),
        }
    }

    fn says_refusal(&self) -> bool {
        let wanted = REFUSAL.as_bytes();
        self.reply.body.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
    }

    pub fn is_html(&self) -> bool {
        let content_type = self.reply.content_type.as_deref().unwrap_or_default();
        content_type.to_ascii_lowercase().contains("html")
            || self.document().is_some_and(|text| text.starts_with('<'))
    }

    /// The body as text, without a byte-order mark or white space around it.
    fn document(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.reply.body).ok()?;
        Some(text.strip_prefix('\u{feff}').unwrap_or(text).trim_matches([' ', '\t', '\r', '\n']))
    }

    /// The documented 500 is not JSON: its outer brace is doubled.
    fn fields_of_failure(&self) -> Option<Fields> {
        let text = self.document()?;
        Fields::parse(text).or_else(|| Fields::parse(text.strip_prefix('{')?.strip_suffix('}')?))
    }

    /// What the server says, safe to show: the texts of the documented object, the title of an HTML
    /// page, or plain text. Other JSON is not shown, because a token may be in it.
    fn messages(&self) -> Vec<String> {
        if let Some(fields) = self.fields_of_failure() {
            return sanitize(fields.texts().iter().map(String::as_str), self.secret);
        }
        let text = match self.document() {
            Some(text) if self.is_html() => title(text),
            text => text.filter(|text| !text.starts_with(['{', '['])),
        };
        sanitize(text, self.secret)
    }

    fn with_status(&self, kind: Kind, message: String) -> Failure {
        Failure::new(kind, message).status(self.reply.status)
    }

    fn with_messages(&self, kind: Kind, message: String) -> Failure {
        Failure { server_messages: self.messages(), ..self.with_status(kind, message) }
    }

    fn refusal(&self) -> Failure {
        let (status, host) = (self.reply.status, self.base_url.host());
        let message = format!("{host} refused the credentials (HTTP {status})");
        let mut failure = self.with_messages(Kind::Rejected, message);
        if failure.server_messages.is_empty() && self.says_refusal() {
            failure.server_messages.push(REFUSAL.to_owned());
        }
        failure
    }

    fn unavailable(&self, what: &str) -> Failure {
        let (status, host) = (self.reply.status, self.base_url.host());
        self.with_messages(Kind::Unavailable, format!("{host} {what} (HTTP {status})"))
    }

    fn invalid_reply(&self, what: &str) -> Failure {
        self.with_status(Kind::Protocol, format!("the reply of {} {what}", self.base_url.host()))
    }

    pub fn not_the_endpoint(&self) -> Failure {
        let (status, url) = (self.reply.status, self.base_url.login_url());
        let message = format!("{url} answered with HTTP {status}: not the login endpoint");
        self.with_status(Kind::Protocol, message).hint(match self.base_url.with_api() {
            Some(url) => format!("the base URL may lack its end: --base-url {url}"),
            None => super::CHECK_BASE_URL.to_owned(),
        })
    }

    /// The target is named without its path and query, which may hold the secret.
    fn redirect(&self) -> Failure {
        let (status, host) = (self.reply.status, self.base_url.host());
        let Some((scheme, target, port)) = self.reply.redirect_target() else {
            return self.not_the_endpoint();
        };
        let message =
            format!("{host} answered with a redirect (HTTP {status}), which is not followed");
        let target = sanitize([&*target], self.secret).concat();
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        self.with_status(Kind::Protocol, message).hint(format!(
            "the redirect points to {scheme}://{target}{port}: if that is your environment, use it \
             as the base URL"
        ))
    }
}

fn title(html: &str) -> Option<&str> {
    // ASCII lower case keeps every byte where it is.
    let lower = html.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find('<')?;
    Some(&html[start..end])
}
