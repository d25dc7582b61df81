//! The emulator as a whole: from a [`Config`] to a server that answers.

mod builder;
mod calls;
mod rule;
mod seeds;
mod sign_in;
mod world;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::{self, Budget};
use crate::clock;
use crate::config::{Config, Listen};
use crate::control::{self, Control};
use crate::faults::Spec;
use crate::journal::JournalLimits;
use crate::metrics::Metrics;
use crate::oidc::issuer;
use crate::outbound::OutboundClient;
use crate::pipeline::{Pipeline, StartFaults};
use crate::server::tls::{Tls, TlsError};
use crate::server::{Bound, Server};
use crate::tokens::Keys;
use crate::vendors::{self, BaseUrls, Settings, VendorSet};
use crate::world::{WorldLimits, WorldTemplate, Worlds};

pub use crate::call_match::CallMatch as Match;
pub use builder::Builder;
pub use calls::{Recorded, Times};
pub use rule::{Fault, Rule};
pub use seeds::SeedProblem;
pub(crate) use seeds::located;
pub use sign_in::{SignIn, SignedIn};
pub use world::{Clock, Refused, Snapshot, World};

use seeds::Seeds;

/// The memory that a server may use where the system does not say how much there is.
const UNKNOWN_MEMORY: usize = 1 << 30;

/// A running emulator. It stops when it is dropped; [`Emulator::stop`] also waits for requests under way.
#[must_use = "an emulator stops when it is dropped"]
pub struct Emulator {
    /// The addresses for all vendors come first.
    addresses: Vec<SocketAddr>,
    /// The vendor of each address that serves only one.
    vendors: Vec<Option<&'static str>>,
    server: Option<Server>,
    pipeline: Arc<Pipeline>,
    tls: Arc<Tls>,
    /// How many worlds got a name of their own.
    worlds_made: AtomicU64,
}

