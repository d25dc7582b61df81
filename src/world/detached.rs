//! The worlds of calls that may still be refused: kept only once such a call succeeds. Knows no vendor.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hashbrown::HashMap;

use super::World;

/// How many names are kept before those are removed whose calls have ended.
const MIN_SWEPT: usize = 64;

/// The detached worlds by name. All calls that name a missing world at the same time share one, so that none loses
/// what it answered when another is kept first. The lock is also what makes a world one step: who adds one holds it.
#[derive(Default)]
pub(super) struct Detached(Mutex<Names>);

/// The worlds of calls in progress. A call holds its world, and this does not.
#[derive(Default)]
pub(super) struct Names {
    by_name: HashMap<Box<str>, Weak<World>>,
    swept: usize,
}

impl Detached {
    pub(super) fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    /// The detached world of that name, if a call is still in it.
    pub(super) fn get(&self, name: &str) -> Option<Arc<World>> {
        self.by_name.get(name)?.upgrade()
    }

    /// Adds a detached world.
    pub(super) fn add(&mut self, world: &Arc<World>) {
        if self.by_name.len() >= self.swept.max(MIN_SWEPT) {
            self.by_name.retain(|_, world| world.strong_count() > 0);
            self.swept = 2 * self.by_name.len();
        }
        self.by_name.insert(world.name().into(), Arc::downgrade(world));
    }

    /// How many names there are, also of calls that have ended.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The world is not detached any more. Returns whether it was.
    pub(super) fn remove(&mut self, world: &Arc<World>) -> bool {
        let is_it = self.by_name.get(world.name()).is_some_and(|own| std::ptr::eq(own.as_ptr(), Arc::as_ptr(world)));
        is_it && self.by_name.remove(world.name()).is_some()
    }
}
