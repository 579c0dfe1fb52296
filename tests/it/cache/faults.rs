//! Disks that fail and obstacles in the cache: the token is printed, and no other file is changed.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{cache_files, can_mount, can_trace, entry, gets, token};
use crate::support::*;

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(path).status().unwrap().success());
}

/// Makes an endless device, if that is permitted.
fn make_device(path: &Path) {
    Command::new("mknod").args(["-m", "600"]).arg(path).args(["c", "1", "5"]).output().unwrap();
}

/// Creates an obstacle at a path.
type Obstacle = Box<dyn Fn(&Path)>;

/// Things in place of a cache file that must not be followed, read or waited for.
fn obstacles(home: &Home) -> Vec<(&'static str, Obstacle)> {
    let victim = home.work().join("victim");
    let linked = victim.clone();
    let nowhere = home.work().join("nowhere");
    vec![
        ("a link to a file", Box::new(move |path| symlink(&victim, path).unwrap())),
        ("a hard link to a file", Box::new(move |path| fs::hard_link(&linked, path).unwrap())),
        ("a link to nothing", Box::new(move |path| symlink(&nowhere, path).unwrap())),
        ("a link to a device", Box::new(|path| symlink("/dev/zero", path).unwrap())),
        ("a link to itself", Box::new(|path| symlink(path, path).unwrap())),
        ("a directory", Box::new(|path| fs::create_dir(path).unwrap())),
        ("a pipe", Box::new(make_fifo)),
        ("a device", Box::new(make_device)),
    ]
}

/// The paths of entry, lock and refusal of an identity. A refusal and a login create the files;
/// then they are deleted.
fn names(home: &Home, server: &Server) -> [PathBuf; 3] {
    assert_eq!(token(home, server).run().code, Some(4));
    assert_eq!(token(home, server).run().code, Some(0));
    ["token", "lock", "refusal"].map(|ending| {
        let [path] = &cache_files(home, ending)[..] else { panic!("no {ending}") };
        fs::remove_file(path).unwrap();
        path.clone()
    })
}

#[test]
fn obstacle_in_place_of_a_cache_file_costs_only_the_cache() {
    for which in 0..3 {
        for obstacle in 0..obstacles(&Home::new()).len() {
            let (home, t) = (Home::new(), live_token());
            let victim = home.file("victim", "precious");
            let (refused, granted) = (Reply::json(401, DOCUMENTED_401), live_reply(&t));
            let server =
                Server::start([refused.clone(), granted.clone(), refused, granted]).expects_any();
            let path = names(&home, &server)[which].clone();
            let (what, put) = &obstacles(&home)[obstacle];
            put(&path);
            let case = format!("{what} in place of file {which}");
            assert_eq!(token(&home, &server).run().code, Some(4), "{case}");
            gets(token(&home, &server), &t);
            gets(token(&home, &server), &t);
            // Only a directory is not replaced by the file.
            let repaired = which != 0 || *what != "a directory";
            assert_eq!(server.requests().len(), if repaired { 4 } else { 5 }, "{case}");
            let stays =
                if repaired { "deleted 1 cached token; [..]\n" } else { "no token was cached\n" };
            home.skia(["logout"]).credentials().server(&server).run().ok(stays);
            assert_eq!(fs::read(&victim).unwrap(), b"precious", "{case}");
            assert!(!home.work().join("nowhere").exists(), "{case}");
        }
    }
}

#[test]
fn link_to_a_private_directory_is_followed() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    home.declare_output("private");
    let (link, directory) = (home.cache().join("skia-auth"), home.work().join("private"));
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
    symlink(&directory, &link).unwrap();
    gets(token(&home, &server), &t);
    gets(token(&home, &server), &t);
    assert_eq!(fs::read_dir(directory).unwrap().count(), 2);
    home.skia(["logout"]).credentials().server(&server).run().ok("deleted 1 cached token; [..]\n");
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
}

#[test]
fn link_to_a_directory_that_others_can_write_is_not_followed() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    let (link, directory) = (home.work().join("link"), home.work().join("shared"));
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    symlink(&directory, &link).unwrap();
    gets(token(&home, &server).env("SKIA_CACHE_DIR", &link), &t);
    token(&home, &server).env("SKIA_CACHE_DIR", &link).arg("-v").run().assert(
        0,
        &format!("{t}\n"),
        "...\nskia-auth: the token is not cached: other users can write to its directory\n",
    );
    assert_eq!(fs::read_dir(directory).unwrap().count(), 0);
}

