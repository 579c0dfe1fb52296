//! `token`: a token that is valid for `--min-ttl`, from the cache or from a new login.

use anyhow::Result;

use super::deliver::{check_target, deliver};
use super::source::Source;
use super::{Outcome, cached, watch};
use crate::acquire::{Clock, DEFAULT_MIN_TTL, Need};
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
    if args.watch {
        return watch::run(args, shared, clock, reporter);
    }
    check_target(&args.delivery)?;
    if args.offline {
        return offline(args, shared, clock, reporter);
    }
    let source = Source::open(&args.connection, shared, reporter)?;
    let (min_ttl, renew_before) = (args.freshness.min_ttl, args.renewal.renew_before);
    let need = Need::Valid { min_ttl, renew_before };
    let login = source.acquire(need, clock, reporter)?;
    deliver(&login, &args.delivery, &source.settings.identity, clock())
}

fn offline(
    args: &TokenArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let layers = Layers::resolve(&args.connection, shared, reporter)?;
    let min_ttl = args.freshness.min_ttl.unwrap_or(DEFAULT_MIN_TTL);
    let (entry, identity) = cached::load(&layers)
        .and_then(|found| cached::check(&layers, &found.0, min_ttl, clock()).map(|_| found))
        .map_err(|miss| {
            let login = shared.command_for("skia-auth login", &args.connection);
            Failure::new(Kind::None, miss.to_string()).hint(login)
        })?;
    reporter.mask(&entry.login.grant.token);
    deliver(&entry.login, &args.delivery, &identity, clock())
}
