//! Adds a profile to the text of a configuration file. Every other byte stays.

use std::path::Path;
use std::time::Duration;

use toml_writer::ToTomlKey;

use super::{profiles, read, unreadable};
use crate::error::Failure;

/// Reads a TOML file and appends a table for a profile that it does not have.
pub fn with_profile(
    path: &Path,
    name: &str,
    table: &str,
    timeout: Duration,
) -> Result<String, Failure> {
    let bytes = read(path, timeout)?.bytes;
    if profiles(&bytes, path)?.contains_key(name) {
        return Err(exists(path, name));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, "it is not valid UTF-8"))?;
    let extended = append(text, table);
    // An inline table cannot be extended by a header.
    match profiles(extended.as_bytes(), path) {
        Ok(profiles) if profiles.contains_key(name) => Ok(extended),
        _ => Err(Failure::config(format!(
            "cannot add a profile to {}: its profiles are not written as tables",
            path.display()
        ))
        .hint("write them as [profile.NAME]")),
    }
}

pub fn exists(path: &Path, name: &str) -> Failure {
    Failure::config(format!("the profile \"{name}\" is already in {}", path.display()))
}

/// The header of a profile's table.
pub fn header(name: &str) -> String {
    format!("[profile.{}]\n", name.to_toml_key())
}

/// Appends a table after an empty line, with the line ends of the text.
fn append(text: String, table: &str) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = match text.trim_start_matches('\u{feff}') {
        "" => "",
        content if content.ends_with("\n\n") || content.ends_with("\r\n\r\n") => "",
        content if content.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    text + &format!("{gap}{table}").replace('\n', line_end)
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn table_follows_an_empty_line_with_the_line_ends_of_the_file() {
        for (text, added) in [
            ("", "[t]\nk = 1\n"),
            ("\u{feff}", "[t]\nk = 1\n"),
            ("a = 1\n", "\n[t]\nk = 1\n"),
            ("a = 1", "\n\n[t]\nk = 1\n"),
            ("a = 1\n\n", "[t]\nk = 1\n"),
            ("a = 1\r\n", "\r\n[t]\r\nk = 1\r\n"),
            ("a = 1\r\nb = 2", "\r\n\r\n[t]\r\nk = 1\r\n"),
            ("a = 1\r\n\r\n", "[t]\r\nk = 1\r\n"),
        ] {
            assert_eq!(append(text.to_owned(), "[t]\nk = 1\n"), format!("{text}{added}"));
        }
    }
}
