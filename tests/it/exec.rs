//! `exec`: the command gets the token, and its process is otherwise unchanged.

use std::ffi::OsStr;
use std::fs;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;

use jiff::Timestamp;

use crate::support::*;

fn exec(home: &Home, server: &Server, words: &[&str]) -> Program {
    home.skia(["exec", "--"]).args(words).credentials().server(server)
}

#[test]
fn exit_code_is_that_of_the_command() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    for code in [0, 1, 7, 100, 255] {
        let script = format!("exit {code}");
        exec(&home, &server, &shell(&script, &script)).run().assert(code, "", "");
    }
}

#[cfg(unix)]
#[test]
fn signal_that_ends_the_command_ends_the_process() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    for (signal, shown) in [(15, 143), (2, 130), (9, 137), (13, 141), (1, 129)] {
        let outcome = exec(&home, &server, &["sh", "-c", &format!("kill -{signal} $$")]).run();
        assert_eq!((outcome.code, outcome.signal), (None, Some(signal)), "{outcome}");
        let shell = format!("skia-auth exec -- sh -c 'kill -{signal} $$'; echo $?");
        let outcome = home.sh(&shell).credentials().server(&server).run();
        assert_eq!(outcome.stdout(), format!("{shown}\n"), "{outcome}");
    }
}

#[cfg(unix)]
#[test]
fn command_that_is_missing_costs_no_login() {
    let home = Home::new();
    home.file("directory/file", "");
    let server = Server::start([]).expects(0);
    for command in
        ["no-such-command", "./no-such-command", "/no/such/command", "directory/file/x", ""]
    {
        exec(&home, &server, &[command])
            .run()
            .fails(127, &format!("skia-auth: error: {command}: command not found\n"));
    }
    exec(&home, &server, &["sh"])
        .env("PATH", "/nowhere")
        .run()
        .fails(127, "skia-auth: error: sh: command not found\n");
}

#[cfg(unix)]
#[test]
fn command_that_cannot_be_run_costs_no_login() {
    let home = Home::new();
    home.file("directory/plain-file", "#!/bin/sh\n");
    let server = Server::start([]).expects(0);
    let denied = |command: &str, why: &str| {
        let path = format!("{}:/usr/bin:/bin", home.work().join("directory").display());
        exec(&home, &server, &[command])
            .env("PATH", path)
            .run()
            .fails(126, &format!("skia-auth: error: {command}: cannot be run: {why}\n"));
    };
    denied("directory/plain-file", "permission denied");
    denied("plain-file", "permission denied");
    denied("./directory", "is a directory");
    denied("directory/", "is a directory");
}

#[cfg(unix)]
#[test]
fn command_is_found_as_a_shell_finds_it() {
    let (home, t) = (Home::new(), live_token());
    home.file("no/tool", "#!/bin/sh\necho no\n");
    home.file("yes/tool", "echo yes\n");
    fs::set_permissions(home.work().join("yes/tool"), fs::Permissions::from_mode(0o700)).unwrap();
    let server = Server::start([live_reply(&t)]);
    let path = format!("{0}/none:{0}/no:{0}/yes:/usr/bin:/bin", home.work().display());
    // The first `tool` in PATH cannot be run; the second is a script without a `#!` line.
    exec(&home, &server, &["tool"]).env("PATH", &path).run().ok("yes\n");
    exec(&home, &server, &["echo", "x"]).env_remove("PATH").run().ok("x\n");
    exec(&home, &server, &["yes/tool"]).run().ok("yes\n");
}

#[cfg(unix)]
#[test]
fn interpreter_that_is_missing_is_a_command_not_found() {
    let (home, t) = (Home::new(), live_token());
    home.file("script", "#!/no/such/interpreter\n");
    fs::set_permissions(home.work().join("script"), fs::Permissions::from_mode(0o700)).unwrap();
    let server = Server::start([live_reply(&t)]);
    exec(&home, &server, &["./script"])
        .run()
        .fails(127, "skia-auth: error: ./script: command not found\n");
}

#[test]
fn exec_without_a_command_is_a_usage_error() {
    let home = Home::new();
    assert_eq!(home.skia(["exec"]).credentials().run().code, Some(2));
    assert_eq!(home.skia(["exec", "--"]).credentials().run().code, Some(2));
}

#[test]
fn nested_call_uses_the_named_profile() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(2);
    let secret = "staging-secret-of-the-integration";
    home.declare_secret(secret);
    let (id, url) = ("client_id = \"a\"", server.base_url());
    home.write_config(&format!(
        "{id}\nclient_secret = {SECRET:?}\n[profile.staging]\n{id}\nbase_url = {url:?}\nclient_secret = {secret:?}\n"
    ));
    let nested = ["exec", "-p", "staging", "--no-cache", "--", "skia-auth", "token", "--no-cache"];
    home.skia(nested).run().ok(&format!("{t}\n"));
    for request in server.requests() {
        assert_eq!(request.json()["ClientSecret"], secret);
    }
}

