//! Attempts at addresses that answer, refuse and keep silent.

use std::net::TcpListener;
use std::time::Instant;

use super::*;

fn clock(millis: u64) -> Clock {
    Clock::start(Instant::now() + Duration::from_millis(millis))
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
    let mixed = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"].map(address).to_vec();
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
    let (_, winner) = race(&[dead, live_address], clock(3000)).unwrap();
    assert_eq!(winner, live_address);
    assert!((250..900).contains(&started.elapsed().as_millis()), "{:?}", started.elapsed());
}

#[test]
fn refused_first_address_costs_nothing() {
    let live = TcpListener::bind("127.0.0.1:0").unwrap();
    let started = Instant::now();
    let (_, winner) = race(&[closed(), live.local_addr().unwrap()], clock(3000)).unwrap();
    assert_eq!(winner, live.local_addr().unwrap());
    assert!(started.elapsed() < HEAD_START, "{:?}", started.elapsed());
}

#[test]
fn refusal_by_all_is_the_reason() {
    for addresses in [vec![closed()], vec![closed(), closed(), closed()]] {
        let error = race(&addresses, clock(3000)).unwrap_err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}

#[test]
fn deadline_ends_the_race() {
    let (_listener, _waiting, dead) = dead();
    for addresses in [vec![dead], vec![dead, dead, dead]] {
        let started = Instant::now();
        assert!(race(&addresses, clock(200)).unwrap_err().is_none());
        assert!(started.elapsed().as_millis() < 500, "{:?}", started.elapsed());
    }
}

#[test]
fn name_that_does_not_exist_is_said_so() {
    let to = BaseUrl::parse("https://no-such-host.invalid").unwrap();
    let Err(trouble) = resolve(&Peer::server(&to), clock(900)) else { panic!("it was resolved") };
    assert!(matches!(trouble, Trouble::NotConnected(_) | Trouble::DeadlinePassed(_)), "{trouble:?}");
    assert!(trouble.failure().message.starts_with("the name no-such-host.invalid "), "{trouble}");
}

#[test]
fn server_is_named_with_its_port_where_that_is_not_the_usual_one() {
    let name = |text: &str| server_name(&BaseUrl::parse(text).unwrap());
    assert_eq!(name("https://api.skia.com.br/api"), "api.skia.com.br");
    assert_eq!(name("https://api.skia.com.br:8443/api"), "api.skia.com.br:8443");
    assert_eq!(name("http://[::1]:80"), "[::1]");
}
