//! The command line's flags, their variables and defaults, and the [`Config`] made from them. Knows no vendor.

use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use super::log::{Level, LogFormat};
use crate::config::{DeliverTo, Listen};
use crate::{Config, FaultPolicy, Limits};

/// The address of [`Config::default`].
const DEFAULT_LISTEN: &str = "127.0.0.1:8484";

/// A stand-in for the user APIs of MonoCloud, ZITADEL and jitsudo, for tests.
#[derive(Debug, Parser)]
#[command(name = "fauxidp", version, about, long_about = None, disable_help_subcommand = true)]
#[command(args_conflicts_with_subcommands = true)]
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
    /// Print every route.
    Routes,
    /// Print shell variables for a running server, to be used with `eval`: each vendor's base URL and credential, and
    /// what makes Node, Python and curl trust the server's certificate.
    Env {
        #[command(flatten)]
        server: Server,
    },
    /// Print a completion script.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

impl Cli {
    /// Reads a command line. A variable that is empty counts as unset.
    pub(super) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let mut matches = without_empty_variables(Self::command()).try_get_matches_from(arguments)?;
        Self::from_arg_matches_mut(&mut matches)
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
}

/// The values of one occurrence of a flag or of its variable, separated by commas or line breaks; at least one.
#[derive(Debug, Clone)]
struct Several<T>(Vec<T>);

fn several<T: FromStr<Err: Display>>(text: &str) -> Result<Several<T>, String> {
    let parts = text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.map(|part| part.parse().map_err(|error: T::Err| error.to_string()));
    match parts.collect::<Result<Vec<T>, _>>()? {
        parts if parts.is_empty() => Err("expected at least one value".to_owned()),
        parts => Ok(Several(parts)),
    }
}

/// The values of all occurrences of a flag.
fn all<T>(several: Vec<Several<T>>) -> Vec<T> {
    several.into_iter().flat_map(|several| several.0).collect()
}

/// Which running server to ask.
#[derive(Debug, Args)]
pub(super) struct Server {
    /// URL of the server; defaults to the first --listen address.
    url: Option<String>,
    #[command(flatten)]
    addresses: Addresses,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    addresses: Addresses,
    /// A folder of seed files, <vendor>.json; a missing file keeps the embedded one.
    #[arg(long, env = "FAUXIDP_FIXTURES", value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Number of generated people, each with an account at every vendor.
    #[arg(long, env = "FAUXIDP_PEOPLE", value_name = "N", default_value_t = 0)]
    people: usize,
    /// Seed of generated people and ids: the same seed gives the same ones.
    #[arg(long, env = "FAUXIDP_SEED", value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Start with the clock frozen at this time, such as 2030-01-01T00:00:00Z.
    #[arg(long, env = "FAUXIDP_CLOCK", value_name = "RFC3339")]
    clock: Option<Timestamp>,
    /// Number of calls that each world's journal keeps, dropping the oldest; 0 turns it off.
    #[arg(long, env = "FAUXIDP_JOURNAL", value_name = "N", default_value_t = Config::default().journal)]
    journal: usize,
    /// A vendor's setting, such as jitsudo.suspend-owner=allowed.
    #[arg(long, env = "FAUXIDP_SET", value_name = "VENDOR.KEY=VALUE", value_parser = several::<String>)]
    set: Vec<Several<String>>,
    /// The issuer of a vendor's tokens, where it does not follow from each request.
    #[arg(long, env = "FAUXIDP_ISSUER", value_name = "VENDOR=URL", value_delimiter = '\n')]
    issuer: Vec<String>,
    /// Maximum number of worlds; beyond it, the least recently used one is dropped.
    #[arg(long, env = "FAUXIDP_MAX_WORLDS", value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    max_worlds: usize,
    /// Drop worlds that have been idle for this many seconds.
    #[arg(long, env = "FAUXIDP_WORLD_TTL", value_name = "SECONDS", value_parser = seconds)]
    world_ttl: Option<Duration>,
    /// Start every world from a saved state (GET /__fauxidp/worlds/{world}/state).
    #[arg(long, env = "FAUXIDP_STATE", value_name = "FILE")]
    state: Option<PathBuf>,
    /// Maximum memory of the process, such as 768MiB; a half of what the machine or the control group has.
    #[arg(long, env = "FAUXIDP_MAX_MEMORY", value_name = "SIZE", value_parser = size)]
    max_memory: Option<usize>,
    /// Maximum size of a state sent to the control API, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_STATE", value_name = "BYTES",
        default_value_t = Limits::default().max_state, value_parser = at_least_one
    )]
    max_state: usize,
    /// Maximum size of any other request body, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_BODY", value_name = "BYTES",
        default_value_t = Limits::default().max_body, value_parser = at_least_one
    )]
    max_body: usize,
    /// Maximum size of a request's headers, in bytes, counted as in HTTP/2.
    #[arg(
        long, env = "FAUXIDP_MAX_HEADER", value_name = "BYTES",
        default_value_t = Limits::default().max_header, value_parser = at_least_one
    )]
    max_header: usize,
    /// Maximum length of a path and its query, in bytes.
    #[arg(
        long, env = "FAUXIDP_MAX_URI", value_name = "BYTES",
        default_value_t = Limits::default().max_uri, value_parser = at_least_one
    )]
    max_uri: usize,
    /// Maximum nesting depth of JSON bodies, up to 100.
    #[arg(
        long, env = "FAUXIDP_MAX_JSON_DEPTH", value_name = "N",
        default_value_t = Limits::default().max_json_depth, value_parser = depth
    )]
    max_json_depth: usize,
    /// Maximum number of calls that faults hold at once.
    #[arg(
        long, env = "FAUXIDP_MAX_HELD", value_name = "N",
        default_value_t = Limits::default().max_held, value_parser = at_least_one
    )]
    max_held: usize,
    /// Maximum number of connections; further ones wait until one ends.
    #[arg(
        long, env = "FAUXIDP_MAX_CONNECTIONS", value_name = "N",
        default_value_t = Limits::default().max_connections, value_parser = at_least_one
    )]
    max_connections: usize,
    /// Maximum number of concurrent calls on one HTTP/2 connection.
    #[arg(
        long, env = "FAUXIDP_MAX_STREAMS", value_name = "N",
        default_value_t = Limits::default().max_streams, value_parser = clap::value_parser!(u32).range(1..)
    )]
    max_streams: u32,
    /// Time allowed for a TLS handshake or for a request's head.
    #[arg(long, env = "FAUXIDP_HEADER_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    header_timeout: Duration,
    /// Time allowed for each MiB of a request body.
    #[arg(long, env = "FAUXIDP_BODY_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    body_timeout: Duration,
    /// Close connections that have been idle for this many seconds.
    #[arg(long, env = "FAUXIDP_IDLE_TIMEOUT", value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    idle_timeout: Duration,
    /// A fault for every call, such as '503;retry-after=2;first=2'.
    #[arg(long, env = "FAUXIDP_FAULT", value_name = "SPEC", value_delimiter = '\n')]
    fault: Vec<String>,
    /// Which faults are applied; `documented` skips statuses that the vendor does not publish for the operation.
    #[arg(long, env = "FAUXIDP_FAULT_POLICY", value_name = "POLICY", default_value = "all")]
    fault_policy: Policy,
    /// Certificate chain (PEM); without it, the server creates its own authority on first use.
    #[arg(long, env = "FAUXIDP_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key of --tls-cert (PEM).
    #[arg(long, env = "FAUXIDP_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Write the certificate that clients must trust to this file.
    #[arg(long, env = "FAUXIDP_TLS_CA_OUT", value_name = "FILE")]
    tls_ca_out: Option<PathBuf>,
    /// A host name that the control API accepts, besides localhost, IP addresses and names without a dot.
    #[arg(long, env = "FAUXIDP_ALLOW_HOST", value_name = "NAME", value_parser = several::<String>)]
    allow_host: Vec<Several<String>>,
    /// Where to send notices and requests to: loopback and private addresses, anywhere, or nowhere.
    #[arg(long, env = "FAUXIDP_DELIVER_TO", value_name = "WHERE", default_value = "near")]
    deliver_to: Destinations,
    /// Stop when the process that started the server ends.
    #[arg(long, env = "FAUXIDP_EXIT_WITH_PARENT", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) exit_with_parent: bool,
    /// How much to log to stderr.
    #[arg(long, env = "FAUXIDP_LOG", value_name = "LEVEL", default_value = "info")]
    pub(super) log: Level,
    /// Format of log lines.
    #[arg(long, env = "FAUXIDP_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "must be at least 1".to_owned())
}

