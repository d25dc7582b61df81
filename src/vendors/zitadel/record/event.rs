//! What happened in ZITADEL, as its list of events keeps it. Pure.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::bounded;
use crate::recent::Keyed;

/// The most events of one world that are kept; the oldest go first.
pub const MAX_EVENTS: usize = 5_000;

/// What else than its texts is in an event's JSON, in bytes: the names of its members, the aggregate, the numbers.
const OTHER_BYTES: usize = 140;

/// Something that happened to one aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    pub aggregate: Aggregate,
    /// The aggregate's id.
    pub id: Arc<str>,
    pub resource_owner: Arc<str>,
    /// Its number among the events of the aggregate.
    #[serde(deserialize_with = "bounded::count")]
    pub sequence: u64,
    /// The vendor's name of what happened.
    pub kind: Cow<'static, str>,
    pub at: Timestamp,
    /// The user who did it.
    pub editor: Arc<str>,
    /// What it says; not every kind says anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
}

/// What an event says, as text: parsed it takes many times the memory by which a list of events is bounded.
#[derive(Debug, Clone, Serialize)]
pub struct Payload(Box<RawValue>);

impl Payload {
    /// A payload of these members.
    pub fn new(members: &Map<String, Value>) -> Self {
        Self(serde_json::value::to_raw_value(members).expect("members are JSON"))
    }

    /// Its members, parsed.
    pub fn members(&self) -> Map<String, Value> {
        serde_json::from_str(self.0.get()).expect("it is an object")
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|members| Self::new(&members))
    }
}

/// A kind of aggregate. The vendor's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    User,
    UserGrant,
    Project,
    Org,
    Instance,
    Session,
    #[serde(rename = "auth_request")]
    AuthRequest,
    #[serde(rename = "oidc_session")]
    OidcSession,
}

impl Aggregate {
    /// The vendor's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::UserGrant => "usergrant",
            Self::Project => "project",
            Self::Org => "org",
            Self::Instance => "instance",
            Self::Session => "session",
            Self::AuthRequest => "auth_request",
            Self::OidcSession => "oidc_session",
        }
    }
}

impl Event {
    /// How it stands to another one of the same aggregate.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        (self.id == other.id).then(|| self.sequence.cmp(&other.sequence))
    }
}

impl Keyed for Arc<Event> {
    fn key(&self) -> &str {
        &self.id
    }

    /// Every command writes one, so its texts alone are counted.
    fn size(&self) -> usize {
        let payload = self.payload.as_ref().map_or(0, |payload| payload.0.get().len());
        OTHER_BYTES + self.id.len() + self.resource_owner.len() + self.kind.len() + self.editor.len() + payload
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_counts_as_about_its_json() {
        for (aggregate, members) in
            [(Aggregate::User, json!({})), (Aggregate::AuthRequest, json!({ "a": "x".repeat(900) }))]
        {
            let event = Arc::new(Event {
                aggregate,
                id: "123456789012345678".into(),
                resource_owner: "69629023906488334".into(),
                sequence: 12,
                kind: "user.human.changed".into(),
                at: "2026-01-01T00:00:00.123456Z".parse().unwrap(),
                editor: "876543210987654321".into(),
                payload: members.as_object().map(Payload::new),
            });
            let (counted, json) = (event.size(), bounded::size(&event));
            assert!(counted.abs_diff(json) <= 16, "{counted} {json}");
        }
    }
}
