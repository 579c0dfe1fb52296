//! What can be typed: commands, options and their help.

pub mod format;
pub mod usage;

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};

use self::format::Format;
use crate::model::secret::Secret;
use crate::model::time::parse_duration;
use crate::sandbox::Answer;

// The groups below that are flattened into commands have no `///`: clap would take it for the command's description.

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const NAME: &str = "skia-auth";

/// Reads the command line.
pub fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(arguments)
}

/// The definition that the parser, the help, the man pages and the completions are made from.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Log in to the Skia API and print the bearer token
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    version,
    styles = STYLES,
    arg_required_else_help = true,
    propagate_version = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_value_name = "COMMAND",
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
    pub command: Option<Command>,
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
    /// Say whether a valid token is cached, for whom and until when
    Status(StatusArgs),
    /// Show the header and the claims of a token
    Inspect(InspectArgs),
    /// Delete the cached token
    Logout(LogoutArgs),
    /// Show the settings, or create the configuration file
    #[command(
        subcommand_required = true,
        arg_required_else_help = true,
        subcommand_value_name = "COMMAND"
    )]
    Config(ConfigArgs),
    /// Check settings and connection, and say how to fix what fails
    Doctor(DoctorArgs),
    /// Run a local server that answers like the Skia API
    Sandbox(SandboxArgs),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub struct SharedArgs {
    /// Use this profile: it beats the environment
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Read this configuration file (.toml or .json)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Give no warnings
    #[arg(short, long)]
    pub quiet: bool,
    /// Say what is being done; -vv with headers
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours [default: auto]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<Color>,
    /// Print help
    #[arg(short, long, action = ArgAction::HelpShort)]
    pub help: Option<bool>,
    /// Print version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    pub version: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

// Everything that decides who logs in, and where.
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
    #[arg(long, value_name = "VALUE", conflicts_with = "sandbox", allow_hyphen_values = true, value_parser = secret)]
    pub client_secret: Option<Secret>,
    /// What to ask for [default: api]
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    /// Time for the whole call, as 90s, 30m or 2h [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// How often to try again when the server is away [default: 2]
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,
    /// Trust these certificate authorities too (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_cert: Option<PathBuf>,
    /// Send the secret over plain HTTP to another machine
    #[arg(long)]
    pub allow_http: bool,
    /// Try it with a local server, without an account
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
    /// Only look into the cache: exit 1 if it has no valid token
    #[arg(long, conflicts_with_all = ["no_cache", "sandbox"])]
    pub offline: bool,
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
    pub connection: ConnectionArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
    /// The command to run, and its arguments
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments,
        help_heading = "Arguments"
    )]
    pub command: Vec<OsString>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Exit code: 0 if a valid token is cached, 1 if not.

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

// Whose cached token is meant: what a command needs that never logs in.
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

#[derive(Args, Debug)]
#[command(after_help = "\
The token is read from standard input; without one, the cached token is shown.
The signature is not verified: only the server has the key.

Examples:
  skia-auth token | skia-auth inspect
  skia-auth inspect -o json")]
pub struct InspectArgs {
    #[command(flatten)]
    pub report: ReportArgs,
    #[command(flatten)]
    pub identity: IdentityArgs,
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Refused: a token on the command line can be seen by other users
    #[arg(hide = true, value_name = "TOKEN", allow_hyphen_values = true)]
    pub stray: Option<OsString>,
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
    /// Create the configuration file, readable by you alone
    Init(ConfigInitArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  skia-auth config show
  skia-auth config show -p staging -o json")]
pub struct ConfigShowArgs {
    /// Print the names of the profiles and nothing else: what completions ask
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
Examples:
  skia-auth config path
  \"${EDITOR:-vi}\" \"$(skia-auth config path)\"")]
pub struct ConfigPathArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
On a terminal it asks for the client id, the client secret and the base URL;
elsewhere it writes a template. An existing file is never overwritten.

Examples:
  skia-auth config init
  skia-auth config init -p staging")]
pub struct ConfigInitArgs {
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
No credentials are sent, unless with --login. The report holds no secret.
Exit code: 0 if all is well, else that of the first check that failed.

Examples:
  skia-auth doctor
  skia-auth doctor --login                  try the credentials too
  skia-auth doctor -o json")]
pub struct DoctorArgs {
    /// Log in too, to see whether the credentials are accepted
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
sandbox, a cache of its own and no profile, and its exit code is kept. Without
a command the variables are printed, and the sandbox runs until Ctrl-C.

Examples:
  skia-auth sandbox -- ./pipeline.sh
  skia-auth sandbox --answer unavailable -- ./pipeline.sh
  skia-auth sandbox --port 8080"
)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1 (0: any free one)
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How to answer a login
    #[arg(long, value_name = "ANSWER", default_value = "ok")]
    pub answer: Answer,
    #[command(flatten)]
    pub shared: SharedArgs,
    /// The command to run, and its arguments
    #[arg(
        last = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments,
        help_heading = "Arguments"
    )]
    pub command: Vec<OsString>,
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

impl Command {
    /// The shared options of the invoked command, on top of those before its name.
    pub fn shared(&self) -> SharedArgs {
        let shared = match self {
            Command::Login(args) => &args.shared,
            Command::Token(args) => &args.shared,
            Command::Exec(args) => &args.shared,
            Command::Status(args) => &args.shared,
            Command::Inspect(args) => &args.shared,
            Command::Logout(args) => &args.shared,
            Command::Config(args) => {
                let inner = match &args.command {
                    ConfigCommand::Show(show) => &show.shared,
                    ConfigCommand::Path(path) => &path.shared,
                    ConfigCommand::Init(init) => &init.shared,
                };
                return inner.clone().over(&args.shared);
            }
            Command::Doctor(args) => &args.shared,
            Command::Sandbox(args) => &args.shared,
            Command::Completions(args) => &args.shared,
        };
        shared.clone()
    }

    /// Whether the result is JSON, and an error shall be too.
    pub fn wants_json(&self) -> bool {
        let report = |format: Option<ReportFormat>| format == Some(ReportFormat::Json);
        let delivery =
            |format: Option<Format>| matches!(format, Some(Format::Json | Format::Oauth));
        match self {
            Command::Login(args) => delivery(args.delivery.output),
            Command::Token(args) => delivery(args.delivery.output),
            Command::Status(args) => report(args.report.output),
            Command::Inspect(args) => report(args.report.output),
            Command::Doctor(args) => report(args.report.output),
            Command::Config(args) => match &args.command {
                ConfigCommand::Show(show) => report(show.report.output),
                ConfigCommand::Path(_) | ConfigCommand::Init(_) => false,
            },
            Command::Exec(_)
            | Command::Logout(_)
            | Command::Sandbox(_)
            | Command::Completions(_) => false,
        }
    }
}

impl SharedArgs {
    /// The options before the command, overridden by those behind it.
    #[must_use]
    pub fn over(self, outer: &SharedArgs) -> Self {
        Self {
            profile: self.profile.or_else(|| outer.profile.clone()),
            config: self.config.or_else(|| outer.config.clone()),
            quiet: self.quiet || outer.quiet,
            verbose: self.verbose.saturating_add(outer.verbose),
            color: self.color.or(outer.color),
            help: None,
            version: None,
        }
    }
}
