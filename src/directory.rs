//! A concurrent, ordered, forkable collection of records. Knows no vendor and no record's members but its key.
//!
//! The records of the seed stand in one shared list that is never written. A directory holds, besides, only what
//! was changed in it: one small map behind a short lock, which costs nothing while it is empty, and which snapshots and forks
//! share until one of them is written. So a fork costs microseconds whatever the number of users, and a reset is a fork of the seed.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

/// What a [`Directory`] asks of a record. Cloning one has to be cheap: wide members stand behind an `Arc`.
pub trait Record: Clone {
    /// The name by which calls find the record, unique in its directory. It never changes.
    fn key(&self) -> &str;

    /// Other names by which it can be found, such as an address to sign in with. No two records share one.
    fn names(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }
}

/// Records of one kind in one world, in the order in which they were made.
#[derive(Debug)]
pub struct Directory<T> {
    seed: Arc<Seed<T>>,
    /// Shared with snapshots and forks until one of them is written: whoever writes then makes it its own.
    changes: Mutex<Arc<Changes<T>>>,
}

#[derive(Debug)]
struct Seed<T> {
    records: Box<[T]>,
    by_key: HashTable<u32>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What differs from the seed.
#[derive(Debug, Clone)]
struct Changes<T> {
    /// By key, hashed as in the seed, so that a look at both hashes once.
    records: HashTable<Change<T>>,
    /// Who was given a name since. It counts only while the record still has that name.
    names: HashMap<Box<str>, Box<str>>,
    /// How many records were ever added.
    added: u64,
}

#[derive(Debug, Clone)]
struct Change<T> {
    hash: u64,
    what: What<T>,
    /// Which added record it is, from 1; 0 is one of the seed.
    born: u64,
}

/// What stands under a key.
#[derive(Debug, Clone)]
enum What<T> {
    /// This record, which knows its key.
    Record(T),
    /// Nothing: the record of the seed that has this key was removed.
    Removed(Box<str>),
}

/// A key and its hash.
#[derive(Debug, Clone, Copy)]
struct Key<'k> {
    text: &'k str,
    hash: u64,
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { records: HashTable::new(), names: HashMap::default(), added: 0 }
    }
}

impl<T: Record> Directory<T> {
    /// A directory of these records, in this order.
    ///
    /// # Errors
    /// The key or name that two records share.
    pub fn new(records: Vec<T>) -> Result<Self, String> {
        let hasher = DefaultHashBuilder::default();
        u32::try_from(records.len()).map_err(|_| "more than four billion records".to_owned())?;
        let mut by_key = HashTable::with_capacity(records.len());
        for (place, record) in (0_u32..).zip(&records) {
            let same = |other: &u32| records[*other as usize].key() == record.key();
            let hash = |other: &u32| hasher.hash_one(records[*other as usize].key());
            if by_key.find(hash(&place), same).is_some() {
                return Err(record.key().to_owned());
            }
            by_key.insert_unique(hash(&place), place, hash);
        }
        // A place does not tell which of the record's names it stands for, so the table must never grow.
        let mut by_name = HashTable::with_capacity(records.iter().map(|record| record.names().len()).sum());
        for (place, record) in (0_u32..).zip(&records) {
            for name in record.names() {
                let hash = hasher.hash_one(&*name);
                // The table also asks about the record's own other names, whose hashes may look alike.
                let has = |other: &u32| *other != place && records[*other as usize].names().contains(&name);
                if by_name.find(hash, has).is_some() {
                    return Err(name.into_owned());
                }
                by_name.insert_unique(hash, place, |_| unreachable!("the table has room for every name"));
            }
        }
        let seed = Seed { records: records.into(), by_key, by_name, hasher };
        Ok(Self { seed: Arc::new(seed), changes: Mutex::default() })
    }

    /// The record of that key as it stands now.
    pub fn get(&self, key: &str) -> Option<T> {
        let key = self.seed.key(key);
        self.find(&self.lock(), key).cloned()
    }

