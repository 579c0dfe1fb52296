//! Which of several addresses the connection is made to: attempts 250 ms apart (RFC 8305).

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::deadline::Deadline;

/// How long an address may take before the next one is tried beside it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// The addresses in their order of preference, but the families taking turns (RFC 8305 §4).
pub fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else {
        return addresses;
    };
    let (preferred, other): (Vec<_>, Vec<_>) =
        addresses.iter().partition(|address| address.is_ipv6() == first);
    let turns = preferred.len().max(other.len());
    (0..turns).flat_map(|turn| [preferred.get(turn), other.get(turn)]).flatten().copied().collect()
}

/// Connects to whichever address answers first (RFC 8305 §5). A refusal starts the next attempt at once. `None` is the
/// deadline.
pub fn race(
    addresses: &[SocketAddr],
    deadline: Deadline,
) -> Result<(TcpStream, SocketAddr), Option<io::Error>> {
    if let [only] = addresses {
        let left = deadline.left().ok_or(None)?;
        return match TcpStream::connect_timeout(only, left) {
            Ok(stream) => Ok((stream, *only)),
            Err(error) => Err(deadline.left().map(|_| error)),
        };
    }
    let (finish, finished) = mpsc::channel();
    let mut waiting = addresses.iter().copied();
    let mut running = 0;
    let mut last_error = None;
    loop {
        let left = deadline.left().ok_or(None)?;
        let next = waiting.next();
        if let Some(address) = next {
            let finish = finish.clone();
            let attempt = move || {
                // A late winner finds nobody listening, and is closed.
                let _ = finish.send(
                    TcpStream::connect_timeout(&address, left).map(|stream| (stream, address)),
                );
            };
            match thread::Builder::new().spawn(attempt) {
                Ok(_) => running += 1,
                Err(error) => last_error = Some(error),
            }
        }
        if running == 0 && waiting.len() == 0 {
            return Err(Some(
                last_error.unwrap_or_else(|| io::Error::from(io::ErrorKind::NotConnected)),
            ));
        }
        let patience = if waiting.len() > 0 { left.min(HEAD_START) } else { left };
        match finished.recv_timeout(patience) {
            Ok(Ok(winner)) => return Ok(winner),
            Ok(Err(error)) => {
                running -= 1;
                // "Unreachable" is what a machine without IPv6 says of every such address: the other reason counts.
                let is_news = !matches!(
                    error.kind(),
                    io::ErrorKind::NetworkUnreachable
                        | io::ErrorKind::HostUnreachable
                        | io::ErrorKind::AddrNotAvailable
                );
                if is_news || last_error.is_none() {
                    last_error = Some(error);
                }
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    fn deadline(millis: u64) -> Deadline {
        Deadline::starting_now(Instant::now() + Duration::from_millis(millis))
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// A listener with a full queue: it takes no connection any more and refuses none.
    fn dead() -> (TcpListener, Vec<TcpStream>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(30));
        let mut waiting = Vec::new();
        // 4096 is the longest queue that Linux grants by default, 128 is what the library asks for.
        while waiting.len() < 4096 {
            match connect() {
                Ok(stream) => waiting.push(stream),
                Err(_) => break,
            }
        }
        (listener, waiting, address)
    }

    fn closed() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    #[test]
    fn families_take_turns() {
        let mixed =
            ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"].map(address).to_vec();
        let expected = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"].map(address);
        assert_eq!(interleave(mixed), expected);
        assert_eq!(interleave(Vec::new()), []);
    }

    #[test]
    fn dead_first_address_costs_a_quarter_of_a_second() {
        let (_listener, _waiting, dead) = dead();
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let live_address = live.local_addr().unwrap();
        let started = Instant::now();
        let (_, winner) = race(&[dead, live_address], deadline(3000)).unwrap();
        assert_eq!(winner, live_address);
        assert!((250..900).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
    }

    #[test]
    fn refused_first_address_costs_nothing() {
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let started = Instant::now();
        let (_, winner) = race(&[closed(), live.local_addr().unwrap()], deadline(3000)).unwrap();
        assert_eq!(winner, live.local_addr().unwrap());
        assert!(started.elapsed() < HEAD_START, "{:?}", started.elapsed());
    }

    #[test]
    fn refusal_by_all_is_the_reason() {
        for addresses in [vec![closed()], vec![closed(), closed(), closed()]] {
            let error = race(&addresses, deadline(3000)).unwrap_err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        }
    }

    #[test]
    fn deadline_ends_the_race() {
        let (_listener, _waiting, dead) = dead();
        for addresses in [vec![dead], vec![dead, dead, dead]] {
            let started = Instant::now();
            assert!(race(&addresses, deadline(200)).unwrap_err().is_none());
            assert!(started.elapsed().as_millis() < 500, "{:?}", started.elapsed());
        }
    }
}
