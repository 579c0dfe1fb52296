//! The documented call of the Skia API: its request, and what each of its many answers means.

mod login;
mod reply;
mod retry;

use std::time::Duration;

use jiff::Timestamp;

pub use self::login::{Login, LoginCall, request_body};
use self::reply::Fields;
pub use self::reply::grant_from_reply;
use crate::error::{Failure, Kind};
use crate::http::{self, FailedTry};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::model::time::{parse_http_date, parse_retry_after};
use crate::model::token::Grant;
use crate::report::sanitize;

/// What the server says when it refuses credentials, whatever the status, even inside a body that is not JSON.
const REFUSAL: &str = "Invalid Credentials";

/// Reads an answer. Success is three things at once: HTTP 2xx, `Status` 0, and a token that passes the gate.
pub fn read(
    reply: &http::Reply,
    base_url: &BaseUrl,
    secret: &Secret,
    now: Timestamp,
) -> Result<Login, FailedTry> {
    let answer = Answer { reply, base_url, secret };
    let server_time =
        reply.date.as_deref().and_then(parse_http_date).filter(|date| is_plausible(*date));
    match reply.status {
        200..=299 => {
            let clock_offset = clock_offset(server_time, now);
            answer.success().map(|grant| Login { grant, clock_offset }).map_err(FailedTry::last)
        }
        _ => Err(answer.refusal(server_time.unwrap_or(now))),
    }
}

/// Whether an answer to a request that was no login comes from the login endpoint.
pub fn check_endpoint(
    reply: &http::Reply,
    base_url: &BaseUrl,
    secret: &Secret,
) -> Result<(), Failure> {
    let answer = Answer { reply, base_url, secret };
    match reply.status {
        300..=399 => Err(answer.redirect()),
        404 => Err(answer.not_the_endpoint("not the login endpoint")),
        // A page where the documented API would refuse the method is somebody else's.
        200..=299 if answer.is_html() => Err(answer.not_the_endpoint("not the login endpoint")),
        407 | 429 | 500..=599 => Err(answer.refusal(Timestamp::UNIX_EPOCH).failure),
        _ => Ok(()),
    }
}

/// A `Date` before the API existed comes from a clock that was never set.
fn is_plausible(date: Timestamp) -> bool {
    const YEAR_2024: i64 = 1_704_067_200;
    const YEAR_2100: i64 = 4_102_444_800;
    (YEAR_2024..YEAR_2100).contains(&date.as_second())
}

struct Answer<'a> {
    reply: &'a http::Reply,
    base_url: &'a BaseUrl,
    secret: &'a Secret,
}

