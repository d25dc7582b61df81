//! Groups and their members. A membership is stored in the user's record.

use std::collections::HashMap;
use std::convert::Infallible;

use serde::Deserialize;
use uuid::Uuid;

use super::change::change;
use super::lists::{Page, PageRequest};
use super::users::{self, UserField};
use crate::directory::DirectoryError;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Group, GroupType, Membership, User};
use crate::vendors::monocloud::state::{MonoCloud, new_uuid};

/// A group and how many users are in it.
#[derive(Debug, Clone)]
pub(in super::super) struct CountedGroup {
    pub(in super::super) group: Group,
    pub(in super::super) users: usize,
}

/// What groups can be sorted by.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum GroupField {
    Name,
    Type,
    ClientsAssigned,
    UsersAssigned,
    LastAssigned,
    CreationTime,
    LastUpdated,
}

/// A page of the groups.
pub(in super::super) fn list_groups(monocloud: &MonoCloud, request: PageRequest<GroupField>) -> Page<CountedGroup> {
    let mut users: HashMap<Uuid, usize> = HashMap::new();
    for membership in monocloud.state.users.snapshot().iter().flat_map(|user| &user.profile.groups) {
        *users.entry(membership.group_id).or_default() += 1;
    }
    let groups = monocloud.state.groups.snapshot();
    let counted: Vec<_> = groups
        .iter()
        .map(|group| CountedGroup { group: group.clone(), users: users.get(&group.id()).copied().unwrap_or(0) })
        .collect();
    Page::of(counted.iter(), request, |one, field| {
        let group = &one.group;
        match field {
            GroupField::Name => group.name.as_str().into(),
            GroupField::Type => match group.r#type {
                GroupType::BuiltIn => "built_in".into(),
                GroupType::Custom => "custom".into(),
            },
            GroupField::ClientsAssigned => 0.into(), // no clients are emulated
            GroupField::UsersAssigned => i64::try_from(one.users).unwrap_or(i64::MAX).into(),
            GroupField::LastAssigned => group.last_assigned.into(),
            GroupField::CreationTime => group.creation_time.into(),
            GroupField::LastUpdated => group.last_updated.into(),
        }
    })
}

/// A group that is to be made.
pub(in super::super) struct NewGroup {
    pub(in super::super) name: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) is_auto_assigned: bool,
}

/// Makes a group.
pub(in super::super) fn create_group(monocloud: &MonoCloud, new: NewGroup) -> Result<CountedGroup, Error> {
    let mut ids = monocloud.context.ids.reserve();
    let (now, id) = (monocloud.now(), new_uuid(&mut ids).to_string());
    let group = Group {
        group_id: id.clone(),
        r#type: GroupType::Custom,
        name: new.name,
        description: new.description,
        is_auto_assigned: new.is_auto_assigned,
        creation_time: now,
        last_updated: now,
        last_assigned: None,
    };
    let group = monocloud.state.groups.insert(&id, || Ok(group)).map_err(|error| group_error(&id, error))?;
    ids.commit();
    Ok(CountedGroup { group, users: 0 })
}

/// The group of that id.
pub(in super::super) fn get_group(monocloud: &MonoCloud, group_id: &str) -> Result<CountedGroup, Error> {
    Ok(count_users(monocloud, find_group(monocloud, group_id)?))
}

/// What of a group is to be changed.
pub(in super::super) struct GroupPatch {
    pub(in super::super) name: Option<String>,
    /// `Some(None)` clears it.
    pub(in super::super) description: Option<Option<String>>,
    pub(in super::super) is_auto_assigned: Option<bool>,
}

/// Changes a group. Returns whether anything changed.
pub(in super::super) fn patch_group(
    monocloud: &MonoCloud,
    group_id: &str,
    patch: GroupPatch,
) -> Result<(CountedGroup, bool), Error> {
    let now = monocloud.now();
    let patched = monocloud.state.groups.update(&key(group_id), |group| {
        let before = group.clone();
        group.name = patch.name.unwrap_or_else(|| before.name.clone());
        group.description = patch.description.unwrap_or_else(|| before.description.clone());
        group.is_auto_assigned = patch.is_auto_assigned.unwrap_or(before.is_auto_assigned);
        let changed = *group != before;
        if changed {
            group.last_updated = now;
        }
        Ok((group.clone(), changed))
    });
    let (group, changed) = patched.map_err(|error| group_error(group_id, error))?;
    Ok((count_users(monocloud, group), changed))
}

/// Removes a group. Users stay, and are no longer in it: a membership counts only while its group is there.
pub(in super::super) fn delete_group(monocloud: &MonoCloud, group_id: &str) -> Result<(), Error> {
    monocloud.state.groups.remove(&key(group_id), |_| Ok(())).map_err(|error| group_error(group_id, error))
}

