//! `config init`: a configuration file for people who have none, asked for on a terminal, a template elsewhere.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Result, bail};
use zeroize::Zeroizing;

use crate::cli::SharedArgs;
use crate::commands::Outcome;
use crate::error::{Failure, reason, shell_quote};
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;
use crate::platform::{private_fs, prompt, stdio};
use crate::settings::file::DEFAULT_PROFILE;
use crate::settings::{DEFAULT_BASE_URL, config_path};

/// How often a question is asked again before it is given up.
const ATTEMPTS: usize = 3;

pub fn run(shared: &SharedArgs) -> Result<Outcome> {
    let profile = shared.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
    let Some(path) = config_path(shared)?.map(|path| path.value) else {
        bail!(
            Failure::config("there is no home directory for a configuration file")
                .hint("name one: --config FILE")
        );
    };
    // Said before anything is asked: an answer that is thrown away is a secret typed for nothing.
    if fs::symlink_metadata(&path).is_ok() {
        bail!(exists(&path, profile));
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        bail!(Failure::config("config init writes TOML, and the file's name ends in .json"));
    }
    let on_terminal = stdio::stdin_is_terminal() && stdio::stderr_is_terminal();
    let answers = if on_terminal { Some(Answers::ask(profile)?) } else { None };
    write(&path, &file(profile, answers.as_ref()), profile)?;
    let next = login_command(shared);
    Ok(Outcome::of(match answers {
        Some(_) => format!("created {}\nnext: {next}\n", path.display()),
        None => format!("created {}\nnext: fill it in, then {next}\n", path.display()),
    }))
}

/// The command that uses the new file, as it is typed.
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
    let failure = Failure::config(format!("{} exists, and is not overwritten", path.display()));
    if profile == DEFAULT_PROFILE {
        failure.hint("skia-auth config show")
    } else {
        failure.hint(format!("add a table [profile.{}] to it", key(profile)))
    }
}

fn write(path: &Path, content: &str, profile: &str) -> Result<(), Failure> {
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path, profile),
        _ => Failure::output(format!("cannot create {}: {}", path.display(), reason(&error))),
    };
    if let Some(directory) =
        path.parent().filter(|directory| !directory.as_os_str().is_empty() && !directory.is_dir())
    {
        private_fs::create_directory(directory).map_err(cannot)?;
    }
    private_fs::create(path, content.as_bytes()).map_err(cannot)
}

/// What a person said.
struct Answers {
    client_id: String,
    client_secret: Secret,
    /// `None` for the default.
    base_url: Option<String>,
}

impl Answers {
    fn ask(profile: &str) -> Result<Self, Failure> {
        stdio::emit_error(&format!(
            "Credentials for the profile {profile:?} (Ctrl-C to stop, nothing is written)\n"
        ));
        let client_id = question("Client id: ", prompt::read_line, |text| match text {
            "" => Err("a client id is needed".to_owned()),
            text if text.chars().any(char::is_control) => {
                Err("that contains a control character".to_owned())
            }
            _ => Ok(()),
        })?;
        let client_secret =
            question("Client secret (not shown): ", prompt::read_hidden_line, |text| match text {
                "" => Err("a client secret is needed".to_owned()),
                _ => Ok(()),
            })?;
        let prompt = format!("Base URL [{DEFAULT_BASE_URL}]: ");
        let base_url = question(&prompt, prompt::read_line, |text| match text {
            "" => Ok(()),
            text => match BaseUrl::parse(text) {
                Ok(url) if !url.uses_tls() && !url.is_loopback() => {
                    Err("that is plain HTTP: the secret would cross the network readable"
                        .to_owned())
                }
                url => url.map(drop).map_err(|failure| failure.message),
            },
        })?;
        Ok(Self {
            client_id: client_id.to_string(),
            client_secret: Secret::new(client_secret.to_string()),
            base_url: (!base_url.is_empty()).then(|| base_url.to_string()),
        })
    }
}

fn question(
    prompt: &str,
    read: impl Fn() -> io::Result<Zeroizing<String>>,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Zeroizing<String>, Failure> {
    for _ in 0..ATTEMPTS {
        stdio::emit_error(prompt);
        let answer =
            read().map_err(|error| Failure::config(format!("no answer: {}", reason(&error))))?;
        match check(&answer) {
            Ok(()) => return Ok(answer),
            Err(why) => stdio::emit_error(&format!("{why}\n")),
        }
    }
    Err(Failure::config("no usable answer")
        .hint("skia-auth config init < /dev/null writes a template to fill in"))
}

/// The file: commented, so that it can be understood without a manual.
fn file(profile: &str, answers: Option<&Answers>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2048));
    text.push_str("# Configuration of skia-auth. Keep it to yourself: it may hold a secret.\n");
    text.push_str(
        "# The keys at the top are the profile \"default\". Another profile is a table of\n",
    );
    text.push_str("# its own, [profile.NAME], and inherits nothing.\n\n");
    if profile != DEFAULT_PROFILE {
        let _ = writeln!(text, "[profile.{}]", key(profile));
    }
    match answers {
        Some(answers) => {
            let _ = writeln!(text, "client_id = {}", quoted(&answers.client_id).as_str());
            let _ = writeln!(
                text,
                "client_secret = {}",
                quoted(answers.client_secret.expose()).as_str()
            );
        }
        None => text.push_str("# client_id = \"…\"\n# client_secret = \"…\"\n"),
    }
    text.push_str("# In place of client_secret:\n");
    text.push_str("# client_secret_file = \"/run/secrets/skia\"\n");
    text.push_str("# client_secret_command = [\"pass\", \"show\", \"skia\"]\n\n");
    match answers.and_then(|answers| answers.base_url.as_deref()) {
        Some(base_url) => {
            let _ = writeln!(text, "base_url = {}", quoted(base_url).as_str());
        }
        None => {
            let _ = writeln!(text, "# base_url = \"{DEFAULT_BASE_URL}\"");
        }
    }
    text.push_str(
        "# scope = \"api\"\n# timeout = \"30s\"\n# ca_cert = \"/path/to/ca.pem\"\n# cache = true\n",
    );
    text
}

fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { name.to_owned() } else { quoted(name).to_string() }
}

/// A TOML basic string.
fn quoted(text: &str) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(String::with_capacity(text.len() * 6 + 2));
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DEFAULT_TIMEOUT;
    use crate::settings::file::ConfigFile;

    #[test]
    fn what_is_written_is_read_back() {
        for secret in ["simple", "q\"uo\\te", "é \u{1f600} ", "tab\tand\u{7f}", "'''\"\"\""] {
            for profile in [DEFAULT_PROFILE, "staging", "a.b c\"d"] {
                let answers = Answers {
                    client_id: "id".into(),
                    client_secret: Secret::new(secret.into()),
                    base_url: Some("https://h/api".into()),
                };
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("config.toml");
                write(&path, &file(profile, Some(&answers)), profile).unwrap();
                let read = ConfigFile::read(&path, DEFAULT_TIMEOUT).unwrap();
                let profile = &read.profiles[profile];
                assert_eq!(profile.client_secret.as_ref().map(Secret::expose), Some(secret));
                assert_eq!(profile.client_id.as_deref(), Some("id"));
                assert_eq!(profile.base_url.as_deref(), Some("https://h/api"));
            }
        }
    }
}
