//! Where the client secret is, and how it is read: byte for byte.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Failure, reason};
use crate::model::provenance::Setting;
use crate::model::secret::Secret;
use crate::platform::{files, signals, stdio, threads};

/// The longest secret, in bytes. A longer file was named by mistake.
const LONGEST: usize = 64 * 1024;

/// The source of the client secret. Nothing is opened or run before [`Setting::read`].
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

    /// Whether reading the secret runs no program and leaves standard input alone.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Given(_) | Self::File(_))
    }
}

impl Setting<SecretSource> {
    /// Reads the secret. Exactly one line end is removed from a file, standard input or the output
    /// of a command; nothing else is trimmed. Waits for a pipe or a command for `patience`.
    pub fn read(&self, patience: Duration) -> Result<Setting<Secret>, Failure> {
        let provenance = &self.provenance;
        let (name, bytes) = match &self.value {
            SecretSource::Given(secret) => {
                #[expect(clippy::disallowed_methods, reason = "its form is checked")]
                check(secret.expose(), &format!("the client secret from {provenance}"))?;
                return Ok(Setting::new(secret.clone(), provenance.clone()));
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
            SecretSource::Command(argv) => {
                let name = format!(
                    "the client secret printed by the command {:?} (from {provenance})",
                    argv[0]
                );
                let bytes = run(argv, patience);
                (name, bytes)
            }
        };
        let bytes = bytes.map_err(|why| Failure::config(format!("cannot read {name}: {why}")))?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Failure::config(format!("{name} is not valid UTF-8")))?;
        let text =
            text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        check(text, &name)?;
        Ok(Setting::new(Secret::new(text.to_owned()), provenance.clone()))
    }
}

fn check(text: &str, name: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Err(Failure::config(format!("{name} is empty")));
    }
    if text.len() > LONGEST {
        return Err(Failure::config(format!("{name} is larger than {} KiB", LONGEST / 1024)));
    }
    if text.contains(['\n', '\0']) {
        return Err(Failure::config(format!("{name} has a line break or a NUL inside"))
            .hint("the secret is one line; a file may end in one line break"));
    }
    Ok(())
}

type Bytes = Result<Vec<u8>, String>;

/// Runs a program and returns its standard output. It shares our other streams, so that it can ask
/// for a passphrase.
fn run(argv: &[OsString], patience: Duration) -> Bytes {
    let until = Instant::now() + patience;
    signals::wait_for_children().map_err(|error| reason(&error))?;
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("it cannot be run: {}", reason(&error)))?;
    let (sender, receiver) = mpsc::channel();
    let reading =
        child.stdout.take().map(|stdout| threads::spawn(move || sender.send(read_all(stdout))));
    if let Some(Err(error)) = reading {
        let _ = child.kill();
        let _ = child.wait();
        return Err(reason(&error));
    }
    let output = receiver.recv_timeout(patience);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if output.is_ok() && Instant::now() < until => {
                thread::sleep(Duration::from_millis(2))
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} s", patience.as_secs_f32().ceil()));
            }
        }
    };
    if !status.success() {
        return Err(match status.code() {
            Some(code) => format!("it ended with exit code {code}"),
            None => format!("it ended with {status}"),
        });
    }
    // A background process of the program still has its output open, and may write more.
    output.map_err(|_| "it ended, and what it started keeps its output open".to_owned())?
}

fn read_all(stdout: impl Read) -> Bytes {
    files::read_to_limit(stdout, LONGEST).map_err(|error| reason(&error))
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
    note(text.starts_with('\u{feff}'), "begins with a byte-order mark");
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
