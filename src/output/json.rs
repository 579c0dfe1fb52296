//! `json`: the reply as the server sent it, escaped so that no terminal or CI runner obeys it.

use crate::model::token::Grant;
use crate::report::sanitize::{is_command, is_unseen};

pub fn render(grant: &Grant) -> String {
    #[expect(clippy::disallowed_methods, reason = "it is the result")]
    let document = grant.reply.expose().trim_start_matches('\u{feff}').trim_ascii();
    format!("{}\n", inert(document))
}

/// The same JSON value, with escapes for what could be obeyed. In valid JSON, such characters are
/// always inside strings.
pub fn inert(document: &str) -> String {
    let mut inert = String::with_capacity(document.len());
    let mut previous = None;
    for c in document.chars() {
        if is_command(previous, c) || (c >= '\u{7f}' && is_unseen(c)) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                inert.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            inert.push(c);
        }
        previous = Some(c);
    }
    inert
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::grant;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn the_document_stays_as_it_was_sent() {
        let reply = "{\r\n  \"ExpirationDate\": \"2025-04-24T10:16:51\",\n\t\"Token\":\"T\",  \"Status\": 0.0, \"É\":[\"日👍\"]}";
        assert_eq!(render(&grant(reply)), format!("{reply}\n"));
        assert_eq!(render(&grant(&format!("\u{feff} {reply}\r\n\n"))), format!("{reply}\n"));
    }

    #[test]
    fn what_could_be_obeyed_is_escaped() {
        let reply =
            "{\"a\":\"\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}é\",\"::x::\":\"##[a ##vso[b :::\"}";
        assert_eq!(
            render(&grant(reply)),
            "{\"a\":\"\\u007f\\u009b\\u202e\\u200b\\udb40\\udc41é\",\
             \":\\u003ax:\\u003a\":\"#\\u0023[a #\\u0023vso[b :\\u003a\\u003a\"}\n"
        );
    }

    proptest! {
        #[test]
        fn the_value_stays_the_same(
            key in any::<String>(),
            text in "(::|##|\\[|vso\\[|\\PC|\\pC){0,20}",
            number in any::<i64>(),
        ) {
            let value = serde_json::json!({ key: [text], "n": { "::": number } });
            for document in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let rendered = inert(&document);
                prop_assert_eq!(&serde_json::from_str::<Value>(&rendered).unwrap(), &value);
                prop_assert!(!rendered.contains("::") && !rendered.contains("##"));
                prop_assert!(!rendered.chars().any(|c| c != '\n' && is_unseen(c)));
            }
        }
    }
}
