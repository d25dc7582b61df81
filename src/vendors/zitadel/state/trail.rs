//! The states that trailing reads still see. Knows no call.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::State;
use crate::vendors::zitadel::settings::Lag;

/// The most states that are kept. A later write is then missed as long as the one before it.
const MAX_STATES: usize = 32;

/// What reads do not show yet.
#[derive(Default)]
pub(in super::super) struct Trail(Mutex<VecDeque<Past>>);

/// A state before a write.
struct Past {
    state: Arc<State>,
    /// When the write was.
    written: Timestamp,
    /// How many reads are still to miss it, if that is how they trail.
    reads: u32,
}

impl Trail {
    /// Keeps the state before a write, until reads may see the write.
    pub(in super::super) fn write(&self, lag: Lag, before: Arc<State>, now: Timestamp) {
        let mut past = self.pending(lag, now);
        let reads = if let Lag::Next(reads) = lag { reads } else { 0 };
        match past.back() {
            // Nobody has read since: reads miss both writes alike.
            Some(last) if matches!(lag, Lag::Next(_)) && last.reads == reads => {}
            _ => past.push_back(Past { state: before, written: now, reads }),
        }
        if past.len() > MAX_STATES && matches!(lag, Lag::Time(_)) {
            let last = past.pop_back();
            if let (Some(before), Some(last)) = (past.back_mut(), last) {
                before.written = last.written;
            }
        }
    }

    /// The state that a trailing read sees, if that is not the newest.
    pub(in super::super) fn look(&self, lag: Lag, now: Timestamp) -> Option<Arc<State>> {
        self.pending(lag, now).front().map(|past| Arc::clone(&past.state))
    }

    /// The same for a read that counts.
    pub(in super::super) fn read(&self, lag: Lag, now: Timestamp) -> Option<Arc<State>> {
        let mut past = self.pending(lag, now);
        let seen = past.front().map(|past| Arc::clone(&past.state));
        past.iter_mut().for_each(|past| past.reads = past.reads.saturating_sub(1));
        seen
    }

    /// What reads do not show yet at that time, oldest first.
    fn pending(&self, lag: Lag, now: Timestamp) -> MutexGuard<'_, VecDeque<Past>> {
        let mut past = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        past.retain(|past| match lag {
            Lag::Off => false,
            Lag::Time(time) => {
                let age = now.duration_since(past.written);
                !age.is_negative() && SignedDuration::try_from(time).is_ok_and(|time| age < time)
            }
            Lag::Next(_) => past.reads > 0,
        });
        past
    }
}
