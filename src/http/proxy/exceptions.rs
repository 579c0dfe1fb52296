//! Which hosts `NO_PROXY` exempts from the proxy, as curl reads it.

use std::net::IpAddr;

use crate::model::host::Host;

/// Whether a list covers a host.
///
/// The entries are separated by commas or blanks. A name covers itself and its subdomains, with or
/// without a leading dot; an address covers itself, and `10.0.0.0/8` a network. `*` alone covers
/// everything. An entry with a port matches nothing, and names are not resolved.
pub fn cover(list: &str, host: &Host) -> bool {
    let mut entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
    list.trim() == "*"
        || match host.ip() {
            Some(address) => entries.any(|entry| covers_address(entry, address)),
            None => entries.any(|entry| covers_name(entry, host.as_str())),
        }
}

fn covers_name(entry: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    let Some((start, end)) =
        host.len().checked_sub(entry.len()).and_then(|start| host.split_at_checked(start))
    else {
        return false;
    };
    let at_label = start.is_empty() || start.ends_with('.');
    !entry.is_empty() && at_label && end.eq_ignore_ascii_case(entry)
}

fn covers_address(entry: &str, address: IpAddr) -> bool {
    let (network, bits) = entry.split_once('/').unwrap_or((entry, "0"));
    // Rust accepts `+8`; curl does not.
    let bits = if bits.starts_with('+') { None } else { bits.parse::<u32>().ok() };
    let (Ok(network), Some(bits)) = (network.parse(), bits) else {
        return false;
    };
    let (difference, width) = match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(network.to_bits() ^ address.to_bits()), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits() ^ address.to_bits(), 128),
        _ => return false,
    };
    // curl takes /0 for no prefix length: only the address itself matches.
    let bits = if bits == 0 { width } else { bits };
    bits <= width && difference >> (width - bits) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let (parsed, _) = Host::split_port(host).unwrap();
            assert_eq!(cover(list, &parsed), expected, "{list:?} {host:?}");
        }
    }
}
