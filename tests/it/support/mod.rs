//! The harness: temporary homes, scripted servers and proxies, and the invariants of every case.
//!
//! ```ignore
//! #[test]
//! fn server_that_recovers_is_asked_again() {
//!     let home = Home::new();
//!     let token = live_token();
//!     let server = Server::start([Reply::json(503, ""), live_reply(&token)]).expects(2);
//!     home.skia(["token"]).credentials().server(&server).run().ok(&format!("{token}\n"));
//!     assert_eq!(server.requests()[1].json()["ClientSecret"], SECRET);
//! }
//! ```
//!
//! `run` also checks the `invariants`, and dropping a `Server` checks how many requests it got
//! (default: 1).

use std::thread;
use std::time::{Duration, Instant};

mod home;
mod http;
mod invariants;
mod listener;
mod outcome;
mod program;
mod proxy;
mod reply;
mod server;
#[cfg(unix)]
mod terminal;
mod tls;
mod tokens;
mod traces;

pub use home::Home;
pub use http::Request;
pub use listener::{ClosedPort, Listener};
pub use outcome::{Outcome, unavailable};
pub use program::{Program, Running};
pub use proxy::Proxy;
pub use reply::{DOCUMENTED_200, DOCUMENTED_401, DOCUMENTED_500, Reply, live_reply};
pub use server::Server;
pub use tls::{Ca, Certificate};
pub use tokens::{DOCUMENTED_TOKEN, jwt, live_token, register_token, token_expiring_in};

/// The client id of `Program::credentials`.
pub const CLIENT_ID: &str = "104s3a5275a0d35e4";

/// The client secret of `Program::credentials`. Its JSON, URL, base64 and hex encodings all differ
/// from it.
pub const SECRET: &str = "s3gr3do-Que\"N1ng\\uem/Viu+42";

/// The program's own environment variables.
pub const VARIABLES: [&str; 13] = [
    "SKIA_CLIENT_ID",
    "SKIA_CLIENT_SECRET",
    "SKIA_BASE_URL",
    "SKIA_CLIENT_SECRET_FILE",
    "SKIA_SCOPE",
    "SKIA_TIMEOUT",
    "SKIA_CA_CERT",
    "SKIA_ALLOW_HTTP",
    "SKIA_PROFILE",
    "SKIA_CONFIG",
    "SKIA_CACHE_DIR",
    "SKIA_NO_CACHE",
    "SKIA_NO_MASK",
];

/// The line end of the system's shell.
pub const LINE_END: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// The system's shell with a script in its language.
pub fn shell<'a>(unix: &'a str, windows: &'a str) -> Vec<&'a str> {
    match cfg!(windows) {
        // As one argument it would be quoted, and Wine's cmd takes that for the name of a command.
        true => ["cmd", "/c"].into_iter().chain(windows.split(' ')).collect(),
        false => vec!["sh", "-c", unix],
    }
}

/// How long any wait may take. A program that runs longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until `done` returns true or the time is up. Returns what `done` returned last.
pub fn wait_until(patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        match done() {
            false if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
            is_done => return is_done,
        }
    }
}

/// Whether a program that the case needs is installed. If not, the case is skipped with a notice,
/// or fails if `CI` is set.
#[allow(clippy::print_stdout, reason = "a skipped case prints a notice")]
pub fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|directory| directory.join(program).is_file());
    assert!(found || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// A host whose look-up fails without leaving the machine: a label is longer than 63 characters
/// (RFC 1035 §2.3.4).
pub const NO_SUCH_HOST: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test";
