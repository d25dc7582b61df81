//! What a server starts with, checked by [`crate::Emulator::start_with`]. The command line's flags have the same names.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::vendors::VendorFactory;

pub use crate::faults::Policy as FaultPolicy;
pub use crate::keep::Keep;
pub use crate::limits::{Limits, WorldCreation};
pub use crate::listen::Listen;
pub use crate::outcome::DeliverTo;

/// What a server starts with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Further vendors to emulate, after those that come with the crate.
    pub vendors: Vec<&'static VendorFactory>,
    /// The addresses to listen on, for all vendors or for only one; port 0 picks a free port.
    pub listen: Vec<Listen>,
    /// A folder of seed files, `<vendor>.json`; a missing file keeps the embedded one.
    pub fixtures: Option<PathBuf>,
    /// How many generated people to add at each vendor.
    pub people: usize,
    /// The seed of people and ids.
    pub seed: u64,
    /// The time at which the clock is frozen; if absent, the clock runs with the real time.
    pub clock: Option<Timestamp>,
    /// How many calls each world's journal keeps, dropping the oldest.
    pub journal: usize,
    /// Settings of vendors, as `vendor.key=value`.
    pub set: Vec<String>,
    /// The issuers of vendors that do not follow from each request, as `vendor=URL`.
    pub issuer: Vec<String>,
    /// The keys that sign the tokens of vendors at first, as `vendor=FILE`.
    pub signing_key: Vec<String>,
    /// Whether a call makes the world that it names.
    pub worlds: WorldCreation,
    /// The maximum number of worlds; beyond it, the least recently used one is dropped.
    pub max_worlds: usize,
    /// How long a world may be idle before it is dropped; no limit if absent.
    pub world_ttl: Option<Duration>,
    /// A file that holds the state of a world, from which every world starts.
    pub state: Option<PathBuf>,
    /// Limits on sizes and numbers, and time-outs for clients.
    pub limits: Limits,
    /// Faults for every call, highest rank first, in the grammar of the header `X-Fault`.
    pub fault: Vec<String>,
    /// Which faults are applied.
    pub fault_policy: FaultPolicy,
    /// A certificate with its chain, PEM; if absent, the server creates its own authority.
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Where the server's own certificate authority is kept between starts.
    pub keep_ca: Keep,
    /// Where to write the certificate that clients must trust.
    pub tls_ca_out: Option<PathBuf>,
    /// Where deliveries and other requests to the outside may go.
    pub deliver_to: DeliverTo,
    /// Host names that the control API accepts besides the usual ones.
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
            issuer: Vec::new(),
            signing_key: Vec::new(),
            worlds: WorldCreation::Implicit,
            max_worlds: 10_000,
            world_ttl: None,
            state: None,
            limits: Limits::default(),
            fault: Vec::new(),
            fault_policy: FaultPolicy::All,
            tls_cert: None,
            tls_key: None,
            keep_ca: Keep::Nowhere,
            tls_ca_out: None,
            deliver_to: DeliverTo::Near,
            allow_host: Vec::new(),
        }
    }
}
