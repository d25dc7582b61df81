//! A concurrent, ordered, forkable collection of records. Knows no vendor and of a record only its key and aliases.
//!
//! The records of the seed are in one shared list that is never written. Besides that list, a directory holds only its
//! own changes: one small map behind a short lock. The map costs nothing while it is empty, and snapshots and forks
//! share it until one of them is written. So a fork takes microseconds whatever the number of users, and a reset is a
//! fork of the seed.

mod changes;
mod record;
mod seed;

use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashSet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collections::Collection;
use changes::Changes;
use seed::{Key, Seed};

pub use record::{DirectoryError, Duplicate, Record};

/// Records of one kind in one world, in the order in which they were made.
#[derive(Debug)]
pub struct Directory<T: Record> {
    seed: Arc<Seed<T>>,
    /// Shared with snapshots and forks until one of them is written: the writer then takes a copy.
    changes: Mutex<Arc<Changes<T>>>,
}

impl<T: Record> Directory<T> {
    /// A directory of these records, in this order.
    ///
    /// # Errors
    /// What two records share.
    pub fn new(records: Vec<T>) -> Result<Self, Duplicate<T::Alias>> {
        Ok(Self { seed: Arc::new(Seed::new(records)?), changes: Mutex::default() })
    }

    /// The current record of that key.
    pub fn get(&self, key: &str) -> Option<T> {
        self.look(&self.lock(), self.seed.key(key)).cloned()
    }

    /// The record that currently has that alias.
    pub fn find(&self, alias: &T::Alias) -> Option<T> {
        self.owner(&self.lock(), alias).cloned()
    }

    /// About how many records there are, and at least as many as there are.
    pub fn size(&self) -> usize {
        self.seed.len() + self.lock().len()
    }

    /// Adds the record that `make` returns under that key. Checks under one lock that its key and aliases are free.
    ///
    /// # Errors
    /// `Exists`, `Refused` by `make`, or `Taken`.
    pub fn insert<E>(&self, key: &str, make: impl FnOnce() -> Result<T, E>) -> Result<T, DirectoryError<T::Alias, E>> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        if self.look(&changes, key).is_some() {
            return Err(DirectoryError::Exists);
        }
        let record = make().map_err(DirectoryError::Refused)?;
        self.add(&mut changes, key, record.clone()).map_err(DirectoryError::Taken)?;
        Ok(record)
    }

    /// Changes one record: looks at it and writes it in one step, so that concurrent callers are ordered.
    /// `change` works on a copy, which is kept only if it answers `Ok`; a refusal or a panic changes nothing.
    ///
    /// # Errors
    /// `Absent`, `Refused` by `change`, or `Taken` if `change` gave the record an alias that another one has.
    pub fn update<R, E>(
        &self,
        key: &str,
        change: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, DirectoryError<T::Alias, E>> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        let (mut record, before) = self.copy(&changes, key).ok_or(DirectoryError::Absent)?;
        let answer = change(&mut record).map_err(DirectoryError::Refused)?;
        self.replace(&mut changes, key, &before, record).map_err(DirectoryError::Taken)?;
        Ok(answer)
    }

    /// Replaces the record with the same key, or adds a new one. Returns the replaced record.
    ///
    /// # Errors
    /// `Taken`.
    pub fn upsert(&self, record: T) -> Result<Option<T>, DirectoryError<T::Alias>> {
        let key = record.key().to_owned();
        let key = self.seed.key(&key);
        let mut changes = self.lock();
        let old = self.copy(&changes, key);
        let written = match &old {
            Some((_, before)) => self.replace(&mut changes, key, before, record),
            None => self.add(&mut changes, key, record),
        };
        written.map_err(DirectoryError::Taken)?;
        Ok(old.map(|(record, _)| record))
    }

    /// Removes one record if `check` accepts it, in one step.
    ///
    /// # Errors
    /// `Absent`, or `Refused` by `check`.
    pub fn remove<R, E>(
        &self,
        key: &str,
        check: impl FnOnce(&T) -> Result<R, E>,
    ) -> Result<R, DirectoryError<T::Alias, E>> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        let record = self.look(&changes, key).ok_or(DirectoryError::Absent)?;
        let answer = check(record).map_err(DirectoryError::Refused)?;
        let aliases = record.aliases();
        Arc::make_mut(&mut changes).remove(key, &aliases);
        Ok(answer)
    }

    /// Every current record. It blocks no writer, and later writes do not change it.
    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot { seed: Arc::clone(&self.seed), changes: Arc::clone(&self.lock()) }
    }

    fn look<'a>(&'a self, changes: &'a Changes<T>, key: Key<'_>) -> Option<&'a T> {
        look(&self.seed, changes, key)
    }

    fn owner<'a>(&'a self, changes: &'a Changes<T>, alias: &T::Alias) -> Option<&'a T> {
        // Whoever had the alias once, at birth or since, may have lost it.
        let has = |record: &&T| record.aliases().contains(alias);
        let look = |key: &str| self.look(changes, self.seed.key(key)).filter(has);
        let since = changes.owner(alias).and_then(look);
        since.or_else(|| look(self.seed.find(alias)?.key()))
    }

    // What follows knows neither closures nor their errors, so it is compiled once for each kind of record.

    /// A copy of a record to work on, and its aliases.
    fn copy(&self, changes: &Changes<T>, key: Key<'_>) -> Option<(T, Vec<T::Alias>)> {
        let record = self.look(changes, key)?.clone();
        let aliases = record.aliases();
        Some((record, aliases))
    }

    /// Adds a record whose key is free, unless one of its aliases is taken.
    fn add(&self, changes: &mut Arc<Changes<T>>, key: Key<'_>, record: T) -> Result<(), T::Alias> {
        let aliases = record.aliases();
        self.check(changes, key, &aliases)?;
        Arc::make_mut(changes).add(key, aliases, record);
        Ok(())
    }

    /// Replaces an existing record, and its aliases if they changed, unless one of them is taken.
    fn replace(
        &self,
        changes: &mut Arc<Changes<T>>,
        key: Key<'_>,
        before: &[T::Alias],
        record: T,
    ) -> Result<(), T::Alias> {
        let after = record.aliases();
        let (lost, gained) = match before == after {
            true => (Vec::new(), Vec::new()), // nearly always
            false => (without(before, &after), without(&after, before)),
        };
        self.check(changes, key, &gained)?;
        let changes = Arc::make_mut(changes);
        changes.take(key, lost.iter());
        changes.give(key, gained);
        changes.replace(key, record);
        Ok(())
    }

    /// Checks that these aliases are free for the record of that key.
    ///
    /// # Errors
    /// The first one that another record has.
    fn check(&self, changes: &Changes<T>, key: Key<'_>, aliases: &[T::Alias]) -> Result<(), T::Alias> {
        let another = |alias: &&T::Alias| self.owner(changes, alias).is_some_and(|owner| owner.key() != key.text);
        aliases.iter().find(another).cloned().map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Changes<T>>> {
        // A panic in `change` leaves the map as it was, so a poisoned lock is no reason to stop.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Record> Collection for Directory<T> {
    fn fork(&self) -> Self {
        Self { seed: Arc::clone(&self.seed), changes: Mutex::new(self.lock().clone()) }
    }
}

/// A directory without records.
impl<T: Record> Default for Directory<T> {
    fn default() -> Self {
        Self::new(Vec::new()).expect("no two records are there to share anything")
    }
}

fn look<'a, T: Record>(seed: &'a Seed<T>, changes: &'a Changes<T>, key: Key<'_>) -> Option<&'a T> {
    match changes.get(key) {
        Some(change) => change.record(),
        None => seed.get(key),
    }
}

