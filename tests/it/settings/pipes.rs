//! Files that are pipes: a silent one is given up when `--timeout` ends, whichever file it is.

use std::time::Duration;

use crate::support::*;

const TIMEOUT: Duration = Duration::from_secs(1);

/// A home with pipes that have no writer.
fn home_with_pipes<const N: usize>(names: [&str; N]) -> Home {
    let home = Home::new();
    for name in names {
        home.declare_foreign(name);
        home.declare_output(name);
        home.program("mkfifo", [name]).run().ok("");
    }
    home
}

#[test]
fn silent_configuration_file_ends_with_the_timeout() {
    let home = home_with_pipes(["pipe"]);
    let typed = |command: &[&str]| {
        home.skia(command).args(["--config", "pipe", "--timeout", "1s"]).credentials()
    };
    let exported =
        |command: &str| home.skia([command]).env("SKIA_CONFIG", "pipe").env("SKIA_TIMEOUT", "1s");
    let running: Vec<_> = [typed(&["token"]), typed(&["config", "show"])]
        .into_iter()
        .chain(["token", "status", "logout"].map(exported))
        .map(|program| program.timeout_bound(TIMEOUT).spawn())
        .collect();
    for program in running {
        program.wait().fails(
            3,
            "skia-auth: error: cannot read the configuration file pipe: nothing came within 1 s\n",
        );
    }
}

#[test]
fn silent_secret_file_ends_with_the_timeout() {
    let home = home_with_pipes(["pipe"]);
    let server = Server::start([]).expects(0);
    let token = || {
        let program = home.skia(["token", "--client-id", "a", "--timeout", "1s"]);
        program.at(&server).timeout_bound(TIMEOUT)
    };
    let expected = |from: &str| {
        format!(
            "skia-auth: error: cannot read the client secret file [..]pipe (from {from}): nothing \
             came within 1 s\n"
        )
    };
    let flag = token().args(["--client-secret-file", "pipe"]).run();
    flag.fails(3, &expected("--client-secret-file"));
    let variable = token().env("SKIA_CLIENT_SECRET_FILE", "pipe").run();
    variable.fails(3, &expected("SKIA_CLIENT_SECRET_FILE"));
    home.file("c.toml", "client_secret_file = 'pipe'\n");
    let profile = token().args(["--config", "c.toml"]).run();
    profile.fails(3, &expected("profile \"default\" of c.toml"));
    let (reader, _writer) = std::io::pipe().unwrap();
    token().args(["--client-secret-file", "-"]).stdin_from(reader).run().fails(
        3,
        "skia-auth: error: cannot read the client secret on standard input: nothing came within 1 \
         s\n",
    );
}

#[test]
fn silent_file_of_certificates_ends_with_the_timeout() {
    let home = home_with_pipes(["pipe"]);
    let server = Server::start([]).expects(0);
    let token = || {
        let url = format!("https://localhost:{}/api", server.port());
        let program = home.skia(["token", "--timeout", "1s", "--base-url", &url]);
        program.credentials().timeout_bound(TIMEOUT)
    };
    token().args(["--ca-cert", "pipe"]).run().fails(
        3,
        "skia-auth: error: the CA file pipe cannot be read: nothing came within 1 s\n\
         hint: --ca-cert takes a PEM file (-----BEGIN CERTIFICATE-----)\n",
    );
    let roots = token().env("SSL_CERT_FILE", "pipe").run();
    let expected = unavailable("the root certificates were not read within 1 s", 1, &[]);
    roots.fails(5, &expected.replace("doctor", "doctor --base-url [..]"));
}

#[test]
fn several_slow_files_share_one_timeout() {
    let home = home_with_pipes(["pipe", "slow"]);
    let server = Server::start([]).expects(0);
    let all = ["--config", "pipe", "--ca-cert", "pipe", "--client-secret-file", "pipe"];
    home.skia(["token", "--client-id", "a", "--timeout", "2s"])
        .args(all)
        .server(&server)
        .timeout_bound(2 * TIMEOUT)
        .run()
        .fails(3, "skia-auth: error: cannot read the configuration file pipe: [..]\n");
    // The configuration arrives after a second; the secret never does.
    home.sh("(sleep 1; echo \"client_id = 'a'\" > slow) & exec skia-auth \"$@\"")
        .args(["sh", "token", "--config", "slow", "--client-secret-file", "pipe"])
        .args(["--timeout", "2s"])
        .server(&server)
        .timeout_bound(2 * TIMEOUT)
        .run()
        .fails(3, "skia-auth: error: cannot read the client secret file pipe [..]\n");
}
