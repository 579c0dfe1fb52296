//! What each help page says below its options: notes, exit codes and examples.

/// The end of a help page.
pub struct Page {
    /// For `-h`: the examples.
    pub short: &'static str,
    /// For `--help`: everything.
    pub long: &'static str,
}

macro_rules! page {
    ($name:ident, $command:literal, $notes:expr, $codes:expr, $examples:literal) => {
        pub const $name: Page = Page {
            short: concat!(
                "Examples:\n",
                $examples,
                "\n\nAll options, variables and exit codes: skia-auth ",
                $command,
                "--help"
            ),
            long: concat!($notes, "Exit codes:\n", $codes, "\n\nExamples:\n", $examples),
        };
    };
}

macro_rules! settings_code {
    () => {
        "  3  Credentials or settings are missing or wrong; nothing was sent\n"
    };
}

macro_rules! login_codes {
    () => {
        concat!(
            settings_code!(),
            "  4  The server refused the credentials; do not retry\n",
            "  5  The server is unavailable; a retry may help\n",
            "  6  The server is not trusted, or its answer is not understood"
        )
    };
}

page!(
    TOP,
    "",
    "\
The credentials are read from SKIA_CLIENT_ID and SKIA_CLIENT_SECRET, or from a
configuration file. An option overrides the variable named beside it, and a
variable overrides the file.

Environment:
  SKIA_CACHE_DIR        Directory of the cached tokens (absolute)
  SKIA_NO_MASK=1        No masking lines in GitHub Actions and Azure Pipelines
  CI                    If set, no cache unless SKIA_CACHE_DIR is set
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
                        Proxies, as for curl
  SSL_CERT_FILE, SSL_CERT_DIR
                        Trusted certificate authorities, instead of the system's

Files:
  Configuration (skia-auth config path)
    Linux    ${XDG_CONFIG_HOME:-~/.config}/skia-auth/config.toml
    macOS    ~/Library/Application Support/skia-auth/config.toml
    Windows  %LOCALAPPDATA%\\skia-auth\\config.toml
  Cached tokens
    Linux    ${XDG_CACHE_HOME:-~/.cache}/skia-auth
    macOS    ~/Library/Caches/skia-auth
    Windows  %LOCALAPPDATA%\\skia-auth

",
    "  0    Done
  1    The answer is no (status, token --offline), or a bug in skia-auth
  2    The command line is wrong
  3    Credentials or settings are missing or wrong; nothing was sent
  4    The server refused the credentials; do not retry
  5    The server is unavailable: the only code worth retrying
  6    The server is not trusted, or its answer is not understood
  7    The result could not be written
  126  exec, sandbox: the command cannot be run
  127  exec, sandbox: the command was not found
  130  Interrupted (token --watch: 0)
  141  The reader closed the pipe
  143  Terminated (token --watch: 0)",
    "  skia-auth login --sandbox                 try it, without an account
  TOKEN=$(skia-auth token) || exit          in a script
  skia-auth exec -- ./call-skia.sh          with the token in its environment"
);

page!(
    LOGIN,
    "login ",
    "",
    concat!(
        "  0  The token was printed\n",
        login_codes!(),
        "\n  7  The token could not be written"
    ),
    "  skia-auth login                           a new token
  skia-auth login --sandbox -o json         the full response of a sandbox
  skia-auth login --to-file token.txt       in a file that only you can read"
);

page!(
    TOKEN,
    "token ",
    "",
    concat!(
        "  0  The token was printed; --watch: stopped by a signal\n",
        "  1  --offline: no valid token is cached\n",
        login_codes!(),
        "\n  7  The token could not be written"
    ),
    "  TOKEN=$(skia-auth token) || exit
  skia-auth token -o header | curl -H @- https://api.skia.com.br/api/…
  skia-auth token --min-ttl 2h              valid for at least two hours more"
);

