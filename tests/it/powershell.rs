//! What the program writes for PowerShell, read with the rules of PowerShell's grammar.

use std::collections::BTreeMap;

use crate::support::*;

/// A token of the language, as far as the scripts use it.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A string literal, evaluated.
    Text(String),
    /// A variable, number, operator or bare word.
    Word(String),
    Open(char),
    Close(char),
    Separator(char),
    NewLine,
}

/// PowerShell reads typographic single quotes as single quotes.
fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

/// The tokens of a script. Strings must end, and brackets must match.
fn tokens(script: &str) -> Vec<Token> {
    let mut characters = script.chars().peekable();
    let (mut found, mut open) = (Vec::new(), Vec::new());
    while let Some(c) = characters.next() {
        match c {
            '\n' => found.push(Token::NewLine),
            ' ' | '\t' => {}
            '#' => while characters.next_if(|c| *c != '\n').is_some() {},
            '(' | '{' | '[' => {
                open.push(c);
                found.push(Token::Open(c));
            }
            ')' | '}' | ']' => {
                let expected = open.pop().map(|open| match open {
                    '(' => ')',
                    '{' => '}',
                    _ => ']',
                });
                assert_eq!(expected, Some(c), "after {:?}", &found[found.len().max(9) - 9..]);
                found.push(Token::Close(c));
            }
            ',' | ';' => found.push(Token::Separator(c)),
            // Its content is expanded, so it is not evaluated here.
            '"' => {
                let mut text = String::from(c);
                while let Some(c) = characters.next_if(|c| *c != '"') {
                    text.push(c);
                }
                text.extend(characters.next());
                found.push(Token::Word(text));
            }
            _ if is_quote(c) => {
                let mut text = String::new();
                loop {
                    match characters.next().expect("a string without an end") {
                        c if !is_quote(c) => text.push(c),
                        // A doubled quote stands for the second of the two.
                        _ => match characters.next_if(|c| is_quote(*c)) {
                            Some(quote) => text.push(quote),
                            None => break,
                        },
                    }
                }
                found.push(Token::Text(text));
            }
            _ => {
                let mut word = String::from(c);
                let ends = |c: &char| c.is_whitespace() || "(){}[],;".contains(*c) || is_quote(*c);
                while let Some(c) = characters.next_if(|c| !ends(c)) {
                    word.push(c);
                }
                found.push(Token::Word(word));
            }
        }
    }
    assert!(open.is_empty(), "{open:?} is not closed");
    found
}

/// The variables that a script of nothing but `$env:NAME = 'VALUE'` sets.
fn assignments(script: &str) -> BTreeMap<String, String> {
    let tokens = tokens(script);
    let statements = tokens.split(|token| *token == Token::NewLine);
    statements
        .filter(|statement| !statement.is_empty())
        .map(|statement| match statement {
            [Token::Word(name), Token::Word(equals), Token::Text(value)] if equals == "=" => {
                (name.strip_prefix("$env:").expect("a variable").to_owned(), value.clone())
            }
            other => panic!("no assignment: {other:?}"),
        })
        .collect()
}

#[test]
fn format_assigns_exactly_the_values() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    let url = format!("{}/it's-$HOME-$(x)", server.base_url());
    let arguments = ["token", "-o", "powershell", "--base-url", &url];
    let outcome = home.skia(arguments).credentials().run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
    let set = assignments(&outcome.stdout());
    assert_eq!((&set["SKIA_TOKEN"], &set["SKIA_BASE_URL"]), (&t, &url));
    assert!(set["SKIA_TOKEN_EXPIRES_AT"].parse::<jiff::Timestamp>().is_ok(), "{set:?}");
    assert_eq!(set.len(), 3, "{set:?}");
}

#[test]
fn completions_are_well_formed() {
    let script = Home::new().skia(["completions", "powershell"]).run().stdout();
    let tokens = tokens(&script);
    let new = |token: &Token| *token == Token::Word("::new".to_owned());
    let calls: Vec<usize> = (0..tokens.len()).filter(|index| new(&tokens[*index])).collect();
    assert!(calls.len() > 100, "{}", calls.len());
    let comma = Token::Separator(',');
    for call in calls {
        // [CompletionResult]::new('TEXT', 'LISTED', [CompletionResultType]::KIND, 'TOOLTIP')
        match &tokens[call + 1..call + 12] {
            [
                Token::Open('('),
                Token::Text(text),
                first,
                Token::Text(listed),
                second,
                Token::Open('['),
                Token::Word(_),
                Token::Close(']'),
                Token::Word(kind),
                third,
                Token::Text(tooltip),
            ] => {
                assert!([first, second, third].into_iter().all(|token| *token == comma));
                assert!(kind.starts_with("::Parameter"), "{kind}");
                // CompletionResult refuses empty texts.
                assert!(!text.is_empty() && !listed.is_empty() && !tooltip.is_empty(), "{text}");
            }
            other => panic!("not a completion: {other:?}"),
        }
        assert_eq!(tokens[call + 12], Token::Close(')'));
    }
    for command in ["login", "token", "exec", "status", "inspect", "logout", "doctor", "sandbox"] {
        let label = Token::Text(format!("skia-auth;{command}"));
        assert_eq!(tokens.iter().filter(|token| **token == label).count(), 1, "{command}");
    }
}

#[test]
#[should_panic(expected = "a string without an end")]
fn open_quote_is_noticed() {
    tokens("$env:A = 'it's'");
}