/// The files have the names of cache files, and must stay as they are.
#[track_caller]
fn is_not_used(why: &str, spoil: impl FnOnce(&Path)) {
    let (home, t) = (Home::new(), live_token());
    let refused = Reply::json(401, DOCUMENTED_401);
    let server =
        Server::start([live_reply(&t), live_reply(&t), live_reply(&t), refused]).expects(4);
    gets(token(&home, &server), &t);
    let directory = home.cache().join("skia-auth");
    let old = directory.join(".skia-auth-abc.tmp");
    fs::write(&old, "precious").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o600)).unwrap();
    fs::File::open(&old).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let content = || -> Vec<(PathBuf, Vec<u8>)> {
        let paths = home.cache_files();
        paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    };
    let before = content();
    spoil(&directory);

    gets(token(&home, &server), &t);
    let notes = format!(
        "\
...
skia-auth: cache miss: the cached token cannot be used ({why})
skia-auth: logging in without the lock: {why}
...
skia-auth: the token is not cached: {why}
"
    );
    token(&home, &server).arg("-v").run().assert(0, &format!("{t}\n"), &notes);
    assert_eq!(home.skia(["login"]).credentials().server(&server).run().code, Some(4));
    let unusable = format!(
        "\
skia-auth: error: the cached token cannot be used ({why})
hint: skia-auth login
"
    );
    home.skia(["token", "--offline"]).credentials().server(&server).run().fails(1, &unusable);
    let kept = format!("skia-auth: error: cannot delete a cached token: {why}\n");
    for arguments in [&["logout"][..], &["logout", "--all"]] {
        home.skia(arguments).credentials().server(&server).run().fails(7, &kept);
    }
    assert!(content() == before, "the files have changed");
}

#[test]
fn directory_that_others_can_write_is_not_used() {
    for mode in [0o720, 0o702, 0o777] {
        is_not_used("other users can write to its directory", |directory| {
            fs::set_permissions(directory, fs::Permissions::from_mode(mode)).unwrap();
        });
    }
}

#[test]
fn directory_of_another_user_is_not_used() {
    if rustix::process::geteuid().is_root() {
        is_not_used("its directory belongs to another user", |directory| {
            chown(directory, Some(65534), None).unwrap();
        });
    }
}

#[test]
fn directory_that_cannot_be_created_costs_only_the_cache() {
    for place in
        ["/dev/full/x", "/dev/null", "/proc/none/x", "/sys/x", "FILE", "FILE/x", "FIFO", "LINK/x"]
    {
        let (home, t) = (Home::new(), live_token());
        home.file("file", "precious");
        make_fifo(&home.work().join("fifo"));
        symlink("loop", home.work().join("loop")).unwrap();
        let path = ["FILE", "FIFO", "LINK"]
            .iter()
            .zip(["file", "fifo", "loop"])
            .fold(place.to_owned(), |path, (key, name)| {
                path.replace(key, home.work().join(name).to_str().unwrap())
            });
        let server = Server::start([live_reply(&t)]).expects(3);
        let ask = |command: &str| {
            home.skia([command]).credentials().server(&server).env("SKIA_CACHE_DIR", &path)
        };
        gets(ask("token"), &t);
        gets(ask("login"), &t);
        ask("token").arg("-v").run().assert(
            0,
            &format!("{t}\n"),
            "...\nskia-auth: logging in without the lock: [..]\n...\nskia-auth: the token is not cached: [..]\n",
        );
        assert_eq!(ask("status").allow_partial_stdout().run().code, Some(1), "{place}");
        assert_eq!(fs::read(home.work().join("file")).unwrap(), b"precious");
        assert!(fs::symlink_metadata(home.work().join("fifo")).unwrap().file_type().is_fifo());
    }
}

#[test]
fn missing_home_costs_only_the_cache() {
    for home_variable in [None, Some("/proc/nonexistent"), Some("relative"), Some("")] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        let program = token(&home, &server);
        let program = match home_variable {
            Some(value) if value.starts_with('/') => {
                let program = program.env_remove("XDG_CACHE_HOME").env_remove("XDG_CONFIG_HOME");
                program.env("HOME", value)
            }
            // The home directory is then that of the account: XDG_CONFIG_HOME and the variable keep
            // the test out of it.
            Some(value) => program.env("HOME", value).env("SKIA_NO_CACHE", "1"),
            None => program.env_remove("HOME").env("SKIA_NO_CACHE", "1"),
        };
        gets(program, &t);
        assert!(home.cache_files().is_empty());
    }
}

