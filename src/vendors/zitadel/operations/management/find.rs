//! Finding users in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::User;
use super::super::super::state::Zitadel;
use super::super::search::Filter;
use super::super::sessions::checks::by_login_name;
use super::super::users::{self, ListUsers, UsersFound};

/// The user of that id in the caller's organisation.
pub fn get_user_by_id(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<User, Error> {
    let user = zitadel.state.users.get(user_id).ok_or(ManagementError::UserNotFound("QUERY-Dfbg2"))?;
    super::admit(&user, visitor, ManagementError::UserNotFound("MANAG-fpo4B"))?;
    Ok(user)
}

/// The human of that id in the caller's organisation, whose part is asked for: `absent` and `machine` are the ids of
/// what the vendor says of nobody and of a machine.
pub fn get_human(
    zitadel: &Zitadel,
    user_id: &str,
    visitor: &Visitor,
    absent: &'static str,
    machine: &'static str,
) -> Result<User, Error> {
    let absent = ManagementError::UserNotFound(absent);
    let user = zitadel.state.users.get(user_id).ok_or(absent)?;
    super::admit(&user, visitor, absent)?;
    user.human().ok_or(ManagementError::NotPersonal(machine))?;
    Ok(user)
}

/// The user of that login name in any organisation.
pub fn get_user_by_login_name_global(zitadel: &Zitadel, name: &str) -> Result<User, Error> {
    by_login_name(zitadel, name).ok_or(ManagementError::UserNotFound("QUERY-Dfbg2").into())
}

/// Whether no user has all of what is given. Where nothing is given, every user has it.
pub fn is_user_unique(zitadel: &Zitadel, username: &str, email: &str) -> bool {
    let users = zitadel.state.users.snapshot();
    let has = |user: &User| {
        let address = user.human().map_or("", |human| &human.email.address.email);
        (username.is_empty() || *user.profile.username == *username) && (email.is_empty() || address == email)
    };
    !users.iter().any(has)
}

/// The users of the caller's organisation that the filters find.
pub fn list_users(zitadel: &Zitadel, mut input: ListUsers, visitor: &Visitor) -> Result<UsersFound, Error> {
    input.filters.push(Filter::Organization(visitor.organization.clone()));
    users::list_users(zitadel, input, &visitor.caller)
}
