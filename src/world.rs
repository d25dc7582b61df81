//! Worlds: one state per vendor, with its faults' counters, its journal, its clock and its ids. Knows no vendor by name.

use std::collections::HashMap;
use std::sync::Arc;

use dashmap::DashMap;

use crate::clock::Clock;
use crate::faults::{Counters, Spec};
use crate::ids::Ids;
use crate::journal::{Journal, Limits};
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
    /// How often each fault met each operation.
    pub counters: Counters,
    /// What was asked of it.
    pub journal: Journal,
}

/// The faults of users, by the vendor's place and the user's key.
type UserFaults = Vec<HashMap<String, Spec>>;

impl World {
    /// The vendor at that place of [`vendors::ALL`].
    pub fn vendor(&self, place: usize) -> &dyn Vendor {
        &*self.vendors[place]
    }

    /// All vendors, in the order of [`vendors::ALL`].
    pub fn vendors(&self) -> impl Iterator<Item = &dyn Vendor> {
        self.vendors.iter().map(|vendor| &**vendor)
    }

    /// What is to happen to a call about one of the vendor's users, by the seed.
    pub fn user_fault(&self, place: usize, user: &str) -> Option<&Spec> {
        self.user_faults[place].get(user)
    }

    /// A vendor's throw-away copy, on which a call can be tried.
    pub fn trial(&self, place: usize) -> Box<dyn Vendor> {
        self.vendors[place].fork(self.shared.fork())
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What the vendors would have sent, oldest first.
    pub fn letters(&self) -> Vec<Numbered> {
        self.shared.outbox.letters()
    }

    /// A world that starts from this one's state, with counters of its own.
    fn fork(&self) -> Self {
        let shared = self.shared.fork();
        Self {
            vendors: self.vendors.iter().map(|vendor| vendor.fork(shared.clone())).collect(),
            shared,
            user_faults: Arc::clone(&self.user_faults),
            counters: Counters::default(),
            journal: self.journal.fork(),
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
    /// How much each world's journal holds.
    pub journal: Limits,
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
            let mut faults = HashMap::new();
            for fault in made.faults {
                let about = made.vendor.about();
                let mut spec =
                    Spec::parse(&fault.spec).and_then(|spec| spec.fits(about.title, about.lacks)).map_err(|bad| {
                        (place, SeedError::about(&beginning.seeds[place], &fault.spec, &fault.field, bad.to_string()))
                    })?;
                spec.rule = format!("{} of {}", spec.rule, fault.key); // two users with the same fault are two rules
                faults.insert(fault.key, spec);
            }
            user_faults.push(faults);
            vendors.push(made.vendor);
        }
        let user_faults = Arc::new(user_faults);
        let journal = Journal::new(beginning.journal);
        let seed = World { vendors, shared, user_faults, counters: Counters::default(), journal };
        let by_name = DashMap::new();
        by_name.insert(DEFAULT.into(), Arc::new(seed.fork()));
        Ok(Self { seed, by_name })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_name.len()
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
