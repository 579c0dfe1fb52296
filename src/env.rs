//! The environment variables of the settings and of CI systems. An empty variable counts as unset.
//!
//! `http::proxy` names the proxy variables, `platform` reads `PATH` and the variables of the
//! home, configuration and cache directories.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::Failure;

pub const CLIENT_ID: &str = "SKIA_CLIENT_ID";
pub const CLIENT_SECRET: &str = "SKIA_CLIENT_SECRET";
pub const CLIENT_SECRET_FILE: &str = "SKIA_CLIENT_SECRET_FILE";
pub const BASE_URL: &str = "SKIA_BASE_URL";
pub const SCOPE: &str = "SKIA_SCOPE";
pub const TIMEOUT: &str = "SKIA_TIMEOUT";
pub const CA_CERT: &str = "SKIA_CA_CERT";
pub const ALLOW_HTTP: &str = "SKIA_ALLOW_HTTP";
pub const PROFILE: &str = "SKIA_PROFILE";
pub const CONFIG: &str = "SKIA_CONFIG";
pub const CACHE_DIR: &str = "SKIA_CACHE_DIR";
pub const NO_CACHE: &str = "SKIA_NO_CACHE";
pub const NO_MASK: &str = "SKIA_NO_MASK";

/// Set by `exec` and by the shell formats.
pub const TOKEN: &str = "SKIA_TOKEN";
pub const TOKEN_EXPIRES_AT: &str = "SKIA_TOKEN_EXPIRES_AT";

pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
pub const TERM: &str = "TERM";
pub const NO_COLOR: &str = "NO_COLOR";
pub const CI: &str = "CI";
pub const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
pub const TF_BUILD: &str = "TF_BUILD";
pub const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";

/// The value of a variable; `None` if it is unset or empty. A value that is not UTF-8 is an error
/// that names the variable and does not show the value.
pub fn text(name: &str) -> Result<Option<String>, Failure> {
    match env::var_os(name).filter(|value| !value.is_empty()).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(_)) => Err(Failure::config(format!("{name} is not valid UTF-8"))),
    }
}

/// A path, which need not be UTF-8; `None` if the variable is unset or empty.
pub fn path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// A switch: 1, true, yes, on or 0, false, no, off. Any other value is an error: a guess could turn
/// a protection off.
pub fn switch(name: &str) -> Result<Option<bool>, Failure> {
    let Some(value) = text(name)? else { return Ok(None) };
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(Some(true)),
        "0" | "false" | "no" | "off" => Ok(Some(false)),
        _ => Err(Failure::config(format!("{name} is neither 1 nor 0"))
            .hint(format!("{name}=1, or unset it"))),
    }
}

/// Whether a variable is set to the empty string: in pipelines, usually a secret that is not
/// available.
pub fn is_set_but_empty(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}

/// Whether a variable has exactly this value.
pub fn is(name: &str, value: &str) -> bool {
    env::var_os(name).is_some_and(|found| found == value)
}

/// Whether the program runs in a pipeline: `CI` is set, and not to a word for "no".
pub fn in_ci() -> bool {
    let denials = ["0", "false", "no", "off"];
    path(CI).is_some_and(|value| {
        !denials.iter().any(|denial| value.as_os_str().eq_ignore_ascii_case(denial))
    })
}
