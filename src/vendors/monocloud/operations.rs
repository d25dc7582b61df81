//! One function per operation of MonoCloud's API.

use super::MonoCloud;
use super::error::Error;
use super::record::User;

/// A user after a change, and whether there was anything to change.
pub(super) struct Changed {
    /// The user as it stands now.
    pub(super) user: User,
    /// False where the user was so before.
    pub(super) changed: bool,
}

/// The user of that id.
pub(super) fn get_user(state: &MonoCloud, user_id: &str) -> Result<User, Error> {
    state.users.get(user_id).ok_or(Error::UserNotFound)
}

/// Keeps a user out. The body is looked at only where the user exists, so what is wrong with it comes in as it is.
pub(super) fn disable_user(
    state: &MonoCloud,
    user_id: &str,
    revoke_sessions: Result<bool, Error>,
) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| Ok(user.disable(revoke_sessions?, now)))
}

/// Lifts an earlier disable.
pub(super) fn enable_user(state: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| Ok(user.enable(now)))
}

/// Lifts a block that failed sign-ins caused.
pub(super) fn unblock_user(state: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = state.now();
    change(state, user_id, |user| Ok(user.unblock(now)))
}

fn change(
    state: &MonoCloud,
    user_id: &str,
    step: impl FnOnce(&mut User) -> Result<bool, Error>,
) -> Result<Changed, Error> {
    state.users.update(
        user_id,
        || Error::UserNotFound,
        |user| {
            let changed = step(user)?;
            Ok(Changed { user: user.clone(), changed })
        },
    )
}

impl MonoCloud {
    /// The world's time in epoch seconds, as this vendor shows it.
    pub(super) fn now(&self) -> i64 {
        self.shared.clock.now().as_second()
    }
}
