//! Groups, and who is in them. That a user is in a group stands with the user.

use std::collections::HashMap;
use std::convert::Infallible;

use uuid::Uuid;

use super::lists::{Key, Page};
use super::{new_uuid, users};
use crate::directory::DirectoryError;
use crate::vendors::monocloud::MonoCloud;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::{Group, GroupType, Membership, User};
use crate::vendors::monocloud::wire::Query;

/// A group and how many users are in it.
#[derive(Debug, Clone)]
pub(in super::super) struct Counted {
    pub(in super::super) group: Group,
    pub(in super::super) users: usize,
}

/// A page of the groups.
pub(in super::super) fn list_groups(state: &MonoCloud, query: &Query<'_>) -> Result<Page<Counted>, Error> {
    let paging = query.paging()?;
    let sort = query.sort(&[
        "name",
        "type",
        "clients_assigned",
        "users_assigned",
        "last_assigned",
        "creation_time",
        "last_updated",
    ])?;
    let mut users: HashMap<Uuid, usize> = HashMap::new();
    for membership in state.users.snapshot().iter().flat_map(|user| &user.profile.groups) {
        *users.entry(membership.group_id).or_default() += 1;
    }
    let groups = state.groups.snapshot();
    let counted: Vec<_> = groups
        .iter()
        .map(|group| Counted { group: group.clone(), users: users.get(&group.id()).copied().unwrap_or(0) })
        .collect();
    Ok(Page::of(counted.iter(), paging, sort, |one, field| -> Key<'_> {
        let group = &one.group;
        match field {
            "name" => group.name.as_str().into(),
            "type" => match group.r#type {
                GroupType::BuiltIn => "built_in".into(),
                GroupType::Custom => "custom".into(),
            },
            "clients_assigned" => 0.into(),
            "users_assigned" => i64::try_from(one.users).unwrap_or(i64::MAX).into(),
            "last_assigned" => group.last_assigned.into(),
            "creation_time" => group.creation_time.into(),
            _ => group.last_updated.into(),
        }
    }))
}

/// A group that is to be made.
pub(in super::super) struct NewGroup {
    pub(in super::super) name: String,
    pub(in super::super) description: Option<String>,
    pub(in super::super) is_auto_assigned: bool,
}

/// Makes a group.
pub(in super::super) fn create_group(state: &MonoCloud, new: NewGroup) -> Result<Counted, Error> {
    let mut ids = state.shared.ids.reserve();
    let (now, id) = (state.now(), new_uuid(&mut ids).to_string());
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
    let group = state.groups.insert(&id, || Ok(group)).map_err(|error| group_error(&id, error))?;
    ids.commit();
    Ok(Counted { group, users: 0 })
}

/// The group of that id.
pub(in super::super) fn get_group(state: &MonoCloud, group_id: &str) -> Result<Counted, Error> {
    Ok(counted(state, group(state, group_id)?))
}

/// What of a group is to be changed.
pub(in super::super) struct GroupPatch {
    pub(in super::super) name: Option<String>,
    /// `Some(None)` clears it.
    pub(in super::super) description: Option<Option<String>>,
    pub(in super::super) is_auto_assigned: Option<bool>,
}

