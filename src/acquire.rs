//! The recipe for a token: look, lock, look again, log in, save.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::api::{self, Login, LoginCall};
use crate::cache::{Cache, Entry, Refusal, SecretCheck};
use crate::env;
use crate::error::{Failure, Kind, reason};
use crate::http::proxy;
use crate::model::miss::Miss;
use crate::model::secret::Secret;
use crate::model::time::humane;
use crate::report::{Note, Reporter, Warning};
use crate::settings::{self, CachePlace, Settings};

/// The lifetime that a cached token must have left by default: enough for the call it is used for.
pub const DEFAULT_MIN_TTL: Duration = Duration::from_secs(300);

pub type Clock = fn() -> Timestamp;

/// The token that is needed.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A new one, whatever the cache has.
    New,
    /// One that is valid for `min_ttl`; `None` is the default, which a new token need not meet. A
    /// cached token with less than `renew_before` left is replaced if the server is available.
    Valid { min_ttl: Option<Duration>, renew_before: Option<Duration> },
    /// One that expires after this instant by the clock of the server. A cached one was stored by
    /// another process.
    ExpiringAfter(Timestamp),
}

/// Which cached token makes a login unnecessary.
#[derive(Clone, Copy)]
enum Wanted {
    ValidFor(Duration),
    ExpiringAfter(Timestamp),
}

/// Gets a token from the cache or from the server.
pub fn acquire(
    settings: &Settings,
    need: Need,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Login, Failure> {
    let deadline = Instant::now() + settings.timeout;
    let checked = settings.client_secret.value.checked();
    let call = Call { settings, checked, deadline, clock, reporter };
    let client_secret = &settings.client_secret.provenance;
    reporter.note(&Note::Credentials { client_id: &settings.client_id, client_secret });
    let mut cache = call.cache();
    let login = match (need, &mut cache) {
        (Need::Valid { min_ttl, renew_before }, Some(cache)) => {
            let required = min_ttl.unwrap_or(DEFAULT_MIN_TTL);
            let wanted = Wanted::ValidFor(required.max(renew_before.unwrap_or_default()));
            if let Some(hit) = call.look(cache, wanted) {
                return Ok(hit);
            }
            cache.begin_login();
            match call.log_in_once(cache, wanted) {
                Err(failure) if failure.kind == Kind::Unavailable => {
                    let chosen = min_ttl.or(renew_before).is_some();
                    let required = if chosen { required } else { Duration::ZERO };
                    return call.look_despite(failure, cache, required);
                }
                login => login?,
            }
        }
        (Need::ExpiringAfter(instant), Some(cache)) => {
            let wanted = Wanted::ExpiringAfter(instant);
            if let Some(hit) = call.look(cache, wanted) {
                return Ok(hit);
            }
            cache.begin_login();
            call.log_in_once(cache, wanted)?
        }
        (_, cache) => {
            cache.iter_mut().for_each(Cache::begin_login);
            call.log_in(cache.as_ref())?
        }
    };
    if let Need::Valid { min_ttl: Some(min_ttl), .. } = need {
        check_lifetime(&login, min_ttl, clock())?;
    }
    Ok(login)
}

/// A new token must meet an explicit `--min-ttl`.
fn check_lifetime(login: &Login, min_ttl: Duration, now: Timestamp) -> Result<(), Failure> {
    let wanted = i64::try_from(min_ttl.as_secs()).unwrap_or(i64::MAX);
    Err(Failure::protocol(match login.seconds_left(now) {
        Some(left) if left >= wanted => return Ok(()),
        Some(left) if left > 0 => format!(
            "a new token is valid for {}, which is less than --min-ttl {}",
            humane(left),
            humane(wanted)
        ),
        Some(_) => "a new token has expired already".to_owned(),
        None => "the expiry of a new token is unknown, so that it cannot meet --min-ttl".to_owned(),
    }))
}

struct Call<'a> {
    settings: &'a Settings,
    /// What the check of a cached token is computed over.
    checked: Secret,
    deadline: Instant,
    clock: Clock,
    reporter: &'a Reporter,
}

