//! The header fields of the documented request.

pub const USER_AGENT: &str = concat!("skia-auth/", env!("CARGO_PKG_VERSION"));

/// The two documented fields, and the user agent.
pub const HEADERS: [(&str, &str); 3] = [
    ("Content-Type", "application/json"),
    ("Accept", "application/json"),
    ("User-Agent", USER_AGENT),
];
