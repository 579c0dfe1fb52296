//! Renders a grant in each output format, without reading the clock or the environment.

mod dotenv;
mod env;
mod fish;
mod header;
mod json;
mod oauth;
mod powershell;
mod text;
mod token;

pub use json::inert;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::format::{Format, VariableFormat};
use crate::env as env_names;
use crate::model::secret::Secret;
use crate::model::time;
use crate::model::token::Grant;
use crate::report::sanitize::one_line;

/// What a format may print in addition to the grant.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub base_url: &'a str,
    pub scope: &'a str,
    pub now: Timestamp,
    /// Reading it opens files: only the format for people does.
    pub local_zone: fn() -> TimeZone,
}

/// The whole output: never empty, ending in exactly one newline.
pub fn render(format: Format, grant: &Grant, surroundings: &Surroundings<'_>) -> Secret {
    let variables = || variables(grant, surroundings.base_url);
    Secret::new(match format {
        Format::Token => token::render(grant),
        Format::Json => json::render(grant),
        Format::Text => text::render(grant, surroundings.now, &(surroundings.local_zone)()),
        Format::Oauth => oauth::render(grant, surroundings),
        Format::Header => header::render(grant),
        Format::Env => assignments(VariableFormat::Env, &variables()),
        Format::Fish => assignments(VariableFormat::Fish, &variables()),
        Format::Powershell => assignments(VariableFormat::Powershell, &variables()),
        Format::Dotenv => assignments(VariableFormat::Dotenv, &variables()),
    })
}

/// Assignments of variables, one a line.
pub fn assignments(format: VariableFormat, variables: &[Variable]) -> String {
    match format {
        VariableFormat::Env => env::render(variables),
        VariableFormat::Fish => fish::render(variables),
        VariableFormat::Powershell => powershell::render(variables),
        VariableFormat::Dotenv => dotenv::render(variables),
    }
}

/// An environment variable: its name and its value.
pub type Variable = (&'static str, String);

/// The variables that pass a token to another program. An unknown expiry is an empty value, which
/// replaces the value of an older token.
#[expect(clippy::disallowed_methods, reason = "the variables are the result")]
pub fn variables(grant: &Grant, base_url: &str) -> [Variable; 3] {
    [
        (env_names::TOKEN, grant.token.expose().to_owned()),
        (env_names::TOKEN_EXPIRES_AT, expires_at(grant).unwrap_or_default()),
        (env_names::BASE_URL, base_url.to_owned()),
    ]
}

/// The widest name, in characters, that the other rows are aligned with: `ExpirationDate` has 14. A
/// server that sends a name of half a megabyte must not make every line that long.
const WIDEST: usize = 24;

/// Aligned `Name: value` lines, safe to show.
pub fn lines(rows: impl IntoIterator<Item = (String, String)>) -> String {
    // Sanitized with its colon, which can complete a command that the name begins.
    let label = |name: &str| one_line(&format!("{}:", one_line(name)));
    let rows: Vec<_> =
        rows.into_iter().map(|(name, value)| (label(&name), one_line(&value))).collect();
    let widths = rows.iter().map(|(label, _)| label.chars().count());
    let width = widths.filter(|&width| width <= WIDEST + 1).max().unwrap_or(1);
    let mut text = String::new();
    for (label, value) in rows {
        let line = format!("{label:width$} {value}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A report of `-o json`: one object, indented, with the same escapes as a reply.
pub fn json_report(report: &serde_json::Value) -> String {
    format!("{}\n", json::inert(&format!("{report:#}")))
}

fn expires_at(grant: &Grant) -> Option<String> {
    grant.expiry.instant().map(time::rfc3339)
}

#[cfg(test)]
mod fixture {
    use super::*;
    use crate::model::token::{AccessToken, Expiry};

    pub const BASE_URL: &str = "https://api.skia.com.br/api";

    /// A base URL with every character that a shell interprets.
    #[cfg(unix)]
    pub const NASTY: &str = r#"https://h/~a'b$(x)`y`"c"${HOME}%d!!*?[a-z]{1,2};&|<>^#=\n\\z"#;

    /// Shell code that prints the variables, and how many of them are exported.
    #[cfg(unix)]
    pub const SHOW: &str = r#"printf '%s|' "$SKIA_TOKEN" "$SKIA_TOKEN_EXPIRES_AT" "$SKIA_BASE_URL"
        env | grep -cE '^SKIA_(TOKEN|TOKEN_EXPIRES_AT|BASE_URL)='"#;

    pub fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A grant that ends at 13:16:51 UTC.
    pub fn grant(reply: &str) -> Grant {
        Grant {
            token: AccessToken::parse("eyJ.e30.T").unwrap(),
            expiry: Expiry::At(at("2025-04-24T13:16:51Z")),
            reply: Secret::new(reply.to_owned()),
        }
    }

    pub fn grant_without_expiry() -> Grant {
        Grant { expiry: Expiry::Unknown, ..grant("{}") }
    }

    /// What a shell prints when it runs a script; `None` if the shell is not installed.
    #[cfg(unix)]
    pub fn run_in(shell: &[&str], script: &str, argument: &str) -> Option<String> {
        let (program, options) = shell.split_first().unwrap();
        // The shell reads nothing of the developer's, and fish writes its state here.
        let home = tempfile::tempdir().unwrap();
        let directories =
            ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];
        let output = std::process::Command::new(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(directories.map(|name| (name, home.path())))
            .current_dir(home.path())
            .args(options)
            .args(["-c", script])
            .args((*program != "fish").then_some("argv0"))
            .arg(argument)
            .output();
        match output {
            Ok(output) => {
                assert!(
                    output.stderr.is_empty(),
                    "{shell:?}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
                Some(String::from_utf8(output.stdout).unwrap())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => panic!("{shell:?}: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::*;
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_format_ends_in_exactly_one_newline() {
        let surroundings = Surroundings {
            base_url: BASE_URL,
            scope: "api",
            now: at("2025-04-24T13:00:00Z"),
            local_zone: || TimeZone::UTC,
        };
        for format in Format::value_variants() {
            for grant in
                [grant("{\"Token\":\"eyJ.e30.T\"}"), grant("{\r\n}\n\n"), grant_without_expiry()]
            {
                let rendered = render(*format, &grant, &surroundings);
                let body = rendered.expose().strip_suffix('\n').unwrap();
                assert!(!body.is_empty() && !body.ends_with(['\n', '\r']), "{format:?}: {body:?}");
            }
        }
    }

    #[test]
    fn no_name_makes_a_command_with_its_colon() {
        let row = |name: &str, value: &str| lines([(name.to_owned(), value.to_owned())]);
        assert_eq!(row("Name", "a"), "Name: a\n");
        assert_eq!(row(":", ":x"), ": : :x\n");
        assert_eq!(row("::x:", "a"), ": :x: : a\n");
    }

    #[test]
    fn the_default_is_the_token() {
        assert_eq!(Format::default(), Format::Token);
    }
}
