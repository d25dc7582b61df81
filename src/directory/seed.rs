//! The records that a directory starts from: never written, shared by all of its forks. Knows nothing of changes.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::record::{Duplicate, Record};

/// The records of a seed, in order.
#[derive(Debug)]
pub(super) struct Seed<T> {
    records: Box<[T]>,
    by_key: HashTable<u32>,
    by_alias: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The places in the order of their keys, once that was asked for.
    order: OnceLock<Box<[u32]>>,
}

/// A key with its hash, which is the same in the seed and in what was changed, and its place in the seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'k> {
    pub(super) text: &'k str,
    pub(super) hash: u64,
    pub(super) place: Option<u32>,
}

impl<T: Record> Seed<T> {
    /// # Errors
    /// What two records share.
    pub(super) fn new(records: Vec<T>) -> Result<Self, Duplicate<T::Alias>> {
        let hasher = DefaultHashBuilder::default();
        u32::try_from(records.len()).expect("four billion records fit in no memory");
        let mut by_key = HashTable::with_capacity(records.len());
        for (index, record) in (0_u32..).zip(&records) {
            let same = |other: &u32| records[*other as usize].key() == record.key();
            let hash = |other: &u32| hasher.hash_one(records[*other as usize].key());
            if by_key.find(hash(&index), same).is_some() {
                return Err(Duplicate::Key(record.key().to_owned()));
            }
            by_key.insert_unique(hash(&index), index, hash);
        }
        // An index does not tell which of the record's aliases it is for, so the table must never grow.
        let mut by_alias = HashTable::with_capacity(records.iter().map(|record| record.aliases().len()).sum());
        for (index, record) in (0_u32..).zip(&records) {
            for alias in record.aliases() {
                let hash = hasher.hash_one(&alias);
                // The table also asks about the record's own other aliases, whose hashes may look alike.
                let has = |other: &u32| *other != index && records[*other as usize].aliases().contains(&alias);
                if by_alias.find(hash, has).is_some() {
                    return Err(Duplicate::Alias(alias));
                }
                by_alias.insert_unique(hash, index, |_| unreachable!("the table has room for every alias"));
            }
        }
        Ok(Self { records: records.into(), by_key, by_alias, hasher, order: OnceLock::new() })
    }

    pub(super) fn key<'k>(&self, text: &'k str) -> Key<'k> {
        let hash = self.hasher.hash_one(text);
        let place = self.by_key.find(hash, |place: &u32| self.records[*place as usize].key() == text).copied();
        Key { text, hash, place }
    }

    pub(super) fn get(&self, key: Key<'_>) -> Option<&T> {
        Some(&self.records[key.place? as usize])
    }

    /// The record that was seeded with that alias.
    pub(super) fn find(&self, alias: &T::Alias) -> Option<&T> {
        let has = |index: &u32| self.records[*index as usize].aliases().contains(alias);
        let index = self.by_alias.find(self.hasher.hash_one(alias), has)?;
        Some(&self.records[*index as usize])
    }

    /// The places of the records in the order of their keys.
    pub(super) fn order(&self) -> &[u32] {
        self.order.get_or_init(|| {
            let mut places: Box<[u32]> = (0..).take(self.records.len()).collect();
            places.sort_unstable_by_key(|place| self.records[*place as usize].key());
            places
        })
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn records(&self) -> &[T] {
        &self.records
    }
}
