//! The directories of this user: home, configuration, cache.

use std::path::PathBuf;

/// The parent of the configuration directory. On Windows it is `%LOCALAPPDATA%`: the roaming profile
/// would copy secrets to other machines.
pub fn config_dir() -> Option<PathBuf> {
    absolute(variable("LOCALAPPDATA").or_else(dirs::config_local_dir))
}

/// The parent of the cache directory.
pub fn cache_dir() -> Option<PathBuf> {
    absolute(variable("LOCALAPPDATA").or_else(dirs::cache_dir))
}

pub fn home_dir() -> Option<PathBuf> {
    absolute(variable("USERPROFILE").or_else(dirs::home_dir))
}

/// The variable of a directory on Windows, where `dirs` ignores the environment.
fn variable(name: &str) -> Option<PathBuf> {
    if cfg!(windows) { crate::env::path(name) } else { None }
}

/// `dirs` accepts a relative HOME, which would lead into the current directory.
fn absolute(directory: Option<PathBuf>) -> Option<PathBuf> {
    directory.filter(|directory| directory.is_absolute())
}
