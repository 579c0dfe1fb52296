//! What is different on Windows: exit codes of 32 bits, PATHEXT, open files, access lists.
#![cfg(windows)]

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::{env, iter};

use crate::cache::gets;
use crate::support::*;

/// FILE_SHARE_READ: others cannot replace the file.
const SHARE_READ: u32 = 1;

fn exec(home: &Home, server: &Server, words: &[&str]) -> Program {
    home.skia(["exec", "--"]).args(words).credentials().server(server)
}

/// PATH with `work/bin` in front of it.
fn path(home: &Home) -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap();
    env::join_paths(iter::once(home.work().join("bin")).chain(env::split_paths(&path))).unwrap()
}

#[test]
fn exit_code_of_the_command_keeps_32_bits() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    // 0x80131500 is an exception of .NET, 0xC0000005 an access violation.
    for code in [0, 1, 255, 256, 0x8013_1500_u32 as i32, 0xC000_0005_u32 as i32] {
        let code_word = code.to_string();
        exec(&home, &server, &["cmd", "/c", "exit", &code_word]).run().assert(code, "", "");
        home.skia(["sandbox", "-q", "--", "cmd", "/c", "exit", &code_word])
            .run()
            .assert(code, "", "");
    }
}

#[test]
fn command_is_found_by_the_extensions_of_pathext() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    home.file("bin/greet.cmd", "@echo hello %~1\r\n");
    for name in ["greet", "greet.cmd", "GREET", "bin\\greet", ".\\bin\\greet.cmd"] {
        exec(&home, &server, &[name, "a b"]).env("PATH", path(&home)).run().ok("hello a b\r\n");
        home.skia(["sandbox", "-q", "--", name, "a b"])
            .env("PATH", path(&home))
            .run()
            .ok("hello a b\r\n");
    }
}

#[test]
fn command_that_is_missing_costs_no_login() {
    let home = Home::new();
    home.file("bin/plain", "no extension");
    let server = Server::start([]).expects(0);
    for command in ["no-such-command", ".\\no-such-command", "plain", ""] {
        exec(&home, &server, &[command])
            .env("PATH", path(&home))
            .run()
            .fails(127, &format!("skia-auth: error: {command}: command not found\n"));
    }
    exec(&home, &server, &[".\\bin"])
        .run()
        .fails(126, "skia-auth: error: .\\bin: cannot be run: it is a directory\n");
}

#[test]
fn secret_command_is_found_by_the_extensions_of_pathext() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let command = home.file("bin/secret.cmd", format!("@echo {SECRET}\r\n"));
    home.declare_secret_file(command);
    home.write_config(&format!(
        "base_url = '{}'\nclient_id = '{CLIENT_ID}'\nclient_secret_command = ['secret']\n",
        server.base_url()
    ));
    gets(home.skia(["login"]).env("PATH", path(&home)), &t);
    assert_eq!(server.request().json()["ClientSecret"], SECRET);
}

#[test]
fn file_that_another_program_has_open_for_a_moment_is_replaced() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let target = home.file("target", "old");
    home.declare_output(&target);
    let open = OpenOptions::new().read(true).share_mode(SHARE_READ).open(&target).unwrap();
    let program = home.skia(["login", "--to-file", "target"]).credentials().server(&server);
    let running = program.spawn();
    server.wait_for_requests(1);
    // The complete temporary file is there when the first rename fails.
    let is_waiting = || {
        let mut names = fs::read_dir(home.work()).unwrap().map(|entry| entry.unwrap().path());
        names.any(|path| path.extension().is_some_and(|end| end == "tmp"))
    };
    assert!(wait_until(PATIENCE, is_waiting), "no temporary file");
    drop(open);
    running.wait().ok("");
    assert_eq!(fs::read_to_string(target).unwrap(), format!("{t}\n"));
}

#[test]
fn file_that_another_program_keeps_open_is_an_error_in_our_words() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let target = home.file("target", "old");
    let _open = OpenOptions::new().read(true).share_mode(SHARE_READ).open(&target).unwrap();
    let outcome = home.skia(["login", "--to-file", "target"]).credentials().server(&server).run();
    let error = "skia-auth: error: cannot write target: ";
    let words = ["another program has the file open\n", "permission denied\n"];
    let is_ours = words.iter().any(|words| outcome.stderr == format!("{error}{words}"));
    assert!(outcome.code == Some(7) && is_ours, "{outcome}");
    assert_eq!(fs::read_to_string(target).unwrap(), "old");
}

#[test]
fn token_is_written_to_a_path_of_more_than_260_characters() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let directory =
        iter::repeat_n("x".repeat(100), 4).fold(home.work(), |path, name| path.join(name));
    fs::create_dir_all(&directory).unwrap();
    let target = directory.join("token");
    home.declare_output(home.work());
    let program = home.skia(["login", "--to-file"]).arg(&target).credentials().server(&server);
    program.run().ok("");
    assert_eq!(fs::read_to_string(target).unwrap(), format!("{t}\n"));
}

#[test]
fn errors_are_in_our_words() {
    let (home, server) = (Home::new(), Server::start([]).expects(0));
    fs::create_dir(home.work().join("directory")).unwrap();
    for (file, why) in
        [("missing", "no such file or directory"), ("directory", "it is a directory")]
    {
        home.skia(["token", "--client-id", "a", "--client-secret-file", file])
            .server(&server)
            .run()
            .fails(
                3,
                &format!(
                    "skia-auth: error: cannot read the client secret file {file} \
                     (from --client-secret-file): {why}\n"
                ),
            );
    }
}

#[test]
fn doctor_does_not_vouch_for_access_lists() {
    let (home, server) = (Home::new(), Server::start([Reply::json(405, "")]));
    let outcome = home.skia(["doctor"]).credentials().server(&server).run();
    let line = "- file access    not checked: icacls FILE shows who can access a file\n";
    assert!(outcome.stdout().contains(line), "{outcome}");
    assert!(!outcome.stdout().contains("other users"), "{outcome}");
}

#[test]
fn template_has_paths_and_commands_of_windows() {
    let home = Home::new();
    home.skia(["config", "init"]).run();
    let template = fs::read_to_string(home.config().join("skia-auth/config.toml")).unwrap();
    assert!(template.contains(r"# client_secret_file = 'C:\Users\me\skia-secret.txt'"));
    assert!(template.contains("Get-Secret"), "{template}");
}
