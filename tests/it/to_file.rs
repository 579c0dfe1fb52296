//! `--to-file`: failures that are known before the login, the mode, and content that is the same.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use crate::cache::{can_mount, gets};
use crate::support::*;

/// The server of a case in which no request may be sent.
fn unused_server() -> Server {
    Server::start([]).expects(0)
}

#[cfg(unix)]
#[test]
fn mount_point_is_refused_before_the_login() {
    if !can_mount() {
        return;
    }
    let (home, server) = (Home::new(), unused_server());
    home.file("token", "old");
    for command in ["login", "token"] {
        let script =
            format!("mount --bind token token && exec skia-auth {command} --to-file token");
        let program = home.program("unshare", ["-m", "sh", "-c", &script]);
        program.credentials().server(&server).run().fails(
            7,
            "skia-auth: error: cannot write token: \
             it is a mount point: mount its directory instead\n",
        );
    }
}

#[cfg(unix)]
#[test]
fn file_system_without_space_for_a_token_is_noticed_before_the_login() {
    if !can_mount() {
        return;
    }
    let (home, server) = (Home::new(), unused_server());
    fs::create_dir(home.work().join("small")).unwrap();
    let script =
        "mount -t tmpfs -o size=16k none small && exec skia-auth login --to-file small/token";
    let program = home.program("unshare", ["-m", "sh", "-c", script]);
    program
        .credentials()
        .server(&server)
        .run()
        .fails(7, "skia-auth: error: cannot write small/token: no space left on device\n");
}

#[cfg(unix)]
#[test]
fn file_of_another_user_in_a_sticky_directory_is_refused_before_the_login() {
    if !rustix::process::geteuid().is_root() || !installed("setpriv") {
        return;
    }
    let home = Home::new();
    fs::set_permissions(home.root(), fs::Permissions::from_mode(0o755)).unwrap();
    let shared = home.work().join("shared");
    fs::create_dir(&shared).unwrap();
    home.declare_foreign("shared");
    let path = home.file("shared/token", "");
    let login = |server: &Server| {
        let words =
            ["--reuid=65534", "--regid=65534", "--clear-groups", "skia-auth", "login", "--to-file"];
        let program = home.program("setpriv", words).arg(&path);
        program.env("SKIA_NO_CACHE", "1").credentials().server(server).run()
    };
    let set_mode = |mode| fs::set_permissions(&shared, fs::Permissions::from_mode(mode)).unwrap();
    set_mode(0o1777);
    login(&unused_server()).fails(
        7,
        &format!(
            "skia-auth: error: cannot write {}: \
             it belongs to another user, and its directory is sticky\n",
            path.display()
        ),
    );
    set_mode(0o777);
    login(&Server::start([live_reply(&live_token())])).ok("");
    assert_eq!(fs::metadata(&path).unwrap().uid(), 65534);
}

#[test]
fn dash_is_refused_because_standard_output_is_the_default() {
    let (home, server) = (Home::new(), unused_server());
    for command in ["login", "token"] {
        let program = home.skia([command, "--to-file", "-"]).credentials().server(&server);
        program.run().fails(
            2,
            "skia-auth: error: --to-file - names no file\n\
             hint: leave --to-file out: standard output is the default\n",
        );
    }
}

#[cfg(unix)]
#[test]
fn file_with_the_same_content_and_mode_is_left_alone() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    home.declare_output("token");
    let path = home.work().join("token");
    let write = |options: &[&str]| {
        let program = home.skia(["token", "--to-file", "token"]).args(options);
        program.credentials().server(&server).run().ok("");
    };
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let seen =
        || fs::metadata(&path).map(|found| (found.ino(), found.modified().unwrap())).unwrap();
    let age = || fs::File::open(&path).unwrap().set_modified(an_hour_ago).unwrap();
    write(&[]);
    age();
    let before = seen();
    write(&[]);
    assert_eq!(seen(), before);

    write(&["-o", "header"]);
    assert_ne!(seen(), before);
    age();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let before = seen();
    write(&["-o", "header"]);
    assert_ne!(seen(), before);

    home.declare_foreign("token");
    age();
    let before = seen();
    write(&["-o", "header", "--to-file-mode", "0440"]);
    assert_ne!(seen(), before);
    age();
    let before = seen();
    write(&["-o", "header", "--to-file-mode", "0440"]);
    assert_eq!(seen(), before);
}

#[cfg(unix)]
#[test]
fn link_to_a_file_with_the_same_content_is_replaced() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    home.declare_output("token");
    home.file("victim", format!("{t}\n"));
    let path = home.work().join("token");
    std::os::unix::fs::symlink("victim", &path).unwrap();
    home.skia(["token", "--to-file", "token"]).credentials().server(&server).run().ok("");
    assert!(fs::symlink_metadata(path).unwrap().is_file());
}

#[cfg(unix)]
#[test]
fn mode_of_the_file_can_be_chosen() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(home.skia(["login"]).credentials().server(&server), &t);
    home.declare_foreign("token");
    let path = home.work().join("token");
    for (mode, bits) in [("0640", 0o640), ("0440", 0o440), ("0400", 0o400), ("0600", 0o600)] {
        for umask in [0, 0o077, 0o777] {
            let program = home.skia(["token", "--to-file", "token", "--to-file-mode", mode]);
            program.credentials().server(&server).umask(umask).run().ok("");
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, bits);
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{t}\n"));
        }
    }
}

#[test]
fn other_modes_are_refused() {
    let (home, server) = (Home::new(), unused_server());
    let run = |words: &[&str]| home.skia(words).credentials().server(&server).run();
    for mode in ["0644", "0666", "0777", "0000", "600", "u=rw", "-1"] {
        run(&["login", "--to-file", "token", &format!("--to-file-mode={mode}")]).fails(
            2,
            "skia-auth: error: invalid value for --to-file-mode\n\
             hint: [..]one of 0600, 0640, 0440, 0400[..]\n",
        );
    }
    run(&["login", "--to-file-mode", "0640"])
        .fails(2, "skia-auth: error: --to-file is missing\nhint: skia-auth login --help\n");
}
