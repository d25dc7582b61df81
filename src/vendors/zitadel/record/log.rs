//! The events that one command of ZITADEL writes, to objects, sessions or tokens. Pure.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::details::Details;
use super::event::{Aggregate, Event, Payload};
use crate::bounded;

/// How many bytes of JSON a member has at most of what strangers do.
const MAX_MEMBER_BYTES: usize = 8 << 10;

/// What happened: the vendor's name of it, and what it says.
#[derive(Debug)]
pub struct Occurrence {
    kind: &'static str,
    payload: Option<Map<String, Value>>,
}

/// The events of one command, in their order. Whoever drops it writes none down.
#[derive(Debug)]
#[must_use]
pub struct Log {
    pub at: Timestamp,
    editor: Arc<str>,
    events: Vec<Event>,
}

impl Occurrence {
    /// Something of which nothing more is to say.
    pub fn bare(kind: &'static str) -> Self {
        Self { kind, payload: None }
    }

    /// Something that says these members; zero values are left out, as at the vendor.
    pub fn saying(kind: &'static str, payload: Value) -> Self {
        let Value::Object(members) = payload else { return Self::bare(kind) };
        let payload = members.into_iter().filter(|(_, value)| !is_zero(value)).collect();
        Self { kind, payload: Some(payload) }
    }

    /// The same with members that the vendor tells whatever they are.
    pub fn and(mut self, members: Value) -> Self {
        if let Value::Object(members) = members {
            self.payload.get_or_insert_default().extend(members);
        }
        self
    }

    /// The same without members that are longer than an event may say: anybody may send them.
    pub fn bounded(mut self) -> Self {
        let is_short = |value: &Value| bounded::size(value) <= MAX_MEMBER_BYTES;
        self.payload.iter_mut().for_each(|members| members.retain(|_, value| is_short(value)));
        self
    }

    /// The same of a change: what it says is told only where it differs from before, but for these members, which say
    /// what was changed.
    pub fn changing(kind: &'static str, about: &[&str], before: &Value, after: Value) -> Self {
        let Value::Object(members) = after else { return Self::bare(kind) };
        let is_told = |name: &str, value: &Value| about.contains(&name) || before.get(name) != Some(value);
        let payload = members.into_iter().filter(|(name, value)| is_told(name, value)).collect();
        Self { kind, payload: Some(payload) }
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_u64() == Some(0),
        Value::Array(values) => values.is_empty(),
        Value::Bool(true) | Value::Object(_) => false,
    }
}

impl Log {
    /// A command of that user, at that time.
    pub fn new(editor: &str, at: Timestamp) -> Self {
        Self { at, editor: editor.into(), events: Vec::new() }
    }

    /// The user whose command it is.
    pub fn editor(&self) -> &str {
        &self.editor
    }

    /// Adds an event of an aggregate and of whom that is, and counts it there.
    pub fn write(
        &mut self,
        aggregate: Aggregate,
        [id, resource_owner]: [&Arc<str>; 2],
        count: &mut Details,
        occurrence: Occurrence,
    ) {
        count.push(1, self.at);
        self.events.push(Event {
            aggregate,
            id: Arc::clone(id),
            resource_owner: Arc::clone(resource_owner),
            sequence: count.sequence,
            kind: occurrence.kind.into(),
            at: self.at,
            editor: Arc::clone(&self.editor),
            payload: occurrence.payload.as_ref().map(Payload::new),
        });
    }

    /// Adds events that were counted where they happened.
    pub fn add(&mut self, events: Vec<Event>) {
        self.events.extend(events);
    }

    /// The events, in the order in which they were written.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_says_what_is_not_zero_and_is_counted_where_it_happened() {
        let mut log = Log::new("ada", Timestamp::UNIX_EPOCH);
        let (id, owner) = (Arc::from("1"), Arc::from("2"));
        let mut count = Details::new(4, Timestamp::UNIX_EPOCH);
        let said = json!({ "key": "a", "group": "", "roles": [], "max": 0, "is": false, "none": null });
        log.write(Aggregate::Project, [&id, &owner], &mut count, Occurrence::saying("x.added", said));
        log.write(Aggregate::Project, [&id, &owner], &mut count, Occurrence::bare("x.removed"));
        let whole = Occurrence::saying("x.linked", json!({ "none": "" })).and(json!({ "id": "", "list": null }));
        log.write(Aggregate::Project, [&id, &owner], &mut count, whole);
        let (before, after) =
            (json!({ "key": "a", "name": "b", "is": true }), json!({ "key": "a", "name": "c", "is": true }));
        log.write(Aggregate::Org, [&id, &id], &mut count, Occurrence::changing("x.changed", &["key"], &before, after));
        let long = json!({ "state": "x".repeat(MAX_MEMBER_BYTES), "nonce": "n" });
        log.write(Aggregate::Project, [&id, &owner], &mut count, Occurrence::saying("x.long", long).bounded());
        let events = log.into_events();
        let payloads = events
            .iter()
            .map(|event| event.payload.as_ref().map(|own| Value::Object(own.members())))
            .collect::<Vec<_>>();
        let (said, whole) = (json!({ "key": "a", "name": "c" }), json!({ "id": "", "list": null }));
        assert_eq!(
            payloads,
            [Some(json!({ "key": "a" })), None, Some(whole), Some(said), Some(json!({ "nonce": "n" }))]
        );
        assert_eq!((events[3].sequence, count.sequence), (8, 9));
    }
}
