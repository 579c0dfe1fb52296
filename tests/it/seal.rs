//! Where secrets are in reach: of other processes nowhere, of the program itself in a few known places.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

const NOBODY: u32 = 65534;

/// The kernel hands the files of an undumpable process below `/proc` to root; a process of root itself does not show
/// the difference, so it runs as somebody else.
#[test]
fn memory_and_environment_are_out_of_reach_for_other_processes_of_the_user() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("skia-auth");
    fs::copy(env!("CARGO_BIN_EXE_skia-auth"), &program).unwrap();
    let mut command = Command::new(&program);
    command.arg("sandbox").env_clear().current_dir("/").stdout(Stdio::piped());
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
    assert!(line.starts_with("SKIA_BASE_URL="), "{line}");
    assert_eq!(owner.unwrap(), 0);
}

/// Where a credential or a token leaves its wrapper, file by file. A new place is a decision: make it here, in sight.
#[test]
fn secrets_leave_their_wrapper_only_where_they_must() {
    const PLACES: [(&str, usize); 21] = [
        ("acquire.rs", 3),
        ("api/answer.rs", 2),
        ("api/reply.rs", 1),
        ("cache/entry.rs", 2),
        ("commands/config/init.rs", 1),
        ("commands/deliver.rs", 1),
        ("commands/doctor.rs", 1),
        ("commands/inspect.rs", 2),
        ("commands/status.rs", 1),
        ("http/wire.rs", 1),
        ("output/header.rs", 1),
        ("output/json.rs", 1),
        ("output/mod.rs", 1),
        ("output/oauth.rs", 1),
        ("output/text.rs", 1),
        ("output/token.rs", 1),
        ("report/mod.rs", 1),
        ("report/sanitize/mod.rs", 2),
        ("settings/secret_source.rs", 1),
        ("model/token.rs", 1),
        ("http/tunnel.rs", 1),
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut directories = vec![source.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let shipped = text.split("#[cfg(test)]").next().unwrap();
            let count = shipped.matches("expose()").count() + shipped.matches("::expose)").count();
            let name = path.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
            // The definitions themselves stand in secret.rs; tests and properties stand in files of their own.
            let is_shipped = !name.contains("tests") && !name.starts_with("properties");
            if count > 0 && name != "model/secret.rs" && is_shipped {
                found.push((name, count));
            }
        }
    }
    found.sort();
    let mut expected: Vec<_> =
        PLACES.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    expected.sort();
    assert_eq!(found, expected);
}
