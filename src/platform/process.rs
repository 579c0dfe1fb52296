//! The commands of `exec` and `sandbox`: whether they can be run, and their exit code.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

use crate::error::{Failure, Kind, reason};

/// The directories that `execvp` searches if PATH is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Checks that a command exists and can be run, so that a wrong one costs no login.
pub fn check(program: &OsStr) -> Result<(), Failure> {
    find(program).map(drop).map_err(|error| cannot_start(program, &error))
}

fn find(program: &OsStr) -> io::Result<PathBuf> {
    let mut refused = io::Error::from(ErrorKind::NotFound);
    if program.is_empty() {
        return Err(refused);
    }
    if program.as_encoded_bytes().contains(&b'/') || cfg!(not(unix)) {
        let file = PathBuf::from(program);
        return check_file(&file).map(|()| file);
    }
    let path = env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    for directory in env::split_paths(&path) {
        let file = directory.join(program);
        match check_file(&file) {
            Ok(()) => return Ok(file),
            Err(error) if error.kind() != ErrorKind::NotFound => refused = error,
            Err(_) => {}
        }
    }
    Err(refused)
}

#[cfg(unix)]
fn check_file(file: &Path) -> io::Result<()> {
    let metadata = file.metadata().map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => error,
        _ => ErrorKind::NotFound.into(),
    })?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    Ok(rustix::fs::access(file, rustix::fs::Access::EXEC_OK)?)
}

// Windows searches more directories and names than a check could imitate: starting it finds out.
#[cfg(not(unix))]
fn check_file(_file: &Path) -> io::Result<()> {
    Ok(())
}

/// The command of a list of words. The list is not empty: the parser requires a word.
pub fn command(words: &[OsString]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

pub fn cannot_start(program: &OsStr, error: &io::Error) -> Failure {
    let program = program.display();
    match error.kind() {
        ErrorKind::NotFound => {
            Failure::new(Kind::CommandNotFound, format!("{program}: command not found"))
        }
        _ => {
            let message = format!("{program}: cannot be run: {}", reason(error));
            Failure::new(Kind::NotExecutable, message)
        }
    }
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

/// Starts the command.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    command.spawn().or_else(|error| in_shell(command, error)?.spawn())
}

/// The same command for `sh`, if it is a script without a `#!` line, as POSIX asks of `execvp`:
/// musl fails with ENOEXEC. Standard streams are inherited.
#[cfg(unix)]
fn in_shell(command: &Command, error: io::Error) -> io::Result<Command> {
    if error.raw_os_error() != Some(rustix::io::Errno::NOEXEC.raw_os_error()) {
        return Err(error);
    }
    let mut shell = Command::new("/bin/sh");
    shell.arg(find(command.get_program())?).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Ok(shell)
}

#[cfg(not(unix))]
fn in_shell(_command: &Command, error: io::Error) -> io::Result<Command> {
    Err(error)
}

/// Replaces this process with the command. Process id, signals and exit code are then those of the
/// command. Returns only if the command cannot be run.
#[cfg(unix)]
pub fn become_command(mut command: Command) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(in_shell(&command, error)?.exec())
}

/// Runs the command and returns its exit code. This system cannot replace a process.
#[cfg(not(unix))]
pub fn become_command(mut command: Command) -> io::Result<u8> {
    command.status().map(exit_code)
}
