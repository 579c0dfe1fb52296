//! Which hosts `NO_PROXY` excepts from the proxy, as curl reads it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Does the list cover the host? An IPv6 host stands in brackets.
///
/// The list is separated by commas or blanks. A name covers itself and its sub-domains, with or without a dot in front; an
/// address covers itself, `10.0.0.0/8` a network; `*`, standing alone, covers everything. A port in the list matches
/// nothing, and names are not resolved.
pub fn cover(list: &str, host: &str) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut tokens = list.split([',', ' ', '\t']).filter(|token| !token.is_empty());
    match bare.parse::<IpAddr>() {
        Ok(address) => tokens.any(|token| covers_address(token, address)),
        Err(_) => tokens.any(|token| covers_name(token, host)),
    }
}

fn covers_name(token: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let token = token.strip_suffix('.').unwrap_or(token);
    let token = token.strip_prefix('.').unwrap_or(token);
    let Some(start) = host.len().checked_sub(token.len()) else {
        return false;
    };
    let at_label = start == 0 || host.as_bytes().get(start - 1) == Some(&b'.');
    !token.is_empty() && at_label && host.as_bytes()[start..].eq_ignore_ascii_case(token.as_bytes())
}

fn covers_address(token: &str, address: IpAddr) -> bool {
    let (network, bits) = match token.split_once('/') {
        None => (token, None),
        // The numbers of Rust may have a plus sign; those of curl may not.
        Some((_, bits)) if bits.starts_with('+') => return false,
        Some((network, bits)) => match bits.parse::<u32>() {
            Ok(bits) => (network, Some(bits)),
            Err(_) => return false,
        },
    };
    // curl takes /0 for no prefix at all: only the address itself matches.
    let bits = bits.filter(|bits| *bits != 0);
    match address {
        IpAddr::V4(address) => {
            let bits = bits.unwrap_or(32);
            bits <= 32
                && network.parse::<Ipv4Addr>().is_ok_and(|network| {
                    (address.to_bits() ^ network.to_bits()).leading_zeros() >= bits
                })
        }
        IpAddr::V6(address) => {
            let bits = bits.unwrap_or(128);
            bits <= 128
                && network.parse::<Ipv6Addr>().is_ok_and(|network| {
                    (address.to_bits() ^ network.to_bits()).leading_zeros() >= bits
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cover;

    #[test]
    fn list_is_read_as_curl_reads_it() {
        for (list, host, expected) in [
            ("*", "api.skia.com.br", true),
            (" * ", "api.skia.com.br", true),
            ("x, *", "api.skia.com.br", false),
            ("api.skia.com.br", "api.skia.com.br", true),
            ("skia.com.br", "api.skia.com.br", true),
            (".skia.com.br", "api.skia.com.br", true),
            (".skia.com.br", "skia.com.br", true),
            ("SKIA.com.BR.", "api.skia.com.br", true),
            ("skia.com.br", "api.skia.com.br.", true),
            ("kia.com.br", "api.skia.com.br", false),
            ("api.skia.com.br.evil.test", "api.skia.com.br", false),
            ("a.test , skia.com.br", "api.skia.com.br", true),
            ("a.test skia.com.br", "api.skia.com.br", true),
            (",,\t,skia.com.br,", "api.skia.com.br", true),
            ("skia.com.br:443", "api.skia.com.br", false),
            (".", "api.skia.com.br", false),
            ("", "api.skia.com.br", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.1.0.0/16", "10.2.0.1", false),
            ("10.1.2.2/31", "10.1.2.3", true),
            ("0.0.0.0/0", "10.1.2.3", false),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.0.0.0/x", "10.1.2.3", false),
            ("10.0.0.0/+8", "10.1.2.3", false),
            ("2.3", "10.1.2.3", false),
            ("10.0.0.0/8", "ten.test", false),
            ("2001:db8::1", "[2001:db8::1]", true),
            ("2001:db8::/33", "[2001:db8:7fff::1]", true),
            ("2001:db8::/33", "[2001:db8:8000::1]", false),
            ("[2001:db8::1]", "[2001:db8::1]", false),
        ] {
            assert_eq!(cover(list, host), expected, "{list:?} {host:?}");
        }
    }
}
