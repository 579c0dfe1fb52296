//! The order of the layers: which of several values of a setting counts.

use super::profile::ProfileLayer;
use super::secret_source::SecretSource;
use crate::cli::ConnectionArgs;
use crate::env;
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;

type Picked<T> = Result<Option<Setting<T>>, Failure>;

/// Takes each setting from the highest layer that has it.
pub struct Picker<'a> {
    pub layer: &'a ProfileLayer,
    /// Variables that a profile named with `-p` overrides, and whose values differ from its own.
    pub ignored: Vec<&'static str>,
}

impl Picker<'_> {
    /// The order, highest first: flag; the profile named with `-p`; environment; any other profile.
    /// `same` compares a variable with the profile.
    pub fn pick<T>(
        &mut self,
        typed: Option<Setting<T>>,
        variables: &[&'static str],
        exported: impl FnOnce() -> Picked<T>,
        in_profile: Option<T>,
        same: fn(&T, &T) -> bool,
    ) -> Picked<T> {
        if typed.is_some() {
            return Ok(typed);
        }
        let in_profile = in_profile.map(|value| Setting::new(value, self.layer.provenance()));
        if self.layer.is_named()
            && let Some(own) = in_profile
        {
            let differs = match exported() {
                Ok(Some(other)) => !same(&other.value, &own.value),
                Ok(None) => false,
                Err(_) => true,
            };
            let is_set = |name: &&&str| differs && env::path(name).is_some();
            self.ignored.extend(variables.iter().filter(is_set));
            return Ok(Some(own));
        }
        Ok(exported()?.or(in_profile))
    }

    /// A setting with one flag and one variable, whose text is converted by `read`.
    pub fn value<T: PartialEq>(
        &mut self,
        (flag, typed): (&'static str, Option<T>),
        variable: &'static str,
        in_profile: Option<T>,
        read: impl FnOnce(String) -> Result<T, Failure>,
    ) -> Picked<T> {
        let typed = Setting::if_set(typed, Provenance::Flag(flag));
        let exported = || {
            let value = env::text(variable)?.map(read).transpose()?;
            Ok(Setting::if_set(value, Provenance::Variable(variable)))
        };
        self.pick(typed, &[variable], exported, in_profile, T::eq)
    }

    pub fn text(
        &mut self,
        (flag, typed): (&'static str, &Option<String>),
        variable: &'static str,
        in_profile: &Option<String>,
    ) -> Picked<String> {
        self.value((flag, typed.clone()), variable, in_profile.clone(), Ok)
    }

    /// The base URL as it was written. Spellings of one address are the same.
    pub fn base_url(
        &mut self,
        typed: &Option<String>,
        in_profile: &Option<String>,
    ) -> Picked<String> {
        let typed = Setting::if_set(typed.clone(), Provenance::Flag("--base-url"));
        let exported = || {
            let written = env::text(env::BASE_URL)?;
            Ok(Setting::if_set(written, Provenance::Variable(env::BASE_URL)))
        };
        let same = |one: &String, other: &String| {
            one == other || BaseUrl::parse(one).is_ok_and(|one| Ok(one) == BaseUrl::parse(other))
        };
        self.pick(typed, &[env::BASE_URL], exported, in_profile.clone(), same)
    }

    pub fn secret(&mut self, typed: &ConnectionArgs) -> Picked<SecretSource> {
        let secret = typed.client_secret.clone().map(SecretSource::Given);
        let file = typed.client_secret_file.clone().map(SecretSource::file_or_stdin);
        let typed = one_of(
            Setting::if_set(secret, Provenance::Flag("--client-secret")),
            Setting::if_set(file, Provenance::Flag("--client-secret-file")),
        )?;
        let exported = || {
            let secret = env::text(env::CLIENT_SECRET)?.map(Secret::new).map(SecretSource::Given);
            let file = env::path(env::CLIENT_SECRET_FILE).map(SecretSource::File);
            one_of(
                Setting::if_set(secret, Provenance::Variable(env::CLIENT_SECRET)),
                Setting::if_set(file, Provenance::Variable(env::CLIENT_SECRET_FILE)),
            )
        };
        let variables = [env::CLIENT_SECRET, env::CLIENT_SECRET_FILE];
        // A file is not read for this, and a command is not run.
        let same = |one: &SecretSource, other: &SecretSource| match (one, other) {
            (SecretSource::Given(one), SecretSource::Given(other)) => one == other,
            _ => false,
        };
        self.pick(typed, &variables, exported, self.layer.secret(), same)
    }
}

/// The one source of the secret within a layer. Two are an error that names both.
fn one_of<T>(one: Option<Setting<T>>, other: Option<Setting<T>>) -> Picked<T> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.provenance, other.provenance);
            Err(Failure::config(format!("both {one} and {other} give the client secret"))
                .hint("keep one of them"))
        }
        (one, other) => Ok(one.or(other)),
    }
}
