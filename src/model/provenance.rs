//! Where a setting came from, as part of its type, so that every message can say so.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use crate::error::Failure;

/// A value and the layer that it was taken from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    pub value: T,
    pub provenance: Provenance,
}

impl<T> Setting<T> {
    pub fn new(value: T, provenance: Provenance) -> Self {
        Self { value, provenance }
    }

    /// The setting, if the layer has a value.
    pub fn if_set(value: Option<T>, provenance: Provenance) -> Option<Self> {
        value.map(|value| Self { value, provenance })
    }

    /// Checks or converts the value. `change` also gets its name for messages, such as `the scope
    /// from SKIA_SCOPE`.
    pub fn try_map<U>(
        self,
        what: &str,
        change: impl FnOnce(&str, T) -> Result<U, Failure>,
    ) -> Result<Setting<U>, Failure> {
        let name = format!("the {what} from {}", self.provenance);
        Ok(Setting::new(change(&name, self.value)?, self.provenance))
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

/// A profile of a configuration file.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileSource {
    pub name: String,
    pub file: PathBuf,
}

impl Provenance {
    /// As `Display`, but without the file of a profile, for reports that name the file elsewhere.
    pub fn without_file(&self) -> String {
        match self {
            Self::Profile(source) => format!("profile \"{}\"", source.name),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => formatter.write_str(name),
            Self::Profile(source) => {
                write!(formatter, "profile \"{}\" of {}", source.name, source.file.display())
            }
            Self::Sandbox => formatter.write_str("the sandbox"),
            Self::Default => formatter.write_str("the default"),
        }
    }
}
