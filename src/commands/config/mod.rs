//! `config`: what the settings are and where they come from.

pub mod init;

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Outcome;
use crate::cli::{ConfigShowArgs, ReportFormat, SharedArgs};
use crate::error::Failure;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;
use crate::output::{json_report, lines};
use crate::report::Reporter;
use crate::settings::file::ConfigFile;
use crate::settings::secret_source::SecretSource;
use crate::settings::{CachePlace, DEFAULT_TIMEOUT, Layers, config_path};

/// The widest value that the others are aligned with: a long path must not push every line past 80 columns.
const COLUMN: usize = 30;

pub fn show(args: &ConfigShowArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    if args.profile_names {
        return Ok(profile_names(shared));
    }
    let layers = Layers::resolve(&args.connection, shared, reporter)?;
    let rows = rows(&layers);
    Ok(Outcome::of(match args.report.output.unwrap_or_default() {
        ReportFormat::Text => {
            let widths = rows.iter().map(|row| row.value.chars().count());
            let width = widths.filter(|width| *width <= COLUMN).max().unwrap_or_default();
            lines(rows.into_iter().map(|Row { name, value, provenance, .. }| match provenance {
                Some(provenance) => {
                    (name.to_owned(), format!("{value:width$}  from {}", provenance.without_file()))
                }
                None => (name.to_owned(), value),
            }))
        }
        ReportFormat::Json => {
            let settings: Vec<_> = rows
                .into_iter()
                .map(|Row { name, value, is_set, provenance }| {
                    let value = if is_set { Value::from(value) } else { Value::Null };
                    json!({"name": name, "value": value, "provenance": provenance.map(|it| it.to_string())})
                })
                .collect();
            json_report(&json!({ "settings": settings }))
        }
    }))
}

/// The names of the profiles, one a line. It is silent about a file that cannot be read, and about
/// names that a shell would have to quote.
fn profile_names(shared: &SharedArgs) -> Outcome {
    let file = config_path(shared)
        .ok()
        .flatten()
        .and_then(|path| ConfigFile::read(&path.value, DEFAULT_TIMEOUT).ok());
    let is_plain = |name: &&String| {
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let names = file.iter().flat_map(|file| file.profiles.keys()).filter(is_plain);
    Outcome::of(names.map(|name| format!("{name}\n")).collect::<String>())
}

pub fn path(shared: &SharedArgs) -> Result<Outcome> {
    match config_path(shared)? {
        // Byte for byte: a path that is shown need not be one that can be opened.
        Some(path) => Ok(Outcome::of([path.value.as_os_str().as_encoded_bytes(), b"\n"].concat())),
        None => bail!(
            Failure::config("there is no home directory, and so no place for a configuration file")
                .hint("name one: --config FILE, or SKIA_CONFIG")
        ),
    }
}

struct Row {
    name: &'static str,
    value: String,
    is_set: bool,
    provenance: Option<Provenance>,
}

impl Row {
    fn of<T>(name: &'static str, setting: &Setting<T>, show: impl FnOnce(&T) -> String) -> Self {
        Self {
            name,
            value: show(&setting.value),
            is_set: true,
            provenance: Some(setting.provenance.clone()),
        }
    }

    fn maybe<T>(
        name: &'static str,
        setting: Option<&Setting<T>>,
        show: impl FnOnce(&T) -> String,
    ) -> Self {
        match setting {
            Some(setting) => Self::of(name, setting, show),
            None => Self { name, value: "not set".to_owned(), is_set: false, provenance: None },
        }
    }
}

fn rows(layers: &Layers) -> Vec<Row> {
    let shown = |path: &Path| path.display().to_string();
    let file = layers.config_file.as_ref().map(|(file, found)| {
        let value = shown(&file.value) + if *found { "" } else { " (no such file)" };
        Setting::new(value, file.provenance.clone())
    });
    vec![
        Row::maybe("config_file", file.as_ref(), String::clone),
        Row::of("profile", &layers.profile, String::clone),
        Row::of("base_url", &layers.base_url, ToString::to_string),
        Row::maybe("client_id", layers.client_id.as_ref(), String::clone),
        secret(layers),
        Row::of("scope", &layers.scope, String::clone),
        Row::of("timeout", &layers.timeout, |timeout| format!("{}s", timeout.as_secs_f64())),
        Row::of("retries", &layers.retries, u32::to_string),
        Row::maybe("ca_cert", layers.ca_cert.as_ref(), |path| shown(path)),
        Row::of("allow_http", &layers.allow_http, bool::to_string),
        Row::of("cache", &layers.cache, |cache| match cache {
            CachePlace::Directory(directory) => shown(directory),
            CachePlace::Off(why) => format!("off ({why})"),
        }),
    ]
}

/// Says that there is a secret, and of what length; a command is named and not run.
fn secret(layers: &Layers) -> Row {
    const NAME: &str = "client_secret";
    let Some(source) = &layers.client_secret else {
        return Row::maybe(NAME, None::<&Setting<()>>, |()| String::new());
    };
    let length = |secret: &Secret| match secret.characters() {
        1 => "set (1 character)".to_owned(),
        count => format!("set ({count} characters)"),
    };
    let value = match &source.value {
        SecretSource::Given(secret) => length(secret),
        SecretSource::File(path) => match source.read(layers.timeout.value) {
            Ok(secret) => format!("{}, in {}", length(&secret.value), path.display()),
            Err(failure) => failure.message,
        },
        SecretSource::StandardInput => "on standard input, not read".to_owned(),
        SecretSource::Command(argv) => format!("printed by the command {:?}, not run", argv[0]),
    };
    Row::of(NAME, &Setting::new((), source.provenance.clone()), |()| value)
}
