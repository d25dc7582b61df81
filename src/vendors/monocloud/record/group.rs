//! MonoCloud's group. Its members are stored in the users' records. Pure.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Record;

/// A group. Times are epoch seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Group {
    /// The id as text: the key.
    pub(in super::super) group_id: String,
    pub(in super::super) r#type: GroupType,
    pub(in super::super) name: String,
    pub(in super::super) description: Option<String>,
    /// Whether who is made from now on joins it.
    pub(in super::super) is_auto_assigned: bool,
    pub(in super::super) creation_time: i64,
    pub(in super::super) last_updated: i64,
    pub(in super::super) last_assigned: Option<i64>,
}

/// Who made a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum GroupType {
    BuiltIn,
    Custom,
}

impl Group {
    /// The id as a number.
    pub(in super::super) fn id(&self) -> Uuid {
        Uuid::parse_str(&self.group_id).unwrap_or_default()
    }
}

impl Record for Group {
    type Alias = Infallible;

    fn key(&self) -> &str {
        &self.group_id
    }
}
