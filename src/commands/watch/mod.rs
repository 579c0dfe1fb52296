//! `token --watch`: keeps the file of `--to-file` fresh until it is stopped.

mod schedule;

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use self::schedule::{Reading, Schedule, Step, Validity};
use super::Outcome;
use super::deliver::{check_target, deliver};
use super::source::Source;
use crate::acquire::{Clock, Need};
use crate::api::Login;
use crate::cli::{SharedArgs, TokenArgs};
use crate::env;
use crate::error::{Failure, Kind, reason};
use crate::model::identity::Identity;
use crate::model::time::rfc3339;
use crate::platform::service::{self, Order};
use crate::platform::{private_fs, stdio, threads};
use crate::report::{Note, Renewal, Reporter, Warning};
use crate::settings::config_path;

/// How often the loop looks at the clocks while a login is in progress.
const POLL: Duration = Duration::from_secs(10);

type LoggedIn = Result<(Login, Identity)>;

enum Event {
    Order(Order),
    /// A login has ended, or its thread has panicked.
    LoggedIn(thread::Result<LoggedIn>),
}

pub fn run(
    args: &TokenArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: &Reporter,
) -> Result<Outcome> {
    check_sources(args, shared)?;
    stdio::outlive_stderr_reader().context("cannot start a thread")?;
    let (sender, events) = mpsc::channel();
    let orders = sender.clone();
    service::receive_orders(move |order| drop(orders.send(Event::Order(order))))
        .context("cannot handle signals")?;
    let logins = start_logins(args, shared, clock, *reporter, sender)?;
    let watch =
        Watch { args, reporter, clock, began: Instant::now(), schedule: None, wants_new: false };
    watch.serve(&logins, &events)
}

/// Refuses a secret and a configuration file that cannot be read a second time.
fn check_sources(args: &TokenArgs, shared: &SharedArgs) -> Result<()> {
    // A shell's `<(…)` is a descriptor.
    let once = |path: &Path| match path.as_os_str() == "-" {
        true => Some("standard input"),
        false => private_fs::is_descriptor(path).then_some("an open descriptor"),
    };
    let typed = args.connection.client_secret_file.clone();
    if let Some(source) =
        typed.or_else(|| env::path(env::CLIENT_SECRET_FILE)).as_deref().and_then(once)
    {
        let message = format!("--watch reads the client secret again, and {source} only once");
        bail!(Failure::usage(message).hint("name a file: --client-secret-file PATH"));
    }
    let config = config_path(shared)?;
    if let Some(source) = config.as_ref().and_then(|path| once(&path.value)) {
        let message = format!("--watch reads the configuration file again, and {source} only once");
        bail!(Failure::usage(message).hint("name a file: --config FILE"));
    }
    Ok(())
}

/// Starts the one thread that logs in. A thread for each login would let the heap grow: the
/// allocator gives threads heaps of their own.
fn start_logins(
    args: &TokenArgs,
    shared: &SharedArgs,
    clock: Clock,
    reporter: Reporter,
    events: Sender<Event>,
) -> Result<Sender<Need>> {
    let (sender, needs) = mpsc::channel();
    let (connection, shared) = (args.connection.clone(), shared.clone());
    let log_in = move |need| {
        let source = Source::open(&connection, &shared, &reporter)?;
        let login = source.acquire(need, clock, &reporter)?;
        Ok((login, source.settings.identity))
    };
    let work = move || {
        for need in needs {
            let ended = panic::catch_unwind(AssertUnwindSafe(|| log_in(need)));
            if events.send(Event::LoggedIn(ended)).is_err() {
                break;
            }
        }
    };
    threads::spawn(work).context("cannot start a thread")?;
    Ok(sender)
}

struct Watch<'a> {
    args: &'a TokenArgs,
    reporter: &'a Reporter,
    clock: Clock,
    began: Instant,
    /// `None` before the first token.
    schedule: Option<Schedule>,
    /// Whether a login is ordered that must not take a cached token.
    wants_new: bool,
}

