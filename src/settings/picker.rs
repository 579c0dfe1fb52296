//! One value out of several layers, and which variables lost to a profile that was named.

use super::profile::ProfileLayer;
use super::secret_source::SecretSource;
use crate::cli::ConnectionArgs;
use crate::env;
use crate::error::Failure;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;

/// Takes each value from the highest layer that has it.
pub struct Picker<'a> {
    pub layer: &'a ProfileLayer,
    /// Variables that lost to a profile which was named on the command line.
    pub ignored: Vec<&'static str>,
}

impl Picker<'_> {
    pub fn text(
        &mut self,
        (flag, typed): (&'static str, &Option<String>),
        variable: &'static str,
        said: Option<String>,
    ) -> Result<Option<Setting<String>>, Failure> {
        let typed = typed.clone().map(|text| Setting::new(text, Provenance::Flag(flag)));
        self.value(typed, variable, said, |text| Ok(text.to_owned()))
    }

    pub fn value<T>(
        &mut self,
        typed: Option<Setting<T>>,
        variable: &'static str,
        said: Option<T>,
        read: impl FnOnce(&str) -> Result<T, Failure>,
    ) -> Result<Option<Setting<T>>, Failure> {
        if typed.is_some() {
            return Ok(typed);
        }
        let exported = env::text(variable)?;
        let said = said.map(|value| Setting::new(value, self.layer.provenance()));
        if self.layer.is_named() && said.is_some() {
            self.ignored.extend(exported.is_some().then_some(variable));
            return Ok(said);
        }
        match exported {
            Some(text) => Ok(Some(Setting::new(read(&text)?, Provenance::Variable(variable)))),
            None => Ok(said),
        }
    }

    /// The secret has one source within a layer: two are an error that names both.
    pub fn secret(
        &mut self,
        typed: &ConnectionArgs,
    ) -> Result<Option<Setting<SecretSource>>, Failure> {
        let both = |one: &str, other: &str| {
            Failure::config(format!("both {one} and {other} give the client secret"))
                .hint("keep one of them")
        };
        match (&typed.client_secret, &typed.client_secret_file) {
            (Some(_), Some(_)) => return Err(both("--client-secret", "--client-secret-file")),
            (Some(secret), None) => {
                let secret = SecretSource::Given(secret.clone());
                return Ok(Some(Setting::new(secret, Provenance::Flag("--client-secret"))));
            }
            (None, Some(path)) => {
                let source = SecretSource::file_or_stdin(path.clone());
                return Ok(Some(Setting::new(source, Provenance::Flag("--client-secret-file"))));
            }
            (None, None) => {}
        }
        let said = &self.layer.profile;
        let said = if let Some(secret) = &said.client_secret {
            Some(SecretSource::Given(secret.clone()))
        } else if let Some(path) = &said.client_secret_file {
            Some(SecretSource::File(self.layer.beside(path)))
        } else {
            said.client_secret_command
                .as_deref()
                .map(|words| SecretSource::Command(self.layer.command(words)))
        };
        let said = said.map(|source| Setting::new(source, self.layer.provenance()));
        let file = env::path(env::CLIENT_SECRET_FILE);
        if self.layer.is_named() && said.is_some() {
            let exported = [env::CLIENT_SECRET, env::CLIENT_SECRET_FILE];
            self.ignored.extend(exported.into_iter().filter(|name| env::path(name).is_some()));
            return Ok(said);
        }
        match (env::text(env::CLIENT_SECRET)?, file) {
            (Some(_), Some(_)) => Err(both(env::CLIENT_SECRET, env::CLIENT_SECRET_FILE)),
            (Some(text), None) => {
                let secret = SecretSource::Given(Secret::new(text));
                Ok(Some(Setting::new(secret, Provenance::Variable(env::CLIENT_SECRET))))
            }
            (None, Some(path)) => Ok(Some(Setting::new(
                SecretSource::File(path),
                Provenance::Variable(env::CLIENT_SECRET_FILE),
            ))),
            (None, None) => Ok(said),
        }
    }
}
