//! What a server starts with, checked by [`crate::Emulator::start_with`]. The command line's flags have the same names.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

pub use crate::faults::Policy as FaultPolicy;
use crate::limits::Limits;

/// What a server starts with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes any free one.
    pub listen: Vec<SocketAddr>,
    /// A folder of seed files, `<vendor>.json`; a missing file keeps the embedded one.
    pub fixtures: Option<PathBuf>,
    /// How many made-up people to add at each vendor.
    pub people: usize,
    /// The seed of people and ids.
    pub seed: u64,
    /// Where the clock stands still; the real time if absent.
    pub clock: Option<Timestamp>,
    /// How many calls each world's journal holds; the oldest go first.
    pub journal: usize,
    /// What vendors declare about themselves, as `vendor.key=value`.
    pub set: Vec<String>,
    /// The most worlds at once; then the one that was not used for longest is dropped.
    pub max_worlds: usize,
    /// How long a world may be idle before it is dropped; for ever if absent.
    pub world_ttl: Option<Duration>,
    /// A file that holds the state of a world, from which every world starts.
    pub state: Option<PathBuf>,
    /// The largest state that the control API takes, in bytes.
    pub max_state: usize,
    /// The largest body of any other request, in bytes.
    pub max_body: usize,
    /// The largest header list of a request, in bytes: names, values and 32 for each line, as HTTP/2 counts.
    pub max_header: usize,
    /// The longest path with its query, in bytes.
    pub max_uri: usize,
    /// How deep the JSON of a body may be nested, up to 127.
    pub max_json_depth: usize,
    /// The most calls that faults hold at once.
    pub max_held: usize,
    /// The most connections at once; who comes then waits until one ends.
    pub max_connections: usize,
    /// The most calls at once on one connection of HTTP/2.
    pub max_streams: u32,
    /// How long a TLS handshake or the head of a request may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take, and again for each further MiB.
    pub body_timeout: Duration,
    /// How long a connection may do nothing before it is closed.
    pub idle_timeout: Duration,
    /// Faults for every call, the highest first, as in the header `X-Fault`.
    pub fault: Vec<String>,
    /// Which faults are followed.
    pub fault_policy: FaultPolicy,
    /// A certificate with its chain, PEM; an authority of its own if absent.
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Where to write the certificate that clients have to trust.
    pub tls_ca_out: Option<PathBuf>,
    /// Host names by which the control API may be called besides the usual ones.
    pub allow_host: Vec<String>,
}

impl Default for Config {
    /// The command line's defaults.
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8484))],
            fixtures: None,
            people: 0,
            seed: 1,
            clock: None,
            journal: 1_000,
            set: Vec::new(),
            max_worlds: 10_000,
            world_ttl: None,
            state: None,
            max_state: 256 << 20,
            max_body: 1 << 20,
            max_header: 32 << 10,
            max_uri: 8 << 10,
            max_json_depth: 100,
            max_held: 1_024,
            max_connections: 10_000,
            max_streams: 256,
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            // Longer than most clients keep theirs (Go 90 s), so that it is they who close and no call meets a closing server.
            idle_timeout: Duration::from_secs(120),
            fault: Vec::new(),
            fault_policy: FaultPolicy::All,
            tls_cert: None,
            tls_key: None,
            tls_ca_out: None,
            allow_host: Vec::new(),
        }
    }
}

impl Config {
    /// What the server is limited to. Where a limit of nothing would answer nobody, the least is one.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_body: self.max_body,
            max_state: self.max_state,
            max_header: self.max_header,
            max_uri: self.max_uri,
            max_json_depth: self.max_json_depth,
            max_held: self.max_held,
            max_connections: self.max_connections.max(1),
            max_streams: self.max_streams.max(1),
            header_timeout: self.header_timeout,
            body_timeout: self.body_timeout,
            idle_timeout: self.idle_timeout,
        }
    }
}
