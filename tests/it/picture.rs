//! The terminal in the README, docs/terminal.svg: its commands print what it shows.

use crate::markdown::root;
use crate::support::Home;

/// What differs from run to run.
const VARYING: [&str; 5] =
    ["…", "2025-04-24T10:16:51", "2025-04-24 10:16:51 -03", "2025-04-24T13:16:51Z", "24 h"];

#[test]
fn picture_shows_what_the_program_prints() {
    let svg = std::fs::read_to_string(root().join("docs/terminal.svg")).unwrap();
    let lines = svg.lines().filter_map(|line| line.strip_suffix("</text>")?.split_once('>'));
    let session = VARYING.iter().fold(
        lines.map(|(_, text)| format!("{text}\n")).collect::<String>(),
        |session, varying| session.replace(varying, "[..]"),
    );
    let home = Home::new();
    let commands: Vec<_> = session.split("$ ").skip(1).collect();
    assert_eq!(commands.len(), 4);
    for (command, output) in commands.iter().filter_map(|command| command.split_once('\n')) {
        home.sh(&format!("{command} 2>&1")).run().ok(output);
    }
}
