//! Golden files: every help page, error and report, so that a review shows each change of words.
//!
//! `tests/golden/` has one file per group. What varies between runs (ports, instants, directories,
//! tokens) is replaced by fixed words.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use snapbox::Data;
use snapbox::report::{Palette, write_diff};

use crate::cache::until;
use crate::help::COMMANDS;
use crate::support::*;

/// Digits that vary, and what stands for them: `#` is one digit, `*` is any number of digits.
const VARYING: [(&str, &str); 16] = [
    ("127.0.0.1:*", "127.0.0.1:PORT"),
    ("localhost:*", "localhost:PORT"),
    ("####-##-##T##:##:##Z", "INSTANT"),
    ("####-##-##T##:##:##", "BRASILIA"),
    ("####-##-## ##:##:## +00", "LOCAL-TIME"),
    ("##:##:## POST", "TIME POST"),
    ("+* ms", "+N ms"),
    ("* s from the server's", "N s from the server's"),
    ("\"expires_in\": *", "\"expires_in\": N"),
    ("again in *.* s", "again in N s"),
    ("##########", "NUMBER"),
    ("\"expires_in\":*", "\"expires_in\":N"),
    ("), * s ago", "), N s ago"),
    ("within *.* s", "within N s"),
    ("within * s", "within N s"),
    ("23 h 59 min", "24 h"),
];

/// The lifetime of a token in seconds: 24 hours and a reserve, so that "24 h" are left while a case
/// runs.
const DAY: i64 = 24 * 60 * 60 + 59;

struct Golden {
    group: &'static str,
    text: String,
}

impl Golden {
    fn new(group: &'static str) -> Self {
        Self { group, text: String::new() }
    }

    /// Runs one command in a new home. `prepare` sets up the home and the program.
    #[track_caller]
    fn case(
        &mut self,
        title: &str,
        command: &str,
        prepare: impl FnOnce(&Home, Program) -> Program,
    ) {
        self.case_in(&Home::new(), title, command, prepare);
    }

    #[track_caller]
    fn case_in(
        &mut self,
        home: &Home,
        title: &str,
        command: &str,
        prepare: impl FnOnce(&Home, Program) -> Program,
    ) {
        let program = home.skia(command.split_whitespace()).env("TZ", "UTC");
        let outcome = prepare(home, program.allow_partial_stdout()).run();
        self.record(home, title, command, outcome);
    }

    fn record(&mut self, home: &Home, title: &str, command: &str, outcome: Outcome) {
        let mut text =
            format!("# {title}\n$ skia-auth {command}\nexit code {}\n", outcome.code.unwrap());
        for (name, stream) in [("stdout", outcome.stdout()), ("stderr", outcome.stderr)] {
            if !stream.is_empty() {
                text += &format!("--- {name}\n{stream}");
            }
        }
        self.text += &stable(&text, home);
        self.text += "\n";
    }

    /// Compares the group with its file, or renews the file if `SKIA_AUTH_RENEW` is set.
    #[track_caller]
    fn check(self) {
        let name = format!("tests/golden/{}.txt", self.group);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        if renewing() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &self.text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        let mut diff = String::new();
        let [expected, actual] = [&found, &self.text].map(Data::text);
        write_diff(&mut diff, &expected, &actual, None, None, Palette::plain()).unwrap();
        assert!(
            found == self.text,
            "{name} differs; to renew it: SKIA_AUTH_RENEW=1 cargo nextest run golden\n{diff}"
        );
    }
}

fn renewing() -> bool {
    std::env::var_os("SKIA_AUTH_RENEW").is_some()
}

/// The text with fixed words in place of what varies, and without white space at line ends.
fn stable(text: &str, home: &Home) -> String {
    let text = text.replace(home.root().to_str().unwrap(), "ROOT");
    let text = text.replace(concat!("skia-auth/", env!("CARGO_PKG_VERSION")), "skia-auth/VERSION");
    // The words of glibc and of musl.
    let text = text.replace("name does not resolve", "name or service not known");
    let text = text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
    let text = VARYING
        .iter()
        .fold(text, |text, (pattern, word)| replace_all(&text, word, |at| matched(pattern, at)));
    replace_all(&text, "TOKEN", |at| {
        let length = at.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        let length = length.unwrap_or(at.len());
        (at.starts_with("eyJ") && at[..length].contains('.')).then_some(length)
    })
}

