//! Delivers a token in the chosen format, to standard output or to the file of `--to-file`.

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::Outcome;
use crate::api::Login;
use crate::cli::DeliveryArgs;
use crate::error::Failure;
use crate::model::identity::Identity;
use crate::model::time::local_zone;
use crate::output::{self, Surroundings};
use crate::platform::private_fs;

/// Checks that the file of `--to-file` can be written, before a login.
pub fn check_target(delivery: &DeliveryArgs) -> Result<()> {
    let Some(path) = &delivery.to_file else { return Ok(()) };
    if path.as_os_str() == "-" {
        let hint = "leave --to-file out: standard output is the default";
        bail!(Failure::usage("--to-file - names no file").hint(hint));
    }
    Ok(private_fs::check_replaceable(path).map_err(|error| Failure::cannot_write(path, &error))?)
}

/// Renders the token and writes it to the file, or returns it as output.
pub fn deliver(
    login: &Login,
    delivery: &DeliveryArgs,
    identity: &Identity,
    now: Timestamp,
) -> Result<Outcome> {
    let surroundings = Surroundings {
        base_url: &identity.base_url.to_string(),
        scope: &identity.scope,
        now: login.server_now(now),
        local_zone,
    };
    let rendered = output::render(delivery.output.unwrap_or_default(), &login.grant, &surroundings);
    #[expect(clippy::disallowed_methods, reason = "standard output or the file gets it")]
    let rendered = rendered.expose().as_bytes();
    let Some(path) = &delivery.to_file else { return Ok(Outcome::of(rendered)) };
    let mode = delivery.to_file_mode.unwrap_or_default() as u32;
    private_fs::replace(path, rendered, mode)
        .map_err(|error| Failure::cannot_write(path, &error))?;
    Ok(Outcome::nothing())
}
