//! The picture of a terminal in the README: a real session, with what changes from run to run put to rest.

use std::fs;
use std::path::Path;

use crate::support::Home;

const COMMANDS: [&str; 4] = [
    "skia-auth login --sandbox",
    "skia-auth login --sandbox -o text",
    "skia-auth token --sandbox -o header",
    "skia-auth exec --sandbox -- sh -c 'echo \"token until $SKIA_TOKEN_EXPIRES_AT\"'",
];

/// As the documented example has them.
const EXPIRATION_DATE: &str = "2025-04-24T10:16:51";
const EXPIRES: &str = "2025-04-24T13:16:51Z";
/// How much of a token is shown.
const SHOWN: usize = 40;

/// A line's height and a character's width, in the units of the picture: those of a 14 pixel monospaced font.
const LINE: usize = 20;
const WIDTH: usize = 780;

fn session() -> String {
    let home = Home::new();
    COMMANDS
        .iter()
        .map(|command| {
            let outcome = home.sh(&format!("{command} 2>&1")).run();
            assert_eq!(outcome.code, Some(0), "{outcome}");
            let lines: String = outcome.stdout().lines().map(|line| settled(line) + "\n").collect();
            format!("$ {command}\n{lines}\n")
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// The line with a shortened token, the documented instants, and a whole day left.
fn settled(line: &str) -> String {
    // A second may have passed since the token was made.
    line.replace("in 23 h 59 min", "in 24 h")
        .split(' ')
        .map(|word| match word.len() {
            _ if word.starts_with("eyJ") => format!("{}…", &word[..SHOWN]),
            19 if is_instant(word) => EXPIRATION_DATE.to_owned(),
            20 | 21 if is_instant(word) => word.replace(&word[..20], EXPIRES),
            _ => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_instant(word: &str) -> bool {
    word.as_bytes().get(10) == Some(&b'T') && word.starts_with("20")
}

fn picture(session: &str) -> String {
    let lines: Vec<_> = session.lines().collect();
    let height = (lines.len() + 3) * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"A terminal session with skia-auth\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e1e2e\"/>\n\
         <g fill=\"#f38ba8\"><circle cx=\"20\" cy=\"20\" r=\"6\"/><circle cx=\"40\" cy=\"20\" r=\"6\" fill=\"#f9e2af\"/>\
         <circle cx=\"60\" cy=\"20\" r=\"6\" fill=\"#a6e3a1\"/></g>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"14\" \
         fill=\"#cdd6f4\" xml:space=\"preserve\">\n"
    );
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let y = (index + 3) * LINE;
        let colour = match line {
            line if line.starts_with("$ ") => " fill=\"#89b4fa\" font-weight=\"bold\"",
            line if line.starts_with("skia-auth: ") => " fill=\"#a6adc8\"",
            _ => "",
        };
        let text = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        svg += &format!("<text x=\"20\" y=\"{y}\"{colour}>{text}</text>\n");
    }
    svg + "</g>\n</svg>\n"
}

#[test]
fn picture_shows_what_the_program_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg");
    let fresh = picture(&session());
    if std::env::var_os("SKIA_AUTH_RENEW").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &fresh).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == fresh,
        "docs/terminal.svg is stale: renew it with SKIA_AUTH_RENEW=1 cargo nextest run picture"
    );
}