#[cfg(unix)]
#[test]
fn environment_changes_only_as_documented() {
    let home = Home::new();
    let expiry = Timestamp::now().as_second() + 86_400;
    let t = jwt(&format!(r#"{{"exp":{expiry}}}"#));
    let server = Server::start([live_reply(&t)]);
    let odd = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    let surroundings = |program: Program| {
        program
            .env(odd(b"ODD\xff\xfe"), odd(b"\x80\xff value"))
            .env("EMPTY", "")
            .env("LINES", "a\nb=c\n")
            .env("SKIA_TOKEN", "an older one")
            .env("SKIA_TOKEN_EXPIRES_AT", "2001-01-01T00:00:00Z")
            .env("SKIA_SCOPE", "api")
            .env("SKIA_CLIENT_ID", CLIENT_ID)
            .env("SKIA_NO_MASK", "0")
            .server(&server)
    };
    let sorted = |outcome: &Outcome| {
        let mut variables: Vec<Vec<u8>> = outcome
            .stdout
            .split(|byte| *byte == 0)
            .map(<[u8]>::to_vec)
            .filter(|variable| !variable.is_empty())
            .collect();
        variables.sort();
        variables
    };
    let mut expected = sorted(&surroundings(home.program("env", ["-0"])).run());
    expected.retain(|variable| !variable.starts_with(b"SKIA_TOKEN"));
    let expires_at = Timestamp::from_second(expiry).unwrap();
    for variable in [format!("SKIA_TOKEN={t}"), format!("SKIA_TOKEN_EXPIRES_AT={expires_at}")] {
        expected.push(variable.into_bytes());
    }
    expected.sort();
    let sources = [
        ("SKIA_CLIENT_SECRET", SECRET.to_owned()),
        ("SKIA_CLIENT_SECRET_FILE", home.file("secret", SECRET).display().to_string()),
    ];
    for (name, value) in sources {
        let outcome = surroundings(home.skia(["exec", "--", "env", "-0"])).env(name, value).run();
        assert_eq!(outcome.stderr, "");
        assert!(sorted(&outcome) == expected, "{outcome}");
    }
}

#[test]
fn unknown_expiry_removes_an_inherited_one() {
    let home = Home::new();
    let t = jwt(r#"{"exp":"never"}"#);
    let server = Server::start([live_reply(&t)]);
    let show = shell(
        "echo $SKIA_TOKEN; test ! ${SKIA_TOKEN_EXPIRES_AT+set}",
        "echo %SKIA_TOKEN%&& if defined SKIA_TOKEN_EXPIRES_AT exit 1",
    );
    exec(&home, &server, &show)
        .env("SKIA_TOKEN_EXPIRES_AT", "2001-01-01T00:00:00Z")
        .run()
        .ok(&format!("{t}{LINE_END}"));
}

#[test]
fn base_url_of_any_layer_is_passed_on() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]).expects(1);
    let url = server.base_url();
    home.skia(["exec", "--base-url", &format!("{url}/"), "--"])
        .args(shell("echo $SKIA_BASE_URL", "echo %SKIA_BASE_URL%"))
        .credentials()
        .run()
        .ok(&format!("{url}{LINE_END}"));
}

#[cfg(unix)]
#[test]
fn no_descriptor_is_passed_on() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let own = home.program("ls", ["/proc/self/fd"]).run().stdout();
    for _ in 0..2 {
        // First with a connection and a lock, then from the cache.
        exec(&home, &server, &["ls", "/proc/self/fd"]).run().ok(&own);
    }
    let extra = exec(&home, &server, &["sh", "-c", "echo x >&9; ls /proc/self/fd"])
        .prelude("exec 9>/dev/null")
        .run();
    let plain = home
        .program("sh", ["-c", "echo x >&9; ls /proc/self/fd"])
        .prelude("exec 9>/dev/null")
        .run();
    extra.ok(&plain.stdout());
}

#[cfg(unix)]
#[test]
fn process_id_arguments_and_standard_input_are_the_same() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let running = exec(&home, &server, &["sh", "-c", "echo $$"]).spawn();
    let pid = running.pid();
    running.wait().ok(&format!("{pid}\n"));
    let arguments = ["", " a b ", "*", "--help", "--", "-p", "$HOME", "é\t"];
    let script = ["sh", "-c", "printf '<%s>' \"$0\" \"$@\"", "zero"];
    let outcome =
        exec(&home, &server, &script).args(arguments).arg(OsStr::from_bytes(b"\xff\xfe")).run();
    let mut expected: Vec<u8> = b"<zero>".to_vec();
    for argument in arguments {
        expected.extend(format!("<{argument}>").bytes());
    }
    expected.extend(b"<\xff\xfe>");
    assert!(outcome.stdout == expected && outcome.code == Some(0), "{outcome}");
    let input = b"in\0put\xff\n".repeat(10_000);
    assert!(exec(&home, &server, &["cat"]).stdin(&input).run().stdout == input);
}

#[cfg(unix)]
#[test]
fn signal_dispositions_are_unchanged() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    // Only the last digits of each mask: the C library uses signals 32 and 33. SIGPIPE is not
    // compared: Rust changes it before `main`, and resets it to the default in each command.
    let show = "sed -nE 's/^(Sig(Blk|Ign|Cgt):).*(.{7})$/\\1\\3/p' /proc/self/status";
    for prelude in ["", "trap '' HUP TERM"] {
        let own = home.program("sh", ["-c", show]).prelude(prelude).run().stdout();
        // First with a login, then from the cache.
        for _ in 0..2 {
            exec(&home, &server, &["sh", "-c", show]).prelude(prelude).run().ok(&own);
        }
    }
    let outcome = exec(&home, &server, &["cat", "/dev/zero"]).stdout_reader_gone().run();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
}

#[test]
fn failed_login_runs_nothing() {
    let home = Home::new();
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]);
    let outcome = exec(&home, &server, &shell("touch ran", "type nul > ran")).run();
    assert_eq!(outcome.code, Some(4));
    assert!(!home.work().join("ran").exists());
}

#[test]
fn sandbox_of_exec_is_refused() {
    let home = Home::new();
    home.skia(["exec", "--sandbox", "--", "touch", "ran"]).credentials().run().fails(
        2,
        "skia-auth: error: exec has no --sandbox: the sandbox would end before the command starts\n\
         hint: skia-auth sandbox -- COMMAND\n",
    );
    assert!(!home.work().join("ran").exists());
}
