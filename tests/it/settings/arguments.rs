//! Command lines that cannot be understood: one line that repeats nothing, one hint that solves it.

use crate::support::*;

/// Runs a line with a marker in it that must not come back.
fn refuses(line: &str, message: &str, hint: &str) {
    let home = Home::new();
    let server = Server::start([]).expects(0);
    home.declare_secret("MARKED-VALUE");
    let words = line.split(' ').map(|word| word.replace("VAL", "MARKED-VALUE"));
    home.skia(words)
        .credentials()
        .server(&server)
        .run()
        .fails(2, &format!("skia-auth: error: {message}\nhint: {hint}\n"));
}

#[test]
fn slip_in_an_option_is_told_without_its_value() {
    for (line, place, hint) in [
        ("token --client-secrt=VAL", 2, "did you mean --client-secret?"),
        ("token --client-secrt VAL", 2, "did you mean --client-secret?"),
        ("token --profil=VAL", 2, "did you mean --profile?"),
        ("--profil VAL token", 1, "did you mean --profile?"),
        ("logout --al", 2, "did you mean --all?"),
        ("token --outptu VAL", 2, "did you mean --output?"),
        ("token -sVAL", 2, "skia-auth token --help"),
        ("token --VAL", 2, "skia-auth token --help"),
        ("token --retries -1", 3, "skia-auth token --help"),
        ("status --to-file VAL", 2, "--to-file is an option of skia-auth login"),
        ("token --dry-run", 2, "--dry-run is an option of skia-auth login"),
        ("--timeout 3s token", 1, "put it after the command: skia-auth token --timeout"),
        ("-o header login", 1, "put it after the command: skia-auth login -o"),
        ("login --min-ttl VAL", 2, "--min-ttl is an option of skia-auth token"),
        ("status --client-secret=VAL", 2, "--client-secret is an option of skia-auth login"),
    ] {
        refuses(line, &format!("unexpected argument (word {place} after skia-auth)"), hint);
    }
}

#[test]
fn stray_word_is_not_repeated() {
    for (line, hint) in [
        ("token VAL", "skia-auth token --help"),
        ("logout VAL", "skia-auth logout --help"),
        ("exec VAL", "put -- before the command"),
        ("exec sh -c VAL", "put -- before the command"),
        ("sandbox VAL", "put -- before the command"),
    ] {
        refuses(line, "unexpected argument (word 2 after skia-auth)", hint);
    }
    refuses(
        "token -- VAL",
        "unexpected argument (word 3 after skia-auth)",
        "skia-auth token --help",
    );
    refuses(
        "-p x token VAL",
        "unexpected argument (word 4 after skia-auth)",
        "skia-auth token --help",
    );
    refuses(
        "inspect VAL",
        "a token on the command line can be seen by other users",
        "skia-auth inspect < FILE, or skia-auth token | skia-auth inspect",
    );
}

#[test]
fn slip_in_a_command_is_told_with_the_nearest_name() {
    for (line, place, hint) in [
        ("tokn", 1, "did you mean token?"),
        ("lgin", 1, "did you mean login?"),
        ("logni", 1, "did you mean login?"),
        ("VAL", 1, "skia-auth --help"),
        ("config shw", 2, "did you mean show?"),
        ("config VAL", 2, "skia-auth config --help"),
        ("help VAL", 2, "skia-auth --help"),
    ] {
        refuses(line, &format!("unknown command (word {place} after skia-auth)"), hint);
    }
}

