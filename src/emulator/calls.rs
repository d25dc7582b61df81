//! Calls as a test sees them: how many it expects, and what was recorded.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The expected number of calls: `2`, `1..`, `..=3` or `1..=3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Times {
    at_least: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<u64>,
    no_other: bool,
}

impl Times {
    /// The same, and no other calls may have been made.
    #[must_use]
    pub fn no_other(self) -> Self {
        Self { no_other: true, ..self }
    }
}

impl From<u64> for Times {
    fn from(exactly: u64) -> Self {
        Self { at_least: exactly, at_most: Some(exactly), no_other: false }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Self {
        Self { at_least: range.start, at_most: None, no_other: false }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self { at_least: 0, at_most: Some(range.end), no_other: false }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self { at_least: *range.start(), at_most: Some(*range.end()), no_other: false }
    }
}

/// A call to a world, as its journal shows it. Secrets are shortened to their first four characters and `…`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Its number in the world, from 1.
    pub n: u64,
    /// When it came, by the world's clock.
    pub at: Timestamp,
    /// The vendor; `None` if no vendor has the path.
    pub vendor: Option<String>,
    /// The operation; `None` if the path names none.
    pub operation: Option<String>,
    /// The method.
    pub method: String,
    /// The path and query.
    pub path: String,
    /// The protocol: `http/1.1`, `http/2`, `grpc`, `grpc-web` or `connect`.
    pub protocol: String,
    /// The id of the user that it was about, whether or not there is such a user.
    pub user: Option<String>,
    /// The credential.
    pub credential: Option<String>,
    /// The status in HTTP's terms; `None` if the client disconnected first.
    pub status: Option<u16>,
    /// The injected faults, as in the header `x-fault-applied`.
    pub fault: Option<String>,
    /// Who refused it: `vendor`, `fault` or `fauxidp`.
    pub refused_by: Option<String>,
    /// How long it took from its last byte on, by the machine's clock.
    #[serde(rename = "duration_us", with = "microseconds")]
    pub duration: Duration,
    /// The body: JSON as it was sent, a form as text, or only the length of anything else.
    pub body: Value,
}

/// A duration as the journal has it.
mod microseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_micros)
    }
}
