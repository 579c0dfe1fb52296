//! The harness itself: every invariant fails a case that breaks it.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::support::*;

/// Runs a case that must fail with a message that contains each of the texts.
#[track_caller]
fn breaks(texts: &[&str], case: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(case)).expect_err("the case did not fail");
    let message = panic.downcast_ref::<String>().expect("a message");
    let rules = message.split("\n$ ").next().unwrap();
    assert!(texts.iter().all(|text| rules.contains(text)), "expected {texts:?} in: {rules}");
}

#[cfg(unix)]
#[track_caller]
fn script_breaks(text: &str, script: &str) {
    breaks(&[text], || drop(Home::new().sh(script).credentials().run()));
}

#[cfg(unix)]
#[test]
fn well_behaved_program_breaks_nothing() {
    let home = Home::new();
    let script = "umask 077; mkdir ../cache/skia-auth; echo x > ../cache/skia-auth/entry; \
                  cat; echo note >&2";
    home.sh(script).stdin("input\n").credentials().run().assert(0, "input\n", "note\n");
    assert_eq!(fs::read(home.cache_entry()).unwrap(), b"x\n");
    home.skia(["--version"]).run();
}

#[cfg(unix)]
#[test]
fn environment_has_only_the_documented_variables() {
    let variables = Home::new()
        .sh("env | cut -d= -f1 | grep -Ev '^(_|PWD|SHLVL|OLDPWD|LLVM_PROFILE_FILE)$' | sort")
        .run();
    variables
        .ok("ALL_PROXY\nHOME\nHTTPS_PROXY\nHTTP_PROXY\nNO_PROXY\nPATH\nRUST_BACKTRACE\nRUST_LOG\n\
         TMPDIR\nXDG_CACHE_HOME\nXDG_CONFIG_HOME\n");
    let home = Home::new();
    home.sh("command -v skia-auth && pwd")
        .run()
        .ok(&format!("[..]/skia-auth\n{}\n", home.work().display()));
    home.sh("umask").umask(0).run().ok("0000\n");
    home.sh("echo $A$HOME").env("A", "b").env_remove("HOME").run().ok("b\n");
}

#[cfg(unix)]
#[test]
fn panics_are_noticed() {
    script_breaks("exit code 101", "exit 101");
    script_breaks("\"panicked at\" on stderr", "echo \"thread 'main' panicked at src/x.rs\" >&2");
}

#[cfg(unix)]
#[test]
fn failure_with_output_is_noticed() {
    script_breaks("a failure with something on stdout", "echo x; exit 1");
    script_breaks("a failure with something on stdout", "echo x; kill -TERM $$");
    Home::new().sh("echo x; exit 1").allow_partial_stdout().run().assert(1, "x\n", "");
}

