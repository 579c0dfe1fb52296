//! `config init`: creates the configuration file, from answers on a terminal, else as a template.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Result, bail};
use toml_writer::{ToTomlKey, ToTomlValue};

use crate::cli::SharedArgs;
use crate::commands::Outcome;
use crate::error::{Failure, reason, shell_quote};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::platform::{advice, private_fs, prompt, stdio};
use crate::settings::file::DEFAULT_PROFILE;
use crate::settings::{DEFAULT_BASE_URL, config_path};

/// How often a question is asked before the command gives up.
const ATTEMPTS: usize = 3;

const HEADER: &str = "\
# Configuration of skia-auth. Keep it private: it may hold a secret.
# The keys at the top level are the profile \"default\". A table [profile.NAME] is
# another profile, and inherits nothing.

";

pub fn run(shared: &SharedArgs) -> Result<Outcome> {
    let profile = shared.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
    let Some(path) = config_path(shared)?.map(|path| path.value) else {
        bail!(
            Failure::config("there is no home directory for a configuration file")
                .hint("name one: --config FILE")
        );
    };
    // Check before the questions: nobody should type a secret that is then thrown away.
    if fs::symlink_metadata(&path).is_ok() {
        bail!(exists(&path, profile));
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        bail!(Failure::config("config init writes TOML, and the file's name ends in .json"));
    }
    let on_terminal = stdio::stdin_is_terminal() && stdio::stderr_is_terminal();
    let values = if on_terminal { Values::ask(profile)? } else { Values::default() };
    create(&path, &format!("{HEADER}{}", values.to_toml(profile)), profile)?;
    let first = if on_terminal { "" } else { "fill it in, then " };
    let login = login_command(shared);
    Ok(Outcome::of(format!("created {}\nnext: {first}{login}\n", path.display())))
}

/// The command that logs in with the new file.
fn login_command(shared: &SharedArgs) -> String {
    let profile = shared.profile.as_deref().filter(|profile| *profile != DEFAULT_PROFILE);
    let file = shared.config.as_ref().map(|file| file.display().to_string());
    let options = [("--config", file.as_deref()), ("-p", profile)];
    options.into_iter().fold("skia-auth login".to_owned(), |command, (option, value)| match value {
        Some(value) => format!("{command} {option} {}", shell_quote(value)),
        None => command,
    })
}

fn exists(path: &Path, profile: &str) -> Failure {
    let hint = match profile {
        DEFAULT_PROFILE => "skia-auth config show".to_owned(),
        profile => format!("add a table [profile.{}] to it", profile.to_toml_key()),
    };
    Failure::config(format!("{} already exists", path.display())).hint(hint)
}

fn create(path: &Path, content: &str, profile: &str) -> Result<(), Failure> {
    let failure = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path, profile),
        _ => Failure::output(format!("cannot create {}: {}", path.display(), reason(&error))),
    };
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        private_fs::create_directory(directory).map_err(failure)?;
    }
    private_fs::create(path, content.as_bytes()).map_err(failure)
}

/// The values of a profile. A missing one is written as a comment.
#[derive(Default)]
struct Values {
    client_id: Option<String>,
    client_secret: Option<Secret>,
    base_url: Option<String>,
}

impl Values {
    fn ask(profile: &str) -> Result<Self, Failure> {
        stdio::emit_error(&format!(
            "Credentials for the profile {profile:?} (Ctrl-C to stop, nothing is written)\n"
        ));
        let client_id = ask("Client id: ", false, |text| match text {
            "" => Err("a client id is needed".to_owned()),
            _ if text.contains(char::is_control) => {
                Err("that contains a control character".to_owned())
            }
            _ => Ok(()),
        })?;
        let client_secret = ask("Client secret (not shown): ", true, |text| match text {
            "" => Err("a client secret is needed".to_owned()),
            _ => Ok(()),
        })?;
        let base_url = ask(&format!("Base URL [{DEFAULT_BASE_URL}]: "), false, |text| {
            if text.is_empty() {
                return Ok(());
            }
            let url = BaseUrl::parse(text).map_err(|failure| failure.message)?;
            if !url.uses_tls() && !url.is_loopback() {
                return Err(
                    "that is plain HTTP: the secret would cross the network readable".into()
                );
            }
            Ok(())
        })?;
        Ok(Self {
            client_id: Some(client_id),
            client_secret: Some(Secret::new(client_secret)),
            base_url: Some(base_url).filter(|url| !url.is_empty()),
        })
    }

    /// The profile as TOML: the keys of the top level, or a table with a header.
    fn to_toml(&self, profile: &str) -> String {
        let header = match profile {
            DEFAULT_PROFILE => String::new(),
            name => format!("[profile.{}]\n", name.to_toml_key()),
        };
        let line = |key: &str, value: Option<&str>, example: &str| match value {
            Some(value) => format!("{key} = {}\n", value.to_toml_value()),
            None => format!("# {key} = \"{example}\"\n"),
        };
        let client_id = line("client_id", self.client_id.as_deref(), "…");
        #[expect(clippy::disallowed_methods, reason = "the file gets it")]
        let secret = self.client_secret.as_ref().map(Secret::expose);
        let client_secret = line("client_secret", secret, "…");
        let base_url = line("base_url", self.base_url.as_deref(), DEFAULT_BASE_URL);
        format!(
            "\
{header}{client_id}{client_secret}\
# In place of client_secret:
# client_secret_file = {}
# client_secret_command = {}

{base_url}\
# scope = \"api\"
# timeout = \"30s\"
# ca_cert = {}
# cache = true
",
            advice::SECRET_FILE,
            advice::SECRET_COMMAND,
            advice::CA_CERT,
        )
    }
}

/// Asks until `check` accepts the answer.
fn ask(
    prompt: &str,
    is_hidden: bool,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<String, Failure> {
    for _ in 0..ATTEMPTS {
        stdio::emit_error(prompt);
        let line = if is_hidden { prompt::read_hidden_line() } else { prompt::read_line() };
        let line =
            line.map_err(|error| Failure::config(format!("no answer: {}", reason(&error))))?;
        match check(&line) {
            Ok(()) => return Ok(line.to_string()),
            Err(why) => stdio::emit_error(&format!("{why}\n")),
        }
    }
    Err(Failure::config("no usable answer")
        .hint(format!("{} writes a template to fill in", advice::INIT_WITHOUT_TERMINAL)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DEFAULT_TIMEOUT;
    use crate::settings::file::ConfigFile;

    #[test]
    fn every_secret_and_profile_name_is_read_back() {
        for secret in ["simple", "q\"uo\\te", "é \u{1f600} ", "tab\tand\u{7f}", "'''\"\"\""] {
            for profile in [DEFAULT_PROFILE, "staging", "a.b c\"d"] {
                let values = Values {
                    client_id: Some("id".into()),
                    client_secret: Some(Secret::new(secret.into())),
                    base_url: Some("https://h/api".into()),
                };
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("config.toml");
                create(&path, &values.to_toml(profile), profile).unwrap();
                let read = ConfigFile::read(&path, DEFAULT_TIMEOUT).unwrap();
                let profile = &read.profiles[profile];
                assert_eq!(profile.client_secret.as_ref().map(Secret::expose), Some(secret));
                assert_eq!(profile.client_id.as_deref(), Some("id"));
                assert_eq!(profile.base_url.as_deref(), Some("https://h/api"));
            }
        }
    }
}
