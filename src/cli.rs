//! The command line: flags to [`Config`], and the commands. Knows no vendor.

mod ask;
mod environment;
mod log;

use std::ffi::OsString;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;

use crate::{Config, Emulator, FaultPolicy, Limits, control};

use log::{Level, Log, LogFormat, complaint};

/// The address of [`Config::default`].
const DEFAULT_LISTEN: &str = "127.0.0.1:8484";

/// The exit code of a command line that cannot be followed.
const USAGE: u8 = 2;

/// A stand-in for the user APIs of MonoCloud, ZITADEL and jitsudo, for tests.
#[derive(Debug, Parser)]
#[command(name = "fauxidp", version, about, long_about = None, disable_help_subcommand = true)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve; the same as no command.
    Serve(Box<Serve>),
    /// Exit 0 if a server answers, else 1.
    Healthcheck {
        #[command(flatten)]
        server: Server,
    },
    /// Print every route.
    Routes,
    /// Ask a running server and print variables for `eval`: each vendor's base URL and credential, and what makes
    /// Node, Python and curl trust the server's certificate.
    Env {
        #[command(flatten)]
        server: Server,
    },
    /// Print a completion script.
    Completions {
        /// For which shell.
        shell: Shell,
    },
}

/// The addresses of a server, whether it is to run or to be asked.
#[derive(Debug, Args)]
struct Listen {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, env = "FAUXIDP_LISTEN", value_name = "ADDR", value_delimiter = '\n', default_value = DEFAULT_LISTEN)]
    listen: Vec<SocketAddr>,
}

