//! The variables of a proxy: the route comes from them, errors do not repeat their values, and the
//! proxy reads exactly one request. Which variable counts is compared with curl in
//! `tests/it/network/differential.rs`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::assert_made_of;
use super::inertness::assert_inert_but_addresses;
use super::readings::percent_decoded;
use crate::http::Retry;
use crate::http::headers::USER_AGENT;
use crate::http::proxy::{Proxy, Route, route_by_names};
use crate::http::script::request_to;
use crate::http::tunnel;
use crate::model::base_url::BaseUrl;
use crate::report::sanitize::one_line;

/// Every word that an error may consist of.
const VOCABULARY: &str = "
    the proxy in https_proxy HTTPS_PROXY http_proxy HTTP_PROXY all_proxy ALL_PROXY is not an
    http:// proxy: no other kind supported has an @ a NUL its user or password, password which must
    be written %40 valid host port that between 1 and 65535 write as http://proxy.example:3128";

const DEFAULT_URL: &str = "https://api.skia.com.br/api";

/// The first lines are variables, one `NAME=value` a line; `to=` is the base URL. After an empty
/// line comes the proxy's answer to CONNECT.
pub fn check(data: &[u8]) -> &'static str {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let answer = data.get(end + 2..).unwrap_or_default();
    let head = String::from_utf8_lossy(&data[..end]);
    let variables: BTreeMap<_, _> = head.lines().filter_map(|line| line.split_once('=')).collect();
    let Ok(to) = BaseUrl::parse(variables.get("to").unwrap_or(&DEFAULT_URL)) else {
        return "no-url";
    };
    let lookup = |name: &str| Ok(variables.get(name).map(|value| (*value).to_owned()));
    match route_by_names(&lookup, true, &to) {
        Ok(Route::Direct { why }) => {
            assert_inert_but_addresses(&one_line(why));
            "direct"
        }
        Ok(through) => {
            let Route::Through(proxy) = &through else { unreachable!() };
            assert!(!to.is_loopback());
            assert_is(proxy, variables[proxy.variable]);
            assert_one_request(proxy, &to, &through);
            answered(answer, proxy, &to)
        }
        Err(failure) => {
            assert_eq!(failure.kind.exit_code(), 3);
            assert!(failure.message.contains("_proxy") || failure.message.contains("_PROXY"));
            assert_made_of(VOCABULARY, &failure.message);
            failure.hints.iter().for_each(|hint| assert_made_of(VOCABULARY, hint));
            "refused"
        }
    }
}

fn assert_is(proxy: &Proxy, value: &str) {
    let rest = value.split_once("://").map_or(value, |(scheme, rest)| {
        assert!(scheme.eq_ignore_ascii_case("http"), "{value:?}");
        rest
    });
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (credentials, address) = match authority.find('@') {
        Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
        None => (None, authority),
    };
    let written = address.to_ascii_lowercase();
    let host = proxy.host.as_str();
    let port = written.strip_prefix(host).expect("the host is the one that was written");
    assert!(proxy.port != 0);
    match port.strip_prefix(':').unwrap_or(port) {
        "" => assert_eq!(proxy.port, 1080),
        digits => assert_eq!(digits.parse(), Ok(proxy.port)),
    }
    assert!(
        host.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'@' | b'/' | b'?' | b'#')),
        "{value:?}"
    );
    assert_eq!(proxy.describe(), format!("{host}:{} ({})", proxy.port, proxy.variable));
    let expected = credentials.map(|credentials| {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let plain =
            [percent_decoded(user.as_bytes()), percent_decoded(password.as_bytes())].join(&b':');
        assert!(!plain.contains(&0));
        format!("Basic {}", STANDARD.encode(plain))
    });
    assert_eq!(proxy.authorization.as_ref().map(|value| value.expose().to_owned()), expected);
    assert!(
        expected
            .is_none_or(|value| !format!("{proxy:?}").contains(&value[6..]) || value.len() < 12)
    );
}

/// The proxy reads one request, with the intended fields, and nothing after it.
fn assert_one_request(proxy: &Proxy, to: &BaseUrl, route: &Route) {
    let authorization = proxy.authorization.as_ref().map(|value| value.expose());
    let (request, method, target, body) = if to.uses_tls() {
        let target = format!("{}:{}", to.host(), to.port());
        (tunnel::request(proxy, to).into_bytes(), "CONNECT", target, "")
    } else {
        (request_to(to, route), "POST", to.login_url(), "{}")
    };
    let mut room = [httparse::EMPTY_HEADER; 8];
    let mut head = httparse::Request::new(&mut room);
    let end = head.parse(&request).expect("a request is HTTP").unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(&request[end..]), body);
    assert_eq!((head.method, head.path), (Some(method), Some(target.as_str())));
    let fields: BTreeMap<_, _> = head
        .headers
        .iter()
        .map(|field| (field.name.to_ascii_lowercase(), text(field.value)))
        .collect();
    let value = |name: &str| fields.get(name).map(String::as_str);
    assert_eq!(value("proxy-authorization"), authorization);
    assert_eq!(value("user-agent"), Some(USER_AGENT));
    let host = if to.uses_tls() { target } else { to.authority() };
    assert_eq!(value("host"), Some(host.as_str()));
    let known = if to.uses_tls() { 2 } else { 5 } + usize::from(authorization.is_some());
    assert_eq!((head.headers.len(), fields.len()), (known, known), "{fields:?}");
    let count = |byte: u8| request.iter().filter(|found| **found == byte).count();
    assert_eq!((count(b'\r'), count(b'\n')), (known + 2, known + 2));
}

fn answered(answer: &[u8], proxy: &Proxy, to: &BaseUrl) -> &'static str {
    // The first result counts, however the bytes arrive: what follows belongs to TLS.
    let first = (0..=answer.len())
        .find_map(|length| tunnel::understand(&answer[..length], proxy, to).zip(Some(length)));
    let whole = tunnel::understand(answer, proxy, to);
    assert_eq!(first.is_some(), whole.is_some());
    let Some((result, length)) = first else { return "proxied" };
    let Some(whole) = whole else { return "proxied" };
    match &result {
        Ok(()) => {
            assert!(
                answer.starts_with(b"HTTP/1.") || answer.trim_ascii_start().starts_with(b"HTTP/1."),
                "{answer:?}"
            );
            assert_eq!(whole.is_ok(), length == answer.len(), "bytes before the handshake");
            "opened"
        }
        Err(failed) => {
            let failure = &failed.failure;
            assert!(matches!(failure.kind.exit_code(), 5 | 6));
            assert_inert_but_addresses(&one_line(&failure.message));
            assert!(failure.server_messages.is_empty());
            match failed.retry {
                Retry::Again => "unreachable",
                _ => "closed",
            }
        }
    }
}
