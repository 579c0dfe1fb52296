//! How a token leaves by way of standard output or a file.

use std::io;
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use super::Outcome;
use crate::acquire::Acquired;
use crate::cli::DeliveryArgs;
use crate::error::{Failure, reason};
use crate::model::identity::Identity;
use crate::output::{self, Surroundings};
use crate::platform::private_fs;

/// Finds out before anything is asked of the network whether the file could be written.
pub fn check_target(delivery: &DeliveryArgs) -> Result<()> {
    match &delivery.to_file {
        Some(path) => {
            Ok(private_fs::check_replaceable(path).map_err(|error| cannot_write(path, &error))?)
        }
        None => Ok(()),
    }
}

/// Renders a token and hands it over. The caller has announced it.
pub fn deliver(
    acquired: &Acquired,
    delivery: &DeliveryArgs,
    identity: &Identity,
    now: Timestamp,
) -> Result<Outcome> {
    let surroundings = Surroundings {
        base_url: &identity.base_url.to_string(),
        scope: &identity.scope,
        now: acquired.server_now(now),
    };
    let rendered =
        output::render(delivery.output.unwrap_or_default(), &acquired.grant, &surroundings);
    let rendered = rendered.expose().as_bytes();
    match &delivery.to_file {
        None => Ok(Outcome::of(rendered)),
        Some(path) => {
            private_fs::replace(path, rendered).map_err(|error| cannot_write(path, &error))?;
            Ok(Outcome::nothing())
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::output(format!("cannot write {}: {}", path.display(), reason(error)))
}
