//! The commands, their flags and variables, and the [`Config`] made from them. Knows no vendor.

pub(super) mod client;
mod limits;
mod value;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use clap::builder::UnknownArgumentValueParser;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use super::container;
use super::environment::Format;
use super::log::{Level, LogFormat};
use crate::config::{DeliverTo, Keep, Listen, WorldCreation};
use crate::{Config, FaultPolicy};

use client::{Clock, Fault, Report, Requests, SignIn, Verify, Worlds};
use limits::LimitFlags;
use value::{Several, all, lines, number, several, time};

/// The address of [`Config::default`].
const DEFAULT_LISTEN: &str = "127.0.0.1:8484";

const EXAMPLES: &str = concat!(
    "Examples:
  fauxidp                                     serve on 127.0.0.1:8484
  fauxidp --listen 9000 --people 200          on another port, with 200 more people
  fauxidp --clock 2030-01-01T00:00:00Z        with a clock that stands still
  fauxidp --fault '503;retry-after=2;first=2' fail the first two calls
  eval \"$(fauxidp env)\"                       point the clients of this shell at it
  fauxidp requests --follow                   watch the calls arrive

Documentation: ",
    env!("CARGO_PKG_REPOSITORY")
);

/// A stand-in for the user APIs and sign-in of MonoCloud, ZITADEL and jitsudo, for tests.
///
/// Without a command it serves. Every flag has a variable: --people is FAUXIDP_PEOPLE. A flag beats its variable, a
/// variable its default.
#[derive(Debug, Parser)]
#[command(name = "fauxidp", version, about, after_long_help = EXAMPLES)]
#[command(after_help = "--help says more: limits, variables and examples.")]
#[command(args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start the server (the default command).
    Serve(Box<Serve>),
    /// Exit with 0 if a server answers, with 1 if not.
    Healthcheck {
        #[command(flatten)]
        server: Server,
    },
    /// Print variables for a running server.
    ///
    /// Each vendor's base URL and credential, and what makes Node, Python and curl trust the server's certificate. Two
    /// files with certificates are written to a folder of this user. For a shell: eval "$(fauxidp env)".
    Env {
        #[command(flatten)]
        server: Server,
        /// Whom they are for.
        #[arg(long, value_name = "FORMAT", default_value = "sh")]
        format: Format,
    },
    /// Print every route, or those of one vendor.
    Routes {
        /// The vendor; `fauxidp` for the control API.
        vendor: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check a folder of seed files: exit with 0 if they fit, with 1 if not.
    Check {
        /// The folder.
        folder: PathBuf,
    },
    /// Print the JSON Schema of a vendor's seed files, for an editor.
    Schema {
        /// The vendor.
        vendor: String,
    },
    /// List, reset, copy, drop, save and load worlds.
    Worlds(Worlds),
    /// Print the calls that a world received.
    Requests(Requests),
    /// Check how often a call was made: exit with 0 if as expected, with 1 if not.
    Verify(Verify),
    /// Add, list and remove faults.
    Fault(Fault),
    /// Print the mails, codes and texts that a world would have sent.
    Outbox(client::Target),
    /// Print or change a world's clock.
    Clock(Clock),
    /// Sign a user in to an application, without a page.
    SignIn(SignIn),
    /// Report what a client does wrong: exit with 0 if it does well, with 1 if not.
    Report(Report),
    /// Print a completion script.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page.
    Man,
}

impl Cli {
    /// Reads a command line. A variable that is empty counts as unset.
    pub(super) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let mut matches = without_empty_variables(Self::command()).try_get_matches_from(arguments)?;
        Self::from_arg_matches_mut(&mut matches)
    }

    /// The variables of all flags.
    pub(super) fn variables() -> BTreeSet<String> {
        fn collect(command: &clap::Command, names: &mut BTreeSet<String>) {
            names.extend(command.get_arguments().filter_map(|arg| arg.get_env()?.to_str().map(str::to_owned)));
            command.get_subcommands().for_each(|command| collect(command, names));
        }
        let mut names = BTreeSet::new();
        collect(&Self::command(), &mut names);
        names
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(None::<&str>) } else { arg });
    command.mut_subcommands(without_empty_variables)
}