    /// The record that has that name now.
    pub fn named(&self, name: &str) -> Option<T> {
        self.find_named(&self.lock(), name).cloned()
    }

    /// Adds the record that `make` gives under that key, in one step with the looks whether its key and names are free.
    ///
    /// # Errors
    /// `exists()` where the key is taken, what `make` answers, or `taken` with a name that is.
    pub fn insert<E>(
        &self,
        key: &str,
        exists: impl FnOnce() -> E,
        taken: impl FnOnce(&str) -> E,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        if self.find(&changes, key).is_some() {
            return Err(exists());
        }
        let record = make()?;
        self.check_names(&changes, &record, taken)?;
        let changes = Arc::make_mut(&mut changes);
        changes.take_names(&record);
        changes.added += 1;
        changes.put(key, What::Record(record.clone()), changes.added);
        Ok(record)
    }

    /// Changes one record: looks at it and writes it in one step, so that concurrent callers are ordered.
    /// `change` works on a copy, which is kept only if it answers `Ok`; a refusal or a panic changes nothing.
    /// It leaves the names alone; [`Directory::rename`] is for what does not.
    ///
    /// # Errors
    /// `absent()` where there is no such record, else what `change` answers.
    pub fn update<R, E>(
        &self,
        key: &str,
        absent: impl FnOnce() -> E,
        change: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        let mut record = self.find(&changes, key).cloned().ok_or_else(absent)?;
        let answer = change(&mut record)?;
        Arc::make_mut(&mut changes).change(key, record);
        Ok(answer)
    }

    /// As [`Directory::update`], for changes that can give the record other names.
    ///
    /// # Errors
    /// Besides, `taken` with a name that another record has.
    pub fn rename<R, E>(
        &self,
        key: &str,
        absent: impl FnOnce() -> E,
        taken: impl FnOnce(&str) -> E,
        change: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let key = self.seed.key(key);
        let mut changes = self.lock();
        let old = self.find(&changes, key).cloned().ok_or_else(absent)?;
        let mut record = old.clone();
        let answer = change(&mut record)?;
        let is_renamed = old.names() != record.names();
        if is_renamed {
            self.check_names(&changes, &record, taken)?;
        }
        let changes = Arc::make_mut(&mut changes);
        if is_renamed {
            changes.take_names(&record);
            changes.forget_names(&old, |name| record.names().iter().any(|kept| kept == name));
        }
        changes.change(key, record);
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
        let key = self.seed.key(key);
        let mut changes = self.lock();
        let record = self.find(&changes, key).ok_or_else(absent)?;
        let answer = check(record)?;
        let record = record.clone();
        let changes = Arc::make_mut(&mut changes);
        changes.forget_names(&record, |_| false);
        match self.seed.find(key) {
            Some(_) => changes.put(key, What::Removed(key.text.into()), 0),
            None => changes.take(key),
        }
        Ok(answer)
    }

