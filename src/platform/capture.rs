//! Runs a program for its standard output, and ends its process group at the deadline.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal};
use std::mem;
use std::process::{Child, Command, ExitStatus, Stdio};
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{files, process, signals, threads};

struct Running {
    child: Child,
    /// Whether the child leads a process group, in which everything it starts is.
    #[cfg(unix)]
    is_leader: bool,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// Whether the signals that end this program are handled.
#[cfg(unix)]
static HANDLED: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns how the program ended and at most `limit` bytes of output. The error is `TimedOut` if it
/// is not done after `patience`. A signal that ends this program ends the other one first.
pub fn run(
    words: &[OsString],
    limit: usize,
    patience: Duration,
) -> io::Result<(ExitStatus, Vec<u8>)> {
    let until = Instant::now() + patience;
    signals::wait_for_children()?;
    end_with_this_program()?;
    let mut command = process::command(words);
    command.stdout(Stdio::piped());
    // Standard input is for the pipeline of the caller, unless it is a terminal. A process in a group
    // of its own could not read from that: SIGTTIN would stop it.
    let is_leader = !io::stdin().is_terminal();
    if is_leader {
        command.stdin(Stdio::null());
        lead_group(&mut command);
    }
    let stdout = {
        let mut running = running();
        let mut child = command.spawn().map_err(|error| {
            let why = crate::error::reason(&error);
            io::Error::new(error.kind(), format!("it cannot be run: {why}"))
        })?;
        let stdout = child.stdout.take();
        *running = Some(Running {
            child,
            #[cfg(unix)]
            is_leader,
        });
        stdout
    };
    let (sender, receiver) = mpsc::channel();
    let output = stdout.map_or(Ok(Vec::new()), |stdout| {
        threads::spawn(move || sender.send(files::read_to_limit(stdout, limit)))?;
        collect(&receiver, until, patience)
    });
    // The lock is held meanwhile: a signal must not end this program before the child has ended.
    let mut slot = running();
    let Some(mut running) = slot.take() else { return Err(ErrorKind::Interrupted.into()) };
    if output.is_err() {
        running.end();
    }
    Ok((running.child.wait()?, output?))
}

/// Waits for the end of the output and of the program.
fn collect(
    output: &Receiver<io::Result<Vec<u8>>>,
    until: Instant,
    patience: Duration,
) -> io::Result<Vec<u8>> {
    let output = output.recv_timeout(until.saturating_duration_since(Instant::now()));
    loop {
        let has_ended = running().as_mut().is_none_or(Running::has_ended);
        match output {
            Ok(Err(error)) => return Err(error),
            Ok(Ok(bytes)) if has_ended => return Ok(bytes),
            Ok(Ok(_)) if Instant::now() < until => thread::sleep(Duration::from_millis(2)),
            _ => {
                let why = match has_ended {
                    true => "it ended, and what it started keeps its output open".to_owned(),
                    false => format!("it did not end within {} s", patience.as_secs_f32().ceil()),
                };
                return Err(io::Error::new(ErrorKind::TimedOut, why));
            }
        }
    }
}

#[cfg(unix)]
fn lead_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn lead_group(_command: &mut Command) {}

/// Leaves the signals to the caller, who calls [`end`] before this program ends.
#[cfg(unix)]
pub fn leave_signals_to_caller() {
    HANDLED.store(true, Ordering::Relaxed);
}

/// Ends the program that is running, if there is one. No other starts before this program ends.
pub fn end() {
    let mut running = running();
    if let Some(running) = running.as_mut() {
        running.end();
    }
    // The lock stays taken.
    mem::forget(running);
}

#[cfg(unix)]
fn end_with_this_program() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    if HANDLED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    signals::handle_in_thread(&[SIGINT, SIGTERM, SIGHUP, SIGQUIT], |signal| {
        // The lock is held until this program ends, so that it reports no failure of the other one.
        let mut running = running();
        if let Some(running) = running.as_mut() {
            running.end();
        }
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    })
}

#[cfg(not(unix))]
fn end_with_this_program() -> io::Result<()> {
    Ok(())
}

impl Running {
    /// Ends the child, and its group. The child has not been waited for, so that its number still
    /// names the group.
    #[cfg(unix)]
    fn end(&mut self) {
        use rustix::process::{Pid, Signal, kill_process, kill_process_group};
        // A signal to this program must end it within 200 ms.
        const GRACE: Duration = Duration::from_millis(100);
        let pid = Pid::from_child(&self.child);
        let send = if self.is_leader { kill_process_group } else { kill_process };
        let _ = send(pid, Signal::TERM);
        thread::sleep(GRACE);
        let _ = send(pid, Signal::KILL);
    }

    #[cfg(not(unix))]
    fn end(&mut self) {
        let _ = self.child.kill();
    }

    /// Whether the child has ended. It is not waited for.
    #[cfg(unix)]
    fn has_ended(&mut self) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(Pid::from_child(&self.child)), options), Ok(None))
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}
