//! `logout`: deletes cached tokens. The API cannot revoke them.

use anyhow::{Result, bail};

use super::Outcome;
use crate::cache::{Cache, begin_logout};
use crate::cli::{LogoutArgs, SharedArgs};
use crate::error::{Failure, reason};
use crate::report::Reporter;
use crate::settings::{Layers, cache_directory};

const STAYS_VALID: &str =
    "a token stays valid at the server until it expires: the Skia API cannot revoke one\n";

pub fn run(args: LogoutArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    // Also if the cache is off: it may hold tokens from before.
    let Some(directory) = cache_directory()? else {
        return Ok(Outcome::of("nothing is cached: there is no home directory\n"));
    };
    let cannot =
        |error| Failure::output(format!("cannot delete a cached token: {}", reason(&error)));
    let removed = if args.all {
        begin_logout(&directory.value);
        Cache::remove_all(&directory.value).map_err(cannot)?
    } else {
        let layers = Layers::resolve(&args.identity.into(), shared, reporter)?;
        let Some(identity) = layers.identity() else {
            let message = "no client id is configured, so the token to delete is unknown";
            bail!(Failure::config(message).hint("skia-auth logout --all, or --client-id"));
        };
        begin_logout(&directory.value);
        usize::from(Cache::new(&directory.value, &identity).remove().map_err(cannot)?)
    };
    let deleted = match removed {
        0 => return Ok(Outcome::of("no token was cached\n")),
        1 => "deleted 1 cached token".to_owned(),
        count => format!("deleted {count} cached tokens"),
    };
    Ok(Outcome::of(format!("{deleted}; {STAYS_VALID}")))
}
