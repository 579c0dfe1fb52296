//! What in a text a terminal, a reader or a CI runner would obey.

use std::net::Ipv6Addr;

/// Whether a character has no business in a line that is shown: controls, direction marks, and everything that is
/// invisible by design (Unicode's `Default_Ignorable_Code_Point`, the line separators, the annotation marks).
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Any text as one line that nothing obeys, uncut. Line ends become spaces.
pub fn one_line(text: &str) -> String {
    let spaced = text.replace(['\r', '\n'], " ");
    without_commands_but_addresses(without_unseen(&spaced).trim())
}

/// Drops what is unseen. A tab becomes a space, so that words stay apart.
///
/// Of an escape sequence only the control character goes; the rest is text then. A parser that drops the sequence whole
/// would let a server hide the first characters of an echoed secret in one, and the rest would no longer be recognised.
pub fn without_unseen(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|&c| !is_unseen(c)).collect()
}

/// Puts a space into everything that a CI runner would take for a command.
pub fn without_commands(text: &str) -> String {
    broken(text, |_| false)
}

/// As [`without_commands`], for text of ours: an IPv6 address in brackets stays as it is, so that it can be typed again.
fn without_commands_but_addresses(text: &str) -> String {
    broken(text, |inside| inside.parse::<Ipv6Addr>().is_ok())
}

/// Breaks every command, but not what stands in brackets and is to be kept.
fn broken(text: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut watch = CommandWatch::default();
    let mut inert = String::with_capacity(text.len());
    let mut kept_until = 0;
    for (index, c) in text.char_indices() {
        if index >= kept_until && watch.completes(c) {
            inert.push(' ');
        }
        inert.push(c);
        if c == '[' {
            let inside = text[index + 1..]
                .split_once(']')
                .map(|(inside, _)| inside)
                .filter(|inside| keep(inside));
            kept_until = inside.map_or(kept_until, |inside| index + 1 + inside.len());
        }
    }
    inert
}

/// Watches text go by, character by character, for what a CI runner takes for a command: `::` (GitHub, anywhere, to
/// be safe), `##[` and `##vso[` (Azure, GitHub), and every other `##word[` (TeamCity).
#[derive(Default)]
pub struct CommandWatch {
    after_colon: bool,
    hashes: usize,
    after_word: bool,
}

impl CommandWatch {
    /// Whether `c` would complete such a mark: then the caller must not write it as it is directly behind the others.
    pub fn completes(&mut self, c: char) -> bool {
        let completes = match c {
            ':' => self.after_colon,
            '[' => self.hashes >= 2,
            _ => false,
        };
        self.after_colon = c == ':';
        self.hashes = match c {
            '#' if self.after_word => 1,
            '#' => self.hashes.saturating_add(1),
            _ if c.is_alphanumeric() => self.hashes,
            _ => 0,
        };
        self.after_word = c != '#';
        completes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_wherever_they_stand() {
        assert_eq!(without_commands("a::b"), "a: :b");
        assert_eq!(without_commands("#a#[ # #[ ##a#[ ## [ #[ : :"), "#a#[ # #[ ##a#[ ## [ #[ : :");
        assert_eq!(without_commands("x##[##Vso[###teamcity["), "x## [##Vso [###teamcity [");
        assert_eq!(
            without_commands_but_addresses("http://[::1]:8080 [2001:db8::1] [::x::] ##[::1]::"),
            "http://[::1]:8080 [2001:db8::1] [: :x: :] ## [::1]: :"
        );
    }

    #[test]
    fn an_address_is_kept_to_its_last_character() {
        for url in ["http://[::]:8080", "[::]", "http://[fe80::]/api"] {
            assert_eq!(without_commands_but_addresses(url), url);
        }
        assert_eq!(without_commands_but_addresses("[::1]::"), "[::1]: :");
    }

    #[test]
    fn one_line_is_never_two() {
        assert_eq!(one_line(" a\r\nb\u{1b}[31mc\u{2028}::\u{202e}d\n"), "a  b[31mc: :d");
    }
}
