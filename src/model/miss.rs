//! Why the cache has no token that can be used.

use std::fmt;

use super::time::humane;
use crate::env;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    NoClientId,
    CacheOff(&'static str),
    NotCached,
    Unusable(String),
    SecretChanged,
    Expired,
    /// In seconds.
    ExpiresSoon {
        left: i64,
        required: i64,
    },
    ClockSetBack,
}

impl fmt::Display for Miss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClientId => {
                write!(formatter, "no client id is configured ({})", env::CLIENT_ID)
            }
            Self::CacheOff(why) => write!(formatter, "the cache is off: {why}"),
            Self::NotCached => formatter.write_str("no cached token"),
            Self::Unusable(why) => write!(formatter, "the cached token cannot be used ({why})"),
            Self::SecretChanged => {
                formatter.write_str("the cached token was issued for another client secret")
            }
            Self::Expired => formatter.write_str("the cached token has expired"),
            Self::ExpiresSoon { left, required } => {
                let (left, required) = (humane(*left), humane(*required));
                write!(formatter, "the cached token is valid for only {left}; required: {required}")
            }
            Self::ClockSetBack => {
                formatter.write_str("the clock of this machine was set back after the login")
            }
        }
    }
}