#[cfg(unix)]
#[test]
fn leaks_are_noticed_in_every_encoding() {
    let print = r#"printf %s "$SKIA_CLIENT_SECRET""#;
    for (form, script) in [
        ("raw", print.to_owned()),
        ("a fragment", format!("{print} | cut -c 6-17")),
        ("JSON-escaped", r#"printf %s 's3gr3do-Que\"N1ng\\uem/Viu+42'"#.into()),
        ("JSON-escaped", r#"printf %s 's3gr3do-Que\"N1ng\\uem\/Viu+42'"#.into()),
        ("URL-encoded", "printf %s s3gr3do-Que%22N1ng%5Cuem%2FViu%2B42".into()),
        ("URL-encoded", "printf %s s3gr3do-Que%22N1ng%5cuem%2fViu%2b42".into()),
        ("base64", format!("{print} | base64 -w0")),
        ("base64", format!("(printf x; {print}; printf y) | base64 -w0")),
        ("base64", format!("(printf xx; {print}; printf yy) | base64 -w0")),
        ("hex", format!("{print} | od -An -v -tx1 | tr -d ' \\n'")),
        ("hex", format!("{print} | od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F")),
        ("MD5", format!("{print} | md5sum")),
        ("SHA-1", format!("{print} | sha1sum")),
        ("SHA-256", format!("{print} | sha256sum")),
        ("Debug of the bytes", format!("{print} | od -An -v -tu1 | xargs | sed 's/ /, /g'")),
    ] {
        let message = format!("the secret ({form}) is ");
        script_breaks(&format!("{message}on stdout"), &script);
        script_breaks(&format!("{message}on stderr"), &format!("({script}) >&2"));
        script_breaks(&format!("{message}in /"), &format!("umask 077; ({script}) > ../cache/x"));
    }
    script_breaks("in a file's name", r#"umask 077; : > "../cache/s3gr3do-Que\"N1ng""#);
}

#[cfg(unix)]
#[test]
fn declared_secrets_and_files_count() {
    let home = Home::new();
    home.file("input", SECRET);
    home.write_config(&format!("client_secret = '{SECRET}'"));
    home.sh("true").run().ok("");
    fs::write(home.work().join("mine"), SECRET).unwrap();
    breaks(&["the secret (raw) is in"], || drop(home.sh("true").run()));
    home.declare_secret_file("mine");
    home.sh("echo -n -x-42-").run().ok("-x-42-");
    home.declare_secret("-x-42-");
    breaks(&["the secret (raw) is on stdout"], || drop(home.sh("echo -n -x-42-").run()));
}

#[cfg(unix)]
#[test]
fn tokens_on_standard_error_are_noticed() {
    let (home, token) = (Home::new(), live_token());
    assert_ne!(token, live_token());
    home.sh("echo $T").env("T", &token).run().ok(&format!("{token}\n"));
    let signature = token.rsplit('.').next().unwrap();
    for text in [&token, signature, &register_token("opaque-token-of-a-test")] {
        breaks(&["stderr shows a token"], || {
            drop(home.sh("echo \"x$T\" >&2").env("T", text).run())
        });
    }
    let unsigned = token.strip_suffix(signature).unwrap();
    home.sh("echo $T >&2").env("T", unsigned).run().assert(0, "", &format!("{unsigned}\n"));
}

#[cfg(unix)]
#[test]
fn mask_lines_are_exact_and_must_be_allowed() {
    let (home, token) = (Home::new(), live_token());
    for command in ["::add-mask::", "##vso[task.setsecret]"] {
        let script = |line: &str| home.sh("printf '%s\\n' \"$LINE\" >&2").env("LINE", line);
        let line = format!("{command}{token}");
        script(&line).token_may_appear_in_stderr_mask().run().assert(0, "", &format!("{line}\n"));
        breaks(&["as a command", "shows a token"], || drop(script(&line).run()));
        let other = format!("{line} ");
        breaks(&["as a command", "shows a token"], || {
            drop(script(&other).token_may_appear_in_stderr_mask().run())
        });
        let unknown = format!("{command}x");
        breaks(&["as a command"], || {
            drop(script(&unknown).token_may_appear_in_stderr_mask().run())
        });
    }
}

#[cfg(unix)]
#[test]
fn unprintable_characters_on_standard_error_are_noticed() {
    let home = Home::new();
    let invisible = "\u{61c}\u{200b}\u{200d}\u{200e}\u{202e}\u{2060}\u{2069}\u{feff}";
    for c in "\0\t\r\u{7}\x1b\x7f\u{80}\u{9b}".chars().chain(invisible.chars()) {
        let file = home.file("text", format!("a{c}b\n"));
        breaks(&["unprintable"], || drop(home.sh("cat text >&2").run()));
        fs::remove_file(file).unwrap();
    }
    home.file("text", b"\xff");
    breaks(&["not UTF-8"], || drop(home.sh("cat text >&2").run()));
    let coloured = "printf '\\033[1;31mred\\033[0m\\n' >&2";
    script_breaks("unprintable", coloured);
    home.sh(coloured).allow_colour().run();
    breaks(&["unprintable"], || drop(home.sh("printf '\\033]0;title' >&2").allow_colour().run()));
}

#[cfg(unix)]
#[test]
fn lines_that_runners_read_as_commands_are_noticed() {
    for line in [
        "::error::x",
        "  ::set-output name=a::b",
        "x ##[group]y",
        "a ##vso[task.complete]",
        "##VSO[x]",
    ] {
        script_breaks("a CI runner reads as a command", &format!("echo '{line}' >&2"));
    }
    Home::new().sh("echo 'a ::b:: std::io # [x]' >&2").run().assert(
        0,
        "",
        "a ::b:: std::io # [x]\n",
    );
}

#[cfg(unix)]
#[test]
fn files_in_the_wrong_place_or_mode_are_noticed() {
    script_breaks("written outside the configuration and the cache", "umask 077; echo x > out");
    script_breaks(
        "written outside the configuration and the cache",
        "umask 077; echo x > $HOME/.out",
    );
    script_breaks("written outside the configuration and the cache", "umask 077; mktemp");
    script_breaks("mode 0644 instead of 0600", "umask 022; echo x > ../cache/out");
    script_breaks("mode 0755 instead of 0700", "umask 022; mkdir ../config/out");
    script_breaks("a temporary file was left", "umask 077; echo x > ../cache/.tmp3x");
    let home = Home::new();
    home.declare_output("out");
    home.sh("umask 077; mkdir out; echo x > out/x").run().ok("");
    home.declare_foreign("theirs");
    home.sh("umask 022; echo x > theirs").run().ok("");
    home.sh("true").run().ok("");
    breaks(&["mode 0644"], || drop(home.sh("rm out/x; umask 022; echo y > out/z").run()));
}

#[cfg(unix)]
#[test]
fn streams_are_compared_whole() {
    breaks(&["expected exit code 0", "stdout differs", "+ x"], || {
        Home::new().sh("echo x; exit 3").allow_partial_stdout().run().ok("");
    });
    breaks(&["stderr differs", "- b\n", "+ c\n"], || {
        Home::new().sh("echo a >&2; echo c >&2").run().assert(0, "", "a\nb\n");
    });
    Home::new().sh("echo abc; echo d").run().ok("a[..]\n...\n");
}

#[cfg(unix)]
#[test]
fn missed_deadline_is_noticed() {
    let bound = Duration::from_millis(100);
    breaks(&["the deadline was 100ms"], || {
        drop(Home::new().sh("sleep 1.2").timeout_bound(bound).run())
    });
    Home::new().sh("sleep 0.3").timeout_bound(bound).run().ok("");
}

#[cfg(unix)]
#[test]
fn signals_and_closed_streams_reach_the_program() {
    let home = Home::new();
    let running = home.program("sleep", ["50"]).spawn();
    running.signal(15);
    assert_eq!(running.wait().signal, Some(15));
    assert_eq!(home.program("cat", ["/dev/zero"]).stdout_reader_gone().run().signal, Some(13));
    assert_eq!(home.sh("echo x >&2 || exit 9").stderr_closed().run().code, Some(9));
    assert_eq!(home.sh("echo x").stdout_to(File::create("/dev/full").unwrap()).run().code, Some(1));
    assert_eq!(home.sh("ulimit -n").prelude("ulimit -n 77").run().stdout(), "77\n");
}

#[test]
fn unexpected_number_of_requests_fails_the_case() {
    breaks(&["got 0 requests, 1 were expected"], || drop(Server::start([Reply::close()])));
    breaks(&["got 1 requests, 0 were expected"], || {
        let server = Server::start([Reply::json(401, DOCUMENTED_401)]).expects(0);
        Home::new().skia(["login"]).credentials().server(&server).run();
    });
    drop(Server::start([]).expects_any());
}
