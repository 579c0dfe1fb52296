//! The connection to one of several addresses: attempts 250 ms apart (RFC 8305).

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use super::deadline::Deadline;
use crate::platform::threads;

/// How long an attempt runs alone before the next one starts beside it (RFC 8305 §5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The addresses in their order of preference, with the families alternating (RFC 8305 §4).
pub fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else {
        return addresses;
    };
    let (preferred, other): (Vec<_>, Vec<_>) =
        addresses.iter().partition(|address| address.is_ipv6() == first);
    let turns = preferred.len().max(other.len());
    (0..turns).flat_map(|turn| [preferred.get(turn), other.get(turn)]).flatten().copied().collect()
}

/// Connects to the address that answers first (RFC 8305 §5). A failed attempt starts the next one
/// at once. The error is `None` when the deadline has passed.
pub fn race(
    addresses: &[SocketAddr],
    deadline: Deadline,
) -> Result<(TcpStream, SocketAddr), Option<io::Error>> {
    let left = deadline.left().ok_or(None)?;
    if let [only] = addresses {
        return match TcpStream::connect_timeout(only, left) {
            Ok(stream) => Ok((stream, *only)),
            Err(error) => Err(deadline.left().map(|_| error)),
        };
    }
    let (finish, finished) = mpsc::channel();
    let mut waiting = addresses.iter().copied();
    let mut running = 0;
    let mut reason = None;
    loop {
        let left = deadline.left().ok_or(None)?;
        if let Some(address) = waiting.next() {
            let report = finish.clone();
            let attempt = move || {
                let result = TcpStream::connect_timeout(&address, left);
                // A late success finds no receiver, and its connection is closed.
                let _ = report.send(result.map(|stream| (stream, address)));
            };
            match threads::spawn(attempt) {
                Ok(_) => running += 1,
                Err(error) => reason = Some(error),
            }
        }
        if running == 0 && waiting.len() == 0 {
            return Err(Some(reason.unwrap_or_else(|| ErrorKind::NotConnected.into())));
        }
        let wait = if waiting.len() > 0 { left.min(ATTEMPT_DELAY) } else { left };
        match finished.recv_timeout(wait) {
            Ok(Ok(winner)) => return Ok(winner),
            Ok(Err(error)) => {
                running -= 1;
                if reason.is_none() || !is_unreachable(&error) {
                    reason = Some(error);
                }
            }
            Err(_) => {}
        }
    }
}

/// Hosts without IPv6 fail every IPv6 address so: any other error is the better reason.
fn is_unreachable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable
    )
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use socket2::{Domain, Socket, Type};

    use super::*;

    fn deadline(millis: u64) -> Deadline {
        Deadline::starting_now(Instant::now() + Duration::from_millis(millis))
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// A listener with a full queue: it neither accepts nor refuses a connection.
    fn dead() -> (TcpListener, Vec<TcpStream>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(30));
        let mut waiting = Vec::new();
        // The standard library asks for a queue of 128; Linux grants at most 4096 by default.
        while waiting.len() < 4096 {
            match connect() {
                Ok(stream) => waiting.push(stream),
                Err(_) => break,
            }
        }
        (listener, waiting, address)
    }

    /// An address that refuses connections: bound, and not listening.
    fn closed() -> (Socket, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        (socket, address)
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
        let (_socket, closed) = closed();
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let started = Instant::now();
        let (_, winner) = race(&[closed, live.local_addr().unwrap()], deadline(3000)).unwrap();
        assert_eq!(winner, live.local_addr().unwrap());
        assert!(started.elapsed() < ATTEMPT_DELAY, "{:?}", started.elapsed());
    }

    #[test]
    fn refusal_by_all_is_the_reason() {
        let (_socket, closed) = closed();
        for addresses in [vec![closed], vec![closed, closed, closed]] {
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
