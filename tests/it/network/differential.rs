//! Which route is chosen, compared with curl (7.88 or later: older ones know no networks in
//! NO_PROXY).

use std::thread;

use super::token;
use crate::support::{Home, Program, Proxy};

/// The number of comparisons that run at once: each waits for two processes.
const THREADS: usize = 6;

/// The variables; each is set to a proxy of its own.
const VARIABLES: [&str; 6] =
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// A condition on cases, and a reason.
type Explanation = (fn(&Case) -> bool, &'static str);

/// The intended differences.
const EXPLAINED: [Explanation; 3] = [
    (
        |case| !case.is_https() && case.names(3) && !case.names(2),
        "contract: HTTP_PROXY counts except in a CGI program; curl never reads it in upper case",
    ),
    (
        |case| case.host() == "localhost" || case.host() == "127.0.0.1",
        "contract: loopback is always direct",
    ),
    (
        |case| case.exempted == [("no_proxy", " * ")],
        "contract: NO_PROXY is trimmed; curl requires the star alone",
    ),
];

#[derive(Clone, Debug)]
struct Case {
    url: String,
    /// The indices of the `VARIABLES` that are set.
    set: Vec<usize>,
    /// The format of the values: `{}` is `127.0.0.1:PORT`.
    form: &'static str,
    exempted: Vec<(&'static str, &'static str)>,
}

impl Case {
    fn new(url: &str, set: Vec<usize>) -> Self {
        Self { url: unresolvable(url), set, form: "http://{}", exempted: Vec::new() }
    }

    fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    fn names(&self, variable: usize) -> bool {
        self.set.contains(&variable)
    }

    fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default()
    }

    fn environment(&self, proxies: &[Proxy]) -> Vec<(&'static str, String)> {
        let address = |variable: &usize| format!("127.0.0.1:{}", proxies[*variable].port());
        let value =
            |variable: &usize| (VARIABLES[*variable], self.form.replace("{}", &address(variable)));
        let exempted = self.exempted.iter().map(|(name, list)| (*name, unresolvable(list)));
        self.set.iter().map(value).chain(exempted).collect()
    }
}

/// Makes each label `skia` 64 characters long: the resolver refuses such a name without a query
/// (RFC 1035 §2.3.4), so that no look-up leaves the machine.
fn unresolvable(text: &str) -> String {
    text.replace("skia", &"skia".repeat(16)).replace("SKIA", &"SKIA".repeat(16))
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // Every subset of the variables of a scheme; to some, those of the other scheme are added.
    for (url, four, others) in [
        ("https://api.skia.test/api", [0, 1, 4, 5], [2, 3]),
        ("http://api.skia.test/api", [2, 3, 4, 5], [0, 1]),
    ] {
        for subset in 0..16 {
            let set: Vec<usize> =
                (0..4).filter(|bit| subset >> bit & 1 == 1).map(|bit| four[bit]).collect();
            cases.push(Case::new(url, set.clone()));
            if subset % 3 == 0 {
                cases.push(Case::new(url, [set, others.to_vec()].concat()));
            }
        }
    }
    for form in
        ["{}", "{}/", "HTTP://{}", "http://user:word@{}/", "user@{}", "http://{}/path?query#x"]
    {
        cases.push(Case { form, ..Case::new("https://api.skia.test/api", vec![0]) });
        cases.push(Case { form, ..Case::new("http://api.skia.test:8080/api", vec![2]) });
    }
    for url in ["https://localhost:1/api", "http://127.0.0.1:1/api"] {
        cases.push(Case::new(url, vec![0, 2]));
    }
    for list in [
        "api.skia.test",
        "skia.test",
        ".skia.test",
        "test",
        ".test",
        "kia.test",
        "pi.skia.test",
        "x.api.skia.test",
        "API.SKIA.TEST",
        "*",
        " * ",
        "x,*",
        "*.skia.test",
        "api.skia.test:443",
        " api.skia.test ",
        "x, api.skia.test",
        "x , skia.test , y",
        "x skia.test",
        "x\tskia.test",
        ",,skia.test,,",
        "skia.test.",
        ".",
        ",",
        "",
    ] {
        for url in ["https://api.skia.test/api", "http://skia.test/api"] {
            let proxied = Case::new(url, vec![0, 2]);
            cases.push(Case { exempted: vec![("no_proxy", list)], ..proxied });
        }
    }
    for (list, other) in [("skia.test", "x"), ("x", "skia.test"), ("", "skia.test"), ("*", "")] {
        let proxied = Case::new("https://api.skia.test/api", vec![0]);
        cases.push(Case { exempted: vec![("NO_PROXY", list)], ..proxied.clone() });
        cases.push(Case { exempted: vec![("no_proxy", list), ("NO_PROXY", other)], ..proxied });
    }
    // Port 1 of this machine refuses connections.
    for list in [
        "0.0.0.0",
        "0.0.0.0/8",
        "0.0.0.0/32",
        "0.0.0.1",
        "10.0.0.0/8",
        "0.0.0.0:1",
        ".0.0.0",
        "0.0.0.0/33",
    ] {
        let proxied = Case::new("https://0.0.0.0:1/api", vec![0]);
        cases.push(Case { exempted: vec![("no_proxy", list)], ..proxied });
    }
    cases
}