impl Call<'_> {
    fn cache(&self) -> Option<Cache> {
        match &self.settings.cache {
            CachePlace::Directory(directory) => {
                Some(Cache::new(directory, &self.settings.identity))
            }
            CachePlace::Off(why) => {
                self.reporter.note(&Note::CacheOff(why));
                None
            }
        }
    }

    /// The cached token, if it is the wanted one.
    fn look(&self, cache: &Cache, wanted: Wanted) -> Option<Login> {
        match cache.load().and_then(|entry| Ok((self.check(&entry, wanted)?, entry.login))) {
            Ok((left, login)) => {
                self.reporter.note(&Note::CacheHit { left });
                Some(login)
            }
            Err(miss) => {
                self.reporter.note(&Note::CacheMiss(&miss));
                None
            }
        }
    }

    /// The cached token in place of a new one, during an outage of the server.
    fn look_despite(
        &self,
        outage: Failure,
        cache: &Cache,
        min_ttl: Duration,
    ) -> Result<Login, Failure> {
        let wanted = Wanted::ValidFor(min_ttl);
        let entry = cache.load().and_then(|entry| Ok((self.check(&entry, wanted)?, entry.login)));
        let Ok((left, login)) = entry else { return Err(outage) };
        self.reporter.warn(Warning::Outage { failure: outage, left });
        Ok(login)
    }

    /// How many seconds a cached token is valid, if it is the wanted one.
    fn check(&self, entry: &Entry, wanted: Wanted) -> Result<i64, Miss> {
        let check = |min_ttl| entry.check(Some(&self.checked), min_ttl, (self.clock)());
        match wanted {
            Wanted::ValidFor(min_ttl) => check(min_ttl),
            Wanted::ExpiringAfter(instant) => check(Duration::ZERO).and_then(|left| {
                let is_newer = entry.login.grant.expiry.instant() > Some(instant);
                let required = instant.as_second().saturating_sub((self.clock)().as_second());
                if is_newer { Ok(left) } else { Err(Miss::ExpiresSoon { left, required }) }
            }),
        }
    }

    /// Logs in under the lock, unless another process did so while this one waited for it.
    fn log_in_once(&self, cache: &Cache, wanted: Wanted) -> Result<Login, Failure> {
        let before = Before {
            entry: cache.load().ok().map(|entry| entry.secret_check),
            refusal: cache.refusal().map(|refusal| refusal.id),
        };
        // A holder that hangs must leave time for a login: a quarter of what is left.
        let left = self.deadline.saturating_duration_since(Instant::now());
        let waiting = || self.reporter.note(&Note::WaitingForOther);
        let lock = cache.lock(self.deadline - left / 4, waiting);
        match &lock {
            Ok(_) => {
                if let Some(shared) = self.look_again(cache, wanted, &before) {
                    return shared;
                }
            }
            Err(error) => self.reporter.note(&Note::WithoutLock(&reason(error))),
        }
        self.log_in(Some(cache))
    }

    /// The token or the refusal of another process.
    fn look_again(
        &self,
        cache: &Cache,
        wanted: Wanted,
        before: &Before,
    ) -> Option<Result<Login, Failure>> {
        if let Ok(entry) = cache.load()
            // A token that was stored meanwhile is shared even if it is not the wanted one: the
            // next one would not be either.
            && (self.check(&entry, wanted).is_ok()
                || before.entry != Some(entry.secret_check)
                    && self.check(&entry, Wanted::ValidFor(Duration::ZERO)).is_ok())
        {
            self.reporter.note(&Note::LoginShared);
            return Some(Ok(entry.login));
        }
        let refusal = cache.refusal().filter(|refusal| Some(refusal.id) != before.refusal)?;
        if !refusal.is_of(&self.checked) {
            return None;
        }
        self.reporter.note(&Note::RefusalShared);
        let known = self.settings.client_secret.value.known();
        Some(Err(refusal.into_failure().hint(self.settings.credentials_hint(known))))
    }

    /// Logs in and saves the token, or the refusal for the processes that wait for the lock.
    fn log_in(&self, cache: Option<&Cache>) -> Result<Login, Failure> {
        let login = self.request().inspect_err(|failure| {
            if let Some(cache) = cache.filter(|_| failure.kind == Kind::Rejected) {
                // If this fails, each of them is refused by the server.
                let _ = cache.store_refusal(&Refusal::new(failure, &self.checked));
            }
        })?;
        let now = (self.clock)();
        if api::is_notable(login.clock_offset) {
            self.reporter.warn(Warning::ClockOff { server_ahead: login.clock_offset });
        }
        if let Some(left) = login.seconds_left(now).filter(|left| *left <= 0) {
            self.reporter.warn(Warning::TokenExpired { ago: left.saturating_neg() });
        }
        if let Some(cache) = cache {
            self.save(cache, &login, now);
        }
        Ok(login)
    }

    fn request(&self) -> Result<Login, Failure> {
        let Settings { identity, client_secret, retries, .. } = self.settings;
        let route = proxy::route(&env::text, &identity.base_url)?;
        self.reporter.note(&Note::Route(&route));
        let left = || self.deadline.saturating_duration_since(Instant::now());
        let trust = settings::trust(self.settings.ca_cert.as_deref(), left())?;
        let client_secret = client_secret.reveal(left())?;
        let call = LoginCall {
            identity,
            client_secret: &client_secret,
            route: &route,
            trust: &trust,
            deadline: self.deadline,
            retries: *retries,
        };
        call.send(self.clock, self.reporter).map_err(|failure| match failure.kind {
            Kind::Rejected => failure.hint(self.settings.credentials_hint(Some(&client_secret))),
            _ => failure,
        })
    }

    fn save(&self, cache: &Cache, login: &Login, now: Timestamp) {
        cache.sweep();
        if login.seconds_left(now).is_none_or(|left| left <= 0) {
            let _ = cache.remove();
            self.reporter.note(&Note::NotCacheable);
            return;
        }
        let entry = Entry::new(login.clone(), now, &self.checked);
        match cache.store(&entry) {
            Ok(()) => self.reporter.note(&Note::Stored),
            Err(error) => self.reporter.note(&Note::CacheNotWritten(&reason(&error))),
        }
    }
}

/// What the cache had before the wait for the lock.
struct Before {
    entry: Option<SecretCheck>,
    refusal: Option<u64>,
}