impl Watch<'_> {
    fn serve(mut self, logins: &Sender<Need>, events: &Receiver<Event>) -> Result<Outcome> {
        let mut in_progress: Option<(Need, Reading)> = None;
        loop {
            let wait = match self.next(in_progress.is_some()) {
                Next::Wait(wait) => wait,
                Next::LogIn(need) => {
                    check_target(&self.args.delivery)?;
                    in_progress = Some((need, self.now()));
                    if matches!(need, Need::New) {
                        self.wants_new = false;
                    }
                    logins.send(need).map_err(|_| anyhow!("the thread of the logins has ended"))?;
                    POLL
                }
            };
            match events.recv_timeout(wait) {
                Ok(Event::Order(Order::Stop)) => {
                    service::end_commands();
                    return Ok(Outcome::nothing());
                }
                Ok(Event::Order(Order::Renew)) => {
                    self.wants_new = true;
                    self.schedule.iter_mut().for_each(Schedule::hurry);
                }
                Ok(Event::LoggedIn(ended)) => {
                    let ended = ended.unwrap_or_else(|panic| panic::resume_unwind(panic));
                    if let Some((need, began)) = in_progress.take() {
                        self.after_login(ended, need, began)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("the thread of the logins has ended"),
            }
        }
    }

    fn next(&mut self, is_logging_in: bool) -> Next {
        let now = self.now();
        let (min_ttl, renew_before) = (self.args.freshness.min_ttl, self.args.renewal.renew_before);
        match (is_logging_in, &mut self.schedule) {
            (true, _) => Next::Wait(POLL),
            (false, None) => Next::LogIn(Need::Valid { min_ttl, renew_before }),
            (false, Some(schedule)) => match schedule.next(now) {
                Step::Wait(wait) => Next::Wait(wait),
                Step::LogIn { .. } if self.wants_new => Next::LogIn(Need::New),
                Step::LogIn { unless_expiring_after } => {
                    Next::LogIn(Need::ExpiringAfter(unless_expiring_after))
                }
            },
        }
    }

    fn now(&self) -> Reading {
        Reading { wall: (self.clock)(), uptime: self.began.elapsed() }
    }

    fn after_login(&mut self, ended: LoggedIn, need: Need, began: Reading) -> Result<()> {
        match ended {
            // The time left, which was measured against the clock, may be wrong.
            Ok(_) if self.schedule.is_some() && self.now().stepped_since(began) => {
                self.wants_new = true;
            }
            Ok((login, identity)) => self.take(&login, &identity)?,
            Err(error) => {
                self.retry_later(error)?;
                self.wants_new |= matches!(need, Need::New);
                return Ok(());
            }
        }
        // An order may have come during this login.
        if self.wants_new {
            self.schedule.iter_mut().for_each(Schedule::hurry);
        }
        Ok(())
    }

    /// Writes the token to the file and plans its renewal.
    fn take(&mut self, login: &Login, identity: &Identity) -> Result<()> {
        let now = self.now();
        let token = validity(login, now)?;
        deliver(login, &self.args.delivery, identity, now.wall)?;
        let expires_at = rfc3339(token.expires_at);
        let mut state = format!("STATUS=valid until {expires_at}");
        match &mut self.schedule {
            Some(schedule) => {
                schedule.renewed(token, now, fastrand::f64());
                self.reporter.renewed(&Renewal { expires_at: token.expires_at, left: token.left });
            }
            None => {
                let renew_before = self.args.renewal.renew_before;
                self.schedule = Some(Schedule::new(token, renew_before, now, fastrand::f64()));
                state.insert_str(0, "READY=1\n");
            }
        }
        if let Some(socket) = env::path(env::NOTIFY_SOCKET)
            && let Err(error) = service::notify(&socket, &state)
        {
            self.reporter.note(&Note::NotNotified(&reason(&error)));
        }
        Ok(())
    }

    /// Plans another try if the server is unavailable and the token in the file is still valid.
    fn retry_later(&mut self, error: anyhow::Error) -> Result<()> {
        let failure = Failure::from_chain(&error);
        let now = self.now();
        let Some(schedule) = &mut self.schedule else { return Err(error) };
        if failure.kind != Kind::Unavailable {
            return Err(error);
        }
        let was_failing = schedule.is_failing();
        let Some(left) = schedule.failed(now, fastrand::f64()) else {
            return Err(error.context("the token has expired"));
        };
        if !was_failing {
            self.reporter.warn(Warning::RenewalFailed { failure, left });
        }
        Ok(())
    }
}

enum Next {
    Wait(Duration),
    LogIn(Need),
}

/// How long a token is valid. Without an expiry, it is unknown when to renew it.
fn validity(login: &Login, now: Reading) -> Result<Validity, Failure> {
    let expires_at = login.grant.expiry.instant();
    let (Some(expires_at), Some(left)) = (expires_at, login.seconds_left(now.wall)) else {
        let message = "the expiry of the token is unknown, so that it cannot be renewed in time";
        return Err(Failure::protocol(message));
    };
    let left = u64::try_from(left).ok().filter(|left| *left > 0);
    let left = left.ok_or_else(|| Failure::protocol("a new token has expired already"))?;
    let left = Duration::from_secs(left);
    // A cached token has no other record of its issue.
    let issued_at = login.grant.token.claims().and_then(|claims| claims.issued_at());
    let lifetime = issued_at.map(|issued_at| expires_at.duration_since(issued_at));
    let lifetime = lifetime.and_then(|lifetime| Duration::try_from(lifetime).ok());
    Ok(Validity { expires_at, left, lifetime: lifetime.unwrap_or(left).max(left) })
}