/// Replaces each match. `length` tells how long the match at the start of a text is.
fn replace_all(text: &str, word: &str, length: impl Fn(&str) -> Option<usize>) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        match length(rest) {
            Some(length) => {
                replaced += word;
                rest = &rest[length..];
            }
            None => {
                replaced.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    replaced
}

/// The length of the pattern's match at the start of the text.
fn matched(pattern: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for wanted in pattern.chars() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let length = match wanted {
            '#' => (digits > 0).then_some(1),
            '*' => (digits > 0).then_some(digits),
            other => rest.starts_with(other).then(|| other.len_utf8()),
        };
        rest = &rest[length?..];
    }
    Some(text.len() - rest.len())
}

#[test]
fn help() {
    let mut golden = Golden::new("help");
    for (command, _) in COMMANDS {
        for flag in ["-h", "--help"] {
            let command = [command, &[flag]].concat().join(" ");
            golden.case("help", &command, |_, program| program);
        }
    }
    golden.check();
}

#[test]
fn usage_errors() {
    let mut golden = Golden::new("usage");
    for command in [
        "tokn",
        "whoami",
        "profiles",
        "config get",
        "--json",
        "token --json",
        "token --format json",
        "token --refresh",
        "token --nope -o json",
        "token -o yaml",
        "token -o token.txt",
        "token --min-ttl soon",
        "token --retries many",
        "token --timeout",
        "token --quiet=yes",
        "token extra",
        "token --watch",
        "token --to-file-mode 0640",
        "token --offline --no-cache",
        "login --dry-run -o json",
        "login --sandbox --client-id x",
        "exec",
        "exec ls",
        "exec --sandbox -- ls",
        "inspect a.b.c",
        "sandbox --port 99999",
        "completions",
        "completions tcsh",
    ] {
        golden.case("usage error", command, |_, program| program);
    }
    golden.check();
}

