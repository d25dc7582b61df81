//! The calls to a world and their answers, newest last. Keeps a call in compact form and formats it when it is read.
//! Knows no vendor.

mod body;
mod entry;
mod headers;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bounded;

pub use entry::{AnswerSummary, Entry, Seen};

/// The minimum size of a journal in bytes, however few its entries.
const MIN_BYTES: usize = 64 << 10;

/// How much a journal holds; beyond it, the oldest entries are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalLimits {
    /// The maximum number of entries; 0 turns the journal off.
    pub entries: usize,
    /// The maximum size of all entries together.
    pub bytes: usize,
}

impl JournalLimits {
    /// Limits for this many entries, with 2 KiB for each: most take a few hundred bytes. A few long ones always fit.
    pub const fn of(entries: usize) -> Self {
        let bytes = entries.saturating_mul(2 << 10);
        Self { entries, bytes: if bytes < MIN_BYTES { MIN_BYTES } else { bytes } }
    }
}

/// The calls of one world.
#[derive(Debug)]
pub struct Journal {
    limits: JournalLimits,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// The number of the newest entry.
    last: u64,
    /// How many went because of the limits since the journal was last emptied.
    dropped: u64,
}

impl Inner {
    /// Counts an entry as gone.
    fn forget(&mut self, oldest: &Entry) {
        self.bytes -= oldest.size();
        self.dropped += 1;
    }
}

/// What a journal holds.
#[derive(Debug)]
pub struct Reading {
    /// The entries, newest last.
    pub entries: Vec<Entry>,
    /// How many older ones the limits drove out.
    pub dropped: u64,
}

impl Journal {
    /// An empty one.
    pub fn new(limits: JournalLimits) -> Self {
        Self { limits, inner: Mutex::default() }
    }

    /// An empty one with the same limits, for another world.
    pub fn fork(&self) -> Self {
        Self::new(self.limits)
    }

    /// Adds an entry under the next number. Returns whether the limits dropped an older one, or itself.
    pub fn add(&self, mut entry: Entry) -> bool {
        let mut inner = self.lock();
        let dropped = inner.dropped;
        inner.last += 1;
        entry.n = inner.last;
        while let Some(oldest) = bounded::evict_oldest(&mut inner.entries, self.limits.entries) {
            inner.forget(&oldest);
        }
        inner.bytes += entry.size();
        inner.entries.push_back(entry);
        while inner.bytes > self.limits.bytes || inner.entries.len() > self.limits.entries {
            let Some(oldest) = inner.entries.pop_front() else { break };
            inner.forget(&oldest);
        }
        inner.dropped > dropped
    }

    /// Whether it keeps nothing.
    pub fn is_off(&self) -> bool {
        self.limits.entries == 0
    }

    /// What it holds.
    pub fn read(&self) -> Reading {
        let inner = self.lock();
        Reading { entries: inner.entries.iter().cloned().collect(), dropped: inner.dropped }
    }

    /// Whether a call in it is about that user.
    pub fn names_user(&self, key: &str) -> bool {
        self.lock().entries.iter().any(|entry| entry.match_input().user_id == Some(key))
    }

    /// Empties it, without restarting the numbers. Returns how many entries it held.
    pub fn clear(&self) -> usize {
        let mut inner = self.lock();
        let held = inner.entries.len();
        *inner = Inner { last: inner.last, ..Inner::default() };
        held
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long something took, by the machine's clock: a world's clock may be frozen.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time from another start to this one; nothing if it came later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time since then.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use jiff::Timestamp;

    use super::*;
    use crate::protocol::Call;

    fn entry(path: &str, body: &str) -> Entry {
        let (head, ()) = http::Request::get(path).body(()).unwrap().into_parts();
        let (status, has_more) = (StatusCode::OK, false);
        let answer = Some(AnswerSummary { status, fault: None, mark: None, retry_after: None, has_more });
        let (at, began) = (Timestamp::UNIX_EPOCH, Stopwatch::start());
        let seen = Seen { at, vendor: None, operation: None, user_id: None, answer, began, took: Duration::ZERO };
        Entry::new(&Call::new(head, Bytes::copy_from_slice(body.as_bytes())), seen)
    }

    #[test]
    fn the_oldest_go_first_by_number_and_by_bytes() {
        let journal = Journal::new(JournalLimits { entries: 2, bytes: 4 << 10 });
        for path in ["/a", "/b", "/c"] {
            journal.add(entry(path, ""));
        }
        let read = journal.read();
        let kept: Vec<_> = read.entries.iter().map(|entry| (entry.n, &*entry.path)).collect();
        assert_eq!((kept, read.dropped), (vec![(2, "/b"), (3, "/c")], 1));
        journal.add(entry("/d", &"x".repeat(3_834)));
        assert_eq!(journal.read().entries.len(), 1, "a long body evicts other entries");
        assert_eq!(journal.clear(), 1);
        journal.add(entry("/e", ""));
        let read = journal.read();
        assert_eq!((read.entries[0].n, read.dropped), (5, 0), "numbers go on");
        assert_eq!(journal.lock().bytes, read.entries[0].size());
        assert!(journal.fork().read().entries.is_empty());
        let off = Journal::new(JournalLimits::of(0));
        off.add(entry("/a", ""));
        assert!(off.read().entries.is_empty());
    }

    #[test]
    fn whatever_comes_the_bytes_are_bounded() {
        let journal = Journal::new(JournalLimits { entries: 1_000, bytes: 64 << 10 });
        for length in (0..40).map(|n| 1 << (n % 20)) {
            let path = format!("/{}?{}", "p".repeat(length.min(30_000)), "q".repeat(length.min(30_000)));
            journal.add(entry(&path, &"x".repeat(length)));
            let inner = journal.lock();
            assert!(inner.bytes <= 64 << 10 && inner.entries.iter().map(Entry::size).sum::<usize>() == inner.bytes);
        }
    }
}
