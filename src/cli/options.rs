//! The options that several commands share.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgAction, Args, ValueEnum, ValueHint};

use super::format::Format;
use crate::model::secret::Secret;
use crate::model::time::parse_duration;
use crate::platform::advice::shell_quote;

// No `///` on these structs: clap would use it as the description of a command.

#[derive(Args, Clone, Debug, Default)]
#[command(
    next_help_heading = "Global options",
    next_display_order = 100,
    arg = help_flag(),
    arg = version_flag()
)]
pub struct SharedArgs {
    /// Use this profile of the configuration file
    ///
    /// A profile that is named here overrides the environment. Without this option,
    /// the environment overrides the profile.
    ///
    /// [env: SKIA_PROFILE]
    #[arg(short, long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub profile: Option<String>,
    /// Read this configuration file (.toml or .json)
    ///
    /// [env: SKIA_CONFIG]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Print no warnings
    #[arg(short, long)]
    pub quiet: bool,
    /// Print each step; -vv also prints headers
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours
    ///
    /// [env: NO_COLOR=1 for never] [default: auto]
    #[arg(long, value_name = "WHEN", hide_short_help = true)]
    pub color: Option<Color>,
}

fn help_flag() -> Arg {
    let flag = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    flag.help("Print this summary; --help prints everything")
        .long_help("Print all of this help; -h prints a summary")
}

fn version_flag() -> Arg {
    let flag = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    flag.help("Print the version")
}

impl SharedArgs {
    /// Another command for the same profile: with the options that choose it, as they were typed.
    pub fn command(&self, command: &str) -> String {
        self.command_for(command, &ConnectionArgs::default())
    }

    /// Another command for the same identity and server. The secret is not among its options.
    pub fn command_for(&self, command: &str, typed: &ConnectionArgs) -> String {
        let path = |path: &Option<PathBuf>| Some(path.as_ref()?.display().to_string());
        let options = [
            ("--config", path(&self.config)),
            ("-p", self.profile.clone()),
            ("--base-url", typed.base_url.clone()),
            ("--client-id", typed.client_id.clone()),
            ("--scope", typed.scope.clone()),
            ("--ca-cert", path(&typed.ca_cert)),
        ];
        let command =
            options.into_iter().fold(command.to_owned(), |command, (option, value)| match value {
                Some(value) => format!("{command} {option} {}", shell_quote(value)),
                None => command,
            });
        if typed.allow_http { command + " --allow-http" } else { command }
    }

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
    /// Address of the environment
    ///
    /// [env: SKIA_BASE_URL] [default: https://api.skia.com.br/api]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other)]
    pub base_url: Option<String>,
    /// The integration's client id
    ///
    /// [env: SKIA_CLIENT_ID]
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// File with the client secret (-: stdin)
    ///
    /// [env: SKIA_CLIENT_SECRET_FILE]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub client_secret_file: Option<PathBuf>,
    /// The client secret itself: other users can see it in the process list
    ///
    /// Use --client-secret-file or the variable instead.
    ///
    /// [env: SKIA_CLIENT_SECRET]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "VALUE",
        allow_hyphen_values = true,
        value_parser = secret
    )]
    pub client_secret: Option<Secret>,
    /// The scope to request
    ///
    /// [env: SKIA_SCOPE] [default: api]
    #[arg(long, value_name = "SCOPE", hide_short_help = true)]
    pub scope: Option<String>,
    /// Time limit of the call [default: 30s]
    ///
    /// It covers all attempts. A number with a unit: 90s, 30m, 2h.
    ///
    /// [env: SKIA_TIMEOUT]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// How often to retry when the server is unavailable
    ///
    /// [default: 2]
    #[arg(long, value_name = "N", hide_short_help = true, allow_negative_numbers = true)]
    pub retries: Option<u32>,
    /// Trust these certificate authorities too (PEM)
    ///
    /// [env: SKIA_CA_CERT]
    #[arg(long, value_name = "FILE", hide_short_help = true, value_hint = ValueHint::FilePath)]
    pub ca_cert: Option<PathBuf>,
    /// Allow plain HTTP to another machine: the secret can be read on the way
    ///
    /// [env: SKIA_ALLOW_HTTP]
    #[arg(long, hide_short_help = true)]
    pub allow_http: bool,
    /// Use a local server that needs no account
    ///
    /// The server runs for this call alone. Its token is not valid at Skia and is not
    /// cached.
    #[arg(
        long,
        conflicts_with_all = ["base_url", "client_id", "client_secret_file", "client_secret"]
    )]
    pub sandbox: bool,
    /// Neither read nor write cached tokens
    ///
    /// [env: SKIA_NO_CACHE]
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
    /// Form of the result
    ///
    /// [default: token]
    #[arg(short, long, value_name = "FORMAT", hide_default_value = true)]
    pub output: Option<Format>,
    /// Write to this file instead of standard output
    ///
    /// The file is replaced in one step. A file with the same content and mode is left
    /// alone.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub to_file: Option<PathBuf>,
    /// Permissions of the file of --to-file
    ///
    /// [default: 0600]
    #[arg(long, value_name = "MODE", hide_short_help = true, requires = "to_file")]
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
pub struct ReportArgs {
    /// Form of the report
    ///
    /// [default: text]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<ReportFormat>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object
    Json,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct FreshnessArgs {
    /// Required remaining lifetime [default: 5m]
    ///
    /// A cached token that is valid for less is not used. A number with a unit: 90s,
    /// 30m, 2h.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub min_ttl: Option<Duration>,
}

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct RenewalArgs {
    /// Log in if the token is valid for less than this
    ///
    /// If the server is unavailable, a cached token that meets --min-ttl is used, with
    /// a warning.
    ///
    /// [default: the value of --min-ttl]
    #[arg(long, value_name = "DURATION", hide_short_help = true, value_parser = parse_duration)]
    pub renew_before: Option<Duration>,
}

// The identity of a cached token, for commands that never log in.
#[derive(Args, Clone, Debug, Default)]
pub struct IdentityArgs {
    /// Address of the environment
    ///
    /// [env: SKIA_BASE_URL] [default: https://api.skia.com.br/api]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Other)]
    pub base_url: Option<String>,
    /// The integration's client id
    ///
    /// [env: SKIA_CLIENT_ID]
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// The scope of the token
    ///
    /// [env: SKIA_SCOPE] [default: api]
    #[arg(long, value_name = "SCOPE", hide_short_help = true)]
    pub scope: Option<String>,
}

impl From<IdentityArgs> for ConnectionArgs {
    fn from(identity: IdentityArgs) -> Self {
        let IdentityArgs { base_url, client_id, scope } = identity;
        Self { base_url, client_id, scope, ..Self::default() }
    }
}
