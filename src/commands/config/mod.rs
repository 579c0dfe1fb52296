//! `config show` and `config path`: the effective settings, and where the configuration file is.

pub mod init;
pub mod list;

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;

use super::Outcome;
use crate::cli::{ConfigShowArgs, ReportFormat, SharedArgs};
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;
use crate::output::{json_report, lines};
use crate::report::Reporter;
use crate::settings::file::{ConfigFile, Profile};
use crate::settings::secret_source::SecretSource;
use crate::settings::{CachePlace, DEFAULT_BASE_URL, Layers, config_path};

/// The widest value that sets the width of the column. A longer one, such as a path, sticks out, so
/// that the other lines stay below 80 columns.
const COLUMN: usize = 30;

pub fn show(args: &ConfigShowArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    if args.profile_names {
        return Ok(profile_names(shared));
    }
    if args.connection.sandbox {
        bail!(
            Failure::usage("config show has no --sandbox: a sandbox reads no settings")
                .hint("skia-auth login --sandbox")
        );
    }
    let rows = rows(&Layers::resolve(&args.connection, shared, reporter)?);
    Ok(Outcome::of(match args.report.output.unwrap_or_default() {
        ReportFormat::Text => as_text(rows),
        ReportFormat::Json => {
            let settings: Vec<_> = rows
                .into_iter()
                .map(|(name, row)| {
                    let (value, provenance) = row.unzip();
                    let provenance = provenance.map(|provenance| provenance.to_string());
                    json!({"name": name, "value": value, "provenance": provenance})
                })
                .collect();
            json_report(&json!({ "settings": settings }))
        }
    }))
}

fn as_text(rows: Vec<Row>) -> String {
    let widths = rows.iter().flat_map(|(_, row)| row).map(|(value, _)| value.chars().count());
    let width = widths.filter(|width| *width <= COLUMN).max().unwrap_or_default();
    lines(rows.into_iter().map(|(name, row)| {
        let text = match row {
            Some((value, provenance)) => {
                format!("{value:width$}  from {}", provenance.without_file())
            }
            None => "not set".to_owned(),
        };
        (name.to_owned(), text)
    }))
}

/// How long to wait for a configuration file that is a pipe: meanwhile the shell does not react.
const COMPLETION_TIMEOUT: Duration = Duration::from_secs(1);

/// The names of the profiles, one a line, each with a tab and its base URL, for completions. A file
/// that cannot be read counts as empty, and names that a shell would have to quote are left out.
fn profile_names(shared: &SharedArgs) -> Outcome {
    let path = config_path(shared).ok().flatten();
    let file = path.and_then(|path| ConfigFile::read(&path.value, COMPLETION_TIMEOUT).ok());
    let is_plain = |name: &str| {
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let profiles = file.iter().flat_map(|file| &file.profiles).filter(|(name, _)| is_plain(name));
    let line = |(name, profile): (&String, &Profile)| {
        let base_url = profile.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
        // A base URL that is not valid may hold anything, and is not shown.
        let base_url = BaseUrl::parse(base_url).map(|url| url.to_string()).unwrap_or_default();
        format!("{name}\t{base_url}\n")
    };
    Outcome::of(profiles.map(line).collect::<String>())
}

pub fn path(shared: &SharedArgs) -> Result<Outcome> {
    match config_path(shared)? {
        // As bytes: `display` would replace what is not UTF-8.
        Some(path) => Ok(Outcome::of([path.value.as_os_str().as_encoded_bytes(), b"\n"].concat())),
        None => bail!(
            Failure::config("there is no home directory, and so no place for a configuration file")
                .hint("name one: --config FILE, or SKIA_CONFIG")
        ),
    }
}

/// The name of a setting, and its value if it is set.
type Row = (&'static str, Option<(String, Provenance)>);

fn rows(layers: &Layers) -> Vec<Row> {
    fn row<T>(
        setting: &Setting<T>,
        show: impl FnOnce(&T) -> String,
    ) -> Option<(String, Provenance)> {
        Some((show(&setting.value), setting.provenance.clone()))
    }
    let shown = |path: &Path| path.display().to_string();
    let file = layers.config_file.as_ref().and_then(|(file, found)| {
        let why = found.as_ref().map_or_else(|why| format!(" ({why})"), |()| String::new());
        row(file, |path| shown(path) + &why)
    });
    vec![
        ("config_file", file),
        ("profile", row(&layers.profile, String::clone)),
        ("base_url", row(&layers.base_url, ToString::to_string)),
        ("client_id", layers.client_id.as_ref().and_then(|id| row(id, String::clone))),
        ("client_secret", secret(layers)),
        ("scope", row(&layers.scope, String::clone)),
        ("timeout", row(&layers.timeout, |timeout| format!("{}s", timeout.as_secs_f64()))),
        ("retries", row(&layers.retries, u32::to_string)),
        ("ca_cert", layers.ca_cert.as_ref().and_then(|path| row(path, |path| shown(path)))),
        ("allow_http", row(&layers.allow_http, bool::to_string)),
        (
            "cache",
            row(&layers.cache, |cache| match cache {
                CachePlace::Directory(directory) => shown(directory),
                CachePlace::Off(why) => format!("off ({why})"),
            }),
        ),
    ]
}

/// The length of the secret. A command is named and not run.
fn secret(layers: &Layers) -> Option<(String, Provenance)> {
    let source = layers.client_secret.as_ref()?;
    let value = match &source.value {
        SecretSource::Given(secret) => format!("set ({})", secret.length()),
        SecretSource::File(path) => match source.read(layers.timeout.value) {
            Ok(secret) => {
                let length = secret.value.known().map(Secret::length).unwrap_or_default();
                format!("set ({length}), in {}", path.display())
            }
            Err(failure) => failure.message,
        },
        SecretSource::StandardInput => "on standard input, not read".to_owned(),
        SecretSource::Command(argv) => {
            format!("printed by the command \"{}\", not run", argv[0].display())
        }
    };
    Some((value, source.provenance.clone()))
}
