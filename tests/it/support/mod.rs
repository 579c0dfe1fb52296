//! The harness: a home of its own, scripted servers and proxies, and the rules that hold in every case.
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
//! `run` also checks every rule of `invariants`; dropping a `Server` checks how many requests it got (default: 1).
#![allow(dead_code, unused_imports, reason = "a harness offers more than the cases of the day use")]

mod home;
mod http;
mod invariants;
mod outcome;
mod program;
mod proxy;
mod reply;
mod server;
mod tally;
mod terminal;
mod tls;
mod tokens;
mod traces;

pub use home::Home;
pub use http::Request;
pub use outcome::Outcome;
pub use program::{Program, Running};
pub use proxy::Proxy;
pub use reply::{DOCUMENTED_200, DOCUMENTED_401, DOCUMENTED_500, Reply, live_reply};
pub use server::Server;
pub use tally::{Count, counts, forget_old_runs};
pub use terminal::{Ended, Terminal};
pub use tls::{Ca, Certificate};
pub use tokens::{DOCUMENTED_TOKEN, jwt, live_token, register_token, token_expiring_in};

/// The client id that `Program::credentials` sets.
pub const CLIENT_ID: &str = "104s3a5275a0d35e4";

/// The client secret that `Program::credentials` sets: each of its encodings (JSON, URL, base64, hex) differs from it.
pub const SECRET: &str = "s3gr3do-Que\"N1ng\\uem/Viu+42";

/// Every variable of our own that the program reads.
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

/// The longest that any program may run, in any case: beyond it, it hangs.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Whether a program is there that a case needs. Where `CI` is set it has to be; elsewhere the case is skipped, which is
/// said.
#[allow(clippy::print_stdout, reason = "a case that is skipped says so")]
pub fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|directory| directory.join(program).is_file());
    assert!(found || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// A host that no resolver is asked for: its label is longer than 63 characters (RFC 1035 §2.3.4), so that the look-up
/// fails without leaving the machine.
pub const NO_SUCH_HOST: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test";
