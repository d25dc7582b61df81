//! What others write down about ZITADEL's users.

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Metadata, Permission};
use super::super::state::Zitadel;
use super::paging::{Page, Paging};
use super::search::Match;
use super::users::get_user_by_id;
use super::write::{Changed, change};

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

/// Writes entries down, each over one of the same key.
pub fn set_user_metadata(zitadel: &Zitadel, input: SetMetadata, caller: &Caller) -> Result<Changed, Error> {
    let SetMetadata { user_id, entries } = input;
    let now = caller.at();
    if entries.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    change(zitadel, &user_id, caller, |user| {
        user.secrets_mut().set_metadata(entries.iter().map(|entry| (&*entry.key, &*entry.value)), now);
        user.write(entries.len() as u64, now);
        Ok(Changed { at: now })
    })
}

/// Removes entries, all of them or none.
pub fn delete_user_metadata(zitadel: &Zitadel, input: DeleteMetadata, caller: &Caller) -> Result<Changed, Error> {
    let DeleteMetadata { user_id, keys } = input;
    let now = caller.at();
    if keys.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    change(zitadel, &user_id, caller, |user| {
        if !user.secrets_mut().remove_metadata(&keys) {
            return Err(Error::MetadataMissing);
        }
        user.write(keys.len() as u64, now);
        Ok(Changed { at: now })
    })
}

/// A user's entries, by key.
pub fn list_user_metadata(zitadel: &Zitadel, input: ListMetadata, caller: &Caller) -> Result<Page<Metadata>, Error> {
    let ListMetadata { user_id, keys, paging } = input;
    let user = get_user_by_id(zitadel, &user_id, caller)?;
    caller.check(Permission::Read, &user.profile.resource_owner)?;
    let mut found: Vec<Metadata> = user.secrets.as_ref().map_or_else(Vec::new, |secrets| secrets.metadata.clone());
    found.retain(|entry| keys.iter().all(|key| key.matches(&entry.key)));
    paging.page(found, |one, other| one.key.cmp(&other.key))
}
