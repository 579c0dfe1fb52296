//! The options that several commands share.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum, ValueHint};

use super::format::Format;
use crate::model::secret::Secret;
use crate::model::time::parse_duration;

// No `///` on these structs: clap would use it as the description of a command.

#[derive(Args, Clone, Debug, Default)]
#[command(next_display_order = 100)]
pub struct SharedArgs {
    /// Use this profile, which overrides the environment
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Read this configuration file (.toml or .json)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Print no warnings
    #[arg(short, long)]
    pub quiet: bool,
    /// Print what is being done; -vv also prints headers
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours [default: auto]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<Color>,
}

impl SharedArgs {
    /// These options, those before the command and those after it. The latter win.
    pub fn over(&self, outer: &Self) -> Self {
        Self {
            profile: self.profile.clone().or_else(|| outer.profile.clone()),
            config: self.config.clone().or_else(|| outer.config.clone()),
            quiet: self.quiet || outer.quiet,
            verbose: self.verbose.saturating_add(outer.verbose),
            color: self.color.or(outer.color),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

// Who logs in, and where.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Credentials and connection")]
pub struct ConnectionArgs {
    /// Address of the environment [default: https://api.skia.com.br/api]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with = "sandbox")]
    pub base_url: Option<String>,
    /// The integration's client id
    #[arg(long, value_name = "ID", conflicts_with = "sandbox", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// Read the client secret from a file (-: standard input)
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, conflicts_with = "sandbox")]
    pub client_secret_file: Option<PathBuf>,
    /// The client secret itself: other users can see it in the process list
    #[arg(
        long,
        value_name = "VALUE",
        conflicts_with = "sandbox",
        allow_hyphen_values = true,
        value_parser = secret
    )]
    pub client_secret: Option<Secret>,
    /// The scope to request [default: api]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    /// Time for the whole call, as 90s, 30m or 2h [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// How often to retry when the server is unavailable [default: 2]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub retries: Option<u32>,
    /// Trust these certificate authorities too (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_cert: Option<PathBuf>,
    /// Allow plain HTTP to another machine: the secret can be read on the way
    #[arg(long)]
    pub allow_http: bool,
    /// Use a local server that needs no account
    #[arg(long)]
    pub sandbox: bool,
    /// Neither read nor write cached tokens
    #[arg(long)]
    pub no_cache: bool,
}

fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text.to_owned()))
}

// Where the token goes, and in which form.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct DeliveryArgs {
    /// Form of the result [default: token]
    #[arg(short, long, value_name = "FORMAT", hide_default_value = true)]
    pub output: Option<Format>,
    /// Write to this file, readable by you alone, instead of standard output
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub to_file: Option<PathBuf>,
    /// Permissions of that file [default: 0600]
    #[arg(long, value_name = "MODE", requires = "to_file")]
    pub to_file_mode: Option<FileMode>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FileMode {
    /// You can read and write
    #[default]
    #[value(name = "0600")]
    Private = 0o600,
    /// You can read and write, your group can read
    #[value(name = "0640")]
    Group = 0o640,
    /// You and your group can read
    #[value(name = "0440")]
    GroupReadOnly = 0o440,
    /// You can read
    #[value(name = "0400")]
    PrivateReadOnly = 0o400,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct ReportArgs {
    /// Form of the report [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<ReportFormat>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    #[default]
    Text,
    Json,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct FreshnessArgs {
    /// The token must be valid for at least this long [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub min_ttl: Option<Duration>,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct RenewalArgs {
    /// Log in if less than this is left, unless the server is unavailable [default: --min-ttl]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub renew_before: Option<Duration>,
}

// Whose cached token is meant, for commands that never log in.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Identity")]
pub struct IdentityArgs {
    /// Address of the environment [default: https://api.skia.com.br/api]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,
    /// The integration's client id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// The scope of the token [default: api]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
}

impl From<IdentityArgs> for ConnectionArgs {
    fn from(identity: IdentityArgs) -> Self {
        let IdentityArgs { base_url, client_id, scope } = identity;
        Self { base_url, client_id, scope, ..Self::default() }
    }
}
