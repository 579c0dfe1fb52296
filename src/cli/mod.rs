//! What can be typed: the commands, each with its options and help.

mod foreign;
pub mod format;
mod options;
pub mod usage;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};

use self::format::{Format, VariableFormat};
pub use self::options::*;
use crate::sandbox::Answer;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Reads the command line.
pub fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let Cli { shared, command } = Cli::try_parse_from(arguments)?;
    Ok(Cli { shared: command.shared().over(&shared), command })
}

/// The definition behind the parser, the help, the man pages and the completions.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Log in to the Skia API and print the bearer token
#[derive(Debug, Parser)]
#[command(
    name = "skia-auth",
    // Otherwise the help of Windows says `skia-auth.exe`.
    bin_name = "skia-auth",
    version,
    styles = STYLES,
    propagate_version = true,
    max_term_width = 100,
    after_help = "\
The credentials are read from SKIA_CLIENT_ID and SKIA_CLIENT_SECRET, or from a configuration file.

Examples:
  skia-auth login --sandbox                 try it, without an account
  TOKEN=$(skia-auth token) || exit          in a script
  skia-auth exec -- ./call-skia.sh          with the token in its environment"
)]
pub struct Cli {
    #[command(flatten)]
    pub shared: SharedArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Ask the server for a new token and print it
    Login(LoginArgs),
    /// Print the cached token while it is valid, else a new one
    Token(TokenArgs),
    /// Run a command with a token in its environment
    Exec(ExecArgs),
    /// Report whether a valid token is cached, for whom and until when
    Status(StatusArgs),
    /// Show the header and the claims of a token
    Inspect(InspectArgs),
    /// Delete the cached token
    Logout(LogoutArgs),
    /// Show the settings and profiles, or write the configuration file
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Config(ConfigArgs),
    /// Check settings and connection, with a fix for each failure
    Doctor(DoctorArgs),
    /// Run a local server that answers like the Skia API
    Sandbox(SandboxArgs),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

impl Command {
    // Clap's `global` would copy each option into every command, a fifth of a cached call.
    fn shared(&self) -> SharedArgs {
        match self {
            Self::Login(LoginArgs { shared, .. })
            | Self::Token(TokenArgs { shared, .. })
            | Self::Exec(ExecArgs { shared, .. })
            | Self::Status(StatusArgs { shared, .. })
            | Self::Inspect(InspectArgs { shared, .. })
            | Self::Logout(LogoutArgs { shared, .. })
            | Self::Doctor(DoctorArgs { shared, .. })
            | Self::Sandbox(SandboxArgs { shared, .. })
            | Self::Completions(CompletionsArgs { shared, .. }) => shared.clone(),
            Self::Config(ConfigArgs { command, shared }) => match command {
                ConfigCommand::Show(ConfigShowArgs { shared: inner, .. })
                | ConfigCommand::Path(ConfigPathArgs { shared: inner })
                | ConfigCommand::List(ConfigListArgs { shared: inner, .. })
                | ConfigCommand::Init(ConfigInitArgs { shared: inner, .. }) => inner.over(shared),
            },
        }
    }

    /// Whether the result is JSON, and therefore an error too.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Login(LoginArgs { delivery, .. }) | Self::Token(TokenArgs { delivery, .. }) => {
                matches!(delivery.output, Some(Format::Json | Format::Oauth))
            }
            Self::Status(StatusArgs { report, .. })
            | Self::Inspect(InspectArgs { report, .. })
            | Self::Doctor(DoctorArgs { report, .. })
            | Self::Config(ConfigArgs {
                command:
                    ConfigCommand::Show(ConfigShowArgs { report, .. })
                    | ConfigCommand::List(ConfigListArgs { report, .. }),
                ..
            }) => report.output == Some(ReportFormat::Json),
            _ => false,
        }
    }
}

#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  skia-auth login                           a new token
  skia-auth login --sandbox -o json         the full response of a sandbox
  skia-auth login --to-file token.txt       in a file that only you can read")]
pub struct LoginArgs {
    /// Print the request, without the secret, and send nothing
    #[arg(long, conflicts_with_all = ["output", "to_file"])]
    pub dry_run: bool,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug, Default)]
#[command(after_help = "\
Examples:
  TOKEN=$(skia-auth token) || exit
  skia-auth token -o header | curl -H @- https://api.skia.com.br/api/…
  skia-auth token --min-ttl 2h              valid for at least two hours more")]
