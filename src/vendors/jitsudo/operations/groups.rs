//! Groups of users.

use std::sync::Arc;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Group, GroupName, Member, Origin, RoleMapping, User};
use super::super::state::Jitsudo;
use super::{check_user_tenant, log_action, new_id};
use crate::directory::{DirectoryError, Record};

/// A group that is to be.
pub(in super::super) struct NewGroup {
    pub(in super::super) name: String,
    pub(in super::super) description: Option<String>,
}

/// Makes a group. Its name is its own within the tenant.
pub(in super::super) fn create_group(jitsudo: &Jitsudo, caller: &Caller, new: NewGroup) -> Result<Group, Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let mut ids = jitsudo.context.ids.reserve();
    let id = new_id(&mut ids);
    let make = || {
        Ok(Group {
            id: id.clone(),
            tenant: caller.tenant(),
            name: new.name,
            description: new.description,
            source: Origin::Local,
            members: Arc::default(),
            role_mappings: Arc::default(),
            created_at: now,
            updated_at: now,
        })
    };
    let group = jitsudo.state.groups.insert(&id, make).map_err(group_error)?;
    ids.commit();
    log_action(jitsudo, now, group.tenant, caller.actor(), "group.create", ("group", id.as_str().into()));
    Ok(group)
}

/// Removes a group. Its members stay.
pub(in super::super) fn delete_group(jitsudo: &Jitsudo, caller: &Caller, id: &str) -> Result<(), Error> {
    jitsudo.access.admin(caller)?;
    jitsudo.state.groups.remove(id, |group| check_tenant(caller, group)).map_err(group_error)?;
    log_action(jitsudo, caller.at(), caller.tenant(), caller.actor(), "group.delete", ("group", id.into()));
    Ok(())
}

/// Takes a user of the tenant into a group.
pub(in super::super) fn add_group_member(
    jitsudo: &Jitsudo,
    caller: &Caller,
    id: &str,
    user: &str,
) -> Result<(User, Member), Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let joined = jitsudo.state.groups.update(id, |group| {
        check_tenant(caller, group)?;
        // Under the lock: who is removed later is then also removed from here.
        let user = jitsudo.state.users.get(user).ok_or(Error::UserNotFound)?;
        check_user_tenant(jitsudo, caller, &user)?;
        let member = group.add_member(user.key(), now).ok_or(Error::Conflict("already_member"))?;
        Ok((user, member))
    });
    let joined = joined.map_err(group_error)?;
    log_action(jitsudo, now, caller.tenant(), caller.actor(), "group.add_member", ("group", id.into()));
    Ok(joined)
}

/// Gives a group a role.
pub(in super::super) fn add_group_role_mapping(
    jitsudo: &Jitsudo,
    caller: &Caller,
    id: &str,
    role: &str,
) -> Result<RoleMapping, Error> {
    jitsudo.access.admin(caller)?;
    let now = caller.at();
    let mapping = jitsudo.state.groups.update(id, |group| {
        check_tenant(caller, group)?;
        group.add_role_mapping(role, now).ok_or(Error::Conflict("already_mapped"))
    });
    let mapping = mapping.map_err(group_error)?;
    log_action(jitsudo, now, caller.tenant(), caller.actor(), "group.add_role_mapping", ("group", id.into()));
    Ok(mapping)
}

/// The names of the groups that a user is in, as tokens carry them.
pub(super) fn names_of(jitsudo: &Jitsudo, user: &User) -> Vec<String> {
    let snapshot = jitsudo.state.groups.snapshot();
    let own = snapshot.iter().filter(|group| group.tenant == user.profile.tenant && group.has_member(user.key()));
    own.map(|group| group.name.clone()).collect()
}

/// Takes a user who was removed out of every group.
pub(super) fn remove_from_all(jitsudo: &Jitsudo, user: &User) {
    let now = jitsudo.context.clock.now();
    for group in jitsudo.state.groups.snapshot().iter().filter(|group| group.has_member(user.key())) {
        let remove = |group: &mut Group| {
            group.remove_member(user.key(), now);
            Ok::<_, Error>(())
        };
        // A group that is gone by now has forgotten everybody.
        _ = jitsudo.state.groups.update(group.key(), remove);
    }
}

/// Tenants are walls: another tenant's group is not there.
fn check_tenant(caller: &Caller, group: &Group) -> Result<(), Error> {
    match group.tenant == caller.tenant() {
        true => Ok(()),
        false => Err(Error::GroupNotFound),
    }
}

/// What it means that the directory of groups refused.
fn group_error(error: DirectoryError<GroupName, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::GroupNotFound,
        DirectoryError::Exists | DirectoryError::Taken(_) => Error::GroupTaken,
        DirectoryError::Refused(error) => error,
    }
}