/// A number of bytes, with or without a unit such as MiB.
fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches("ib") {
        "" | "b" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err("expected a number of bytes, such as 500000000, 512MiB or 2GiB".to_owned()),
    };
    let bytes = at_least_one(digits)?.checked_mul(1 << shift);
    bytes.ok_or_else(|| "too large".to_owned())
}

/// A nesting depth that the JSON reader supports.
fn depth(text: &str) -> Result<usize, String> {
    let max = Limits::MAX_JSON_DEPTH;
    at_least_one(text).ok().filter(|depth| *depth <= max).ok_or_else(|| format!("must be from 1 to {max}"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    at_least_one(text).map(|seconds| Duration::from_secs(seconds as u64))
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
    /// The server's URL as seen from this machine: an unspecified address becomes the loopback address.
    pub(super) fn url(self) -> String {
        self.url.unwrap_or_else(|| {
            let mut address = self.addresses.listen[0].0[0].address;
            match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
                IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
                _ => {}
            }
            format!("http://{address}")
        })
    }
}

impl From<Serve> for Config {
    fn from(flags: Serve) -> Self {
        Self {
            vendors: Vec::new(),
            listen: all(flags.addresses.listen),
            fixtures: flags.fixtures,
            people: flags.people,
            seed: flags.seed,
            clock: flags.clock,
            journal: flags.journal,
            set: all(flags.set),
            issuer: flags.issuer,
            max_worlds: flags.max_worlds,
            world_ttl: flags.world_ttl,
            state: flags.state,
            limits: Limits {
                max_state: flags.max_state,
                max_memory: flags.max_memory,
                max_body: flags.max_body,
                max_header: flags.max_header,
                max_uri: flags.max_uri,
                max_json_depth: flags.max_json_depth,
                max_held: flags.max_held,
                max_connections: flags.max_connections,
                max_streams: flags.max_streams,
                header_timeout: flags.header_timeout,
                body_timeout: flags.body_timeout,
                idle_timeout: flags.idle_timeout,
                ..Limits::default()
            },
            fault: flags.fault,
            fault_policy: flags.fault_policy.into(),
            tls_cert: flags.tls_cert,
            tls_key: flags.tls_key,
            tls_ca_out: flags.tls_ca_out,
            deliver_to: flags.deliver_to.into(),
            allow_host: all(flags.allow_host),
        }
    }
}
