//! A world's clock: the one place that asks the system for the time of day. Knows no vendor.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use jiff::{SignedDuration, Timestamp, Unit};

/// A clock that every part of one world shares. A clone is the same clock; [`Clock::fork`] makes another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clock(Arc<Mutex<Mode>>);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Running { ahead: SignedDuration },
    Frozen(Timestamp),
}

impl Clock {
    /// Follows the system's clock.
    pub fn real() -> Self {
        Self::new(Mode::Running { ahead: SignedDuration::ZERO })
    }

    /// Stands still at `now`.
    pub fn frozen(now: Timestamp) -> Self {
        Self::new(Mode::Frozen(now))
    }

    /// The world's time, in whole microseconds: no vendor shows more.
    pub fn now(&self) -> Timestamp {
        let now = match self.mode() {
            Mode::Frozen(at) => return at,
            Mode::Running { ahead } => Timestamp::now().saturating_add(ahead),
        };
        now.ok().and_then(|now| now.round(Unit::Microsecond).ok()).unwrap_or(Timestamp::MAX)
    }

    /// A clock of its own that shows the same time.
    pub fn fork(&self) -> Self {
        Self::new(self.mode())
    }

    fn new(mode: Mode) -> Self {
        Self(Arc::new(Mutex::new(mode)))
    }

    fn mode(&self) -> Mode {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_still_also_in_a_fork() {
        let at: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::frozen(at);
        assert_eq!(clock.now(), at);
        assert_eq!(clock.fork().now(), at);
    }

    #[test]
    fn a_running_clock_shows_whole_microseconds() {
        let now = Clock::real().now();
        assert_eq!(now.subsec_nanosecond() % 1_000, 0);
        assert!(now >= Timestamp::UNIX_EPOCH);
    }
}
