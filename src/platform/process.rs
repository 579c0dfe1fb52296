//! The commands of `exec` and `sandbox`: whether they can be run, and their exit code.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::{env, io};

use crate::error::{Failure, Kind, reason};

/// The directories that `execvp` searches if PATH is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Checks that a command exists and can be run, so that a wrong one costs no login.
pub fn check(program: &OsStr) -> Result<(), Failure> {
    if program.is_empty() {
        return Err(not_found(program));
    }
    if program.as_encoded_bytes().contains(&b'/') || cfg!(not(unix)) {
        return check_file(program, Path::new(program));
    }
    let path = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    let mut refused = None;
    for directory in env::split_paths(&path) {
        match check_file(program, &directory.join(program)) {
            Ok(()) => return Ok(()),
            Err(failure) if failure.kind == Kind::NotExecutable => refused = Some(failure),
            Err(_) => {}
        }
    }
    Err(refused.unwrap_or_else(|| not_found(program)))
}

#[cfg(unix)]
fn check_file(program: &OsStr, file: &Path) -> Result<(), Failure> {
    let metadata = match file.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(not_executable(program, &error));
        }
        Err(_) => return Err(not_found(program)),
    };
    if metadata.is_dir() {
        return Err(not_executable(program, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    rustix::fs::access(file, rustix::fs::Access::EXEC_OK)
        .map_err(|error| not_executable(program, &error.into()))
}

// Windows searches more directories and names than a check could imitate: starting it finds out.
#[cfg(not(unix))]
fn check_file(_program: &OsStr, _file: &Path) -> Result<(), Failure> {
    Ok(())
}

/// The command of a list of words. The list is not empty: the parser requires a word.
pub fn command(words: &[OsString]) -> Command {
    let mut command = Command::new(words.first().map_or(OsStr::new(""), OsString::as_os_str));
    command.args(words.iter().skip(1));
    command
}

pub fn cannot_start(program: &OsStr, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::NotFound {
        not_found(program)
    } else {
        not_executable(program, error)
    }
}

fn not_found(program: &OsStr) -> Failure {
    Failure::new(Kind::CommandNotFound, format!("{}: command not found", program.display()))
}

fn not_executable(program: &OsStr, error: &io::Error) -> Failure {
    Failure::new(
        Kind::NotExecutable,
        format!("{}: cannot be run: {}", program.display(), reason(error)),
    )
}

/// The exit code of a child as a shell reports it; for a signal, 128 plus its number.
pub fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return u8::try_from(128 + signal).unwrap_or(u8::MAX);
        }
    }
    status.code().map_or(1, |code| u8::try_from(code & 0xff).unwrap_or(1))
}

/// Replaces this process with the command. Process id, signals and exit code are then those of the
/// command. Returns only if the command cannot be run.
#[cfg(unix)]
pub fn become_command(mut command: Command) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

/// Runs the command and returns its exit code. This system cannot replace a process.
#[cfg(not(unix))]
pub fn become_command(mut command: Command) -> io::Result<u8> {
    command.status().map(exit_code)
}
