//! The newest records of one kind in one world, such as codes: bounded in number, and forked as one. Knows no vendor,
//! and of a record only its key.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bounded::evict_oldest;
use crate::collections::Collection;

/// A record that [`Recent`] finds by its key.
pub trait Keyed: Clone {
    /// Its key.
    fn key(&self) -> &str;
}

/// The newest records of one kind in one world, such as codes: found by their key, at most `MAX`, the oldest removed
/// first. A fork shares them until one of the two is written.
#[derive(Debug)]
pub struct Recent<T, const MAX: usize = MAX_RECENT>(Mutex<Arc<VecDeque<T>>>);

/// The maximum number of records that [`Recent`] keeps where nothing else is said.
pub const MAX_RECENT: usize = 1_000;

/// How far back a record is put in behind those that were written meanwhile.
const MAX_LATE: usize = 64;

impl<T: Keyed, const MAX: usize> Recent<T, MAX> {
    /// Adds a record as the newest.
    pub fn push(&self, record: T) {
        let mut records = self.lock();
        let records = Arc::make_mut(&mut records);
        evict_oldest(records, MAX);
        records.push_back(record);
    }

    /// Adds a record as the newest, but before those that come after it and were written a moment earlier.
    pub fn push_in_order(&self, record: T, follows: impl Fn(&T, &T) -> bool) {
        let mut records = self.lock();
        let records = Arc::make_mut(&mut records);
        evict_oldest(records, MAX);
        let late = records.len().saturating_sub(MAX_LATE);
        let first = records.range(late..).position(|other| follows(other, &record));
        records.insert(first.map_or(records.len(), |index| late + index), record);
    }

    /// The record with that key.
    pub fn get(&self, key: &str) -> Option<T> {
        self.find(|record| record.key() == key)
    }

    /// The newest record that fits.
    pub fn find(&self, fits: impl Fn(&T) -> bool) -> Option<T> {
        self.lock().iter().rev().find(|record| fits(record)).cloned()
    }

    /// Removes the record with that key, and returns it.
    pub fn take(&self, key: &str) -> Option<T> {
        let mut records = self.lock();
        let index = records.iter().position(|record| record.key() == key)?;
        Arc::make_mut(&mut records).remove(index)
    }

    /// Changes the record with that key, in one step with the look at it. `change` works on a copy, which is kept if it
    /// returns `Ok`.
    pub fn update<R, E>(&self, key: &str, change: impl FnOnce(&mut T) -> Result<R, E>) -> Option<Result<R, E>> {
        let mut records = self.lock();
        let index = records.iter().position(|record| record.key() == key)?;
        let mut record = records[index].clone();
        let answer = change(&mut record);
        if answer.is_ok() {
            Arc::make_mut(&mut records)[index] = record;
        }
        Some(answer)
    }

    /// All records, the oldest first.
    pub fn snapshot(&self) -> Arc<VecDeque<T>> {
        Arc::clone(&self.lock())
    }

    /// Changes every record that fits.
    pub fn update_all(&self, fits: impl Fn(&T) -> bool, change: impl Fn(&mut T)) {
        let mut records = self.lock();
        if records.iter().any(&fits) {
            Arc::make_mut(&mut records).iter_mut().filter(|record| fits(record)).for_each(change);
        }
    }

    /// Keeps only the records that fit.
    pub fn retain(&self, fits: impl Fn(&T) -> bool) {
        let mut records = self.lock();
        if !records.iter().all(&fits) {
            Arc::make_mut(&mut records).retain(fits);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<VecDeque<T>>> {
        // Every change works on a copy or is one step, so a panic leaves the records whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, const MAX: usize> Default for Recent<T, MAX> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Keyed, const MAX: usize> Collection for Recent<T, MAX> {
    fn fork(&self) -> Self {
        Self(Mutex::new(Arc::clone(&self.lock())))
    }
}

impl<T: Keyed + Serialize, const MAX: usize> Serialize for Recent<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(Arc::clone(&self.lock()).iter())
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Recent<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = VecDeque::deserialize(deserializer)?;
        if records.len() > MAX {
            return Err(D::Error::custom(format_args!("expected at most {MAX} records")));
        }
        Ok(Self(Mutex::new(Arc::new(records))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for String {
        fn key(&self) -> &str {
            &self[..1]
        }
    }

    #[test]
    fn recent_records_are_found_changed_and_taken_and_a_fork_goes_its_own_way() {
        let recent: Recent<_> = Recent::default();
        recent.push("a1".to_owned());
        let fork = recent.fork();
        assert_eq!(
            recent.update("a", |text| {
                text.push('2');
                Ok::<_, ()>(text.len())
            }),
            Some(Ok(3))
        );
        assert_eq!(
            recent.update("a", |text| {
                text.push('3');
                Err::<(), _>(0)
            }),
            Some(Err(0))
        );
        assert_eq!((recent.get("a"), fork.get("a")), (Some("a12".to_owned()), Some("a1".to_owned())));
        assert_eq!((recent.take("a"), recent.take("a")), (Some("a12".to_owned()), None));
        for n in 0..1_100 {
            recent.push(format!("b{n}"));
        }
        assert_eq!(recent.snapshot().len(), MAX_RECENT);
        let grown: Recent<_> = Recent::default();
        ["a", "b"].into_iter().for_each(|text| grown.push(text.to_owned()));
        grown.update_all(|text| text == "b", |text| text.push('1'));
        assert_eq!(serde_json::to_string(&grown).unwrap(), r#"["a","b1"]"#);
        let text = serde_json::to_string(&recent).unwrap();
        assert!(text.starts_with("[\"b100\","), "{text}");
        let read: Recent<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        read.retain(|text| text.len() < 4);
        assert_eq!(serde_json::to_string(&read).unwrap(), "[]");
    }

    #[test]
    fn a_late_record_goes_before_those_that_follow_it() {
        let recent: Recent<_, 3> = Recent::default();
        for text in ["a1", "a3", "b1", "a2"] {
            recent.push_in_order(text.to_owned(), |other, new| other[..1] == new[..1] && other > new);
        }
        assert_eq!(serde_json::to_string(&recent).unwrap(), r#"["a2","a3","b1"]"#);
    }
}
