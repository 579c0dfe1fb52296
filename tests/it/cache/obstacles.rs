//! Obstacles in place of cache files or the cache directory: they are neither used nor changed.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{cache_files, gets, token};
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
