//! How many calls came, what became of them, and how long they took. Knows no vendor.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::HeaderValue;

use crate::limits::Limit;

/// The upper ends of the latency's buckets, in microseconds.
pub const BUCKETS: [u64; 14] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000];

/// How many lines of the log could not be written. There is one log for the whole process.
pub static LOG_LINES_LOST: AtomicU64 = AtomicU64::new(0);

/// The counters of one server, over all its worlds.
#[derive(Debug, Default)]
pub struct Metrics {
    calls: Counters,
    faults: Counters,
    limits: [AtomicU64; Limit::ALL.len()],
    /// How many calls fell into each bucket alone; the last is for those above all.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    microseconds: AtomicU64,
    opened: AtomicU64,
    closed: AtomicU64,
}

/// In the order of where their names stand, which is quicker to compare than the names. There are few, and all but the first
/// call of a kind find theirs.
type Counters = RwLock<Vec<(Labels, AtomicU64)>>;

/// What calls are counted by. All of it comes from tables, so that there are only so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels {
    /// The vendor, if the call was anybody's.
    pub vendor: Option<&'static str>,
    /// The operation, if it named one.
    pub operation: Option<&'static str>,
    /// The status in HTTP's terms; `None` where the client left before.
    pub status: Option<u16>,
}

/// A call that is over.
#[derive(Debug)]
pub struct Call<'a> {
    /// The vendor, if the call was anybody's.
    pub vendor: Option<&'static str>,
    /// The operation, if it named one.
    pub operation: Option<&'static str>,
    /// The status in HTTP's terms; `None` where the client left before.
    pub status: Option<u16>,
    /// What was injected, as the answer says it.
    pub fault: Option<&'a HeaderValue>,
    /// How long it took.
    pub took: Duration,
}

/// The counters at one moment.
#[derive(Debug)]
pub struct Counts {
    /// Calls by their labels.
    pub calls: Vec<(Labels, u64)>,
    /// Calls to which a fault was applied, by vendor.
    pub faults: Vec<(Option<&'static str>, u64)>,
    /// How often each limit was hit, also those that never were.
    pub limits: Vec<(Limit, u64)>,
    /// How many calls took at most as long as each of [`BUCKETS`] says.
    pub buckets: [u64; BUCKETS.len()],
    /// How many calls there were.
    pub count: u64,
    /// How long all calls together took, in microseconds.
    pub microseconds: u64,
    /// How many connections were ever opened.
    pub opened: u64,
    /// How many of them are open.
    pub open: u64,
}

impl Metrics {
    /// Counts a call.
    pub fn count(&self, call: &Call<'_>) {
        let Call { vendor, operation, status, fault, took } = *call;
        add(&self.calls, Labels { vendor, operation, status });
        if let Some(fault) = fault {
            add(&self.faults, Labels { vendor, operation: None, status: None });
            if fault.as_bytes().windows(SKIPPED.len()).any(|part| part == SKIPPED) {
                self.limit_hit(Limit::Held);
            }
        }
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.buckets[BUCKETS.partition_point(|end| *end < took)].fetch_add(1, Relaxed);
        self.microseconds.fetch_add(took, Relaxed);
    }

    /// Counts that a limit was hit.
    pub fn limit_hit(&self, limit: Limit) {
        self.limits[limit as usize].fetch_add(1, Relaxed);
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn connection(&self) -> Connection<'_> {
        self.opened.fetch_add(1, Relaxed);
        Connection(self)
    }

    /// What was counted so far, in a steady order.
    pub fn read(&self) -> Counts {
        let (closed, opened) = (self.closed.load(Relaxed), self.opened.load(Relaxed));
        let mut count = 0;
        let mut buckets = [0; BUCKETS.len()];
        for (place, alone) in self.buckets.iter().enumerate() {
            count += alone.load(Relaxed);
            if let Some(bucket) = buckets.get_mut(place) {
                *bucket = count;
            }
        }
        Counts {
            calls: counts(&self.calls),
            faults: counts(&self.faults).into_iter().map(|(labels, count)| (labels.vendor, count)).collect(),
            limits: Limit::ALL.iter().map(|limit| (*limit, self.limits[*limit as usize].load(Relaxed))).collect(),
            buckets,
            count,
            microseconds: self.microseconds.load(Relaxed),
            opened,
            open: opened.saturating_sub(closed),
        }
    }
}

/// How a fault that was not applied is marked, because too many calls are held already.
const SKIPPED: &[u8] = b";skipped=limit";

/// An open connection.
#[must_use = "it counts as closed when it is dropped"]
pub struct Connection<'a>(&'a Metrics);

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.closed.fetch_add(1, Relaxed);
    }
}

