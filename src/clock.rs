//! A world's clock: the only module that asks the system for the time of day. Knows no vendor.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use jiff::{SignedDuration, Timestamp, Unit};

/// The times that a clock can be set to: every vendor can show them, and later times such as expiries.
const EARLIEST: Timestamp = Timestamp::UNIX_EPOCH;
const LATEST: Timestamp = Timestamp::constant(221_845_392_000, 0); // the start of the year 9000

/// A time that no clock can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a clock must be set to a time from {EARLIEST} to {LATEST}")]
pub struct OutOfRange;

/// A clock that every part of one world shares. A clone is the same clock; [`Clock::fork`] makes another.
///
/// It is one number, since every call asks it a few times: see [`Mode::packed`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Mode", into = "Mode")]
pub struct Clock(Arc<AtomicI64>);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Running { ahead: SignedDuration },
    Frozen(Timestamp),
}

/// How a clock that follows the system's is packed.
const SYSTEM: i64 = 0;

impl Clock {
    /// Follows the system's clock.
    pub fn real() -> Self {
        Self::new(Mode::Running { ahead: SignedDuration::ZERO })
    }

    /// A clock that is frozen at `now`.
    pub fn frozen(now: Timestamp) -> Self {
        Self::new(Mode::Frozen(whole(now)))
    }

    /// The world's time, in whole microseconds: no vendor shows more.
    pub fn now(&self) -> Timestamp {
        match self.0.load(Ordering::Acquire) {
            SYSTEM => system(), // by far the most
            packed => Mode::of(packed).now(),
        }
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        matches!(self.mode(), Mode::Frozen(_))
    }

    /// Sets it to `now` and freezes it.
    ///
    /// # Errors
    /// [`OutOfRange`]; the clock is left as it was.
    pub fn set(&self, now: Timestamp) -> Result<(), OutOfRange> {
        self.change(|_| Ok(Mode::Frozen(within_range(whole(now))?)))
    }

    /// Advances it by this many milliseconds. A frozen clock stays frozen.
    ///
    /// # Errors
    /// [`OutOfRange`]; the clock is left as it was.
    pub fn advance(&self, milliseconds: u64) -> Result<(), OutOfRange> {
        let by = SignedDuration::from_millis(i64::try_from(milliseconds).map_err(|_| OutOfRange)?);
        self.change(|mode| {
            within_range(mode.now().checked_add(by).map_err(|_| OutOfRange)?)?;
            Ok(match mode {
                Mode::Frozen(at) => Mode::Frozen(at.checked_add(by).map_err(|_| OutOfRange)?),
                Mode::Running { ahead } => Mode::Running { ahead: ahead.checked_add(by).ok_or(OutOfRange)? },
            })
        })
    }

    /// Lets it run from its current time.
    pub fn run(&self) {
        let _ = self.change(|mode| match mode {
            Mode::Frozen(at) => Ok(Mode::Running { ahead: at.duration_since(system()) }),
            running @ Mode::Running { .. } => Ok(running),
        });
    }

    /// Freezes it at its current time.
    pub fn freeze(&self) {
        let _ = self.change(|mode| Ok(Mode::Frozen(mode.now())));
    }

    /// An independent clock with the same time.
    pub fn fork(&self) -> Self {
        Self::new(self.mode())
    }

    fn new(mode: Mode) -> Self {
        Self(Arc::new(AtomicI64::new(mode.packed())))
    }

    fn mode(&self) -> Mode {
        Mode::of(self.0.load(Ordering::Acquire))
    }

    /// Changes it atomically; `change` is called again if another thread changed the clock first.
    fn change(&self, change: impl Fn(Mode) -> Result<Mode, OutOfRange>) -> Result<(), OutOfRange> {
        let changed = |packed| change(Mode::of(packed)).ok().map(Mode::packed);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, changed).map(drop).map_err(|_| OutOfRange)
    }
}

impl TryFrom<Mode> for Clock {
    type Error = OutOfRange;

