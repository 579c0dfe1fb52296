//! Two hundred processes at once, and a server that fails at random.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::cache_files;
use crate::support::*;

const IDENTITIES: usize = 4;
const PROCESSES: usize = 200;
/// One in this many processes of an identity has a wrong secret.
const WRONG: usize = 5;

/// The requests with one pair of client id and secret, and the tokens that were issued for it.
#[derive(Default)]
struct Account {
    /// The number of failures in a row.
    failures: u32,
    failures_in_all: usize,
    requests: usize,
    tokens: Vec<String>,
}

type Accounts = Arc<Mutex<BTreeMap<(String, String), Account>>>;

fn secret_of(id: usize) -> String {
    format!("s3gr3do-of-identity-{id}-Viu+42")
}

/// It contains the right secret, so that the search for that one finds leaks of both.
fn wrong_secret_of(id: usize) -> String {
    format!("wr0ng-{}", secret_of(id))
}

fn is_right(id: &str, secret: &str) -> bool {
    (0..IDENTITIES).any(|known| id == known.to_string() && secret == secret_of(known))
}

/// Fails three times in five, as a server or a network may, but at most four times in a row, so
/// that the test ends.
fn failure(random: &mut fastrand::Rng, account: &mut Account, answer: &Reply) -> Option<Reply> {
    let fails = account.failures < 4 && random.u32(0..5) < 3;
    account.failures = if fails { account.failures + 1 } else { 0 };
    account.failures_in_all += usize::from(fails);
    let cut = random.usize(1..answer.bytes().len());
    fails.then(|| match random.u32(0..9) {
        0 => Reply::json(500, ""),
        1 => Reply::json(502, "<html>"),
        2 => Reply::json(503, "").header("Retry-After", "0"),
        3 => Reply::json(429, "").header("Retry-After", "0"),
        4 => Reply::close(),
        5 => answer.clone().cut_at(cut),
        6 => answer.clone().reset_at(cut),
        7 => Reply::json(200, "{"),
        _ => Reply::html(404, "<html>"),
    })
}

/// A server that gives each login the right reply at some time, and records the tokens.
fn start(seed: u64, accounts: &Accounts) -> Server {
    let (random, accounts) = (Mutex::new(fastrand::Rng::with_seed(seed)), Arc::clone(accounts));
    let answer = move |request: &Request| {
        let login = request.json();
        let field = |name: &str| login[name].as_str().unwrap_or_default().to_owned();
        let (id, secret) = (field("ClientId"), field("ClientSecret"));
        let right = is_right(&id, &secret);
        let token = live_token();
        let reply = if right { live_reply(&token) } else { Reply::json(401, DOCUMENTED_401) };
        let (mut random, mut accounts) = (random.lock().unwrap(), accounts.lock().unwrap());
        let account = accounts.entry((id, secret)).or_default();
        account.requests += 1;
        if let Some(failure) = failure(&mut random, account, &reply) {
            return failure;
        }
        if right {
            account.tokens.push(token);
        }
        reply.delay(Duration::from_millis(random.u64(0..200)))
    };
    Server::start([Reply::with(answer)]).expects_any()
}

#[test]
fn each_printed_token_was_issued_for_that_secret() {
    let seed = fastrand::u64(..);
    let (home, accounts) = (Home::new(), Accounts::default());
    let server = start(seed, &accounts);
    (0..IDENTITIES).for_each(|id| home.declare_secret(&secret_of(id)));
    let running: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let (id, wrong) = (number % IDENTITIES, (number / IDENTITIES).is_multiple_of(WRONG));
            let secret = if wrong { wrong_secret_of(id) } else { secret_of(id) };
            // A waiter that gives up would log in: the timeout is long enough for a slow machine.
            let program = home.skia(["token", "--timeout", "50s"]).server(&server);
            let program =
                program.env("SKIA_CLIENT_ID", id.to_string()).env("SKIA_CLIENT_SECRET", &secret);
            (id, secret, program.spawn())
        })
        .collect();
    let outcomes: Vec<_> =
        running.into_iter().map(|(id, secret, one)| (id.to_string(), secret, one.wait())).collect();

    let accounts = accounts.lock().unwrap();
    let none = Account::default();
    for (id, secret, outcome) in &outcomes {
        let account = accounts.get(&(id.clone(), secret.clone())).unwrap_or(&none);
        let context = || format!("seed {seed}\n{outcome}");
        match outcome.code {
            Some(0) => {
                let printed = outcome.stdout();
                let token = printed.strip_suffix('\n').unwrap();
                assert!(account.tokens.iter().any(|given| given == token), "{}", context());
                assert_eq!(outcome.stderr, "", "{}", context());
            }
            // A truncated refusal is a refusal too.
            Some(4) => assert!(account.requests > 0 && !is_right(id, secret), "{}", context()),
            Some(5 | 6) => assert!(account.failures_in_all > 0, "{}", context()),
            _ => panic!("{}", context()),
        }
    }
    for id in 0..IDENTITIES {
        let of = |secret: String| accounts.get(&(id.to_string(), secret)).unwrap_or(&none);
        let (right, wrong) = (of(secret_of(id)), of(wrong_secret_of(id)));
        // One login serves all, after at most four failures. Each process with a wrong secret sends
        // at most three requests.
        assert_eq!(right.tokens.len(), 1, "seed {seed}, identity {id}");
        assert!(right.requests <= 5, "seed {seed}, identity {id}: {} requests", right.requests);
        assert!(wrong.requests <= 3 * PROCESSES / IDENTITIES / WRONG, "seed {seed}, identity {id}");
    }
    assert_eq!(cache_files(&home, "token").len(), IDENTITIES, "seed {seed}");
}
