//! `config list`: the profiles of the configuration file, without their secrets.

use anyhow::Result;
use serde_json::{Value, json};

use crate::cli::{ConfigListArgs, ReportFormat, SharedArgs};
use crate::commands::Outcome;
use crate::model::base_url::BaseUrl;
use crate::output::json_report;
use crate::platform::advice::shell_quote;
use crate::report::sanitize::one_line;
use crate::report::{Reporter, Warning};
use crate::settings::file::{ConfigFile, DEFAULT_PROFILE, Profile};
use crate::settings::{DEFAULT_BASE_URL, DEFAULT_TIMEOUT, config_file, resolve_path};

/// The widest value that sets the width of a column.
const COLUMN: usize = 40;

pub fn run(args: &ConfigListArgs, shared: &SharedArgs, reporter: &Reporter) -> Result<Outcome> {
    let file = match config_file(shared)? {
        Some((path, Ok(()))) => Some(ConfigFile::read(&path.value, DEFAULT_TIMEOUT)?),
        Some((path, Err(why))) => {
            reporter.warn(Warning::NoConfigFile { path: Some(path.value), why });
            None
        }
        None => {
            let why = "there is no home directory".to_owned();
            reporter.warn(Warning::NoConfigFile { path: None, why });
            None
        }
    };
    if let Some(file) = file.as_ref().filter(|file| file.is_exposed()) {
        reporter.warn(Warning::ExposedConfigFile(file.path.clone()));
    }
    let rows = file.as_ref().map(rows).unwrap_or_default();
    Ok(Outcome::of(match args.report.output.unwrap_or_default() {
        ReportFormat::Text => as_text(&rows),
        ReportFormat::Json => {
            let profiles: Vec<_> = rows.iter().map(Row::as_json).collect();
            json_report(&json!({ "profiles": profiles }))
        }
    }))
}

struct Row<'a> {
    name: &'a str,
    /// `None` if it is invalid: it may then hold a password.
    base_url: Option<String>,
    client_id: Option<&'a str>,
    secret: Option<Place<'a>>,
}

/// Where a client secret is kept.
enum Place<'a> {
    ConfigFile,
    File(String),
    /// Only its program is named: an argument may be a secret.
    Command(&'a str),
}

/// The default profile first.
fn rows(file: &ConfigFile) -> Vec<Row<'_>> {
    let (default, others): (Vec<_>, Vec<_>) =
        file.profiles.iter().partition(|(name, _)| *name == DEFAULT_PROFILE);
    let profiles = default.into_iter().chain(others);
    profiles.map(|(name, profile)| Row::of(name, profile, file)).collect()
}

impl<'a> Row<'a> {
    fn of(name: &'a str, profile: &'a Profile, file: &ConfigFile) -> Self {
        let Profile { client_secret, client_secret_file, client_secret_command, .. } = profile;
        let base_url = profile.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
        let secret = match (client_secret, client_secret_file, client_secret_command) {
            (Some(_), ..) => Some(Place::ConfigFile),
            (_, Some(path), _) => {
                Some(Place::File(resolve_path(path, &file.path).display().to_string()))
            }
            (.., Some(words)) => words.first().map(|program| Place::Command(program)),
            _ => None,
        };
        Self {
            name,
            base_url: BaseUrl::parse(base_url).ok().map(|url| url.to_string()),
            client_id: profile.client_id.as_deref(),
            secret,
        }
    }

    fn columns(&self) -> [String; 4] {
        let secret = match &self.secret {
            Some(Place::ConfigFile) => "secret in the configuration file".to_owned(),
            Some(Place::File(path)) => format!("secret in {path}"),
            Some(Place::Command(program)) => format!("secret from the command \"{program}\""),
            None => "no secret".to_owned(),
        };
        let base_url = self.base_url.clone().unwrap_or_else(|| "(invalid)".to_owned());
        let client_id = self.client_id.map_or_else(|| "-".to_owned(), shell_quote);
        [shell_quote(self.name), base_url, client_id, secret].map(|text| one_line(&text))
    }

    fn as_json(&self) -> Value {
        let secret = match &self.secret {
            Some(Place::ConfigFile) => json!({"from": "config"}),
            Some(Place::File(path)) => json!({"from": "file", "path": path}),
            Some(Place::Command(program)) => json!({"from": "command", "program": program}),
            None => Value::Null,
        };
        json!({
            "name": self.name,
            "base_url": self.base_url,
            "client_id": self.client_id,
            "client_secret": secret,
        })
    }
}

/// Aligned columns, two spaces apart.
fn as_text(rows: &[Row]) -> String {
    let rows: Vec<_> = rows.iter().map(Row::columns).collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.filter(|width| *width <= COLUMN).max().unwrap_or_default()
    };
    let [name_width, url_width, id_width] = [0, 1, 2].map(width);
    let line = |[name, base_url, client_id, secret]: &[String; 4]| {
        format!("{name:name_width$}  {base_url:url_width$}  {client_id:id_width$}  {secret}\n")
    };
    rows.iter().map(line).collect()
}
