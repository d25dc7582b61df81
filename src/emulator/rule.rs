//! Faults that a test sets for the calls that match.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Match;

/// A fault for the calls that match: all, unless it is told which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a fault does nothing before a world has it"]
pub struct Fault {
    fault: String,
    r#match: Match,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_ms: Option<u64>,
}

impl Fault {
    /// In the grammar of the header `X-Fault`, such as `503;retry-after=2;first=2`. It is read when a world takes it.
    pub fn new(fault: &str) -> Self {
        Self { fault: fault.to_owned(), r#match: Match::all(), priority: None, ttl_ms: None }
    }

    /// Only for those calls.
    pub fn on(mut self, calls: Match) -> Self {
        self.r#match = calls;
        self
    }

    /// A higher one comes first; 0 unless it is said. Of equal ones, the older comes first.
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = Some(priority);
        self
    }

    /// It ends after that time, by the world's clock, in whole milliseconds.
    pub fn ttl(mut self, time: Duration) -> Self {
        self.ttl_ms = Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self
    }
}

impl From<&str> for Fault {
    fn from(fault: &str) -> Self {
        Self::new(fault)
    }
}

/// A rule that a world has.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// By which it can be removed.
    pub id: u64,
    /// What happens, in the grammar's canonical form.
    pub fault: String,
    /// Which calls it is for, as JSON.
    pub r#match: Value,
    /// A higher one comes first.
    pub priority: i64,
    /// For how long it is there, in milliseconds; `None` for ever.
    pub ttl_ms: Option<u64>,
    /// How many calls matched.
    pub seen: u64,
    /// To how many of them something happened.
    pub fired: u64,
}
