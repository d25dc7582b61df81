//! Calls as a test speaks of them: how many there should be, what they were.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many calls there should be: `2`, `1..`, `..=3` or `1..=3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Times {
    at_least: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<u64>,
}

impl From<u64> for Times {
    fn from(exactly: u64) -> Self {
        Self { at_least: exactly, at_most: Some(exactly) }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Self {
        Self { at_least: range.start, at_most: None }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self { at_least: 0, at_most: Some(range.end) }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self { at_least: *range.start(), at_most: Some(*range.end()) }
    }
}

/// A call that a world got, as its journal shows it. Secrets are their first four characters and `…`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Its number in the world, from 1.
    pub n: u64,
    /// When it came, by the world's clock.
    pub at: Timestamp,
    /// Whose it was; `None` where no vendor has the path.
    pub vendor: Option<String>,
    /// What it asked for; `None` where the path names no operation.
    pub operation: Option<String>,
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// How it came: `http/1.1`, `http/2`, `grpc`, `grpc-web` or `connect`.
    pub protocol: String,
    /// The id of the user that it was about, whether or not there is such a user.
    pub user: Option<String>,
    /// The credential.
    pub credential: Option<String>,
    /// The status in HTTP's terms; `None` where the client left before the answer.
    pub status: Option<u16>,
    /// What was injected, as the header `x-fault-applied` said it.
    pub fault: Option<String>,
    /// Who refused it: `vendor`, `fault` or `fauxidp`.
    pub refused_by: Option<String>,
    /// How long it took from its last byte on, whatever the world's clock shows.
    #[serde(rename = "duration_us", deserialize_with = "microseconds")]
    pub duration: Duration,
    /// The body: JSON as it came, a form as text, anything else by its length.
    pub body: Value,
}

fn microseconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_micros)
}
