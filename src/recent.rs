//! The newest records of one kind in one world, such as codes: bounded in number and bytes, and forked as one. Knows no
//! vendor, and of a record only its key and its size.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bounded::{self, evict_oldest};
use crate::collections::Collection;

/// A record that [`Recent`] finds by its key.
pub trait Keyed: Clone {
    /// Its key.
    fn key(&self) -> &str;

    /// How many bytes it counts as: about those of its JSON.
    fn size(&self) -> usize
    where
        Self: Serialize,
    {
        bounded::size(self)
    }
}

/// The newest records of one kind in one world, such as codes: found by their key, at most `MAX` and for each of these
/// [`MEAN_BYTES`], the oldest removed first. A fork shares them until one of the two is written.
#[derive(Debug)]
pub struct Recent<T, const MAX: usize = MAX_RECENT>(Mutex<Records<T>>);

/// The maximum number of records that [`Recent`] keeps where nothing else is said.
pub const MAX_RECENT: usize = 1_000;

/// How many bytes of JSON the records may have on average if there are as many as there may be. Many come from callers
/// whom nobody knows. The newest record is always kept.
const MEAN_BYTES: usize = 4 << 10;

/// How far back a record is put in behind those that were written meanwhile.
const MAX_LATE: usize = 64;

/// The records, the oldest first, and how many bytes of JSON they are.
#[derive(Debug)]
struct Records<T> {
    records: Arc<VecDeque<T>>,
    bytes: usize,
}

impl<T: Keyed + Serialize> Records<T> {
    fn new(records: VecDeque<T>) -> Self {
        let bytes = records.iter().map(Keyed::size).sum();
        Self { records: Arc::new(records), bytes }
    }

    /// Whether they are more than may be kept of at most `max` records.
    fn are_too_large(&self, max: usize) -> bool {
        self.bytes > max * MEAN_BYTES && self.records.len() > 1
    }

    /// Removes the oldest until the others are small enough.
    fn evict(&mut self, max: usize) {
        while self.are_too_large(max) {
            let oldest = Arc::make_mut(&mut self.records).pop_front();
            self.bytes -= oldest.as_ref().map_or(0, Keyed::size);
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.records.iter().position(|record| record.key() == key)
    }

    /// Changes the record at that place, if `change` returns `Ok`.
    fn change<R, E>(&mut self, max: usize, index: usize, change: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E> {
        let mut record = self.records[index].clone();
        let answer = change(&mut record)?;
        self.bytes = self.bytes + record.size() - self.records[index].size();
        Arc::make_mut(&mut self.records)[index] = record;
        self.evict(max);
        Ok(answer)
    }

    /// Adds a record where `place` says.
    fn add(&mut self, max: usize, record: T, place: impl FnOnce(&VecDeque<T>, &T) -> usize) {
        let size = record.size();
        let records = Arc::make_mut(&mut self.records);
        let oldest = evict_oldest(records, max);
        let index = place(records, &record);
        records.insert(index, record);
        self.bytes = self.bytes + size - oldest.as_ref().map_or(0, Keyed::size);
        self.evict(max);
    }
}

impl<T: Keyed + Serialize, const MAX: usize> Recent<T, MAX> {
    /// Adds a record as the newest.
    pub fn push(&self, record: T) {
        self.lock().add(MAX, record, |records, _| records.len());
    }

    /// Adds a record as the newest, but before those that come after it and were written a moment earlier. `order` says
    /// how a record stands to the new one, if they belong together.
    pub fn push_in_order(&self, record: T, order: impl Fn(&T, &T) -> Option<Ordering>) {
        self.lock().add(MAX, record, |records, record| {
            let mut place = records.len();
            // From the newest on, up to the one behind which it belongs.
            for (index, other) in records.iter().enumerate().rev().take(MAX_LATE) {
                match order(other, record) {
                    Some(Ordering::Greater) => place = index,
                    Some(_) => break,
                    None => {}
                }
            }
            place
        });
    }

    /// The record with that key.
    pub fn get(&self, key: &str) -> Option<T> {
        self.find(|record| record.key() == key)
    }

    /// The newest record that fits.
    pub fn find(&self, fits: impl Fn(&T) -> bool) -> Option<T> {
        self.lock().records.iter().rev().find(|record| fits(record)).cloned()
    }

    /// Removes the record with that key, and returns it.
    pub fn take(&self, key: &str) -> Option<T> {
        let mut inner = self.lock();
        let index = inner.position(key)?;
        let record = Arc::make_mut(&mut inner.records).remove(index)?;
        inner.bytes -= record.size();
        Some(record)
    }

    /// Changes the record with that key, in one step with the look at it. `change` works on a copy, which is kept if it
    /// returns `Ok`.
    pub fn update<R, E>(&self, key: &str, change: impl FnOnce(&mut T) -> Result<R, E>) -> Option<Result<R, E>> {
        let mut inner = self.lock();
        let index = inner.position(key)?;
        Some(inner.change(MAX, index, change))
    }

    /// The same in a world that may lack the record: then `fresh` is changed and added, if `is_kept` says so of the
    /// answer.
    ///
    /// # Errors
    /// Those of `change`. Nothing is changed or added then.
    pub fn update_or_push<R, E>(
        &self,
        fresh: T,
        change: impl FnOnce(&mut T) -> Result<R, E>,
        is_kept: impl FnOnce(&R) -> bool,
    ) -> Result<R, E> {
        let mut inner = self.lock();
        if let Some(index) = inner.position(fresh.key()) {
            return inner.change(MAX, index, change);
        }
        let mut record = fresh;
        let answer = change(&mut record)?;
        if is_kept(&answer) {
            inner.add(MAX, record, |records, _| records.len());
        }
        Ok(answer)
    }

    /// All records, the oldest first.
    pub fn snapshot(&self) -> Arc<VecDeque<T>> {
        Arc::clone(&self.lock().records)
    }

    /// Changes every record that fits.
    pub fn update_all(&self, fits: impl Fn(&T) -> bool, change: impl Fn(&mut T)) {
        let mut inner = self.lock();
        if inner.records.iter().any(&fits) {
            let mut records = inner.records.as_ref().clone();
            records.iter_mut().filter(|record| fits(record)).for_each(change);
            *inner = Records::new(records);
            inner.evict(MAX);
        }
    }

    /// Keeps only the records that fit.
    pub fn retain(&self, fits: impl Fn(&T) -> bool) {
        let mut inner = self.lock();
        if !inner.records.iter().all(&fits) {
            *inner = Records::new(inner.records.iter().filter(|record| fits(record)).cloned().collect());
        }
    }
}

impl<T, const MAX: usize> Recent<T, MAX> {
    fn lock(&self) -> MutexGuard<'_, Records<T>> {
        // Every change works on a copy or is one step, so a panic leaves the records whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, const MAX: usize> Default for Recent<T, MAX> {
    fn default() -> Self {
        Self(Mutex::new(Records { records: Arc::default(), bytes: 0 }))
    }
}

impl<T: Keyed + Serialize, const MAX: usize> Collection for Recent<T, MAX> {
    fn fork(&self) -> Self {
        let inner = self.lock();
        Self(Mutex::new(Records { records: Arc::clone(&inner.records), bytes: inner.bytes }))
    }
}

impl<T: Keyed + Serialize, const MAX: usize> Serialize for Recent<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.snapshot().iter())
    }
}

