//! A concurrent, ordered, forkable collection of records. Knows no vendor and no record's members but its key.
//!
//! The records of the seed stand in one shared list that is never written. A directory holds, besides, only what
//! was changed in it: one small map behind a short lock, which costs nothing while it is empty. So a fork costs
//! microseconds whatever the number of users, and a reset is a fork of the seed.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

/// What a [`Directory`] asks of a record. Cloning one has to be cheap: wide members stand behind an `Arc`.
pub trait Record: Clone {
    /// The name by which calls find the record, unique in its directory.
    fn key(&self) -> &str;
}

/// Records of one kind in one world, in the order in which they were made.
#[derive(Debug)]
pub struct Directory<T> {
    seed: Arc<Seed<T>>,
    changes: Mutex<Changes<T>>,
}

#[derive(Debug)]
struct Seed<T> {
    records: Box<[T]>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What differs from the seed, by key. `None` is a record that was removed.
type Changes<T> = HashMap<Box<str>, Option<T>>;

impl<T: Record> Directory<T> {
    /// A directory of these records, in this order.
    ///
    /// # Errors
    /// The key that two records share.
    pub fn new(records: Vec<T>) -> Result<Self, String> {
        let hasher = DefaultHashBuilder::default();
        let mut places = HashTable::with_capacity(records.len());
        for (place, record) in records.iter().enumerate() {
            let place = u32::try_from(place).map_err(|_| "more than four billion records".to_owned())?;
            let same = |other: &u32| records[*other as usize].key() == record.key();
            let hash = |other: &u32| hasher.hash_one(records[*other as usize].key());
            if places.find(hasher.hash_one(record.key()), same).is_some() {
                return Err(record.key().to_owned());
            }
            places.insert_unique(hasher.hash_one(record.key()), place, hash);
        }
        Ok(Self { seed: Arc::new(Seed { records: records.into(), places, hasher }), changes: Mutex::default() })
    }

    /// The record of that key as it stands now.
    pub fn get(&self, key: &str) -> Option<T> {
        self.find(&self.lock(), key).cloned()
    }

    /// Changes one record: looks at it and writes it in one step, so that concurrent callers are ordered.
    /// `change` works on a copy, which is kept only if it answers `Ok`; a refusal or a panic changes nothing.
    ///
    /// # Errors
    /// `absent()` where there is no such record, else what `change` answers.
    pub fn update<R, E>(
        &self,
        key: &str,
        absent: impl FnOnce() -> E,
        change: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut changes = self.lock();
        let mut record = self.find(&changes, key).cloned().ok_or_else(absent)?;
        let answer = change(&mut record)?;
        match changes.get_mut(key) {
            Some(place) => *place = Some(record),
            None => _ = changes.insert(key.into(), Some(record)),
        }
        Ok(answer)
    }

    /// Removes one record if `check` accepts it, in one step.
    ///
    /// # Errors
    /// `absent()` where there is no such record, else what `check` answers.
    pub fn remove<R, E>(
        &self,
        key: &str,
        absent: impl FnOnce() -> E,
        check: impl FnOnce(&T) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut changes = self.lock();
        let answer = check(self.find(&changes, key).ok_or_else(absent)?)?;
        changes.insert(key.into(), None);
        Ok(answer)
    }

    /// Every record as it stands now, without holding anybody up: writers go on, and the picture stays as it is.
    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot { seed: Arc::clone(&self.seed), changes: self.lock().clone() }
    }

    /// A directory of its own that starts from this one's state.
    pub fn fork(&self) -> Self {
        Self { seed: Arc::clone(&self.seed), changes: Mutex::new(self.lock().clone()) }
    }

    fn find<'a>(&'a self, changes: &'a Changes<T>, key: &str) -> Option<&'a T> {
        if let Some(changed) = changes.get(key) {
            return changed.as_ref();
        }
        let seed = &*self.seed;
        let same = |place: &u32| seed.records[*place as usize].key() == key;
        let place = seed.places.find(seed.hasher.hash_one(key), same)?;
        Some(&seed.records[*place as usize])
    }