    /// Every record as it stands now, without holding anybody up: writers go on, and the picture stays as it is.
    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot { seed: Arc::clone(&self.seed), changes: Arc::clone(&self.lock()) }
    }

    /// A directory of its own that starts from this one's state.
    pub fn fork(&self) -> Self {
        Self { seed: Arc::clone(&self.seed), changes: Mutex::new(self.lock().clone()) }
    }

    fn find<'a>(&'a self, changes: &'a Changes<T>, key: Key<'_>) -> Option<&'a T> {
        match changes.get(key) {
            Some(change) => change.record(),
            None => self.seed.find(key),
        }
    }

    fn find_named<'a>(&'a self, changes: &'a Changes<T>, name: &str) -> Option<&'a T> {
        // Whoever had the name once, at birth or since, may have lost it.
        let has = |record: &&T| record.names().iter().any(|own| own == name);
        let find = |key: &str| self.find(changes, self.seed.key(key)).filter(has);
        let since = changes.names.get(name).and_then(|key| find(key));
        since.or_else(|| find(self.seed.find_named(name)?.key()))
    }

    /// Whether no other record has the names of this one.
    fn check_names<E>(&self, changes: &Changes<T>, record: &T, taken: impl FnOnce(&str) -> E) -> Result<(), E> {
        let owner = |name: &str| self.find_named(changes, name).is_some_and(|owner| owner.key() != record.key());
        match record.names().iter().find(|name| owner(name)) {
            Some(name) => Err(taken(name)),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Changes<T>>> {
        // A panic in `change` leaves the map as it was, so a poisoned lock is no reason to stop.
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Record> Seed<T> {
    fn key<'k>(&self, text: &'k str) -> Key<'k> {
        Key { text, hash: self.hasher.hash_one(text) }
    }

    fn find(&self, key: Key<'_>) -> Option<&T> {
        let same = |place: &u32| self.records[*place as usize].key() == key.text;
        let place = self.by_key.find(key.hash, same)?;
        Some(&self.records[*place as usize])
    }

    fn find_named(&self, name: &str) -> Option<&T> {
        let has = |place: &u32| self.records[*place as usize].names().iter().any(|own| own == name);
        let place = self.by_name.find(self.hasher.hash_one(name), has)?;
        Some(&self.records[*place as usize])
    }
}

impl<T: Record> Change<T> {
    fn key(&self) -> &str {
        match &self.what {
            What::Record(record) => record.key(),
            What::Removed(key) => key,
        }
    }

    fn record(&self) -> Option<&T> {
        match &self.what {
            What::Record(record) => Some(record),
            What::Removed(_) => None,
        }
    }
}

impl<T: Record> Changes<T> {
    fn get(&self, key: Key<'_>) -> Option<&Change<T>> {
        self.records.find(key.hash, |change| change.key() == key.text)
    }

    /// Changes a record that is there.
    fn change(&mut self, key: Key<'_>, record: T) {
        match self.records.find_mut(key.hash, |change| change.key() == key.text) {
            Some(change) => change.what = What::Record(record),
            None => self.put(key, What::Record(record), 0),
        }
    }

    /// Says what stands under a key, and since when.
    fn put(&mut self, key: Key<'_>, what: What<T>, born: u64) {
        let change = Change { hash: key.hash, what, born };
        match self.records.entry(key.hash, |change| change.key() == key.text, |change| change.hash) {
            Entry::Occupied(mut there) => *there.get_mut() = change,
            Entry::Vacant(free) => _ = free.insert(change),
        }
    }

    /// Says nothing more about a key.
    fn take(&mut self, key: Key<'_>) {
        if let Ok(found) = self.records.find_entry(key.hash, |change| change.key() == key.text) {
            found.remove();
        }
    }

    /// Gives a record its names, which no other one has.
    fn take_names(&mut self, record: &T) {
        for name in record.names() {
            self.names.insert(name.into(), record.key().into());
        }
    }

    /// Gives up the names that a record had, but for those to keep.
    fn forget_names(&mut self, record: &T, keep: impl Fn(&str) -> bool) {
        for name in record.names().iter().filter(|name| !keep(name)) {
            if self.names.get(&**name).is_some_and(|owner| **owner == *record.key()) {
                self.names.remove(&**name);
            }
        }
    }
}

/// The records of a directory at one moment.
pub struct Snapshot<T> {
    seed: Arc<Seed<T>>,
    changes: Arc<Changes<T>>,
}

impl<T: Record> Snapshot<T> {
    /// The records, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let changes = &self.changes;
        let mut added: Vec<_> = changes.records.iter().filter(|change| change.born > 0).collect();
        added.sort_unstable_by_key(|change| change.born);
        let added = added.into_iter().filter_map(Change::record);
        let seeded = self.seed.records.iter().filter_map(|record| match changes.records.is_empty() {
            true => Some(record), // most worlds change little: no look-up for each of many users
            false => match changes.get(self.seed.key(record.key())) {
                None => Some(record),
                Some(change) if change.born == 0 => change.record(),
                Some(_) => None, // made again since, so it comes later
            },
        });
        seeded.chain(added)
    }
}

