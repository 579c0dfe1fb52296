//! Usage errors: one line that repeats no value, and one hint.

use crate::support::*;

/// Runs a command line in which VAL stands for a secret that must not be shown.
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
fn unknown_option_is_named_without_its_value() {
    for (line, option, hint) in [
        ("token --client-secrt=VAL", "--client-secrt", "did you mean --client-secret?"),
        ("token --client-secrt VAL", "--client-secrt", "did you mean --client-secret?"),
        ("token --profil=VAL", "--profil", "did you mean --profile?"),
        ("--profil VAL token", "--profil", "did you mean --profile?"),
        ("logout --al", "--al", "did you mean --all?"),
        ("token --outptu VAL", "--outptu", "did you mean --output?"),
        ("token -sVAL", "-s", "skia-auth token --help"),
        ("token --zzz", "--zzz", "skia-auth token --help"),
        ("token --json", "--json", "did you mean -o json?"),
        ("config list --json", "--json", "did you mean -o json?"),
        ("token --query VAL", "--query", "did you mean -o json?"),
        (
            "login --client-secret-stdin",
            "--client-secret-stdin",
            "did you mean --client-secret-file -?",
        ),
        ("config init --name VAL", "--name", "did you mean --profile?"),
        ("config init --zzz", "--zzz", "skia-auth config init --help"),
        (
            "config init --client-secret VAL",
            "--client-secret",
            "did you mean --client-secret-file?",
        ),
        ("config --config x init --zzz", "--zzz", "skia-auth config init --help"),
        ("logout --json", "--json", "skia-auth logout --help"),
        ("token --format=VAL", "--format", "did you mean --output?"),
        ("token --refresh", "--refresh", "for a new token: skia-auth login"),
        ("status --refresh", "--refresh", "for a new token: skia-auth login"),
        ("token --secret VAL", "--secret", "did you mean --client-secret-file?"),
        ("token --url=VAL", "--url", "did you mean --base-url?"),
        ("token --out VAL", "--out", "did you mean --to-file?"),
        ("token -k", "-k", "to trust another certificate authority: --ca-cert FILE"),
        ("status --debug", "--debug", "did you mean -vv?"),
        ("inspect --quit", "--quit", "did you mean --quiet?"),
        ("inspect --zzz=VAL", "--zzz", "skia-auth inspect --help"),
        ("exec --zzz -- VAL", "--zzz", "skia-auth exec --help"),
        ("status --to-file VAL", "--to-file", "--to-file is an option of skia-auth login"),
        ("token --dry-run", "--dry-run", "--dry-run is an option of skia-auth login"),
        ("--timeout 3s token", "--timeout", "put it after the command: skia-auth token --timeout"),
        ("-o header login", "-o", "put it after the command: skia-auth login -o"),
        ("login --min-ttl VAL", "--min-ttl", "--min-ttl is an option of skia-auth token"),
        (
            "status --client-secret=VAL",
            "--client-secret",
            "--client-secret is an option of skia-auth login",
        ),
    ] {
        refuses(line, &format!("unknown option {option}"), hint);
    }
}

#[test]
fn stray_argument_is_not_repeated() {
    for (line, hint) in [
        ("token VAL", "skia-auth token --help"),
        ("token -- VAL", "skia-auth token --help"),
        ("token -- --VAL", "skia-auth token --help"),
        ("-p x token VAL", "skia-auth token --help"),
        ("logout VAL", "skia-auth logout --help"),
        ("config init VAL", "skia-auth config init --help"),
        ("exec VAL", "put -- before the command"),
        ("exec sh -c VAL", "put -- before the command"),
        ("sandbox VAL", "put -- before the command"),
    ] {
        refuses(line, "unexpected argument", hint);
    }
    for line in ["inspect VAL", "inspect -- VAL", "inspect -- -VAL"] {
        refuses(
            line,
            "a token on the command line can be seen by other users",
            "skia-auth inspect < FILE, or skia-auth token | skia-auth inspect",
        );
    }
}

