//! The members of ZITADEL's instance, organisations, projects and project grants: users with roles there.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::members::MemberError;
use super::super::error::objects::ObjectError;
use super::super::record::{Details, Gone, Level, Membership};
use super::super::state::{INSTANCE, Zitadel};
use super::objects::Receipt;
use crate::directory::DirectoryError;

/// Of what somebody is a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    Instance,
    Organization(&'a str),
    /// A project of an organisation.
    Project {
        organization: &'a str,
        id: &'a str,
    },
    /// A project that is granted to an organisation, and the grant's id.
    Grant {
        organization: &'a str,
        project: &'a str,
        id: &'a str,
    },
}

/// Somebody with roles.
pub struct Member {
    pub user_id: String,
    pub roles: Vec<String>,
}

impl Place<'_> {
    /// What kind of place it is.
    pub fn level(self) -> Level {
        match self {
            Self::Instance => Level::Instance,
            Self::Organization(_) => Level::Organization,
            Self::Project { .. } => Level::Project,
            Self::Grant { .. } => Level::Grant,
        }
    }

    /// Whether a membership is of that place.
    pub fn has(self, membership: &Membership) -> bool {
        match self {
            Self::Instance => membership.is_at(None, None, None),
            Self::Organization(id) => membership.is_at(Some(id), None, None),
            Self::Project { organization, id } => membership.is_at(Some(organization), Some(id), None),
            Self::Grant { organization, project, id } => membership.is_at(Some(organization), Some(project), Some(id)),
        }
    }

    /// A membership of that place.
    fn membership(self, roles: Vec<String>, events: &Details) -> Membership {
        let (organization, project, grant) = match self {
            Self::Instance => (None, None, None),
            Self::Organization(id) => (Some(id), None, None),
            Self::Project { organization, id } => (Some(organization), Some(id), None),
            Self::Grant { organization, project, id } => (Some(organization), Some(project), Some(id)),
        };
        let [organization, project, grant] = [organization, project, grant].map(|id| id.map(str::to_owned));
        Membership { organization, project, grant, roles, details: Details::row_of(events) }
    }

    /// Changes a membership and counts the event of it, in one step. `change` tells whether there is one.
    fn change(
        self,
        zitadel: &Zitadel,
        now: Timestamp,
        change: impl FnOnce(&Details) -> Result<bool, Error>,
    ) -> Result<Receipt, Error> {
        let write = |events: &mut Details, owner: &Arc<str>| {
            let mut next = *events;
            next.push(1, now);
            if change(&next)? {
                *events = next;
            }
            Ok(Receipt::new(events, owner))
        };
        let state = &zitadel.state;
        match self {
            Self::Instance => {
                let changed = state.instance.update(INSTANCE, |instance| write(&mut instance.events, &instance.id));
                refused(changed, || unreachable!("the instance is there and has no alias"))
            }
            Self::Organization(id) => {
                refused(state.organizations.update(id, |one| write(&mut one.events, &one.id)), || {
                    Error::OrganizationMissing
                })
            }
            Self::Project { id, .. } | Self::Grant { project: id, .. } => {
                refused(state.projects.update(id, |one| write(&mut one.events, &one.resource_owner)), || {
                    ObjectError::ProjectMissing.into()
                })
            }
        }
    }
}

fn refused<T, A>(result: Result<T, DirectoryError<A, Error>>, otherwise: impl FnOnce() -> Error) -> Result<T, Error> {
    result.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => otherwise(),
    })
}

/// Checks that members there can have these roles.
pub(super) fn check_roles(level: Level, roles: &[String]) -> Result<(), MemberError> {
    match roles.iter().all(|role| level.has_role(role)) {
        true => Ok(()),
        false => Err(MemberError::RoleInvalid(level)),
    }
}

/// Makes a user a member.
pub fn add_member(zitadel: &Zitadel, place: Place<'_>, member: Member, now: Timestamp) -> Result<Receipt, Error> {
    let level = place.level();
    if member.roles.is_empty() {
        return Err(MemberError::RolesMissing(level).into());
    }
    check_roles(level, &member.roles)?;
    place.change(zitadel, now, |events| {
        let added = zitadel.state.users.update(&member.user_id, |user| {
            let profile = user.profile_mut();
            if profile.memberships.iter().any(|one| place.has(one)) {
                return Err(Error::from(MemberError::Taken(level)));
            }
            profile.memberships.push(place.membership(member.roles, events));
            Ok(true)
        });
        refused(added, || MemberError::UserMissing(level).into())
    })
}

/// Gives a member other roles. The same again write nothing.
pub fn update_member(zitadel: &Zitadel, place: Place<'_>, member: Member, now: Timestamp) -> Result<Receipt, Error> {
    let level = place.level();
    if member.roles.is_empty() || check_roles(level, &member.roles).is_err() {
        return Err(MemberError::NewRoleInvalid(level).into());
    }
    place.change(zitadel, now, |events| {
        let changed = zitadel.state.users.update(&member.user_id, |user| {
            let mut memberships = user.profile_mut().memberships.iter_mut();
            let own = memberships.find(|one| place.has(one));
            let own = own.ok_or(Error::from(MemberError::NotFound(level)))?;
            let changes = own.roles != member.roles;
            if changes {
                own.roles = member.roles;
                own.details.follow(events);
            }
            Ok(changes)
        });
        refused(changed, || MemberError::NotFound(level).into())
    })
}

/// Takes a member's roles away. Whoever has none is none afterwards, too.
pub fn remove_member(zitadel: &Zitadel, place: Place<'_>, user_id: &str, now: Timestamp) -> Result<Receipt, Error> {
    place.change(zitadel, now, |_| {
        let removed = zitadel.state.users.update(user_id, |user| {
            let memberships = &mut user.profile_mut().memberships;
            let before = memberships.len();
            memberships.retain(|one| !place.has(one));
            Ok::<_, Error>(memberships.len() < before)
        });
        Ok(removed.unwrap_or(false))
    })
}

/// Takes a member's roles away, and tells when that was: also if it was before, but not if there never were any.
pub fn delete_administrator(
    zitadel: &Zitadel,
    place: Place<'_>,
    user_id: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let key = format!("member/{place:?}/{user_id}");
    let user = zitadel.state.users.get(user_id);
    if user.is_none_or(|user| !user.profile.memberships.iter().any(|one| place.has(one))) {
        return Ok(zitadel.state.gone.get(&key).map(|gone| gone.at));
    }
    let receipt = remove_member(zitadel, place, user_id, now)?;
    zitadel.state.gone.push(Gone { key, at: receipt.at });
    Ok(Some(receipt.at))
}

/// Takes the memberships away that fit, of whomever: what they were of is gone.
pub(super) fn remove_where(zitadel: &Zitadel, is_gone: impl Fn(&Membership) -> bool) {
    for user in zitadel.state.users.snapshot().iter().filter(|user| user.profile.memberships.iter().any(&is_gone)) {
        let _ = zitadel.state.users.update(&user.profile.user_id, |user| {
            user.profile_mut().memberships.retain(|one| !is_gone(one));
            Ok::<_, Error>(())
        });
    }
}