/// Why an emulator cannot start. Each message names the flag or file at fault; all but that of
/// [`StartError::Seeds`] are one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Two vendors have the same name.
    #[error("duplicate vendor {name:?}")]
    Vendor {
        /// The name.
        name: &'static str,
    },
    /// An address cannot be listened on.
    #[error("--listen {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// An address is for an unknown vendor.
    #[error("--listen {listen}: {reason}")]
    Listener {
        /// As it was given.
        listen: Listen,
        /// What is wrong, and which values are known.
        reason: String,
    },
    /// A host name that no call can have.
    #[error("--allow-host {text}: {reason}")]
    AllowHost {
        /// As it was given.
        text: String,
        /// What was expected.
        reason: String,
    },
    /// No address was given.
    #[error("--listen: expected at least one address")]
    NoAddress,
    /// The folder of seed files, or a file in it, cannot be read.
    #[error("--fixtures: {}: {error}", path.display())]
    UnreadableSeed {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Seed files are invalid: all that is wrong with them.
    #[error("--fixtures: {}", seeds::listed(.0))]
    Seeds(Vec<SeedProblem>),
    /// A setting that no vendor declares.
    #[error("--set {text}: {reason}")]
    Setting {
        /// As it was given.
        text: String,
        /// What is wrong, and which values are known.
        reason: String,
    },
    /// The issuer of an unknown vendor, or one that is no URL.
    #[error("--issuer {text}: {reason}")]
    Issuer {
        /// As it was given.
        text: String,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// The signing key of an unknown vendor or of one that signs with none, or no readable RSA key.
    #[error("--signing-key {text}: {reason}")]
    SigningKey {
        /// As it was given.
        text: String,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// The state to start from cannot be read or is invalid.
    #[error("--state {}: {}", path.display(), vendors::one_line(reason))]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The start alone takes as much memory as is allowed.
    #[error("--max-memory {max}: the start alone takes {taken} bytes")]
    Memory {
        /// The limit.
        max: usize,
        /// What is in use.
        taken: usize,
    },
    /// A fault is invalid.
    #[error("--fault {text}: {reason}")]
    Fault {
        /// As it was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The given certificate or key cannot be used.
    #[error("--tls-cert, --tls-key: {0}")]
    Tls(#[from] TlsError),
    /// A certificate was given without a key, or a key without a certificate.
    #[error("--tls-cert and --tls-key must be given together")]
    HalfTls,
    /// The authority's certificate cannot be written.
    #[error("--tls-ca-out {}: {reason}", path.display())]
    CaOut {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Emulator {
    /// Starts with the embedded seed on a free port of the loopback address.
    ///
    /// # Errors
    /// [`StartError::Listen`] if no port is free.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Configures an emulator: with generated people, at a frozen time, with a fault, and so on.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Starts as `config` says. When it returns, every address accepts connections.
    ///
    /// # Errors
    /// [`StartError`]; nothing keeps running then.
    pub async fn start_with(config: Config) -> Result<Self, StartError> {
        let limits = config.limits;
        if config.listen.is_empty() {
            return Err(StartError::NoAddress);
        }
        for text in &config.allow_host {
            control::check_allowed(text).map_err(|reason| StartError::AllowHost { text: text.clone(), reason })?;
        }
        let (worlds, seeds) = seeded(&config)?;
        let faults = faults(worlds.vendors(), &config)?;
        let budget = budget(limits.max_memory)?;
        let tls = Arc::new(match (&config.tls_cert, &config.tls_key) {
            (Some(certificate), Some(key)) => Tls::given(certificate, key)?,
            (None, None) => Tls::own(config.keep_ca.clone()),
            _ => return Err(StartError::HalfTls),
        });
        if let Some(path) = config.tls_ca_out {
            let pem = tls.certificate();
            let written = pem.and_then(|pem| fs::write(&path, pem).map_err(|error| error.to_string()));
            written.map_err(|reason| StartError::CaOut { path, reason })?;
        }
        let listen = listeners(worlds.vendors(), config.listen)?;
        let bound = Bound::new(&listen).await.map_err(|(address, error)| StartError::Listen { address, error })?;
        let authority = Arc::clone(&tls);
        let control = Control {
            allowed_hosts: config.allow_host,
            certificate: Box::new(move || authority.certificate()),
            metrics: Metrics::default(),
            budget,
        };
        let addresses = bound.addresses();
        let own = addresses.iter().copied().zip(listen.iter().map(|(_, vendor)| *vendor)).collect();
        let outbound = OutboundClient::new(own, config.deliver_to, limits.outbound_timeout);
        let pipeline = Arc::new(Pipeline::new(worlds, control, faults, outbound, limits));
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            addresses = listed(&addresses),
            people = config.people,
            seeds = listed(seeds.paths().map(Path::display)),
            state = config.state.map(|path| path.display().to_string()),
            "fauxidp {} serves on {}",
            env!("CARGO_PKG_VERSION"),
            listed(&addresses)
        );
        let name = |vendor: usize| pipeline.vendors()[vendor].info.name;
        let vendors = listen.iter().map(|(_, vendor)| vendor.map(name)).collect();
        Ok(Self {
            addresses,
            vendors,
            server: Some(bound.serve(&pipeline, &tls, limits)),
            pipeline,
            tls,
            worlds_made: AtomicU64::new(1),
        })
    }

    /// The addresses that it listens on, with their actual ports.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The addresses, each with its vendor if it serves only one; those for all vendors come first.
    pub fn listeners(&self) -> impl Iterator<Item = (SocketAddr, Option<&'static str>)> + '_ {
        self.addresses.iter().copied().zip(self.vendors.iter().copied())
    }

    /// The first address as a URL without a path, such as `http://127.0.0.1:8484`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addresses[0])
    }

    /// The world of that name, created if it does not exist. Give each test its own name to isolate it.
    ///
    /// # Errors
    /// The name is invalid: it must have 1 to 64 letters, digits, `-`, `_` and `.`, and must not start with a `.`.
    pub fn world(&self, name: &str) -> Result<World, Refused> {
        let address = self.addresses[0];
        let base = BaseUrls { plain: format!("http://{address}"), tls: format!("https://{address}") };
        World::enter(Arc::clone(&self.pipeline), base, name)
    }

    /// A world that nobody else has, for the test of that name. [`World::remove`] drops it.
    ///
    /// # Errors
    /// None that are known.
    pub fn world_for(&self, test: &str) -> Result<World, Refused> {
        let n = self.worlds_made.fetch_add(1, Ordering::Relaxed);
        self.world(&format!("{}-{n}", clean_name(test)))
    }

    /// The names of all worlds.
    pub fn worlds(&self) -> Vec<String> {
        self.pipeline.world_names()
    }

    /// The certificate that clients must trust to reach the emulator over TLS, as PEM.
    ///
    /// # Errors
    /// Why there is no certificate.
    pub fn certificate(&self) -> Result<String, String> {
        self.tls.certificate()
    }

    /// Stops. Requests whose head was read have five seconds to finish.
    pub async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.begin_to_stop();
        }
    }
}

/// The part of a world's name that comes from the name of a test: at most 48 characters that such a name may have.
pub fn clean_name(test: &str) -> String {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let mut clean = String::new();
    for c in test.chars() {
        match is_fit(c) {
            true => clean.push(c),
            false if clean.ends_with('-') => {}
            false => clean.push('-'),
        }
    }
    let end = clean[clean.len().saturating_sub(48)..].trim_matches(['-', '.']);
    if end.is_empty() { "test".to_owned() } else { end.to_owned() }
}

/// The memory that a server may use, once its worlds are there.
fn budget(max: Option<usize>) -> Result<Budget, StartError> {
    let taken = budget::in_use();
    match max {
        Some(max) if max <= taken => Err(StartError::Memory { max, taken }),
        Some(max) => Ok(Budget::new(max)),
        // The other half is for what the allocator keeps, and for whoever else is in the container.
        None => {
            Ok(Budget::new(budget::available().map_or(UNKNOWN_MEMORY, |all| taken + all.saturating_sub(taken) / 2)))
        }
    }
}

/// The worlds of a server with that configuration.
pub(crate) fn worlds(config: &Config) -> Result<Worlds, StartError> {
    seeded(config).map(|(worlds, _)| worlds)
}

/// The same, with the seeds that they start from.
fn seeded(config: &Config) -> Result<(Worlds, Seeds), StartError> {
    let set = vendor_set(config)?;
    let seeds = seeds::read(&set, config.fixtures.as_deref())?;
    let template = WorldTemplate { seeds: seeds.texts(), ..template(set, config)? };
    let limits = WorldLimits { max: config.max_worlds, idle: config.world_ttl, creation: config.worlds };
    let worlds = seeds.checked(Worlds::new(template, limits)).map_err(StartError::Seeds)?;
    let Some(path) = &config.state else {
        return Ok((worlds, seeds));
    };
    let state = fs::read(path).map_err(|error| error.to_string());
    let begun = state.and_then(|state| worlds.starting_from(&state));
    let worlds = begun.map_err(|reason| StartError::State { path: path.clone(), reason })?;
    Ok((worlds, seeds))
}

/// The addresses to listen on, each with the index of its vendor if it serves only one; those for all come first.
fn listeners(set: &VendorSet, listen: Vec<Listen>) -> Result<Vec<(SocketAddr, Option<usize>)>, StartError> {
    let index = |listen: Listen| match &listen.vendor {
        None => Ok((listen.address, None)),
        Some(name) => match set.index(name) {
            Ok(vendor) => Ok((listen.address, Some(vendor))),
            Err(reason) => Err(StartError::Listener { listen, reason }),
        },
    };
    let mut listeners = listen.into_iter().map(index).collect::<Result<Vec<_>, _>>()?;
    listeners.sort_by_key(|(_, vendor)| vendor.is_some());
    Ok(listeners)
}

/// The vendors of a server with that configuration.
fn vendor_set(config: &Config) -> Result<VendorSet, StartError> {
    VendorSet::built_in().with(&config.vendors).map_err(|name| StartError::Vendor { name })
}

/// What the worlds start from, except the seeds.
pub(crate) fn template(set: VendorSet, config: &Config) -> Result<WorldTemplate, StartError> {
    Ok(WorldTemplate {
        settings: settings(&set, config)?,
        set,
        seeds: Vec::new(),
        people: config.people,
        seed: config.seed,
        clock: config.clock.map_or_else(clock::Clock::real, clock::Clock::frozen),
        journal: JournalLimits::of(config.journal),
    })
}

/// The JSON Schema of a vendor's seed files.
///
/// # Errors
/// The vendor is unknown; the known ones.
pub fn seed_schema(vendor: &str) -> Result<&'static str, String> {
    let set = VendorSet::built_in();
    set.index(vendor).map(|index| set[index].schema)
}

/// Reads a folder of seed files as a start would. Returns the files that it loads.
///
/// # Errors
/// [`StartError::Seeds`] with all that is wrong, or [`StartError::UnreadableSeed`].
pub fn check_fixtures(folder: &Path) -> Result<Vec<String>, StartError> {
    let config = Config { fixtures: Some(folder.to_owned()), ..Config::default() };
    let (_, seeds) = seeded(&config)?;
    Ok(seeds.loaded().map(|path| path.display().to_string()).collect())
}

/// The items of a log line, separated by commas.
fn listed(items: impl IntoIterator<Item: ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// The settings of each vendor.
fn settings(set: &VendorSet, config: &Config) -> Result<Vec<Settings>, StartError> {
    let mut settings = set.default_settings();
    for text in &config.issuer {
        let wrong = |reason: String| StartError::Issuer { text: text.clone(), reason };
        let (vendor, url) = text.split_once('=').ok_or_else(|| wrong("expected VENDOR=URL".to_owned()))?;
        let vendor = set.index(vendor).map_err(wrong)?;
        settings[vendor].issuer = Some(issuer::parse(url).map_err(wrong)?.into());
    }
    for text in &config.signing_key {
        let wrong = |reason: String| StartError::SigningKey { text: text.clone(), reason };
        let (vendor, path) = text.split_once('=').ok_or_else(|| wrong("expected VENDOR=FILE".to_owned()))?;
        let signs: Vec<_> = set.infos().filter(|info| info.grants.is_some()).map(|info| info.name).collect();
        let unknown =
            || wrong(format!("no vendor {vendor:?} signs by a key pair; expected one of {}", signs.join(", ")));
        let vendor = set.position(vendor).filter(|_| signs.contains(&vendor)).ok_or_else(unknown)?;
        let pem = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let key =
            Keys::pin(&pem).ok_or_else(|| wrong("expected an RSA key of 2,048 to 4,096 bits (PEM)".to_owned()))?;
        settings[vendor].signing_key = Some(key);
    }
    for text in &config.set {
        let wrong = |reason: String| StartError::Setting { text: text.clone(), reason };
        let pair = text.split_once('=').filter(|(name, _)| name.contains('.'));
        let (name, value) = pair.ok_or_else(|| wrong("expected VENDOR.KEY=VALUE".to_owned()))?;
        set.set(&mut settings, name, value).map_err(wrong)?;
    }
    Ok(settings)
}

/// The faults for every call. Every vendor must be able to apply each of them.
fn faults(set: &VendorSet, config: &Config) -> Result<StartFaults, StartError> {
    let read = |(index, text): (usize, &String)| {
        let wrong = |reason: String| StartError::Fault { text: text.clone(), reason };
        let mut spec = Spec::parse(text).map_err(|bad| wrong(bad.to_string()))?;
        for info in set.infos() {
            spec.check(info.title, info.lacks).map_err(|bad| wrong(bad.to_string()))?;
        }
        spec.rule = format!("{} of the start, {index}", spec.rule); // counted apart from a header with the same text
        Ok(Arc::new(spec))
    };
    let specs = config.fault.iter().enumerate().map(read).collect::<Result<_, StartError>>()?;
    Ok(StartFaults { policy: config.fault_policy, specs })
}