/// The addresses of a server, whether it is to run or to be asked.
#[derive(Debug, Args)]
pub(super) struct Addresses {
    /// Address to listen on, for all vendors or for one of them; port 0 picks a free port.
    #[arg(
        long, env = "FAUXIDP_LISTEN", value_name = "[VENDOR=]ADDR",
        default_value = DEFAULT_LISTEN, value_parser = several::<Listen>
    )]
    listen: Vec<Several<Listen>>,
    #[arg(long, short, hide = true, value_parser = UnknownArgumentValueParser::suggest_arg("--listen"))]
    port: Option<String>,
}

/// What `--listen` is to a command that asks a server and starts none.
const SERVER_LISTENS: &str = "Address that the server listens on, where no URL is given";

/// Which running server to ask.
#[derive(Debug, Args)]
#[command(mut_arg("listen", |listen| listen.help(SERVER_LISTENS)))]
pub(super) struct Server {
    /// URL or address of the server; defaults to the first --listen address.
    url: Option<String>,
    #[command(flatten)]
    addresses: Addresses,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    data: DataFlags,
    #[command(flatten)]
    faults: FaultFlags,
    #[command(flatten)]
    tls: TlsFlags,
    #[command(flatten)]
    pub(super) log: LogFlags,
    #[command(flatten)]
    limits: LimitFlags,
    /// Stop when the process that started the server ends.
    #[arg(
        long, env = "FAUXIDP_EXIT_WITH_PARENT", hide_short_help = true,
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub(super) exit_with_parent: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Users and vendors")]
struct DataFlags {
    /// A folder of seed files, <vendor>.json; a missing file keeps the embedded one.
    #[arg(long, env = "FAUXIDP_FIXTURES", value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Number of generated people, each with an account at every vendor.
    #[arg(long, env = "FAUXIDP_PEOPLE", value_name = "N", default_value_t = 0, value_parser = number::<usize>)]
    people: usize,
    /// Seed of generated people and ids: the same seed gives the same ones.
    #[arg(long, env = "FAUXIDP_SEED", value_name = "S", default_value_t = 1, value_parser = number::<u64>)]
    seed: u64,
    /// Start with the clock frozen at this time, such as 2030-01-01T00:00:00Z.
    #[arg(long, env = "FAUXIDP_CLOCK", value_name = "RFC3339", value_parser = time)]
    clock: Option<Timestamp>,
    /// A vendor's setting, such as jitsudo.suspend-owner=allowed.
    #[arg(long, env = "FAUXIDP_SET", value_name = "VENDOR.KEY=VALUE", value_parser = several::<String>)]
    set: Vec<Several<String>>,
    /// The issuer of a vendor's tokens, where it does not follow from each request.
    #[arg(
        long,
        env = "FAUXIDP_ISSUER",
        value_name = "VENDOR=URL",
        value_parser = lines::<String>,
        hide_short_help = true
    )]
    issuer: Vec<Several<String>>,
    /// The RSA key (PEM) that signs a vendor's tokens at first, instead of a published test key.
    #[arg(
        long,
        env = "FAUXIDP_SIGNING_KEY",
        value_name = "VENDOR=FILE",
        value_parser = lines::<String>,
        hide_short_help = true
    )]
    signing_key: Vec<Several<String>>,
    /// Whether a call makes the world that it names, or is refused unless the control API made it.
    #[arg(long, env = "FAUXIDP_WORLDS", value_name = "HOW", default_value = "implicit", hide_short_help = true)]
    worlds: Creation,
    /// Start every world from a saved state (GET /__fauxidp/worlds/{world}/state).
    #[arg(long, env = "FAUXIDP_STATE", value_name = "FILE", hide_short_help = true)]
    state: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Faults")]
struct FaultFlags {
    /// A fault for every call, such as '503;retry-after=2;first=2'.
    #[arg(long, env = "FAUXIDP_FAULT", value_name = "SPEC", value_parser = lines::<String>)]
    fault: Vec<Several<String>>,
    /// Which faults are applied; `documented` skips statuses that the vendor does not publish for the operation.
    #[arg(long, env = "FAUXIDP_FAULT_POLICY", value_name = "POLICY", default_value = "all", hide_short_help = true)]
    fault_policy: Policy,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "TLS and hosts")]
