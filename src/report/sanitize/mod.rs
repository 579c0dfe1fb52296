//! Makes text safe to show: removes what a terminal or a CI runner obeys, and hides the secret.

mod inert;
mod mask;

use crate::model::secret::Secret;
use mask::Mask;

pub use inert::{is_command, is_unseen, one_line};

/// How many lines of a server are shown: enough for a real message, too few to push ours out of
/// sight.
const LINES: usize = 10;

/// How many characters of a line are shown.
const CHARACTERS: usize = 300;

/// Texts of a server as lines that can be shown: at most 10 of at most 300 characters, none empty.
///
/// The lines contain no control, bidi or zero-width character and nothing that a CI runner reads
/// as a command. A line in which the server echoes the secret is `***`, and the signature of a JWT
/// too. What was cut is marked: `…`
/// ends a shortened line, `(3 more)` stands for the lines left out.
pub fn sanitize<'a>(texts: impl IntoIterator<Item = &'a str>, secret: &Secret) -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "the text is searched for it")]
    let mask = Mask::new(secret.expose());
    let is_blank = |line: &&str| line.chars().all(|c| c.is_whitespace() || is_unseen(c));
    let mut lines =
        texts.into_iter().flat_map(|text| text.split(['\r', '\n'])).filter(|line| !is_blank(line));
    let mut shown: Vec<_> =
        lines.by_ref().take(LINES).map(|line| sanitize_line(line, &mask)).collect();
    let more = lines.count();
    if more > 0 {
        shown.truncate(LINES - 1);
        shown.push(format!("({} more)", more + 1));
    }
    shown
}

fn sanitize_line(line: &str, mask: &Mask) -> String {
    // In this order: stripped characters can split the secret or the parts of a command.
    let line = inert::without_unseen(line);
    let line = mask.apply(&line).unwrap_or(line);
    cut(inert::without_commands(without_signatures(&line).trim()))
}

/// Replaces the signature of each JWT: without it, the token is of no use.
fn without_signatures(line: &str) -> String {
    let is_of_jwt = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut shown = String::with_capacity(line.len());
    for word in line.split_inclusive(|c| !is_of_jwt(c)) {
        let (word, end) = word.split_at(word.trim_end_matches(|c| !is_of_jwt(c)).len());
        match word.splitn(3, '.').collect::<Vec<_>>()[..] {
            // The header is a JSON object, whose first bytes are `{"`.
            [header, claims, signature] if header.starts_with("eyJ") && !signature.is_empty() => {
                shown.extend([header, ".", claims, ".***"]);
            }
            _ => shown.push_str(word),
        }
        shown.push_str(end);
    }
    shown
}

fn cut(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(CHARACTERS) {
        line.truncate(end);
        line.pop();
        line.push('…');
    }
    line
}

