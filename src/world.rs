//! Worlds: one state per vendor, with its faults' counters, its clock and its ids. Knows no vendor by name.

use std::collections::HashMap;
use std::sync::Arc;

use dashmap::DashMap;
use jiff::Timestamp;

use crate::clock::Clock;
use crate::faults::{Candidate, Counters, Met, Rules, Source, Spec};
use crate::ids::Ids;
use crate::outbox::{Numbered, Outbox};
use crate::vendors::{self, Origin, SeedError, Settings, Shared, Vendor};

/// The world of calls that name none.
pub const DEFAULT: &str = "default";

/// A complete private copy of everything that calls can change.
pub struct World {
    vendors: Vec<Box<dyn Vendor>>,
    shared: Shared,
    /// What the seed gives users, by vendor and key. The same in every world.
    user_faults: Arc<UserFaults>,
    /// How often each fault that is no rule met each operation.
    counters: Arc<Counters>,
    /// The faults that were set for calls that match.
    pub rules: Rules,
}

/// The faults of users, by the vendor's place and the user's key.
type UserFaults = HashMap<(usize, String), Arc<Spec>>;

impl World {
    /// The vendor at that place of [`vendors::ALL`].
    pub fn vendor(&self, place: usize) -> &dyn Vendor {
        &*self.vendors[place]
    }

    /// All vendors, in the order of [`vendors::ALL`].
    pub fn vendors(&self) -> impl Iterator<Item = &dyn Vendor> {
        self.vendors.iter().map(|vendor| &**vendor)
    }

    /// What is to happen to a call: what it asks for itself, then the rules, then its user, then the start's, the
    /// highest first.
    pub fn faults(&self, place: usize, met: &Met<'_>, requested: Option<Spec>, start: &[Arc<Spec>]) -> Vec<Candidate> {
        let counted = |source, spec| Candidate { source, spec, counters: Arc::clone(&self.counters) };
        let mut found: Vec<_> = requested.map(|spec| counted(Source::Header, Arc::new(spec))).into_iter().collect();
        found.extend(self.rules.meet(met, || self.now()));
        if !self.user_faults.is_empty() {
            let fault = (met.user)().and_then(|user| self.user_faults.get(&(place, user)));
            found.extend(fault.map(|spec| counted(Source::User, Arc::clone(spec))));
        }
        found.extend(start.iter().map(|spec| counted(Source::Start, Arc::clone(spec))));
        found
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// A vendor's throw-away copy, on which a call can be tried.
    pub fn trial(&self, place: usize) -> Box<dyn Vendor> {
        self.vendors[place].fork(self.shared.fork())
    }

    /// What the vendors would have sent, oldest first.
    pub fn letters(&self) -> Vec<Numbered> {
        self.shared.outbox.letters()
    }

    /// A world that starts from this one's state, rules and counters, and goes on by itself.
    fn fork(&self) -> Self {
        let shared = self.shared.fork();
        Self {
            vendors: self.vendors.iter().map(|vendor| vendor.fork(shared.clone())).collect(),
            shared,
            user_faults: Arc::clone(&self.user_faults),
            counters: Arc::new(self.counters.fork()),
            rules: self.rules.fork(),
        }
    }
}

/// What the worlds start from.
pub struct Beginning {
    /// A vendor's seed text, by its place in [`vendors::ALL`].
    pub seeds: Vec<String>,
    /// What was set, likewise.
    pub settings: Vec<Settings>,
    /// How many made-up people to add.
    pub people: usize,
    /// The seed of people and ids.
    pub seed: u64,
    /// The clock that worlds start with.
    pub clock: Clock,
}

/// The worlds by name.
pub struct Worlds {
    /// What a world is at birth. No call reaches it.
    seed: World,
    by_name: DashMap<Box<str>, Arc<World>>,
}

impl Worlds {
    /// The seed, read and checked, and the world [`DEFAULT`].
    ///
    /// # Errors
    /// The vendor's place and what does not fit in its seed.
    pub fn new(beginning: &Beginning) -> Result<Self, (usize, SeedError)> {
        let shared =
            Shared { clock: beginning.clock.clone(), ids: Ids::seeded(beginning.seed), outbox: Outbox::default() };
        let people: Vec<_> = crate::people::people(beginning.people, beginning.seed).collect();
        let make = |(place, maker): (usize, &vendors::Maker)| {
            let origin = Origin {
                seed: &beginning.seeds[place],
                people: &people,
                settings: &beginning.settings[place],
                shared: shared.clone(),
            };
            (maker.make)(&origin).map_err(|error| (place, error))
        };
        let made = vendors::ALL.iter().enumerate().map(make).collect::<Result<Vec<_>, _>>()?;
        let mut user_faults = UserFaults::new();
        let mut vendors = Vec::with_capacity(made.len());
        for (place, made) in made.into_iter().enumerate() {
            for fault in made.faults {
                let about = made.vendor.about();
                let mut spec =
                    Spec::parse(&fault.spec).and_then(|spec| spec.fits(about.title, about.lacks)).map_err(|bad| {
                        (place, SeedError::about(&beginning.seeds[place], &fault.spec, &fault.field, bad.to_string()))
                    })?;
                spec.rule = format!("{} of {}", spec.rule, fault.key); // two users with the same fault are two rules
                user_faults.insert((place, fault.key), Arc::new(spec));
            }
            vendors.push(made.vendor);
        }
        let user_faults = Arc::new(user_faults);
        let seed = World { vendors, shared, user_faults, counters: Arc::default(), rules: Rules::default() };
        let by_name = DashMap::new();
        by_name.insert(DEFAULT.into(), Arc::new(seed.fork()));
        Ok(Self { seed, by_name })
    }

    /// The world of that name.
    pub fn get(&self, name: &str) -> Option<Arc<World>> {
        self.by_name.get(name).map(|world| Arc::clone(&world))
    }

    /// Makes a world again what it was at birth. Calls under way end in what it was.
    /// Answers false where there is no such world.
    pub fn reset(&self, name: &str) -> bool {
        let Some(mut world) = self.by_name.get_mut(name) else {
            return false;
        };
        *world = Arc::new(self.seed.fork());
        true
    }
}