/// The variable whose proxy was used since the counts were taken.
fn used(proxies: &[Proxy], before: &[usize]) -> &'static str {
    let mut used = (0..proxies.len()).filter(|at| proxies[*at].connections() > before[*at]);
    let first = used.next().map_or("direct", |at| VARIABLES[at]);
    assert_eq!(used.next(), None, "more than one proxy was used");
    first
}

/// The routes of curl and of this program.
fn compare(home: &Home, proxies: &[Proxy], case: &Case) -> (&'static str, &'static str) {
    let counts = || proxies.iter().map(|proxy| proxy.connections()).collect::<Vec<_>>();
    let environment = case.environment(proxies);
    let before = counts();
    // Without the harness's default proxy, also in the cases that set none.
    let direct = |program: Program| program.env_remove("ALL_PROXY");
    let curl = home.program("curl", ["-s", "-m", "2", "-o", "/dev/null", "-d", "x", &case.url]);
    environment.iter().fold(direct(curl), |program, (name, value)| program.env(name, value)).run();
    let theirs = used(proxies, &before);
    let before = counts();
    let ours = token(home, &case.url).args([
        "--allow-http",
        "--no-cache",
        "--retries",
        "0",
        "--timeout",
        "5s",
    ]);
    let outcome = environment
        .iter()
        .fold(direct(ours), |program, (name, value)| program.env(name, value))
        .run();
    assert!(matches!(outcome.code, Some(4..=6)), "{case:?}\n{outcome}");
    (theirs, used(proxies, &before))
}

#[test]
fn proxies_are_chosen_as_curl_chooses_them() {
    let cases = cases();
    assert!(cases.len() >= 100, "{}", cases.len());
    let compared: Vec<(Case, &str, &str)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let cases = &cases;
                scope.spawn(move || {
                    let home = Home::new();
                    let proxies: Vec<Proxy> =
                        VARIABLES.iter().map(|_| Proxy::refusing(403)).collect();
                    let mine = cases.iter().skip(worker).step_by(THREADS);
                    mine.map(|case| {
                        let (theirs, ours) = compare(&home, &proxies, case);
                        (case.clone(), theirs, ours)
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let differs = |(case, theirs, ours): &(Case, &str, &str)| {
        let explained = EXPLAINED.iter().any(|(fits, _)| fits(case));
        let what = if explained { "is no difference" } else { "is not intended" };
        // A reason without a difference is out of date.
        (explained != (theirs != ours))
            .then(|| format!("curl: {theirs}, skia-auth: {ours}, which {what}: {case:?}"))
    };
    let wrong: Vec<String> = compared.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), compared.len(), wrong.join("\n"));
}
