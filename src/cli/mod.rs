//! What can be typed: the commands, each with its options and help.

mod foreign;
pub mod format;
mod options;
mod pages;
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
    max_term_width = 80,
    disable_help_flag = true,
    disable_version_flag = true,
    after_help = pages::TOP.short,
    after_long_help = pages::TOP.long
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
    /// Request a new token from the server and print it
    Login(LoginArgs),
    /// Print the cached token, or a new one if it is no longer valid
    Token(TokenArgs),
    /// Run a command with the token in SKIA_TOKEN
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
#[command(after_help = pages::LOGIN.short, after_long_help = pages::LOGIN.long)]
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
#[command(after_help = pages::TOKEN.short, after_long_help = pages::TOKEN.long)]
pub struct TokenArgs {
    #[command(flatten)]
    pub freshness: FreshnessArgs,
    #[command(flatten)]
    pub renewal: RenewalArgs,
    /// Use the cache alone; exit 1 if it has no valid token
    #[arg(long, conflicts_with_all = ["no_cache", "renew_before", "sandbox"])]
    pub offline: bool,
    /// Stay in the foreground and keep the file of --to-file fresh
    ///
    /// Renews the token when two thirds of its lifetime have passed, or at
    /// --renew-before. Prints one line per renewal. SIGHUP renews now; SIGTERM and
    /// Ctrl-C end it with exit code 0.
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
    after_help = pages::EXEC.short,
    after_long_help = pages::EXEC.long,
    mut_arg("sandbox", |argument| argument.hide(true))
)]
pub struct ExecArgs {
    /// The command to run, and its arguments
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments
    )]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub freshness: FreshnessArgs,
    #[command(flatten)]
    pub renewal: RenewalArgs,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = pages::STATUS.short, after_long_help = pages::STATUS.long)]
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
#[command(after_help = pages::INSPECT.short, after_long_help = pages::INSPECT.long)]
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
#[command(after_help = pages::LOGOUT.short, after_long_help = pages::LOGOUT.long)]
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
#[command(after_help = pages::CONFIG.short, after_long_help = pages::CONFIG.long)]
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
#[command(after_help = pages::CONFIG_PATH.short, after_long_help = pages::CONFIG_PATH.long)]
pub struct ConfigPathArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = pages::CONFIG_LIST.short, after_long_help = pages::CONFIG_LIST.long)]
pub struct ConfigListArgs {
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = pages::CONFIG_INIT.short, after_long_help = pages::CONFIG_INIT.long)]
pub struct ConfigInitArgs {
    /// Address of the environment
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub base_url: Option<String>,
    /// The integration's client id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Option<String>,
    /// File with the client secret
    ///
    /// The file is read at each login. With -, the secret is read from standard input
    /// and stored in the configuration file.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub client_secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = pages::CONFIG_SHOW.short, after_long_help = pages::CONFIG_SHOW.long)]
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
#[command(after_help = pages::DOCTOR.short, after_long_help = pages::DOCTOR.long)]
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
    after_help = pages::SANDBOX.short,
    after_long_help = pages::SANDBOX.long
)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1 (0: any free one)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How to answer a login
    #[arg(long, value_name = "ANSWER", default_value = "ok")]
    pub answer: Answer,
    /// Syntax of the variables
    ///
    /// [default: env; on Windows: powershell]
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "command")]
    pub output: Option<VariableFormat>,
    /// The command to run, and its arguments
    #[arg(
        last = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments
    )]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = pages::COMPLETIONS.short, after_long_help = pages::COMPLETIONS.long)]
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
