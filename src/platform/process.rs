//! The commands of `exec` and `sandbox`: whether they can be run, and their exit code.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

use crate::error::{Failure, Kind, reason};

/// The directories that `execvp` searches if PATH is not set.
#[cfg(unix)]
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Checks that a command exists and can be run, so that a wrong one costs no login.
pub fn check(program: &OsStr) -> Result<(), Failure> {
    find(program).map(drop).map_err(|error| cannot_start(program, &error))
}

#[cfg(unix)]
fn find(program: &OsStr) -> io::Result<PathBuf> {
    let mut refused = io::Error::from(ErrorKind::NotFound);
    if program.is_empty() {
        return Err(refused);
    }
    if program.as_encoded_bytes().contains(&b'/') {
        let file = PathBuf::from(program);
        return check_file(&file).map(|()| file);
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
    for directory in std::env::split_paths(&path) {
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

/// Looks through PATH with the extensions of PATHEXT, as `cmd` does: Windows itself finds `npm.cmd`
/// only by its whole name.
#[cfg(not(unix))]
fn find(program: &OsStr) -> io::Result<PathBuf> {
    let path = Path::new(program);
    which::which(path).map_err(|_| match path.components().count() > 1 && path.is_dir() {
        true => io::Error::new(ErrorKind::IsADirectory, "it is a directory"),
        false => ErrorKind::NotFound.into(),
    })
}

/// The command of a list of words. The list is not empty: the parser requires a word.
pub fn command(words: &[OsString]) -> Command {
    #[cfg(unix)]
    let mut command = Command::new(&words[0]);
    #[cfg(not(unix))]
    let mut command = Command::new(find(&words[0]).unwrap_or_else(|_| PathBuf::from(&words[0])));
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

/// The exit code of a child as a shell reports it; for a signal, 128 plus its number. On Windows it
/// has 32 bits.
pub fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return 128 + signal;
        }
    }
    status.code().unwrap_or(1)
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
pub fn become_command(mut command: Command) -> io::Result<i32> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(in_shell(&command, error)?.exec())
}

/// Runs the command and returns its exit code. This system cannot replace a process. Ctrl-C is for
/// the command, which receives it too.
#[cfg(not(unix))]
pub fn become_command(mut command: Command) -> io::Result<i32> {
    super::signals::on_interrupt(|| {})?;
    command.status().map(exit_code)
}
