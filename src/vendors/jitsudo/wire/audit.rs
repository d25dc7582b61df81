//! The audit log on the wire.

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::super::error::Error;
use super::super::operations::audit::AuditFilter;
use super::super::record::{ActorType, Entry};
use super::super::settings::Behaviour;
use super::{Time, query};
use crate::protocol::{Call, Reply};

/// An entry. Only the members that one can filter by, and `actor_type`, are documented.
#[derive(Serialize)]
pub(in super::super) struct EntryBody<'a> {
    id: Uuid,
    actor_type: ActorType,
    actor_id: Option<&'a str>,
    action: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    created_at: Time<'a>,
}

/// One entry.
pub(in super::super) fn entry(entry: &Entry, behaviour: &Behaviour) -> Reply {
    Reply::of(StatusCode::OK, &body(entry, behaviour))
}

/// One entry, as a list holds it.
pub(in super::super) fn body<'a>(entry: &'a Entry, behaviour: &'a Behaviour) -> EntryBody<'a> {
    EntryBody {
        id: entry.id,
        actor_type: entry.actor.kind,
        actor_id: entry.actor.id.as_deref(),
        action: &entry.action,
        resource_type: &entry.resource_type,
        resource_id: &entry.resource_id,
        created_at: Time(entry.created_at, behaviour),
    }
}

/// What the log can be asked for.
pub(in super::super) const QUERY: &[&str] =
    &["limit", "cursor", "actor_id", "resource_type", "resource_id", "action", "from", "to"];

/// Which entries are asked for.
pub(in super::super) fn filter(call: &Call) -> Result<AuditFilter, Error> {
    let text = |name| query(call, name).map(|text| text.into_owned());
    Ok(AuditFilter {
        actor_id: text("actor_id"),
        resource_type: text("resource_type"),
        resource_id: text("resource_id"),
        action: text("action"),
        from: moment(call, "from")?,
        to: moment(call, "to")?,
    })
}

fn moment(call: &Call, name: &'static str) -> Result<Option<Timestamp>, Error> {
    query(call, name).map(|text| text.parse().map_err(|_| Error::InvalidQuery(name))).transpose()
}