impl Answer<'_> {
    fn success(&self) -> Result<Grant, Failure> {
        let host = self.base_url.host();
        let document = self.document();
        let Some(fields) = document.and_then(Fields::parse) else {
            return Err(match document {
                _ if self.says_refusal() => self.rejected(vec![REFUSAL.to_owned()]),
                _ if self.is_html() || document.is_some_and(str::is_empty) => {
                    self.not_the_endpoint("not a login reply")
                }
                _ => {
                    self.protocol(format!("the reply of {host} is not the documented JSON object"))
                }
            });
        };
        if fields.is_ambiguous {
            return Err(self.protocol(format!("the reply of {host} has a documented field twice")));
        }
        match (fields.is_ok(), fields.has_token()) {
            (_, false) if self.says_refusal() => Err(self.rejected(self.shown(&fields))),
            (Some(true), _) => match fields.grant(document.unwrap_or_default()) {
                Ok(grant) => self.without_secret(grant),
                Err(what) => Err(self.protocol(what)),
            },
            (Some(false), false) => Err(self.rejected(self.shown(&fields))),
            (Some(false), true) => {
                Err(self.protocol(format!("{host} sent a token with a Status that says error")))
            }
            (None, _) => {
                Err(self
                    .protocol(format!("the reply of {host} has no Status of the documented kind")))
            }
        }
    }

    /// A reply that repeats the secret would carry it into the cache and to standard output.
    fn without_secret(&self, grant: Grant) -> Result<Grant, Failure> {
        #[expect(clippy::disallowed_methods, reason = "it is searched for, and masked")]
        let masked =
            sanitize::mask_document(grant.reply.expose(), self.secret, grant.token.expose());
        let Some(masked) = masked else {
            let host = self.base_url.host();
            return Err(self.protocol(format!(
                "the reply of {host} repeats itself too much to be searched for the secret"
            )));
        };
        // A very short secret may stand in the name of a field, or in a date, without having been repeated.
        let is_same = |masked: &Grant| masked.token == grant.token && masked.expiry == grant.expiry;
        Ok(grant_from_reply(&masked).filter(is_same).unwrap_or(grant))
    }

    /// What an answer outside of 2xx means, and whether to ask again.
    fn refusal(&self, now: Timestamp) -> FailedTry {
        let status = self.reply.status;
        let host = self.base_url.host();
        let fields = self.fields_of_failure();
        let messages = || match &fields {
            Some(fields) => self.shown(fields),
            None => self.shown_text(),
        };
        if self.says_refusal() {
            let said = messages();
            let said = if said.is_empty() { vec![REFUSAL.to_owned()] } else { said };
            return FailedTry::last(self.rejected(said));
        }
        let unavailable = |what: &str| {
            Failure::unavailable(format!("{what} (HTTP {status})"))
                .status(status)
                .server_messages(messages())
        };
        let after =
            || self.reply.retry_after.as_deref().and_then(|value| parse_retry_after(value, now));
        match status {
            401 | 403 => FailedTry::last(self.rejected(messages())),
            400 if fields.is_some() => FailedTry::last(self.rejected(messages())),
            300..=399 => FailedTry::last(self.redirect()),
            404 | 405 => FailedTry::last(self.not_the_endpoint("not the login endpoint")),
            407 => FailedTry::last(self.protocol("the proxy demands credentials".to_owned())),
            408 => FailedTry::last(unavailable(&format!("{host} gave up waiting for the request"))),
            429 => FailedTry::again(unavailable(&format!("{host} has had too many requests")))
                .after(after()),
            502..=504 => {
                FailedTry::again(unavailable(&format!("{host} is not available"))).after(after())
            }
            500..=599 => {
                FailedTry::once_more(unavailable(&format!("{host} has an error of its own")))
                    .after(after())
            }
            _ if self.is_html() => FailedTry::last(self.not_the_endpoint("not the login endpoint")),
            _ => FailedTry::last(
                self.protocol(format!("{host} answered with HTTP {status}"))
                    .server_messages(messages()),
            ),
        }
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

    fn is_html(&self) -> bool {
        let declared = self
            .reply
            .content_type
            .as_deref()
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        declared || self.document().is_some_and(|text| text.starts_with('<'))
    }

    fn says_refusal(&self) -> bool {
        let wanted = REFUSAL.as_bytes();
        self.reply.body.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
    }

    fn shown(&self, fields: &Fields) -> Vec<String> {
        sanitize::sanitize_all(fields.words().iter().map(String::as_str), Some(self.secret))
    }

    /// The words of a body that is not the documented object: the title of a page, or plain text. Of JSON that cannot be
    /// read nothing is shown: there may be a token in it.
    fn shown_text(&self) -> Vec<String> {
        let words = match self.document() {
            Some(text) if self.is_html() => title(text).unwrap_or_default(),
            Some(text) if !text.starts_with(['{', '[']) => text,
            _ => return Vec::new(),
        };
        sanitize::sanitize(words, Some(self.secret))
    }

    fn rejected(&self, messages: Vec<String>) -> Failure {
        let what = format!(
            "{} refused the credentials (HTTP {})",
            self.base_url.host(),
            self.reply.status
        );
        Failure::new(Kind::Rejected, what).status(self.reply.status).server_messages(messages)
    }

    fn protocol(&self, what: String) -> Failure {
        Failure::protocol(what).status(self.reply.status)
    }

    fn not_the_endpoint(&self, what: &str) -> Failure {
        let failure = self.protocol(format!(
            "{} answered with HTTP {}: {what}",
            self.base_url.login_url(),
            self.reply.status
        ));
        match self.base_url.with_api() {
            Some(url) => failure.hint(format!("the base URL may lack its end: --base-url {url}")),
            None => failure.hint("check the base URL: skia-auth config show"),
        }
    }

    fn redirect(&self) -> Failure {
        let host = self.base_url.host();
        let what =
            format!("{host} redirects (HTTP {}), and a secret is never sent on", self.reply.status);
        let target = self
            .reply
            .location
            .as_deref()
            .and_then(|location| location.parse::<ureq::http::Uri>().ok());
        let origin = target.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?)));
        match origin {
            Some((scheme, host)) if matches!(scheme, "http" | "https") => {
                let shown =
                    sanitize::sanitize(&format!("{scheme}://{host}"), Some(self.secret)).concat();
                self.protocol(what).hint(format!(
                    "it points to {shown}: if that is the environment, set it as the base URL"
                ))
            }
            _ => self.not_the_endpoint("a redirect, and a secret is never sent on"),
        }
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

/// How far the server's clock is ahead of this machine's, in seconds.
pub fn clock_offset(server_time: Option<Timestamp>, now: Timestamp) -> i64 {
    server_time.map_or(0, |server| server.as_second().saturating_sub(now.as_second()))
}

/// Whether a person is told that the clocks differ by so many seconds.
pub fn is_notable(clock_offset: i64) -> bool {
    const TOLERATED: Duration = Duration::from_secs(60);
    clock_offset.unsigned_abs() > TOLERATED.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_between_the_clocks_is_not_worth_a_word() {
        for (offset, notable) in
            [(0, false), (60, false), (-60, false), (61, true), (-61, true), (i64::MIN, true)]
        {
            assert_eq!(is_notable(offset), notable, "{offset}");
        }
    }
}
