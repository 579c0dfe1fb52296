//! A base URL: the address that is shown and checked is the one that the HTTP library connects to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

use super::inertness::assert_inert_but_addresses;
use crate::model::base_url::BaseUrl;

/// The address of a base URL, as the program parses it.
#[derive(Debug)]
pub struct Address {
    pub tls: bool,
    pub host: String,
    pub port: u16,
    pub path: String,
}

/// The bytes are a base URL as a person wrote it.
pub fn check(data: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(data) else { return "refused" };
    let url = match BaseUrl::parse(text) {
        Ok(url) => url,
        Err(failure) => {
            assert_eq!(failure.kind.exit_code(), 3);
            let shown = format!("{failure:?}");
            let is_login = failure.message == "the base URL is the address of the login itself";
            let lacks_scheme = failure.message == "the base URL has no scheme (https://)";
            assert!(is_login || lacks_scheme || !shown.contains("hunter2"), "{shown}");
            if lacks_scheme {
                let hinted = failure.hints[0].strip_prefix("write it as ").unwrap();
                assert!(BaseUrl::parse(hinted).is_ok(), "{hinted:?}");
            }
            if is_login {
                let base = failure.hints[0].strip_prefix("leave its end off: ").unwrap();
                let is_login_again =
                    base.to_ascii_lowercase().trim_end_matches('/').ends_with("/auth/login");
                assert!(is_login_again || BaseUrl::parse(base).is_ok(), "{base:?}");
            }
            return "refused";
        }
    };
    assert_canonical(&url, text);
    assert_same_on_the_wire(&url);
    assert_as_written(&url, text);
    let is_loopback = is_loopback_by_hand(url.host().as_str());
    assert_eq!(url.is_loopback(), is_loopback, "{url}");
    match (url.uses_tls(), is_loopback) {
        (true, _) => "https",
        (false, true) => "http-loopback",
        (false, false) => "http",
    }
}

/// For a comparison with another parser; `None` for a refused text.
pub fn address(text: &str) -> Option<Address> {
    let url = BaseUrl::parse(text).ok()?;
    let path = url.to_string()[url.origin().len()..].to_owned();
    Some(Address { tls: url.uses_tls(), host: url.host().to_string(), port: url.port(), path })
}

fn assert_canonical(url: &BaseUrl, text: &str) {
    let shown = url.to_string();
    assert_eq!(BaseUrl::parse(&shown).as_ref(), Ok(url), "{shown}");
    assert!(!text.contains(['?', '#', '\\']) && !shown.contains(['?', '#', '\\', ' ']), "{shown}");
    assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()), "{shown}");
    assert!(!shown.ends_with('/'), "{shown}");
    assert!(shown.starts_with("https://") || shown.starts_with("http://"), "{shown}");
    assert_inert_but_addresses(&crate::report::sanitize::one_line(&shown));
    for spelling in [format!("{shown}/"), format!("{shown}//")] {
        let is_too_long = spelling.len() > 2048;
        assert!(is_too_long || BaseUrl::parse(&spelling).as_ref() == Ok(url), "{spelling}");
    }
    if let Some(with_api) = url.with_api() {
        let with_api = BaseUrl::parse(&with_api).map(|with_api| with_api.origin());
        assert!(shown.len() > 2000 || with_api == Ok(url.origin()), "{with_api:?}");
    }
}

/// What the HTTP library writes into `Host` and into the request line.
fn assert_same_on_the_wire(url: &BaseUrl) {
    let uri: Uri = url.login_url().parse().expect("the login URL is one for the library");
    let default = if url.uses_tls() { 443 } else { 80 };
    assert_eq!(uri.scheme_str(), Some(if url.uses_tls() { "https" } else { "http" }));
    assert_eq!(uri.host(), Some(url.host().as_str()));
    assert_eq!(uri.port_u16().unwrap_or(default), url.port());
    assert_eq!(uri.authority().unwrap().as_str(), url.authority());
    let (path, query) = (uri.path(), uri.query());
    assert_eq!((format!("{}{path}", url.origin()), query), (url.login_url(), None));
}

/// A second, simple parser of RFC 3986 §3, applied to the text as written.
fn assert_as_written(url: &BaseUrl, text: &str) {
    let (scheme, rest) = text.split_once("://").unwrap();
    assert!(scheme.eq_ignore_ascii_case(if url.uses_tls() { "https" } else { "http" }));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'))
    {
        Some(colon) => (&authority[..colon], Some(authority[colon + 1..].parse().unwrap())),
        None => (authority, None),
    };
    assert!(!host.contains('@'), "{text}");
    assert!(host.eq_ignore_ascii_case(url.host().as_str()), "{text}");
    assert_eq!(port.unwrap_or(if url.uses_tls() { 443 } else { 80 }), url.port(), "{text}");
    assert_eq!(url.to_string(), format!("{}{}", url.origin(), path.trim_end_matches('/')));
}

fn is_loopback_by_hand(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse() {
        Ok(IpAddr::V4(address)) => Ipv4Addr::octets(&address)[0] == 127,
        Ok(IpAddr::V6(address)) => Ipv6Addr::to_bits(address) == 1,
        Err(_) => host == "localhost",
    }
}
