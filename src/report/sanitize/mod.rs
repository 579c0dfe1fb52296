//! The only way in which text of a server reaches a person: nothing in it can be obeyed, and the secret is not in it.

mod inert;
mod mask;

use crate::model::secret::Secret;
use mask::Mask;

pub use inert::{CommandWatch, is_unseen, one_line};

/// How many lines of a server are shown: enough for every real message, too few to push ours out of sight.
const LINES: usize = 10;

/// How many characters of a line are shown.
const CHARACTERS: usize = 300;

/// One text of a server as lines that can be shown; see [`sanitize_all`].
pub fn sanitize(text: &str, secret: Option<&Secret>) -> Vec<String> {
    sanitize_all(std::iter::once(text), secret)
}

/// Several texts of a server as lines that can be shown: together at most 10 of at most 300 characters, none empty.
///
/// They hold no character that a terminal obeys or a reader cannot see, nothing that a CI runner takes for a command,
/// and `***` where the server echoed the secret, however it was encoded. What was cut is marked: `…` ends a shortened
/// line, `(3 more)` stands for the lines left out.
pub fn sanitize_all<'a>(
    messages: impl Iterator<Item = &'a str>,
    secret: Option<&Secret>,
) -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "it is searched for, and masked")]
    let mask = Mask::new(secret.map(Secret::expose).unwrap_or_default());
    let mut lines = Vec::new();
    let mut more = 0_usize;
    for line in messages.flat_map(|message| message.split(['\r', '\n'])) {
        if line.chars().all(|c| c.is_whitespace() || is_unseen(c)) {
            continue;
        }
        if lines.len() == LINES {
            more += 1;
            continue;
        }
        let line = sanitize_line(line, &mask);
        if !line.is_empty() {
            lines.push(line);
        }
    }
    if more > 0 {
        lines.truncate(LINES - 1);
        lines.push(format!("({} more)", more + 1));
    }
    lines
}

/// A JSON document with `***` for every occurrence of the secret, also for one that appears only where a string of it is
/// shown; nothing else is changed. A string that is `token` stays, as a server may have put the secret into it, but is
/// written without needless escapes: a CI runner hides a token only as it is.
///
/// `None` if the search would take too long.
pub fn mask_document(document: &str, secret: &Secret, token: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "it is searched for, and masked")]
    let mask = Mask::new(secret.expose());
    // A list of bytes, or a number.
    let mask_between = |text: &str| mask.apply(text).replace("***", "\"***\"");
    let mut masked = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(start) = rest.find('"') {
        let (between, strings) = rest.split_at(start);
        let (string, after) = strings.split_at(end_of_string(strings));
        masked.push_str(&mask_between(between));
        masked.push_str(&mask_string(string, &mask, token));
        rest = after;
    }
    masked.push_str(&mask_between(rest));
    (!mask.is_exhausted()).then_some(masked)
}

/// Where the JSON string that `text` begins with ends, its quotes included.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

fn mask_string(string: &str, mask: &Mask, token: &str) -> String {
    let read = |string: &str| serde_json::from_str::<String>(string).ok();
    let Some(text) = read(string) else {
        return string.to_owned();
    };
    if text == token {
        return serde_json::Value::from(text).to_string();
    }
    // As it is written: whatever is not the secret stays as it was sent.
    let written = format!("\"{}\"", mask.apply(&string[1..string.len() - 1]));
    let reread = read(&written);
    // As it is shown: what is not seen may have stood within the secret.
    let shown = inert::without_unseen(&reread.as_ref().unwrap_or(&text).replace(['\r', '\n'], " "));
    let masked = mask.apply(&shown);
    if masked == shown && reread.is_some() {
        written
    } else {
        serde_json::Value::from(masked).to_string()
    }
}

fn sanitize_line(line: &str, mask: &Mask) -> String {
    // In this order: what is stripped can split the secret, and every removal can join the parts of a command.
    let line = mask.apply(&inert::without_unseen(line));
    cut(inert::without_commands(line.trim()))
}