/// A page of the users in a group that the filter finds.
pub(in super::super) fn list_group_users(
    monocloud: &MonoCloud,
    group_id: &str,
    filter: Option<&str>,
    request: PageRequest<UserField>,
) -> Result<Page<User>, Error> {
    let id = find_group(monocloud, group_id)?.id();
    Ok(users::page(monocloud, filter, request, |user| is_member(user, id)))
}

/// That a user is in a group.
#[derive(Debug, Clone)]
pub(in super::super) struct GroupMembership {
    pub(in super::super) user_id: String,
    pub(in super::super) group_name: String,
    pub(in super::super) membership: Membership,
}

/// What a user's groups can be sorted by.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum MembershipField {
    CreationTime,
}

/// A page of the groups that a user is in.
pub(in super::super) fn list_user_groups(
    monocloud: &MonoCloud,
    user_id: &str,
    request: PageRequest<MembershipField>,
) -> Result<Page<GroupMembership>, Error> {
    let user = users::get_user(monocloud, user_id)?;
    let joined = |membership: &Membership| {
        let group = monocloud.state.groups.get(&membership.group_id.to_string())?;
        Some(GroupMembership { user_id: user_id.to_owned(), group_name: group.name, membership: *membership })
    };
    let all: Vec<_> = user.profile.groups.iter().filter_map(joined).collect();
    Ok(Page::of(all.iter(), request, |one, field| match field {
        MembershipField::CreationTime => one.membership.creation_time.into(),
    }))
}

/// That the user is in the group.
pub(in super::super) fn get_user_group(
    monocloud: &MonoCloud,
    user_id: &str,
    group_id: &str,
) -> Result<GroupMembership, Error> {
    let user = users::get_user(monocloud, user_id)?;
    let group = find_group(monocloud, group_id)?;
    let membership = user.profile.groups.iter().find(|membership| membership.group_id == group.id());
    let membership = *membership.ok_or(Error::NotAMember)?;
    Ok(GroupMembership { user_id: user_id.to_owned(), group_name: group.name, membership })
}

/// Puts a user into a group. Returns whether the user was not in it before.
pub(in super::super) fn assign_group(
    monocloud: &MonoCloud,
    user_id: &str,
    group_id: &str,
) -> Result<(GroupMembership, bool), Error> {
    users::get_user(monocloud, user_id)?;
    let (group, now) = (find_group(monocloud, group_id)?, monocloud.now());
    let new = Membership { group_id: group.id(), creation_time: now };
    let done = change(monocloud, user_id, |user| {
        let is_new = !is_member(user, new.group_id);
        if is_new {
            let mut profile = (*user.profile).clone();
            profile.groups.push(new);
            user.profile = profile.into(); // the user is the same as before, so `last_updated` stays
        }
        Ok(is_new)
    })?;
    if done.changed {
        // The group may have been deleted meanwhile; then there is nothing to update.
        _ = monocloud.state.groups.update(&group.group_id, |group| {
            group.last_assigned = Some(now);
            Ok::<_, Error>(())
        });
    }
    let own = done.user.profile.groups.iter().find(|membership| membership.group_id == new.group_id);
    let membership = own.copied().unwrap_or(new);
    Ok((GroupMembership { user_id: user_id.to_owned(), group_name: group.name, membership }, done.changed))
}

/// Takes a user out of a group.
pub(in super::super) fn unassign_group(monocloud: &MonoCloud, user_id: &str, group_id: &str) -> Result<(), Error> {
    users::get_user(monocloud, user_id)?;
    let id = find_group(monocloud, group_id)?.id();
    change(monocloud, user_id, |user| {
        if !is_member(user, id) {
            return Err(Error::NotAMember);
        }
        let mut profile = (*user.profile).clone();
        profile.groups.retain(|membership| membership.group_id != id);
        user.profile = profile.into();
        Ok(true)
    })?;
    Ok(())
}

/// The group of that id alone, without how many users are in it.
pub(in super::super) fn find_group(monocloud: &MonoCloud, group_id: &str) -> Result<Group, Error> {
    monocloud.state.groups.get(&key(group_id)).ok_or(Error::GroupNotFound)
}

fn is_member(user: &User, id: Uuid) -> bool {
    user.profile.groups.iter().any(|membership| membership.group_id == id)
}

/// A UUID has one group, however it is written.
fn key(group_id: &str) -> String {
    Uuid::parse_str(group_id).map_or_else(|_| group_id.to_owned(), |id| id.to_string())
}

/// What it means that the directory of groups refused.
fn group_error(group_id: &str, error: DirectoryError<Infallible, Error>) -> Error {
    match error {
        DirectoryError::Absent => Error::GroupNotFound,
        DirectoryError::Exists => Error::IdTaken("group_id", group_id.to_owned()),
        DirectoryError::Taken(never) => match never {},
        DirectoryError::Refused(error) => error,
    }
}

fn count_users(monocloud: &MonoCloud, group: Group) -> CountedGroup {
    let id = group.id();
    let users = monocloud.state.users.snapshot().iter().filter(|user| is_member(user, id)).count();
    CountedGroup { group, users }
}
