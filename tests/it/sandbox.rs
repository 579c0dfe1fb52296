//! `sandbox`: the emulated API, alone or for the duration of a command.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};

use crate::cache::until;
use crate::support::*;

const SANDBOX_SECRET: &str = "e15148d497d8bc12";

#[test]
fn every_answer_has_its_exit_code() {
    for (answer, code) in [
        ("ok", 0),
        ("rejected", 4),
        ("error", 5),
        ("unavailable", 5),
        ("slow", 0),
        ("html", 6),
        ("malformed", 4),
    ] {
        let home = Home::new();
        let words = ["sandbox", "--answer", answer, "--", "skia-auth", "token"];
        let outcome = home.skia(words).allow_partial_stdout().run();
        assert_eq!(outcome.code, Some(code), "{answer}: {outcome}");
        if code == 0 {
            outcome.ok("eyJ[..].eyJ[..].[..]\n");
        } else {
            assert!(
                outcome.stdout.is_empty() && outcome.stderr.starts_with("skia-auth: error: "),
                "{outcome}"
            );
        }
    }
}

#[test]
fn slow_answer_exceeds_a_short_deadline() {
    let words = ["sandbox", "--answer", "slow", "--", "skia-auth", "token", "--timeout", "1s"];
    let outcome = Home::new().skia(words).run();
    assert_eq!(outcome.code, Some(5), "{outcome}");
}

#[test]
fn command_gets_the_settings_of_the_sandbox_alone() {
    let home = Home::new();
    let secret_file = home.file("secret", SECRET);
    let both = "skia-auth config show && skia-auth login";
    home.skia(["sandbox", "--"])
        .args(shell(both, both))
        .credentials()
        .env("SKIA_BASE_URL", "https://api.skia.com.br/api")
        .env("SKIA_CLIENT_SECRET_FILE", secret_file)
        .env("SKIA_SCOPE", "other")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .run()
        .ok("...\neyJ[..]\n");
    let show = shell(
        "echo $SKIA_BASE_URL $SKIA_CLIENT_ID $SKIA_CLIENT_SECRET; test ! ${SKIA_CLIENT_SECRET_FILE+set}",
        "echo %SKIA_BASE_URL% %SKIA_CLIENT_ID% %SKIA_CLIENT_SECRET%&& if defined SKIA_CLIENT_SECRET_FILE exit 1",
    );
    let expected = format!("http://127.0.0.1:[..]/api {CLIENT_ID} {SANDBOX_SECRET}{LINE_END}");
    home.skia(["sandbox", "--"]).args(show).credentials().run().ok(&expected);
}

#[cfg(unix)]
#[test]
fn sandboxes_do_not_share_cached_tokens() {
    let home = Home::new();
    let held = ClosedPort::new();
    let port = held.number().to_string();
    let twice = "skia-auth token && skia-auth token --offline";
    let sandbox = home.skia(["sandbox", "--port", &port, "--"]).args(shell(twice, twice));
    sandbox.run().ok("eyJ[..]\neyJ[..]\n");
    let refused = home
        .skia(["sandbox", "--port", &port, "--answer", "rejected", "--", "skia-auth", "token"])
        .run();
    assert_eq!(refused.code, Some(4), "{refused}");
    let cached =
        home.skia(["sandbox", "--", "skia-auth", "token", "--offline"]).env("CI", "1").run();
    assert_eq!(cached.code, Some(1), "{cached}");
    assert!(home.cache_files().is_empty());
}

#[test]
fn profiles_of_the_user_do_not_apply_in_a_sandbox() {
    let home = Home::new();
    home.write_config("scope = \"other\"\n");
    let run = |program: Program| program.run().ok("eyJ[..]\n").stdout();
    run(home.skia(["sandbox", "--", "skia-auth", "login"]));
    run(home.skia(["sandbox", "--", "skia-auth", "login"]).env("SKIA_PROFILE", "staging"));
}