/// A JSON document in which each string that contains the secret is `"***"`. Nothing else changes,
/// except that the string `token` is written without needless escapes: a CI runner hides a token
/// only if it is spelled as in the masking line. That string stays even if it contains the secret.
pub fn mask_document(document: &str, secret: &Secret, token: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the document is searched for it")]
    let mask = Mask::new(secret.expose());
    let mut masked = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(start) = rest.find('"') {
        let mut strings = serde_json::Deserializer::from_str(&rest[start..]).into_iter::<String>();
        let Some(Ok(text)) = strings.next() else { break };
        let end = start + strings.byte_offset();
        let (before, written) = rest[..end].split_at(start);
        masked.push_str(before);
        let replaced = if text == token {
            Some(text)
        } else {
            // `-o json` prints the string as it is written.
            mask.apply(&text).or_else(|| mask.apply(&written[1..written.len() - 1]))
        };
        match replaced {
            Some(text) => masked.push_str(&serde_json::Value::from(text).to_string()),
            None => masked.push_str(written),
        }
        rest = &rest[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "e15148d497d8bc12";

    fn plain(text: &str) -> Vec<String> {
        masked(text, "")
    }

    fn masked(text: &str, secret: &str) -> Vec<String> {
        sanitize([text], &Secret::new(secret.to_owned()))
    }

    #[test]
    fn harmless_text_stays_as_it_is() {
        for text in [
            "Invalid Credentials",
            "Usuário ou senha inválidos: 日本語 👍",
            "a:b # [c] (#1) https://h:1/",
        ] {
            assert_eq!(plain(text), [text]);
        }
        assert!(plain("").is_empty());
        assert!(plain(" \r\n\t\u{200b}\n\u{1b}").is_empty());
    }

    #[test]
    fn a_jwt_is_shown_without_its_signature() {
        assert_eq!(
            plain("token=eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln-_; again: 'eyJh.e30.c2ln'."),
            ["token=eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.***; again: 'eyJh.e30.***'."]
        );
        for text in ["eyJ.", "eyJhbGci.eyJhIjoxfQ.", "v1.2.3", "a.b.c"] {
            assert_eq!(plain(text), [text]);
        }
    }

    #[test]
    fn lines_end_at_carriage_returns_too() {
        assert_eq!(plain("a\r\nb\rc\n\n  d\te  "), ["a", "b", "c", "d e"]);
    }

    #[test]
    fn nothing_is_left_for_a_terminal_to_obey() {
        assert_eq!(
            plain("\u{1b}[1;31mred\u{1b}[0m \u{9b}2J\u{1b}]0;title\u{7}"),
            ["[1;31mred[0m 2J]0;title"]
        );
        assert_eq!(plain("a\u{1b}(0b\u{0}c\u{8}d\u{7f}e\u{85}f"), ["a(0bcdef"]);
        assert_eq!(plain("user\u{202e}gpj.exe\u{2066}x\u{2069}\u{200f}\u{61c}"), ["usergpj.exex"]);
        assert_eq!(
            plain("a\u{200b}b\u{2060}c\u{feff}d\u{ad}e\u{2028}f\u{e0041}g\u{fe0f}h\u{e0100}i"),
            ["abcdefghi"]
        );
    }

    #[test]
    fn nothing_is_left_for_a_runner_to_obey() {
        assert_eq!(plain("::stop-commands::x"), [": :stop-commands: :x"]);
        assert_eq!(plain("a ##[group]"), ["a # #[group]"]);
        assert_eq!(
            plain("x ##VsO[task.setvariable variable=a]b"),
            ["x # #VsO[task.setvariable variable=a]b"]
        );
        assert_eq!(plain("##teamcity[message]"), ["# #teamcity[message]"]);
        assert_eq!(plain(":::: ###[x"), [": : : : # # #[x"]);
        assert_eq!(plain(":\u{200b}: #\u{ad}#\u{1b}[x #\u{1}#v\u{202e}so["), [": : # #[x # #vso["]);
    }

    #[test]
    fn at_most_ten_lines_of_three_hundred_characters() {
        assert_eq!(plain(&"é".repeat(301)), [format!("{}…", "é".repeat(299))]);
        assert_eq!(plain(&"é".repeat(300)), ["é".repeat(300)]);
        let messages: Vec<_> = (1..=10_000).map(|n| n.to_string()).collect();
        let lines = sanitize(messages.iter().map(String::as_str), &Secret::new(String::new()));
        assert_eq!(lines, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "(9991 more)"]);
        let blank = messages[..11].join("\n \n\u{200b}\n");
        assert_eq!(plain(&blank)[9], "(2 more)");
        assert_eq!(plain(&messages[..10].join("\n"))[9], "10");
        assert_eq!(plain(&(messages[..10].join("\n") + "\n \n\u{200b}\n"))[9], "10");
    }

    #[test]
    fn a_line_with_the_secret_is_hidden() {
        let text = format!("no\nwrong: {SECRET}!\nwrong: {}!\nyes", &SECRET[1..]);
        assert_eq!(
            masked(&text, SECRET),
            ["no", "***", &format!("wrong: {}!", &SECRET[1..]), "yes"]
        );
        let line = format!("{}{SECRET}", "x".repeat(292));
        assert_eq!(masked(&line, SECRET), ["***"], "before the cut");
    }

    #[test]
    fn strings_with_the_secret_are_hidden_in_a_document() {
        let secret = Secret::new("hunter2x".to_owned());
        for (document, masked) in [
            (r#"{ "a" :"hunter2x", "b":[1.0 ,"\u00e9"]}"#, r#"{ "a" :"***", "b":[1.0 ,"\u00e9"]}"#),
            (r#"{"hunter2x":"a \"hunter2x\"", "":""}"#, r#"{"***":"***", "":""}"#),
            (r#"["hunt\u001ber2x","hunt\u200ber2x :: \u0000","\\"]"#, r#"["***","***","\\"]"#),
            ("[\"hunt\u{200b}er2x\"]", r#"["***"]"#),
            (r#"["hunt\r\n er2x","68756e746572-3278","aHVudGVyMng="]"#, r#"["***","***","***"]"#),
            (r#"["token-hunter2x","hunter2x"]"#, r#"["token-hunter2x","***"]"#),
            (r#"["\u0074oken\u002Dhunter2x"]"#, r#"["token-hunter2x"]"#),
            (r#"["\"hunter2x"#, r#"["\"hunter2x"#),
        ] {
            assert_eq!(mask_document(document, &secret, "token-hunter2x"), masked, "{document}");
        }
        // A secret that looks like a part of an escape sequence.
        let secret = Secret::new("u00410".to_owned());
        assert_eq!(mask_document(r#"["\u00410","A0"]"#, &secret, ""), r#"["***","A0"]"#);
        // A short secret.
        let secret = Secret::new("a".to_owned());
        assert_eq!(mask_document(r#"["\u0061b\"a"]"#, &secret, ""), r#"["***b\"***"]"#);
    }

    #[test]
    fn hostile_sizes_take_linear_time() {
        let start = std::time::Instant::now();
        // A quarter of the largest reply, in a build without optimization.
        let size = 1 << 18;
        let secret = "a".repeat(64);
        for unit in ["a", "\u{1b}]", "\u{1b}[1;", "\n", "\r\n", "\u{200b}", ":", "#", "a\u{1b}"] {
            let lines = masked(&unit.repeat(size / unit.len()), &secret);
            assert!(lines.join("").chars().count() <= 10 * 300);
        }
        for unit in ["\"\",", "\"\\u0061\":", "\\\"", "\"a", "97, "] {
            let document = unit.repeat(size / unit.len());
            let masked = mask_document(&document, &Secret::new(secret.clone()), "");
            assert!(masked.len() <= document.len(), "{unit}");
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    /// Text made of the pieces that matter, in random order.
    fn hostile() -> impl Strategy<Value = String> {
        let pieces = ": :: # ## [ v so VSO vso[ 0m ] \\ a … %65 \\u0065 e15148 d497d8bc12 15148";
        let mut pieces: Vec<_> = pieces.split(' ').map(str::to_owned).collect();
        pieces.push(SECRET.to_owned());
        let controls = " \n\r\t\u{1b}\u{7}\u{9b}\u{85}\u{7f}\u{200b}\u{202e}\u{2067}\u{ad}\u{feff}\
            \u{2028}\u{e0020}\u{fe0f}\u{e0100}\u{61c}";
        pieces.extend(controls.chars().map(String::from));
        let piece =
            prop_oneof![any::<char>().prop_map(String::from), proptest::sample::select(pieces),];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_line_can_be_obeyed(
            messages in proptest::collection::vec(hostile(), 0..14),
            with_secret in any::<bool>(),
        ) {
            let secret = Secret::new(if with_secret { SECRET } else { "" }.to_owned());
            let lines = sanitize(messages.iter().map(String::as_str), &secret);
            prop_assert!(lines.len() <= 10);
            for line in &lines {
                prop_assert!(!line.is_empty() && line.chars().count() <= 300);
                prop_assert!(!line.chars().any(is_unseen), "{line:?}");
                prop_assert!(!line.contains("::") && !line.contains("##"), "{line:?}");
                prop_assert!(!with_secret || !line.contains(SECRET), "{line:?}");
            }
            let again = sanitize(lines.iter().map(String::as_str), &Secret::new(String::new()));
            prop_assert_eq!(again, lines);
        }
    }
}
