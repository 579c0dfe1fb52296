//! The recipe for a token: look, lock, look again, log in, save.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::api::retry;
use crate::api::{self, Login, LoginRequest};
use crate::cache::{Cache, Entry, Refusal, SecretCheck, random};
use crate::env;
use crate::error::{Failure, Kind, reason};
use crate::http;
use crate::http::proxy;
use crate::http::tls::{Trust, load_ca_cert};
use crate::model::freshness::Miss;
use crate::model::time::humane;
use crate::model::token::{AccessToken, Grant};
use crate::report::sanitize;
use crate::report::{Note, Reporter, Warning};
use crate::settings::secret_source::oddities;
use crate::settings::{CachePlace, Settings};

/// How long a token must be valid where nothing was said: enough for the call that it is wanted for.
pub const DEFAULT_MIN_TTL: Duration = Duration::from_secs(300);

/// The longest value of a header that is shown, in characters: longer than any honest one.
const LONGEST_HEADER: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A new token, whatever is cached.
    New,
    /// A token that is valid for a while. `None` is the default margin, which a new token need not meet.
    Valid { min_ttl: Option<Duration> },
}

/// A token in hand, and the clock that its expiry is measured by.
#[derive(Debug)]
pub struct Acquired {
    pub grant: Grant,
    /// How far the server's clock is ahead of this machine's, in seconds.
    pub clock_offset: i64,
}

impl Acquired {
    /// The instant that it is now by the server's clock.
    pub fn server_now(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_second(now.as_second().saturating_add(self.clock_offset)).unwrap_or(now)
    }
}

impl From<Entry> for Acquired {
    fn from(Entry { grant, clock_offset, .. }: Entry) -> Self {
        Self { grant, clock_offset }
    }
}

pub type Clock = fn() -> Timestamp;

/// Gets a token, from the cache or from the server.
pub fn acquire(
    settings: &Settings,
    need: Need,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Acquired, Failure> {
    let deadline = Instant::now() + settings.timeout;
    let call = Call { settings, deadline, clock, reporter };
    let client_secret = &settings.client_secret.provenance;
    reporter.note(&Note::Credentials { client_id: &settings.client_id, client_secret });
    let cache = match &settings.cache {
        CachePlace::Directory(directory) => Some(Cache::new(directory, &settings.identity)),
        CachePlace::Off(why) => {
            reporter.note(&Note::CacheOff(why));
            None
        }
    };
    let acquired = match (need, &cache) {
        (Need::Valid { min_ttl }, Some(cache)) => {
            match call.hit(cache, min_ttl.unwrap_or(DEFAULT_MIN_TTL)) {
                // It was judged when it was read: a second look could be a second later.
                Some(hit) => return Ok(hit),
                None => call.one_login(cache, min_ttl.unwrap_or(DEFAULT_MIN_TTL))?,
            }
        }
        _ => call.new_token(cache.as_ref())?,
    };
    if let Need::Valid { min_ttl: Some(min_ttl) } = need {
        check_lifetime(&acquired, min_ttl, clock())?;
    }
    Ok(acquired)
}

/// An explicit `--min-ttl` is a promise to the caller; the default margin is not.
fn check_lifetime(acquired: &Acquired, min_ttl: Duration, now: Timestamp) -> Result<(), Failure> {
    let wanted = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
    match acquired.grant.expiry.seconds_left(acquired.server_now(now)) {
        Some(left) if left >= wanted => Ok(()),
        Some(left) if left > 0 => Err(Failure::protocol(format!(
            "a new token is valid for {}, which is less than --min-ttl {}",
            humane(left),
            humane(wanted)
        ))),
        Some(_) => Err(Failure::protocol("a new token has expired already")),
        None => Err(Failure::protocol(
            "the expiry of a new token is unknown: it cannot be held against --min-ttl",
        )),
    }
}

/// Whom a connection trusts beside, or in place of, the system's roots.
pub fn trust(settings: &Settings, patience: Duration) -> Result<Trust, Failure> {
    let extra = settings.ca_cert.as_deref().map(|path| load_ca_cert(path, patience)).transpose()?;
    Ok(Trust {
        extra: extra.unwrap_or_default(),
        file: env::path(env::SSL_CERT_FILE),
        directory: env::path(env::SSL_CERT_DIR).map(Into::into),
    })
}

struct Call<'a> {
    settings: &'a Settings,
    deadline: Instant,
    clock: Clock,
    reporter: &'a Reporter,
}

