//! What others write down about ZITADEL's users.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{EventKind, Metadata, Part, Permission, User};
use super::super::state::Zitadel;
use super::paging::{Page, Paging};
use super::search::{MAX_QUERIES, Match};
use super::write::{Changed, WriteContext, command};
use crate::bounded::MAX_USER;

/// One entry that is to be written down.
pub struct Entry {
    pub key: String,
    pub value: Vec<u8>,
}

/// Entries for a user.
pub struct SetMetadata {
    pub user_id: String,
    pub entries: Vec<Entry>,
}

/// Entries to remove, by their keys.
pub struct DeleteMetadata {
    pub user_id: String,
    pub keys: Vec<String>,
}

/// A search among a user's entries.
pub struct ListMetadata {
    pub user_id: String,
    /// What keys have to fit, all of it.
    pub keys: Vec<Match>,
    pub paging: Paging,
}

/// Sets entries, each over one of the same key. An equal value is no event, an empty one removes the entry.
pub fn set_user_metadata(zitadel: &Zitadel, input: SetMetadata, caller: &Caller) -> Result<Changed, Error> {
    let SetMetadata { user_id, entries } = input;
    if entries.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    let written = command(zitadel, &user_id, caller, |user, write| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        set_entries(user, entries, write)
    })?;
    // Where nothing changed, the date is that of the last change.
    let position = written.user.history.last_of(Part::Metadata).unwrap_or(written.position);
    Ok(Changed { at: position.change_date })
}

/// Removes entries, all of them or none.
pub fn delete_user_metadata(zitadel: &Zitadel, input: DeleteMetadata, caller: &Caller) -> Result<Changed, Error> {
    let DeleteMetadata { user_id, keys } = input;
    if keys.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    let written = command(zitadel, &user_id, caller, |user, write| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        if !user.secrets_mut().remove_metadata(&keys) {
            return Err(Error::MetadataMissing);
        }
        keys.iter().for_each(|key| write.event_of(EventKind::MetadataRemoved, removed_payload(key)));
        Ok(())
    })?;
    Ok(Changed { at: written.position.change_date })
}

/// A user's entries, the newest first. Nobody has none, and what the caller may not read is only counted.
pub fn list_user_metadata(zitadel: &Zitadel, input: ListMetadata, caller: &Caller) -> Result<Page<Metadata>, Error> {
    let ListMetadata { user_id, keys, paging } = input;
    if keys.len() > MAX_QUERIES {
        return Err(Error::TooManyQueries);
    }
    let user = zitadel.state.users.get(&user_id);
    let is_visible = user
        .as_ref()
        .is_some_and(|user| caller.is(user) || caller.check(Permission::Read, &user.profile.resource_owner).is_ok());
    let entries = user.as_ref().and_then(|user| user.secrets.as_ref()).map_or(&[][..], |secrets| &secrets.metadata);
    let found = entries.iter().filter(|entry| keys.iter().all(|key| key.matches(&entry.key)));
    // Those of one call have one date. They come by their keys, in whichever order the dates are.
    let page = paging.page(found, &|one, other| {
        let by_key = one.key.cmp(&other.key);
        (one.created, one.command).cmp(&(other.created, other.command)).then(if paging.ascending {
            by_key
        } else {
            by_key.reverse()
        })
    })?;
    let items = page.items.into_iter().filter(|_| is_visible).cloned().collect();
    Ok(Page { items, total: page.total, limit: page.limit })
}

/// What the event that sets an entry says of it.
pub(super) fn payload(entry: &Entry) -> Value {
    json!({ "key": entry.key, "value": STANDARD.encode(&entry.value) })
}

/// What the event that removes an entry says of it.
pub(super) fn removed_payload(key: &str) -> Value {
    json!({ "key": key })
}

/// Sets entries of a user, with an event for each that changes something.
pub(super) fn set_entries(user: &mut User, entries: Vec<Entry>, write: &mut WriteContext<'_>) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let command = write.next_sequence(user);
    let before = user.secrets.iter().flat_map(|secrets| secrets.metadata.clone());
    let mut kept: Vec<Option<Metadata>> = before.map(Some).collect();
    let mut positions: HashMap<String, usize> =
        kept.iter().flatten().enumerate().map(|(position, entry)| (entry.key.clone(), position)).collect();
    let mut has_changed = false;
    for Entry { key, value } in entries {
        let known = positions.get(&key).and_then(|position| kept[*position].as_mut());
        match known {
            Some(known) if known.value == value => continue,
            Some(_) if value.is_empty() => {
                let position = positions.remove(&key).expect("it was found there");
                kept[position] = None;
                write.event_of(EventKind::MetadataRemoved, removed_payload(&key));
            }
            None if value.is_empty() => continue,
            known => {
                let (entry, sequence) = (Entry { key, value }, write.next_sequence(user));
                write.event_of(EventKind::MetadataSet, payload(&entry));
                let (Entry { key, value }, now) = (entry, write.now);
                if let Some(known) = known {
                    (known.value, known.changed, known.sequence) = (value, now, sequence);
                } else {
                    positions.insert(key.clone(), kept.len());
                    kept.push(Some(Metadata { key, value, created: now, changed: now, sequence, command }));
                }
            }
        }
        has_changed = true;
    }
    if kept.iter().flatten().map(|entry| entry.key.len() + entry.value.len()).sum::<usize>() > MAX_USER {
        return Err(Error::MetadataTooLarge);
    }
    if has_changed {
        user.secrets_mut().metadata = kept.into_iter().flatten().collect();
    }
    Ok(())
}
