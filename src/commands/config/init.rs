//! `config init`: creates the configuration file or adds a profile to it, from options and from
//! answers on a terminal. A missing value is written as a comment.

use std::fs;
use std::io;
use std::path::{self, Path};

use anyhow::{Result, bail};
use toml_writer::ToTomlValue;

use crate::cli::{ConfigInitArgs, SharedArgs};
use crate::commands::Outcome;
use crate::error::{Failure, reason};
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;
use crate::platform::advice::{self, shell_quote};
use crate::platform::{private_fs, prompt, stdio};
use crate::report::sanitize::one_line;
use crate::settings::file::{ConfigFile, DEFAULT_PROFILE, edit, is_json};
use crate::settings::secret_source::SecretSource;
use crate::settings::{DEFAULT_BASE_URL, DEFAULT_TIMEOUT, config_path};

/// The value of `--client-secret-file` for standard input.
const STDIN: &str = "-";

/// A text for people to replace, as TOML.
const EXAMPLE: &str = "\"…\"";

/// How often a question is asked before the command gives up.
const ATTEMPTS: usize = 3;

const HEADER: &str = "\
# Configuration of skia-auth. Keep it private: it may hold a secret.
# The keys at the top level are the profile \"default\". A table [profile.NAME] is
# another profile, and inherits nothing.

";

fn other_keys() -> String {
    let ca_cert = advice::CA_CERT;
    format!(
        "\
# scope = \"api\"
# timeout = \"30s\"
# ca_cert = {ca_cert}
# cache = true
"
    )
}

pub fn run(args: &ConfigInitArgs, shared: &SharedArgs) -> Result<Outcome> {
    let profile = shared.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
    let Some(path) = config_path(shared)?.map(|path| path.value) else {
        bail!(
            Failure::config("there is no home directory for a configuration file")
                .hint("name one: --config FILE")
        );
    };
    let on_terminal = stdio::stdin_is_terminal() && stdio::stderr_is_terminal();
    let is_new = fs::symlink_metadata(&path).is_err();
    // Check before the questions: nobody should type a secret that is then thrown away.
    if is_json(&path) {
        bail!(json_file(&path, profile, is_new));
    }
    let mut values = Values::given(args)?;
    let is_secret_asked = on_terminal && values.secret.is_none();
    let is_secret_piped =
        !on_terminal && args.client_secret_file.as_deref() == Some(Path::new(STDIN));
    if !is_new {
        check_existing(&path, profile, shared, is_secret_asked || is_secret_piped)?;
    }
    if on_terminal {
        let template = advice::without_terminal(&shared.command("skia-auth config init"));
        values.ask_missing(profile, &template)?;
    } else if is_secret_piped {
        values.secret = Some(SecretPlace::ConfigFile(read_secret()?));
    }
    let content = || format!("{HEADER}{}", values.to_new_file(profile));
    let is_created = is_new && create(&path, &content())?;
    if is_new && !is_created && profile == DEFAULT_PROFILE {
        bail!(exists(&path, profile, shared));
    }
    let did = if is_created {
        "created".to_owned()
    } else {
        add(&path, profile, &values.to_table(profile))?;
        format!("added profile \"{}\" to", one_line(profile))
    };
    let first = if values.are_complete() { "" } else { "fill it in, then " };
    let login = shared.command("skia-auth login");
    Ok(Outcome::of(format!("{did} {}\nnext: {first}{login}\n", path.display())))
}

fn exists(path: &Path, profile: &str, shared: &SharedArgs) -> Failure {
    let show = shared.command("skia-auth config show");
    if profile != DEFAULT_PROFILE {
        return edit::exists(path, profile).hint(show);
    }
    let another = SharedArgs { profile: Some("NAME".into()), ..shared.clone() };
    let add = another.command("to add a profile: skia-auth config init");
    Failure::config(format!("{} already exists", path.display())).hint(show).hint(add)
}

fn json_file(path: &Path, profile: &str, is_new: bool) -> Failure {
    let failure = Failure::config(format!("{} is JSON: config init writes TOML", path.display()));
    let name = serde_json::Value::from(profile);
    match (is_new, profile) {
        (true, _) => failure.hint("name a file that ends in .toml"),
        (false, DEFAULT_PROFILE) => failure.hint("write the values into it by hand"),
        (false, _) => failure
            .hint(format!("write it by hand: \"profile\": {{{name}: {{\"client_id\": \"…\"}}}}")),
    }
}

