//! What is wrong with a configuration file, in words that cannot contain a value from it.

use std::path::Path;

use super::de::KEYS;
use crate::error::Failure;

const BACKSLASH_HINT: &str =
    r"\ begins an escape in double quotes: write /, or in TOML single quotes";

#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    Syntax(&'static str),
    /// A fault of syntax in a line that has a backslash.
    Escape(&'static str),
    ControlCharacter(&'static str),
    UnknownKey {
        nearest: Option<&'static str>,
    },
    WrongType {
        key: &'static str,
        expected: &'static str,
    },
    UnknownTable {
        name: String,
    },
    Twice(&'static str),
    DefaultAsTable,
    OtherGrantType,
    SeveralSecrets(&'static str, &'static str),
}

/// A fault and its position.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    pub fault: Fault,
}

impl Problem {
    pub fn into_failure(self, path: &Path) -> Failure {
        let Problem { line, column, fault } = self;
        let at =
            |what: &str| Failure::config(format!("{}:{line}:{column}: {what}", path.display()));
        match fault {
            Fault::Syntax(syntax) => at(&format!("this is not valid {syntax}")),
            Fault::Escape(syntax) => {
                at(&format!("this is not valid {syntax}")).hint(BACKSLASH_HINT)
            }
            Fault::ControlCharacter(key) => {
                at(&format!("{key} has a control character in its path")).hint(BACKSLASH_HINT)
            }
            Fault::UnknownKey { nearest: Some(nearest) } => {
                at("unknown key").hint(format!("did you mean {nearest}?"))
            }
            Fault::UnknownKey { nearest: None } => {
                let names = KEYS.map(|(name, _)| name).join(", ");
                at("unknown key").hint(format!("the keys are {names} and [profile.NAME]"))
            }
            Fault::UnknownTable { name } => {
                at("unknown table").hint(format!("a profile is a table [profile.{name}]"))
            }
            Fault::WrongType { key, expected } => at(&format!("{key} must be {expected}")),
            Fault::Twice(key) => at(&format!("{key} is given twice")),
            Fault::DefaultAsTable => at("the profile \"default\" is not a table")
                .hint("write its keys at the top of the file, before the first [profile.NAME]"),
            Fault::OtherGrantType => at("GrantType must be client_credentials"),
            Fault::SeveralSecrets(one, other) => {
                at(&format!("both {one} and {other} are given in one profile"))
                    .hint("keep one of them")
            }
        }
    }
}
