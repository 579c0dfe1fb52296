//! Prompts: reads a line from the terminal, with or without echo.

use std::io;

use super::stdio;

/// Reads a line without its line end.
pub fn read_line() -> io::Result<String> {
    let mut line = String::new();
    if stdio::read_blocking(|| io::stdin().read_line(&mut line))? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the input has ended"));
    }
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}

/// Reads a line with the echo off. The terminal is restored also if a signal such as Ctrl-C ends
/// the program.
#[cfg(unix)]
pub fn read_hidden_line() -> io::Result<String> {
    let echo_off = unix::EchoOff::begin()?;
    let line = read_line();
    drop(echo_off);
    // The line end that was typed was not shown either.
    stdio::emit_error("\n");
    line
}

/// Reads a line with the echo off. Ctrl-C ends the read, which restores the mode of the console, and
/// then the program.
#[cfg(not(unix))]
pub fn read_hidden_line() -> io::Result<String> {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{signals, threads};
    /// Ctrl-C ends the read and calls its handler, in either order and within this time.
    const BOTH: Duration = Duration::from_millis(100);

    let (line, events) = mpsc::channel();
    let interrupt = line.clone();
    signals::on_interrupt(move || {
        let _ = interrupt.send(None);
    })?;
    threads::spawn(move || {
        // The line end that rpassword would write has a NUL.
        let config = rpassword::ConfigBuilder::new().output_discard().build();
        line.send(Some(rpassword::read_password_with_config(config)))
    })?;
    let (first, second) = (events.recv(), events.recv_timeout(BOTH));
    // The line end that was typed was not shown either.
    stdio::emit_error("\n");
    let (Ok(Some(line)), Err(_)) = (first, second) else { signals::end_as_interrupted() };
    signals::on_interrupt(|| {
        signals::end_as_interrupted();
    })?;
    line
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::low_level::emulate_default_handler;

    use crate::platform::{signals, stdio};

    pub struct EchoOff {
        before: Termios,
        active: Arc<AtomicBool>,
    }

    impl EchoOff {
        pub fn begin() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            let active = Arc::new(AtomicBool::new(true));
            let guard = Self { before: before.clone(), active: Arc::clone(&active) };
            let hidden_again = hidden.clone();
            let handled = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT];
            signals::handle_in_thread(&handled, move |signal| {
                if signal == SIGCONT {
                    // The shell turned the echo on while the program was stopped.
                    if active.load(Ordering::SeqCst) {
                        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &hidden_again);
                    }
                    return;
                }
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
                stdio::emit_error("\n");
                let _ = emulate_default_handler(signal);
            })?;
            tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
            Ok(guard)
        }
    }

    impl Drop for EchoOff {
        fn drop(&mut self) {
            self.active.store(false, Ordering::SeqCst);
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
        }
    }
}
