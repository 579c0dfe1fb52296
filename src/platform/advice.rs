//! Commands and paths that hints and templates show, as the user of each system would type them.

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

/// Runs `config init` without a terminal. PowerShell has no `<`.
pub const INIT_WITHOUT_TERMINAL: &str = if cfg!(windows) {
    "echo \"\" | skia-auth config init"
} else {
    "skia-auth config init < /dev/null"
};

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