/// Fails if the profile cannot be added to an existing file.
fn check_existing(
    path: &Path,
    profile: &str,
    shared: &SharedArgs,
    writes_secret: bool,
) -> Result<(), Failure> {
    if profile == DEFAULT_PROFILE {
        return Err(exists(path, profile, shared));
    }
    private_fs::check_rewritable(path).map_err(|error| Failure::cannot_write(path, &error))?;
    let file = ConfigFile::read(path, DEFAULT_TIMEOUT)?;
    if file.profiles.contains_key(profile) {
        return Err(exists(path, profile, shared));
    }
    if writes_secret && file.others_can_read() {
        let path = path.display();
        let what = format!("other users can read {path}: no secret is written there");
        let fix = format!("chmod go-rwx {}", shell_quote(path));
        return Err(Failure::config(what).hint(fix).hint("or name a file: --client-secret-file"));
    }
    Ok(())
}

/// Creates the file. False if another program did so during the questions.
fn create(path: &Path, content: &str) -> Result<bool, Failure> {
    let failure = |error: io::Error| {
        Failure::output(format!("cannot create {}: {}", path.display(), reason(&error)))
    };
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        private_fs::create_directory(directory).map_err(failure)?;
    }
    match private_fs::create(path, content.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        created => created.map(|()| true).map_err(failure),
    }
}

/// Adds the profile. The file is read again: it may have changed during the questions.
fn add(path: &Path, profile: &str, table: &str) -> Result<(), Failure> {
    let _lock = private_fs::lock_directory(path);
    let content = edit::with_profile(path, profile, table, DEFAULT_TIMEOUT)?;
    let written = private_fs::rewrite(path, content.as_bytes());
    written.map_err(|error| Failure::cannot_write(path, &error))
}

fn read_secret() -> Result<Secret, Failure> {
    let flag = Provenance::Flag("--client-secret-file");
    let secret = Setting::new(SecretSource::StandardInput, flag).read(DEFAULT_TIMEOUT)?;
    let known = secret.value.known().cloned();
    known.ok_or_else(|| Failure::config("no client secret on standard input"))
}

/// The values of a profile.
#[derive(Default)]
struct Values {
    client_id: Option<String>,
    secret: Option<SecretPlace>,
    base_url: Option<String>,
}

/// Where the profile has its secret.
enum SecretPlace {
    ConfigFile(Secret),
    /// The absolute path of another file.
    File(String),
}

impl Values {
    /// The values of the options, without a secret on standard input.
    fn given(args: &ConfigInitArgs) -> Result<Self, Failure> {
        let usable = |name: &str, checked: Result<String, String>| {
            checked.map_err(|why| Failure::config(format!("{name}: {why}")))
        };
        let client_id =
            args.client_id.as_deref().map(|text| usable("--client-id", client_id(text)));
        let base_url = args.base_url.as_deref().map(|text| {
            let url = BaseUrl::parse_named("the base URL from --base-url", text)?;
            usable("--base-url", over_tls(url))
        });
        let secret = args.client_secret_file.as_deref().filter(|path| *path != Path::new(STDIN));
        Ok(Self {
            client_id: client_id.transpose()?,
            secret: secret.map(secret_file).transpose()?,
            base_url: base_url.transpose()?,
        })
    }

    /// `template` is the command that asks nothing.
    fn ask_missing(&mut self, profile: &str, template: &str) -> Result<(), Failure> {
        if self.are_complete() && self.base_url.is_some() {
            return Ok(());
        }
        stdio::emit_error(&format!(
            "Credentials for the profile \"{}\" (Ctrl-C to stop, nothing is written)\n",
            one_line(profile)
        ));
        if self.client_id.is_none() {
            self.client_id = Some(ask("Client id: ", false, template, client_id)?);
        }
        if self.secret.is_none() {
            let secret = ask("Client secret (not shown): ", true, template, |text| match text {
                "" => Err("a client secret is needed".to_owned()),
                text => Ok(text.to_owned()),
            })?;
            self.secret = Some(SecretPlace::ConfigFile(Secret::new(secret)));
        }
        if self.base_url.is_none() {
            let prompt = format!("Base URL [{DEFAULT_BASE_URL}]: ");
            self.base_url = Some(ask(&prompt, false, template, |text| {
                let text = if text.is_empty() { DEFAULT_BASE_URL } else { text };
                BaseUrl::parse(text)
                    .map_err(|failure| [failure.message, failure.hints.concat()].join("; "))
                    .and_then(over_tls)
            })?);
        }
        Ok(())
    }

    /// Whether the profile can log in: it has a default base URL.
    fn are_complete(&self) -> bool {
        self.client_id.is_some() && self.secret.is_some()
    }

    /// The profile as TOML, with every other key as a comment.
    fn to_new_file(&self, profile: &str) -> String {
        let header = if profile == DEFAULT_PROFILE { String::new() } else { edit::header(profile) };
        let [client_id, base_url] = [self.client_id_line(), self.base_url_line()];
        let (secret, others) = self.secret_lines();
        format!("{header}{client_id}{secret}{others}\n{base_url}{}", other_keys())
    }

