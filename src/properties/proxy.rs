//! The variables of a proxy: the route is curl's, the errors name the variable, and the request is one request.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::assert_made_of;
use super::inertness::assert_inert_but_addresses;
use super::readings::percent_decoded;
use crate::http::Retry;
use crate::http::headers::USER_AGENT;
use crate::http::proxy::{Proxy, Route, route};
use crate::http::script::forwarded;
use crate::http::tunnel;
use crate::model::base_url::BaseUrl;
use crate::report::sanitize::one_line;

/// Every word that an error may consist of.
const VOCABULARY: &str = "
    the proxy in https_proxy HTTPS_PROXY http_proxy HTTP_PROXY all_proxy ALL_PROXY is of kind https:// socks4:// socks4a://
    socks5:// socks5h:// ftp://, https://, socks4://, socks4a://, socks5://, socks5h://, and only http:// supported an
    unknown kind; has @ its user or password, which must be written %40 malformed a port out range that not number write as
    http://proxy.example:3128 password";

const DEFAULT_URL: &str = "https://api.skia.com.br/api";

/// The first lines are variables, one `NAME=value` a line; `to=` is the base URL. What stands behind an empty line is the
/// proxy's answer to CONNECT.
pub fn check(data: &[u8]) -> &'static str {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let answer = data.get(end + 2..).unwrap_or_default();
    let head = String::from_utf8_lossy(&data[..end]);
    let variables: BTreeMap<_, _> = head.lines().filter_map(|line| line.split_once('=')).collect();
    let Ok(to) = BaseUrl::parse(variables.get("to").unwrap_or(&DEFAULT_URL)) else {
        return "no-url";
    };
    let lookup = |name: &str| Ok(variables.get(name).map(|value| (*value).to_owned()));
    let chosen = chosen(&variables, &to);
    match route(&lookup, &to) {
        Ok(Route::Direct { why }) => {
            assert_inert_but_addresses(&one_line(why));
            assert!(chosen.is_none(), "{why}: {chosen:?}");
            "direct"
        }
        Ok(Route::Through(proxy)) => {
            let (variable, value) = chosen.expect("a proxy out of nowhere");
            assert_eq!(proxy.variable, variable);
            assert_is(&proxy, value);
            assert_one_request(&proxy, &to);
            answered(answer, &proxy, &to)
        }
        Err(failure) => {
            let (variable, _) = chosen.expect("an error without a proxy");
            assert_eq!(failure.kind.exit_code(), 3);
            assert!(failure.message.contains(variable), "{failure:?}");
            assert_made_of(VOCABULARY, &failure.message);
            failure.hints.iter().for_each(|hint| assert_made_of(VOCABULARY, hint));
            "refused"
        }
    }
}

/// Which variable counts, by the contract; `None` where the way is direct.
fn chosen<'a>(variables: &BTreeMap<&'a str, &'a str>, to: &BaseUrl) -> Option<(&'a str, &'a str)> {
    let set = |name: &str| {
        variables.get_key_value(name).filter(|(_, value)| !value.is_empty()).map(|(k, v)| (*k, *v))
    };
    if to.is_loopback() {
        return None;
    }
    let own = if to.uses_tls() {
        set("https_proxy").or_else(|| set("HTTPS_PROXY"))
    } else {
        set("http_proxy").or_else(|| set("HTTP_PROXY").filter(|_| set("REQUEST_METHOD").is_none()))
    };
    let found = own.or_else(|| set("all_proxy")).or_else(|| set("ALL_PROXY"))?;
    let list = set("no_proxy").or_else(|| set("NO_PROXY")).map_or("", |(_, list)| list);
    (!is_excepted(list, to.host())).then_some(found)
}

/// curl's `Curl_check_noproxy`, as the contract has it: trimmed, and blanks separate as well as commas.
fn is_excepted(list: &str, host: &str) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let separated = list.replace([' ', '\t'], ",");
    let mut names = separated.split(',').filter(|name| !name.is_empty());
    let bare = host.trim_matches(['[', ']']);
    match bare.parse::<IpAddr>() {
        Ok(address) => names.any(|name| is_network_of(name, address)),
        Err(_) => {
            let host = format!(".{}", host.strip_suffix('.').unwrap_or(host)).to_ascii_lowercase();
            names.any(|name| {
                let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
                let name = name.strip_prefix('.').unwrap_or(&name);
                !name.is_empty() && host.ends_with(&format!(".{name}"))
            })
        }
    }
}

