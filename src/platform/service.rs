//! What a service manager orders, and what it is told.

use std::io;
use std::path::Path;

use super::{capture, signals};

/// What a signal orders a program to do that runs until it is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    #[cfg_attr(not(unix), expect(dead_code, reason = "a signal of Unix"))]
    Renew,
    Stop,
}

/// Passes orders on until the program ends: SIGHUP is [`Order::Renew`], SIGINT and SIGTERM are
/// [`Order::Stop`]. The program then calls [`end_commands`].
#[cfg(unix)]
pub fn receive_orders(pass_on: impl Fn(Order) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::low_level::emulate_default_handler;
    capture::leave_signals_to_caller();
    signals::handle_in_thread(&[SIGHUP, SIGINT, SIGTERM, SIGQUIT], move |signal| match signal {
        SIGHUP => pass_on(Order::Renew),
        SIGQUIT => {
            capture::end();
            let _ = emulate_default_handler(signal);
        }
        _ => pass_on(Order::Stop),
    })
}

/// Passes orders on until the program ends: Ctrl-C and a closed console are [`Order::Stop`]. The
/// program then calls [`end_commands`].
#[cfg(not(unix))]
pub fn receive_orders(pass_on: impl Fn(Order) + Send + 'static) -> io::Result<()> {
    signals::on_interrupt(move || pass_on(Order::Stop))
}

/// Ends the commands that this program has started.
pub fn end_commands() {
    capture::end();
}

/// Sends a state to the socket that systemd names in `NOTIFY_SOCKET`.
#[cfg(unix)]
pub fn notify(socket_name: &Path, state: &str) -> io::Result<()> {
    use std::os::unix::net::UnixDatagram;
    // The service manager may not read for a while.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.send_to_addr(state.as_bytes(), &address(socket_name)?).map(drop)
}

/// Only systemd has such a socket.
#[cfg(not(unix))]
pub fn notify(_socket_name: &Path, _state: &str) -> io::Result<()> {
    Ok(())
}

/// The address of a socket: a path, or on Linux `@NAME` for an abstract one.
#[cfg(unix)]
fn address(name: &Path) -> io::Result<std::os::unix::net::SocketAddr> {
    use std::os::unix::net::SocketAddr;
    #[cfg(target_os = "linux")]
    if let Some(name) = name.as_os_str().as_encoded_bytes().strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt;
        return SocketAddr::from_abstract_name(name);
    }
    SocketAddr::from_pathname(name)
}
