//! What the program makes of each answer that a server, a proxy or an enemy may give.

mod refusals;
mod retries;
mod strangers;
mod success;
mod words;

use std::thread;

use crate::support::*;

const HINT: &str = "check the client id (from SKIA_CLIENT_ID; it is the example of the documentation) and the client secret (from SKIA_CLIENT_SECRET)";

/// One call in a home of its own, to a server that has to get this number of requests.
#[track_caller]
fn ask(arguments: &[&str], script: impl IntoIterator<Item = Reply>, requests: usize) -> Outcome {
    let server = Server::start(script).expects(requests);
    Home::new().skia(arguments).credentials().server(&server).run()
}

/// Runs a case for every row, all at once. The failure names the rows that failed.
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

/// What is said of refused credentials.
fn refused(status: u16, said: &[&str]) -> String {
    let said: String = said.iter().map(|line| format!("server: {line}\n")).collect();
    format!(
        "skia-auth: error: 127.0.0.1 refused the credentials (HTTP {status})\n{said}hint: {HINT}\n"
    )
}

fn error(what: &str) -> String {
    format!("skia-auth: error: {what}\n")
}

/// A success with these fields in the place of the usual ones.
fn with_fields(fields: &str) -> Reply {
    Reply::json(200, format!("{{{fields}}}"))
}

/// An answer byte for byte: status line, header and body.
fn raw(head: &str, body: impl AsRef<[u8]>) -> Reply {
    Reply::raw([head.as_bytes(), b"\r\n", body.as_ref()].concat())
}