#[test]
fn settings_errors() {
    let mut golden = Golden::new("settings");
    golden.case("no credentials", "token", |_, program| program);
    golden.case("no credentials, as JSON", "token -o json", |_, program| program);
    golden.case("a variable is set but empty", "token", |_, program| {
        program.env("SKIA_CLIENT_ID", CLIENT_ID).env("SKIA_CLIENT_SECRET", "")
    });
    golden.case("two sources of the secret in the environment", "token", |_, program| {
        program.credentials().env("SKIA_CLIENT_SECRET_FILE", "/run/secrets/skia")
    });
    golden.case("a secret file that does not exist", "token", |_, program| {
        program.env("SKIA_CLIENT_ID", CLIENT_ID).env("SKIA_CLIENT_SECRET_FILE", "missing")
    });
    golden.case("a switch that is neither yes nor no", "token", |_, program| {
        program.credentials().env("SKIA_ALLOW_HTTP", "maybe")
    });
    golden.case("a duration without a unit that is known", "token", |_, program| {
        program.credentials().env("SKIA_TIMEOUT", "soon")
    });
    for url in [
        "api.example.test/api",
        "http://api.example.test/api",
        "https://user@api.example.test/api",
        "https://api.example.test/api?x=1",
        "https://api.example.test/api/Auth/Login",
        "https://",
        "ftp://api.example.test",
    ] {
        golden.case(&format!("base URL {url}"), "token", |_, program| {
            program.credentials().env("SKIA_BASE_URL", url)
        });
    }
    golden.case("a proxy that cannot be used", "token", |_, program| {
        program
            .credentials()
            .env("SKIA_BASE_URL", "https://api.example.test/api")
            .env("HTTPS_PROXY", "ftp://127.0.0.1:9")
    });
    golden.case("a CA file that does not exist", "token --ca-cert missing.pem", |_, program| {
        program.credentials().env("SKIA_BASE_URL", "https://localhost:1/api")
    });
    golden.case("a named file that does not exist", "token --config missing.toml", |_, program| {
        program
    });
    for (title, command, file) in [
        ("an unknown key", "token", "client_id = \"a\"\nclient_secrets = \"b\"\n"),
        ("an unknown profile", "token -p stagin", "[profile.staging]\nclient_id = \"a\"\n"),
        ("a table that is not a profile", "token", "[staging]\nclient_id = \"a\"\n"),
        ("a syntax error", "token", "client_id = \n"),
        ("a wrong type", "token", "client_id = 5\n"),
        (
            "two sources of the secret in a profile",
            "token",
            "client_id = \"a\"\nclient_secret = \"b\"\nclient_secret_file = \"c\"\n",
        ),
        (
            "a command that fails",
            "token",
            "client_id = \"a\"\nclient_secret_command = [\"false\"]\nbase_url = \"http://127.0.0.1:1\"\n",
        ),
        (
            "a command that does not exist",
            "token",
            "client_id = \"a\"\nclient_secret_command = [\"no-such-program\"]\nbase_url = \"http://127.0.0.1:1\"\n",
        ),
        (
            "the secret of another origin",
            "token --client-id a",
            "client_secret = \"a-secret\"\nbase_url = \"https://one.example.test/api\"\n",
        ),
        (
            "the secret of another client id",
            "token",
            "client_id = \"a\"\nclient_secret = \"a-secret\"\nbase_url = \"https://two.example.test/api\"\n",
        ),
    ] {
        golden.case(title, command, |home, program| {
            home.write_config(file);
            match title {
                "the secret of another origin" => {
                    program.env("SKIA_BASE_URL", "https://two.example.test/api")
                }
                "the secret of another client id" => program.env("SKIA_CLIENT_ID", "b"),
                _ => program,
            }
        });
    }
    golden.case("a file with a command that others can write", "token", |home, program| {
        let path =
            home.write_config("client_id = \"a\"\nclient_secret_command = [\"echo\", \"b\"]\n");
        fs::set_permissions(path, fs::Permissions::from_mode(0o622)).unwrap();
        program
    });
    golden.case("config.toml and config.json", "token", |home, program| {
        let path = home.write_config("client_id = \"a\"\n");
        fs::copy(&path, path.with_extension("json")).unwrap();
        program
    });
    golden.case("a profile that exists", "config init -p staging", |home, program| {
        home.write_config("[profile.staging]\nclient_id = \"a\"\n");
        program
    });
    golden.check();
}

