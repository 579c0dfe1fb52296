//! Disks and system calls that fail: the token is printed, and the cache stays consistent.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{cache_files, can_mount, can_trace, entry, gets, token};
use crate::support::*;

/// The program under strace, which acts on `call` as `inject` says and writes the file `trace`.
fn traced(home: &Home, call: &str, inject: &str, command: &str) -> Program {
    let trace = format!("trace={call}");
    home.program("strace", ["-f", "-o", "trace", "-e", &trace, "-e", inject, "skia-auth", command])
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
        gets(traced(&home, call, &inject, "token").credentials().server(&server), &t);
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
        for call in ["/^open|stat", "write", "fchmod", "/^rename", "close", "/^unlink"] {
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
                let program = traced(&home, call, &inject, "login").credentials();
                let outcome = program.server(&server).run();
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
