//! Faults that a test sets for the calls that match.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Match;

/// A fault for the calls that match; for all calls by default.
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
    /// A fault in the grammar of the header `X-Fault`, such as `503;retry-after=2;first=2`. It is parsed when it is
    /// added to a world.
    pub fn new(fault: &str) -> Self {
        Self { fault: fault.to_owned(), r#match: Match::all(), priority: None, ttl_ms: None }
    }

    /// Only for those calls.
    pub fn on(mut self, calls: Match) -> Self {
        self.r#match = calls;
        self
    }

    /// Rules with a higher priority come first; the default is 0. Of equal ones, the older comes first.
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = Some(priority);
        self
    }

    /// The time after which it expires, by the world's clock, in whole milliseconds.
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

/// A rule of a world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// The id with which it can be removed.
    pub id: u64,
    /// What happens, in the grammar's canonical form.
    pub fault: String,
    /// The calls that it applies to, as JSON.
    pub r#match: Value,
    /// Rules with a higher priority come first.
    pub priority: i64,
    /// How long it lasts, in milliseconds; `None` if it does not expire.
    pub ttl_ms: Option<u64>,
    /// How many calls matched.
    pub seen: u64,
    /// How many of them it applied to.
    pub fired: u64,
}