#[test]
fn exit_code_is_that_of_the_command() {
    let home = Home::new();
    for code in [0, 7, 255] {
        let script = format!("exit {code}");
        home.skia(["sandbox", "--"]).args(shell(&script, &script)).run().assert(code, "", "");
    }
}

#[cfg(unix)]
#[test]
fn signal_and_streams_are_those_of_the_command() {
    let home = Home::new();
    for (script, code) in [("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        home.skia(["sandbox", "--", "sh", "-c", script]).run().assert(code, "", "");
    }
    home.skia(["sandbox", "--", "sh", "-c", "echo x; cat; exit 3"])
        .stdin("input\n")
        .allow_partial_stdout()
        .run()
        .assert(3, "x\ninput\n", "");
}

#[cfg(unix)]
#[test]
fn command_that_cannot_be_started_is_126_or_127() {
    let home = Home::new();
    home.file("plain", "");
    home.skia(["sandbox", "--", "no-such-command"])
        .run()
        .fails(127, "skia-auth: error: no-such-command: command not found\n");
    home.skia(["sandbox", "--", "./plain"])
        .run()
        .fails(126, "skia-auth: error: ./plain: cannot be run: permission denied\n");
}

#[test]
fn port_can_be_chosen() {
    let held = ClosedPort::new();
    let port = held.number().to_string();
    // On Windows a port has one owner.
    let _held = (!cfg!(windows)).then_some(held);
    let taken = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let home = Home::new();
    let error = format!(
        "skia-auth: error: cannot listen on 127.0.0.1:{port}: address already in use\n\
         hint: without --port, any free port is used\n"
    );
    home.skia(["sandbox", "--port", &port]).run().fails(3, &error);
    let command = shell("exit 9", "exit 9");
    home.skia(["sandbox", "--port", &port, "--"]).args(command).run().fails(3, &error);
    drop(taken);
    home.skia(["sandbox", "--port", &port, "--"])
        .args(shell("echo $SKIA_BASE_URL", "echo %SKIA_BASE_URL%"))
        .run()
        .ok(&format!("http://127.0.0.1:{port}/api{LINE_END}"));
    for wrong in ["65536", "-1", "x", ""] {
        assert_eq!(
            home.skia(["sandbox", &format!("--port={wrong}")]).run().code,
            Some(2),
            "{wrong}"
        );
    }
    assert_eq!(home.skia(["sandbox", "--answer", "perhaps"]).run().code, Some(2));
}

/// Starts a sandbox in the background of a shell, waits for its variables in the file `settings`,
/// runs a script and stops the sandbox. Its log is in the file `log`.
fn beside(home: &Home, options: &str, script: &str) -> Outcome {
    home.declare_foreign("settings");
    home.declare_foreign("log");
    let script = format!(
        "skia-auth sandbox {options} > settings 2> log & pid=$!\n\
         until [ -s settings ]; do sleep 0.02; done\n\
         {script}\n\
         kill $pid; {{ wait $pid; }} 2>/dev/null; echo $?"
    );
    home.program("bash", ["-c", &script]).run()
}

/// Takes the variables of `beside`, and defines `ask REQUEST`, which sends bytes to the sandbox.
const ASK: &str = r#"
. ./settings
address=${SKIA_BASE_URL#http://} address=${address%/api}
ask() {
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf '%b' "$1" >&3; cat <&3 >/dev/null
}
"#;

fn read(home: &Home, name: &str) -> String {
    fs::read_to_string(home.work().join(name)).unwrap()
}

#[cfg(unix)]
#[test]
fn variables_are_printed_for_each_shell() {
    for (format, open, between, quote, close) in [
        ("", "export SKIA_", "=", "", ""),
        ("-o env", "export SKIA_", "=", "", ""),
        ("-o fish", "set -gx SKIA_", " ", "'", ";"),
        ("-o powershell", "$env:SKIA_", " = ", "'", ""),
        ("-o dotenv", "SKIA_", "=", "", ""),
    ] {
        let home = Home::new();
        beside(&home, format, "").ok("143\n");
        let settings = read(&home, "settings");
        let url = settings.split(['\'', '=', ' ', '\n', ';']).find(|word| word.contains("://"));
        let lines: String = [
            ("BASE_URL", url.unwrap()),
            ("CLIENT_ID", CLIENT_ID),
            ("CLIENT_SECRET", SANDBOX_SECRET),
        ]
        .map(|(name, value)| format!("{open}{name}{between}{quote}{value}{quote}{close}\n"))
        .concat();
        assert_eq!(settings, lines, "{format}");
        assert_eq!(read(&home, "log"), "", "{format}");
    }
}

#[cfg(unix)]
#[test]
fn printed_lines_can_be_evaluated() {
    let home = Home::new();
    beside(&home, "-q", ". ./settings; skia-auth token --no-cache").ok("eyJ[..]\n143\n");
    assert_eq!(read(&home, "log"), "");
    let home = Home::new();
    beside(&home, "-o dotenv", "set -a; . ./settings; skia-auth token --no-cache")
        .ok("eyJ[..]\n143\n");
}

#[test]
fn output_format_is_refused_with_a_command() {
    let outcome = Home::new().skia(["sandbox", "-o", "env", "--", "true"]).run();
    assert_eq!(outcome.code, Some(2), "{outcome}");
}

/// The lines of the log without the time of day, whose form is checked.
#[track_caller]
fn log_lines(log: &str) -> Vec<&str> {
    let line = |line| {
        let (time, rest) = str::split_once(line, ' ').unwrap();
        let is_time = |(index, c): (usize, char)| match index {
            2 | 5 => c == ':',
            _ => c.is_ascii_digit(),
        };
        assert!(time.len() == 8 && time.chars().enumerate().all(is_time), "{line}");
        rest
    };
    log.lines().map(line).collect()
}

#[cfg(unix)]
#[test]
fn each_request_is_one_line_of_the_log() {
    let home = Home::new();
    let requests = r#"
        for name in NAME=x SKIA_CLIENT_ID=someone SKIA_CLIENT_SECRET=s3gr3do-wrong SKIA_SCOPE=other
        do env "$name" skia-auth login --no-cache >/dev/null 2>&1; done
        ask 'GET /api/Auth/Login?ClientSecret=s3gr3do HTTP/1.1\r\n\r\n'
        ask 'POST http://user:s3gr3do@127.0.0.1/Auth/Login HTTP/1.1\r\nAuthorization: s3gr3do\r\n\r\n'
        ask 'POST /api/Auth/Login HTTP/1.1\r\nContent-Length: 8\r\n\r\n"s3gr3do'
        ask 'POST /api/Auth/Login HTTP/1.1\r\nContent-Length: 19\r\n\r\n{"ClientId":"s3gr"}'
        ask 'POST /api/Auth/Login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
        ask '\x16\x03\x01s3gr3do'
        ask 's3gr3do\r\n\r\n'
    "#;
    beside(&home, "", &format!("{ASK}{requests}")).ok("143\n");
    let log = read(&home, "log");
    assert_eq!(
        log_lines(&log),
        [
            "POST /api/Auth/Login 200 token issued",
            "POST /api/Auth/Login 401 wrong client id",
            "POST /api/Auth/Login 401 wrong client secret",
            "POST /api/Auth/Login 401 wrong scope",
            "GET /api/Auth/Login 405 the only method is POST",
            "POST /Auth/Login 404 the only path is /api/Auth/Login",
            "POST /api/Auth/Login 400 the body is not a JSON object",
            "POST /api/Auth/Login 400 missing ClientSecret, GrantType, Scope",
            "- - 411 there is no Content-Length",
            "- - 400 TLS: the base URL starts with http://",
            "- - 400 this is not HTTP",
        ]
    );
    assert!(!log.contains("s3gr"), "{log}");
}

#[cfg(unix)]
#[test]
fn hostile_request_is_inert_in_the_log() {
    let home = Home::new();
    let requests = r#"
        ask 'GET /\xe2\x80\xaegpj::add-mask::x##[group]##vso[task HTTP/1.1\r\n\r\n'
        ask "$(printf 'M%.0s' {1..500}) /$(printf 'x%.0s' {1..9000}) HTTP/1.1\\r\\n\\r\\n"
        ask 'GET /\x1b[31m HTTP/1.1\r\n\r\n'
    "#;
    beside(&home, "", &format!("{ASK}{requests}")).ok("143\n");
    let (method, path) = ("M".repeat(16), "x".repeat(59));
    assert_eq!(
        log_lines(&read(&home, "log")),
        [
            "GET /gpj: :add-mask: :x# #[group]# #vso[task 404 the only path is /api/Auth/Login",
            &format!("{method}… /{path}… 404 the only path is /api/Auth/Login"),
            "- - 400 this is not HTTP",
        ]
    );
}

#[cfg(unix)]
#[test]
fn answer_that_was_chosen_is_the_reason() {
    for (answer, status) in [
        ("rejected", "401"),
        ("error", "500"),
        ("unavailable", "503"),
        ("html", "200"),
        ("malformed", "500"),
    ] {
        let home = Home::new();
        let script = ". ./settings; skia-auth login --no-cache --retries 0 2>/dev/null";
        beside(&home, &format!("--answer {answer}"), script).ok("143\n");
        let line = format!("POST /api/Auth/Login {status} --answer {answer}");
        assert_eq!(log_lines(&read(&home, "log")), [line], "{answer}");
    }
}

#[test]
fn requests_of_a_command_are_logged_with_verbose_alone() {
    let home = Home::new();
    let run = |options: &[&str]| {
        let words = [&["sandbox"], options, &["--", "skia-auth", "token"]].concat();
        home.skia(words).run()
    };
    run(&[]).ok("eyJ[..]\n");
    run(&["-qv"]).ok("eyJ[..]\n");
    let verbose = run(&["-v"]);
    assert_eq!(log_lines(&verbose.stderr), ["POST /api/Auth/Login 200 token issued"]);
    verbose.assert(0, "eyJ[..]\n", "[..]\n");
}

#[cfg(unix)]
#[test]
fn settings_that_cannot_be_printed_are_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let outcome = Home::new().skia(["sandbox"]).stdout_to(full).run();
    outcome
        .fails(7, "skia-auth: error: cannot write to standard output: no space left on device\n");
    let outcome = Home::new().skia(["sandbox"]).stdout_reader_gone().run();
    outcome.fails(141, "");
}

/// Starts a sandbox with a script, and waits until the script is ready.
fn around(home: &Home, script: &str) -> Running {
    home.declare_foreign("ready");
    home.declare_foreign("go");
    let running =
        home.skia(["sandbox", "--", "sh", "-c", &format!("{script}; : > ready; {WAIT}")]).spawn();
    let ready = home.work().join("ready");
    until("the script is ready", || ready.exists());
    running
}

/// Waits for the file `go`, at most a minute.
const WAIT: &str = "for i in $(seq 1200); do [ -e go ] && exit 5; sleep 0.05; done";

#[cfg(unix)]
#[test]
fn termination_is_passed_on_to_the_command() {
    for (signal, name) in [(15, "TERM"), (1, "HUP"), (2, "INT"), (3, "QUIT")] {
        let home = Home::new();
        let running = around(&home, &format!("trap 'exit 9' {name}"));
        running.signal(signal);
        running.wait().assert(9, "", "");
        let running = around(&Home::new(), "true");
        running.signal(signal);
        running.wait().assert(128 + signal, "", "");
    }
}

#[cfg(unix)]
#[test]
fn command_is_waited_for_where_the_end_of_children_is_ignored() {
    let home = Home::new();
    // Not `sh`: dash cannot ignore SIGCHLD.
    let script = "trap '' CHLD; exec skia-auth sandbox -- sh -c 'exit 7'";
    home.program("bash", ["-c", script]).run().assert(7, "", "");
}

/// `nohup` and background jobs of a shell ignore signals.
#[cfg(target_os = "linux")]
#[cfg(unix)]
#[test]
fn signals_that_are_ignored_stay_so_for_the_command() {
    let home = Home::new();
    // The last digit of the mask: HUP, INT and QUIT.
    let show = ["sandbox", "--", "sed", "-nE", "s/^SigIgn:.*(.)$/\\1/p", "/proc/self/status"];
    home.skia(show).prelude("trap '' HUP INT QUIT").run().ok("7\n");
    home.skia(show).run().ok("0\n");
}

#[cfg(unix)]
#[test]
fn interrupt_of_a_terminal_reaches_the_command_once() {
    let home = Home::new();
    home.declare_foreign("interrupts");
    home.declare_foreign("go");
    let script = "trap 'echo x >> interrupts' INT; echo ready; \
                  until [ -e go ]; do sleep 0.05; done; exit 5";
    let mut terminal = home.skia(["sandbox", "--", "sh", "-c", script]).on_terminal();
    terminal.expect("ready").send("\x03");
    let interrupts = home.work().join("interrupts");
    terminal.until("an interrupt", || interrupts.exists());
    std::thread::sleep(Duration::from_millis(200));
    home.file("go", "");
    assert_eq!(terminal.wait().code, Some(5));
    assert_eq!(fs::read_to_string(interrupts).unwrap(), "x\n");
}

#[cfg(unix)]
#[test]
fn interrupt_of_the_process_group_reaches_the_command() {
    let home = Home::new();
    let running = around(&home, "trap 'exit 9' INT");
    kill_process_group(Pid::from_raw(running.pid()).unwrap(), Signal::INT).unwrap();
    running.wait().assert(9, "", "");
}

#[test]
fn server_stops_with_the_command() {
    let home = Home::new();
    let outcome = home.skia(["sandbox", "--", "sh", "-c", "echo $SKIA_BASE_URL"]).run();
    let address =
        outcome.stdout().trim().trim_start_matches("http://").trim_end_matches("/api").to_owned();
    let start = Instant::now();
    std::net::TcpStream::connect(address).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn sandbox_does_not_touch_the_cache() {
    let home = Home::new();
    home.skia(["sandbox", "--", "skia-auth", "--version"]).run().ok("...\n");
    for command in ["login", "token"] {
        let outcome = home.skia([command, "--sandbox"]).run();
        outcome.assert(0, "eyJ[..]\n", "skia-auth: sandbox token: not valid at Skia\n");
        home.skia([command, "--sandbox", "-q"]).run().ok("eyJ[..]\n");
    }
    assert!(home.cache_files().is_empty() && !home.cache().join("skia-auth").exists());
}

#[cfg(unix)]
#[test]
fn terminal_shows_that_the_server_runs() {
    let home = Home::new();
    let mut terminal = home.skia(["sandbox"]).env("NO_COLOR", "1").on_terminal();
    terminal
        .expect("export SKIA_CLIENT_SECRET=")
        .expect("skia-auth: paste these lines into another terminal, then run: skia-auth token")
        .expect("skia-auth: serving http://127.0.0.1:")
        .expect(" until Ctrl-C");
    terminal.send("\x03");
    assert_eq!(terminal.wait().signal, Some(2));

    home.declare_foreign("settings");
    let settings = fs::File::create(home.work().join("settings")).unwrap();
    let mut redirected = home.skia(["sandbox"]).stdout_to(settings).on_terminal();
    redirected.expect("serving http://127.0.0.1:").expect(" until Ctrl-C").send("\x03");
    let ended = redirected.wait();
    assert!(!ended.screen.contains("paste"), "{}", ended.screen);

    let mut quiet = home.skia(["sandbox", "-q"]).on_terminal();
    quiet.expect("SKIA_CLIENT_SECRET=").expect("\n").send("\x03");
    let ended = quiet.wait();
    assert_eq!(ended.signal, Some(2));
    assert!(!ended.screen.contains("serving"), "{}", ended.screen);
}
