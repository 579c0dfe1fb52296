//! What is different on Windows: exit codes of 32 bits, Ctrl-C, PATHEXT, open files, access lists.
#![cfg(windows)]

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::{env, io, iter};

use crate::cache::{gets, until};
use crate::markdown::root;
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

/// The program of tests/it/console.c, or `None` without a compiler.
fn console(home: &Home) -> Option<PathBuf> {
    // Wine has no compiler.
    if let Some(built) = env::var_os("SKIA_AUTH_TEST_CONSOLE") {
        return Some(std::path::absolute(built).unwrap());
    }
    let program = home.work().join("console.exe");
    home.declare_foreign(&program);
    installed("gcc.exe").then(|| {
        let mut gcc = Command::new("gcc");
        gcc.arg("-o").arg(&program).arg(root().join("tests/it/console.c"));
        assert!(gcc.status().unwrap().success());
        program
    })
}

#[test]
fn ctrl_c_is_for_the_command_and_its_exit_code_is_kept() {
    for words in [&["exec", "--"][..], &["sandbox", "-q", "--"]] {
        let (home, t) = (Home::new(), live_token());
        let Some(console) = console(&home) else { return };
        let server = Server::start([live_reply(&t)]).expects_any();
        let (keys, pressed) = io::pipe().unwrap();
        home.declare_foreign("ready");
        let program = home.program(&console, ["run"]).arg("skia-auth");
        let running = program
            .args(words)
            .args([console.as_os_str(), "wait".as_ref(), "ready".as_ref()])
            .credentials()
            .server(&server)
            .stdin_from(keys)
            .allow_partial_stdout()
            .on_console()
            .spawn();
        until("the command has started", || home.work().join("ready").exists());
        drop(pressed);
        running.wait().assert(300, "Ctrl-C\r\n", "");
        assert_eq!(fs::read_dir(home.root().join("tmp")).unwrap().count(), 0, "{words:?}");
    }
}

#[test]
fn ctrl_c_ends_a_watch_with_0() {
    let (home, t) = (Home::new(), live_token());
    let Some(console) = console(&home) else { return };
    let server = Server::start([live_reply(&t)]);
    let (keys, pressed) = io::pipe().unwrap();
    home.declare_output("token");
    let running = home
        .program(&console, ["run", "skia-auth"])
        .args(["token", "--watch", "--to-file", "token"])
        .credentials()
        .server(&server)
        .stdin_from(keys)
        .on_console()
        .spawn();
    until("the file has a token", || home.work().join("token").exists());
    drop(pressed);
    running.wait().ok("");
    assert_eq!(fs::read_to_string(home.work().join("token")).unwrap(), format!("{t}\n"));
}

#[test]
fn ctrl_c_at_the_hidden_prompt_restores_the_console() {
    let home = Home::new();
    let Some(console) = console(&home) else { return };
    let program = home.program(&console, ["prompt", "skia-auth"]);
    let program = program.args(["config", "init"]).allow_partial_stdout().on_console();
    program.run().assert(130, "hidden\r\nrestored\r\n", "");
    assert!(!home.config().join("skia-auth").exists());
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
        let error = format!("skia-auth: error: {command}: command not found\n");
        exec(&home, &server, &[command]).env("PATH", path(&home)).run().fails(127, &error);
        home.skia(["sandbox", "--", command]).env("PATH", path(&home)).run().fails(127, &error);
    }
    let error = "skia-auth: error: .\\bin: cannot be run: it is a directory\n";
    exec(&home, &server, &[".\\bin"]).run().fails(126, error);
    home.skia(["sandbox", "--", ".\\bin"]).run().fails(126, error);
}

#[test]
fn file_that_is_no_program_is_126() {
    let (home, t) = (Home::new(), live_token());
    home.file("text.exe", "no program");
    let server = Server::start([live_reply(&t)]);
    let error = "skia-auth: error: .\\text.exe: cannot be run: not a program for this system\n";
    exec(&home, &server, &[".\\text.exe"]).run().fails(126, error);
    home.skia(["sandbox", "--", ".\\text.exe"]).run().fails(126, error);
}

#[test]
fn proxy_variables_have_no_case() {
    let (home, proxy) = (Home::new(), Proxy::refusing(403));
    for name in ["https_proxy", "HTTPS_PROXY", "Https_Proxy", "all_proxy", "All_Proxy"] {
        let program = home.skia(["login", "--base-url", "https://api.skia.test/api"]).credentials();
        program.env(name, proxy.url()).env("HTTP_PROXY", "http://127.0.0.1:9").run().fails(
            6,
            &format!(
                "skia-auth: error: the proxy 127.0.0.1:{} ({}) \
                 refuses to connect to api.skia.test (HTTP 403)\n",
                proxy.port(),
                name.to_uppercase()
            ),
        );
    }
    assert_eq!(proxy.connections(), 5);
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