fn is_network_of(name: &str, address: IpAddr) -> bool {
    let (network, bits) = name.split_once('/').unwrap_or((name, "0"));
    if bits.is_empty() || !bits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let Ok(bits) = bits.parse::<usize>() else { return false };
    let (own, other) = match address {
        IpAddr::V4(address) => {
            (binary(&address.octets()), network.parse().map(|v4: Ipv4Addr| binary(&v4.octets())))
        }
        IpAddr::V6(address) => {
            (binary(&address.octets()), network.parse().map(|v6: Ipv6Addr| binary(&v6.octets())))
        }
    };
    let bits = if bits == 0 { own.len() } else { bits };
    bits <= own.len() && other.is_ok_and(|other| other[..bits] == own[..bits])
}

fn binary(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:08b}")).collect()
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
    let port = written.strip_prefix(&proxy.host).expect("the host is the one that was written");
    assert!(proxy.port != 0);
    match port.strip_prefix(':').unwrap_or(port) {
        "" => assert_eq!(proxy.port, 1080),
        digits => assert_eq!(digits.parse(), Ok(proxy.port)),
    }
    assert!(
        proxy.host.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'@' | b'/' | b'?' | b'#')),
        "{value:?}"
    );
    assert_eq!(proxy.describe(), format!("{}:{} ({})", proxy.host, proxy.port, proxy.variable));
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

/// Whichever way the request takes: the proxy reads one, with the header that is meant, and nothing behind it.
fn assert_one_request(proxy: &Proxy, to: &BaseUrl) {
    let credentials = proxy
        .authorization
        .as_ref()
        .map(|value| ("proxy-authorization".to_owned(), value.expose().into()));
    let (request, method, target, fields) = if to.uses_tls() {
        let target = format!("{}:{}", to.host(), to.port());
        let agent = ("user-agent".to_owned(), USER_AGENT.to_owned());
        let fields = [("host".to_owned(), target.clone()), agent].into_iter().chain(credentials);
        (tunnel::request(proxy, to).into_bytes(), "CONNECT", target, fields.collect::<Vec<_>>())
    } else {
        let path = to.login_url()[to.origin().len()..].to_owned();
        let plain = format!("POST {path} HTTP/1.1\r\nhost: h\r\n\r\n");
        let fields = credentials.into_iter().chain([("host".to_owned(), "h".to_owned())]);
        (forwarded(plain.as_bytes(), to, proxy), "POST", to.login_url(), fields.collect())
    };
    let mut room = [httparse::EMPTY_HEADER; 4];
    let mut head = httparse::Request::new(&mut room);
    let end = head.parse(&request).expect("a request is HTTP").unwrap();
    assert_eq!(end, request.len(), "{:?}", String::from_utf8_lossy(&request));
    assert_eq!((head.method, head.path), (Some(method), Some(target.as_str())));
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let read = head.headers.iter().map(|field| (field.name.to_lowercase(), text(field.value)));
    assert_eq!(read.collect::<Vec<_>>(), fields);
    let count = |byte: u8| request.iter().filter(|found| **found == byte).count();
    let lines = fields.len() + 2;
    assert_eq!((count(b'\r'), count(b'\n')), (lines, lines));
}

fn answered(answer: &[u8], proxy: &Proxy, to: &BaseUrl) -> &'static str {
    // However it comes, the first verdict is the one: what follows belongs to TLS.
    let first = (0..=answer.len())
        .find_map(|length| tunnel::understand(&answer[..length], proxy, to).zip(Some(length)));
    let whole = tunnel::understand(answer, proxy, to);
    assert_eq!(first.is_some(), whole.is_some());
    let Some((verdict, length)) = first else { return "proxied" };
    let Some(whole) = whole else { return "proxied" };
    match &verdict {
        Ok(()) => {
            assert!(
                answer.starts_with(b"HTTP/1.") || answer.trim_ascii_start().starts_with(b"HTTP/1."),
                "{answer:?}"
            );
            assert_eq!(whole.is_ok(), length == answer.len(), "words before the handshake");
            "opened"
        }
        Err(trouble) => {
            let failure = &trouble.failure;
            assert!(matches!(failure.kind.exit_code(), 5 | 6));
            assert_inert_but_addresses(&one_line(&failure.message));
            assert!(failure.server_messages.is_empty());
            match trouble.retry {
                Retry::Again => "unreachable",
                _ => "closed",
            }
        }
    }
}
