//! ZITADEL's messages about events and changes.

mod texts;

use hashbrown::HashSet;
use serde_json::{Value, json};

use super::described::Described;
use super::management::ListQuery;
use super::objects::time;
use crate::vendors::zitadel::operations::events::{EventFound, EventQuery};
use crate::vendors::zitadel::record::{Kind, Payload, User};

/// The search that a message asks for.
pub(in super::super) fn list_events(message: &Described) -> EventQuery {
    let text = |name: &str| message.text(name).to_owned();
    let texts = |name: &str| message.read::<Vec<String>>(name).into_iter().collect::<HashSet<_>>();
    let at = |text: &str| text.parse().ok();
    let (range, ascending): (Value, bool) = (message.read("range"), message.read("asc"));
    let bound = |name: &str| range[name].as_str().and_then(at);
    let day = at(message.text("creationDate"));
    EventQuery {
        sequence: message.read("sequence"),
        limit: message.read("limit"),
        ascending,
        editor: text("editorUserId"),
        kinds: texts("eventTypes"),
        aggregate: text("aggregateId"),
        aggregates: texts("aggregateTypes"),
        resource_owner: text("resourceOwner"),
        since: bound("since").or_else(|| at(message.text("from"))).or(day.filter(|_| ascending)),
        until: bound("until").or(day.filter(|_| !ascending)),
        ..EventQuery::default()
    }
}

/// The events that were found.
pub(in super::super) fn events_found(found: &[EventFound]) -> Value {
    json!({ "events": found.iter().map(event).collect::<Vec<_>>() })
}

fn event(found: &EventFound) -> Value {
    let event = &found.event;
    json!({
        "editor": {
            "userId": *event.editor,
            "displayName": found.editor.as_ref().map(display_name),
            "service": "zitadel",
        },
        "aggregate": {
            "id": *event.id,
            "type": aggregate_type(event.aggregate.name()),
            "resourceOwner": *event.resource_owner,
        },
        "sequence": event.sequence,
        "creationDate": time(event.at),
        "payload": event.payload.as_ref().map(Payload::members),
        "type": event_type(&event.kind),
    })
}

/// All kinds of events that are known.
pub(in super::super) fn event_types() -> Value {
    json!({ "eventTypes": texts::kinds().into_iter().map(event_type).collect::<Vec<_>>() })
}

/// All kinds of aggregates.
pub(in super::super) fn aggregate_types() -> Value {
    json!({ "aggregateTypes": texts::aggregates().map(aggregate_type).collect::<Vec<_>>() })
}

fn event_type(kind: &str) -> Value {
    json!({ "type": kind, "localized": localized(kind) })
}

fn aggregate_type(kind: &str) -> Value {
    json!({ "type": kind, "localized": text_of("AggregateTypes", kind, texts::of_aggregate(kind)) })
}

fn localized(kind: &str) -> Value {
    text_of("EventTypes", kind, texts::of(kind))
}

/// What has no text is called by its key, as at the vendor.
fn text_of(group: &str, kind: &str, text: Option<&str>) -> Value {
    let key = format!("{group}.{kind}");
    json!({ "localizedMessage": text.unwrap_or(&key), "key": key })
}

fn display_name(user: &User) -> &str {
    match &user.profile.kind {
        Kind::Human(human) => &human.profile.display_name,
        Kind::Machine(machine) => &machine.name,
    }
}

/// Which changes a message asks for: those after a number, how many at most, and whether the oldest come first.
pub(in super::super) fn change_query(message: &Described) -> (u64, usize, bool) {
    let query: Value = message.read("query");
    let ListQuery { limit, asc, .. } = message.read("query");
    (query["sequence"].as_u64().unwrap_or_default(), limit as usize, asc)
}

/// The changes that were found.
pub(in super::super) fn changes_found(found: &[EventFound]) -> Value {
    json!({ "result": found.iter().map(change).collect::<Vec<_>>() })
}

fn change(found: &EventFound) -> Value {
    let (event, editor) = (&found.event, found.editor.as_ref());
    json!({
        "changeDate": time(event.at),
        "eventType": localized(&event.kind),
        "sequence": event.sequence,
        "editorId": *event.editor,
        "editorDisplayName": editor.map(display_name),
        "resourceOwnerId": *event.resource_owner,
        "editorPreferredLoginName": editor.map(|editor| &*editor.profile.preferred_login_name),
    })
}
