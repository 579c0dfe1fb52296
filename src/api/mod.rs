//! The documented call of the Skia API: its request, and what each answer means.

mod answer;
mod login;
mod reply;
mod retry;

use jiff::Timestamp;

use self::answer::Answer;
pub use self::login::{Login, LoginCall, request_body};
pub use self::reply::grant_from_reply;
pub use self::retry::back_off;
use crate::error::Failure;
use crate::http::{self, FailedTry};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::model::time::parse_http_date;

/// The hint where another server may have answered. Commands add the options of the identity.
pub const CHECK_BASE_URL: &str = "check the base URL: skia-auth config show";

/// Reads the answer to a login. `now` is the start of a `Retry-After` if the server sends no date.
pub fn read(
    reply: &http::Reply,
    base_url: &BaseUrl,
    secret: &Secret,
    now: Timestamp,
) -> Result<Login, FailedTry> {
    let answer = Answer { reply, base_url, secret };
    let server_time = server_time(reply);
    if !(200..300).contains(&reply.status) {
        return Err(answer.failed_try(server_time.unwrap_or(now)));
    }
    let grant = answer.grant().map_err(FailedTry::last)?;
    Ok(Login { grant, clock_offset: clock_offset(server_time, now) })
}

/// Whether the answer to a request without credentials comes from the login endpoint.
pub fn check_endpoint(
    reply: &http::Reply,
    base_url: &BaseUrl,
    secret: &Secret,
) -> Result<(), Failure> {
    let answer = Answer { reply, base_url, secret };
    match reply.status {
        300..=399 | 404 | 407 => Err(answer.failure()),
        429 | 500..=599 => Err(answer.failed_try(Timestamp::UNIX_EPOCH).failure),
        // The API refuses the method: an HTML page with HTTP 2xx comes from another server.
        200..=299 if answer.is_html() => Err(answer.not_the_endpoint()),
        _ => Ok(()),
    }
}

/// The time of the server. A `Date` before the API existed comes from a clock that was never set.
pub fn server_time(reply: &http::Reply) -> Option<Timestamp> {
    const YEAR_2024: i64 = 1_704_067_200;
    const YEAR_2100: i64 = 4_102_444_800;
    let date = reply.date.as_deref().and_then(parse_http_date)?;
    (YEAR_2024..YEAR_2100).contains(&date.as_second()).then_some(date)
}

/// How far the server's clock is ahead of this machine's, in seconds.
pub fn clock_offset(server_time: Option<Timestamp>, now: Timestamp) -> i64 {
    server_time.map_or(0, |server| server.as_second().saturating_sub(now.as_second()))
}

/// Whether a clock offset, in seconds, deserves a warning.
pub fn is_notable(clock_offset: i64) -> bool {
    clock_offset.unsigned_abs() > 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_between_the_clocks_is_tolerated() {
        for (offset, notable) in
            [(0, false), (60, false), (-60, false), (61, true), (-61, true), (i64::MIN, true)]
        {
            assert_eq!(is_notable(offset), notable, "{offset}");
        }
    }
}