pub struct TokenArgs {
    #[command(flatten)]
    pub freshness: FreshnessArgs,
    #[command(flatten)]
    pub renewal: RenewalArgs,
    /// Use only the cache; exit 1 if it has no valid token
    #[arg(long, conflicts_with_all = ["no_cache", "renew_before", "sandbox"])]
    pub offline: bool,
    /// Stay in the foreground, and renew the token in the file before it expires
    #[arg(long, requires = "to_file", conflicts_with = "offline")]
    pub watch: bool,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(
    override_usage = "skia-auth exec [OPTIONS] -- COMMAND [ARG]...",
    after_help = "\
The command gets SKIA_TOKEN, SKIA_TOKEN_EXPIRES_AT and SKIA_BASE_URL, with -p also
SKIA_PROFILE, and no client secret.

Examples:
  skia-auth exec -- ./call-skia.sh
  skia-auth exec --min-ttl 2h -- ./long-job.sh
  skia-auth exec -- docker run -e SKIA_TOKEN -e SKIA_BASE_URL my-image"
)]
pub struct ExecArgs {
    #[command(flatten)]
    pub freshness: FreshnessArgs,
    #[command(flatten)]
    pub renewal: RenewalArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// The command to run, and its arguments
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments,
        help_heading = "Arguments"
    )]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Exit code: 0 if a valid token is cached, otherwise 1.

Examples:
  skia-auth status
  skia-auth status -o json
  skia-auth status --min-ttl 1h > /dev/null || echo 'log in first'")]
pub struct StatusArgs {
    #[command(flatten)]
    pub freshness: FreshnessArgs,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub identity: IdentityArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The token is read from standard input if that is a pipe or a file; without one,
the cached token is shown. The signature is not verified: only the server has
the key.

Examples:
  skia-auth token | skia-auth inspect
  skia-auth inspect --cached -o json")]
pub struct InspectArgs {
    /// Show the cached token, whatever standard input is
    #[arg(long)]
    pub cached: bool,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// Refused: a token on the command line can be seen by other users
    #[arg(hide = true, value_name = "TOKEN")]
    pub stray: Option<OsString>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The token stays valid at the server until it expires: the Skia API has no call that revokes one.

Examples:
  skia-auth logout
  skia-auth logout --all")]
pub struct LogoutArgs {
    /// Delete the cached tokens of every identity
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub identity: IdentityArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  skia-auth config show
  skia-auth config path")]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ConfigCommand {
    /// Show every effective value with its provenance, secrets hidden
    Show(ConfigShowArgs),
    /// Print the path of the configuration file
    Path(ConfigPathArgs),
    /// List the profiles, with base URL, client id and where the secret is kept
    List(ConfigListArgs),
    /// Create the configuration file, or add a profile to it
    Init(ConfigInitArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  skia-auth config path
  \"${EDITOR:-vi}\" \"$(skia-auth config path)\"")]
pub struct ConfigPathArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  skia-auth config list
  skia-auth config list -o json")]
pub struct ConfigListArgs {
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
On a terminal, asks for each value that is not given. Elsewhere, writes a
comment in its place. With -p, adds a profile to an existing file and keeps the
rest of it. Never changes an existing profile.

Examples:
  skia-auth config init
  skia-auth config init -p staging
  skia-auth config init -p ci --client-id ID --client-secret-file PATH")]
pub struct ConfigInitArgs {
    /// Address of the environment
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,
    /// The integration's client id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// Read the client secret from this file at each login (-: copy it from standard input)
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub client_secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  skia-auth config show
  skia-auth config show -p staging -o json")]
pub struct ConfigShowArgs {
    /// Print only the names and base URLs of the profiles, for completions
    #[arg(long, hide = true)]
    pub profile_names: bool,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Sends no credentials, except with --login. The report contains no secret.
Exit code: 0 if every check passes, otherwise that of the first failure.

Examples:
  skia-auth doctor
  skia-auth doctor --login                  try the credentials too
  skia-auth doctor -o json")]
pub struct DoctorArgs {
    /// Also log in, to check the credentials
    #[arg(long)]
    pub login: bool,
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(
    override_usage = "skia-auth sandbox [OPTIONS] [-- COMMAND [ARG]...]",
    after_help = "\
The command gets SKIA_BASE_URL, SKIA_CLIENT_ID and SKIA_CLIENT_SECRET of the
sandbox, and a cache and a configuration of its own, in which every profile is
the sandbox. Its exit code is kept. With -v, each request is logged.

Without a command, prints these variables as lines to paste into another
terminal, and logs each request until Ctrl-C.

Examples:
  skia-auth sandbox -- ./pipeline.sh
  skia-auth sandbox --answer unavailable -- ./pipeline.sh
  skia-auth sandbox --port 8080 -o fish"
)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1 (0: any free one)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How to answer a login
    #[arg(long, value_name = "ANSWER", default_value = "ok")]
    pub answer: Answer,
    /// Syntax of the variables [default: env; on Windows: powershell]
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "command")]
    pub output: Option<VariableFormat>,
    /// The command to run, and its arguments
    #[arg(
        last = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments,
        help_heading = "Arguments"
    )]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  source <(skia-auth completions bash)      in ~/.bashrc
  skia-auth completions fish > ~/.config/fish/completions/skia-auth.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
    Nushell,
}
