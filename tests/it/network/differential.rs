//! Which way is taken, compared with the real curl (7.88 or later: networks in NO_PROXY are that young).

use std::thread;

use super::token;
use crate::support::{Home, Proxy};

/// How many comparisons run at once: each waits for two processes.
const THREADS: usize = 6;

/// The variables, in the order of the proxies that they are set to.
const VARIABLES: [&str; 6] =
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// Which cases, and why.
type Explanation = (fn(&Case) -> bool, &'static str);

/// Where the two differ on purpose.
const EXPLAINED: [Explanation; 3] = [
    (
        |case| !case.is_https() && case.names(3) && !case.names(2),
        "contract: HTTP_PROXY counts in upper case too; curl fears it everywhere, we only in a CGI program",
    ),
    (
        |case| case.host() == "localhost" || case.host() == "127.0.0.1",
        "contract: loopback is always direct",
    ),
    (
        |case| case.excepted == [("no_proxy", " * ")],
        "contract: NO_PROXY is trimmed; curl wants the star quite alone",
    ),
];

#[derive(Clone, Debug)]
struct Case {
    url: String,
    /// Which of `VARIABLES` are set, by their place.
    set: Vec<usize>,
    /// How the value is written: `{}` is `127.0.0.1:PORT`.
    form: &'static str,
    excepted: Vec<(&'static str, &'static str)>,
}

impl Case {
    fn new(url: &str, set: Vec<usize>) -> Self {
        Self { url: url.into(), set, form: "http://{}", excepted: Vec::new() }
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
        let excepted = self.excepted.iter().map(|(name, list)| (*name, (*list).to_owned()));
        self.set.iter().map(value).chain(excepted).collect()
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // Every set of the variables that a scheme looks at; those of the other scheme beside them.
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
            cases.push(Case { excepted: vec![("no_proxy", list)], ..proxied });
        }
    }
    for (list, other) in [("skia.test", "x"), ("x", "skia.test"), ("", "skia.test"), ("*", "")] {
        let proxied = Case::new("https://api.skia.test/api", vec![0]);
        cases.push(Case { excepted: vec![("NO_PROXY", list)], ..proxied.clone() });
        cases.push(Case { excepted: vec![("no_proxy", list), ("NO_PROXY", other)], ..proxied });
    }
    // 0.0.0.0 is an address that nobody listens on, and that is refused at once.
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
        cases.push(Case { excepted: vec![("no_proxy", list)], ..proxied });
    }
    cases
}

/// The variable whose proxy was asked since the counts were taken.
fn asked(proxies: &[Proxy], before: &[usize]) -> &'static str {
    let mut asked = (0..proxies.len()).filter(|at| proxies[*at].connections() > before[*at]);
    let first = asked.next().map_or("direct", |at| VARIABLES[at]);
    assert_eq!(asked.next(), None, "more than one proxy was asked");
    first
}

/// Which way curl and which way this program goes.
fn compare(home: &Home, proxies: &[Proxy], case: &Case) -> (&'static str, &'static str) {
    let counts = || proxies.iter().map(|proxy| proxy.connections()).collect::<Vec<_>>();
    let environment = case.environment(proxies);
    let before = counts();
    let curl = home.program("curl", ["-s", "-m", "2", "-o", "/dev/null", "-d", "x", &case.url]);
    environment.iter().fold(curl, |program, (name, value)| program.env(name, value)).run();
    let theirs = asked(proxies, &before);
    let before = counts();
    let ours = token(home, &case.url).args([
        "--allow-http",
        "--no-cache",
        "--retries",
        "0",
        "--timeout",
        "5s",
    ]);
    let outcome =
        environment.iter().fold(ours, |program, (name, value)| program.env(name, value)).run();
    assert!(matches!(outcome.code, Some(4..=6)), "{case:?}\n{outcome}");
    (theirs, asked(proxies, &before))
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
        let what = if explained { "needs no explanation" } else { "is not explained" };
        // An explanation that explains nothing any more is as wrong as a missing one.
        (explained != (theirs != ours))
            .then(|| format!("curl {theirs}, we {ours}, which {what}: {case:?}"))
    };
    let wrong: Vec<String> = compared.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), compared.len(), wrong.join("\n"));
}
