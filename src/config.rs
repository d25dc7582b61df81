//! What a server starts with, checked by [`crate::Emulator::start_with`]. The command line's flags have the same names.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::vendors::VendorFactory;

pub use crate::faults::Policy as FaultPolicy;
pub use crate::limits::Limits;
pub use crate::listen::Listen;

/// What a server starts with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Further vendors to stand in for, behind those that come with the crate.
    pub vendors: Vec<&'static VendorFactory>,
    /// Where to listen, for all vendors or for one alone; port 0 takes any free one.
    pub listen: Vec<Listen>,
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
    /// How much of anything is taken at once, and how long a client is waited for.
    pub limits: Limits,
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
            vendors: Vec::new(),
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8484)).into()],
            fixtures: None,
            people: 0,
            seed: 1,
            clock: None,
            journal: 1_000,
            set: Vec::new(),
            max_worlds: 10_000,
            world_ttl: None,
            state: None,
            limits: Limits::default(),
            fault: Vec::new(),
            fault_policy: FaultPolicy::All,
            tls_cert: None,
            tls_key: None,
            tls_ca_out: None,
            allow_host: Vec::new(),
        }
    }
}
