//! The order of the layers: which of several values of a setting counts.

use super::profile::ProfileLayer;
use super::secret_source::SecretSource;
use crate::cli::ConnectionArgs;
use crate::env;
use crate::error::Failure;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;

type Picked<T> = Result<Option<Setting<T>>, Failure>;

/// Takes each setting from the highest layer that has it.
pub struct Picker<'a> {
    pub layer: &'a ProfileLayer,
    /// Variables that a profile named with `-p` overrides.
    pub ignored: Vec<&'static str>,
}

impl Picker<'_> {
    /// The order, highest first: flag; the profile named with `-p`; environment; any other profile.
    pub fn pick<T>(
        &mut self,
        typed: Option<Setting<T>>,
        variables: &[&'static str],
        exported: impl FnOnce() -> Picked<T>,
        in_profile: Option<T>,
    ) -> Picked<T> {
        if typed.is_some() {
            return Ok(typed);
        }
        let in_profile = in_profile.map(|value| Setting::new(value, self.layer.provenance()));
        if self.layer.is_named() && in_profile.is_some() {
            let is_set = |name: &&&str| env::path(name).is_some();
            self.ignored.extend(variables.iter().filter(is_set));
            return Ok(in_profile);
        }
        Ok(exported()?.or(in_profile))
    }

    /// A setting with one flag and one variable, whose text is converted by `read`.
    pub fn value<T>(
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
        self.pick(typed, &[variable], exported, in_profile)
    }

    pub fn text(
        &mut self,
        (flag, typed): (&'static str, &Option<String>),
        variable: &'static str,
        in_profile: &Option<String>,
    ) -> Picked<String> {
        self.value((flag, typed.clone()), variable, in_profile.clone(), Ok)
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
        self.pick(typed, &variables, exported, self.layer.secret())
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
