//! Worlds: one state per vendor, with its faults' counters, its journal, its clock and its ids. Knows no vendor by
//! name.

mod by_name;
mod detached;
mod rule;
mod state;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use hashbrown::HashMap;

use crate::call_match::MatchInput;
use crate::clock::Clock;
use crate::context::{DEFAULT_WORLD, WorldContext};
use crate::deliveries::Deliveries;
use crate::faults::{Candidate, Counters, Rules, Source, Spec};
use crate::ids::Ids;
use crate::journal::{Journal, JournalLimits};
use crate::outbox::{Numbered, Outbox};
use crate::tokens::Keys;
use crate::vendors::{SeedContext, SeedError, Settings, UserFault, Vendor, VendorInfo, VendorSet};

pub use by_name::{Change, WorldLimits, Worlds};
pub use rule::{check_world, fits};

/// A complete, isolated copy of everything that calls can change.
pub struct World {
    set: VendorSet,
    vendors: Vec<Box<dyn Vendor>>,
    context: WorldContext,
    /// The faults that the seed gives to users, by vendor and key. The same in every world.
    user_faults: Arc<UserFaults>,
    /// How often each fault that is not a rule's matched each operation.
    counters: Arc<Counters>,
    /// The fault rules.
    pub rules: Arc<Rules>,
    /// The settings, by the vendor's index.
    settings: Vec<Settings>,
    /// When it was last used: the use's number among those of all worlds, and the time in seconds.
    used: (AtomicU64, AtomicI64),
    /// The calls that it got.
    pub journal: Arc<Journal>,
    /// What left it for the outside.
    pub deliveries: Arc<Deliveries>,
}

/// The faults of users, by the vendor's index and the user's key.
type UserFaults = Vec<HashMap<String, Arc<Spec>>>;

impl World {
    /// The vendor at that index in its set.
    pub fn vendor(&self, vendor: usize) -> &dyn Vendor {
        &*self.vendors[vendor]
    }

    /// All vendors, in the order of its set.
    pub fn vendors(&self) -> impl Iterator<Item = &dyn Vendor> {
        self.vendors.iter().map(|vendor| &**vendor)
    }

    /// Whether [`World::faults`] may find a fault for a call about that user. Cheaper than looking.
    pub fn may_have_faults(&self, vendor: usize, user_id: Option<&str>) -> bool {
        self.rules.may_match() || user_id.is_some_and(|id| self.user_faults[vendor].contains_key(id))
    }

    /// The faults that may apply to a call, highest rank first: from its own header, the rules, its user, and the
    /// command line.
    pub fn faults(
        &self,
        vendor: usize,
        call: &MatchInput<'_>,
        requested: Option<Arc<Spec>>,
        start: &[Arc<Spec>],
    ) -> Vec<Candidate> {
        let rules = self.rules.match_rules(call, || self.context.clock.now());
        let user_fault = call.user_id.and_then(|id| self.user_faults[vendor].get(id));
        let counted = |source, spec| Candidate { source, spec, counters: Arc::clone(&self.counters) };
        let mut found: Vec<_> = requested.map(|spec| counted(Source::Header, spec)).into_iter().collect();
        found.extend(rules);
        found.extend(user_fault.map(|spec| counted(Source::User, Arc::clone(spec))));
        let start = start.iter().filter(|spec| !spec.is_for_deliveries());
        found.extend(start.map(|spec| counted(Source::Start, Arc::clone(spec))));
        found
    }

    /// The faults that may apply to a delivery to the outside, highest rank first: from the rules and the command
    /// line.
    pub fn delivery_faults(&self, delivery: &MatchInput<'_>, start: &[Arc<Spec>]) -> Vec<Candidate> {
        let mut found = self.rules.match_deliveries(delivery, || self.context.clock.now());
        let start = start.iter().filter(|spec| spec.is_for_deliveries()).cloned();
        found.extend(start.map(|spec| Candidate { source: Source::Start, spec, counters: Arc::clone(&self.counters) }));
        found
    }

    /// A disposable copy of a vendor, on which a call can be tried.
    pub fn trial(&self, vendor: usize) -> Box<dyn Vendor> {
        self.vendors[vendor].fork(self.context.fork(&self.context.world))
    }

    /// Its vendors.
    pub fn set(&self) -> &VendorSet {
        &self.set
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.context.clock
    }

    /// What the vendors would have sent, oldest first.
    pub fn messages(&self) -> Vec<Numbered> {
        self.context.outbox.messages()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.context.world
    }