impl Call<'_> {
    fn hit(&self, cache: &Cache, min_ttl: Duration) -> Option<Acquired> {
        match self.look_up(cache, min_ttl) {
            Ok((entry, left)) => {
                self.reporter.note(&Note::CacheHit { left });
                Some(entry.into())
            }
            Err(miss) => {
                self.reporter.note(&Note::CacheMiss(&miss));
                None
            }
        }
    }

    /// Logs in, unless another process does it meanwhile: then its token, or its refusal, is this one's too.
    fn one_login(&self, cache: &Cache, min_ttl: Duration) -> Result<Acquired, Failure> {
        let known_login = cache.load().ok().map(|entry| entry.check);
        let known_refusal = cache.refusal().map(|refusal| refusal.id);
        let _lock =
            match cache.lock(self.lock_deadline(), || self.reporter.note(&Note::WaitingForOther)) {
                Ok(lock) => lock,
                Err(why) => {
                    self.reporter.note(&Note::WithoutLock(&why));
                    return self.new_token(Some(cache));
                }
            };
        let margin = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
        if let Ok((entry, left)) = self.look_up(cache, Duration::ZERO)
            // A token that came meanwhile is as new as another one would be, however short its life.
            && (left >= margin || known_login != Some(entry.check))
        {
            self.reporter.note(&Note::LoginShared);
            return Ok(entry.into());
        }
        let secret = &self.settings.client_secret.value;
        let shared = cache
            .refusal()
            .filter(|refusal| Some(refusal.id) != known_refusal && refusal.check.matches(secret));
        if let Some(Refusal { message, http_status, server_messages, .. }) = shared {
            self.reporter.note(&Note::RefusalShared);
            let failure = Failure { http_status, ..Failure::new(Kind::Rejected, message) }
                .said(server_messages);
            return Err(self.explained(failure));
        }
        self.new_token(Some(cache))
    }

    fn look_up(&self, cache: &Cache, min_ttl: Duration) -> Result<(Entry, i64), Miss> {
        cache.look_up(Some(&self.settings.client_secret.value), min_ttl, (self.clock)())
    }

    /// A holder that hangs must leave time for a login of our own: a quarter of what there is.
    fn lock_deadline(&self) -> Instant {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.deadline - left / 4
    }

    fn new_token(&self, cache: Option<&Cache>) -> Result<Acquired, Failure> {
        let login = self.log_in().map_err(|failure| {
            if failure.kind != Kind::Rejected {
                return failure;
            }
            if let Some(cache) = cache {
                self.leave_refusal(cache, &failure);
            }
            self.explained(failure)
        })?;
        let now = (self.clock)();
        let clock_offset = api::clock_offset(login.server_time, now);
        let acquired = Acquired { grant: login.grant, clock_offset };
        if api::is_notable(clock_offset) {
            self.reporter.warn(Warning::ClockOff { server_ahead: clock_offset });
        }
        let left = acquired.grant.expiry.seconds_left(acquired.server_now(now));
        if let Some(left) = left.filter(|left| *left <= 0) {
            self.reporter.warn(Warning::TokenExpired { ago: left.saturating_neg() });
        }
        if let Some(cache) = cache {
            self.save(cache, &acquired, left, now);
        }
        Ok(acquired)
    }

    fn save(&self, cache: &Cache, acquired: &Acquired, left: Option<i64>, now: Timestamp) {
        cache.sweep();
        if left.is_none_or(|left| left <= 0) {
            let _ = cache.remove();
            self.reporter.note(&Note::NotCacheable);
            return;
        }
        let entry = Entry {
            grant: acquired.grant.clone(),
            received_at: now,
            clock_offset: acquired.clock_offset,
            check: SecretCheck::new(&self.settings.client_secret.value),
        };
        match cache.store(&entry) {
            Ok(()) => self.reporter.note(&Note::Stored),
            Err(error) => self.reporter.note(&Note::CacheNotWritten(&reason(&error))),
        }
    }

    fn leave_refusal(&self, cache: &Cache, failure: &Failure) {
        let refusal = Refusal {
            id: random(),
            check: SecretCheck::new(&self.settings.client_secret.value),
            message: failure.message.clone(),
            http_status: failure.http_status,
            server_messages: failure.server_messages.clone(),
        };
        // Without it, the waiters are refused one by one.
        let _ = cache.leave_refusal(&refusal);
    }

    fn log_in(&self) -> Result<Login, Failure> {
        let Settings { identity, client_secret, .. } = self.settings;
        let body = LoginRequest {
            client_id: &identity.client_id,
            client_secret: client_secret.value.expose(),
            grant_type: api::GRANT_TYPE,
            scope: &identity.scope,
        }
        .to_json()?;
        let route = proxy::route(&env::text, &identity.base_url)?;
        self.reporter.note(&Note::Route(&route));
        let trust = trust(self.settings, self.deadline.saturating_duration_since(Instant::now()))?;
        let url = identity.base_url.login_url();
        let _waiting = self.reporter.waiting(identity.base_url.host());
        let mut number = 0;
        retry::until(
            self.deadline,
            self.settings.retries,
            || {
                number += 1;
                self.reporter.note(&Note::Try { number, url: &url });
                let request = http::Request {
                    base_url: &identity.base_url,
                    route: &route,
                    trust: &trust,
                    body: &body,
                    deadline: self.deadline,
                };
                let reply = http::post(&request, &mut |progress| {
                    self.reporter.note(&Note::Transport(&progress))
                })?;
                let answer =
                    api::read(&reply, &identity.base_url, &client_secret.value, (self.clock)());
                if self.reporter.shows_headers() {
                    self.tell_headers(&reply, answer.as_ref().ok().map(|login| &login.grant.token));
                }
                answer
            },
            |failure, wait| self.reporter.note(&Note::Waiting { failure, wait }),
        )
    }

    /// Shows the headers of a reply, without what a server may have put there of the secret or of its token.
    fn tell_headers(&self, reply: &http::Reply, token: Option<&AccessToken>) {
        for (name, value) in &reply.server_headers {
            // What is to be hidden is hidden first: a cut could leave a part of it that is no longer recognised.
            let value =
                token.map_or_else(|| value.clone(), |token| value.replace(token.expose(), "***"));
            let secret = &self.settings.client_secret.value;
            let value = sanitize::sanitize([value.as_str()], secret).concat();
            let value: String = value.chars().take(LONGEST_HEADER).collect();
            self.reporter.note(&Note::Header { name, value: &value });
        }
    }

    /// Says of a refusal where each half of the credentials came from, and what looks odd about them.
    fn explained(&self, failure: Failure) -> Failure {
        let Settings { identity, client_id, client_secret, .. } = self.settings;
        let odd = |text: &str| match oddities(text)[..] {
            [] => String::new(),
            ref found => format!("; it {}", found.join(" and ")),
        };
        failure.hint(format!(
            "check the client id (from {client_id}{}) and the client secret (from {}{})",
            odd(&identity.client_id),
            client_secret.provenance,
            odd(client_secret.value.expose()),
        ))
    }
}
