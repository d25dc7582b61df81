//! When an object of ZITADEL was removed, for calls that ask for it again. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::recent::Keyed;

/// An object that was removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gone {
    /// What it was, and its id.
    pub key: String,
    /// The event that removed it, and whose it was.
    pub sequence: u64,
    pub at: Timestamp,
    pub resource_owner: String,
}

impl Keyed for Gone {
    fn key(&self) -> &str {
        &self.key
    }
}