impl<'de, T: Keyed + Serialize + Deserialize<'de>, const MAX: usize> Deserialize<'de> for Recent<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = VecDeque::deserialize(deserializer)?;
        if records.len() > MAX {
            return Err(D::Error::custom(format_args!("expected at most {MAX} records")));
        }
        let inner = Records::new(records);
        match inner.are_too_large(MAX) {
            true => Err(D::Error::custom(format_args!("expected at most {} bytes of records", MAX * MEAN_BYTES))),
            false => Ok(Self(Mutex::new(inner))),
        }
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
            recent.push_in_order(text.to_owned(), |other, new| (other[..1] == new[..1]).then(|| other.cmp(new)));
        }
        assert_eq!(serde_json::to_string(&recent).unwrap(), r#"["a2","a3","b1"]"#);
    }

    #[test]
    fn what_is_not_there_is_added_only_if_it_is_kept() {
        let recent: Recent<String> = Recent::default();
        let change = |to: &'static str| {
            move |record: &mut String| {
                *record = to.to_owned();
                if to.is_empty() { Err("refused") } else { Ok(()) }
            }
        };
        assert_eq!(recent.update_or_push("a".to_owned(), change("a"), |()| false), Ok(()));
        assert_eq!(recent.update_or_push("a".to_owned(), change(""), |()| true), Err("refused"));
        assert!(recent.snapshot().is_empty());
        assert_eq!(recent.update_or_push("a".to_owned(), change("a"), |()| true), Ok(()));
        assert_eq!(recent.update_or_push("a".to_owned(), change("b"), |()| false), Ok(()));
        assert_eq!(*recent.snapshot(), ["b"]);
    }

    #[test]
    fn the_bytes_are_bounded_whatever_comes() {
        const MAX_BYTES: usize = 10 * MEAN_BYTES;
        let recent: Recent<String, 10> = Recent::default();
        let large = |key: char| String::from(key) + &"x".repeat(MAX_BYTES / 3);
        ["a", "b", "c"].into_iter().for_each(|text| recent.push(text.to_owned()));
        ['d', 'e', 'f'].into_iter().for_each(|key| recent.push(large(key)));
        assert_eq!((recent.snapshot().len(), recent.get("d")), (2, None), "the oldest go first");
        recent.push("g".repeat(2 * MAX_BYTES));
        assert_eq!(recent.snapshot().len(), 1, "the newest is kept");
        assert!(recent.take("g").is_some());
        recent.push("h".to_owned());
        recent.update_all(|_| true, |text| text.push('1'));
        _ = recent.update("h", |text| {
            text.push('2');
            Ok::<_, ()>(())
        });
        let bytes = || {
            let counted = recent.lock().bytes;
            (counted, serde_json::to_string(&recent).unwrap().len() - 2)
        };
        assert_eq!(bytes(), (5, 5));
        recent.retain(|_| false);
        assert_eq!(bytes(), (0, 0));
        assert!(serde_json::from_value::<Recent<String, 10>>(vec![large('a'); 4].into()).is_err());
    }
}
