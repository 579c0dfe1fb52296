//! Whether a cached token can be used, and the printable reason where it cannot.

use std::fmt;

use super::time::humane;

/// Whether a token can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Valid for `left` more seconds.
    Fresh {
        left: i64,
    },
    Stale(Stale),
}

/// Why a token is not fresh enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    Expired,
    ExpiresSoon { left: i64 },
    ExpiryUnknown,
    ClockSetBack,
}

/// Why the cache has no token to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    NotThere,
    Unusable(String),
    SecretChanged,
    Stale(Stale),
}

impl fmt::Display for Miss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => formatter.write_str("none is cached"),
            Self::Unusable(why) => write!(formatter, "the cached one cannot be used ({why})"),
            Self::SecretChanged => formatter.write_str("it was made with another client secret"),
            Self::Stale(stale) => stale.fmt(formatter),
        }
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => formatter.write_str("it has expired"),
            Self::ExpiresSoon { left } => {
                write!(formatter, "it is valid for only {} more", humane(*left))
            }
            Self::ExpiryUnknown => formatter.write_str("its expiry is unknown"),
            Self::ClockSetBack => {
                formatter.write_str("the clock of this machine was set back since it came")
            }
        }
    }
}
