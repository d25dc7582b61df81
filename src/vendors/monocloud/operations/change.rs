//! Changes of a user, in one step with the look at it.

use std::sync::Arc;

use crate::bounded::{self, MAX_USER};
use crate::directory::DirectoryError;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Alias, Session, User};
use crate::vendors::monocloud::state::MonoCloud;

/// A user after a change, and whether there was anything to change.
pub(in super::super) struct Changed {
    /// The user after the change.
    pub(in super::super) user: User,
    /// False if the user already was in that state.
    pub(in super::super) changed: bool,
    /// The sessions that are over.
    pub(in super::super) ended: Vec<Session>,
}

/// Changes a user, in one step.
pub(super) fn change(
    monocloud: &MonoCloud,
    user_id: &str,
    step: impl FnOnce(&mut User) -> Result<bool, Error>,
) -> Result<Changed, Error> {
    let done = monocloud.state.users.update(user_id, |user| {
        let before = Arc::clone(&user.sessions);
        let changed = step(user)?;
        let ended = match Arc::ptr_eq(&before, &user.sessions) {
            true => Vec::new(), // nearly always
            false => {
                let lives = |one: &&Session| user.sessions.iter().any(|other| other.session_id == one.session_id);
                before.iter().filter(|one| !lives(one)).cloned().collect()
            }
        };
        Ok(Changed { user: user.clone(), changed, ended })
    });
    done.map_err(|error| user_error(user_id, error))
}

/// Changes a user, in one step, by which they may grow without end if nobody looks.
pub(super) fn grow(
    monocloud: &MonoCloud,
    user_id: &str,
    step: impl FnOnce(&mut User) -> Result<bool, Error>,
) -> Result<Changed, Error> {
    change(monocloud, user_id, |user| {
        let changed = step(user)?;
        match changed && bounded::is_larger(user, MAX_USER) {
            true => Err(Error::UserTooLarge),
            false => Ok(changed),
        }
    })
}

/// What it means that the directory of users refused.
pub(super) fn user_error(user_id: &str, error: DirectoryError<Alias, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists => Error::IdTaken("user_id", user_id.to_owned()),
        DirectoryError::Taken(alias) => Error::Taken(alias),
        DirectoryError::Refused(error) => error,
    }
}
