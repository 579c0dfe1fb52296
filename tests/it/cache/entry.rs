//! Cache entries: their content and modes, and the defects that make them a miss.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::{Value, json};

use super::{entry, gets, read_body, token, with_checksum};
use crate::support::*;

#[test]
fn second_call_is_answered_from_the_cache() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    gets(token(&home, &server), &t);
    gets(home.skia(["token", "--offline"]).credentials().server(&server), &t);
    home.skia(["token", "-o", "header"])
        .credentials()
        .server(&server)
        .run()
        .ok(&format!("Authorization: Bearer {t}\n"));
}

#[cfg(unix)]
#[test]
fn entry_is_private_under_every_umask() {
    for umask in [0, 0o022, 0o077, 0o777] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]);
        let (parent, cache) = (home.cache().join("new"), home.cache().join("new/cache"));
        let ask = || token(&home, &server).umask(umask).env("SKIA_CACHE_DIR", &cache);
        gets(ask(), &t);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(&parent), mode(&cache)), (0o700, 0o700), "{umask:o}");
        for file in home.cache_files() {
            assert_eq!(mode(&file), 0o600, "{umask:o}: {}", file.display());
        }
        gets(ask(), &t);
    }
}

#[test]
fn entry_holds_the_reply_and_no_secret() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let body = read_body(&entry(&home));
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["base_url", "check", "client_id", "clock_offset", "received_at", "reply", "scope"]
    );
    assert_eq!(body["check"]["salt"].as_array().unwrap().len(), 16);
    assert!(body["check"]["bits"].as_u64().unwrap() < 1 << 16);
    let reply: Value = serde_json::from_str(body["reply"].as_str().unwrap()).unwrap();
    assert_eq!(reply["Token"], t.as_str());
}

#[test]
fn salt_is_different_at_each_login() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    let salt = || {
        gets(home.skia(["login"]).credentials().server(&server), &t);
        read_body(&entry(&home))["check"]["salt"].clone()
    };
    assert_ne!(salt(), salt());
}

#[test]
fn reply_of_the_largest_size_is_kept() {
    let (home, t) = (Home::new(), live_token());
    // Twice as long in the entry, which escapes the backslashes again.
    let padding = r"\\".repeat(((1 << 20) - 1024) / 2);
    let reply = format!(r#"{{"Padding":"{padding}","Token":"{t}","Status":0}}"#);
    let server = Server::start([Reply::json(200, reply)]);
    gets(token(&home, &server), &t);
    assert!(fs::metadata(entry(&home)).unwrap().len() > 2 * padding.len() as u64);
    gets(token(&home, &server), &t);
}

/// Damages the entry of a login, and asserts that it is a miss until the next login.
#[track_caller]
fn is_repaired(damage: impl FnOnce(&Path)) {
    let (home, old, new) = (Home::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    gets(token(&home, &server), &old);
    damage(&entry(&home));
    home.skia(["token", "--offline"])
        .credentials()
        .server(&server)
        .run()
        .fails(1, "skia-auth: error: [..]cached token[..]\nhint: skia-auth login\n");
    gets(token(&home, &server), &new);
    gets(token(&home, &server), &new);
    #[cfg(unix)]
    assert_eq!(fs::symlink_metadata(entry(&home)).unwrap().permissions().mode(), 0o100_600);
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn truncated_entry_is_repaired() {
    for length in [0, 1, 17, 18, 19, 33, 34, 35, 200] {
        is_repaired(|path| rewrite(path, |bytes| bytes.truncate(length)));
    }
    is_repaired(|path| rewrite(path, |bytes| bytes.truncate(bytes.len() - 1)));
}

#[test]
fn entry_with_one_bit_flipped_is_repaired() {
    for place in 0..12 {
        is_repaired(|path| {
            rewrite(path, |bytes| {
                let bit = (bytes.len() * 8 - 1) * place / 11;
                bytes[bit / 8] ^= 1 << (bit % 8);
            });
        });
    }
}

#[test]
fn entry_of_another_format_is_repaired() {
    for content in [&b"{}"[..], b"\0\0\0\0", b"\xff\xfe random", b"skia-auth cache 2 ", b"null\n"] {
        is_repaired(|path| fs::write(path, content).unwrap());
    }
    is_repaired(|path| rewrite(path, |bytes| bytes.push(b'\n')));
    is_repaired(|path| rewrite(path, |bytes| bytes.extend(b"x".repeat(5 * 1024 * 1024))));
    is_repaired(|path| fs::remove_file(path).unwrap());
}

#[test]
fn entry_of_another_version_is_repaired() {
    for version in ["1", "0", "2 ", "20"] {
        is_repaired(|path| {
            fs::write(path, with_checksum(version, &read_body(path).to_string())).unwrap()
        });
    }
}

#[test]
fn forged_entry_with_a_bad_value_is_a_miss() {
    let far = jwt(r#"{"exp":253402300799}"#);
    let reply = |token: &str| {
        json!({"Token": token, "Status": 0, "ExpirationDate": "2099-01-01T00:00:00"}).to_string()
    };
    let edits: [(&str, Value); 12] = [
        ("base_url", json!("https://api.skia.com.br/api")),
        ("client_id", json!("another")),
        ("scope", json!("another")),
        ("reply", json!(reply("\u{1b}[2J"))),
        ("reply", json!(reply("a\nb"))),
        ("reply", json!(reply(""))),
        ("reply", json!(reply(&far))),
        (
            "reply",
            json!(
                json!({"Token": "x", "Status": 0, "ExpirationDate": "9999-12-31T23:59:59"})
                    .to_string()
            ),
        ),
        ("reply", json!("not JSON")),
        ("received_at", json!(253_402_300_799_i64)),
        ("received_at", json!(i64::MAX)),
        ("extra", json!(1)),
    ];
    for (name, value) in edits {
        is_repaired(|path| {
            let mut body = read_body(path);
            body[name] = value;
            fs::write(path, with_checksum("2", &body.to_string())).unwrap();
        });
    }
}

#[test]
fn forged_entry_with_good_values_is_used() {
    let (home, t, forged) = (Home::new(), live_token(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let path = entry(&home);
    let mut body = read_body(&path);
    body["reply"] = json!(body["reply"].as_str().unwrap().replace(&t, &forged));
    fs::write(&path, with_checksum("2", &body.to_string())).unwrap();
    gets(token(&home, &server), &forged);
}

#[cfg(unix)]
#[test]
fn entry_that_other_users_can_access_is_a_miss() {
    for mode in [0o644, 0o640, 0o602, 0o606, 0o666] {
        is_repaired(|path| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap());
    }
}

#[cfg(unix)]
#[test]
fn entry_of_another_user_is_a_miss() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    is_repaired(|path| std::os::unix::fs::chown(path, Some(65534), None).unwrap());
}

#[cfg(unix)]
#[test]
fn link_in_place_of_the_entry_is_not_followed() {
    let (home, old, new) = (Home::new(), live_token(), live_token());
    let server = Server::start([live_reply(&old), live_reply(&new)]).expects(2);
    gets(token(&home, &server), &old);
    let path = entry(&home);
    let victim = home.work().join("victim");
    fs::rename(&path, &victim).unwrap();
    let before = fs::read(&victim).unwrap();
    symlink(&victim, &path).unwrap();
    gets(token(&home, &server), &new);
    gets(token(&home, &server), &new);
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
    assert_eq!(fs::read(&victim).unwrap(), before);
}
