//! Through a proxy: what it sees, and what it can do to the call.

use super::*;
use crate::http::headers::USER_AGENT;
use crate::http::proxy::Proxy;
use crate::model::secret::Secret;

fn through(port: u16) -> Route {
    let authorization = Some(Secret::new("Basic dXNlcjpwYXNz".into()));
    Route::Through(Proxy { host: "127.0.0.1".into(), port, authorization, variable: "HTTPS_PROXY" })
}

/// A call to `api.test` through a proxy that answers CONNECT with these bytes.
fn connect(answer: &'static str, trust: &Trust, millis: u64) -> (FailedTry, u16) {
    let proxy = serve(move |mut stream| {
        read_request(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        // Until the client leaves.
        let _ = stream.read(&mut [0; 4096]);
    });
    let (result, _) = call("https://api.test", &through(proxy.port), trust, millis);
    (trouble_of(result), proxy.port)
}

#[test]
fn proxy_sees_the_host_and_not_the_secret() {
    let identity = identity("api.test", |_| {});
    let config = Arc::clone(&identity.config);
    let proxy = serve(move |mut stream| {
        let connect = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").unwrap();
        (connect, answer_in_tls(config, stream, ANSWER))
    });
    let (result, steps) = call("https://api.test", &through(proxy.port), &identity.trust, 2000);
    assert_eq!(result.unwrap().status, 200);
    let (connect, request) = proxy.script.join().unwrap();
    assert_eq!(
        String::from_utf8(connect).unwrap(),
        format!(
            "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nUser-Agent: {USER_AGENT}\r\n\
             Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
        )
    );
    let request = String::from_utf8(request).unwrap();
    assert!(request.starts_with("POST /Auth/Login HTTP/1.1\r\n"), "{request}");
    assert!(!request.to_lowercase().contains("proxy-authorization"), "{request}");
    assert_eq!(
        steps[2],
        Step::Tunnelled { proxy: format!("127.0.0.1:{} (HTTPS_PROXY)", proxy.port) }
    );
}

#[test]
fn proxy_that_says_no_is_named() {
    for (answer, expected) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            FailedTry::last(
                Failure::protocol(
                    "the proxy P refuses the user or password in HTTPS_PROXY (HTTP 407)",
                )
                .hint("they go into the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
            ),
        ),
        (
            "HTTP/1.1 403 Forbidden\r\n\r\n",
            last("the proxy P refuses to connect to api.test (HTTP 403)"),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n",
            last("the proxy P refuses to connect to api.test (HTTP 302)"),
        ),
        (
            "HTTP/1.0 502 Bad Gateway\r\n\r\nx",
            not_connected("the proxy P cannot reach api.test (HTTP 502)"),
        ),
        ("SSH-2.0-x\r\n", last("the proxy P does not answer in HTTP")),
        ("HTTP/1.1 200 OK\r\n\r\nsurplus", last("the proxy P does not answer in HTTP")),
    ] {
        let (trouble, port) = connect(answer, &Trust::default(), 2000);
        let name = format!("the proxy 127.0.0.1:{port} (HTTPS_PROXY)");
        assert_eq!(
            format!("{trouble:?}"),
            format!("{expected:?}").replace("the proxy P", &name),
            "{answer}"
        );
    }
}

#[test]
fn deadline_holds_against_a_proxy_that_drips() {
    let proxy = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").unwrap();
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let (result, _) = call("https://api.test", &through(proxy.port), &Trust::default(), 300);
    let expected =
        format!("no answer from the proxy 127.0.0.1:{} (HTTPS_PROXY) within 0.3 s", proxy.port);
    assert_eq!(trouble_of(result), late(&expected));
}

#[test]
fn head_of_a_proxy_may_not_be_endless() {
    let proxy = serve(|mut stream| {
        read_request(&mut stream);
        while stream.write_all(&[b'H'; 1024]).is_ok() {}
    });
    let (result, _) = call("https://api.test", &through(proxy.port), &Trust::default(), 2000);
    assert_eq!(trouble_of(result).retry, Retry::Never);
}

#[test]
fn proxy_that_is_not_there_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (result, _) = call("https://api.test", &through(port), &Trust::default(), 2000);
    let expected =
        format!("cannot connect to the proxy 127.0.0.1:{port} (HTTPS_PROXY): connection refused");
    assert_eq!(trouble_of(result), not_connected(&expected));
}

#[test]
fn plain_http_is_asked_of_the_proxy_in_absolute_form() {
    let proxy = answer(ANSWER);
    let (result, _) =
        call("http://api.test:8080/api", &through(proxy.port), &Trust::default(), 2000);
    assert_eq!(result.unwrap().status, 200);
    let request = String::from_utf8(proxy.script.join().unwrap()).unwrap();
    let start = "POST http://api.test:8080/api/Auth/Login HTTP/1.1\r\nproxy-authorization: Basic dXNlcjpwYXNz\r\n";
    assert!(request.starts_with(start), "{request}");
    assert!(request.contains("\r\nhost: api.test:8080\r\n"), "{request}");
    assert!(request.as_bytes().ends_with(BODY), "{request}");
}

#[test]
fn plain_http_without_the_right_password_is_final() {
    let proxy = answer("HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n");
    let (result, _) = call("http://api.test", &through(proxy.port), &Trust::default(), 2000);
    let failed = trouble_of(result);
    assert!(failed.retry == Retry::Never && failed.failure.message.contains("HTTP 407"));
}
