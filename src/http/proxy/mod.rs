//! Which way a connection takes: curl's rules for the proxy variables.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::secret::Secret;

mod exceptions;

/// Where a proxy without a port listens, by curl's rule.
const DEFAULT_PORT: u16 = 1080;

/// The way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Direct {
        /// For `-v` and `doctor`: `no proxy is set`.
        why: &'static str,
    },
    Through(Proxy),
}

impl Route {
    pub fn describe(&self) -> String {
        match self {
            Route::Direct { why } => format!("direct ({why})"),
            Route::Through(proxy) => format!("through the proxy {}", proxy.describe()),
        }
    }
}

/// An HTTP proxy. Its password is nowhere but in `authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// In lower case; an IPv6 address stands in brackets.
    pub host: String,
    pub port: u16,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<Secret>,
    /// The variable that named it.
    pub variable: &'static str,
}

impl Proxy {
    pub fn describe(&self) -> String {
        format!("{}:{} ({})", self.host, self.port, self.variable)
    }
}

/// Chooses the route to a server from the environment, in which an empty variable counts as unset.
///
/// Lower case goes before upper case, and the variable of the scheme before `ALL_PROXY`. Loopback is always direct. A
/// value that cannot be used, or not be read, is an error, never a silent direct connection; the error does not repeat
/// it, since it may hold a password.
pub fn route(
    environment: &dyn Fn(&str) -> Result<Option<String>, Failure>,
    to: &BaseUrl,
) -> Result<Route, Failure> {
    if to.is_loopback() {
        return Ok(Route::Direct { why: "a loopback address" });
    }
    let lookup = |name: &str| Ok(environment(name)?.filter(|value| !value.is_empty()));
    let first = |names: &[&'static str]| {
        let found =
            |name: &&'static str| lookup(name).map(|value| Some((*name, value?))).transpose();
        names.iter().find_map(found).transpose()
    };
    // A CGI program is given the header `Proxy:` of a stranger's request as HTTP_PROXY (CVE-2016-5385).
    let is_cgi = lookup("REQUEST_METHOD")?.is_some();
    let candidates: &[&'static str] = match (to.uses_tls(), is_cgi) {
        (true, _) => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        (false, false) => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
        (false, true) => &["http_proxy", "all_proxy", "ALL_PROXY"],
    };
    let Some((variable, value)) = first(candidates)? else {
        return Ok(Route::Direct { why: "no proxy is set" });
    };
    let excepted = first(&["no_proxy", "NO_PROXY"])?;
    if excepted.is_some_and(|(_, list)| exceptions::cover(&list, to.host())) {
        return Ok(Route::Direct { why: "NO_PROXY covers this host" });
    }
    parse(variable, &value).map(Route::Through)
}

fn parse(variable: &'static str, value: &str) -> Result<Proxy, Failure> {
    let unusable = |what: &str| {
        Failure::config(format!("the proxy in {variable} {what}"))
            .hint(format!("write {variable} as http://proxy.example:3128"))
    };
    let rest = match value.split_once("://") {
        None => value,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
        Some((scheme, _)) => {
            let known = ["https", "socks4", "socks4a", "socks5", "socks5h", "ftp"];
            return Err(match known.iter().find(|name| scheme.eq_ignore_ascii_case(name)) {
                Some(name) => {
                    unusable(&format!("is of the kind {name}://, and only http:// is supported"))
                }
                None => unusable("is of an unknown kind; only http:// is supported"),
            });
        }
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (credentials, address) = match authority.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, authority),
    };
    if credentials.is_some_and(|credentials| credentials.contains('@')) {
        return Err(unusable("has an @ in its user or password, which must be written %40"));
    }
    let (host, port) = split_port(address).ok_or_else(|| unusable("is malformed"))?;
    let port = match port {
        None | Some("") => DEFAULT_PORT,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| unusable("has a port out of range"))?,
        Some(_) => return Err(unusable("has a port that is not a number")),
    };
    let authorization = match credentials {
        None => None,
        Some(credentials) => {
            Some(basic(credentials).ok_or_else(|| unusable("has a malformed user or password"))?)
        }
    };
    Ok(Proxy { host: host.to_ascii_lowercase(), port, authorization, variable })
}