page!(
    EXEC,
    "exec ",
    "\
The command gets SKIA_TOKEN, SKIA_TOKEN_EXPIRES_AT and SKIA_BASE_URL. If a
configuration file was used, it also gets SKIA_CONFIG and SKIA_PROFILE. It does
not get the client secret.

",
    concat!(
        "  The code of the command, or before it runs:\n",
        login_codes!(),
        "\n  126  The command cannot be run\n",
        "  127  The command was not found"
    ),
    "  skia-auth exec -- ./call-skia.sh
  skia-auth exec --min-ttl 2h -- ./long-job.sh
  skia-auth exec -- docker run -e SKIA_TOKEN -e SKIA_BASE_URL my-image"
);

page!(
    STATUS,
    "status ",
    "",
    concat!(
        "  0  A valid token is cached\n  1  No valid token is cached\n",
        "  3  The settings are wrong"
    ),
    "  skia-auth status
  skia-auth status -o json
  skia-auth status --min-ttl 1h > /dev/null || echo 'log in first'"
);

page!(
    INSPECT,
    "inspect ",
    "\
The token is read from standard input if that is a pipe or a file; without one,
the cached token is shown. The signature is not verified: only the server has
the key.

",
    "  0  The token was shown
  1  No token is cached, or the token has no claims
  2  Standard input is not a token
  5  Standard input was silent for 30 seconds",
    "  skia-auth token | skia-auth inspect
  skia-auth inspect --cached -o json"
);

page!(
    LOGOUT,
    "logout ",
    "\
The token stays valid at the server until it expires: the Skia API has no call
that revokes a token.

",
    "  0  No token is cached any more\n  3  The settings are wrong\n  7  A file cannot be deleted",
    "  skia-auth logout
  skia-auth logout --all"
);

page!(
    CONFIG,
    "config ",
    "",
    "  0  Done\n  3  The settings or the file are wrong",
    "  skia-auth config init
  skia-auth config show"
);

page!(
    CONFIG_SHOW,
    "config show ",
    "\
Each value stands with its provenance: a flag, a variable, a profile of the file
or the default. A secret is shown by its length alone.

",
    "  0  The settings were printed\n  3  The settings are wrong",
    "  skia-auth config show
  skia-auth config show -p staging -o json"
);

page!(
    CONFIG_PATH,
    "config path ",
    "",
    "  0  The path was printed, whether or not the file exists\n  3  There is no such path",
    "  skia-auth config path
  \"${EDITOR:-vi}\" \"$(skia-auth config path)\""
);

page!(
    CONFIG_LIST,
    "config list ",
    "",
    "  0  The profiles were printed\n  3  The file is malformed",
    "  skia-auth config list
  skia-auth config list -o json"
);

page!(
    CONFIG_INIT,
    "config init ",
    "\
On a terminal, asks for each value that is not given. Elsewhere, writes a
comment in its place. With -p, adds a profile to an existing file and keeps the
rest of the file. Never changes an existing profile.

",
    "  0  The file was written\n  3  The profile exists, or a value is wrong
  7  The file cannot be written",
    "  skia-auth config init
  skia-auth config init -p staging
  skia-auth config init -p ci --client-id ID --client-secret-file PATH"
);

page!(
    DOCTOR,
    "doctor ",
    "\
Sends no credentials, except with --login. The report contains no secret.

",
    concat!("  0  Every check passes; otherwise the code of the first failure:\n", login_codes!()),
    "  skia-auth doctor
  skia-auth doctor --login                  try the credentials too
  skia-auth doctor -o json"
);

page!(
    SANDBOX,
    "sandbox ",
    "\
Without a command, prints the variables that point to the server, as lines to
paste into another terminal, and logs each request until Ctrl-C.

The command gets SKIA_BASE_URL, SKIA_CLIENT_ID and SKIA_CLIENT_SECRET of the
sandbox, and a cache and a configuration of its own, in which every profile is
the sandbox. With -v, each request is logged.

",
    "  The code of the command, or:
  3    The port cannot be used
  126  The command cannot be run
  127  The command was not found",
    "  skia-auth sandbox -- ./pipeline.sh
  skia-auth sandbox --answer unavailable -- ./pipeline.sh
  skia-auth sandbox --port 8080 -o fish"
);

page!(
    COMPLETIONS,
    "completions ",
    "",
    "  0  The script was printed\n  2  The shell is unknown",
    "  source <(skia-auth completions bash)      in ~/.bashrc
  skia-auth completions fish > ~/.config/fish/completions/skia-auth.fish"
);
