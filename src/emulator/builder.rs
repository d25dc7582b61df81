//! Configures and starts an emulator step by step.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::{Emulator, StartError};
use crate::config::{Config, FaultPolicy, Listen};
use crate::vendors::VendorFactory;

/// Configures an emulator. Without further calls it has the embedded seed, a free port of the loopback address and the
/// real clock. The command line's flags have the same names.
#[derive(Debug, Clone)]
#[must_use = "nothing starts before `start`"]
pub struct Builder(Config);

impl Builder {
    pub(super) fn new() -> Self {
        Self(Config { listen: Vec::new(), ..Config::default() })
    }

    /// Another address to listen on, for all vendors or for only one; port 0 picks a free port.
    pub fn listen(mut self, address: impl Into<Listen>) -> Self {
        self.0.listen.push(address.into());
        self
    }

    /// A further vendor to emulate, after those that come with the crate. Unstable: see the module `vendor`.
    pub fn vendor(mut self, factory: &'static VendorFactory) -> Self {
        self.0.vendors.push(factory);
        self
    }

    /// A folder of seed files, `<vendor>.json`; a missing file keeps the embedded one.
    pub fn fixtures(mut self, folder: impl Into<PathBuf>) -> Self {
        self.0.fixtures = Some(folder.into());
        self
    }

    /// How many generated people to add, each with an account at every vendor.
    pub fn people(mut self, people: usize) -> Self {
        self.0.people = people;
        self
    }

    /// The seed of people, ids and secrets. The same seed gives the same answers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }

    /// Freezes every world's clock at that time, until it is moved.
    pub fn clock(mut self, now: Timestamp) -> Self {
        self.0.clock = Some(now);
        self
    }

    /// A vendor's setting, such as `monocloud.era` and `current`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.0.set.push(format!("{key}={value}"));
        self
    }

    /// The issuer of a vendor's tokens, such as `https://idp.example`, whatever the requests say.
    pub fn issuer(mut self, vendor: &str, url: &str) -> Self {
        self.0.issuer.push(format!("{vendor}={url}"));
        self
    }

    /// A fault for every call, in the grammar of the header `X-Fault`. The first has the highest rank.
    pub fn fault(mut self, fault: &str) -> Self {
        self.0.fault.push(fault.to_owned());
        self
    }

    /// Which faults are applied.
    pub fn fault_policy(mut self, policy: FaultPolicy) -> Self {
        self.0.fault_policy = policy;
        self
    }

    /// A file with the state of a world, from which every world starts.
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.0.state = Some(file.into());
        self
    }

    /// How many calls each world's journal holds; with 0, nothing can be verified.
    pub fn journal(mut self, calls: usize) -> Self {
        self.0.journal = calls;
        self
    }

    /// The maximum number of worlds; beyond it, the least recently used one is dropped.
    pub fn max_worlds(mut self, worlds: usize) -> Self {
        self.0.max_worlds = worlds;
        self
    }

    /// How long a world may be idle before it is dropped.
    pub fn world_ttl(mut self, idle: Duration) -> Self {
        self.0.world_ttl = Some(idle);
        self
    }

    /// A certificate with its chain and its key, PEM files, instead of an authority of the emulator's own.
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        (self.0.tls_cert, self.0.tls_key) = (Some(certificate.into()), Some(key.into()));
        self
    }

    /// Changes anything else in the configuration.
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.0);
        self
    }

    /// Starts. When it returns, every address accepts connections.
    ///
    /// # Errors
    /// [`StartError`]; nothing keeps running then.
    pub async fn start(mut self) -> Result<Emulator, StartError> {
        if self.0.listen.is_empty() {
            self.0.listen.push(SocketAddr::from(([127, 0, 0, 1], 0)).into());
        }
        Emulator::start_with(self.0).await
    }
}
