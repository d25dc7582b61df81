//! How often each rule matched each operation in one world. Atomic and bounded.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use serde::{Deserialize, Serialize, Serializer};

use super::spec::Slot;
use crate::bounded;

/// The maximum number of counted pairs of rule and operation; beyond it, the least recently used one is dropped.
const MAX_COUNTS: usize = 1_024;

/// The counters of one world, or of one of its rules. A fork continues them; a reset starts again from zero.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Written")]
pub struct Counters(Mutex<Table>);

#[derive(Debug, Clone)]
struct Table {
    /// At most [`MAX_COUNTS`]. Few worlds have any, so no memory is taken in advance.
    counts: LruCache<Key, Count>,
    seen: u64,
    fired: u64,
}

/// The rule, the vendor and the operation.
type Key = (String, Cow<'static, str>, Cow<'static, str>);

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    #[serde(deserialize_with = "bounded::count")]
    seen: u64,
    fired: [u64; 2],
}

impl Default for Table {
    fn default() -> Self {
        Self { counts: LruCache::unbounded(), seen: 0, fired: 0 }
    }
}

impl Table {
    /// The count of that key. In a full table, a new one replaces the least recently used.
    fn count(&mut self, key: Key) -> &mut Count {
        if self.counts.len() >= MAX_COUNTS && !self.counts.contains(&key) {
            self.counts.pop_lru();
        }
        self.counts.get_or_insert_mut(key, Count::default)
    }
}

impl Counters {
    /// Counts a call that a rule matches; answers its number, from 1.
    pub(super) fn count(&self, rule: &str, vendor: &'static str, operation: &'static str) -> u64 {
        let mut table = self.lock();
        table.seen += 1;
        let count = table.count(key(rule, vendor, operation));
        count.seen += 1;
        count.seen
    }

    /// Counts a call to which something does happen.
    pub(super) fn touch(&self) {
        self.lock().fired += 1;
    }

    /// How many calls were counted, and to how many of them something happened.
    pub(super) fn totals(&self) -> (u64, u64) {
        let table = self.lock();
        (table.seen, table.fired)
    }

    /// An independent copy of the counts.
    pub fn fork(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    /// Asks `select`, with how often the slot has fired, and counts a yes, in one step.
    pub(super) fn fire(
        &self,
        rule: &str,
        vendor: &'static str,
        operation: &'static str,
        slot: Slot,
        select: impl FnOnce(u64) -> bool,
    ) -> bool {
        let mut table = self.lock();
        let count = table.count(key(rule, vendor, operation));
        let fired = &mut count.fired[slot as usize];
        let fires = select(*fired);
        *fired += u64::from(fires);
        fires
    }

    /// Takes one firing back.
    pub(super) fn unfire(&self, rule: &str, vendor: &'static str, operation: &'static str, slot: Slot) {
        if let Some(count) = self.lock().counts.peek_mut(&key(rule, vendor, operation)) {
            let fired = &mut count.fired[slot as usize];
            *fired = fired.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(rule: &str, vendor: &'static str, operation: &'static str) -> Key {
    (rule.to_owned(), vendor.into(), operation.into())
}

/// A table as a world's state holds it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The one least recently used first.
    counts: Vec<(Key, Count)>,
    #[serde(deserialize_with = "bounded::count")]
    seen: u64,
    #[serde(deserialize_with = "bounded::count")]
    fired: u64,
}

impl Serialize for Counters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Table { counts, seen, fired } = self.lock().clone();
        let counts = counts.iter().rev().map(|(key, count)| (key.clone(), count.clone())).collect();
        Written { counts, seen, fired }.serialize(serializer)
    }
}

impl TryFrom<Written> for Counters {
    type Error = String;

    fn try_from(Written { counts, seen, fired }: Written) -> Result<Self, String> {
        if counts.len() > MAX_COUNTS {
            return Err(format!("there can be at most {MAX_COUNTS} counts"));
        }
        let mut table = Table { seen, fired, ..Table::default() };
        for (key, count) in counts {
            if count.fired.iter().any(|fired| *fired > count.seen) {
                return Err("a fault cannot fire more often than it was seen".to_owned());
            }
            table.counts.put(key, count);
        }
        Ok(Self(Mutex::new(table)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_operations_are_counted_apart() {
        let counters = Counters::default();
        assert_eq!(counters.count("503", "a", "get"), 1);
        assert_eq!(counters.count("503", "a", "get"), 2);
        assert_eq!(counters.count("503", "b", "get"), 1);
        assert_eq!(counters.count("503;first=1", "a", "get"), 1);
    }

    #[test]
    fn firings_are_counted_by_slot_and_can_be_taken_back() {
        let counters = Counters::default();
        let once = |fired: u64| fired < 1;
        assert!(counters.fire("r", "a", "get", Slot::Outcome, once));
        assert!(!counters.fire("r", "a", "get", Slot::Outcome, once));
        assert!(counters.fire("r", "a", "get", Slot::Timing, once));
        counters.unfire("r", "a", "get", Slot::Outcome);
        assert!(counters.fire("r", "a", "get", Slot::Outcome, once));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_the_least_recently_used() {
        let counters = Counters::default();
        for rule in 0..2 * MAX_COUNTS {
            counters.count(&rule.to_string(), "a", "get");
            counters.count("kept", "a", "get");
        }
        assert_eq!(counters.lock().counts.len(), MAX_COUNTS);
        assert_eq!(counters.count("kept", "a", "get"), 2 * MAX_COUNTS as u64 + 1);
        assert_eq!(counters.count("0", "a", "get"), 1);
    }
}
