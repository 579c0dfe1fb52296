//! Which route a connection takes: curl's rules for the proxy variables.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::failed_try::FailedTry;
use crate::error::Failure;
use crate::model::base_url::BaseUrl;
use crate::model::host::{Host, parse_port};
use crate::model::secret::Secret;
use crate::platform::VARIABLES_HAVE_CASE;

mod exceptions;

/// curl's default port of a proxy.
const DEFAULT_PORT: u16 = 1080;

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

/// An HTTP proxy. Its password is only in `authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    pub host: Host,
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

    /// Fails on 407, with which the proxy demands credentials or refuses those it was sent.
    pub fn check_credentials(&self, status: u16) -> Result<(), FailedTry> {
        if status != 407 {
            return Ok(());
        }
        let (name, variable) = (self.describe(), self.variable);
        let what = match self.authorization {
            Some(_) => format!("refuses the user or password in {variable}"),
            None => "asks for a user and password".to_owned(),
        };
        let hint = format!("they go into the variable: {variable}=http://USER:PASSWORD@HOST:PORT");
        Err(FailedTry::last(
            Failure::protocol(format!("the proxy {name} {what} (HTTP 407)")).hint(hint),
        ))
    }
}

/// Chooses the route to a server from the environment, in which an empty variable counts as unset.
///
/// Lower case comes before upper case, and the variable of the scheme before `ALL_PROXY`. Loopback
/// is always direct. An unusable value is an error, never a silent direct connection. The error
/// does not repeat the value, which may hold a password.
pub fn route(
    environment: &dyn Fn(&str) -> Result<Option<String>, Failure>,
    to: &BaseUrl,
) -> Result<Route, Failure> {
    route_by_names(environment, VARIABLES_HAVE_CASE, to)
}

/// Without case, only the upper-case names count: in messages, and in that the guard of CGI programs
/// then covers `http_proxy` too.
pub fn route_by_names(
    environment: &dyn Fn(&str) -> Result<Option<String>, Failure>,
    names_have_case: bool,
    to: &BaseUrl,
) -> Result<Route, Failure> {
    if to.is_loopback() {
        return Ok(Route::Direct { why: "a loopback address" });
    }
    let lookup = |name: &str| Ok(environment(name)?.filter(|value| !value.is_empty()));
    let first = |names: &[&'static str]| {
        let found =
            |name: &&'static str| lookup(name).map(|value| Some((*name, value?))).transpose();
        let is_distinct = |name: &&&str| names_have_case || name.starts_with(char::is_uppercase);
        names.iter().filter(is_distinct).find_map(found).transpose()
    };
    // A CGI program gets the header field `Proxy` of the request as HTTP_PROXY (CVE-2016-5385).
    let is_cgi = lookup("REQUEST_METHOD")?.is_some();
    let candidates: &[&'static str] = match (to.uses_tls(), is_cgi) {
        (true, _) => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        (false, false) => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
        (false, true) => &["http_proxy", "all_proxy", "ALL_PROXY"],
    };
    let Some((variable, value)) = first(candidates)? else {
        return Ok(Route::Direct { why: "no proxy is set" });
    };
    let exceptions = first(&["no_proxy", "NO_PROXY"])?;
    if exceptions.is_some_and(|(_, list)| exceptions::cover(&list, to.host())) {
        return Ok(Route::Direct { why: "NO_PROXY covers this host" });
    }
    let proxy = parse(variable, &value).map_err(|what| {
        Failure::config(format!("the proxy in {variable} {what}"))
            .hint(format!("write {variable} as http://proxy.example:3128"))
    })?;
    Ok(Route::Through(proxy))
}

fn parse(variable: &'static str, value: &str) -> Result<Proxy, &'static str> {
    let rest = match value.split_once("://") {
        None => value,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
        Some(_) => return Err("is not an http:// proxy: no other kind is supported"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (credentials, address) = match authority.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, authority),
    };
    if credentials.is_some_and(|credentials| credentials.contains('@')) {
        return Err("has an @ in its user or password, which must be written %40");
    }
    let (host, port) = Host::split_port(address).ok_or("has no valid host")?;
    let port = match port {
        None | Some("") => DEFAULT_PORT,
        Some(port) => parse_port(port).ok_or("has a port that is not between 1 and 65535")?,
    };
    let authorization = credentials
        .map(|credentials| basic(credentials).ok_or("has a NUL in its user or password"))
        .transpose()?;
    Ok(Proxy { host, port, authorization, variable })
}

/// The value of `Proxy-Authorization` (RFC 7617) for percent-encoded `user:password`. As in curl,
/// a `%` without two digits is literal, and a NUL is refused.
fn basic(credentials: &str) -> Option<Secret> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let plain: Vec<u8> =
        percent_decode_str(user).chain(*b":").chain(percent_decode_str(password)).collect();
    (!plain.contains(&0)).then(|| Secret::new(format!("Basic {}", STANDARD.encode(plain))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(variables: &[(&str, &str)], to: &str) -> String {
        let value = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let lookup = |name: &str| Ok(value(name));
        match route_by_names(&lookup, true, &BaseUrl::parse(to).unwrap()) {
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
    fn names_without_case_are_upper_case() {
        let routed = |variables: &[(&str, &str)], to| {
            let value = |name: &str| {
                let found = variables.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                Ok(found.map(|(_, value)| (*value).to_owned()))
            };
            route_by_names(&value, false, &BaseUrl::parse(to).unwrap()).unwrap().describe()
        };
        let proxy = [("https_proxy", "p"), ("no_proxy", "x")];
        assert_eq!(routed(&proxy, "https://h"), "through the proxy p:1080 (HTTPS_PROXY)");
        assert_eq!(routed(&proxy, "https://x"), "direct (NO_PROXY covers this host)");
        let cgi = [("http_proxy", "p"), ("REQUEST_METHOD", "POST")];
        assert_eq!(routed(&cgi, "http://h"), "direct (no proxy is set)");
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
            ("http://[::1]:", "[::1]:1080"),
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
            let variable = |name: &str| Ok((name == "ALL_PROXY").then(|| value.to_owned()));
            let to = BaseUrl::parse("https://h").unwrap();
            let failure = route(&variable, &to).unwrap_err();
            assert_eq!(failure.kind.exit_code(), 3, "{value}");
            assert!(failure.message.contains("ALL_PROXY"), "{value}: {failure}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{value}: {failure:?}");
        }
    }

    #[test]
    fn proxy_password_is_decoded_and_never_shown() {
        let proxy = parse("HTTPS_PROXY", "http://user:p%40%C3%A9@proxy:3128").unwrap();
        assert_eq!(proxy.authorization.as_ref().unwrap().expose(), "Basic dXNlcjpwQMOp");
        assert!(!format!("{proxy:?} {}", proxy.describe()).contains("dXNl"));
        let encoded = |credentials| basic(credentials).map(|value| value.expose().to_owned());
        assert_eq!(encoded("user"), Some("Basic dXNlcjo=".to_owned()));
        assert_eq!(encoded("%zz%4:%41%"), Some(format!("Basic {}", STANDARD.encode("%zz%4:A%"))));
        assert_eq!(encoded("user:%00"), None);
    }
}