impl Labels {
    fn place(&self) -> (usize, usize, Option<u16>) {
        let place = |name: Option<&'static str>| name.map_or(0, |name| name.as_ptr().addr());
        (place(self.operation), place(self.vendor), self.status)
    }
}

fn add(counters: &Counters, labels: Labels) {
    let place = |known: &[(Labels, AtomicU64)]| known.binary_search_by_key(&labels.place(), |(other, _)| other.place());
    let known = counters.read().unwrap_or_else(PoisonError::into_inner);
    if let Ok(place) = place(&known) {
        known[place].1.fetch_add(1, Relaxed);
        return;
    }
    drop(known);
    let mut known = counters.write().unwrap_or_else(PoisonError::into_inner);
    match place(&known) {
        Ok(place) => _ = known[place].1.fetch_add(1, Relaxed), // somebody was quicker
        Err(place) => known.insert(place, (labels, AtomicU64::new(1))),
    }
}

/// The counts in the order of the names. One name can stand at several places.
fn counts(counters: &Counters) -> Vec<(Labels, u64)> {
    let mut counts = BTreeMap::new();
    for (labels, count) in &*counters.read().unwrap_or_else(PoisonError::into_inner) {
        *counts.entry(*labels).or_default() += count.load(Relaxed);
    }
    counts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_their_labels_and_their_time() {
        let metrics = Metrics::default();
        let fault = HeaderValue::from_static("delay;ms=1;source=header;n=1;skipped=limit");
        for (took, fault) in [(50, None), (51, Some(&fault)), (20_000_000, None)] {
            let took = Duration::from_micros(took);
            metrics.count(&Call { vendor: Some("acme"), operation: None, status: Some(200), fault, took });
        }
        let counts = metrics.read();
        let labels = Labels { vendor: Some("acme"), operation: None, status: Some(200) };
        assert_eq!(counts.calls, [(labels, 3)]);
        assert_eq!(counts.faults, [(Some("acme"), 1)]);
        assert_eq!(counts.limits.iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [&(Limit::Held, 1)]);
        assert_eq!((counts.buckets[0], counts.buckets[1], counts.buckets[13], counts.count), (1, 2, 2, 3));
        assert_eq!(counts.microseconds, 20_000_101);
    }

    #[test]
    fn counts_stand_in_a_steady_order_whichever_came_first() {
        let metrics = Metrics::default();
        let labels = [(None, Some(404)), (Some("acme"), None), (Some("acme"), Some(200)), (Some("zeta"), Some(200))];
        let labels = labels.map(|(vendor, status)| Labels { vendor, operation: None, status });
        for Labels { vendor, operation, status } in labels.into_iter().rev().chain(labels) {
            metrics.count(&Call { vendor, operation, status, fault: None, took: Duration::ZERO });
        }
        assert_eq!(metrics.read().calls, labels.map(|labels| (labels, 2)));
    }

    #[test]
    fn one_name_at_two_places_is_counted_once() {
        let metrics = Metrics::default();
        for vendor in [String::from("acme").leak(), String::from("acme").leak()] {
            let vendor = Some(&*vendor);
            metrics.count(&Call { vendor, operation: None, status: None, fault: None, took: Duration::ZERO });
        }
        assert_eq!(metrics.read().calls, [(Labels { vendor: Some("acme"), operation: None, status: None }, 2)]);
    }

    #[test]
    fn a_connection_is_open_until_it_is_dropped() {
        let metrics = Metrics::default();
        let (first, _second) = (metrics.connection(), metrics.connection());
        drop(first);
        assert_eq!((metrics.read().opened, metrics.read().open), (2, 1));
    }
}