fn cut(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(CHARACTERS) {
        line.truncate(end);
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    const SECRET: &str = "e15148d497d8bc12";

    fn plain(text: &str) -> Vec<String> {
        sanitize(text, None)
    }

    fn masked(text: &str, secret: &str) -> String {
        sanitize(text, Some(&Secret::new(secret.to_owned()))).join("|")
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
        assert_eq!(plain("a ##[group]"), ["a ## [group]"]);
        assert_eq!(
            plain("x ##VsO[task.setvariable variable=a]b"),
            ["x ##VsO [task.setvariable variable=a]b"]
        );
        assert_eq!(plain("##teamcity[message]"), ["##teamcity [message]"]);
        assert_eq!(plain(":::: ###[x"), [": : : : ### [x"]);
        assert_eq!(plain(":\u{200b}: #\u{ad}#\u{1b}[x #\u{1}#v\u{202e}so["), [": : ## [x ##vso ["]);
    }

    #[test]
    fn at_most_ten_lines_of_three_hundred_characters() {
        let long = plain(&"é".repeat(301));
        assert_eq!(long, [format!("{}…", "é".repeat(299))]);
        assert_eq!(plain(&"é".repeat(300)), ["é".repeat(300)]);
        let messages: Vec<_> = (1..=10_000).map(|n| n.to_string()).collect();
        let lines = sanitize_all(messages.iter().map(String::as_str), None);
        assert_eq!(lines, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "(9991 more)"]);
        assert_eq!(sanitize_all(messages[..10].iter().map(String::as_str), None).len(), 10);
        assert_eq!(sanitize_all(messages[..10].iter().map(String::as_str), None)[9], "10");
        let blank = messages[..11].join("\n \n\u{200b}\n");
        assert_eq!(plain(&blank)[9], "(2 more)");
        assert_eq!(plain(&messages[..10].join("\n"))[9], "10");
        assert_eq!(plain(&(messages[..10].join("\n") + "\n \n\u{200b}\n"))[9], "10");
    }

    #[test]
    fn the_secret_is_masked_however_it_is_encoded() {
        let nasty = r#"pa/ss+w"ö\r<d & 'x'%?>~"#;
        for encoded in [
            nasty,
            r#"pa/ss+w\"ö\\r<d & 'x'%?>~"#,
            r#"pa\/ss+w\"\u00f6\\r<d & 'x'%?>~"#,
            r#"pa/ss\u002Bw\u0022\u00F6\\r\u003Cd \u0026 \u0027x\u0027%?\u003E~"#,
            "pa%2Fss%2Bw%22%C3%B6%5Cr%3Cd%20%26%20%27x%27%25%3F%3E~",
            "pa%2fss%2bw%22%c3%b6%5cr%3cd+%26+%27x%27%25%3f%3e%7e",
            "pa/ss+w&quot;&#xF6;\\r&lt;d &amp; &#39;x&#x27;%?&gt;~",
            &hex(nasty),
            &hex(nasty).to_uppercase(),
            &STANDARD.encode(nasty),
            &STANDARD_NO_PAD.encode(nasty),
            &URL_SAFE.encode(nasty),
            &URL_SAFE_NO_PAD.encode(nasty),
        ] {
            assert_eq!(masked(&format!("no: [{encoded}]"), nasty), "no: [***]", "{encoded}");
        }
        let apostrophe = "it's-a-word";
        for encoded in [r"it\'s-a-word", "it&apos;s-a-word", "it&#039;s-a-word", "it&#39;s-a-word"]
        {
            assert_eq!(masked(encoded, apostrophe), "***", "{encoded}");
        }
        for encoded in
            ["salt&pepper", "salt&amp;pepper", "salt&amp;amp;pepper", r"salt\u0026amp;pepper"]
        {
            assert_eq!(masked(encoded, "salt&pepper"), "***", "{encoded}");
        }
        for encoded in ["a\tword", r"a\tword", "a%09word", "a word"] {
            assert_eq!(masked(encoded, "a\tword"), "***", "{encoded}");
        }
        // Its base64 has a character of each kind that URLs and JSON spell otherwise.
        assert_eq!(STANDARD.encode(">>>???>>"), "Pj4+Pz8/Pj4=");
        for encoded in ["Pj4%2BPz8%2FPj4%3D", r"Pj4+Pz8\/Pj4=", r"Pj4\u002bPz8\u002fPj4\u003d"] {
            assert_eq!(masked(encoded, ">>>???>>"), "***", "{encoded}");
        }
        // The characters at its ends share their bits with what stands around it.
        assert_eq!(masked(&STANDARD.encode(format!("a:{SECRET}:b")), SECRET), "YTp***OmI=");
        assert_eq!(masked(&STANDARD.encode(format!("ab:{SECRET}:")), SECRET), "YWI6***jo=");
        assert_eq!(masked(&STANDARD.encode(format!(":{SECRET}")), SECRET), "Om***I=");
    }

    #[test]
    fn the_secret_is_masked_when_it_comes_in_pieces() {
        assert_eq!(masked("e15148\u{200b}d497d8bc12", SECRET), "***");
        assert_eq!(masked("\u{1b}[e15148\u{7}d497\u{1b}d8bc12", SECRET), "[***");
        assert_eq!(masked("a\u{200b}b::cd", "a\u{200b}b::cd"), "***");
        assert_eq!(masked(r"ab\u200bcd", "ab\u{200b}cd"), "***");
    }

    #[test]
    fn the_secret_is_masked_in_a_document() {
        let secret = Secret::new("hunter2x".to_owned());
        for (document, masked) in [
            (r#"{ "a" :"hunter2x", "b":[1.0 ,"\u00e9"]}"#, r#"{ "a" :"***", "b":[1.0 ,"\u00e9"]}"#),
            (r#"{"hunter2x":"a \"hunter2x\""}"#, r#"{"***":"a \"***\""}"#),
            (r#"["hunt\u001ber2x","hunt\u200ber2x :: \u0000"]"#, r#"["***","*** :: "]"#),
            ("[\"hunt\u{200b}er2x\"]", r#"["***"]"#),
            ("[[104, 117,110,116,101,114,50,120]]", r#"[["***"]]"#),
            (r#"["token-hunter2x","hunter2x"]"#, r#"["token-hunter2x","***"]"#),
            (r#"["\u0074oken\u002Dhunter2x"]"#, r#"["token-hunter2x"]"#),
            (r#"["\"hunter2x"#, r#"["\"hunter2x"#),
        ] {
            assert_eq!(
                mask_document(document, &secret, "token-hunter2x").unwrap(),
                masked,
                "{document}"
            );
        }
        // A secret with what JSON has letters for.
        let secret = Secret::new("hu\rn\tt\u{8}e\u{c}r".to_owned());
        assert_eq!(
            mask_document(r#"["hu\rn\tt\be\fr","hu n ter"]"#, &secret, "").unwrap(),
            r#"["***","***"]"#
        );
        // A secret that looks like a part of an escape sequence.
        let secret = Secret::new("u00410".to_owned());
        assert_eq!(mask_document(r#"["\u00410"]"#, &secret, "").unwrap(), r#"["A0"]"#);
    }

    #[test]
    fn a_cut_shows_no_part_of_the_secret() {
        let line = masked(&format!("{}{SECRET}{}", "x".repeat(292), "y".repeat(50)), SECRET);
        assert_eq!(line, format!("{}***yyyy…", "x".repeat(292)));
    }

    #[test]
    fn a_short_secret_is_masked_as_it_stands() {
        assert_eq!(masked("key a9 or YTk=", "a9"), "key *** or YTk=");
        assert_eq!(masked("nothing", ""), "nothing");
    }

    #[test]
    fn hostile_sizes_take_no_time() {
        let start = std::time::Instant::now();
        // A quarter of the largest reply: what takes its time in proportion needs seconds, anything worse needs hours.
        let size = 1 << 18;
        let secret = "a".repeat(64);
        for unit in [
            "a",
            "\u{1b}]",
            "\u{1b}[1;",
            "\n",
            "\r\n",
            "\u{200b}",
            ":",
            "#",
            "%61",
            "a\u{1b}",
            &secret[1..],
        ] {
            assert!(
                masked(&unit.repeat(size / unit.len()), &secret).chars().count() <= 10 * 300 + 9
            );
        }
        for unit in ["\"\",", "\"\\u0061\":", "\\\"", "\"a", "97, "] {
            let document = unit.repeat(size / 8 / unit.len());
            let masked = mask_document(&document, &Secret::new(secret.clone()), "");
            assert!(masked.is_none_or(|masked| masked.len() <= document.len()), "{unit}");
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    #[test]
    fn what_cannot_be_searched_in_time_is_hidden() {
        let (secret, start) = ("a".repeat(1024), std::time::Instant::now());
        let near_miss = format!("{}b", &secret[1..]);
        let said = near_miss.repeat(1000);
        let lines = masked(&format!("{said}\n{said} {secret}"), &secret);
        assert!(lines.contains("***") && !lines.contains(&secret), "{lines}");
        let document = format!("[\"{said}\",\"{secret}\"]");
        assert_eq!(mask_document(&document, &Secret::new(secret), ""), None);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|b| format!("{b:02x}")).collect()
    }

    /// Text made of the pieces that matter, in orders that nobody thought of.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            proptest::sample::select(vec![
                ":",
                "::",
                "#",
                "##",
                "[",
                "v",
                "so",
                "VSO",
                "vso[",
                " ",
                "\n",
                "\r",
                "\t",
                "\u{1b}",
                "\u{1b}[",
                "0m",
                "\u{1b}]",
                "\u{7}",
                "\u{1b}\\",
                "\u{9b}",
                "\u{85}",
                "\u{7f}",
                "\u{200b}",
                "\u{202e}",
                "\u{2067}",
                "\u{ad}",
                "\u{feff}",
                "\u{2028}",
                "\u{e0020}",
                "\u{fe0f}",
                "\u{e0100}",
                "\u{61c}",
                "a",
                "…",
                "e15148",
                "d497d8bc12",
                "e15148d497d8bc12",
                "%65",
                "\\u0065",
                "15148",
            ])
            .prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_line_can_be_obeyed(messages in proptest::collection::vec(hostile(), 0..14), with_secret in any::<bool>()) {
            let secret = Secret::new(SECRET.to_owned());
            let lines = sanitize_all(messages.iter().map(String::as_str), with_secret.then_some(&secret));
            prop_assert!(lines.len() <= 10);
            for line in &lines {
                prop_assert!(!line.is_empty() && line.chars().count() <= 300);
                prop_assert!(!line.chars().any(is_unseen), "{line:?}");
                let lower = line.to_lowercase();
                prop_assert!(!lower.contains("::") && !lower.contains("##[") && !lower.contains("##vso["), "{line:?}");
                prop_assert!(!with_secret || !line.contains(SECRET), "{line:?}");
            }
            let again = sanitize_all(lines.iter().map(String::as_str), None);
            prop_assert_eq!(again, lines);
        }

        #[test]
        fn no_encoding_of_the_secret_passes(
            secret in "[a-zA-Z0-9+/%\\\\\"<&é: .]{6,20}",
            before in "[a-z ]{0,5}",
            after in "[a-z ]{0,5}",
        ) {
            prop_assume!(secret.trim() == secret);
            let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
            let json = serde_json::Value::from(secret.as_str()).to_string();
            for encoded in [&secret, &json, &percent, &hex(&secret), &STANDARD.encode(&secret)] {
                let line = masked(&format!("{before}{encoded}{after}"), &secret);
                prop_assert!(line.contains("***"), "{encoded} in {line}");
                prop_assert!(!line.contains(&secret));
            }
            let whole = STANDARD.encode(format!("{before}{secret}{after}"));
            prop_assert!(masked(&whole, &secret).contains("***"), "{whole}");
        }
    }
}
