//! The outcome of each answer that a server, a proxy or an attacker may send.

mod refusals;
mod retries;
mod strangers;
mod success;
mod words;

use std::thread;

use crate::support::*;

const HINT: &str = "check the client id (from SKIA_CLIENT_ID; it is the example of the \
    documentation) and the client secret (from SKIA_CLIENT_SECRET)";

/// One call from a new home to a server that must get this number of requests.
#[track_caller]
fn ask(arguments: &[&str], script: impl IntoIterator<Item = Reply>, requests: usize) -> Outcome {
    let server = Server::start(script).expects(requests);
    Home::new().skia(arguments).credentials().server(&server).run()
}

/// Runs a case for every row in parallel. The failure names the rows that failed.
fn each<T: Send>(rows: impl IntoIterator<Item = (&'static str, T)>, case: impl Fn(T) + Sync) {
    let case = &case;
    let failed: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> =
            rows.into_iter().map(|(name, row)| (name, scope.spawn(move || case(row)))).collect();
        let failure = |panic: Box<dyn std::any::Any + Send>| match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
        };
        let ended = running.into_iter().map(|(name, row)| (name, row.join()));
        ended.filter_map(|(name, end)| Some(format!("{name}: {}", failure(end.err()?)))).collect()
    });
    assert!(failed.is_empty(), "{} rows failed:\n\n{}", failed.len(), failed.join("\n"));
}

/// The standard error for refused credentials.
fn refused(status: u16, said: &[&str]) -> String {
    let said: String = said.iter().map(|line| format!("server: {line}\n")).collect();
    format!(
        "skia-auth: error: 127.0.0.1 refused the credentials (HTTP {status})\n{said}hint: {HINT}\n"
    )
}

/// The standard error for a redirect to this address.
fn redirected(status: u16, target: &str) -> String {
    let what = "127.0.0.1 answered with a redirect";
    let hint = "if that is your environment, use it as the base URL";
    error(&format!("{what} (HTTP {status}), which is not followed"))
        + &format!("hint: the redirect points to {target}: {hint}\n")
}

fn error(what: &str) -> String {
    format!("skia-auth: error: {what}\n")
}

/// An answer with HTTP 200 and a JSON object of these fields.
fn with_fields(fields: &str) -> Reply {
    Reply::json(200, format!("{{{fields}}}"))
}

/// An answer as exact bytes: status line, header and body.
fn raw(head: &str, body: impl AsRef<[u8]>) -> Reply {
    Reply::raw([head.as_bytes(), b"\r\n", body.as_ref()].concat())
}