    fn lock(&self) -> MutexGuard<'_, Changes<T>> {
        // A panic in `change` leaves the map as it was, so a poisoned lock is no reason to stop.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The records of a directory at one moment.
pub struct Snapshot<T> {
    seed: Arc<Seed<T>>,
    changes: Changes<T>,
}

impl<T: Record> Snapshot<T> {
    /// The records, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.seed.records.iter().filter_map(|record| match self.changes.is_empty() {
            true => Some(record), // most worlds change little: no look-up for each of many users
            false => self.changes.get(record.key()).map_or(Some(record), Option::as_ref),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Row(&'static str, u32);

    impl Record for Row {
        fn key(&self) -> &str {
            self.0
        }
    }

    fn rows() -> Directory<Row> {
        Directory::new(vec![Row("a", 1), Row("b", 2), Row("c", 3)]).unwrap()
    }

    fn set(rows: &Directory<Row>, key: &str, value: u32) -> Result<u32, &'static str> {
        rows.update(
            key,
            || "absent",
            |row| {
                row.1 = value;
                if value == 0 { Err("zero") } else { Ok(row.1) }
            },
        )
    }

    #[test]
    fn two_records_of_one_key_are_refused() {
        assert_eq!(Directory::new(vec![Row("a", 1), Row("a", 2)]).unwrap_err(), "a");
    }

    #[test]
    fn a_change_is_seen_and_a_refused_one_is_not() {
        let rows = rows();
        assert_eq!(set(&rows, "b", 9), Ok(9));
        assert_eq!(set(&rows, "b", 0), Err("zero"));
        assert_eq!(rows.get("b"), Some(Row("b", 9)));
        assert_eq!(set(&rows, "x", 1), Err("absent"));
        assert_eq!(rows.get("x"), None);
    }

    #[test]
    fn a_removed_record_is_gone_but_not_from_a_fork() {
        let rows = rows();
        let fork = rows.fork();
        assert_eq!(rows.remove("a", || "absent", |row| Ok::<_, &str>(row.1)), Ok(1));
        assert_eq!(rows.get("a"), None);
        assert_eq!(set(&rows, "a", 5), Err("absent"));
        assert_eq!(rows.remove("a", || "absent", |_| Ok(())), Err("absent"));
        assert_eq!(fork.get("a"), Some(Row("a", 1)));
    }

    #[test]
    fn a_fork_starts_from_the_changes_and_then_lives_its_own_life() {
        let rows = rows();
        set(&rows, "a", 7).unwrap();
        let fork = rows.fork();
        set(&fork, "a", 8).unwrap();
        assert_eq!((rows.get("a"), fork.get("a")), (Some(Row("a", 7)), Some(Row("a", 8))));
    }

    #[test]
    fn a_snapshot_shows_one_moment_in_order() {
        let rows = rows();
        set(&rows, "b", 9).unwrap();
        rows.remove("a", || "absent", |_| Ok(())).unwrap();
        let snapshot = rows.snapshot();
        set(&rows, "c", 8).unwrap();
        assert_eq!(snapshot.iter().map(|row| row.1).collect::<Vec<_>>(), [9, 3]);
        assert_eq!(rows.snapshot().iter().map(|row| row.1).collect::<Vec<_>>(), [9, 8]);
    }

    #[test]
    fn a_panic_in_a_change_leaves_the_record_as_it_was() {
        let rows = rows();
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rows.update(
                "a",
                || (),
                |row| -> Result<(), ()> {
                    row.1 = 99;
                    panic!("in the middle")
                },
            )
        }));
        assert!(broken.is_err());
        assert_eq!(rows.get("a"), Some(Row("a", 1)));
        assert_eq!(set(&rows, "a", 2), Ok(2));
    }
}
