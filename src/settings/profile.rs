//! Which configuration file and which of its profiles applies, and how strongly.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::file::{ConfigFile, DEFAULT_PROFILE, Profile};
use crate::cli::SharedArgs;
use crate::env;
use crate::error::{Failure, nearest, shell_quote};
use crate::model::provenance::{ProfileSource, Provenance, Setting};
use crate::report::{Note, Reporter, Warning};

/// The profile that applies, and how strongly.
pub struct ProfileLayer {
    pub name: Setting<String>,
    pub profile: Profile,
    source: Option<Rc<ProfileSource>>,
    /// The file that was looked at, and whether it was there.
    pub file: Option<(Setting<PathBuf>, bool)>,
    /// The file, if it holds a secret that other users can read.
    pub exposed_file: Option<PathBuf>,
}

impl ProfileLayer {
    pub fn find(shared: &SharedArgs, reporter: &Reporter) -> Result<Self, Failure> {
        let name = match (&shared.profile, env::text(env::PROFILE)?) {
            (Some(name), _) => Setting::new(name.clone(), Provenance::Flag("-p")),
            (None, Some(name)) => Setting::new(name, Provenance::Variable(env::PROFILE)),
            (None, None) => Setting::new(DEFAULT_PROFILE.to_owned(), Provenance::Default),
        };
        let path = match config_file(shared)? {
            None => return Self::without_file(name, None),
            Some((path, false)) => {
                reporter.note(&Note::NoConfigFile(&path.value));
                return Self::without_file(name, Some((path, false)));
            }
            Some((path, true)) => path,
        };
        let mut file = ConfigFile::read(&path.value)?;
        reporter.note(&Note::ConfigFile { path: &path.value, profile: &name.value });
        let exposed_file = file.is_exposed().then(|| path.value.clone());
        if let Some(path) = &exposed_file {
            reporter.warn(Warning::ExposedConfigFile(path.clone()));
        }
        let Some(profile) = file.profiles.remove(&name.value) else {
            return Err(unknown_profile(&name, &file));
        };
        let source = Rc::new(ProfileSource { name: name.value.clone(), file: path.value.clone() });
        Ok(Self { name, profile, source: Some(source), file: Some((path, true)), exposed_file })
    }

    fn without_file(
        name: Setting<String>,
        file: Option<(Setting<PathBuf>, bool)>,
    ) -> Result<Self, Failure> {
        if name.value != DEFAULT_PROFILE {
            let place = match &file {
                Some((path, _)) => {
                    format!("there is no configuration file {}", path.value.display())
                }
                None => "there is no configuration file".to_owned(),
            };
            return Err(Failure::config(format!(
                "unknown profile {:?} (from {}): {place}",
                name.value, name.provenance
            ))
            .hint(format!("skia-auth config init -p {}", shell_quote(&name.value))));
        }
        Ok(Self { name, profile: Profile::default(), source: None, file, exposed_file: None })
    }

    /// Whether the profile was named on the command line: then it beats the environment.
    pub fn is_named(&self) -> bool {
        matches!(self.name.provenance, Provenance::Flag(_))
    }

    pub fn provenance(&self) -> Provenance {
        self.source.clone().map_or(Provenance::Default, Provenance::Profile)
    }

    /// A relative path in the file is relative to the file: nothing is ever read from the current directory.
    pub fn beside(&self, path: &Path) -> PathBuf {
        match self.source.as_ref().and_then(|source| source.file.parent()) {
            Some(directory) => directory.join(path),
            None => path.to_owned(),
        }
    }

    /// Likewise for a program that is named by its path; one without a separator is looked for in PATH.
    pub fn command(&self, words: &[String]) -> Vec<OsString> {
        let mut command: Vec<_> = words.iter().map(OsString::from).collect();
        if let Some(program) =
            command.first_mut().filter(|program| Path::new(program).components().count() > 1)
        {
            *program = self.beside(Path::new(program)).into_os_string();
        }
        command
    }
}

fn unknown_profile(name: &Setting<String>, file: &ConfigFile) -> Failure {
    let known = || file.profiles.keys().map(String::as_str);
    let failure = Failure::config(format!(
        "unknown profile {:?} (from {}): not in {}",
        name.value,
        name.provenance,
        file.path.display()
    ));
    match nearest(&name.value, known()) {
        Some(nearest) => failure.hint(format!("did you mean -p {nearest}?")),
        None => match known().collect::<Vec<_>>()[..] {
            [only] => failure.hint(format!("the only profile is {only}")),
            ref all => failure.hint(format!("the profiles are {}", all.join(", "))),
        },
    }
}

/// Where the configuration file is; `None` where there is no place for one.
pub fn config_path(shared: &SharedArgs) -> Result<Option<Setting<PathBuf>>, Failure> {
    Ok(config_file(shared)?.map(|(path, _)| path))
}

/// The configuration file: the one that is named, else the one of the platform's configuration directory; and whether
/// it is to be read. One that is named is: where it is missing, that is an error.
fn config_file(shared: &SharedArgs) -> Result<Option<(Setting<PathBuf>, bool)>, Failure> {
    if let Some(path) = &shared.config {
        return Ok(Some((Setting::new(path.clone(), Provenance::Flag("--config")), true)));
    }
    if let Some(path) = env::path(env::CONFIG) {
        return Ok(Some((Setting::new(path, Provenance::Variable(env::CONFIG)), true)));
    }
    // `dirs` accepts a relative HOME: that would be a path below the current directory.
    let Some(directory) = dirs::config_dir().filter(|directory| directory.is_absolute()) else {
        return Ok(None);
    };
    let directory = directory.join("skia-auth");
    let (toml, json) = (directory.join("config.toml"), directory.join("config.json"));
    let (path, found) = match (is_there(&toml), is_there(&json)) {
        (true, true) => {
            let what = format!("both config.toml and config.json are in {}", directory.display());
            return Err(Failure::config(what).hint("keep one of them"));
        }
        (false, true) => (json, true),
        (found, false) => (toml, found),
    };
    Ok(Some((Setting::new(path, Provenance::Default), found)))
}

/// Whether something is there, be it a link to nowhere or out of reach: only what is missing may be passed over.
fn is_there(path: &Path) -> bool {
    let missing = [ErrorKind::NotFound, ErrorKind::NotADirectory];
    fs::symlink_metadata(path).map_or_else(|error| !missing.contains(&error.kind()), |_| true)
}
