//! Where a value came from, as part of its type, so that every message can say it.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use crate::error::Failure;

/// A value, and the layer that it was taken from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    pub value: T,
    pub provenance: Provenance,
}

impl<T> Setting<T> {
    pub fn new(value: T, provenance: Provenance) -> Self {
        Self { value, provenance }
    }

    /// Another value from the same place.
    pub fn try_map<U, E>(self, change: impl FnOnce(T) -> Result<U, E>) -> Result<Setting<U>, E> {
        Ok(Setting { value: change(self.value)?, provenance: self.provenance })
    }

    /// As `try_map`, with the place of the value in the error.
    pub fn try_map_named<U>(
        self,
        what: &str,
        change: impl FnOnce(T) -> Result<U, Failure>,
    ) -> Result<Setting<U>, Failure> {
        let provenance = self.provenance.clone();
        self.try_map(change).map_err(|mut failure| {
            failure.message =
                failure.message.replacen(what, &format!("{what} from {provenance}"), 1);
            failure
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    Flag(&'static str),
    Variable(&'static str),
    Profile(Rc<ProfileSource>),
    Sandbox,
    Default,
}

impl Provenance {
    /// As `Display`, for where the configuration file is named beside it.
    pub fn without_file(&self) -> String {
        match self {
            Provenance::Profile(source) => format!("profile {:?}", source.name),
            other => other.to_string(),
        }
    }
}

/// A profile of a configuration file.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileSource {
    pub name: String,
    pub file: PathBuf,
}

impl fmt::Display for Provenance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provenance::Flag(name) | Provenance::Variable(name) => formatter.write_str(name),
            Provenance::Profile(source) => {
                write!(formatter, "profile {:?} of {}", source.name, source.file.display())
            }
            Provenance::Sandbox => formatter.write_str("the sandbox"),
            Provenance::Default => formatter.write_str("the default"),
        }
    }
}
