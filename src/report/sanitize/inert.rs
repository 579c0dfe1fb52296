//! Removes from a text what a terminal or a CI runner would obey and what a reader would not see.

use std::net::Ipv6Addr;

/// Whether a character is stripped from shown text: control and bidi characters, and everything
/// invisible by design (Unicode's `Default_Ignorable_Code_Point`, line separators, annotation
/// marks).
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Makes one safe line of a text. Line ends become spaces.
pub fn one_line(text: &str) -> String {
    let spaced = text.replace(['\r', '\n'], " ");
    without_commands_but_addresses(without_unseen(&spaced).trim())
}

/// Strips the characters of [`is_unseen`]. A tab becomes a space, so that words stay apart.
///
/// Only the control character of an escape sequence is stripped; the rest stays as text. To strip
/// the whole sequence would let a server hide the first characters of an echoed secret in one.
pub fn without_unseen(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|&c| !is_unseen(c)).collect()
}

/// Inserts a space into everything that a CI runner reads as a command.
pub fn without_commands(text: &str) -> String {
    broken(text, |_| false)
}

/// As [`without_commands`], but an IPv6 address in brackets stays, so that a URL in a hint can be
/// copied.
fn without_commands_but_addresses(text: &str) -> String {
    broken(text, |inside| inside.parse::<Ipv6Addr>().is_ok())
}

/// `keep` says which texts in brackets stay as they are.
fn broken(text: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut previous = None;
    let mut kept_until = 0;
    for (index, c) in text.char_indices() {
        if index >= kept_until && is_command(previous, c) {
            inert.push(' ');
        }
        inert.push(c);
        previous = Some(c);
        if c == '['
            && let Some((inside, _)) = text[index + 1..].split_once(']')
            && keep(inside)
        {
            kept_until = index + 1 + inside.len();
        }
    }
    inert
}

/// Whether `c` after `previous` is the mark of a command: `::` of GitHub, `##` of Azure (`##vso[`),
/// GitHub (`##[`) and TeamCity (`##teamcity[`).
pub fn is_command(previous: Option<char>, c: char) -> bool {
    matches!(c, ':' | '#') && previous == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_wherever_they_stand() {
        assert_eq!(without_commands("a::b"), "a: :b");
        assert_eq!(without_commands("#a#[ # #[ #[ : :"), "#a#[ # #[ #[ : :");
        assert_eq!(without_commands("x##[##Vso[###teamcity["), "x# #[# #Vso[# # #teamcity[");
        assert_eq!(
            without_commands_but_addresses("http://[::1]:8080 [2001:db8::1] [::x::] ##[::1]::"),
            "http://[::1]:8080 [2001:db8::1] [: :x: :] # #[::1]: :"
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
