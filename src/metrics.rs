//! How many calls came, what became of them, and how long they took. Knows no vendor.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use dashmap::DashMap;
use hashbrown::DefaultHashBuilder;
use http::HeaderValue;

use crate::limits::Limit;

/// The upper ends of the latency's buckets, in microseconds.
pub const BUCKETS: [u64; 14] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000];

/// The counters of one server, over all its worlds.
#[derive(Debug, Default)]
pub struct Metrics {
    calls: Counters<Labels>,
    faults: Counters<Option<&'static str>>,
    limits: [AtomicU64; Limit::ALL.len()],
    /// How many calls fell into each bucket alone; the last is for those above all.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    microseconds: AtomicU64,
    opened: AtomicU64,
    closed: AtomicU64,
}

/// All keys come from tables, so nobody can choose them to collide.
type Counters<K> = DashMap<K, AtomicU64, DefaultHashBuilder>;

/// What calls are counted by. All of it comes from tables, so that there are only so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
            add(&self.faults, vendor);
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
            calls: sorted(&self.calls),
            faults: sorted(&self.faults),
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

fn add<K: Copy + Eq + std::hash::Hash>(counters: &Counters<K>, key: K) {
    // All but the first of a kind share the lock.
    if let Some(counter) = counters.get(&key) {
        counter.fetch_add(1, Relaxed);
        return;
    }
    counters.entry(key).or_default().fetch_add(1, Relaxed);
}

fn sorted<K: Copy + Eq + std::hash::Hash + Ord>(counters: &Counters<K>) -> Vec<(K, u64)> {
    let mut counts: Vec<_> = counters.iter().map(|counter| (*counter.key(), counter.load(Relaxed))).collect();
    counts.sort_unstable();
    counts
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
    fn a_connection_is_open_until_it_is_dropped() {
        let metrics = Metrics::default();
        let (first, _second) = (metrics.connection(), metrics.connection());
        drop(first);
        assert_eq!((metrics.read().opened, metrics.read().open), (2, 1));
    }
}
