//! What others write down about users, in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{EventKind, Metadata, Part, User};
use super::super::super::state::Zitadel;
use super::super::metadata::{Entry, removed_payload, set_entries};
use super::super::objects::Receipt;
use super::super::search::Match;
use super::command;

/// What the vendor says of nobody.
const ABSENT: ManagementError = ManagementError::UserMissing("COMMAND-uXHNj");

/// Entries of a user, and the user.
pub(in super::super::super) struct MetadataFound {
    pub user: Option<User>,
    pub entries: Vec<Metadata>,
}

/// Sets entries. An equal value is no event.
pub fn set_user_metadata(
    zitadel: &Zitadel,
    user_id: &str,
    entries: Vec<Entry>,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    if entries.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    command(zitadel, user_id, visitor, ABSENT, |user, write| {
        write.loads(vec![Part::Metadata]);
        set_entries(user, entries, write)
    })
}

/// Removes an entry.
pub fn remove_user_metadata(zitadel: &Zitadel, user_id: &str, key: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    remove(zitadel, user_id, &[key.to_owned()], ManagementError::MetadataMissing.into(), visitor)
}

/// Removes entries, all of them or none.
pub fn bulk_remove_user_metadata(
    zitadel: &Zitadel,
    user_id: &str,
    keys: &[String],
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    if keys.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    remove(zitadel, user_id, keys, Error::MetadataMissing, visitor)
}

fn remove(
    zitadel: &Zitadel,
    user_id: &str,
    keys: &[String],
    missing: Error,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    command(zitadel, user_id, visitor, ABSENT, |user, write| {
        if user.secrets.is_none() || !user.secrets_mut().remove_metadata(keys) {
            return Err(missing);
        }
        keys.iter().for_each(|key| write.event_of(EventKind::MetadataRemoved, removed_payload(key)));
        Ok(())
    })
}

/// The entry of that key.
pub fn get_user_metadata(
    zitadel: &Zitadel,
    user_id: &str,
    key: &str,
    visitor: &Visitor,
) -> Result<(User, Metadata), Error> {
    let found = list_user_metadata(zitadel, user_id, &[], visitor);
    let entry = found.entries.into_iter().find(|entry| entry.key == key);
    Ok(found.user.zip(entry).ok_or(ManagementError::MetadataNotFound)?)
}

/// A user's entries that the filters find, in the order in which they were made. Nobody has none.
pub fn list_user_metadata(zitadel: &Zitadel, user_id: &str, keys: &[Match], visitor: &Visitor) -> MetadataFound {
    let user = zitadel.state.users.get(user_id).filter(|user| *user.profile.resource_owner == *visitor.organization);
    let entries = user.iter().filter_map(|user| user.secrets.as_ref()).flat_map(|secrets| &secrets.metadata);
    let fits = |entry: &&Metadata| keys.iter().all(|key| key.matches(&entry.key));
    let entries = entries.filter(fits).cloned().collect();
    MetadataFound { user, entries }
}