    fn try_from(mode: Mode) -> Result<Self, OutOfRange> {
        // A clock that runs may have run past the latest time that one can be set to.
        let now = mode.now();
        match mode {
            Mode::Frozen(_) => within_range(now)?,
            Mode::Running { .. } => within_range(now.min(LATEST))?,
        };
        Ok(Self::new(mode))
    }
}

impl From<Clock> for Mode {
    fn from(clock: Clock) -> Self {
        clock.mode()
    }
}

impl Mode {
    fn now(self) -> Timestamp {
        match self {
            Self::Frozen(at) => at,
            Self::Running { ahead } => system().saturating_add(ahead).unwrap_or(Timestamp::MAX),
        }
    }

    /// Microseconds times two, plus one if frozen.
    fn packed(self) -> i64 {
        const MAX: i128 = 1 << 62;
        match self {
            Self::Running { ahead } => (ahead.as_micros().clamp(-MAX, MAX - 1) as i64) << 1,
            Self::Frozen(at) => at.as_microsecond() << 1 | 1,
        }
    }

    fn of(packed: i64) -> Self {
        match packed & 1 {
            0 => Self::Running { ahead: SignedDuration::from_micros(packed >> 1) },
            _ => Self::Frozen(Timestamp::from_microsecond(packed >> 1).unwrap_or(Timestamp::MAX)),
        }
    }
}

/// The system's time in whole microseconds, cut: that is less work than rounding. 1970 where it says that it is before.
pub fn system() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::new(seconds, (since.subsec_micros() * 1_000).cast_signed()).unwrap_or(Timestamp::MAX)
}

/// The time in whole microseconds.
fn whole(time: Timestamp) -> Timestamp {
    time.round(Unit::Microsecond).unwrap_or(Timestamp::MAX)
}

fn within_range(time: Timestamp) -> Result<Timestamp, OutOfRange> {
    (EARLIEST..=LATEST).contains(&time).then_some(time).ok_or(OutOfRange)
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

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_is_set_stands_still_and_is_moved_by_hand() {
        let clock = Clock::real();
        clock.set(time("2030-01-01T00:00:00.1234567Z")).unwrap();
        assert_eq!(clock.now(), time("2030-01-01T00:00:00.123457Z"));
        clock.advance(1_000).unwrap();
        assert_eq!((clock.now(), clock.is_frozen()), (time("2030-01-01T00:00:01.123457Z"), true));
        let fork = clock.fork();
        clock.advance(1).unwrap();
        assert_eq!(fork.now(), time("2030-01-01T00:00:01.123457Z"), "a fork is a clock of its own");
    }

    #[test]
    fn a_clock_that_runs_again_goes_on_from_where_it_stood() {
        let at = time("2040-01-01T00:00:00Z");
        let clock = Clock::frozen(at);
        clock.run();
        let (now, soon) = (clock.now(), time("2040-01-01T01:00:00Z"));
        assert!((at..soon).contains(&now) && !clock.is_frozen(), "{now}");
        clock.advance(3_600_000).unwrap();
        assert!(clock.now() >= soon && !clock.is_frozen());
        clock.run();
        assert!(clock.now() >= soon, "running twice is running once");
        clock.freeze();
        assert_eq!((clock.now(), clock.is_frozen()), (clock.now(), true));
    }

    #[test]
    fn a_time_that_no_vendor_can_show_changes_nothing() {
        let at = time("8999-12-31T23:59:59Z");
        let clock = Clock::frozen(at);
        assert_eq!(clock.set(time("1969-12-31T23:59:59Z")), Err(OutOfRange));
        assert_eq!(clock.set(time("9000-01-01T00:00:01Z")), Err(OutOfRange));
        for milliseconds in [1_001, i64::MAX.unsigned_abs(), u64::MAX] {
            assert_eq!(clock.advance(milliseconds), Err(OutOfRange), "{milliseconds}");
        }
        assert_eq!(clock.now(), at);
        clock.advance(1_000).unwrap();
        assert_eq!(
            OutOfRange.to_string(),
            "a clock must be set to a time from 1970-01-01T00:00:00Z to 9000-01-01T00:00:00Z"
        );
    }
}
