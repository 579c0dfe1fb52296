//! The configuration file: which keys it has, and which files are refused.

mod de;
pub mod edit;
mod fault;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::not_utf8;
use crate::error::{Failure, reason};
use crate::model::secret::Secret;
use crate::platform::advice::shell_quote;
use crate::platform::files::{self, Access, Contents};

/// The largest configuration file that is read, in bytes: a thousand times a real one.
const LARGEST: usize = 1024 * 1024;

/// The profile at the top level of the file.
pub const DEFAULT_PROFILE: &str = "default";

/// One profile. It inherits nothing from another.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    pub client_secret_file: Option<PathBuf>,
    pub client_secret_command: Option<Vec<String>>,
    pub base_url: Option<String>,
    pub scope: Option<String>,
    pub ca_cert: Option<PathBuf>,
    pub timeout: Option<Duration>,
    pub cache: Option<bool>,
}

/// A configuration file that was read and is safe to use.
#[derive(Debug)]
pub struct ConfigFile {
    pub path: PathBuf,
    pub profiles: BTreeMap<String, Profile>,
    access: Access,
}

impl ConfigFile {
    /// Reads a file: JSON if its name ends in `.json`, else TOML. Waits for a pipe for `timeout`.
    pub fn read(path: &Path, timeout: Duration) -> Result<Self, Failure> {
        let Contents { bytes, access } = read(path, timeout)?;
        let file = Self { path: path.to_owned(), profiles: profiles(&bytes, path)?, access };
        file.refuse_unsafe_mode()?;
        Ok(file)
    }

    /// Whether the file holds a secret that other users can read.
    pub fn is_exposed(&self) -> bool {
        self.profiles.values().any(|profile| profile.client_secret.is_some())
            && self.others_can_read()
    }

    pub fn others_can_read(&self) -> bool {
        self.access.others_can_read()
    }

    /// A user who can write a file that names a command can run commands as this user.
    fn refuse_unsafe_mode(&self) -> Result<(), Failure> {
        if self.profiles.values().all(|profile| profile.client_secret_command.is_none()) {
            return Ok(());
        }
        let path = self.path.display();
        if self.access.others_can_write() {
            let what = format!("{path} names a command, and other users can write the file");
            return Err(Failure::config(what).hint(format!("chmod go-w {}", shell_quote(path))));
        }
        if self.access.is_foreign {
            let what = format!("{path} names a command, and the file belongs to another user");
            let hint = format!("sudo chown \"$(id -u)\" {}", shell_quote(path));
            return Err(Failure::config(what).hint(hint));
        }
        Ok(())
    }
}

fn read(path: &Path, timeout: Duration) -> Result<Contents, Failure> {
    let contents = files::read_with_timeout(path, LARGEST, timeout);
    contents.map_err(|error| unreadable(path, &reason(&error)))
}

/// Whether the name of a file means JSON; any other name means TOML.
pub fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::config(format!("cannot read the configuration file {}: {why}", path.display()))
}

/// Parses the content of a file, whose name decides between JSON and TOML.
pub fn profiles(bytes: &[u8], path: &Path) -> Result<BTreeMap<String, Profile>, Failure> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| not_utf8(bytes, &unreadable(path, "it").message))?;
    de::parse(text, is_json(path)).map_err(|problem| problem.into_failure(path))
}
