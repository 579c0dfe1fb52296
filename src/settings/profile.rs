//! Which configuration file and which of its profiles applies.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::file::{ConfigFile, DEFAULT_PROFILE, Profile};
use super::secret_source::SecretSource;
use crate::cli::SharedArgs;
use crate::env;
use crate::error::{Failure, nearest, reason};
use crate::model::provenance::{ProfileSource, Provenance, Setting};
use crate::platform::advice::shell_quote;
use crate::platform::places;
use crate::report::{Note, Reporter, Warning};

/// The path of the configuration file, or the reason why there is no file to read.
pub type ConfigPath = (Setting<PathBuf>, Result<(), String>);

/// The most profiles that a hint names.
const MOST_NAMES: usize = 10;

/// The profile that applies. It is empty if there is no configuration file.
pub struct ProfileLayer {
    pub name: Setting<String>,
    pub profile: Profile,
    source: Option<Rc<ProfileSource>>,
    /// Where the configuration file is, and why it was not read, if it was not.
    pub file: Option<ConfigPath>,
    /// The configuration file, if it holds a secret that other users can read.
    pub exposed_file: Option<PathBuf>,
}

impl ProfileLayer {
    /// Reads the configuration file. Waits at most `timeout` for one that is a pipe.
    pub fn find(
        shared: &SharedArgs,
        timeout: Duration,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let name = match (&shared.profile, env::text(env::PROFILE)?) {
            (Some(name), _) => Setting::new(name.clone(), Provenance::Flag("-p")),
            (None, Some(name)) => Setting::new(name, Provenance::Variable(env::PROFILE)),
            (None, None) => Setting::new(DEFAULT_PROFILE.to_owned(), Provenance::Default),
        };
        let path = match config_file(shared)? {
            None => return Self::without_file(name, None),
            Some((path, Err(why))) => {
                reporter.note(&Note::NoConfigFile { path: &path.value, why: &why });
                return Self::without_file(name, Some((path, Err(why))));
            }
            Some((path, Ok(()))) => path,
        };
        let mut file = ConfigFile::read(&path.value, timeout)?;
        reporter.note(&Note::ConfigFile { path: &path.value, profile: &name.value });
        let exposed_file = file.is_exposed().then(|| path.value.clone());
        if let Some(path) = &exposed_file {
            reporter.warn(Warning::ExposedConfigFile(path.clone()));
        }
        let Some(profile) = file.profiles.remove(&name.value) else {
            return Err(unknown_profile(&name, &file));
        };
        let source = Rc::new(ProfileSource { name: name.value.clone(), file: path.value.clone() });
        Ok(Self { name, profile, source: Some(source), file: Some((path, Ok(()))), exposed_file })
    }

    fn without_file(name: Setting<String>, file: Option<ConfigPath>) -> Result<Self, Failure> {
        if name.value != DEFAULT_PROFILE {
            let path = match file {
                Some((path, Err(why))) => format!(" {} ({why})", path.value.display()),
                _ => String::new(),
            };
            return Err(Failure::config(format!(
                "unknown profile \"{}\" (from {}): there is no configuration file{path}",
                name.value, name.provenance
            ))
            .hint(format!("skia-auth config init -p {}", shell_quote(&name.value))));
        }
        Ok(Self { name, profile: Profile::default(), source: None, file, exposed_file: None })
    }

    /// Whether the profile was named with `-p`, and therefore overrides the environment.
    pub fn is_named(&self) -> bool {
        matches!(self.name.provenance, Provenance::Flag(_))
    }

    pub fn provenance(&self) -> Provenance {
        self.source.clone().map_or(Provenance::Default, Provenance::Profile)
    }

    pub fn resolve_path(&self, path: &Path) -> PathBuf {
        match &self.source {
            Some(source) => resolve_path(path, &source.file),
            None => path.to_owned(),
        }
    }