struct TlsFlags {
    /// Certificate chain (PEM); without it, the server creates its own authority on first use.
    #[arg(long, env = "FAUXIDP_TLS_CERT", value_name = "FILE", hide_short_help = true)]
    tls_cert: Option<PathBuf>,
    /// Private key of --tls-cert (PEM).
    #[arg(long, env = "FAUXIDP_TLS_KEY", value_name = "FILE", hide_short_help = true)]
    tls_key: Option<PathBuf>,
    /// Keep the server's own authority in this folder between starts; by default in the user's cache.
    #[arg(long, env = "FAUXIDP_CA_DIR", value_name = "DIR", hide_short_help = true)]
    ca_dir: Option<PathBuf>,
    /// Write the certificate that clients must trust to this file.
    #[arg(long, env = "FAUXIDP_TLS_CA_OUT", value_name = "FILE")]
    tls_ca_out: Option<PathBuf>,
    /// A host name that the control API accepts besides localhost, addresses and names without a dot; or *.example.com.
    #[arg(long, env = "FAUXIDP_ALLOW_HOST", value_name = "NAME", value_parser = several::<String>)]
    allow_host: Vec<Several<String>>,
    /// Where to send notices and requests to: loopback and private addresses, anywhere, or nowhere.
    #[arg(long, env = "FAUXIDP_DELIVER_TO", value_name = "WHERE", default_value = "near", hide_short_help = true)]
    deliver_to: Destinations,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub(super) struct LogFlags {
    /// How much to log to stderr.
    #[arg(long, env = "FAUXIDP_LOG", value_name = "LEVEL", default_value = "info")]
    pub(super) log: Level,
    /// Format of log lines.
    #[arg(long, env = "FAUXIDP_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Policy {
    All,
    Documented,
    Off,
}

impl From<Policy> for FaultPolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::All => Self::All,
            Policy::Documented => Self::Documented,
            Policy::Off => Self::Off,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Creation {
    Implicit,
    Explicit,
}

impl From<Creation> for WorldCreation {
    fn from(creation: Creation) -> Self {
        match creation {
            Creation::Implicit => Self::Implicit,
            Creation::Explicit => Self::Explicit,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Destinations {
    None,
    Near,
    Any,
}

impl From<Destinations> for DeliverTo {
    fn from(destinations: Destinations) -> Self {
        match destinations {
            Destinations::None => Self::None,
            Destinations::Near => Self::Near,
            Destinations::Any => Self::Any,
        }
    }
}

impl Server {
    /// The server's URL as seen from this machine.
    pub(super) fn url(self) -> String {
        self.url.unwrap_or_else(|| self.addresses.url())
    }
}

impl Addresses {
    /// The URL of the first address as seen from this machine: an unspecified address becomes the loopback address.
    /// In a container the flags of its server count, unless the command has its own.
    fn url(&self) -> String {
        let is_told = std::env::args_os().any(|word| word.as_encoded_bytes().starts_with(b"--listen"));
        let server = container::first_command_line().filter(|_| !is_told).and_then(|words| Cli::read(&words).ok());
        let server = server.map(|cli| match cli.command {
            Some(Command::Serve(flags)) => flags.addresses,
            _ => cli.serve.addresses,
        });
        let mut address = server.as_ref().unwrap_or(self).listen[0].0[0].address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}")
    }
}

/// Where the authority is kept: where it has to be, else in the cache of the user, if there is one.
fn keep_ca(folder: Option<PathBuf>) -> Keep {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || match () {
        () if cfg!(windows) => variable("LOCALAPPDATA"),
        () if cfg!(target_os = "macos") => variable("HOME").map(|home| home.join("Library/Caches")),
        () => variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache"))),
    };
    match folder {
        Some(folder) => Keep::In(folder),
        None => cache().map_or(Keep::Nowhere, |cache| Keep::Preferably(cache.join("fauxidp").join("ca"))),
    }
}

impl From<Serve> for Config {
    fn from(flags: Serve) -> Self {
        let (data, faults, tls) = (flags.data, flags.faults, flags.tls);
        Self {
            vendors: Vec::new(),
            listen: all(flags.addresses.listen),
            fixtures: data.fixtures,
            people: data.people,
            seed: data.seed,
            clock: data.clock,
            set: all(data.set),
            issuer: all(data.issuer),
            signing_key: all(data.signing_key),
            state: data.state,
            journal: flags.limits.journal,
            worlds: data.worlds.into(),
            max_worlds: flags.limits.max_worlds,
            world_ttl: flags.limits.world_ttl,
            limits: flags.limits.into(),
            fault: all(faults.fault),
            fault_policy: faults.fault_policy.into(),
            tls_cert: tls.tls_cert,
            tls_key: tls.tls_key,
            keep_ca: keep_ca(tls.ca_dir),
            tls_ca_out: tls.tls_ca_out,
            deliver_to: tls.deliver_to.into(),
            allow_host: all(tls.allow_host),
        }
    }
}
