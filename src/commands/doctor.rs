//! `doctor`: checks everything that a login needs, and gives a fix for each check that fails.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::Outcome;
use super::source::Source;
use crate::acquire::{Clock, Need, acquire};
use crate::api;
use crate::cache;
use crate::cli::{ConnectionArgs, DoctorArgs, ReportFormat, SharedArgs};
use crate::env;
use crate::error::{Failure, Kind, reason};
use crate::http::proxy::{self, Route};
use crate::http::{self, Progress, Stage};
use crate::model::base_url::BaseUrl;
use crate::model::provenance::{Provenance, Setting};
use crate::model::secret::Secret;
use crate::model::time::humane;
use crate::output::json_report;
use crate::platform::advice::{self, shell_quote};
use crate::platform::files;
use crate::report::sanitize::one_line;
use crate::report::{Reporter, Warning};
use crate::settings::secret_source::{ClientSecret, oddities};
use crate::settings::{self, CachePlace, Layers, Settings};

pub fn run(
    args: &DoctorArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let mut checkup = Checkup { checks: Vec::new(), clock, reporter, began: Instant::now() };
    let (layers, source) = if args.connection.sandbox {
        (None, Some(checkup.sandbox(&args.connection, shared)?))
    } else {
        let layers = checkup.layers(args, shared);
        let settings = layers.as_ref().and_then(|layers| checkup.settings(layers));
        (layers, settings.map(Source::of))
    };
    let settings = source.as_ref().map(|source| &source.settings);
    let secret = settings.and_then(|settings| settings.client_secret.value.known());
    let secret = secret.cloned().unwrap_or_else(|| Secret::new(String::new()));
    let reached = match (&layers, settings) {
        (Some(Layers { base_url, ca_cert, timeout, .. }), _) => {
            let ca_cert = ca_cert.as_ref().map(|setting| setting.value.as_path());
            checkup.way_to_the_server(&base_url.value, ca_cert, timeout.value, &secret)
        }
        (None, Some(Settings { identity, timeout, .. })) => {
            checkup.way_to_the_server(&identity.base_url, None, *timeout, &secret)
        }
        (None, None) => None,
    };
    if args.login {
        match source.filter(|_| reached.is_some()) {
            Some(source) => checkup.login(source.settings),
            None => {
                let failure = Failure::config("not tried, because an earlier check failed");
                checkup.failed("login", &failure.hint("repair what failed above"));
            }
        }
    }
    let report = match args.report.output.unwrap_or_default() {
        ReportFormat::Text => checkup.text(),
        ReportFormat::Json => checkup.json(),
    };
    Ok(Outcome::of(report).exit_code(checkup.exit_code()))
}

struct Check {
    name: &'static str,
    detail: String,
    verdict: Verdict,
}

enum Verdict {
    Passed,
    /// This system does not allow the check.
    NotChecked,
    /// Who has to act, and how.
    Failed(Kind, String),
}

struct Checkup<'a> {
    checks: Vec<Check>,
    clock: Clock,
    reporter: &'a Reporter,
    /// The time for the whole call is counted from here.
    began: Instant,
}

