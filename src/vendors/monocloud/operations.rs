//! One function per operation of MonoCloud's API, by resource; here what they share.

mod access;
mod groups;
mod identifiers;
mod lists;
mod passwords;
mod profile;
mod users;

use uuid::Uuid;

use super::MonoCloud;
use super::error::Error;
use super::record::{Alias, User};
use crate::directory::DirectoryError;
use crate::ids::Reservation;

pub(super) use access::{
    disconnect_external_authenticator, fail_sign_in, get_session, list_blocked_ips, list_sessions, remove_passkey,
    revoke_session, sign_in, unblock_ip,
};
pub(super) use groups::{
    Counted, GroupPatch, Joined, NewGroup, assign_group, create_group, delete_group, get_group, get_user_group,
    list_group_users, list_groups, list_user_groups, patch_group, unassign_group,
};
pub(super) use identifiers::{
    Link, NewIdentifier, add_identifier, remove_identifier, remove_username, send_email_verification_link, set_primary,
    set_username, set_verified,
};
pub(super) use lists::{Page, Paging, Sort};
pub(super) use passwords::{
    ChangePassword, ResetPassword, Secret, SetPassword, change_password, remove_password, reset_password,
    set_force_reset, set_password,
};
pub(super) use profile::{Data, get_data, patch_claims, patch_data};
pub(super) use users::{
    NewUser, create_user, delete_user, disable_user, enable_user, get_user, list_users, unblock_user,
};

/// A user after a change, and whether there was anything to change.
pub(super) struct Changed {
    /// The user as it stands now.
    pub(super) user: User,
    /// False where the user was so before.
    pub(super) changed: bool,
}

/// Changes a user, in one step. The body of a call is looked at only where the user exists, so it comes in as it was read.
fn change(
    state: &MonoCloud,
    user_id: &str,
    step: impl FnOnce(&mut User) -> Result<bool, Error>,
) -> Result<Changed, Error> {
    state.users.update(user_id, keeping(step)).map_err(|error| user_error(user_id, error))
}

/// What it means that the directory of users refused.
fn user_error(user_id: &str, error: DirectoryError<Alias, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::UserNotFound,
        DirectoryError::Exists => Error::IdTaken("user_id", user_id.to_owned()),
        DirectoryError::Taken(alias) => Error::Taken(alias),
        DirectoryError::Refused(error) => error,
    }
}

fn keeping(step: impl FnOnce(&mut User) -> Result<bool, Error>) -> impl FnOnce(&mut User) -> Result<Changed, Error> {
    |user| {
        let changed = step(user)?;
        Ok(Changed { user: user.clone(), changed })
    }
}

/// A UUID as the vendor makes them.
fn new_uuid(ids: &mut Reservation<'_>) -> Uuid {
    uuid::Builder::from_random_bytes(ids.bytes()).into_uuid()
}
