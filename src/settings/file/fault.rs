//! What is wrong with a configuration file, in words that cannot hold a value from it.

use std::path::Path;

use super::KEYS;
use crate::error::Failure;

/// A fault, without its place.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    Syntax(&'static str),
    UnknownKey { nearest: Option<&'static str> },
    WrongType { key: &'static str, expected: &'static str },
    Twice(&'static str),
    DefaultAsTable,
    OtherGrantType,
    SeveralSecrets(&'static str, &'static str),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub fault: Fault,
}

impl Problem {
    pub fn into_failure(self, path: &Path) -> Failure {
        let Problem { line, column, fault } = self;
        let (what, hint) = match fault {
            Fault::Syntax(syntax) => (format!("this is not valid {syntax}"), None),
            Fault::UnknownKey { nearest: Some(nearest) } => {
                ("unknown key".into(), Some(format!("did you mean {nearest}?")))
            }
            Fault::UnknownKey { nearest: None } => {
                let names: Vec<_> = KEYS.iter().map(|(name, _)| *name).collect();
                (
                    "unknown key".into(),
                    Some(format!("the keys are {} and [profile.NAME]", names.join(", "))),
                )
            }
            Fault::WrongType { key, expected } => (format!("{key} must be {expected}"), None),
            Fault::Twice(key) => (format!("{key} is given twice"), None),
            Fault::DefaultAsTable => (
                "the profile \"default\" is not a table".into(),
                Some(
                    "write its keys at the top of the file, before the first [profile.NAME]".into(),
                ),
            ),
            Fault::OtherGrantType => ("GrantType must be client_credentials".into(), None),
            Fault::SeveralSecrets(one, other) => (
                format!("both {one} and {other} are given in one profile"),
                Some("keep one of them".into()),
            ),
        };
        let failure = Failure::config(format!("{}:{line}:{column}: {what}", path.display()));
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
