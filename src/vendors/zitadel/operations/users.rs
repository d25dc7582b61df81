//! Reading ZITADEL's users, and their lifecycle.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{EventKind, Permission, RemovedUser, User, UserState, WrongState};
use super::super::state::Zitadel;
use super::paging::Paging;
use super::search::{self, Column, Filter};
use super::write::{Written, command, refused};
use super::{events, members, sessions, user_grants};

/// The user of that id.
pub fn get_user_by_id(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    let user = zitadel.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    if !caller.is(&user) {
        caller.check(Permission::Read, &user.profile.resource_owner)?;
    }
    Ok(user)
}

/// A search among the users.
pub struct ListUsers {
    /// All of them have to fit.
    pub filters: Vec<Filter>,
    pub column: Column,
    pub paging: Paging,
}

/// A page of a search.
pub(in super::super) struct UsersFound {
    /// The users on it.
    pub users: Vec<User>,
    /// How many were found in all.
    pub total: usize,
    /// When any user last changed.
    pub last_event: Option<Timestamp>,
}

/// The users that the caller may read and the filters find, in order. Without a limit, all.
pub fn list_users(zitadel: &Zitadel, input: ListUsers, caller: &Caller) -> Result<UsersFound, Error> {
    let ListUsers { filters, column, paging } = input;
    search::check(&filters, 0)?;
    if search::count(&filters) > search::MAX_QUERIES {
        return Err(Error::TooManyQueries);
    }
    let users = zitadel.state.users.snapshot();
    let mut found = users.by_key();
    let last_event = found.iter().map(|user| user.history.shown().change_date).max();
    if !filters.is_empty() {
        let filter = Filter::All(filters);
        found.retain(|user| filter.matches(user) == Some(true));
    }
    if caller.check_in(Permission::Read, None, None).is_err() {
        // Neighbours are mostly of one organisation, so the caller's roles are looked at once for many.
        let mut judged: Option<(&Arc<str>, bool)> = None;
        found.retain(|user| {
            let owner = &user.profile.resource_owner;
            let may_read = match judged {
                Some((other, may_read)) if Arc::ptr_eq(other, owner) => may_read,
                _ => caller.check(Permission::Read, owner).is_ok(),
            };
            judged = Some((owner, may_read));
            may_read || caller.is(user)
        });
    }
    let (total, found) = (found.len(), found.into_iter());
    let mut page = match column {
        Column::Unspecified => paging.first_as_they_come(found),
        column => paging.first(found, &|one, other| search::order(column, one, other)),
    };
    page.drain(..paging.start(page.len()));
    Ok(UsersFound { users: page.into_iter().cloned().collect(), total, last_event })
}

/// Keeps a user out.
pub fn deactivate_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    enter(zitadel, user_id, caller, UserState::deactivated)
}

/// Lets a deactivated user in again.
pub fn reactivate_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    enter(zitadel, user_id, caller, UserState::reactivated)
}

/// Locks a user.
pub fn lock_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    enter(zitadel, user_id, caller, UserState::locked)
}

/// Lets a locked user in again.
pub fn unlock_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    enter(zitadel, user_id, caller, UserState::unlocked)
}

/// Removes a user permanently. Returns the record with the event of the removal.
pub fn delete_user(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    remove_user(zitadel, user_id, caller, |user| caller.check(Permission::Delete, &user.profile.resource_owner))
}

/// The same for whom `admit` admits.
pub(super) fn remove_user(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    admit: impl FnOnce(&User) -> Result<(), Error>,
) -> Result<Written, Error> {
    let now = caller.at();
    let removed = zitadel.state.users.remove(user_id, |user| {
        admit(user)?;
        let mut last = user.clone();
        last.apply(EventKind::Removed, now);
        let position = last.history.last();
        let ended = RemovedUser { user_id: user_id.to_owned(), sequence: position.sequence };
        zitadel.state.ended.upsert(ended).expect("it has no alias that could be taken");
        Ok(Written { user: last, position, email_code: None, phone_code: None })
    });
    let mut removed = removed.map_err(refused)?;
    let editor = &caller.user().profile.user_id;
    events::record(zitadel, editor, &removed.user, [(EventKind::Removed, None)].into_iter(), now);
    // What is answered is the last event, which is that of a grant or a membership where there was one.
    let mut last = user_grants::remove_of_user(zitadel, user_id, caller);
    for membership in &removed.user.profile.memberships {
        last = members::leave(zitadel, membership, user_id, caller).or(last);
    }
    if let Some(last) = last {
        removed.position.sequence = last.sequence;
    }
    sessions::hide_of_user(zitadel, user_id);
    Ok(removed)
}

/// The state is looked at before the permission.
fn enter(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    next: impl FnOnce(UserState) -> Result<EventKind, WrongState>,
) -> Result<Written, Error> {
    command(zitadel, user_id, caller, |user, write| {
        let event = next(user.state).map_err(Error::WrongState)?;
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        write.event(event);
        Ok(())
    })
}