    pub fn secret(&self) -> Option<SecretSource> {
        let Profile { client_secret, client_secret_file, client_secret_command, .. } =
            &self.profile;
        match (client_secret, client_secret_file) {
            (Some(secret), _) => Some(SecretSource::Given(secret.clone())),
            (None, Some(path)) => Some(SecretSource::File(self.resolve_path(path))),
            (None, None) => {
                let words = client_secret_command.as_deref()?;
                Some(SecretSource::Command(self.resolve_command(words)))
            }
        }
    }

    /// A program with a separator in its name is a path; any other is looked up in `PATH`.
    fn resolve_command(&self, words: &[String]) -> Vec<OsString> {
        let mut command: Vec<_> = words.iter().map(OsString::from).collect();
        let is_path = |program: &&mut OsString| Path::new(program).components().count() > 1;
        if let Some(program) = command.first_mut().filter(is_path) {
            *program = self.resolve_path(Path::new(program)).into_os_string();
        }
        command
    }
}

/// Resolves a path in the file against the directory of the file: nothing is ever read from the
/// current directory. `~/` at its start is the home directory.
pub fn resolve_path(path: &Path, file: &Path) -> PathBuf {
    match (path.strip_prefix("~"), places::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => file.parent().map_or_else(|| path.to_owned(), |directory| directory.join(path)),
    }
}

fn unknown_profile(name: &Setting<String>, file: &ConfigFile) -> Failure {
    let Setting { value: name, provenance } = name;
    let known: Vec<_> = file.profiles.keys().map(String::as_str).collect();
    let path = file.path.display();
    Failure::config(format!("unknown profile \"{name}\" (from {provenance}): not in {path}")).hint(
        match (nearest(name, known.iter().copied()), &known[..]) {
            (Some(nearest), _) => format!("did you mean -p {nearest}?"),
            (None, [only]) => format!("the only profile is {only}"),
            (None, all) => {
                let (shown, rest) = all.split_at(all.len().min(MOST_NAMES));
                let more = match rest.len() {
                    0 => String::new(),
                    more => format!(" … and {more} more"),
                };
                format!("the profiles are {}{more}", shown.join(", "))
            }
        },
    )
}

/// The path of the configuration file; `None` if there is no home directory.
pub fn config_path(shared: &SharedArgs) -> Result<Option<Setting<PathBuf>>, Failure> {
    Ok(config_file(shared)?.map(|(path, _)| path))
}

/// The path of the configuration file, and whether to read it. A named file is always read, so that
/// a missing one is an error; the default file is read if it can be seen.
pub fn config_file(shared: &SharedArgs) -> Result<Option<ConfigPath>, Failure> {
    if let Some(path) = &shared.config {
        return Ok(Some((Setting::new(path.clone(), Provenance::Flag("--config")), Ok(()))));
    }
    if let Some(path) = env::path(env::CONFIG) {
        return Ok(Some((Setting::new(path, Provenance::Variable(env::CONFIG)), Ok(()))));
    }
    let Some(directory) = places::config_dir() else { return Ok(None) };
    let directory = directory.join("skia-auth");
    let (toml, json) = (directory.join("config.toml"), directory.join("config.json"));
    let (path, found) = match (look_at(&toml), look_at(&json)) {
        (Ok(()), Ok(())) => {
            let what = format!("both config.toml and config.json are in {}", directory.display());
            return Err(Failure::config(what).hint("keep one of them"));
        }
        (Err(_), Ok(())) => (json, Ok(())),
        (Err(toml), Err(other)) if is_missing(&toml) && !is_missing(&other) => (json, Err(other)),
        (found, _) => (toml, found),
    };
    let found = found.map_err(|error| match is_missing(&error) {
        true => "no such file".to_owned(),
        false => reason(&error),
    });
    Ok(Some((Setting::new(path, Provenance::Default), found)))
}

/// Whether a path can be looked at. A dangling link counts as a file: reading it is then an error,
/// since a file was meant to be there.
fn look_at(path: &Path) -> io::Result<()> {
    fs::symlink_metadata(path)?;
    match fs::metadata(path) {
        Err(error) if !is_missing(&error) => Err(error),
        _ => Ok(()),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
