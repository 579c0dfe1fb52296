//! Where the client secret is, and how it is read: byte for byte.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use super::not_utf8;
use crate::error::{Failure, Kind, reason};
use crate::model::provenance::Setting;
use crate::model::secret::Secret;
use crate::platform::{advice, capture, files, stdio, threads};

/// The longest secret, in bytes. A longer file was named by mistake.
const LONGEST: usize = 64 * 1024;
/// EX_TEMPFAIL of `sysexits.h`: the command may succeed later.
const TEMPORARY_FAILURE: i32 = 75;

const FILE_HINT: &str = "the secret is one line; a file may end in one line break";

/// The source of the client secret. Nothing is opened before [`Setting::read`].
#[derive(Clone, Debug)]
pub enum SecretSource {
    Given(Secret),
    File(PathBuf),
    StandardInput,
    /// A program and its arguments, run without a shell.
    Command(Vec<OsString>),
}

impl SecretSource {
    /// The file that an option names; `-` is standard input.
    pub fn file_or_stdin(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::StandardInput } else { Self::File(path) }
    }
}

/// The client secret before a login. A command runs only if a login is needed.
#[derive(Clone, Debug)]
pub enum ClientSecret {
    Known(Secret),
    Command(Vec<OsString>),
}

impl ClientSecret {
    pub fn known(&self) -> Option<&Secret> {
        match self {
            Self::Known(secret) => Some(secret),
            Self::Command(_) => None,
        }
    }

    /// What the check of a cached token is computed over: the secret, or the words of the command,
    /// each after a NUL, which no secret contains.
    pub fn checked(&self) -> Secret {
        match self {
            Self::Known(secret) => secret.clone(),
            Self::Command(words) => {
                Secret::new(words.iter().map(|word| format!("\0{}", word.display())).collect())
            }
        }
    }
}

impl Setting<SecretSource> {
    /// Reads the secret, unless a command prints it. Waits for a pipe for `patience`.
    pub fn read(&self, patience: Duration) -> Result<Setting<ClientSecret>, Failure> {
        let provenance = &self.provenance;
        let (name, bytes) = match &self.value {
            SecretSource::Given(secret) => {
                #[expect(clippy::disallowed_methods, reason = "its form is checked")]
                check(secret.expose(), &format!("the client secret from {provenance}"), FILE_HINT)?;
                let known = ClientSecret::Known(secret.clone());
                return Ok(Setting::new(known, provenance.clone()));
            }
            SecretSource::File(path) => {
                let name = format!("the client secret file {} (from {provenance})", path.display());
                let contents = files::read_with_timeout(path, LONGEST, patience);
                (name, contents.map(|contents| contents.bytes).map_err(|error| reason(&error)))
            }
            SecretSource::StandardInput => {
                let read = || files::read_to_limit(stdio::stdin(), LONGEST);
                let bytes = threads::with_timeout(patience, read).map_err(|error| reason(&error));
                ("the client secret on standard input".to_owned(), bytes)
            }
            SecretSource::Command(words) => {
                let command = ClientSecret::Command(words.clone());
                return Ok(Setting::new(command, provenance.clone()));
            }
        };
        let bytes = bytes.map_err(|why| Failure::config(format!("cannot read {name}: {why}")))?;
        let secret = parse(&bytes, &name, FILE_HINT)?;
        Ok(Setting::new(ClientSecret::Known(secret), provenance.clone()))
    }
}

impl Setting<ClientSecret> {
    /// The secret. Waits for a command for `patience`.
    pub fn reveal(&self, patience: Duration) -> Result<Secret, Failure> {
        let words = match &self.value {
            ClientSecret::Known(secret) => return Ok(secret.clone()),
            ClientSecret::Command(words) => words,
        };
        let name = format!(
            "the client secret printed by the command \"{}\" (from {})",
            words[0].display(),
            self.provenance
        );
        let fail = |kind, why| Failure::new(kind, format!("cannot read {name}: {why}"));
        let (status, output) = capture::run(words, LONGEST, patience).map_err(|error| {
            let is_late = error.kind() == ErrorKind::TimedOut;
            fail(if is_late { Kind::Unavailable } else { Kind::Config }, reason(&error))
        })?;
        match status.code() {
            Some(0) => {}
            Some(TEMPORARY_FAILURE) => {
                return Err(fail(Kind::Unavailable, "it ended with exit code 75".to_owned()));
            }
            Some(code) => {
                return Err(fail(Kind::Config, format!("it ended with exit code {code}")));
            }
            None => return Err(fail(Kind::Config, format!("it ended with {status}"))),
        }
        let one_line =
            format!("to use the first line: client_secret_command = {}", advice::FIRST_LINE);
        parse(&output, &name, &one_line)
    }
}

/// Exactly one line end is removed; nothing else is trimmed.
fn parse(bytes: &[u8], name: &str, one_line: &str) -> Result<Secret, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8(bytes, name))?;
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    check(text, name, one_line)?;
    Ok(Secret::new(text.to_owned()))
}

fn check(text: &str, name: &str, one_line: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Err(Failure::config(format!("{name} is empty")));
    }
    if text.len() > LONGEST {
        return Err(Failure::config(format!("{name} is larger than {} KiB", LONGEST / 1024)));
    }
    if text.contains(['\n', '\0']) {
        let what = format!("{name} has a line break or a NUL inside");
        return Err(Failure::config(what).hint(one_line));
    }
    Ok(())
}

/// What looks odd about a credential, in words that do not repeat it.
pub fn oddities(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut note = |odd: bool, what: &'static str| {
        if odd {
            found.push(what);
        }
    };
    note(text.starts_with(char::is_whitespace), "begins with white space");
    note(text.ends_with('\r'), "ends with a carriage return (a file with Windows line ends)");
    note(text.ends_with([' ', '\t', '\u{a0}']), "ends with white space");
    note(
        text.starts_with(['"', '\'', '“', '”', '‘', '’']) || text.ends_with(['"', '\'', '“', '”']),
        "stands in quotes",
    );
    note(
        text.starts_with('\u{feff}'),
        "begins with a byte-order mark (save it as UTF-8 without one)",
    );
    note(text.contains("${{") || text.contains("{{"), "has a template in it that was not expanded");
    note(
        (text.contains("$(") || text.contains("${")) && !text.contains("${{"),
        "has a variable in it that was not expanded",
    );
    note(
        text.len() > 2 && text.starts_with('%') && text.ends_with('%'),
        "has a variable in it that was not expanded",
    );
    note(text.starts_with('<') && text.ends_with('>'), "looks like a placeholder");
    note(
        text == crate::sandbox::CLIENT_SECRET || text == crate::sandbox::CLIENT_ID,
        "is the example of the documentation",
    );
    found
}