    /// Every setting with its value, as `vendor.key`.
    pub fn settings(&self) -> impl Iterator<Item = (String, &str)> {
        self.vendors.iter().zip(&self.settings).flat_map(|(vendor, settings)| {
            let info = vendor.info();
            settings.all(info.settings).map(move |(key, value)| (format!("{}.{key}", info.name), value))
        })
    }

    /// An independent world of that name that starts from this one's state, rules and counters.
    fn fork(&self, name: &str) -> Self {
        let context = self.context.fork(name);
        Self {
            set: self.set.clone(),
            vendors: self.vendors.iter().map(|vendor| vendor.fork(context.clone())).collect(),
            context,
            user_faults: Arc::clone(&self.user_faults),
            counters: Arc::new(self.counters.fork()),
            rules: Arc::new(self.rules.fork()),
            settings: self.settings.clone(),
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: Arc::new(self.journal.fork()),
            deliveries: Arc::default(),
        }
    }

    /// The same world with other settings. It shares the state, so calls in progress are not lost.
    fn with(&self, settings: Vec<Settings>) -> Self {
        let set = self.vendors.iter().zip(&settings);
        Self {
            set: self.set.clone(),
            vendors: set.map(|(vendor, own)| vendor.with_settings(own)).collect(),
            context: self.context.clone(),
            user_faults: Arc::clone(&self.user_faults),
            counters: Arc::clone(&self.counters),
            rules: Arc::clone(&self.rules),
            settings,
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: Arc::clone(&self.journal),
            deliveries: Arc::clone(&self.deliveries),
        }
    }
}

/// What the worlds start from.
#[derive(Clone)]
pub struct WorldTemplate {
    /// The vendors.
    pub set: VendorSet,
    /// The seed texts, by the vendor's index in the set.
    pub seeds: Vec<String>,
    /// The settings, by the vendor's index in the set.
    pub settings: Vec<Settings>,
    /// How many generated people to add.
    pub people: usize,
    /// The seed of people and ids.
    pub seed: u64,
    /// The clock that worlds start with.
    pub clock: Clock,
    /// How much each world's journal holds.
    pub journal: JournalLimits,
}

impl WorldTemplate {
    /// A world in its initial state: the seeds, read and checked, and the generated people.
    ///
    /// # Errors
    /// All that is wrong with the seeds, each with the vendor's index.
    fn world(&self) -> Result<World, Vec<(usize, SeedError)>> {
        let context = WorldContext {
            world: DEFAULT_WORLD.into(),
            clock: self.clock.fork(),
            ids: Ids::seeded(self.seed),
            keys: Keys::default(),
            outbox: Outbox::default(),
        };
        let people: Vec<_> = crate::people::people(self.people, self.seed).collect();
        let mut problems = Vec::new();
        let mut user_faults = UserFaults::new();
        let mut vendors = Vec::with_capacity(self.set.len());
        for (vendor, factory) in self.set.iter().enumerate() {
            let (seed, settings) = (&*self.seeds[vendor], &self.settings[vendor]);
            let embedded = factory.embedded;
            let (context, faults) = (context.clone(), RefCell::default());
            let start = SeedContext { seed, embedded, people: &people, settings, context, faults: &faults };
            let wrong = match (factory.make)(&start) {
                Ok(made) => {
                    vendors.push(made);
                    Vec::new()
                }
                Err(errors) => errors,
            };
            let (faults, wrong_faults) = faults_of(factory.info, faults.take());
            user_faults.push(faults);
            problems.extend(wrong.into_iter().chain(wrong_faults).map(|error| (vendor, error)));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(World {
            set: self.set.clone(),
            vendors,
            context,
            user_faults: Arc::new(user_faults),
            counters: Arc::default(),
            rules: Arc::default(),
            settings: self.settings.clone(),
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: Arc::new(Journal::new(self.journal)),
            deliveries: Arc::default(),
        })
    }
}

/// The faults that a seed gives its users, by their keys, and what is wrong with the others.
fn faults_of(info: &VendorInfo, faults: Vec<UserFault>) -> (HashMap<String, Arc<Spec>>, Vec<SeedError>) {
    let mut read = HashMap::new();
    let mut wrong = Vec::new();
    for fault in faults {
        let spec = Spec::parse(&fault.spec).and_then(|spec| {
            spec.check_call()?;
            spec.fits(info.title, info.lacks)
        });
        match spec {
            Ok(mut spec) => {
                spec.rule = format!("{} of {}", spec.rule, fault.key); // two users with the same fault are two rules
                read.insert(fault.key, Arc::new(spec));
            }
            Err(bad) => wrong.push(SeedError::about(fault.field, bad.to_string())),
        }
    }
    (read, wrong)
}
