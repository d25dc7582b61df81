//! Worlds: one state per vendor, with its faults' counters, its journal, its clock and its ids. Knows no vendor by name.

mod by_name;
mod state;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};

use crate::clock::Clock;
use crate::faults::{Counters, Spec};
use crate::ids::Ids;
use crate::journal::{self, Journal};
use crate::outbox::{Numbered, Outbox};
use crate::vendors::{self, DEFAULT_WORLD, Origin, SeedError, Settings, Shared, Vendor};

pub use by_name::{Change, Limits, Worlds};

/// A complete private copy of everything that calls can change.
pub struct World {
    vendors: Vec<Box<dyn Vendor>>,
    shared: Shared,
    /// What the seed gives users, by vendor and key. The same in every world.
    user_faults: Arc<UserFaults>,
    /// How often each fault met each operation.
    pub counters: Counters,
    /// What was set, by the vendor's place.
    settings: Vec<Settings>,
    /// When it was last used: the number of the use among all, and the second of the system's clock.
    used: (AtomicU64, AtomicI64),
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
        self.vendors[place].fork(self.shared.fork(&self.shared.world))
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What the vendors would have sent, oldest first.
    pub fn letters(&self) -> Vec<Numbered> {
        self.shared.outbox.letters()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.world
    }

    /// Every setting with its value, as `vendor.key`.
    pub fn settings(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.vendors.iter().zip(&self.settings).flat_map(|(vendor, settings)| {
            let about = vendor.about();
            settings.all(about).map(move |(key, value)| (format!("{}.{key}", about.name), value))
        })
    }

    /// A world of that name that starts from this one's state, with counters of its own.
    fn fork(&self, name: &str) -> Self {
        let shared = self.shared.fork(name);
        let vendors = self.vendors.iter().map(|vendor| vendor.fork(shared.clone())).collect();
        self.around(vendors, shared, self.settings.clone())
    }

    /// The same with other settings.
    fn with(&self, settings: Vec<Settings>) -> Self {
        let shared = self.shared.fork(&self.shared.world);
        let vendors =
            self.vendors.iter().zip(&settings).map(|(vendor, own)| vendor.with(shared.clone(), own)).collect();
        self.around(vendors, shared, settings)
    }

    fn around(&self, vendors: Vec<Box<dyn Vendor>>, shared: Shared, settings: Vec<Settings>) -> Self {
        Self {
            vendors,
            shared,
            user_faults: Arc::clone(&self.user_faults),
            counters: Counters::default(),
            settings,
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: self.journal.fork(),
        }
    }
}

/// What the worlds start from.
#[derive(Clone)]
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
    pub journal: journal::Limits,
}

impl Beginning {
    /// What a world is at birth: the seeds, read and checked, and the people.
    ///
    /// # Errors
    /// The vendor's place and what does not fit in its seed.
    fn world(&self) -> Result<World, (usize, SeedError)> {
        let shared = Shared {
            world: DEFAULT_WORLD.into(),
            clock: self.clock.fork(),
            ids: Ids::seeded(self.seed),
            outbox: Outbox::default(),
        };
        let people: Vec<_> = crate::people::people(self.people, self.seed).collect();
        let make = |(place, maker): (usize, &vendors::Maker)| {
            let (seed, settings) = (&*self.seeds[place], &self.settings[place]);
            let origin = Origin { seed, people: &people, settings, shared: shared.clone() };
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
                        (place, SeedError::about(&self.seeds[place], &fault.spec, &fault.field, bad.to_string()))
                    })?;
                spec.rule = format!("{} of {}", spec.rule, fault.key); // two users with the same fault are two rules
                faults.insert(fault.key, spec);
            }
            user_faults.push(faults);
            vendors.push(made.vendor);
        }
        Ok(World {
            vendors,
            shared,
            user_faults: Arc::new(user_faults),
            counters: Counters::default(),
            settings: self.settings.clone(),
            used: (AtomicU64::new(0), AtomicI64::new(0)),
            journal: Journal::new(self.journal),
        })
    }
}
