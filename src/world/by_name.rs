//! The worlds by name: created by their first call, forked, reset, dropped, and limited in number.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use hashbrown::DefaultHashBuilder;

use super::detached::Detached;
use super::{World, WorldTemplate};
use crate::clock::Clock;
use crate::context::DEFAULT_WORLD;
use crate::limits::WorldCreation;
use crate::vendors::{SeedError, Settings, VendorSet};

/// How many worlds can exist, and how long an idle one does.
#[derive(Debug, Clone, Copy)]
pub struct WorldLimits {
    /// The maximum number of worlds.
    pub max: usize,
    /// How long a world may be idle.
    pub idle: Option<Duration>,
    /// Whether a call makes the world that it names.
    pub creation: WorldCreation,
}

/// Changes to apply to a world.
#[derive(Debug, Default)]
pub struct Change {
    /// Settings, as `vendor.key` and value.
    pub settings: Vec<(String, String)>,
    /// A new seed of people and ids, which resets the world.
    pub seed: Option<u64>,
    /// A new number of generated people, which resets the world.
    pub people: Option<usize>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.seed.is_none() && self.people.is_none()
    }
}

/// The worlds by name.
pub struct Worlds {
    template: WorldTemplate,
    /// A world in the initial state, from which the others are forked. No call reaches it.
    seed: World,
    by_name: DashMap<Box<str>, Arc<World>, DefaultHashBuilder>,
    detached: Detached,
    limits: WorldLimits,
    /// Counts the uses of all worlds.
    uses: AtomicU64,
    /// Counts the worlds that were dropped to make room.
    dropped: AtomicU64,
    /// Measures how long a world is idle. It is the system's clock, not a world's.
    clock: Clock,
}

impl Worlds {
    /// The seed, read and checked, and the default world.
    ///
    /// # Errors
    /// All that is wrong with the seeds, each with the vendor's index.
    pub fn new(template: WorldTemplate, limits: WorldLimits) -> Result<Self, Vec<(usize, SeedError)>> {
        let seed = template.world()?;
        Ok(Self::of(template, seed, limits))
    }

    /// The same, but worlds start from a saved state.
    ///
    /// # Errors
    /// What is wrong with the state.
    pub fn starting_from(self, state: &[u8]) -> Result<Self, String> {
        let seed = self.seed.restored(DEFAULT_WORLD, state)?;
        Ok(Self::of(self.template, seed, self.limits))
    }

    fn of(template: WorldTemplate, seed: World, limits: WorldLimits) -> Self {
        let by_name = DashMap::default();
        by_name.insert(DEFAULT_WORLD.into(), Arc::new(seed.fork(DEFAULT_WORLD)));
        Self {
            template,
            seed,
            by_name,
            detached: Detached::default(),
            limits,
            uses: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            clock: Clock::real(),
        }
    }

    /// The vendors of every world.
    pub fn vendors(&self) -> &VendorSet {
        &self.template.set
    }

    /// A world in the initial state.
    pub fn seed(&self) -> &World {
        &self.seed
    }

    /// The world of that name. Counts as a use of it.
    pub fn get(&self, name: &str) -> Option<Arc<World>> {
        loop {
            // Used under the entry's lock, so that no other call finds it idle before it is.
            let world = self.by_name.get(name)?;
            if !self.is_stale(&world) {
                self.touch(&world);
                return Some(Arc::clone(&world));
            }
            drop(world);
            self.by_name.remove_if(name, |_, world| self.is_stale(world));
        }
    }

    /// The world of that name, created if it does not exist.
    pub fn make(&self, name: &str) -> Arc<World> {
        let (world, is_detached) = self.find(name);
        if is_detached { self.adopt(world) } else { world }
    }

    /// The world of a call, and whether it is detached; `None` if it does not exist and no call makes it.
    pub fn of_call(&self, name: &str) -> Option<(Arc<World>, bool)> {
        match self.limits.creation {
            WorldCreation::Implicit => Some(self.find(name)),
            WorldCreation::Explicit => self.get(name).map(|world| (world, false)),
        }
    }

    /// The world of that name. If it does not exist, a detached one, which is gone with the calls in it unless one of
    /// them adopts it. Returns whether it is detached.
    pub fn find(&self, name: &str) -> (Arc<World>, bool) {
        if let Some(world) = self.get(name) {
            return (world, false);
        }
        let mut detached = self.detached.lock();
        if let Some(world) = self.get(name) {
            return (world, false); // another call adopted it in the meantime
        }
        let world = detached.get(name).unwrap_or_else(|| {
            let world = Arc::new(self.seed.fork(name));
            detached.add(&world);
            world
        });
        (world, true)
    }

    /// Keeps a detached world, unless one of its name was made in the meantime. Returns the world that has the name
    /// now.
    pub fn adopt(&self, world: Arc<World>) -> Arc<World> {
        let mut detached = self.detached.lock();
        if !detached.remove(&world) {
            return world; // another of its calls was first, and it may have been dropped since
        }
        if let Some(other) = self.get(world.name()) {
            return other;
        }
        self.make_room();
        self.touch(&world);
        self.by_name.insert(world.name().into(), Arc::clone(&world));
        world
    }

