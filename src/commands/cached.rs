//! Reads the cache for the configured identity, without a login.

use std::time::Duration;

use jiff::Timestamp;

use crate::cache::{Cache, Entry};
use crate::model::identity::Identity;
use crate::model::miss::Miss;
use crate::settings::secret_source::SecretSource;
use crate::settings::{CachePlace, Layers};

/// The entry of the identity, whether it can be used or not.
pub fn load(layers: &Layers) -> Result<(Entry, Identity), Miss> {
    let identity = layers.identity().ok_or(Miss::NoClientId)?;
    match &layers.cache.value {
        CachePlace::Directory(directory) => {
            Ok((Cache::new(directory, &identity).load()?, identity))
        }
        CachePlace::Off(why) => Err(Miss::CacheOff(why)),
    }
}

/// Whether an entry can be used. A secret on standard input is not compared.
pub fn check(
    layers: &Layers,
    entry: &Entry,
    min_ttl: Duration,
    now: Timestamp,
) -> Result<i64, Miss> {
    let source = layers
        .client_secret
        .as_ref()
        .filter(|source| !matches!(source.value, SecretSource::StandardInput));
    let secret = source.and_then(|source| source.read(layers.timeout.value).ok());
    entry.check(secret.map(|secret| secret.value.checked()).as_ref(), min_ttl, now)
}