/// Changes a group. Answers whether there was anything to change.
pub(in super::super) fn patch_group(
    state: &MonoCloud,
    group_id: &str,
    patch: Result<GroupPatch, Error>,
) -> Result<(Counted, bool), Error> {
    let now = state.now();
    let patched = state.groups.update(&key(group_id), |group| {
        let patch = patch?;
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
    Ok((counted(state, group), changed))
}

/// Removes a group. Users stay, and are no longer in it: a membership counts only while its group is there.
pub(in super::super) fn delete_group(state: &MonoCloud, group_id: &str) -> Result<(), Error> {
    state.groups.remove(&key(group_id), |_| Ok(())).map_err(|error| group_error(group_id, error))
}

/// A page of the users in a group.
pub(in super::super) fn list_group_users(
    state: &MonoCloud,
    group_id: &str,
    query: &Query<'_>,
) -> Result<Page<User>, Error> {
    let id = group(state, group_id)?.id();
    users::page(state, query, |user| is_in(user, id))
}

/// That a user is in a group.
#[derive(Debug, Clone)]
pub(in super::super) struct Joined {
    pub(in super::super) user_id: String,
    pub(in super::super) group_name: String,
    pub(in super::super) membership: Membership,
}

/// A page of the groups that a user is in.
pub(in super::super) fn list_user_groups(
    state: &MonoCloud,
    user_id: &str,
    query: &Query<'_>,
) -> Result<Page<Joined>, Error> {
    let user = users::get_user(state, user_id)?;
    let paging = query.paging()?;
    let sort = query.sort(&["creation_time"])?;
    let joined = |membership: &Membership| {
        let group = state.groups.get(&membership.group_id.to_string())?;
        Some(Joined { user_id: user_id.to_owned(), group_name: group.name, membership: *membership })
    };
    let all: Vec<_> = user.profile.groups.iter().filter_map(joined).collect();
    Ok(Page::of(all.iter(), paging, sort, |one, _| one.membership.creation_time.into()))
}

/// That the user is in the group.
pub(in super::super) fn get_user_group(state: &MonoCloud, user_id: &str, group_id: &str) -> Result<Joined, Error> {
    let user = users::get_user(state, user_id)?;
    let group = group(state, group_id)?;
    let membership = user.profile.groups.iter().find(|membership| membership.group_id == group.id());
    let membership = *membership.ok_or(Error::NotAMember)?;
    Ok(Joined { user_id: user_id.to_owned(), group_name: group.name, membership })
}

/// Puts a user into a group. Answers whether the user was not in it before.
pub(in super::super) fn assign_group(
    state: &MonoCloud,
    user_id: &str,
    group_id: &str,
) -> Result<(Joined, bool), Error> {
    users::get_user(state, user_id)?;
    let (group, now) = (group(state, group_id)?, state.now());
    let new = Membership { group_id: group.id(), creation_time: now };
    let done = super::change(state, user_id, |user| {
        let is_new = !is_in(user, new.group_id);
        if is_new {
            let mut profile = (*user.profile).clone();
            profile.groups.push(new);
            user.profile = profile.into(); // the user is the same as before, so `last_updated` stays
        }
        Ok(is_new)
    })?;
    if done.changed {
        // The group may be gone by now, and then nobody asks.
        _ = state.groups.update(&group.group_id, |group| {
            group.last_assigned = Some(now);
            Ok::<_, Error>(())
        });
    }
    let own = done.user.profile.groups.iter().find(|membership| membership.group_id == new.group_id);
    let membership = own.copied().unwrap_or(new);
    Ok((Joined { user_id: user_id.to_owned(), group_name: group.name, membership }, done.changed))
}

/// Takes a user out of a group.
pub(in super::super) fn unassign_group(state: &MonoCloud, user_id: &str, group_id: &str) -> Result<(), Error> {
    users::get_user(state, user_id)?;
    let id = group(state, group_id)?.id();
    super::change(state, user_id, |user| {
        if !is_in(user, id) {
            return Err(Error::NotAMember);
        }
        let mut profile = (*user.profile).clone();
        profile.groups.retain(|membership| membership.group_id != id);
        user.profile = profile.into();
        Ok(true)
    })?;
    Ok(())
}

fn is_in(user: &User, id: Uuid) -> bool {
    user.profile.groups.iter().any(|membership| membership.group_id == id)
}

fn group(state: &MonoCloud, group_id: &str) -> Result<Group, Error> {
    state.groups.get(&key(group_id)).ok_or(Error::GroupNotFound)
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

fn counted(state: &MonoCloud, group: Group) -> Counted {
    let id = group.id();
    let users = state.users.snapshot().iter().filter(|user| is_in(user, id)).count();
    Counted { group, users }
}
