//! What the cache has for the identity that is configured, without a login.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::cache::{self, Cache, Entry};
use crate::env;
use crate::model::freshness::Miss;
use crate::model::identity::Identity;
use crate::model::secret::Secret;
use crate::settings::{CachePlace, Layers};

/// Why there is no token to speak of.
#[derive(Debug)]
pub enum Absence {
    NoClientId,
    CacheOff(&'static str),
    Miss(Miss),
}

impl fmt::Display for Absence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClientId => {
                write!(formatter, "no client id is configured ({})", env::CLIENT_ID)
            }
            Self::CacheOff(why) => write!(formatter, "there is no cache: {why}"),
            Self::Miss(miss) => miss.fmt(formatter),
        }
    }
}

/// The entry of the identity, in whatever state, and the identity.
pub fn load(layers: &Layers) -> Result<(Entry, Identity), Absence> {
    let (cache, identity) = open(layers)?;
    Ok((cache.load().map_err(Absence::Miss)?, identity))
}

/// The entry, if its token can be used for `min_ttl` more.
pub fn look_up(
    layers: &Layers,
    min_ttl: Duration,
    now: Timestamp,
) -> Result<(Entry, Identity), Absence> {
    let (entry, identity) = load(layers)?;
    judge(layers, &entry, min_ttl, now)?;
    Ok((entry, identity))
}

fn open(layers: &Layers) -> Result<(Cache, Identity), Absence> {
    let identity = layers.identity().ok_or(Absence::NoClientId)?;
    match &layers.cache.value {
        CachePlace::Directory(directory) => Ok((Cache::new(directory, &identity), identity)),
        CachePlace::Off(why) => Err(Absence::CacheOff(why)),
    }
}

/// Whether an entry that was loaded can be used for `min_ttl` more, and if not, why.
pub fn judge(
    layers: &Layers,
    entry: &Entry,
    min_ttl: Duration,
    now: Timestamp,
) -> Result<(), Absence> {
    cache::judge(entry, secret_at_hand(layers).as_ref(), min_ttl, now)
        .map(drop)
        .map_err(Absence::Miss)
}

/// The secret, to see whether it has changed since; `None` where it would take a program or standard input to know.
fn secret_at_hand(layers: &Layers) -> Option<Secret> {
    let source = layers.client_secret.as_ref().filter(|source| source.value.is_quiet())?;
    source.read(layers.timeout.value).ok().map(|secret| secret.value)
}
