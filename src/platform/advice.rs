//! Commands and paths that hints and templates show, as the user of each system would type them.

use std::borrow::Cow;
use std::fmt;

/// Shows the clock of the machine.
pub const SHOW_CLOCK: &str = if cfg!(windows) { "w32tm /query /status" } else { "date -u" };

/// Sets the clock of the machine.
pub const SET_CLOCK: &str = if cfg!(windows) {
    "w32tm /resync"
} else if cfg!(target_vendor = "apple") {
    "sudo sntp -sS time.apple.com"
} else {
    "timedatectl set-ntp true"
};

/// Runs a command without a terminal. PowerShell has no `<`.
pub fn without_terminal(command: &str) -> String {
    if cfg!(windows) { format!("echo \"\" | {command}") } else { format!("{command} < /dev/null") }
}

/// A `client_secret_file` as TOML.
pub const SECRET_FILE: &str =
    if cfg!(windows) { "'C:\\Users\\me\\skia-secret.txt'" } else { "\"/run/secrets/skia\"" };

/// A `client_secret_command` as TOML.
pub const SECRET_COMMAND: &str = if cfg!(windows) {
    r#"["pwsh", "-NoProfile", "-Command", "Get-Secret skia -AsPlainText"]"#
} else {
    r#"["pass", "show", "skia"]"#
};

/// A `client_secret_command` as TOML that prints the first line of another command's output.
pub const FIRST_LINE: &str = if cfg!(windows) {
    r#"["pwsh", "-NoProfile", "-Command", "COMMAND | Select-Object -First 1"]"#
} else {
    r#"["sh", "-c", "COMMAND | head -n1"]"#
};

/// A `ca_cert` as TOML.
pub const CA_CERT: &str =
    if cfg!(windows) { "'C:\\path\\to\\ca.pem'" } else { "\"/path/to/ca.pem\"" };

/// What `doctor` says of the access of other users to files, where it cannot check it.
pub const ACCESS_NOT_CHECKED: Option<&str> =
    if cfg!(windows) { Some("not checked: icacls FILE shows who can access a file") } else { None };

/// Quotes a word of a command for a shell, if it needs quotes.
pub fn shell_quote(text: impl fmt::Display) -> String {
    let text = text.to_string();
    // On Windows, double quotes are all that cmd and PowerShell have in common.
    if cfg!(windows) {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.:/\\".contains(c);
        let quote = if !text.is_empty() && text.chars().all(is_plain) { "" } else { "\"" };
        return format!("{quote}{text}{quote}");
    }
    shlex::try_quote(&text).map_or_else(|_| text.clone(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_quote_leaves_plain_words_alone() {
        let spaced = if cfg!(windows) { "\"a b\"" } else { "'a b'" };
        assert_eq!([shell_quote("a-b.c"), shell_quote("a b")], ["a-b.c", spaced]);
    }
}