/// Splits `host:port`, with an IPv6 address in brackets. `None` for what is no host.
fn split_port(address: &str) -> Option<(&str, Option<&str>)> {
    let end = match address.strip_prefix('[') {
        Some(inner) => inner.find(']')? + 2,
        None => address.find(':').unwrap_or(address.len()),
    };
    let (host, rest) = address.split_at(end);
    let valid = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(bare) => bare.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
    };
    match rest.strip_prefix(':') {
        _ if !valid => None,
        Some(port) => Some((host, Some(port))),
        None => rest.is_empty().then_some((host, None)),
    }
}

/// The value of `Proxy-Authorization` (RFC 7617) for percent-encoded `user:password`.
fn basic(credentials: &str) -> Option<Secret> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let plain = [percent_decode(user)?, b":".to_vec(), percent_decode(password)?].concat();
    Some(Secret::new(format!("Basic {}", STANDARD.encode(plain))))
}

/// Decodes `%40`. As in curl, a `%` without two digits stands for itself and a NUL is refused.
fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| {
            after
                .get(at)
                .and_then(|b| char::from(*b).to_digit(16))
                .and_then(|d| u8::try_from(d).ok())
        };
        let (byte, after) = match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => (high << 4 | low, &after[2..]),
            _ => (byte, after),
        };
        decoded.push(byte);
        rest = after;
    }
    (!decoded.contains(&0)).then_some(decoded)
}