#[test]
fn file_size_limit_costs_only_the_cache() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server).prelude("ulimit -f 0"), &t);
    assert!(cache_files(&home, "token").is_empty());
    token(&home, &server).prelude("ulimit -f 0").arg("-v").run().assert(
        0,
        &format!("{t}\n"),
        "...\nskia-auth: the token is not cached: file too large\n",
    );
}

/// Runs a script with its own file system mounted on `cache/`.
fn on_another_disk(home: &Home, server: &Server, options: &str, script: &str) -> Outcome {
    let script = format!("mount -t tmpfs {options} none \"$XDG_CACHE_HOME\" && {script}");
    home.program("unshare", ["-m", "sh", "-c", &script])
        .credentials()
        .server(server)
        .allow_partial_stdout()
        .run()
}

#[test]
fn full_disk_costs_only_the_cache() {
    if !can_mount() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(3);
    let full = "-o size=8k,mode=700";
    let fill = "mkdir -m 700 $XDG_CACHE_HOME/skia-auth && { cat /dev/zero > $XDG_CACHE_HOME/fill; } 2>/dev/null;";
    on_another_disk(&home, &server, full, &format!("{{ {fill} skia-auth token; }}"))
        .ok(&format!("{t}\n"));
    let noted = format!(
        "{{ {fill} skia-auth token -v; find $XDG_CACHE_HOME/skia-auth -name '*tmp' -o -name '*token'; }}"
    );
    on_another_disk(&home, &server, full, &noted).assert(
        0,
        &format!("{t}\n"),
        "...\nskia-auth: the token is not cached: no space left on device\n",
    );
    // No inode is left.
    on_another_disk(&home, &server, "-o nr_inodes=1", "skia-auth token").ok(&format!("{t}\n"));
}

