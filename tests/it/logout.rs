//! `logout`: deletes cached tokens, and says that the server cannot revoke them.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::cache::{cache_files, entry, gets, token, until_at_the_lock};
use crate::support::*;

const DELETED: &str = "deleted 1 cached token; a token stays valid at the server until it expires: the Skia API cannot revoke one\n";
const NONE: &str = "no token was cached\n";

fn logout(home: &Home, server: &Server, arguments: &[&str]) -> Outcome {
    home.skia(["logout"]).args(arguments).credentials().server(server).run()
}

#[test]
fn cached_token_is_deleted_once() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    logout(&home, &server, &[]).ok(NONE);
    gets(token(&home, &server), &t);
    logout(&home, &server, &[]).ok(DELETED);
    assert!(cache_files(&home, "token").is_empty());
    logout(&home, &server, &[]).ok(NONE);
    gets(token(&home, &server), &t);
}

#[test]
fn damaged_entry_is_deleted_too() {
    for content in ["", "{}", "half"] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        gets(token(&home, &server), &t);
        fs::write(entry(&home), content).unwrap();
        logout(&home, &server, &[]).ok(DELETED);
        logout(&home, &server, &["--all"]).ok(NONE);
    }
}

#[test]
fn only_the_token_of_the_identity_is_deleted() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(3);
    for id in ["a", "b", "c"] {
        gets(token(&home, &server).args(["--client-id", id]), &t);
    }
    logout(&home, &server, &["--client-id", "b"]).ok(DELETED);
    logout(&home, &server, &["--client-id", "b"]).ok(NONE);
    logout(&home, &server, &["--client-id", "c", "--scope", "other"]).ok(NONE);
    assert_eq!(cache_files(&home, "token").len(), 2);
    gets(token(&home, &server).args(["--client-id", "a"]), &t);
}

#[test]
fn all_tokens_are_deleted_and_nothing_else() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t), live_reply(&t), Reply::json(401, DOCUMENTED_401)])
        .expects(3);
    gets(token(&home, &server).args(["--client-id", "a"]), &t);
    gets(token(&home, &server).args(["--client-id", "b"]), &t);
    assert_eq!(token(&home, &server).args(["--client-id", "c"]).run().code, Some(4));
    let foreign = entry_like(&home, "notes.txt");
    let similar = ["mine.token", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.token", "another.refusal"];
    let similar = similar.map(|name| entry_like(&home, name));
    home.skia(["logout", "--all"]).run().ok(
        "deleted 2 cached tokens; a token stays valid at the server until it expires: the Skia API cannot revoke one\n",
    );
    home.skia(["logout", "--all"]).run().ok(NONE);
    assert!(foreign.exists() && similar.iter().all(|path| path.exists()));
    // Lock files stay: deleting one would let two processes log in.
    assert_eq!((cache_files(&home, "refusal").len(), cache_files(&home, "lock").len()), (1, 3));
}

/// Creates a file of another program in the cache directory.
fn entry_like(home: &Home, name: &str) -> std::path::PathBuf {
    let path = home.cache().join("skia-auth").join(name);
    fs::write(&path, "x").unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn unreadable_cache_directory_is_a_failure() {
    let (home, long) = (Home::new(), format!("/{}", "x".repeat(300)));
    for arguments in [&["logout"][..], &["logout", "--all"]] {
        let outcome = home.skia(arguments).credentials().env("SKIA_CACHE_DIR", &long).run();
        assert_ne!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stderr.ends_with(": file name too long\n"), "{outcome}");
    }
}

#[test]
fn logout_needs_a_client_id() {
    Home::new().skia(["logout"]).run().fails(
        3,
        "\
skia-auth: error: no client id is configured, so the token to delete is unknown
hint: skia-auth logout --all, or --client-id
",
    );
}

#[test]
fn logout_deletes_also_if_the_cache_is_off() {
    for (arguments, variable) in [(&["logout"][..], "CI"), (&["logout", "--all"], "SKIA_NO_CACHE")]
    {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        gets(token(&home, &server), &t);
        let logout = || home.skia(arguments).credentials().server(&server).env(variable, "1").run();
        logout().ok(DELETED);
        logout().ok("no token was cached\n");
        assert!(cache_files(&home, "token").is_empty());
    }
}

#[test]
fn logout_leaves_no_temporary_file_with_a_token() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let left = entry(&home).with_file_name(".skia-auth-x1y2z3.tmp");
    fs::copy(entry(&home), &left).unwrap();
    home.skia(["logout"]).credentials().server(&server).run().ok(DELETED);
    assert!(!left.exists());
}