#[test]
fn refusals() {
    let mut golden = Golden::new("refused");
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]).expects_any();
    let mut refused = |title: &str, command: &str, secret: &str| {
        golden.case(title, command, |home, program| {
            home.declare_secret(secret);
            program
                .env("SKIA_CLIENT_ID", CLIENT_ID)
                .env("SKIA_CLIENT_SECRET", secret)
                .server(&server)
        });
    };
    refused("401", "token", "a-wrong-secret");
    refused("401, as JSON", "token -o json", "a-wrong-secret");
    refused("a secret with a space at its end", "token", "a-wrong-secret ");
    refused("a secret with a carriage return", "token", "a-wrong-secret\r");
    refused("a secret in quotes", "token", "\"a-wrong-secret\"");
    refused("a secret that was not expanded", "token", "${{ secrets.SKIA }}");
    for (title, reply) in [
        ("403 with a page", Reply::html(403, "<html>Forbidden</html>")),
        ("400 with JSON", Reply::json(400, r#"{"Messages":["Scope is unknown"]}"#)),
    ] {
        let server = Server::start([reply]);
        golden.case(title, "token", |_, program| program.credentials().server(&server));
    }
    golden.check();
}

#[test]
fn outages() {
    let mut golden = Golden::new("unavailable");
    let again = |status| Reply::json(status, "").header("Retry-After", "0");
    for (title, command, reply, requests) in [
        ("503", "token", again(503), 3),
        ("503, a single try", "token --retries 0", again(503), 1),
        ("503, as JSON", "token --retries 0 -o json", again(503), 1),
        ("429", "token --retries 0", again(429), 1),
        ("the documented 500", "token --retries 0", Reply::json(500, DOCUMENTED_500), 1),
        (
            "503 that asks to wait too long",
            "token",
            Reply::json(503, "").header("Retry-After", "120"),
            1,
        ),
        ("no answer", "token --timeout 1s", Reply::hang(), 1),
        ("a connection that is closed", "token --retries 0", Reply::close(), 1),
    ] {
        let server = Server::start([reply]).expects(requests);
        golden.case(title, command, |_, program| program.credentials().server(&server));
    }
    let closed = ClosedPort::new();
    let url = format!("http://127.0.0.1:{}/api", closed.number());
    golden.case("a port on which nothing listens", "token --retries 0", |_, program| {
        program.credentials().env("SKIA_BASE_URL", &url)
    });
    golden.case("a host without an address", "token --retries 0", |_, program| {
        program.credentials().env("SKIA_BASE_URL", format!("https://{NO_SUCH_HOST}/api"))
    });
    let through = |proxy: String| {
        move |_: &Home, program: Program| {
            program
                .credentials()
                .env("SKIA_BASE_URL", "https://api.skia.test/api")
                .env("https_proxy", proxy)
        }
    };
    let closed = format!("http://127.0.0.1:{}", closed.number());
    golden.case("a proxy that cannot be reached", "token --retries 0", through(closed));
    let proxy = Proxy::refusing(502);
    golden.case("a proxy without a way", "token --retries 0", through(proxy.url()));
    golden.case("a secret command that fails for now", "token", |home, program| {
        home.write_config(
            "client_id = \"a\"\nclient_secret_command = [\"sh\", \"-c\", \"exit 75\"]\n\
             base_url = \"http://127.0.0.1:1\"\n",
        );
        program
    });
    golden.check();
}

#[test]
fn strangers() {
    let mut golden = Golden::new("protocol");
    for (title, reply) in [
        ("a page", Reply::html(200, "<html>Welcome</html>")),
        ("a redirect", Reply::json(307, "").header("Location", "https://other.example.test/")),
        ("404", Reply::json(404, "")),
        ("405", Reply::json(405, "")),
        ("not JSON", Reply::json(200, "{")),
        ("JSON without a token", Reply::json(200, r#"{"Status":0}"#)),
        ("a token that is none", Reply::json(200, r#"{"Status":0,"Token":"a b"}"#)),
        ("not HTTP", Reply::raw("SSH-2.0-OpenSSH\r\n")),
    ] {
        let server = Server::start([reply]);
        golden.case(title, "token", |_, program| program.credentials().server(&server));
    }
    let server = Server::start([live_reply(&token_expiring_in(DAY))]);
    golden.case("--min-ttl that no token meets", "token --min-ttl 30h", |_, program| {
        program.credentials().server(&server)
    });
    let ca = Ca::new("Corp Root");
    for (title, certificate, trusted) in [
        ("an unknown issuer", ca.issue(["localhost"]), false),
        ("an expired certificate", ca.issue_expired(["localhost"]), true),
        ("a certificate for another name", ca.issue(["other.example.test"]), true),
        ("a self-signed certificate", Certificate::self_signed(["localhost"]), false),
    ] {
        let server = Server::tls(&certificate, []).expects(0);
        golden.case(title, "token", |home, program| {
            let program = program.credentials().server(&server);
            if trusted { program.arg("--ca-cert").arg(ca.pem_file(home)) } else { program }
        });
    }
    let server = Server::old_tls();
    golden.case("TLS 1.1", "token", |_, program| program.credentials().server(&server));
    for (title, status) in
        [("a proxy that asks for a password", 407), ("a proxy that refuses", 403)]
    {
        let proxy = Proxy::refusing(status);
        golden.case(title, "token", |_, program| {
            program
                .credentials()
                .env("SKIA_BASE_URL", "https://api.skia.test/api")
                .env("https_proxy", proxy.url())
        });
    }
    golden.check();
}

#[test]
fn results_that_cannot_be_delivered() {
    let mut golden = Golden::new("delivery");
    for (title, command) in [
        ("a directory", "login --sandbox -q --to-file ."),
        ("a directory that does not exist", "login --sandbox -q --to-file missing/token"),
        ("a dash", "login --sandbox -q --to-file -"),
        ("a device", "login --sandbox -q --to-file /dev/full"),
    ] {
        golden.case(title, command, |_, program| program);
    }
    golden.case("a full device", "login --sandbox -q", |_, program| {
        program.stdout_to(fs::File::options().write(true).open("/dev/full").unwrap())
    });
    golden
        .case("a command that does not exist", "sandbox -- no-such-command", |_, program| program);
    golden.case("a command that cannot be run", "sandbox -- ./file", |home, program| {
        home.file("file", "");
        program
    });
    for (title, command) in [
        ("exec: a command that does not exist", "exec -- no-such-command"),
        ("exec: a command that cannot be run", "exec -- ./file"),
    ] {
        let server = Server::start([live_reply(&live_token())]).expects_any();
        golden.case(title, command, |home, program| {
            home.file("file", "");
            program.credentials().server(&server)
        });
    }
    golden.check();
}

#[test]
fn reports() {
    let mut golden = Golden::new("reports");
    let server = Server::start([live_reply(&token_expiring_in(DAY))]).expects_any();
    let (home, empty) = (Home::new(), Home::new());
    home.write_config(&format!(
        "base_url = \"{0}\"\nclient_id = \"{CLIENT_ID}\"\nclient_secret = '{SECRET}'\n\n\
         [profile.staging]\nbase_url = \"{0}\"\nclient_id = \"b\"\nclient_secret_file = \"/run/secrets/skia\"\n",
        server.base_url()
    ));
    for command in [
        "login --dry-run",
        "status",
        "login -v",
        "login -o text",
        "login -o json",
        "login -o oauth",
        "login -o header",
        "login -o env",
        "login -o fish",
        "login -o powershell",
        "login -o dotenv",
        "token -v",
        "token --offline --min-ttl 30h",
        "status",
        "status -o json",
        "status --min-ttl 30h",
        "inspect --cached",
        "inspect --cached -o json",
        "config path",
        "config list",
        "config list -o json",
        "config show",
        "config show -o json",
        "config show -p staging",
        "doctor",
        "doctor -o json",
        "doctor --login",
        "logout",
        "logout --all",
        "token --offline",
    ] {
        golden.case_in(&home, "with a configuration file", command, |_, program| program);
    }
    for command in ["status", "inspect", "config show", "config list", "config init", "logout"] {
        golden.case_in(&empty, "without settings", command, |_, program| program);
    }
    let closed = ClosedPort::new();
    let url = format!("http://127.0.0.1:{}/api", closed.number());
    golden.case("nothing listens", "doctor", |_, program| {
        program.credentials().env("SKIA_BASE_URL", &url)
    });
    golden.case("no credentials", "doctor", |_, program| program.server(&server));
    golden.case("standard input", "inspect", |_, program| program.stdin("not a token"));
    golden.check();
}

#[test]
fn warnings_and_notes() {
    let mut golden = Golden::new("warnings");
    let server = Server::start([live_reply(&token_expiring_in(DAY))]).expects_any();
    golden.case("no home directory", "config list", |_, program| {
        program.env("HOME", "relative").env_remove("XDG_CONFIG_HOME")
    });
    golden.case("a sandbox token", "login --sandbox", |_, program| program);
    golden.case("a log of requests", "sandbox -v -- skia-auth login -q", |_, program| program);
    golden.case(
        "a secret on the command line",
        "login --client-secret x-secret",
        |home, program| {
            home.declare_secret("x-secret");
            program.env("SKIA_CLIENT_ID", CLIENT_ID).server(&server)
        },
    );
    golden.case("-p beside variables", "login -p staging", |home, program| {
        home.write_config(&format!(
            "[profile.staging]\nbase_url = \"{}\"\nclient_id = \"a\"\nclient_secret = '{SECRET}'\n",
            server.base_url()
        ));
        program.credentials()
    });
    golden.case("a file that others can write", "login", |home, program| {
        let path = home.file("secret", SECRET);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        home.declare_foreign(&path);
        program
            .env("SKIA_CLIENT_ID", CLIENT_ID)
            .env("SKIA_CLIENT_SECRET_FILE", "secret")
            .server(&server)
    });
    golden.case("a file that others can read", "login", |home, program| {
        let path = home.write_config(&format!(
            "base_url = \"{}\"\nclient_id = \"a\"\nclient_secret = '{SECRET}'\n",
            server.base_url()
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        home.declare_foreign(&path);
        program
    });
    let expired = Server::start([live_reply(&token_expiring_in(-3 * 60 * 60 - 30))]);
    golden.case("an expired token", "login", |_, program| program.credentials().server(&expired));
    for (title, ahead) in [("a clock that is behind", 1), ("a clock that is ahead", -1)] {
        let date = Timestamp::now() + SignedDuration::from_secs(ahead * (2 * 60 * 60 + 30));
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let other = Server::start([live_reply(&token_expiring_in(DAY)).header("Date", &date)]);
        golden.case(title, "login", |_, program| program.credentials().server(&other));
    }
    golden.case("a runner that masks", "login", |_, program| {
        let program = program.token_may_appear_in_stderr_mask().env("GITHUB_ACTIONS", "true");
        program.credentials().server(&server)
    });
    let home = Home::new();
    let outage = Server::start([
        live_reply(&token_expiring_in(2 * 60 * 60 + 30)),
        Reply::json(503, "").header("Retry-After", "0"),
    ])
    .expects(4);
    for command in ["token", "token --renew-before 12h"] {
        golden.case_in(&home, "an outage after a login", command, |_, program| {
            program.credentials().server(&outage)
        });
    }
    let dateless = Server::start([live_reply(&token_expiring_in(DAY)).without_date()]);
    golden.case("-vv", "login -vv", |_, program| program.credentials().server(&dateless));
    golden.check();
}

#[test]
fn watching() {
    let mut golden = Golden::new("watch");
    let home = Home::new();
    home.declare_output("token");
    home.declare_output("errors");
    let errors = home.file("errors", "");
    let server = Server::start([
        live_reply(&token_expiring_in(DAY)),
        live_reply(&token_expiring_in(DAY)),
        Reply::json(503, "").header("Retry-After", "0"),
    ])
    .expects_any();
    let command = "token --watch --to-file token";
    let running = home
        .skia(command.split_whitespace())
        .env("TZ", "UTC")
        .credentials()
        .server(&server)
        .stderr_to(fs::File::create(&errors).unwrap())
        .spawn();
    let said = |text: &str, times: usize| {
        until(text, || fs::read_to_string(&errors).unwrap().matches(text).count() >= times);
    };
    until("the file exists", || home.work().join("token").exists());
    running.signal(1);
    said("renewed: ", 1);
    running.signal(1);
    said("trying again", 1);
    running.signal(15);
    let mut outcome = running.wait();
    outcome.stderr = fs::read_to_string(&errors).unwrap();
    golden.record(&home, "SIGHUP twice, the second time in an outage; SIGTERM", command, outcome);
    golden.check();
}

/// Of each warning, the longest part without a placeholder.
#[test]
fn every_warning_is_in_a_golden_file() {
    if renewing() {
        return;
    }
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let messages = fs::read_to_string(directory.join("src/report/messages.rs")).unwrap();
    let (_, warnings) = messages.split_once("impl fmt::Display for Warning").unwrap();
    let (warnings, _) = warnings.split_once("fn whole_seconds").unwrap();
    let files = fs::read_dir(directory.join("tests/golden")).unwrap();
    let golden: String =
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let mut count = 0;
    for literal in warnings.split('"').skip(1).step_by(2) {
        let words = literal.split_whitespace().collect::<Vec<_>>().join(" ").replace("\\ ", "");
        let parts = words.split(['{', '}']).step_by(2);
        let longest = parts.max_by_key(|part| part.len()).unwrap();
        if longest.contains(' ') {
            assert!(golden.contains(longest), "not in tests/golden: {longest}");
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn patterns_match_digits() {
    for (pattern, text, length) in [
        ("a:*", "a:123b", Some(5)),
        ("a:*", "a:b", None),
        ("##", "123", Some(2)),
        ("##", "1", None),
        ("* s", "12 s", Some(4)),
    ] {
        assert_eq!(matched(pattern, text), length, "{pattern} {text}");
    }
}
