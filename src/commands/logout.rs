//! `logout`: forgets tokens here; the server cannot be asked to.

use anyhow::{Result, bail};

use super::Outcome;
use crate::cache::{Cache, remove_temporaries};
use crate::cli::{LogoutArgs, SharedArgs};
use crate::error::{Failure, reason};
use crate::report::Reporter;
use crate::settings::{Layers, cache_directory};

const STAYS_VALID: &str =
    "a token stays valid at the server until it expires: the Skia API cannot revoke one\n";

pub fn run(args: LogoutArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    // Also where the cache is off: what was left there before is to go.
    let Some(directory) = cache_directory()? else {
        return Ok(Outcome::of("nothing is cached: there is no home directory\n"));
    };
    let cannot = |error: std::io::Error| {
        Failure::output(format!("cannot delete a cached token: {}", reason(&error)))
    };
    let removed = if args.all {
        Cache::remove_all(&directory.value).map_err(cannot)?
    } else {
        let layers = Layers::resolve(&args.identity.into(), shared, reporter)?;
        let Some(identity) = layers.identity() else {
            bail!(
                Failure::config("whose token is meant is unknown: no client id is configured")
                    .hint("skia-auth logout --all, or --client-id")
            );
        };
        usize::from(Cache::new(&directory.value, &identity).remove().map_err(cannot)?)
    };
    // Also those that are being written: their logins are then not cached.
    remove_temporaries(&directory.value, |_| true);
    let deleted = match removed {
        0 => return Ok(Outcome::of("no token was cached\n")),
        1 => "deleted 1 cached token".to_owned(),
        count => format!("deleted {count} cached tokens"),
    };
    Ok(Outcome::of(format!("{deleted}; {STAYS_VALID}")))
}
