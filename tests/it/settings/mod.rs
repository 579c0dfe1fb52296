//! Where values come from: command line, environment, configuration file.

mod arguments;
mod base_url;
#[cfg(unix)]
mod command;
mod file;
mod layers;
#[cfg(unix)]
mod pipes;
mod places;
mod secret;
mod variables;

use serde_json::Value;

use crate::support::{Home, Outcome};

/// The value and the provenance of a setting in the report of `config show -o json`.
fn shown(outcome: &Outcome, name: &str) -> (Value, Value) {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let report = outcome.json();
    let rows = report["settings"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["name"] == name)
        .unwrap_or_else(|| panic!("no {name}\n{outcome}"));
    (row["value"].clone(), row["provenance"].clone())
}

/// The path of the configuration file in the home of a case.
fn config_path(home: &Home) -> String {
    home.config().join("skia-auth").join("config.toml").display().to_string()
}