#[test]
fn value_that_does_not_fit_is_not_repeated() {
    const FORMATS: &str = "token, json, text, oauth, header, env, fish, powershell, dotenv";
    for (line, option, hint) in [
        ("token --timeout VAL", "--timeout <DURATION>", "write it as 90s, 30m or 2h"),
        ("token --min-ttl=VAL", "--min-ttl <DURATION>", "write it as 90s, 30m or 2h"),
        ("sandbox --port VAL", "--port <N>", "write a number from 0 to 65535"),
        ("sandbox --port 65536", "--port <N>", "write a number from 0 to 65535"),
        ("token --retries VAL", "--retries <N>", "write a whole number, 0 for a single try"),
        ("token --color VAL", "--color <WHEN>", "one of auto, always, never"),
        ("status -o VAL", "--output <FORMAT>", "one of text, json"),
        ("token -o VAL", "--output <FORMAT>", &format!("one of {FORMATS}")),
        ("token -o jsn", "--output <FORMAT>", &format!("did you mean json? (one of {FORMATS})")),
        (
            "sandbox --answer slwo",
            "--answer <ANSWER>",
            "did you mean slow? (one of ok, rejected, error, unavailable, slow, html, malformed)",
        ),
        ("completions VAL", "<SHELL>", "one of bash, zsh, fish, powershell, elvish, nushell"),
    ] {
        refuses(line, &format!("invalid value for {option}"), hint);
    }
}

#[test]
fn value_that_is_missing_or_too_much_is_named() {
    for (line, message, hint) in [
        ("token --base-url", "--base-url <URL> needs a value", "skia-auth token --help"),
        ("token -p", "--profile <NAME> needs a value", "skia-auth token --help"),
        ("-p", "--profile <NAME> needs a value", "skia-auth --help"),
        ("token --config ", "--config <FILE> needs a value", "skia-auth token --help"),
        ("token --quiet=VAL", "--quiet takes no value", "skia-auth token --help"),
        ("token --scope a --scope VAL", "--scope <SCOPE> is given twice", "skia-auth token --help"),
        (
            "token --offline --no-cache",
            "--offline cannot be used with --no-cache",
            "skia-auth token --help",
        ),
        (
            "token --sandbox --client-secret VAL",
            "--sandbox cannot be used with --client-secret <VALUE>",
            "skia-auth token --help",
        ),
        ("exec", "COMMAND is missing", "skia-auth exec -- COMMAND"),
        ("completions", "SHELL is missing", "skia-auth completions --help"),
        ("-q", "a command is missing", "skia-auth --help"),
        ("config -q", "a command is missing", "skia-auth config --help"),
    ] {
        refuses(line, message, hint);
    }
}

#[test]
fn control_characters_of_a_word_do_not_come_back() {
    let home = Home::new();
    for word in ["\x1b[31mred", "::error::x", "a\rb", "\u{202e}x"] {
        home.skia(["token", word])
            .run()
            .fails(2, "skia-auth: error: unexpected argument (word 2 after skia-auth)\nhint: skia-auth token --help\n");
    }
}

#[test]
fn error_is_json_where_json_is_wanted() {
    let home = Home::new();
    for format in [&["-o", "json"][..], &["-ojson"], &["--output=json"], &["--output", "oauth"]] {
        let outcome = home.skia(["token"]).args(format).args(["--client-secrt", "x"]).run();
        assert_eq!(
            (outcome.code, outcome.stdout().as_str(), outcome.stderr.lines().count()),
            (Some(2), "", 1)
        );
        assert_eq!(
            outcome.json_error(),
            serde_json::json!({"error": {
                "kind": "usage", "exit": 2, "retryable": false, "http_status": null, "messages": [],
                "message": format!("unexpected argument (word {} after skia-auth)", 2 + format.len()),
                "hint": "did you mean --client-secret?",
            }})
        );
    }
}

#[test]
fn options_may_stand_before_the_command() {
    let home = Home::new();
    home.write_config("[profile.staging]\nscope = 'of-staging'\n");
    let outcome = home.skia(["-p", "staging", "config", "show", "-o", "json"]).run();
    assert_eq!(super::shown(&outcome, "scope").0, "of-staging");
    let outcome = home.skia(["config", "-p", "staging", "show", "-o", "json"]).run();
    assert_eq!(super::shown(&outcome, "scope").0, "of-staging");
}
