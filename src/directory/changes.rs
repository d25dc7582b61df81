//! What differs from a directory's seed. Knows neither the seed nor the lock.

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::record::Record;
use super::seed::Key;

/// What differs from the seed.
#[derive(Debug, Clone)]
pub(super) struct Changes<T: Record> {
    /// By key, hashed as in the seed, so that a look at both hashes once.
    records: HashTable<Change<T>>,
    /// Who was given an alias since, by key. It counts only while the record still has that alias.
    aliases: HashMap<T::Alias, Box<str>>,
    /// How many records were ever added.
    added: u64,
}

/// What was changed under one key.
#[derive(Debug, Clone)]
pub(super) struct Change<T> {
    hash: u64,
    content: Content<T>,
    /// The place of the seeded record that it hides.
    place: Option<u32>,
    /// Which added record it is, from 1; 0 is one of the seed.
    added: u64,
}

#[derive(Debug, Clone)]
enum Content<T> {
    /// This record, which knows its key.
    Record(T),
    /// Nothing: the record of the seed that has this key was removed.
    Removed(Box<str>),
}

impl<T: Record> Default for Changes<T> {
    fn default() -> Self {
        Self { records: HashTable::new(), aliases: HashMap::default(), added: 0 }
    }
}

impl<T: Record> Change<T> {
    fn key(&self) -> &str {
        match &self.content {
            Content::Record(record) => record.key(),
            Content::Removed(key) => key,
        }
    }

    /// The record, unless it was removed.
    pub(super) fn record(&self) -> Option<&T> {
        match &self.content {
            Content::Record(record) => Some(record),
            Content::Removed(_) => None,
        }
    }
}

impl<T: Record> Changes<T> {
    /// The places of the seed that look otherwise now, and what is there.
    pub(super) fn seeded(&self) -> impl Iterator<Item = (u32, Option<&T>)> {
        // One that was made again since comes later.
        let here = |change: &'_ Change<T>| change.added == 0;
        self.records.iter().filter_map(move |change| Some((change.place?, change.record().filter(|_| here(change)))))
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn get(&self, key: Key<'_>) -> Option<&Change<T>> {
        self.records.find(key.hash, |change| change.key() == key.text)
    }

    /// The key of the record that was given the alias last.
    pub(super) fn owner(&self, alias: &T::Alias) -> Option<&str> {
        self.aliases.get(alias).map(|key| &**key)
    }

    /// The added records that are still there, in the order in which they were made.
    pub(super) fn added(&self) -> impl DoubleEndedIterator<Item = &T> {
        let mut added: Vec<_> = self.records.iter().filter(|change| change.added > 0).collect();
        added.sort_unstable_by_key(|change| change.added);
        added.into_iter().filter_map(Change::record)
    }

    /// Adds a record that was not there, with its aliases, which no other one has.
    pub(super) fn add(&mut self, key: Key<'_>, aliases: Vec<T::Alias>, record: T) {
        self.give(key, aliases);
        self.added += 1;
        self.put(key, Content::Record(record), self.added);
    }

    /// Replaces a record that is there.
    pub(super) fn replace(&mut self, key: Key<'_>, record: T) {
        match self.records.find_mut(key.hash, |change| change.key() == key.text) {
            Some(change) => change.content = Content::Record(record),
            None => self.put(key, Content::Record(record), 0),
        }
    }

    /// Removes a record that is there, and its aliases. One of the seed leaves a note, so that it is not found in the
    /// seed.
    pub(super) fn remove(&mut self, key: Key<'_>, aliases: &[T::Alias]) {
        self.take(key, aliases.iter());
        if key.place.is_some() {
            self.put(key, Content::Removed(key.text.into()), 0);
        } else if let Ok(found) = self.records.find_entry(key.hash, |change| change.key() == key.text) {
            found.remove();
        }
    }

    /// Gives a record aliases, which no other one has.
    pub(super) fn give(&mut self, key: Key<'_>, aliases: Vec<T::Alias>) {
        for alias in aliases {
            self.aliases.insert(alias, key.text.into());
        }
    }

    /// Takes aliases from a record.
    pub(super) fn take<'a>(&mut self, key: Key<'_>, aliases: impl Iterator<Item = &'a T::Alias>)
    where
        T::Alias: 'a,
    {
        for alias in aliases {
            if self.owner(alias) == Some(key.text) {
                self.aliases.remove(alias);
            }
        }
    }

    fn put(&mut self, key: Key<'_>, content: Content<T>, added: u64) {
        let change = Change { hash: key.hash, content, place: key.place, added };
        match self.records.entry(key.hash, |change| change.key() == key.text, |change| change.hash) {
            Entry::Occupied(mut entry) => *entry.get_mut() = change,
            Entry::Vacant(entry) => _ = entry.insert(change),
        }
    }
}