/// Which running server to ask.
#[derive(Debug, Args)]
struct Server {
    /// The server; the first --listen address if absent.
    url: Option<String>,
    #[command(flatten)]
    listen: Listen,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    listen: Listen,
    /// A folder of seed files, <vendor>.json; a missing file keeps the embedded one.
    #[arg(long, env = "FAUXIDP_FIXTURES", value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Add so many made-up people, each with an account at every vendor.
    #[arg(long, env = "FAUXIDP_PEOPLE", value_name = "N", default_value_t = 0)]
    people: usize,
    /// The seed of people and ids: same seed, same people.
    #[arg(long, env = "FAUXIDP_SEED", value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Start with the clock frozen at that time, such as 2030-01-01T00:00:00Z.
    #[arg(long, env = "FAUXIDP_CLOCK", value_name = "RFC3339")]
    clock: Option<Timestamp>,
    /// How many calls each world's journal holds; the oldest go first, and 0 keeps none.
    #[arg(long, env = "FAUXIDP_JOURNAL", value_name = "N", default_value_t = Config::default().journal)]
    journal: usize,
    /// What a vendor declares about itself, such as jitsudo.suspend-owner=allowed.
    #[arg(long, env = "FAUXIDP_SET", value_name = "VENDOR.KEY=VALUE", value_delimiter = '\n')]
    set: Vec<String>,
    /// The most worlds at once; then the one that was not used for longest is dropped.
    #[arg(long, env = "FAUXIDP_MAX_WORLDS", value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    max_worlds: usize,
    /// Drop worlds that were idle for so many seconds.
    #[arg(long, env = "FAUXIDP_WORLD_TTL", value_name = "SECONDS", value_parser = seconds)]
    world_ttl: Option<Duration>,
    /// Start every world from a state that GET /__fauxidp/worlds/{world}/state gave.
    #[arg(long, env = "FAUXIDP_STATE", value_name = "FILE")]
    state: Option<PathBuf>,
    /// The largest state that the control API takes, in bytes.
    #[arg(long, env = "FAUXIDP_MAX_STATE", value_name = "BYTES", default_value_t = Limits::default().max_state, value_parser = at_least_one)]
    max_state: usize,
    /// The largest body of any other request, in bytes.
    #[arg(long, env = "FAUXIDP_MAX_BODY", value_name = "BYTES", default_value_t = Limits::default().max_body, value_parser = at_least_one)]
    max_body: usize,
    /// The largest header list of a request, in bytes, counted as HTTP/2 does.
    #[arg(long, env = "FAUXIDP_MAX_HEADER", value_name = "BYTES", default_value_t = Limits::default().max_header, value_parser = at_least_one)]
    max_header: usize,
    /// The longest path with its query, in bytes.
    #[arg(long, env = "FAUXIDP_MAX_URI", value_name = "BYTES", default_value_t = Limits::default().max_uri, value_parser = at_least_one)]
    max_uri: usize,
    /// How deep the JSON of a body may be nested, up to 127.
    #[arg(long, env = "FAUXIDP_MAX_JSON_DEPTH", value_name = "N", default_value_t = Limits::default().max_json_depth, value_parser = depth)]
    max_json_depth: usize,
    /// The most calls that faults hold at once.
    #[arg(long, env = "FAUXIDP_MAX_HELD", value_name = "N", default_value_t = Limits::default().max_held, value_parser = at_least_one)]
    max_held: usize,
    /// The most connections at once; who comes then waits until one ends.
    #[arg(long, env = "FAUXIDP_MAX_CONNECTIONS", value_name = "N", default_value_t = Limits::default().max_connections, value_parser = at_least_one)]
    max_connections: usize,
    /// The most calls at once on one connection of HTTP/2.
    #[arg(long, env = "FAUXIDP_MAX_STREAMS", value_name = "N", default_value_t = Limits::default().max_streams, value_parser = clap::value_parser!(u32).range(1..))]
    max_streams: u32,
    /// How long a TLS handshake or the head of a request may take.
    #[arg(long, env = "FAUXIDP_HEADER_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    header_timeout: Duration,
    /// How long the body of a request may take, and again for each further MiB.
    #[arg(long, env = "FAUXIDP_BODY_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    body_timeout: Duration,
    /// Close connections that did nothing for so many seconds.
    #[arg(long, env = "FAUXIDP_IDLE_TIMEOUT", value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    idle_timeout: Duration,
    /// A fault for every call, such as '503;retry-after=2;first=2'.
    #[arg(long, env = "FAUXIDP_FAULT", value_name = "SPEC", value_delimiter = '\n')]
    fault: Vec<String>,
    /// Which faults are followed: documented leaves out an answer whose status the vendor does not publish there.
    #[arg(long, env = "FAUXIDP_FAULT_POLICY", value_name = "POLICY", default_value = "all")]
    fault_policy: Policy,
    /// A certificate with its chain, PEM; without it, an authority is made at first use.
    #[arg(long, env = "FAUXIDP_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The key of --tls-cert, PEM.
    #[arg(long, env = "FAUXIDP_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Write the certificate that clients have to trust to a file.
    #[arg(long, env = "FAUXIDP_TLS_CA_OUT", value_name = "FILE")]
    tls_ca_out: Option<PathBuf>,
    /// A host name by which the control API may be called, besides localhost, addresses and names without a dot.
    #[arg(long, env = "FAUXIDP_ALLOW_HOST", value_name = "NAME", value_delimiter = '\n')]
    allow_host: Vec<String>,
    /// How much to log to stderr.
    #[arg(long, env = "FAUXIDP_LOG", value_name = "LEVEL", default_value = "info")]
    log: Level,
    /// How log lines look.
    #[arg(long, env = "FAUXIDP_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a number from 1 is wanted".to_owned())
}

/// A depth at which JSON can still be read.
fn depth(text: &str) -> Result<usize, String> {
    at_least_one(text).ok().filter(|depth| *depth <= 127).ok_or_else(|| "a number from 1 to 127 is wanted".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    at_least_one(text).map(|seconds| Duration::from_secs(seconds as u64))
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Policy {
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

/// Follows a command line; `arguments` start with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, log_format(&arguments)),
    };
    match cli.command {
        None => serve(cli.serve),
        Some(Command::Serve(flags)) => serve(*flags),
        Some(Command::Healthcheck { server }) => outcome(ask::health(&server.url()).map(|_| String::new())),
        Some(Command::Env { server }) => outcome(environment::script(&server.url())),
        Some(Command::Routes) => outcome(Ok(routes())),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "fauxidp", &mut script);
            outcome(Ok(String::from_utf8_lossy(&script).into_owned()))
        }
    }
}

/// Help and version go to stdout; anything else is one line on stderr.
fn refuse(error: &clap::Error, format: LogFormat) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed stdout is no reason to complain.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // The first paragraph says what is wrong, the others how the command line looks.
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let line = lines.join(" ");
    complain(line.strip_prefix("error: ").unwrap_or(&line).trim_end_matches('.'), format);
    ExitCode::from(USAGE)
}