impl Checkup<'_> {
    fn passed(&mut self, name: &'static str, detail: impl Into<String>) {
        self.checks.push(Check { name, detail: detail.into(), verdict: Verdict::Passed });
    }

    fn not_checked(&mut self, name: &'static str, detail: impl Into<String>) {
        self.checks.push(Check { name, detail: detail.into(), verdict: Verdict::NotChecked });
    }

    fn failed(&mut self, name: &'static str, failure: &Failure) {
        let fix =
            failure.hints.first().cloned().unwrap_or_else(|| default_fix(failure.kind).to_owned());
        let mut detail = failure.message.clone();
        if !failure.server_messages.is_empty() {
            detail = format!("{detail}; server: {}", failure.server_messages.join("; "));
        }
        self.checks.push(Check { name, detail, verdict: Verdict::Failed(failure.kind, fix) });
    }

    /// Records a result, and hands on its value.
    fn keep<T>(
        &mut self,
        name: &'static str,
        result: Result<T, Failure>,
        detail: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                let detail = detail(&value);
                self.passed(name, detail);
                Some(value)
            }
            Err(failure) => {
                self.failed(name, &failure);
                None
            }
        }
    }

    fn layers(&mut self, args: &DoctorArgs, shared: &SharedArgs) -> Option<Layers> {
        let layers = Layers::resolve(&args.connection, shared, &self.reporter.silent());
        self.keep("configuration", layers, |layers| match &layers.config_file {
            Some((file, Ok(()))) => {
                format!("{}, profile \"{}\"", file.value.display(), layers.profile.value)
            }
            Some((file, Err(why))) => {
                format!("{} ({why}): the environment alone", file.value.display())
            }
            None => "no place for a file: the environment alone".to_owned(),
        })
    }

    fn settings(&mut self, layers: &Layers) -> Option<Settings> {
        if let Some(detail) = advice::ACCESS_NOT_CHECKED {
            self.not_checked("file access", detail);
        }
        if let Some((file, Ok(()))) = &layers.config_file
            && files::access(&file.value).is_some()
        {
            match &layers.exposed_config_file {
                None => self.passed("file mode", "other users cannot read a secret there"),
                Some(path) => {
                    let path = path.display();
                    let what = format!("other users can read the secret in {path}");
                    let fix = format!("chmod go-rwx {}", shell_quote(path));
                    self.failed("file mode", &Failure::config(what).hint(fix));
                }
            }
        }
        if let Some((path, access)) = layers.secret_file() {
            let (path, quoted) = (path.display(), shell_quote(path.display()));
            if access.others_can_write() {
                let failure = Failure::config(format!("other users can write {path}"));
                self.failed("secret file", &failure.hint(format!("chmod go-w {quoted}")));
            } else {
                self.passed(
                    "secret file",
                    match (access.is_foreign, access.others_can_read()) {
                        (true, _) => format!("another user owns {path}, and can read and write it"),
                        (false, true) => format!("other users can read {path}"),
                        (false, false) => format!("other users cannot read {path}"),
                    },
                );
            }
        }
        let destination = layers.check_destination();
        let destination = self.keep("base URL", destination, |()| {
            format!("{} (from {})", layers.base_url.value, layers.base_url.provenance)
        });
        let settings = match destination {
            Some(()) => self.keep("credentials", layers.complete(), |settings| {
                credentials(&settings.client_id, &settings.client_secret)
            }),
            None => {
                let found = layers.credentials();
                self.keep("credentials", found, |(_, id, secret)| credentials(id, secret));
                None
            }
        };
        self.cache(layers);
        settings
    }

    fn cache(&mut self, layers: &Layers) {
        let directory = match &layers.cache.value {
            CachePlace::Directory(directory) => directory,
            CachePlace::Off(why) => return self.passed("cache", format!("off ({why})")),
        };
        let shown = directory.display();
        let tried = cache::try_out(directory, layers.identity().as_ref()).map_err(|error| {
            let failure = Failure::config(format!("{shown} cannot be used: {}", reason(&error)));
            failure.hint(format!(
                "let this user alone own and write it, or set {} to another directory",
                env::CACHE_DIR
            ))
        });
        self.keep("cache", tried, |()| format!("in {shown}"));
    }

    /// The sandbox brings its own credentials, and no file and no variable counts.
    fn sandbox(&mut self, typed: &ConnectionArgs, shared: &SharedArgs) -> Result<Source> {
        let source = Source::open(typed, shared, &self.reporter.silent())?;
        self.passed("configuration", "none: a sandbox brings its own");
        self.passed(
            "base URL",
            format!("{} (from the sandbox)", source.settings.identity.base_url),
        );
        Ok(source)
    }

    /// Connects once, without the credentials, and reports each stage.
    fn way_to_the_server(
        &mut self,
        base_url: &BaseUrl,
        ca_cert: Option<&Path>,
        timeout: Duration,
        secret: &Secret,
    ) -> Option<()> {
        let route = proxy::route(&env::text, base_url);
        let route = self.keep("proxy", route, Route::describe)?;
        let trust = match settings::trust(ca_cert, timeout) {
            Ok(trust) => trust,
            Err(failure) => {
                self.failed("certificates", &failure);
                return None;
            }
        };
        let deadline = self.began + timeout;
        let request = http::Request { base_url, route: &route, trust: &trust, body: &[], deadline };
        let mut steps = Vec::new();
        let reply = http::probe(&request, &mut |progress| steps.push(progress));
        for Progress { step, .. } in &steps {
            if step.stage() != Stage::Exchange {
                self.passed(step.stage().name(), step.to_string());
            }
        }
        let reply = match reply {
            Ok(reply) => reply,
            Err(failed) => {
                self.failed(failed.stage.name(), &failed.failure);
                return None;
            }
        };
        let endpoint = api::check_endpoint(&reply, base_url, secret);
        let found =
            self.keep("endpoint", endpoint, |()| format!("{} answers", base_url.login_url()));
        self.server_clock(&reply);
        found
    }

    fn server_clock(&mut self, reply: &http::Reply) {
        let now: Timestamp = (self.clock)();
        match api::server_time(reply) {
            None => self.passed("clock", "not compared: the reply has no valid Date"),
            Some(date) => {
                let server_ahead = api::clock_offset(Some(date), now);
                if !api::is_notable(server_ahead) {
                    let amount = humane(server_ahead);
                    self.passed("clock", format!("{amount} from the server's"));
                } else {
                    let warning = Warning::ClockOff { server_ahead };
                    let failure = Failure::config(warning.to_string());
                    self.failed(
                        "clock",
                        &failure
                            .hint(format!("set the clock, for instance: {}", advice::SET_CLOCK)),
                    );
                }
            }
        }
    }

    fn login(&mut self, mut settings: Settings) {
        // Nothing is cached: `doctor` leaves things as they are.
        settings.cache = CachePlace::Off("doctor");
        settings.timeout = settings.timeout.saturating_sub(self.began.elapsed());
        let acquired = acquire(&settings, Need::New, self.clock, &self.reporter.silent());
        let now = (self.clock)();
        self.keep("login", acquired, |acquired| match acquired.seconds_left(now) {
            Some(left) if left > 0 => {
                format!("accepted, with a token that is valid for {}", humane(left))
            }
            _ => "accepted".to_owned(),
        });
    }

    fn exit_code(&self) -> u8 {
        let first = self.checks.iter().find_map(|check| match check.verdict {
            Verdict::Failed(kind, _) => Some(kind),
            Verdict::Passed | Verdict::NotChecked => None,
        });
        first.map_or(0, Kind::exit_code)
    }

    fn text(&self) -> String {
        let width = self.checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
        let mut text = String::new();
        let (mut count, mut failed) = (0, 0);
        for Check { name, detail, verdict } in &self.checks {
            let mark = match verdict {
                Verdict::Passed => '✓',
                Verdict::NotChecked => '-',
                Verdict::Failed(..) => '✗',
            };
            text.push_str(&format!("{mark} {name:width$}  {}\n", one_line(detail)));
            if let Verdict::Failed(_, fix) = verdict {
                text.push_str(&format!("  {:width$}  fix: {}\n", "", one_line(fix)));
                failed += 1;
            }
            count += usize::from(!matches!(verdict, Verdict::NotChecked));
        }
        text + &match failed {
            0 => format!("all {count} checks passed\n"),
            failed => {
                let exit_code = self.exit_code();
                format!("{failed} of {count} checks failed; exit code {exit_code}\n")
            }
        }
    }

    fn json(&self) -> String {
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|Check { name, detail, verdict }| {
                let (ok, fix) = match verdict {
                    Verdict::Passed => (Some(true), None),
                    Verdict::NotChecked => (None, None),
                    Verdict::Failed(_, fix) => (Some(false), Some(fix)),
                };
                json!({"name": name, "ok": ok, "detail": detail, "fix": fix})
            })
            .collect();
        json_report(&json!({ "checks": checks }))
    }
}

/// Where the credentials came from, and what the secret looks like.
fn credentials(client_id: &Provenance, client_secret: &Setting<ClientSecret>) -> String {
    let (form, odd) = match client_secret.value.known() {
        #[expect(clippy::disallowed_methods, reason = "its form is described")]
        Some(secret) => (secret.length(), oddities(secret.expose())),
        None => ("of a command, which was not run".to_owned(), Vec::new()),
    };
    let odd = if odd.is_empty() { String::new() } else { format!("; it {}", odd.join(" and ")) };
    let provenance = &client_secret.provenance;
    format!("client id from {client_id}, client secret ({form}) from {provenance}{odd}")
}

/// What to do where a failure brings no hint of its own.
fn default_fix(kind: Kind) -> &'static str {
    match kind {
        Kind::Unavailable => "check the network, the proxy and the firewall; then try again",
        Kind::Rejected => "compare the client id and the client secret with those that Skia issued",
        Kind::Protocol => api::CHECK_BASE_URL,
        _ => "correct that, then run skia-auth doctor again",
    }
}
