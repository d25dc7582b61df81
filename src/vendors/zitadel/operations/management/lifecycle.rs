//! The lifecycle of users in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{EventKind, UserState, WrongState};
use super::super::super::state::Zitadel;
use super::super::objects::Receipt;
use super::super::people::update;
use super::super::users;
use super::{admit, command, found, receipt};

/// Keeps a user out.
pub fn deactivate_user(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    enter(zitadel, user_id, visitor, "COMMAND-3M9ds", UserState::deactivated)
}

/// Lets a deactivated user in again.
pub fn reactivate_user(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    enter(zitadel, user_id, visitor, "COMMAND-4M0sd", UserState::reactivated)
}

/// Locks a user.
pub fn lock_user(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    enter(zitadel, user_id, visitor, "COMMAND-5M9fs", UserState::locked)
}

/// Lets a locked user in again.
pub fn unlock_user(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    enter(zitadel, user_id, visitor, "COMMAND-M0dos", UserState::unlocked)
}

/// Removes a user permanently.
pub fn remove_user(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    let absent = ManagementError::UserNotFound("COMMAND-m9od");
    let removed = users::remove_user(zitadel, user_id, &visitor.caller, |user| admit(user, visitor, absent));
    found(removed, absent).map(|written| receipt(&written))
}

/// Gives a user another name.
pub fn update_user_name(zitadel: &Zitadel, user_id: &str, name: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ManagementError::UsernameBlank.into());
    }
    command(zitadel, user_id, visitor, ManagementError::UserNotFound("COMMAND-5N9ds"), |user, write| {
        if *user.profile.username == *name {
            return Err(ManagementError::UsernameUnchanged.into());
        }
        update::change_username(user, Some(name), write);
        Ok(())
    })
}

fn enter(
    zitadel: &Zitadel,
    user_id: &str,
    visitor: &Visitor,
    absent: &'static str,
    next: impl FnOnce(UserState) -> Result<EventKind, WrongState>,
) -> Result<Receipt, Error> {
    command(zitadel, user_id, visitor, ManagementError::UserNotFound(absent), |user, write| {
        write.event(next(user.state).map_err(ManagementError::WrongState)?);
        Ok(())
    })
}
