//! What happened in ZITADEL, as its list of events keeps it. Pure.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::bounded;
use crate::recent::Keyed;

/// The most events of one world that are kept; the oldest go first.
pub const MAX_EVENTS: usize = 5_000;

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
    /// Whether it comes after another one of the same aggregate.
    pub fn follows(&self, other: &Self) -> bool {
        self.id == other.id && self.sequence > other.sequence
    }
}

impl Keyed for Arc<Event> {
    fn key(&self) -> &str {
        &self.id
    }
}