/// Those of `aliases` that are not among `others`. A record may have many.
fn without<A: Clone + Eq + Hash>(aliases: &[A], others: &[A]) -> Vec<A> {
    let others: HashSet<&A> = others.iter().collect();
    aliases.iter().filter(|alias| !others.contains(alias)).cloned().collect()
}

/// The records of a directory at one moment.
pub struct Snapshot<T: Record> {
    seed: Arc<Seed<T>>,
    changes: Arc<Changes<T>>,
}

impl<T: Record> Snapshot<T> {
    /// The record of that key.
    pub fn get(&self, key: &str) -> Option<&T> {
        look(&self.seed, &self.changes, self.seed.key(key))
    }

    /// The records, in the order in which they were made.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let at = self.places();
        (0..self.seed.len()).filter_map(at).chain(self.changes.added())
    }

    /// The records, in the order of their keys.
    pub fn by_key(&self) -> Vec<&T> {
        let at = self.places();
        let seeded = self.seed.order().iter().filter_map(|place| at(*place as usize)).collect();
        let mut added: Vec<&T> = self.changes.added().collect();
        added.sort_unstable_by_key(|record| record.key());
        if added.is_empty() { seeded } else { merge(&seeded, &added) }
    }

    /// What is at a place of the seed now.
    fn places<'a>(&'a self) -> impl Fn(usize) -> Option<&'a T> {
        let records = self.seed.records();
        // Looked up once for all places: hashing the key of each of many records takes longer than all else in a list.
        let mut changed = self.changes.seeded().peekable();
        let mut current = Vec::new();
        if changed.peek().is_some() {
            current.extend(records.iter().map(Some));
            changed.for_each(|(place, record)| current[place as usize] = record);
        }
        move |place| match current.is_empty() {
            true => records.get(place),
            false => current[place],
        }
    }
}

/// Both lists in one, in the order of the keys, as each of them is. The second one is short.
fn merge<'a, T: Record>(many: &[&'a T], few: &[&'a T]) -> Vec<&'a T> {
    let mut all = Vec::with_capacity(many.len() + few.len());
    let mut rest = many;
    for record in few {
        let (before, after) = rest.split_at(rest.partition_point(|other| other.key() < record.key()));
        all.extend_from_slice(before);
        all.push(*record);
        rest = after;
    }
    all.extend_from_slice(rest);
    all
}

/// The current records, in order.
impl<T: Record + Serialize> Serialize for Directory<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.snapshot().iter())
    }
}

/// A directory that starts from these records.
impl<'de, T: Record + Deserialize<'de>> Deserialize<'de> for Directory<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Vec::deserialize(deserializer)?;
        Self::new(records).map_err(|duplicate| {
            let shared = match duplicate {
                Duplicate::Key(key) => key,
                Duplicate::Alias(alias) => alias.to_string(),
            };
            D::Error::custom(format_args!("duplicate {shared:?}"))
        })
    }
}

#[cfg(test)]
mod tests;