/// The records as they stand, in order.
impl<T: Record + Serialize> Serialize for Directory<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.snapshot().iter())
    }
}

/// A directory that starts from these records.
impl<'de, T: Record + Deserialize<'de>> Deserialize<'de> for Directory<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Vec::deserialize(deserializer)?;
        Self::new(records).map_err(|same| D::Error::custom(format_args!("{same:?} stands twice")))
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

        fn names(&self) -> Vec<Cow<'_, str>> {
            vec![format!("number {}", self.1).into()]
        }
    }

    fn rows() -> Directory<Row> {
        Directory::new(vec![Row("a", 1), Row("b", 2), Row("c", 3)]).unwrap()
    }

    fn set(rows: &Directory<Row>, key: &str, value: u32) -> Result<u32, &'static str> {
        rows.rename(
            key,
            || "absent",
            |_| "taken",
            |row| {
                row.1 = value;
                if value == 0 { Err("zero") } else { Ok(row.1) }
            },
        )
    }

    #[test]
    fn two_records_of_one_key_are_refused() {
        assert_eq!(Directory::new(vec![Row("a", 1), Row("a", 2)]).unwrap_err(), "a");
        assert_eq!(Directory::new(vec![Row("a", 1), Row("b", 1)]).unwrap_err(), "number 1");
    }

    #[test]
    fn a_record_may_have_many_names() {
        #[derive(Clone)]
        struct Many(String);
        impl Record for Many {
            fn key(&self) -> &str {
                &self.0
            }
            fn names(&self) -> Vec<Cow<'_, str>> {
                (0..50).map(|n| format!("{} {n}", self.0).into()).collect()
            }
        }
        let rows = Directory::new((0..50).map(|n| Many(n.to_string())).collect()).map_err(|name| panic!("{name}"));
        assert_eq!(rows.unwrap().named("7 8").unwrap().0, "7");
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

    fn add(rows: &Directory<Row>, row: Row) -> Result<Row, &'static str> {
        rows.insert(row.0, || "exists", |_| "taken", || Ok(row.clone()))
    }

    #[test]
    fn an_added_record_comes_last_also_where_it_is_made_again() {
        let rows = rows();
        assert_eq!(add(&rows, Row("a", 9)), Err("exists"));
        assert_eq!(add(&rows, Row("d", 2)), Err("taken"));
        assert_eq!(rows.get("d"), None);
        add(&rows, Row("d", 4)).unwrap();
        rows.remove("a", || "absent", |_| Ok(())).unwrap();
        add(&rows, Row("a", 5)).unwrap();
        assert_eq!(rows.snapshot().iter().map(|row| row.1).collect::<Vec<_>>(), [2, 3, 4, 5]);
        rows.remove("d", || "absent", |_| Ok(())).unwrap();
        rows.remove("a", || "absent", |_| Ok(())).unwrap();
        assert_eq!(rows.snapshot().iter().map(|row| row.1).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(add(&rows, Row("e", 1)).map(|row| row.1), Ok(1), "the name of a removed record is free");
    }

    #[test]
    fn a_name_finds_whoever_has_it_now() {
        let rows = rows();
        let key = |name: &str| rows.named(name).map(|row| row.0);
        assert_eq!((key("number 1"), key("number 9")), (Some("a"), None));
        set(&rows, "a", 9).unwrap();
        assert_eq!((key("number 1"), key("number 9")), (None, Some("a")));
        assert_eq!(set(&rows, "b", 9), Err("taken"));
        set(&rows, "b", 1).unwrap();
        set(&rows, "a", 2).unwrap();
        assert_eq!((key("number 1"), key("number 2"), key("number 9")), (Some("b"), Some("a"), None));
        assert_eq!(rows.fork().named("number 2").map(|row| row.0), Some("a"));
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
        assert_eq!(set(&rows, "a", 8), Ok(8));
    }
}