/// The log format that a command line asks for which could not be read as a whole.
fn log_format(arguments: &[OsString]) -> LogFormat {
    let is_json = |value: Option<&OsString>| value.is_some_and(|value| value == "json");
    let flag = arguments.iter().rposition(|argument| argument == "--log-format");
    let by_flag = flag.map(|flag| is_json(arguments.get(flag + 1)));
    let is_joined = arguments.iter().any(|argument| argument == "--log-format=json");
    match by_flag.unwrap_or_else(|| is_joined || is_json(std::env::var_os("FAUXIDP_LOG_FORMAT").as_ref())) {
        true => LogFormat::Json,
        false => LogFormat::Text,
    }
}

/// A closed stderr is no reason to fail in another way.
fn complain(reason: &str, format: LogFormat) {
    let _ = io::stderr().write_all(complaint(reason, format).as_bytes());
}

/// Prints what a command answers, or complains.
fn outcome(answer: Result<String, String>) -> ExitCode {
    match answer {
        Ok(text) => {
            // A reader that has seen enough closes the pipe.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            complain(reason.trim_end_matches('.'), LogFormat::Text);
            ExitCode::FAILURE
        }
    }
}

impl Server {
    /// Where the server is reached from this machine: an unspecified address is the loopback one.
    fn url(self) -> String {
        self.url.unwrap_or_else(|| {
            let mut address = self.listen.listen[0];
            match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
                IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
                _ => {}
            }
            format!("http://{address}")
        })
    }
}

fn routes() -> String {
    let mut text = String::new();
    for (owner, operation) in control::built_in_operations() {
        let lacking = if operation.emulated { "" } else { "  (not emulated)" };
        let (method, path, name) = (operation.method, operation.path, operation.name);
        text.push_str(&format!("{owner:<10} {method:<6} {path}  {name}{lacking}\n"));
    }
    text
}

fn serve(flags: Serve) -> ExitCode {
    let log = match Log::start(flags.log, flags.log_format) {
        Ok(log) => log,
        Err(error) => {
            complain(&format!("the log cannot be started: {error}"), flags.log_format);
            return ExitCode::FAILURE;
        }
    };
    let config = Config {
        vendors: Vec::new(),
        listen: flags.listen.listen,
        fixtures: flags.fixtures,
        people: flags.people,
        seed: flags.seed,
        clock: flags.clock,
        journal: flags.journal,
        set: flags.set,
        max_worlds: flags.max_worlds,
        world_ttl: flags.world_ttl,
        state: flags.state,
        limits: Limits {
            max_state: flags.max_state,
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
        },
        fault: flags.fault,
        fault_policy: flags.fault_policy.into(),
        tls_cert: flags.tls_cert,
        tls_key: flags.tls_key,
        tls_ca_out: flags.tls_ca_out,
        allow_host: flags.allow_host,
    };
    // Where there is one core, as in many containers, others to share the work with only cost.
    let mut runtime = match std::thread::available_parallelism() {
        Ok(cores) if cores.get() == 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log.complain(&format!("the server's threads cannot be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(until_stopped(config));
    // What is left are connections that were given up.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            log.complain(reason.trim_end_matches('.'));
            ExitCode::from(USAGE)
        }
    }
}

async fn until_stopped(config: Config) -> Result<(), String> {
    // Listened for first: a signal that comes while starting must not kill, also as PID 1.
    let signal = stop_signal().map_err(|error| format!("signals cannot be caught: {error}"))?;
    let emulator = Emulator::start_with(config).await.map_err(|error| error.to_string())?;
    let mut ready = String::new();
    for address in emulator.addresses() {
        ready.push_str(&format!("fauxidp ready http://{address}\n"));
    }
    // On a thread of its own: stdout may be closed or full, or its reader asleep, and none of that is a reason not to serve.
    tokio::task::spawn_blocking(move || {
        let mut stdout = io::stdout();
        let _ = stdout.write_all(ready.as_bytes()).and_then(|()| stdout.flush());
    });
    let name = signal.await;
    tracing::info!("{name}: stopping");
    emulator.stop().await;
    Ok(())
}

/// The signal that stops the server.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}

/// The signal that stops the server.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = &'static str>> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    })
}
