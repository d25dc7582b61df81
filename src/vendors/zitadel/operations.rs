//! One function per operation of ZITADEL's user service. The order is the vendor's: exists, state, permission, write.

use super::Zitadel;
use super::auth::{Caller, Permission};
use super::error::Error;
use super::record::{State, User, WrongState};

/// The user of that id.
pub(super) fn get_user_by_id(state: &Zitadel, user_id: &str, caller: &Caller) -> Result<User, Error> {
    let user = state.users.get(user_id).ok_or(Error::UserNotFound)?;
    if !caller.is(&user) {
        caller.check(Permission::Read, &user.profile.resource_owner)?;
    }
    Ok(user)
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
    let now = state.clock.now();
    state.users.remove(
        user_id,
        || Error::UserNotFound,
        |user| {
            caller.check(Permission::Delete, &user.profile.resource_owner)?;
            let mut last = user.clone();
            last.enter(user.state, now);
            Ok(last)
        },
    )
}

fn enter(
    state: &Zitadel,
    user_id: &str,
    caller: &Caller,
    next: impl FnOnce(State) -> Result<State, WrongState>,
) -> Result<User, Error> {
    let now = state.clock.now();
    state.users.update(
        user_id,
        || Error::UserNotFound,
        |user| {
            let next = next(user.state).map_err(Error::WrongState)?;
            caller.check(Permission::Write, &user.profile.resource_owner)?;
            user.enter(next, now);
            Ok(user.clone())
        },
    )
}