#[test]
fn unknown_command_is_named_with_the_nearest_one() {
    for (line, command, hint) in [
        ("tokn", "tokn", "did you mean token?"),
        ("lgin", "lgin", "did you mean login?"),
        ("logni", "logni", "did you mean login?"),
        ("zzz", "zzz", "skia-auth --help"),
        ("whoami", "whoami", "skia-auth status"),
        ("profiles", "profiles", "skia-auth config list"),
        ("refresh", "refresh", "skia-auth login"),
        ("auth login", "auth", "skia-auth login"),
        ("auth token", "auth", "skia-auth token"),
        ("auth print-access-token", "auth", "skia-auth login"),
        ("print-access-token", "print-access-token", "skia-auth token"),
        ("init", "init", "skia-auth config init"),
        ("config get VAL", "get", "skia-auth config show"),
        ("config set base_url VAL", "set", "edit the file that skia-auth config path names"),
        ("config use VAL", "use", "name a profile for each call: -p NAME, or SKIA_PROFILE"),
        ("config add VAL", "add", "skia-auth config init -p NAME"),
        ("-p x config ls", "ls", "skia-auth config list"),
        ("SKIA_CLIENT_SECRET=VAL token", "SKIA_CLIENT_SECRET", "skia-auth token --help"),
        ("config shw", "shw", "did you mean show?"),
        ("config zzz", "zzz", "skia-auth config --help"),
        ("help zzz", "zzz", "skia-auth --help"),
    ] {
        refuses(line, &format!("unknown command {command}"), hint);
    }
}

#[test]
fn invalid_value_is_not_repeated() {
    const FORMATS: &str = "token, json, text, oauth, header, env, fish, powershell, dotenv";
    for (line, option, hint) in [
        ("token --timeout VAL", "--timeout", "write it as 90s, 30m or 2h"),
        ("token --min-ttl=VAL", "--min-ttl", "write it as 90s, 30m or 2h"),
        ("sandbox --port VAL", "--port", "write a number from 0 to 65535"),
        ("sandbox --port 65536", "--port", "write a number from 0 to 65535"),
        ("token --retries VAL", "--retries", "write a whole number, 0 for a single try"),
        ("token --retries -1", "--retries", "write a whole number, 0 for a single try"),
        ("token --color VAL", "--color", "one of auto, always, never"),
        ("status -o VAL", "-o", "one of text, json"),
        ("token -o VAL", "-o", &format!("one of {FORMATS}")),
        ("token -o jsn", "-o", &format!("did you mean json? (one of {FORMATS})")),
        ("token --output=jsn", "--output", &format!("did you mean json? (one of {FORMATS})")),
        ("token -qoVAL", "-o", &format!("one of {FORMATS}")),
        ("token -o VAL.txt", "-o", "to write to a file: --to-file PATH"),
        ("login --output=./VAL", "--output", "to write to a file: --to-file PATH"),
        ("status -o VAL.txt", "-o", "one of text, json"),
        ("config show -o VAL", "-o", "one of text, json"),
        (
            "sandbox --answer slwo",
            "--answer",
            "did you mean slow? (one of ok, rejected, error, unavailable, slow, html, malformed)",
        ),
        ("completions VAL", "SHELL", "one of bash, zsh, fish, powershell, elvish, nushell"),
    ] {
        refuses(line, &format!("invalid value for {option}"), hint);
    }
}

#[test]
fn option_with_a_missing_or_surplus_value_is_named() {
    for (line, message, hint) in [
        ("token --base-url", "--base-url needs a value", "skia-auth token --help"),
        ("token -p", "-p needs a value", "skia-auth token --help"),
        ("token -p ", "-p needs a value", "skia-auth token --help"),
        ("config init --profile=", "--profile needs a value", "skia-auth config init --help"),
        ("-p", "-p needs a value", "skia-auth --help"),
        ("token --config ", "--config needs a value", "skia-auth token --help"),
        ("token --quiet=VAL", "--quiet takes no value", "skia-auth token --help"),
        ("token --scope a --scope VAL", "--scope is given twice", "skia-auth token --help"),
        (
            "token --offline --no-cache",
            "--offline cannot be used with --no-cache",
            "skia-auth token --help",
        ),
        (
            "token --sandbox --client-secret VAL",
            "--sandbox cannot be used with --client-secret",
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
fn unknown_name_is_shown_short_and_without_control_characters() {
    let home = Home::new();
    for (word, shown) in [
        ("--\x1b[31mred", "unknown option --[31mred"),
        ("--a\rb\nc", "unknown option --a b c"),
        ("--\u{202e}x", "unknown option --x"),
        (
            "--eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJl",
            "unknown option --eyJhbGciOiJIUzI1NiIsInR5cCI6Ik…",
        ),
        ("\x1b]0;x\x07y", "unexpected argument"),
    ] {
        let expected = format!("skia-auth: error: {shown}\nhint: skia-auth token --help\n");
        home.skia(["token", word]).run().fails(2, &expected);
    }
    home.skia(["::error::x"])
        .run()
        .fails(2, "skia-auth: error: unknown command : :error: :x\nhint: skia-auth --help\n");
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
                "message": "unknown option --client-secrt",
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
