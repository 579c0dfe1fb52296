//! The host of a URL (RFC 3986 §3.2.2).

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A host name or an IP address, in lower case; an IPv6 address stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// Splits `host[:port]`. The port is returned as written; `None` if the host is malformed.
    pub fn split_port(authority: &str) -> Option<(Self, Option<&str>)> {
        let (host, port) = match authority.rsplit_once(':') {
            // The colons inside an IPv6 address do not begin a port.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_valid = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => is_name(host),
        };
        is_valid.then(|| (Self(host.to_ascii_lowercase()), port))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that resolvers and certificates use: an IPv6 address without its brackets.
    pub fn without_brackets(&self) -> &str {
        self.0.trim_start_matches('[').trim_end_matches(']')
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.without_brackets().parse().ok()
    }

    /// `localhost`, 127.0.0.0/8 or `::1`, as written: a name that resolves to such an address is
    /// not loopback.
    pub fn is_loopback(&self) -> bool {
        self.0 == "localhost" || self.ip().is_some_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A port from 1 to 65535, in digits only: the parser of the standard library also accepts `+80`.
pub fn parse_port(digits: &str) -> Option<u16> {
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|port| is_number && *port != 0)
}

fn is_name(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && !host.starts_with('.')
        && !host.contains("..")
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}
