//! Lines typed on a terminal, shown or not.

use std::io::{self, BufRead};

use zeroize::Zeroizing;

#[cfg(unix)]
use super::stdio;

/// Reads a line that the terminal shows. Without its line end.
pub fn read_line() -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the input has ended"));
    }
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}

/// Reads a line with the echo switched off. However the program ends meanwhile, Ctrl-C included, the terminal is as it
/// was before.
#[cfg(unix)]
pub fn read_hidden_line() -> io::Result<Zeroizing<String>> {
    let silence = unix::Silence::begin()?;
    let line = read_line();
    drop(silence);
    // The line end was typed, and not shown either.
    stdio::emit_error("\n");
    line
}

#[cfg(not(unix))]
pub fn read_hidden_line() -> io::Result<Zeroizing<String>> {
    rpassword::read_password().map(Zeroizing::new)
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use crate::platform::stdio;

    pub struct Silence {
        before: Termios,
        wanted: Arc<AtomicBool>,
    }

    impl Silence {
        pub fn begin() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT])?;
            let wanted = Arc::new(AtomicBool::new(true));
            let (guard, restored) =
                (Self { before: before.clone(), wanted: Arc::clone(&wanted) }, before);
            let (again, is_wanted) = (silent.clone(), wanted);
            // It outlives the question: signal-hook's handlers stay, and without it they would swallow every signal.
            thread::Builder::new().spawn(move || {
                for signal in signals.forever() {
                    if signal == SIGCONT {
                        // The shell shows what is typed again while the program is stopped, and leaves it so.
                        if is_wanted.load(Ordering::SeqCst) {
                            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &again);
                        }
                        continue;
                    }
                    let _ = tcsetattr(io::stdin(), OptionalActions::Now, &restored);
                    stdio::emit_error("\n");
                    let _ = emulate_default_handler(signal);
                }
            })?;
            tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
            Ok(guard)
        }
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            self.wanted.store(false, Ordering::SeqCst);
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
        }
    }
}
