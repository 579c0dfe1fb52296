//! The base URL of a Skia environment: which addresses a secret may be sent to.

use std::fmt;

use super::host::{Host, parse_port};
use crate::error::Failure;

/// The longest base URL that is accepted, in bytes: far above any real one, and below the 8 KiB
/// that common servers accept for a request line.
const LONGEST: usize = 2048;

/// Not the documented URL: it is the production environment.
const FORM: &str = "https://HOST/api";

/// The path of the documented call, below the base URL.
const LOGIN: &str = "/Auth/Login";

/// A validated base URL in canonical form: spellings of the same address (a trailing slash, an
/// upper-case host, `:443`) are equal.
///
/// Its scheme is `https` or `http`. It has no user information, no query and no fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    tls: bool,
    host: Host,
    port: u16,
    /// Empty, or with a slash at its start and none at its end.
    path: String,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::parse_named("the base URL", text)
    }

    /// Parses a base URL as a person wrote it. The error begins with `name`. It does not repeat the
    /// text, which may hold a password; a hint repeats a host and path without a scheme.
    pub fn parse_named(name: &str, text: &str) -> Result<Self, Failure> {
        let url = Self::parse_parts(text).map_err(|what| {
            let url = with_scheme(text).map_or_else(|| FORM.to_owned(), |url| url.to_string());
            Failure::config(format!("{name} {what}")).hint(format!("write it as {url}"))
        })?;
        match url.without_login() {
            Some(base) => {
                Err(Failure::config(format!("{name} is the address of the login itself"))
                    .hint(format!("leave its end off: {base}")))
            }
            None => Ok(url),
        }
    }

    fn parse_parts(text: &str) -> Result<Self, &'static str> {
        check_characters(text)?;
        let (scheme, rest) = text.split_once("://").ok_or("has no scheme (https://)")?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err("must begin with https://"),
        };
        if rest.contains('#') {
            return Err("has a fragment (#…)");
        }
        if rest.contains('?') {
            return Err("has a query (?…)");
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(
                "contains user information (…@host); credentials go into their own settings",
            );
        }
        let (host, port) = Host::split_port(authority).ok_or("has no valid host")?;
        let port = match port {
            None => default_port(tls),
            Some(port) => parse_port(port).ok_or("has a port that is not between 1 and 65535")?,
        };
        if !path.bytes().all(is_path_byte) {
            return Err("has a character in its path that must be percent-encoded");
        }
        Ok(Self { tls, host, port, path: path.trim_end_matches('/').to_owned() })
    }

    /// The base URL of a login URL, which is that URL without `/Auth/Login`.
    fn without_login(&self) -> Option<Self> {
        let (base, end) = self.path.split_at_checked(self.path.len().checked_sub(LOGIN.len())?)?;
        let path = base.trim_end_matches('/').to_owned();
        end.eq_ignore_ascii_case(LOGIN).then(|| Self { path, ..self.clone() })
    }

    pub fn uses_tls(&self) -> bool {
        self.tls
    }

    pub fn host(&self) -> &Host {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn is_loopback(&self) -> bool {
        self.host.is_loopback()
    }

    /// The host, and the port unless it is the default one (RFC 3986 §3.2).
    pub fn authority(&self) -> String {
        match self.port == default_port(self.tls) {
            true => self.host.to_string(),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Scheme, host and port (RFC 6454).
    pub fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// The URL of the documented call.
    pub fn login_url(&self) -> String {
        format!("{self}{LOGIN}")
    }

    /// The same environment with `/api` appended, unless the path ends so: a missing or surplus
    /// `/api` is the most common mistake.
    pub fn with_api(&self) -> Option<String> {
        let has_api = self.path.to_ascii_lowercase().ends_with("/api");
        (!has_api).then(|| format!("{self}/api"))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin(), self.path)
    }
}

/// The URL that a host and path without a scheme stand for.
fn with_scheme(text: &str) -> Option<BaseUrl> {
    let parse = |scheme| BaseUrl::parse_parts(&format!("{scheme}://{text}")).ok();
    let url = parse("https").filter(|_| !text.contains("://"))?;
    if url.is_loopback() {
        return parse("http");
    }
    // A secret that was typed in place of a URL is not repeated: it has no dot, or, as a JWT, a part
    // of more than 63 characters, the limit of a host name's labels (RFC 1035 §2.3.4).
    let host = url.host.as_str();
    let is_domain = host.contains('.') && host.split('.').all(|label| label.len() <= 63);
    is_domain.then(|| url.without_login().unwrap_or(url))
}

fn check_characters(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        Err("is empty")
    } else if text.len() > LONGEST {
        Err("is longer than 2048 bytes")
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("contains white space or a control character")
    } else if !text.is_ascii() {
        Err("contains a character that is not ASCII (write a host name in its xn-- form)")
    } else if text.contains('\\') {
        Err("contains a backslash")
    } else {
        Ok(())
    }
}

/// `pchar` and the slash (RFC 3986 §3.3).
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte)
}

fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
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
        assert_eq!(message("https://"), "the base URL has no valid host");
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
        assert_eq!(
            message("https://h/a\"b"),
            "the base URL has a character in its path that must be percent-encoded"
        );
        assert_eq!(message("https://h\\@evil/"), "the base URL contains a backslash");
        for text in
            ["https://h:99999/", "https://h:0/", "https://h:/", "https://h:+1/", "https://h:1x/"]
        {
            assert!(message(text).starts_with("the base URL "), "{text}");
        }
        assert!(message("https://user:hunter2@h/").contains("user information"));
        assert!(!message("https://user:hunter2@h/").contains("hunter2"));
        let hints = |text: &str| BaseUrl::parse(text).unwrap_err().hints.concat();
        assert_eq!(hints("https://h/api/auth/login/"), "leave its end off: https://h/api");
        for (text, url) in [
            ("own.test:8443/api/", "https://own.test:8443/api"),
            ("own.test/api/Auth/Login", "https://own.test/api"),
            ("localhost:8080/api", "http://localhost:8080/api"),
            ("hunter2", FORM),
            ("user:hunter2@own.test", FORM),
            ("own.test/api?key=hunter2", FORM),
            ("https:/own.test", FORM),
            (&format!("a.{}.b", "x".repeat(64)), FORM),
        ] {
            assert_eq!(hints(text), format!("write it as {url}"), "{text}");
        }
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
