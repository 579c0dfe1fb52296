//! `token`: a token that is valid for a while, asked of the server only when the cache has none.

use anyhow::Result;

use super::deliver::{check_target, deliver};
use super::source::Source;
use super::{Outcome, cached};
use crate::acquire::{Acquired, Clock, DEFAULT_MIN_TTL, Need, acquire};
use crate::cli::{SharedArgs, TokenArgs};
use crate::error::{Failure, Kind};
use crate::report::Reporter;
use crate::settings::Layers;

pub fn run(
    args: &TokenArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    check_target(&args.delivery)?;
    if args.offline {
        return offline(args, shared, clock, reporter);
    }
    let source = Source::open(&args.connection, shared, reporter)?;
    let need = Need::Valid { min_ttl: args.freshness.min_ttl };
    let acquired = acquire(&source.settings, need, clock, reporter)?;
    source.announce(&acquired.grant.token, reporter);
    deliver(&acquired, &args.delivery, &source.settings.identity, clock())
}

fn offline(
    args: &TokenArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let layers = Layers::resolve(&args.connection, shared, reporter)?;
    let min_ttl = args.freshness.min_ttl.unwrap_or(DEFAULT_MIN_TTL);
    let (entry, identity) = cached::look_up(&layers, min_ttl, clock()).map_err(|absence| {
        Failure::new(Kind::None, format!("no cached token to use: {absence}"))
            .hint("skia-auth login")
    })?;
    let acquired = Acquired::from(entry);
    reporter.mask(&acquired.grant.token);
    deliver(&acquired, &args.delivery, &identity, clock())
}
