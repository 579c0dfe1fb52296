#![no_main]

use std::net::{Ipv4Addr, Ipv6Addr};

use skia_auth::properties::base_url::{Address, address, check};
use url::{Host, Url};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let (Some(ours), Ok(theirs)) = (address(text), Url::parse(text)) {
        compare(&ours, &theirs);
    }
});

/// What we and a browser (WHATWG) both accept leads to the same place.
fn compare(ours: &Address, theirs: &Url) {
    assert_eq!(theirs.scheme(), if ours.tls { "https" } else { "http" });
    assert_eq!(theirs.port_or_known_default(), Some(ours.port));
    assert_eq!(
        (theirs.username(), theirs.password(), theirs.query(), theirs.fragment()),
        ("", None, None, None)
    );
    match theirs.host() {
        Some(Host::Domain(name)) => assert_eq!(name, ours.host),
        // A browser reads `0x7f.1` and `127.1` as addresses; here they are names, which the resolver may read so.
        Some(Host::Ipv4(ip)) => {
            assert!(
                ours.host.parse::<Ipv4Addr>().map_or(looks_numeric(&ours.host), |own| own == ip)
            )
        }
        Some(Host::Ipv6(ip)) => {
            assert_eq!(ours.host.trim_matches(['[', ']']).parse::<Ipv6Addr>(), Ok(ip))
        }
        None => panic!("no host"),
    }
    // A browser resolves dots and escapes what it does not like; here a path is sent as it was written.
    let is_plain =
        ours.path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_~!$&'()*+,;=:@/".contains(&b));
    if is_plain {
        assert_eq!(theirs.path().trim_end_matches('/'), ours.path);
    }
}

fn looks_numeric(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x")
}