/// What a 407 means.
pub fn refused_credentials(proxy: &Proxy) -> Failure {
    let variable = proxy.variable;
    let message = match proxy.authorization {
        Some(_) => format!(
            "the proxy {} refuses the user or password in {variable} (HTTP 407)",
            proxy.describe()
        ),
        None => format!("the proxy {} asks for a user and password (HTTP 407)", proxy.describe()),
    };
    Failure::protocol(message)
        .hint(format!("they go into the variable: {variable}=http://USER:PASSWORD@HOST:PORT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(variables: &[(&str, &str)], to: &str) -> String {
        let value = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let lookup = |name: &str| Ok(value(name));
        match route(&lookup, &BaseUrl::parse(to).unwrap()) {
            Ok(route) => route.describe(),
            Err(failure) => failure.message,
        }
    }

    #[test]
    fn variables_count_in_the_order_of_curl() {
        let all = [
            ("https_proxy", "s:1"),
            ("HTTPS_PROXY", "S:2"),
            ("http_proxy", "p:3"),
            ("HTTP_PROXY", "P:4"),
            ("all_proxy", "a:5"),
            ("ALL_PROXY", "A:6"),
        ];
        for (from, to, expected) in [
            (0, "https://h", "through the proxy s:1 (https_proxy)"),
            (1, "https://h", "through the proxy s:2 (HTTPS_PROXY)"),
            (2, "https://h", "through the proxy a:5 (all_proxy)"),
            (5, "https://h", "through the proxy a:6 (ALL_PROXY)"),
            (6, "https://h", "direct (no proxy is set)"),
            (0, "http://h", "through the proxy p:3 (http_proxy)"),
            (3, "http://h", "through the proxy p:4 (HTTP_PROXY)"),
            (4, "http://h", "through the proxy a:5 (all_proxy)"),
            (0, "https://127.0.0.1", "direct (a loopback address)"),
            (0, "http://localhost:8080", "direct (a loopback address)"),
        ] {
            assert_eq!(routed(&all[from..], to), expected, "{from} {to}");
        }
        assert_eq!(routed(&[("HTTP_PROXY", "p")], "https://h"), "direct (no proxy is set)");
        assert_eq!(routed(&[("HTTPS_PROXY", "p")], "http://h"), "direct (no proxy is set)");
        assert_eq!(
            routed(&[("https_proxy", ""), ("HTTPS_PROXY", "p")], "https://h"),
            "through the proxy p:1080 (HTTPS_PROXY)"
        );
        assert_eq!(
            routed(&[("HTTP_PROXY", "p"), ("REQUEST_METHOD", "POST")], "http://h"),
            "direct (no proxy is set)"
        );
    }

    #[test]
    fn excepted_host_is_reached_directly() {
        let excepted = "direct (NO_PROXY covers this host)";
        assert_eq!(routed(&[("HTTPS_PROXY", "p"), ("NO_PROXY", "h")], "https://h"), excepted);
        assert_eq!(
            routed(&[("HTTPS_PROXY", "no proxy"), ("no_proxy", "h")], "https://h"),
            excepted
        );
        let both = [("HTTPS_PROXY", "p"), ("NO_PROXY", "h"), ("no_proxy", "x")];
        assert_eq!(routed(&both, "https://h"), "through the proxy p:1080 (HTTPS_PROXY)");
    }

    #[test]
    fn proxy_values_are_read_as_curl_reads_them() {
        for (value, expected) in [
            ("proxy", "proxy:1080"),
            ("proxy:3128", "proxy:3128"),
            ("HTTP://Proxy.Example:3128/", "proxy.example:3128"),
            ("http://proxy", "proxy:1080"),
            ("http://proxy:", "proxy:1080"),
            ("http://user:100%@proxy:1", "proxy:1"),
            ("http://user:p%40ss@proxy:3128/path?x", "proxy:3128"),
            ("http://[::1]", "[::1]:1080"),
            ("[2001:DB8::1]:8080", "[2001:db8::1]:8080"),
        ] {
            let proxy = parse("HTTPS_PROXY", value).unwrap();
            assert_eq!(proxy.describe(), format!("{expected} (HTTPS_PROXY)"), "{value}");
        }
    }

    #[test]
    fn unusable_proxy_is_an_error_that_names_the_variable_and_not_the_value() {
        for value in [
            "http://",
            "http://:3128",
            "http://hunter2:hunter2@",
            "http://hunter2@proxy:99999",
            "http://hunter2@proxy:0",
            "http://user:hunter2@hunter2@proxy",
            " http://hunter2@proxy",
            "http://hunter2@proxy:1 ",
            "http://hunter2@proxy:1x",
            "http://hunter2@pro xy",
            "http://hunter2%00@proxy",
            "http://hunter2@[::1",
            "http://hunter2@[::1]3128",
            "http://hunter2@[hunter2]:1",
            "ftp://hunter2@proxy",
            "socks5h://hunter2@proxy:1080",
            "https://hunter2@proxy",
            "hunter2://proxy",
        ] {
            let failure = parse("ALL_PROXY", value).unwrap_err();
            assert_eq!(failure.kind.exit_code(), 3, "{value}");
            assert!(failure.message.contains("ALL_PROXY"), "{value}: {failure}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{value}: {failure:?}");
        }
    }

    #[test]
    fn percent_without_digits_stands_for_itself() {
        assert_eq!(percent_decode("100%").unwrap(), b"100%");
        assert_eq!(percent_decode("%zz%4%41%").unwrap(), b"%zz%4A%");
        assert_eq!(percent_decode("%00"), None);
    }

    #[test]
    fn proxy_password_is_decoded_and_never_shown() {
        let proxy = parse("HTTPS_PROXY", "http://user:p%40%C3%A9@proxy:3128").unwrap();
        assert_eq!(proxy.authorization.as_ref().unwrap().expose(), "Basic dXNlcjpwQMOp");
        assert!(!format!("{proxy:?} {}", proxy.describe()).contains("dXNl"));
        let bare = parse("HTTPS_PROXY", "http://user@proxy").unwrap();
        assert_eq!(bare.authorization.unwrap().expose(), "Basic dXNlcjo=");
    }
}
