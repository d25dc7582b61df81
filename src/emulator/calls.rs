//! Calls as a test speaks of them: which are meant, how many there should be, what they were.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which calls are meant. What is not said does not matter, so a new one means all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Match {
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
}

impl Match {
    /// All calls.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of one operation, such as `disable_user`: its name is the same on every protocol.
    pub fn operation(name: &str) -> Self {
        Self { operation: Some(name.to_owned()), ..Self::default() }
    }

    /// Only those of that vendor, such as `zitadel`.
    pub fn vendor(mut self, name: &str) -> Self {
        self.vendor = Some(name.to_owned());
        self
    }

    /// Only those with that method, in capitals.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only those with that path, without its query; a `*` at the end stands for any end.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Only those about that user, by the vendor's id.
    pub fn user(mut self, id: &str) -> Self {
        self.user = Some(id.to_owned());
        self
    }

    /// Only those with that credential, with or without the name of a world.
    pub fn credential(mut self, credential: &str) -> Self {
        self.credential = Some(credential.to_owned());
        self
    }

    /// Only those that came by `http/1.1`, `http/2`, `grpc`, `grpc-web` or `connect`. A rule does not look at it.
    pub fn protocol(mut self, protocol: &str) -> Self {
        self.protocol = Some(protocol.to_owned());
        self
    }

    /// Only those that were answered so: `404`, or a class such as `4xx`. A rule does not look at it.
    pub fn status(mut self, status: impl ToString) -> Self {
        self.status = Some(status.to_string());
        self
    }

    /// Only those that were refused by the `vendor`, by a `fault`, or by `fauxidp`. A rule does not look at it.
    pub fn refused_by(mut self, who: &str) -> Self {
        self.refused_by = Some(who.to_owned());
        self
    }

    /// Only those with a higher number. A rule does not look at it.
    pub fn after(mut self, n: u64) -> Self {
        self.after = Some(n);
        self
    }
}

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