    /// The profile as a table for an existing file.
    fn to_table(&self, profile: &str) -> String {
        let (secret, others) = self.secret_lines();
        let others = if self.secret.is_some() { String::new() } else { others };
        let [client_id, base_url] = [self.client_id_line(), self.base_url_line()];
        format!("{}{client_id}{secret}{others}{base_url}", edit::header(profile))
    }

    fn client_id_line(&self) -> String {
        line("client_id", self.client_id.as_deref(), EXAMPLE)
    }

    fn base_url_line(&self) -> String {
        let example = DEFAULT_BASE_URL.to_toml_value();
        line("base_url", self.base_url.as_deref(), &example)
    }

    /// The line of the secret, and the other keys for one as a comment.
    fn secret_lines(&self) -> (String, String) {
        let here = |value| line("client_secret", value, EXAMPLE);
        let file = |value| line("client_secret_file", value, advice::SECRET_FILE);
        let (key, used, other) = match &self.secret {
            #[expect(clippy::disallowed_methods, reason = "the file gets it")]
            Some(SecretPlace::ConfigFile(secret)) => {
                ("client_secret", here(Some(secret.expose())), file(None))
            }
            Some(SecretPlace::File(path)) => ("client_secret_file", file(Some(path)), here(None)),
            None => ("client_secret", here(None), file(None)),
        };
        let command = line("client_secret_command", None, advice::SECRET_COMMAND);
        (used, format!("# In place of {key}:\n{other}{command}"))
    }
}

/// A key with its value, or as a comment with an example in TOML.
fn line(key: &str, value: Option<&str>, example: &str) -> String {
    match value {
        Some(value) => format!("{key} = {}\n", value.to_toml_value()),
        None => format!("# {key} = {example}\n"),
    }
}

fn client_id(text: &str) -> Result<String, String> {
    match text {
        "" => Err("a client id is needed".to_owned()),
        text if text.contains(char::is_control) => {
            Err("that contains a control character".to_owned())
        }
        text => Ok(text.to_owned()),
    }
}

fn over_tls(url: BaseUrl) -> Result<String, String> {
    if !url.uses_tls() && !url.is_loopback() {
        return Err("that is plain HTTP: the secret would cross the network readable".to_owned());
    }
    Ok(url.to_string())
}

/// The profile must mean the same file in every directory.
fn secret_file(path: &Path) -> Result<SecretPlace, Failure> {
    let unusable = |why: &str| Failure::config(format!("--client-secret-file: {why}"));
    let absolute = path::absolute(path).map_err(|error| unusable(&reason(&error)))?;
    let text = absolute.into_os_string().into_string();
    text.map(SecretPlace::File).map_err(|_| unusable("that is not valid UTF-8"))
}

/// Asks until `check` accepts the answer, and returns what it makes of it.
fn ask(
    prompt: &str,
    is_hidden: bool,
    template: &str,
    check: impl Fn(&str) -> Result<String, String>,
) -> Result<String, Failure> {
    for _ in 0..ATTEMPTS {
        stdio::emit_error(prompt);
        let line = if is_hidden { prompt::read_hidden_line() } else { prompt::read_line() };
        let line =
            line.map_err(|error| Failure::config(format!("no answer: {}", reason(&error))))?;
        match check(&line) {
            Ok(answer) => return Ok(answer),
            Err(why) => stdio::emit_error(&format!("{why}\n")),
        }
    }
    let hint = format!("{template} writes a template to fill in");
    Err(Failure::config("no usable answer").hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_and_profile_name_is_read_back() {
        for secret in ["simple", "q\"uo\\te", "é \u{1f600} ", "tab\tand\u{7f}", "'''\"\"\"", "a\r"]
        {
            for profile in [DEFAULT_PROFILE, "staging", "a.b c\"d"] {
                let values = Values {
                    client_id: Some("id".into()),
                    secret: Some(SecretPlace::ConfigFile(Secret::new(secret.into()))),
                    base_url: Some("https://h/api".into()),
                };
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("config.toml");
                assert!(create(&path, &values.to_new_file(profile)).unwrap());
                add(&path, "added", &values.to_table("added")).unwrap();
                let read = ConfigFile::read(&path, DEFAULT_TIMEOUT).unwrap();
                for profile in [profile, "added"] {
                    let profile = &read.profiles[profile];
                    assert_eq!(profile.client_secret.as_ref().map(Secret::expose), Some(secret));
                    assert_eq!(profile.client_id.as_deref(), Some("id"));
                    assert_eq!(profile.base_url.as_deref(), Some("https://h/api"));
                }
            }
        }
    }
}
