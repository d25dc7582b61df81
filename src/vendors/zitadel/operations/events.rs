//! The events of a ZITADEL world: written down by every command, and searched.

use hashbrown::HashSet;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use std::sync::Arc;

use super::super::auth::Caller;
use super::super::record::{Aggregate, AuthRequest, Event, EventKind, Kind, Log, Occurrence, Payload, Session, User};
use super::super::state::{INSTANCE, Zitadel};

/// What events have to be to be found.
#[derive(Default)]
pub struct EventQuery {
    /// The events after that number, or before it where the newest come first.
    pub sequence: u64,
    /// The events after that number, whatever comes first.
    pub after: u64,
    pub limit: usize,
    pub ascending: bool,
    pub editor: String,
    /// Any of these; all if there is none.
    pub kinds: HashSet<String>,
    pub aggregate: String,
    pub aggregates: HashSet<String>,
    pub resource_owner: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// An event, with the user who did it as far as it is there still.
pub(in super::super) struct EventFound {
    pub event: Arc<Event>,
    pub editor: Option<User>,
}

/// Who does what applications have done by a code or without one, as the vendor calls it.
pub(super) const SYSTEM: &str = "SYSTEM";

/// Who does what nobody asks a credential for.
pub(super) const NOBODY: &str = "";

/// The most events that one search shows.
const MAX_FOUND: usize = 1_000;

/// Writes down what happened to a user, of which this is the state behind the last event.
pub(super) fn record(
    zitadel: &Zitadel,
    editor: &str,
    user: &User,
    events: impl ExactSizeIterator<Item = (EventKind, Option<Map<String, Value>>)>,
    at: Timestamp,
) {
    of_user(editor, user, events, at).into_iter().for_each(|event| keep(zitadel, event));
}

/// The events of what happened to a user.
pub(super) fn of_user(
    editor: &str,
    user: &User,
    events: impl ExactSizeIterator<Item = (EventKind, Option<Map<String, Value>>)>,
    at: Timestamp,
) -> Vec<Event> {
    if events.len() == 0 {
        return Vec::new();
    }
    let (editor, id) = (Arc::from(editor), Arc::<str>::from(&*user.profile.user_id));
    let first = (user.history.last().sequence + 1).saturating_sub(events.len() as u64);
    let event = |(sequence, (kind, payload)): (u64, (EventKind, Option<_>))| Event {
        aggregate: Aggregate::User,
        id: Arc::clone(&id),
        resource_owner: Arc::clone(&user.profile.resource_owner),
        sequence,
        kind: kind.name().into(),
        at,
        editor: Arc::clone(&editor),
        payload: payload.or_else(|| payload_of(kind, user)).as_ref().map(Payload::new),
    };
    (first..).zip(events).map(event).collect()
}

/// Runs a command of that caller, and writes down what it did to objects if it succeeded.
pub(super) fn logged<R, E>(
    zitadel: &Zitadel,
    caller: &Caller,
    command: impl FnOnce(&mut Log) -> Result<R, E>,
) -> Result<R, E> {
    logged_as(zitadel, &caller.user().profile.user_id, caller.at(), command)
}

/// The same of a command that has no caller, as that user's.
pub(super) fn logged_as<R, E>(
    zitadel: &Zitadel,
    editor: &str,
    at: Timestamp,
    command: impl FnOnce(&mut Log) -> Result<R, E>,
) -> Result<R, E> {
    let mut log = Log::new(editor, at);
    let done = command(&mut log)?;
    log.into_events().into_iter().for_each(|event| keep(zitadel, event));
    Ok(done)
}

/// Adds an event of a session, which belongs to the instance.
pub(super) fn of_session(log: &mut Log, session: &mut Session, kind: &'static str, payload: Value) {
    let [id, owner] = [session.id.as_str(), INSTANCE].map(Arc::from);
    log.write(Aggregate::Session, [&id, &owner], &mut session.details, Occurrence::saying(kind, payload));
}

/// Adds an event of an application's request, which belongs to the instance. Those that the older login page answers
/// have none.
pub(super) fn of_request(log: &mut Log, request: &mut AuthRequest, occurrence: Occurrence) {
    if request.is_v2() {
        let [id, owner] = [request.id.as_str(), INSTANCE].map(Arc::from);
        log.write(Aggregate::AuthRequest, [&id, &owner], &mut request.details, occurrence.bounded());
    }
}

/// Writes down an event.
pub(super) fn keep(zitadel: &Zitadel, event: Event) {
    zitadel.state.events.push_in_order(Arc::new(event), |other, new| other.order(new));
}

/// What an event says of the user. It is seen at the user as it is afterwards.
fn payload_of(kind: EventKind, user: &User) -> Option<Map<String, Value>> {
    let profile = &user.profile;
    let payload = match (kind, &profile.kind) {
        (EventKind::UsernameChanged, _) => json!({ "userName": *profile.username }),
        (EventKind::EmailChanged, Kind::Human(human)) => json!({ "email": human.email.address.email }),
        (EventKind::PhoneChanged, Kind::Human(human)) => json!({ "phone": human.phone.address.phone }),
        (EventKind::HumanAdded | EventKind::ProfileChanged, Kind::Human(human)) => {
            let names = &human.profile;
            let mut payload = json!({
                "firstName": names.given_name,
                "lastName": names.family_name,
                "nickName": names.nick_name,
                "displayName": names.display_name,
                "preferredLanguage": names.preferred_language,
            });
            if kind == EventKind::HumanAdded {
                payload["userName"] = json!(*profile.username);
                payload["email"] = json!(human.email.address.email);
                payload["phone"] = json!(human.phone.address.phone);
            }
            payload
        }
        (EventKind::MachineAdded, Kind::Machine(machine)) => {
            json!({ "userName": *profile.username, "name": machine.name, "description": machine.description })
        }
        (EventKind::MachineChanged, Kind::Machine(machine)) => {
            json!({ "name": machine.name, "description": machine.description })
        }
        _ => return None,
    };
    let members = payload.as_object().into_iter().flatten().filter(|(_, value)| value.as_str() != Some(""));
    Some(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The events that the query finds.
pub fn list_events(zitadel: &Zitadel, query: &EventQuery) -> Vec<EventFound> {
    let limit = if (1..=MAX_FOUND).contains(&query.limit) { query.limit } else { MAX_FOUND };
    let events = zitadel.state.events.snapshot();
    let found = |event: &Arc<Event>| query.finds(event);
    let found: Vec<_> = match query.ascending {
        true => events.iter().filter(|event| found(event)).take(limit).cloned().collect(),
        false => events.iter().rev().filter(|event| found(event)).take(limit).cloned().collect(),
    };
    let shown = |event: Arc<Event>| EventFound { editor: zitadel.state.users.get(&event.editor), event };
    found.into_iter().map(shown).collect()
}

/// What happened to a user of that organisation, the newest first unless it is asked otherwise. Nobody had nothing
/// happen.
pub fn list_user_changes(
    zitadel: &Zitadel,
    user_id: &str,
    organization: &str,
    after: u64,
    limit: usize,
    ascending: bool,
) -> Vec<EventFound> {
    let query = EventQuery {
        aggregate: user_id.to_owned(),
        resource_owner: organization.to_owned(),
        aggregates: [Aggregate::User.name().to_owned()].into(),
        ascending,
        after,
        limit,
        ..EventQuery::default()
    };
    list_events(zitadel, &query)
}

impl EventQuery {
    fn finds(&self, event: &Event) -> bool {
        let is = |asked: &str, value: &str| asked.is_empty() || asked == value;
        let is_one = |asked: &HashSet<String>, value: &str| asked.is_empty() || asked.contains(value);
        let is_behind = match (self.sequence, self.ascending) {
            (0, _) => true,
            (sequence, true) => event.sequence > sequence,
            (sequence, false) => event.sequence < sequence,
        };
        is_behind
            && event.sequence > self.after
            && is(&self.editor, &event.editor)
            && is(&self.aggregate, &event.id)
            && is(&self.resource_owner, &event.resource_owner)
            && is_one(&self.kinds, &event.kind)
            && is_one(&self.aggregates, event.aggregate.name())
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at <= until)
    }
}
