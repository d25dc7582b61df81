//! What others write down about ZITADEL's users.

use jiff::Timestamp;

use super::super::Zitadel;
use super::super::auth::{Caller, Permission};
use super::super::error::Error;
use super::super::proto::zitadel::metadata::v2::metadata_search_filter::Filter;
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::Metadata;
use super::credentials::{Paging, page};
use super::search::Match;
use super::{change, get_user_by_id};

/// Writes entries down, each over one of the same key.
pub(in super::super) fn set_user_metadata(
    state: &Zitadel,
    request: &proto::SetUserMetadataRequest,
    caller: &Caller,
) -> Result<Timestamp, Error> {
    let now = caller.at();
    if request.metadata.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    change(state, &request.user_id, caller, |user| {
        for entry in &request.metadata {
            user.secrets_mut().note(&entry.key, &entry.value, now);
        }
        user.write(request.metadata.len() as u64, now);
        Ok(now)
    })
}

/// Removes entries, all of them or none.
pub(in super::super) fn delete_user_metadata(
    state: &Zitadel,
    request: &proto::DeleteUserMetadataRequest,
    caller: &Caller,
) -> Result<Timestamp, Error> {
    let now = caller.at();
    if request.keys.is_empty() {
        return Err(Error::MetadataEmpty);
    }
    change(state, &request.user_id, caller, |user| {
        let known = |key: &String| {
            user.secrets.as_ref().is_some_and(|secrets| secrets.metadata.iter().any(|entry| entry.key == *key))
        };
        if !request.keys.iter().all(known) {
            return Err(Error::MetadataMissing);
        }
        user.secrets_mut().metadata.retain(|entry| !request.keys.contains(&entry.key));
        user.write(request.keys.len() as u64, now);
        Ok(now)
    })
}

/// A user's entries, by key.
pub(in super::super) fn list_user_metadata(
    state: &Zitadel,
    request: &proto::ListUserMetadataRequest,
    caller: &Caller,
) -> Result<(Vec<Metadata>, Paging), Error> {
    let user = get_user_by_id(state, &request.user_id, caller)?;
    caller.check(Permission::Read, &user.profile.resource_owner)?;
    let filters: Vec<Match> = request
        .filters
        .iter()
        .filter_map(|filter| filter.filter.as_ref())
        .map(|Filter::KeyFilter(q)| Match::new(&q.key, q.method.to_i32()))
        .collect();
    let mut found: Vec<Metadata> = user.secrets.as_ref().map_or_else(Vec::new, |secrets| secrets.metadata.clone());
    found.retain(|entry| filters.iter().all(|filter| filter.fits(&entry.key)));
    page(found, request.pagination.as_option(), |one, other| one.key.cmp(&other.key))
}
