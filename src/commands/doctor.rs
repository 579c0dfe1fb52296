//! `doctor`: everything between a person and a token, checked one after the other, with a way to mend what fails.

use std::time::Instant;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::Outcome;
use super::source::Source;
use crate::acquire::{Clock, Need, acquire};
use crate::api;
use crate::cli::{ConnectionArgs, DoctorArgs, ReportFormat, SharedArgs};
use crate::env;
use crate::error::{Failure, Kind, shell_quote};
use crate::http::proxy::{self, Route};
use crate::http::{self, Progress, Stage};
use crate::model::time::{humane, parse_http_date};
use crate::output::json_report;
use crate::report::sanitize::one_line;
use crate::report::{Reporter, Warning};
use crate::settings::secret_source::oddities;
use crate::settings::{CachePlace, Layers, Settings};

pub fn run(
    args: &DoctorArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    let mut checkup = Checkup { checks: Vec::new(), clock, reporter, began: Instant::now() };
    // A check that fails ends what depends on it: the rest would only repeat the complaint.
    let source = if args.connection.sandbox {
        Some(checkup.sandbox(&args.connection, shared)?)
    } else {
        checkup.settings(args, shared).map(Source::of)
    };
    if let Some(mut source) = source
        && checkup.way_to_the_server(&source.settings).is_some()
        && args.login
    {
        // Nothing is cached: a doctor leaves things as they are.
        source.settings.cache = CachePlace::Off("doctor");
        source.settings.timeout = source.settings.timeout.saturating_sub(checkup.began.elapsed());
        checkup.login(&source.settings);
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
    /// What is wrong, if anything: who has to act, and how.
    fault: Option<(Kind, String)>,
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
        self.checks.push(Check { name, detail: detail.into(), fault: None });
    }

    fn failed(&mut self, name: &'static str, failure: &Failure) {
        let fix =
            failure.hints.first().cloned().unwrap_or_else(|| default_fix(failure.kind).to_owned());
        let mut detail = failure.message.clone();
        if !failure.server_messages.is_empty() {
            detail = format!("{detail}; server: {}", failure.server_messages.join("; "));
        }
        self.checks.push(Check { name, detail, fault: Some((failure.kind, fix)) });
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

    fn settings(&mut self, args: &DoctorArgs, shared: &SharedArgs) -> Option<Settings> {
        let layers = Layers::resolve(&args.connection, shared, &self.reporter.silent());
        let layers = self.keep("configuration", layers, |layers| match &layers.config_file {
            Some((file, Ok(()))) => {
                format!("{}, profile {:?}", file.value.display(), layers.profile.value)
            }
            Some((file, Err(_))) => {
                format!("no file {}: the environment alone", file.value.display())
            }
            None => "no place for a file: the environment alone".to_owned(),
        })?;
        if let Some((file, Ok(()))) = &layers.config_file {
            match &layers.exposed_config_file {
                None => self.passed("file mode", "other users cannot read a secret there"),
                Some(path) => {
                    let failure = Failure::config(format!(
                        "other users can read the secret in {}",
                        path.display()
                    ));
                    self.failed(
                        "file mode",
                        &failure
                            .hint(format!("chmod go-rwx {}", shell_quote(file.value.display()))),
                    );
                }
            }
        }
        let destination = layers.check_destination();
        self.keep("base URL", destination, |()| {
            format!("{} (from {})", layers.base_url.value, layers.base_url.provenance)
        });
        let settings = self.keep("credentials", layers.complete(), |settings| {
            let secret = &settings.client_secret;
            #[expect(clippy::disallowed_methods, reason = "its form is described")]
            let odd = oddities(secret.value.expose());
            let odd =
                if odd.is_empty() { String::new() } else { format!("; it {}", odd.join(" and ")) };
            format!(
                "client id from {}, client secret ({}) from {}{odd}",
                settings.client_id,
                secret.value.length(),
                secret.provenance
            )
        })?;
        let cache = match &settings.cache {
            CachePlace::Directory(directory) => format!("in {}", directory.display()),
            CachePlace::Off(why) => format!("off ({why})"),
        };
        self.passed("cache", cache);
        Some(settings)
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
    fn way_to_the_server(&mut self, settings: &Settings) -> Option<()> {
        let base_url = &settings.identity.base_url;
        let route = proxy::route(&env::text, base_url);
        let route = self.keep("proxy", route, Route::describe)?;
        let trust = settings.trust(settings.timeout);
        let trust = match trust {
            Ok(trust) => trust,
            Err(failure) => {
                self.failed("certificates", &failure);
                return None;
            }
        };
        let deadline = self.began + settings.timeout;
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
        let endpoint = api::check_endpoint(&reply, base_url, &settings.client_secret.value);
        let found =
            self.keep("endpoint", endpoint, |()| format!("{} answers", base_url.login_url()));
        self.server_clock(&reply);
        found
    }

    fn server_clock(&mut self, reply: &http::Reply) {
        let now: Timestamp = (self.clock)();
        match reply.date.as_deref().and_then(parse_http_date) {
            None => self.passed("clock", "the server does not say what time it is"),
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
                        &failure.hint("set the clock, for instance: timedatectl set-ntp true"),
                    );
                }
            }
        }
    }

    fn login(&mut self, settings: &Settings) {
        let acquired = acquire(settings, Need::New, self.clock, &self.reporter.silent());
        let now = (self.clock)();
        self.keep("login", acquired, |acquired| {
            let left = acquired.grant.expiry.seconds_left(acquired.server_now(now));
            match left {
                Some(left) if left > 0 => {
                    format!("accepted, with a token that is valid for {}", humane(left))
                }
                _ => "accepted".to_owned(),
            }
        });
    }

    fn exit_code(&self) -> u8 {
        let first = self.checks.iter().find_map(|check| check.fault.as_ref());
        first.map_or(0, |(kind, _)| kind.exit_code())
    }

    fn text(&self) -> String {
        let width = self.checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for Check { name, detail, fault } in &self.checks {
            let mark = if fault.is_none() { '✓' } else { '✗' };
            text.push_str(&format!("{mark} {name:width$}  {}\n", one_line(detail)));
            if let Some((_, fix)) = fault {
                text.push_str(&format!("  {:width$}  fix: {}\n", "", one_line(fix)));
            }
        }
        text
    }

    fn json(&self) -> String {
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|Check { name, detail, fault }| {
                let fix = fault.as_ref().map(|(_, fix)| fix);
                json!({"name": name, "ok": fault.is_none(), "detail": detail, "fix": fix})
            })
            .collect();
        json_report(&json!({ "checks": checks }))
    }
}

/// What to do where a failure brings no hint of its own.
fn default_fix(kind: Kind) -> &'static str {
    match kind {
        Kind::Unavailable => "check the network, the proxy and the firewall; then try again",
        Kind::Rejected => "check the client id and the client secret with whoever issued them",
        Kind::Protocol => "check the base URL: skia-auth config show",
        _ => "skia-auth config show tells where each value comes from",
    }
}