    /// Resets a world to the initial state. Calls in progress finish in the old one.
    /// Returns false if there is no such world.
    pub fn reset(&self, name: &str) -> bool {
        let Some(mut world) = self.by_name.get_mut(name) else {
            return false;
        };
        *world = Arc::new(self.seed.fork(name));
        self.touch(&world);
        true
    }

    /// Copies the world `from` to the name `to`, replacing any world there. Returns false if there is no `from`.
    pub fn fork(&self, from: &str, to: &str) -> bool {
        let Some(from) = self.get(from) else {
            return false;
        };
        self.insert(from.fork(to));
        true
    }

    /// Changes a world, which is created if it does not exist.
    ///
    /// # Errors
    /// Names the unknown vendor, setting or value. Nothing is changed then.
    pub fn change(&self, name: &str, change: &Change) -> Result<Arc<World>, String> {
        if change.is_empty() {
            return Ok(self.make(name));
        }
        let set = |mut settings: Vec<Settings>| {
            for (name, value) in &change.settings {
                self.vendors().set(&mut settings, name, value)?;
            }
            Ok::<_, String>(settings)
        };
        // Checked first, so that an invalid change creates no world.
        let mut settings =
            set(self.get(name).map_or_else(|| self.seed.settings.clone(), |world| world.settings.clone()))?;
        while change.seed.is_none() && change.people.is_none() {
            self.make(name);
            // Under the entry's lock, so that no concurrent change or reset is lost. Calls in progress are not held
            // up, since both worlds share their state. Try again only if the world was dropped in the meantime.
            if let Some(mut world) = self.by_name.get_mut(name) {
                settings = set(world.settings.clone())?;
                *world = Arc::new(world.with(settings));
                self.touch(&world);
                return Ok(Arc::clone(&world));
            }
        }
        let template = WorldTemplate {
            settings,
            seed: change.seed.unwrap_or(self.template.seed),
            people: change.people.unwrap_or(self.template.people),
            ..self.template.clone()
        };
        let world = template
            .world()
            .map_err(|errors| errors.first().map_or_else(String::new, |(_, error)| error.to_string()))?;
        Ok(self.insert(world.fork(name)))
    }

    /// Replaces a world by one with a saved state.
    ///
    /// # Errors
    /// What is wrong with the state. Nothing is changed then.
    pub fn restore(&self, name: &str, state: &[u8]) -> Result<Arc<World>, String> {
        let world = self.seed.restored(name, state)?;
        Ok(self.insert(world))
    }

    /// Drops a world. Returns false if there is no such world; the default one is never dropped.
    pub fn drop_world(&self, name: &str) -> bool {
        name != DEFAULT_WORLD && self.by_name.remove(name).is_some()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_name.len()
    }

    /// How many were dropped to make room for others.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Every world's name, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.by_name.iter().map(|world| world.key().to_string()).collect();
        names.sort_unstable();
        names
    }

    /// Adds a world, or replaces the one of its name, which needs no room.
    fn insert(&self, world: World) -> Arc<World> {
        let _one_at_a_time = self.detached.lock();
        let world = Arc::new(world);
        self.touch(&world);
        if !self.by_name.contains_key(world.name()) {
            self.make_room();
        }
        self.by_name.insert(world.name().into(), Arc::clone(&world));
        world
    }

    fn touch(&self, world: &World) {
        world.used.0.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        if self.limits.idle.is_some() {
            world.used.1.store(self.clock.now().as_second(), Ordering::Relaxed);
        }
    }

    /// Whether a world has been idle for too long. One with a call in progress is not idle.
    fn is_stale(&self, world: &Arc<World>) -> bool {
        let idle = self.limits.idle.map(|idle| i64::try_from(idle.as_secs()).unwrap_or(i64::MAX));
        let used = || world.used.1.load(Ordering::Relaxed);
        let is_free = || world.name() != DEFAULT_WORLD && Arc::strong_count(world) == 1;
        idle.is_some_and(|idle| is_free() && self.clock.now().as_second() - used() > idle)
    }

    /// Drops worlds that have been idle for too long. If that makes no room, drops the least recently used: a hundredth
    /// of all at once, so that a full server does not search all worlds for each new one.
    fn make_room(&self) {
        if self.limits.idle.is_some() {
            self.by_name.retain(|_, world| !self.is_stale(world));
        }
        if self.by_name.len() < self.limits.max {
            return;
        }
        let droppable = self.by_name.iter().filter(|world| &**world.key() != DEFAULT_WORLD);
        // Those with a call in progress come last: it would be answered, and then be lost.
        let use_of = |world: &Arc<World>| (Arc::strong_count(world) > 1, world.used.0.load(Ordering::Relaxed));
        let mut uses: Vec<_> = droppable.map(|world| (use_of(world.value()), world.key().clone())).collect();
        uses.sort_unstable();
        for (_, name) in uses.into_iter().take(1 + self.limits.max / 100) {
            tracing::warn!(world = &*name, "dropped the world {name} to stay within --max-worlds {}", self.limits.max);
            self.by_name.remove(&name);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
