//! Which addresses a secret may be sent to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

use crate::error::Failure;

/// The longest base URL that is accepted, in bytes: well above every real one, far below what a server would take.
const LONGEST: usize = 2048;

/// The base URL of a Skia environment, validated and in one canonical form.
///
/// Two spellings of the same address (a trailing slash, an upper-case host, `:443`) are equal. It has no user
/// information, no query, no fragment, and its scheme is `https` or `http`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    tls: bool,
    host: String,
    port: u16,
    path: String,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::parse_named("the base URL", text)
    }

    /// Reads a base URL as a person wrote it. The error begins with `name`, and never repeats the
    /// text, which may hold a password.
    pub fn parse_named(name: &str, text: &str) -> Result<Self, Failure> {
        let malformed = |what: &str| {
            Failure::config(format!("{name} {what}"))
                .hint("write it as https://api.skia.com.br/api")
        };
        if text.is_empty() {
            return Err(malformed("is empty"));
        }
        if text.len() > LONGEST {
            return Err(malformed("is longer than 2048 bytes"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(malformed("contains white space or a control character"));
        }
        if !text.is_ascii() {
            return Err(malformed(
                "contains a character that is not ASCII (write a host name in its xn-- form)",
            ));
        }
        if text.contains('\\') {
            return Err(malformed("contains a backslash"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(malformed("has no scheme (https://)"));
        };
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(malformed("must begin with https://")),
        };
        if rest.contains('#') {
            return Err(malformed("has a fragment (#…)"));
        }
        if rest.contains('?') {
            return Err(malformed("has a query (?…)"));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(malformed(
                "contains user information (…@host); credentials go into their own settings",
            ));
        }
        let uri: Uri = text.parse().map_err(|_| malformed("is malformed"))?;
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        if !is_host(&host) {
            return Err(malformed("has no valid host"));
        }
        // `Uri::port_u16` answers None for a port that is not a number; only a missing port may take the default.
        let behind_host = &authority[host.len()..];
        let port = match behind_host.strip_prefix(':') {
            None if behind_host.is_empty() => {
                if tls {
                    443
                } else {
                    80
                }
            }
            // `Uri` takes `[::1]8080` for the host alone.
            None => return Err(malformed("has no valid host")),
            Some(digits) => {
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                match digits.parse::<u16>() {
                    Ok(port) if plain && port != 0 => port,
                    _ => return Err(malformed("has a port that is not between 1 and 65535")),
                }
            }
        };
        let path = uri.path().trim_end_matches('/').to_owned();
        if path.to_ascii_lowercase().ends_with("/auth/login") {
            let base = &text[..text.trim_end_matches('/').len() - "/auth/login".len()];
            return Err(Failure::config(format!("{name} is the address of the login itself"))
                .hint(format!("leave its end off: {base}")));
        }
        Ok(Self { tls, host, port, path })
    }

    pub fn uses_tls(&self) -> bool {
        self.tls
    }

    /// The host in lower case; an IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Loopback by name: `localhost`, 127.0.0.0/8 and `::1`. A name that merely resolves to such an address is not.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost"
            || bare.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
            || bare.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Scheme, host and port (RFC 6454).
    pub fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => format!("{scheme}://{}", self.host),
            (_, port) => format!("{scheme}://{}:{port}", self.host),
        }
    }

    /// The URL of the documented call.
    pub fn login_url(&self) -> String {
        format!("{self}/Auth/Login")
    }

    /// The same environment with `/api` behind it, if that is not how it ends already: its two spellings are the
    /// commonest mistake.
    pub fn with_api(&self) -> Option<String> {
        let ends_so = self.path.to_ascii_lowercase().ends_with("/api");
        (!ends_so).then(|| format!("{self}/api"))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin(), self.path)
    }
}

fn is_host(host: &str) -> bool {
    if let Some(bare) = host.strip_prefix('[') {
        return bare.strip_suffix(']').is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok());
    }
    !host.is_empty()
        && host.len() <= 253
        && !host.starts_with('.')
        && !host.contains("..")
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        BaseUrl::parse(text).unwrap_err().message
    }

    #[test]
    fn spellings_of_one_address_are_equal() {
        let canonical = BaseUrl::parse("https://api.skia.com.br/api").unwrap();
        for text in [
            "https://api.skia.com.br/api/",
            "https://API.skia.com.BR/api",
            "https://api.skia.com.br:443/api//",
            "HTTPS://api.skia.com.br:0443/api",
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap(), canonical, "{text}");
        }
        assert_eq!(canonical.login_url(), "https://api.skia.com.br/api/Auth/Login");
        assert_eq!(
            BaseUrl::parse("http://[::1]:8080/").unwrap().login_url(),
            "http://[::1]:8080/Auth/Login"
        );
    }

    #[test]
    fn addresses_that_no_secret_is_sent_to() {
        assert_eq!(message(""), "the base URL is empty");
        assert_eq!(message("api.skia.com.br/api"), "the base URL has no scheme (https://)");
        assert_eq!(message("ftp://api.skia.com.br"), "the base URL must begin with https://");
        assert_eq!(message("https://"), "the base URL is malformed");
        assert_eq!(message("https://:443/api"), "the base URL has no valid host");
        assert_eq!(message("https://[::1]8443/api"), "the base URL has no valid host");
        assert_eq!(message("https://h/api?x=1"), "the base URL has a query (?…)");
        assert_eq!(message("https://h/api#x"), "the base URL has a fragment (#…)");
        assert_eq!(
            message("https://h/a b"),
            "the base URL contains white space or a control character"
        );
        assert_eq!(
            message("https://h/a\r\nX: y"),
            "the base URL contains white space or a control character"
        );
        assert_eq!(message("https://h\\@evil/"), "the base URL contains a backslash");
        for text in
            ["https://h:99999/", "https://h:0/", "https://h:/", "https://h:+1/", "https://h:1x/"]
        {
            assert!(message(text).starts_with("the base URL "), "{text}");
        }
        assert!(message("https://user:hunter2@h/").contains("user information"));
        assert!(!message("https://user:hunter2@h/").contains("hunter2"));
        assert_eq!(
            BaseUrl::parse("https://h/api/auth/login/").unwrap_err().hints,
            ["leave its end off: https://h/api"]
        );
    }

    #[test]
    fn loopback_is_a_matter_of_the_name() {
        let loopback = |text: &str| BaseUrl::parse(text).unwrap().is_loopback();
        for text in [
            "http://localhost:1",
            "http://127.0.0.1",
            "http://127.9.9.9/x",
            "http://[::1]",
            "https://LOCALHOST",
        ] {
            assert!(loopback(text), "{text}");
        }
        for text in [
            "http://127.0.0.1.evil.test",
            "http://localhost.evil.test",
            "http://10.0.0.1",
            "http://127.1",
        ] {
            assert!(!loopback(text), "{text}");
        }
    }

    #[test]
    fn api_is_offered_where_it_is_missing() {
        assert_eq!(
            BaseUrl::parse("https://h").unwrap().with_api().as_deref(),
            Some("https://h/api")
        );
        assert_eq!(BaseUrl::parse("https://h/api").unwrap().with_api(), None);
    }
}