#[test]
fn logout_of_all_needs_no_settings() {
    let home = Home::new();
    home.write_config("no_such_key = 1\n");
    home.skia(["logout", "--all"]).env("SKIA_TIMEOUT", "abc").run().ok("no token was cached\n");
}

#[test]
fn logout_needs_no_secret_and_no_server() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    home.skia(["logout", "--client-id", CLIENT_ID, "--base-url", &server.base_url()])
        .run()
        .ok(DELETED);
}

#[cfg(unix)]
#[test]
fn logout_leaves_nothing_of_a_login_in_progress() {
    for arguments in [&[][..], &["--all"]] {
        // The second login finds the marker of an earlier logout.
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t).delay(Duration::from_secs(1))]).expects(6);
        for round in 0..2 {
            let login = home.skia(["login", "-v"]).credentials().server(&server).spawn();
            let token = token(&home, &server).spawn();
            server.wait_for_requests(round * 3 + 2);
            let waiter = self::token(&home, &server).spawn();
            until_at_the_lock(waiter.pid());
            logout(&home, &server, arguments).ok(NONE);
            let why = "the token is not cached: a logout came after the login had begun";
            login.wait().assert(0, &format!("{t}\n"), &format!("...\nskia-auth: {why}\n"));
            for one in [token, waiter] {
                one.wait().ok(&format!("{t}\n"));
            }
            assert!(cache_files(&home, "token").is_empty());
        }
    }
}

/// Without a byte to write, as on a full disk, the marker changes all the same.
#[cfg(unix)]
#[test]
fn logout_that_cannot_write_leaves_nothing_of_a_login_in_progress() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t).delay(Duration::from_secs(1))]).expects(3);
    for round in 1..=3 {
        let login = home.skia(["login"]).credentials().server(&server).spawn();
        server.wait_for_requests(round);
        let full = home.skia(["logout"]).credentials().server(&server).prelude("ulimit -f 0\n");
        full.run().ok(NONE);
        login.wait().ok(&format!("{t}\n"));
        assert!(cache_files(&home, "token").is_empty(), "round {round}");
    }
}

#[cfg(unix)]
#[test]
fn defect_of_the_marker_does_not_turn_the_cache_off() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(3);
    let marker = home.cache().join("skia-auth/logout.marker");
    let defects: [&dyn Fn(); 3] = [
        &|| fs::set_permissions(&marker, fs::Permissions::from_mode(0o644)).unwrap(),
        &|| fs::write(&marker, [b'x'; 40]).unwrap(),
        &|| fs::remove_file(&marker).and_then(|()| fs::create_dir(&marker)).unwrap(),
    ];
    for defect in defects {
        logout(&home, &server, &[]);
        defect();
        gets(token(&home, &server), &t);
        gets(token(&home, &server), &t);
    }
}

/// `SKIA_CACHE_DIR` is used without a subdirectory.
#[test]
fn file_of_the_user_named_logout_is_kept() {
    let (home, server) = (Home::new(), Server::start([]).expects(0));
    let directory = home.cache().join("own");
    fs::create_dir_all(&directory).unwrap();
    let file = directory.join("logout");
    fs::write(&file, "#!/bin/sh\n").unwrap();
    let program = home.skia(["logout"]).credentials().server(&server);
    program.env("SKIA_CACHE_DIR", &directory).run();
    assert_eq!(fs::read_to_string(file).unwrap(), "#!/bin/sh\n");
}

#[test]
fn login_after_a_logout_is_cached() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    logout(&home, &server, &[]).ok(NONE);
    gets(token(&home, &server), &t);
    gets(token(&home, &server), &t);
}

#[cfg(unix)]
#[test]
fn marker_is_private_and_renewed_by_each_logout() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(0);
    let marker = home.cache().join("skia-auth/logout.marker");
    let renewed = |arguments: &[&str]| {
        logout(&home, &server, arguments).ok(NONE);
        assert_eq!(fs::metadata(&marker).unwrap().permissions().mode() & 0o777, 0o600);
        fs::read(&marker).unwrap()
    };
    let markers = [renewed(&[]), renewed(&["--all"]), renewed(&[])];
    assert!(markers.iter().all(|marker| marker.len() == 16), "{markers:?}");
    assert!(markers[0] != markers[1] && markers[1] != markers[2], "{markers:?}");
}
