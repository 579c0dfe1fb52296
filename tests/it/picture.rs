//! The terminal in the README, docs/terminal.svg: its commands print what it shows.

use crate::markdown::root;
use crate::support::Home;

/// What differs from run to run.
const VARYING: [&str; 6] = [
    "…",
    "2025-04-24 10:16:51 -03",
    "2025-04-24T13:16:51Z",
    "24 h",
    "https://api.skia.com.br/api",
    "api.skia.com.br",
];

#[test]
fn picture_shows_what_the_program_prints() {
    let svg = std::fs::read_to_string(root().join("docs/terminal.svg")).unwrap();
    let (mut commands, mut screen) = (String::new(), String::new());
    for line in svg.lines().filter_map(|line| line.strip_suffix("</text>")) {
        let (attributes, text) = line.split_once('>').unwrap();
        if let Some(command) = text.strip_prefix("$ ") {
            commands += &format!("{command}\n");
        } else if attributes.contains("continued") {
            screen.pop();
            screen += &format!("{text}\n");
        } else {
            screen += &format!("{text}\n");
        }
    }
    assert_eq!(commands.lines().count(), 3);
    let home = Home::new();
    home.file("old-secret", "another secret \n");
    // Options take precedence over the secret of the sandbox.
    let words = ["sandbox", "--", "sh", "-c", &commands];
    let program = home.skia(words).env("TZ", "<-03>3").env("NO_COLOR", "1");
    let expected = VARYING.iter().fold(screen, |screen, varying| screen.replace(varying, "[..]"));
    program.on_terminal().wait().assert(4, &expected);
}
