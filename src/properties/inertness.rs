//! A second definition of what a terminal or a CI runner obeys and of what a reader does not see.

use std::net::Ipv6Addr;

/// Whether a character is invisible or acts on a terminal.
pub fn is_invisible(c: char) -> bool {
    let code = u32::from(c);
    let control = code < 0x20 || (0x7f..0xa0).contains(&code);
    let bidirectional = matches!(code, 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
    let of_no_width = matches!(
        code,
        0xad | 0x34f | 0x180e | 0x200b..=0x200d | 0x2060..=0x2064 | 0xfeff | 0xfff9..=0xfffb
    );
    let line_end = matches!(code, 0x2028 | 0x2029);
    let selector = matches!(code, 0xfe00..=0xfe0f | 0xe0000..=0xe01ef);
    let filler = matches!(code, 0x115f | 0x1160 | 0x3164 | 0xffa0 | 0x206a..=0x206f);
    control || bidirectional || of_no_width || line_end || selector || filler
}

/// Panics if a line can be obeyed, alone or after one of the labels of the program.
pub fn assert_inert(line: &str) {
    for label in ["", "server: ", "hint: ", "skia-auth: error: "] {
        let line = format!("{label}{line}");
        assert!(!line.contains("::"), "a command of GitHub's runner in {line:?}");
        assert_no_hash_command(&line);
    }
    assert!(!line.chars().any(is_invisible), "an invisible character in {line:?}");
}

/// As [`assert_inert`], for a line of the program, which may contain an IPv6 address in brackets.
pub fn assert_inert_but_addresses(line: &str) {
    let mut rest = line.to_owned();
    while let Some((open, close)) = address(&rest) {
        rest.replace_range(open..=close, "[address]");
    }
    assert_inert(&rest);
}

fn address(line: &str) -> Option<(usize, usize)> {
    line.match_indices('[').find_map(|(open, _)| {
        let close = open + line[open..].find(']')?;
        line[open + 1..close].parse::<Ipv6Addr>().is_ok().then_some((open, close))
    })
}

/// `##[`, `##vso[`, `##teamcity[`: two hashes, an optional word, a bracket.
fn assert_no_hash_command(line: &str) {
    for (at, _) in line.match_indices("##") {
        let behind = line[at..]
            .trim_start_matches('#')
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        assert!(!behind.starts_with('['), "a command of a CI runner in {line:?}");
    }
}
