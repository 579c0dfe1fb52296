//! The memory and the environment of the program cannot be read by other processes of the user.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

const NOBODY: u32 = 65534;

/// For an undumpable process, the kernel makes root the owner of the files in `/proc/PID`. A
/// process of root does not show the difference, so the program runs as another user.
#[test]
fn program_is_not_dumpable() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("skia-auth");
    fs::copy(env!("CARGO_BIN_EXE_skia-auth"), &program).unwrap();
    let mut command = Command::new(&program);
    command.arg("sandbox").env_clear().current_dir("/").stdout(Stdio::piped());
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
        command.env(variable, directory.path());
    }
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut sandbox = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let owner =
        fs::metadata(format!("/proc/{}/environ", sandbox.id())).map(|metadata| metadata.uid());
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    assert!(line.starts_with("export SKIA_BASE_URL="), "{line}");
    assert_eq!(owner.unwrap(), 0);
}
