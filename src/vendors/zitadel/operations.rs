//! One function per operation of ZITADEL's user service. The order is the vendor's: exists, state, permission, write.

pub(super) mod contacts;
pub(super) mod credentials;
pub(super) mod lists;
pub(super) mod metadata;
pub(super) mod passwords;
pub(super) mod people;
mod search;
pub(super) mod sign_in;
mod writing;

use jiff::Timestamp;

use super::Zitadel;
use super::auth::{Caller, Permission};
use super::error::Error;
use super::proto::zitadel::user::v2::ListUsersRequest;
use super::record::{Ended, State, User, Username, WrongState};
use crate::directory::DirectoryError;
use crate::ids::Reservation;
use search::Filter;
pub(super) use writing::Written;

/// The user of that id.
pub(super) fn get_user_by_id(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    if !caller.is(&user) {
        caller.check(Permission::Read, &user.profile.resource_owner)?;
    }
    Ok(user)
}

/// A page of a search.
pub(super) struct Page {
    /// The users on it.
    pub(super) users: Vec<User>,
    /// How many were found in all.
    pub(super) total: usize,
    /// When any user last changed.
    pub(super) last_event: Option<Timestamp>,
}

/// The users that the caller may read and the queries find, in order. Without a limit, all.
pub(super) fn list_users(state: &Zitadel, request: &ListUsersRequest, caller: &Caller) -> Result<Page, Error> {
    let filter = Filter::all(&request.queries, 0)?;
    let users = state.users.snapshot();
    let mut last_event = None;
    let mut found: Vec<&User> = Vec::new();
    for user in users.iter() {
        last_event = last_event.max(Some(user.change_date));
        let visible = || caller.is(user) || caller.check(Permission::Read, &user.profile.resource_owner).is_ok();
        if filter.finds(user) == Some(true) && visible() {
            found.push(user);
        }
    }
    let total = found.len();
    let paging = request.query.as_option().cloned().unwrap_or_default();
    let column = &request.sorting_column;
    let order = |one: &&User, other: &&User| match paging.asc {
        true => search::order(column, one, other),
        false => search::order(column, other, one),
    };
    let start = usize::try_from(paging.offset).unwrap_or(usize::MAX).min(total);
    let end = match paging.limit {
        0 => total,
        limit => start.saturating_add(limit as usize).min(total),
    };
    // Only what stands on the page has to be in order.
    if end < total {
        found.select_nth_unstable_by(end, order);
        found.truncate(end);
    }
    if start > 0 && start < found.len() {
        found.select_nth_unstable_by(start, order);
    }
    let page = &mut found[start..];
    page.sort_unstable_by(order);
    Ok(Page { users: page.iter().map(|user| (*user).clone()).collect(), total, last_event })
}

/// Keeps a user out.
pub(super) fn deactivate_user(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    enter(state, user_id, caller, State::deactivated)
}

/// Lets a deactivated user in again.
pub(super) fn reactivate_user(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    enter(state, user_id, caller, State::reactivated)
}

/// Locks a user.
pub(super) fn lock_user(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    enter(state, user_id, caller, State::locked)
}

/// Lets a locked user in again.
pub(super) fn unlock_user(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    enter(state, user_id, caller, State::unlocked)
}

/// Removes a user for good. Answers the record with the event of the removal.
pub(super) fn delete_user(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    let now = caller.at();
    let removed = state.users.remove(user_id, |user| {
        caller.check(Permission::Delete, &user.profile.resource_owner)?;
        let mut last = user.clone();
        last.write(1, now);
        let ended = Ended { user_id: user_id.to_owned(), sequence: last.sequence };
        state.ended.upsert(ended).expect("it has no alias that could be taken");
        Ok(last)
    });
    removed.map_err(user_error)
}

/// What it means that the directory of users refused.
fn user_error(error: DirectoryError<Username, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists | DirectoryError::Taken(_) => Error::UsernameTaken,
        DirectoryError::Refused(error) => error,
    }
}

/// Changes a user that exists and that the caller may change, in one step.
fn change<R>(
    state: &Zitadel,
    user_id: &str,
    caller: &Caller,
    change: impl FnOnce(&mut User) -> Result<R, Error>,
) -> Result<R, Error> {
    let done = state.users.update(user_id, |user| {
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        change(user)
    });
    done.map_err(user_error)
}

/// A number in the vendor's form: 18 digits.
fn new_id(ids: &mut Reservation<'_>) -> String {
    digits(u64::from_be_bytes(ids.bytes()))
}

fn digits(random: u64) -> String {
    (100_000_000_000_000_000 + random % 900_000_000_000_000_000).to_string()
}

fn enter(
    state: &Zitadel,
    user_id: &str,
    caller: &Caller,
    next: impl FnOnce(State) -> Result<State, WrongState>,
) -> Result<User, Error> {
    let now = caller.at();
    let done = state.users.update(user_id, |user| {
        let next = next(user.state).map_err(Error::WrongState)?;
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        user.enter(next, now);
        Ok(user.clone())
    });
    done.map_err(user_error)
}
