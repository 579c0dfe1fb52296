//! An emulated Skia API on this machine, written from the documentation of the API alone.

mod answer;
mod exchange;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

pub use answer::Answer;
pub use exchange::Exchange;

/// The client id of the documented example.
pub const CLIENT_ID: &str = "104s3a5275a0d35e4";
/// The client secret of the documented example.
pub const CLIENT_SECRET: &str = "e15148d497d8bc12";
/// The only documented scope.
pub const SCOPE: &str = "api";

/// The pause after a connection that could not be accepted, mostly for too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A server on 127.0.0.1 that replies as the Skia API does. It stops when it is dropped.
///
/// It accepts [`CLIENT_ID`] with [`CLIENT_SECRET`] only. Its tokens have the documented form and
/// lifetime (24 hours), and are not valid at Skia. Each connection carries one exchange.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    acceptor: Option<thread::JoinHandle<()>>,
}

impl Sandbox {
    /// Listens on `port`; 0 is any free port.
    pub fn start(port: u16, answer: Answer) -> io::Result<Self> {
        Self::observed(port, answer, |_| ())
    }

    /// As [`Sandbox::start`]. `observe` is called for each request before its reply is sent.
    pub fn observed(
        port: u16,
        answer: Answer,
        observe: impl Fn(&Exchange<'_>) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let acceptor = thread::Builder::new()
            .name("sandbox".into())
            .spawn(move || accept(&listener, answer, &stop, &Arc::new(observe)))?;
        Ok(Self { address, stopping, acceptor: Some(acceptor) })
    }

    /// The value for `SKIA_BASE_URL`: `http://127.0.0.1:PORT/api`.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Serves until the process ends.
    pub fn wait(&self) -> ! {
        loop {
            thread::park();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Only a connection ends the call of `accept` that the thread is in. If connecting fails,
        // the thread is not waited for.
        if TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
    }
}

fn accept<O: Fn(&Exchange<'_>) + Send + Sync + 'static>(
    listener: &TcpListener,
    answer: Answer,
    stopping: &AtomicBool,
    observe: &Arc<O>,
) {
    while !stopping.load(Ordering::SeqCst) {
        let taken = listener.accept().and_then(|(stream, _)| {
            if stopping.load(Ordering::SeqCst) {
                return Ok(());
            }
            let observe = Arc::clone(observe);
            // `thread::spawn` would panic if the system refuses a thread.
            thread::Builder::new()
                .spawn(move || exchange::serve(stream, answer, &*observe))
                .map(drop)
        });
        if taken.is_err() {
            thread::sleep(ACCEPT_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::time::Instant;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jiff::Timestamp;
    use serde_json::Value;

    use super::*;

    const GOOD: &str = r#"{"ClientId":"104s3a5275a0d35e4","ClientSecret":"e15148d497d8bc12","GrantType":"client_credentials","Scope":"api"}"#;

    fn connect(sandbox: &Sandbox) -> TcpStream {
        let stream = TcpStream::connect(sandbox.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends the bytes as they are; the answer's head and body.
    fn send(sandbox: &Sandbox, bytes: &[u8]) -> (String, String) {
        let mut stream = connect(sandbox);
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn post(path: &str, body: &str) -> Vec<u8> {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn login(answer: Answer, body: &str) -> (String, String) {
        send(&Sandbox::start(0, answer).unwrap(), &post("/api/Auth/Login", body))
    }

    fn status(head: &str) -> &str {
        head.split(' ').nth(1).unwrap()
    }

    #[test]
    fn documented_credentials_give_a_documented_token() {
        let before = Timestamp::now().as_second();
        let (head, body) = login(Answer::Ok, GOOD);
        let after = Timestamp::now().as_second();

        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("\r\nContent-Type: application/json; charset=utf-8\r\n"), "{head}");
        assert!(head.ends_with("\r\nConnection: close"), "{head}");
        let date = head.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap();
        let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp().as_second();
        assert!((before..=after).contains(&date));

        let reply: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(reply.as_object().unwrap().len(), 4);
        assert_eq!(reply["Status"], 0);
        assert_eq!(reply["Messages"], serde_json::json!(["Success"]));

        let token: Vec<&str> = reply["Token"].as_str().unwrap().split('.').collect();
        let [header, claims, signature] = token[..] else { panic!("not a JWT") };
        let decode = |part: &str| {
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        assert_eq!(decode(header), serde_json::json!({"alg": "HS256", "typ": "JWT"}));
        assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 32);
        let claims = decode(claims);
        let names: Vec<_> = claims.as_object().unwrap().keys().collect();
        assert_eq!(names, ["EmpresaId", "Type", "exp", "iat", "nbf", "unique_name"]);
        let issued = claims["iat"].as_i64().unwrap();
        assert!((before..=after).contains(&issued));
        assert_eq!(claims["nbf"], issued);
        assert_eq!(claims["exp"], issued + 86_400);

        let brasilia = format!("{}-03:00", reply["ExpirationDate"].as_str().unwrap());
        assert_eq!(brasilia.parse::<Timestamp>().unwrap().as_second(), issued + 86_400);
    }

    #[test]
    fn the_path_is_compared_as_asp_net_does() {
        let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
        for path in ["/API/auth/LOGIN", "/api/Auth/Login?x=1", "http://127.0.0.1:1/api/Auth/Login"]
        {
            assert_eq!(status(&send(&sandbox, &post(path, GOOD)).0), "200", "{path}");
        }
        for path in ["/Auth/Login", "/api/api/Auth/Login", "/", "*", "http://127.0.0.1", "//"] {
            let (head, body) = send(&sandbox, &post(path, GOOD));
            assert_eq!(status(&head), "404", "{path}");
            assert!(body.starts_with("<!DOCTYPE html"), "{path}");
        }
        let (head, body) = send(&sandbox, b"GET /api/Auth/Login HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(
            status(&head) == "405" && head.contains("\r\nAllow: POST\r\n") && body.is_empty(),
            "{head}"
        );
    }

    #[test]
    fn every_field_counts() {
        for (from, to) in [
            ("104s3a5275a0d35e4", "104s3a5275a0d35e5"),
            ("e15148d497d8bc12", ""),
            ("client_credentials", "password"),
            (r#""api""#, r#""API""#),
        ] {
            let (head, body) = login(Answer::Ok, &GOOD.replace(from, to));
            assert_eq!(status(&head), "401", "{from}");
            assert_eq!(
                body,
                r#"{"ExpirationDate":"0001-01-01T00:00:00","Token":null,"Status":1,"Messages":["Invalid Credentials"]}"#
            );
        }
    }

    #[test]
    fn a_body_that_is_not_the_documented_one_is_a_bad_request() {
        let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
        let nested = "[".repeat(60_000);
        let renamed = GOOD.replace("ClientSecret", "clientSecret");
        let number = GOOD.replace(r#""api""#, "1");
        for body in
            ["", "{", "[]", "\"x\"", "null", "{}", &renamed, &number, &nested, &format!("{GOOD}x")]
        {
            let (head, answer) = send(&sandbox, &post("/api/Auth/Login", body));
            assert_eq!(status(&head), "400");
            assert!(
                head.contains("\r\nContent-Type: application/problem+json; charset=utf-8\r\n"),
                "{head}"
            );
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["status"], 400);
            assert!(
                answer["title"].is_string() && !answer["errors"].as_object().unwrap().is_empty()
            );
        }
        let (_, answer) = send(&sandbox, &post("/api/Auth/Login", &number));
        assert!(
            answer.ends_with(r#""errors":{"Scope":["The Scope field is required."]}}"#),
            "{answer}"
        );
    }

    #[test]
    fn answers_on_demand() {
        let first_line = |answer| login(answer, GOOD).0.lines().next().unwrap().to_owned();
        assert_eq!(first_line(Answer::Rejected), "HTTP/1.1 401 Unauthorized");
        assert_eq!(first_line(Answer::Error), "HTTP/1.1 500 Internal Server Error");
        assert_eq!(first_line(Answer::Malformed), "HTTP/1.1 500 Internal Server Error");
        assert!(
            login(Answer::Error, GOOD).1.ends_with(r#""Status":1,"Messages":["Internal error"]}"#)
        );
        assert!(login(Answer::Malformed, GOOD).1.starts_with("{\n{\n\"ExpirationDate\""));
        let (head, _) = login(Answer::Unavailable, GOOD);
        assert!(status(&head) == "503" && head.contains("\r\nRetry-After: 1\r\n"), "{head}");
        let (head, body) = login(Answer::Html, GOOD);
        assert!(
            status(&head) == "200" && head.contains("text/html") && body.contains("<html"),
            "{head}"
        );
    }

    #[test]
    fn slow_is_right_after_five_seconds() {
        let start = Instant::now();
        assert_eq!(status(&login(Answer::Slow, GOOD).0), "200");
        assert!(start.elapsed() >= Duration::from_secs(5));
    }

    #[test]
    fn hostile_requests_are_answered_or_dropped_but_never_fatal() {
        let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
        let line = "POST /api/Auth/Login HTTP/1.1\r\n";
        let answered = [
            ("\0\x01\x02\r\n\r\n".to_owned(), "400"),
            ("\r\n\r\n\r\n\r\nx y\r\n\r\n".to_owned(), "400"),
            (format!("{line}Content-Length: -1\r\n\r\n"), "400"),
            (format!("{line}Content-Length: 99999999999999999999999\r\n\r\n"), "400"),
            (format!("{line}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}x"), "400"),
            (format!("{line}Content-Length: 65537\r\n\r\n"), "413"),
            (format!("{line}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "411"),
            (format!("{line}{}\r\n", "X: y\r\n".repeat(1000)), "431"),
            (format!("{line}X: {}\r\n\r\n", "y".repeat(40_000)), "431"),
            (format!("{line}X: {}", "y".repeat(1_000_000)), "431"),
        ];
        for (request, expected) in &answered {
            assert_eq!(
                status(&send(&sandbox, request.as_bytes()).0),
                *expected,
                "{}",
                &request[..50.min(request.len())]
            );
        }
        for part in ["", "P", line, &format!("{line}Content-Length: 9\r\n\r\n{{")] {
            let mut stream = connect(&sandbox);
            stream.write_all(part.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert_eq!(answer, b"", "{part}");
        }
        drop(connect(&sandbox));
        assert_eq!(status(&send(&sandbox, &post("/api/Auth/Login", GOOD)).0), "200");
    }

    #[test]
    fn a_client_that_waits_for_continue_gets_it() {
        let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
        let mut stream = connect(&sandbox);
        let request = String::from_utf8(post("/api/Auth/Login", GOOD)).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        stream.write_all(format!("{head}\r\nExpect: 100-continue\r\n\r\n").as_bytes()).unwrap();
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(status(&answer), "200");
    }

    #[test]
    fn dropped_sandbox_gives_its_port_back() {
        let sandbox = Sandbox::start(0, Answer::Ok).unwrap();
        let (address, idle) = (sandbox.address, connect(&sandbox));
        assert_eq!(sandbox.base_url(), format!("http://{address}/api"));
        let taken = Sandbox::start(address.port(), Answer::Ok).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        drop(sandbox);
        assert_eq!(
            TcpStream::connect(address).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        drop(idle);
    }
}
