//! How many cases there were of each group of faults, printed at the end of a run.

use std::collections::BTreeMap;

use crate::support::*;

/// The groups, and the modules whose tests are theirs. What is in none is the last one's.
const GROUPS: [(&str, &[&str]); 7] = [
    ("answers of the server", &["answers"]),
    ("network, TLS, proxies", &["network"]),
    ("settings and arguments", &["settings", "config_init"]),
    ("cache and concurrency", &["cache", "logout"]),
    (
        "streams, signals, exec",
        &["output", "exec", "signals", "masking", "waiting", "colour", "seal"],
    ),
    ("clocks", &["clock"]),
    ("commands, documents, harness", &[]),
];

fn group_of(test: &str) -> &'static str {
    let module = test.split("::").next().unwrap_or_default();
    let group = GROUPS.iter().find(|(_, modules)| modules.contains(&module));
    group.unwrap_or(&GROUPS[GROUPS.len() - 1]).0
}

fn table(counts: &BTreeMap<String, Count>) -> String {
    let row = |name: &str, count: Count| {
        format!("{name:<30}{:>7}{:>10}{:>10}\n", count.tests, count.programs, count.requests)
    };
    let sum = |wanted: &dyn Fn(&str) -> bool| {
        let of = counts.iter().filter(|(test, _)| wanted(test)).map(|(_, count)| *count);
        of.fold(Count::default(), Count::plus)
    };
    let mut text = format!("{:<30}{:>7}{:>10}{:>10}\n", "group", "tests", "programs", "requests");
    for (name, _) in GROUPS {
        text += &row(name, sum(&|test| group_of(test) == name));
    }
    text + &row("in all", sum(&|_| true))
}

#[test]
fn groups_are_counted_apart() {
    let count = |programs, requests| Count { tests: 1, programs, requests };
    let counts = BTreeMap::from([
        ("answers::words::a".to_owned(), count(2, 3)),
        ("answers::words::b".to_owned(), count(10, 0)),
        ("clock::c".to_owned(), count(1, 1)),
        ("picture::d".to_owned(), count(1, 0)),
    ]);
    let expected = "\
group                           tests  programs  requests
answers of the server               2        12         3
network, TLS, proxies               0         0         0
settings and arguments              0         0         0
cache and concurrency               0         0         0
streams, signals, exec              0         0         0
clocks                              1         1         1
commands, documents, harness        1         1         0
in all                              4        14         4
";
    assert_eq!(table(&counts), expected);
}

/// nextest runs it last, and shows what it prints.
#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever watches the tests")]
fn cases_of_the_run() {
    let before = counts();
    let server = Server::start([Reply::json(401, DOCUMENTED_401)]);
    Home::new().skia(["login", "-q"]).credentials().server(&server).run();
    drop(server);
    let after = counts();
    if std::env::var_os("NEXTEST_RUN_ID").is_some() {
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(after["tally::cases_of_the_run"], Count { tests: 1, programs: 1, requests: 1 });
    }
    println!(
        "Every program was held against the rules of all cases, and searched for the secret:\n\n{}",
        table(&before)
    );
    forget_old_runs();
}