#[test]
fn old_entry_survives_a_full_disk() {
    if !can_mount() {
        return;
    }
    let (home, old, new) = (Home::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    let script = "{ skia-auth token; cat /dev/zero > $XDG_CACHE_HOME/fill 2>/dev/null; skia-auth login; skia-auth token; }";
    on_another_disk(&home, &server, "-o size=16k,mode=700", script)
        .ok(&format!("{old}\n{new}\n{old}\n"));
}

#[test]
fn read_only_disk_costs_only_the_cache() {
    if !can_mount() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    on_another_disk(&home, &server, "-o ro", "skia-auth token").ok(&format!("{t}\n"));
    on_another_disk(&home, &server, "-o ro", "skia-auth token -v").assert(
        0,
        &format!("{t}\n"),
        "\
...
skia-auth: logging in without the lock: read-only file system
...
skia-auth: the token is not cached: read-only file system
",
    );
}

#[test]
fn entry_on_a_read_only_disk_is_still_used() {
    if !can_mount() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let script = "{ skia-auth token && mount -o remount,ro $XDG_CACHE_HOME && skia-auth token && skia-auth logout; }";
    on_another_disk(&home, &server, "-o mode=700", script).assert(
        7,
        &format!("{t}\n{t}\n"),
        "skia-auth: error: cannot delete a cached token: read-only file system\n",
    );
}

#[test]
fn error_of_any_system_call_costs_only_the_cache() {
    if !can_trace() {
        return;
    }
    for (call, error) in [
        ("/^rename", "EIO"),
        ("/^rename", "EXDEV"),
        ("flock", "ENOLCK"),
        ("fchmod", "EPERM"),
        ("/^mkdir", "EDQUOT"),
    ] {
        let (home, t) = (Home::new(), live_token());
        home.declare_foreign("trace");
        let server = Server::start([live_reply(&t)]);
        let inject = format!("inject={call}:error={error}");
        let words = [
            "-f",
            "-o",
            "trace",
            "-e",
            &format!("trace={call}"),
            "-e",
            &inject,
            "skia-auth",
            "token",
        ];
        gets(home.program("strace", words).credentials().server(&server), &t);
        let trace = fs::read_to_string(home.work().join("trace")).unwrap();
        assert!(trace.contains("INJECTED"), "{call}: {trace}");
        assert_eq!(cache_files(&home, "token").len(), usize::from(call == "flock"), "{call}");
    }
}

#[test]
fn entry_is_not_synced_but_the_file_of_to_file_is() {
    if !can_trace() {
        return;
    }
    let (home, t) = (Home::new(), live_token());
    home.declare_foreign("trace");
    home.declare_output("token");
    let server = Server::start([live_reply(&t)]).expects(2);
    for (options, expected) in [(&[][..], 0), (&["--to-file", "token"], 1)] {
        let words = ["-f", "-o", "trace", "-e", "trace=fsync,fdatasync", "skia-auth", "login"];
        let traced = home.program("strace", words).args(options).credentials().server(&server);
        assert_eq!(traced.run().code, Some(0));
        let trace = fs::read_to_string(home.work().join("trace")).unwrap();
        assert_eq!(trace.matches("sync(").count(), expected, "{trace}");
    }
}

#[test]
fn kill_at_any_moment_leaves_the_old_entry_or_the_new_or_none() {
    if !can_trace() {
        return;
    }
    for with_old in [false, true] {
        // `step` grows until the login is no longer killed.
        for call in ["openat", "write", "fchmod", "/^rename", "close", "/^unlink", "statx"] {
            let mut kills = 0;
            for step in 1.. {
                let (home, old, new) = (Home::new(), live_token(), live_token());
                home.declare_foreign("trace");
                let server = Server::start([
                    live_reply(&if with_old { old.clone() } else { new.clone() }),
                    live_reply(&new),
                ])
                .expects_any();
                if with_old {
                    gets(token(&home, &server), &old);
                }
                let inject = format!("inject={call}:signal=KILL:when={step}");
                let words = [
                    "-f",
                    "-o",
                    "trace",
                    "-e",
                    &format!("trace={call}"),
                    "-e",
                    &inject,
                    "skia-auth",
                    "login",
                ];
                let outcome = home.program("strace", words).credentials().server(&server).run();
                if outcome.code == Some(0) {
                    break;
                }
                if server.requests().len() <= usize::from(with_old) {
                    continue;
                }
                assert_eq!(outcome.signal, Some(9), "{outcome}");
                kills += 1;
                let left = home.skia(["token", "--offline"]).credentials().server(&server).run();
                match left.code {
                    Some(0) => {
                        let known = [&old, &new].iter().any(|t| left.stdout() == format!("{t}\n"));
                        assert!(known, "{call} {step}: {left}");
                    }
                    _ => {
                        assert!(!with_old, "{call} {step}: {left}");
                        left.fails(1, "skia-auth: error: no cached token\nhint: skia-auth login\n");
                    }
                }
                assert_eq!(token(&home, &server).run().code, Some(0), "{call} {step}");
            }
            assert!(
                kills > 0 || call == "/^unlink",
                "{call} is not called between the reply and the end"
            );
        }
    }
}

#[test]
fn temporary_files_of_killed_processes_are_deleted() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    gets(token(&home, &server), &t);
    let beside = |name: &str| entry(&home).with_file_name(name);
    let (old, recent) = (beside(".skia-auth-old123.tmp"), beside(".skia-auth-new123.tmp"));
    let foreign = ["old123.tmp", ".skia-auth-notes", "notes.txt"].map(beside);
    let two_hours_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    for path in [&old, &recent].into_iter().chain(&foreign) {
        fs::write(path, "half").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        if path != &recent {
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(two_hours_ago)
                .unwrap();
        }
    }
    gets(home.skia(["login"]).credentials().server(&server), &t);
    assert!(!old.exists() && recent.exists());
    home.skia(["logout", "--all"]).credentials().server(&server).run();
    assert!(!recent.exists() && foreign.iter().all(|path| path.exists()));
    foreign.iter().for_each(|path| fs::remove_file(path).unwrap());
}

#[test]
fn files_of_another_user_are_not_used() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (home, old, new) = (Home::new(), live_token(), live_token());
    let refused = Reply::json(401, DOCUMENTED_401);
    let server = Server::start([refused, live_reply(&old), live_reply(&new)]).expects(3);
    assert_eq!(token(&home, &server).run().code, Some(4));
    gets(token(&home, &server), &old);
    let files = home.cache_files();
    assert_eq!(files.len(), 3);
    files.iter().for_each(|file| chown(file, Some(65534), None).unwrap());
    gets(token(&home, &server), &new);
    gets(token(&home, &server), &new);
    let [lock] = &cache_files(&home, "lock")[..] else { panic!("one lock") };
    assert_eq!(fs::metadata(lock).unwrap().uid(), 65534);
}

#[test]
fn login_that_is_not_cached_keeps_the_temporary_files_of_others() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t), Reply::json(200, DOCUMENTED_200)]).expects(2);
    gets(token(&home, &server), &t);
    let theirs = home.cache_files().remove(0).with_file_name(".skia-auth-x1y2z3.tmp");
    fs::write(&theirs, "half").unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(home.skia(["login", "-q"]).credentials().server(&server).run().code, Some(0));
    assert_eq!(fs::read_to_string(theirs).unwrap(), "half");
}
