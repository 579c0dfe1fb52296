//! The formats that `--output` of `login`, `token` and `sandbox` chooses from.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The token alone
    #[default]
    Token,
    /// The full response as JSON, as the server sent it
    Json,
    /// The full response for people, with the time left
    Text,
    /// An OAuth 2.0 token response (RFC 6749), as JSON
    Oauth,
    /// An Authorization header, for curl -H @-
    Header,
    /// Variables for sh, bash and zsh, for eval
    Env,
    /// Variables for fish: skia-auth token -o fish | source
    Fish,
    /// For PowerShell: … | Out-String | Invoke-Expression
    Powershell,
    /// NAME=value lines, for docker run --env-file
    Dotenv,
}

/// The syntaxes in which `sandbox` prints its variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VariableFormat {
    /// Lines for sh, bash and zsh
    Env,
    /// Lines for fish
    Fish,
    /// Lines for PowerShell
    Powershell,
    /// NAME=value lines, for docker run --env-file
    Dotenv,
}
