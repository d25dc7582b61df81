//! The members of ZITADEL's instance, organisations, projects and project grants: users with roles there.

use serde_json::json;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::members::MemberError;
use super::super::error::objects::ObjectError;
use super::super::record::{Details, Level, Membership, Occurrence};
use super::super::state::{INSTANCE, Zitadel};
use super::events;
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

/// What happens to a member.
#[derive(Debug, Clone, Copy)]
enum MemberChange {
    Added,
    Changed,
    Removed,
    /// The user is gone.
    RemovedToo,
}

impl MemberChange {
    /// The vendor's name of its event.
    fn kind(self, level: Level) -> &'static str {
        match (level, self) {
            (Level::Instance, Self::Added) => "instance.member.added",
            (Level::Instance, Self::Changed) => "instance.member.changed",
            (Level::Instance, Self::Removed) => "instance.member.removed",
            (Level::Instance, Self::RemovedToo) => "instance.member.cascade.removed",
            (Level::Organization, Self::Added) => "org.member.added",
            (Level::Organization, Self::Changed) => "org.member.changed",
            (Level::Organization, Self::Removed) => "org.member.removed",
            (Level::Organization, Self::RemovedToo) => "org.member.cascade.removed",
            (Level::Project, Self::Added) => "project.member.added",
            (Level::Project, Self::Changed) => "project.member.changed",
            (Level::Project, Self::Removed) => "project.member.removed",
            (Level::Project, Self::RemovedToo) => "project.member.cascade.removed",
            (Level::Grant, Self::Added) => "project.grant.member.added",
            (Level::Grant, Self::Changed) => "project.grant.member.changed",
            (Level::Grant, Self::Removed) => "project.grant.member.removed",
            (Level::Grant, Self::RemovedToo) => "project.grant.member.cascade.removed",
        }
    }
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

    /// What an event of members there says: whom it is about, and which roles they have.
    fn occurrence(self, change: MemberChange, user_id: &str, roles: &[String]) -> Occurrence {
        let grant = if let Self::Grant { id, .. } = self { Some(id) } else { None };
        let said = json!({ "userId": user_id, "roles": roles, "grantId": grant });
        Occurrence::saying(change.kind(self.level()), said)
    }

    /// Changes a membership and writes the event of it, in one step. `change` tells whether there is one.
    fn change(
        self,
        zitadel: &Zitadel,
        caller: &Caller,
        change: impl FnOnce(&Details) -> Result<Option<Occurrence>, Error>,
    ) -> Result<Receipt, Error> {
        let at = caller.at();
        let next = |events: &Details| {
            let mut next = *events;
            next.push(1, at);
            change(&next)
        };
        let state = &zitadel.state;
        events::logged(zitadel, caller, |log| match self {
            Self::Instance => {
                let changed = state.instance.update(INSTANCE, |one| {
                    next(&one.events)?.into_iter().for_each(|occurrence| one.write(log, occurrence));
                    Ok(Receipt::new(&one.events, &one.id))
                });
                refused(changed, || unreachable!("the instance is there and has no alias"))
            }
            Self::Organization(id) => {
                let changed = state.organizations.update(id, |one| {
                    next(&one.events)?.into_iter().for_each(|occurrence| one.write(log, occurrence));
                    Ok(Receipt::new(&one.events, &one.id))
                });
                refused(changed, || Error::OrganizationMissing)
            }
            Self::Project { id, .. } | Self::Grant { project: id, .. } => {
                let changed = state.projects.update(id, |one| {
                    next(&one.events)?.into_iter().for_each(|occurrence| one.write(log, occurrence));
                    Ok(Receipt::new(&one.events, &one.resource_owner))
                });
                refused(changed, || ObjectError::ProjectMissing.into())
            }
        })
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
pub fn add_member(zitadel: &Zitadel, place: Place<'_>, member: Member, caller: &Caller) -> Result<Receipt, Error> {
    let level = place.level();
    if member.roles.is_empty() {
        return Err(MemberError::RolesMissing(level).into());
    }
    check_roles(level, &member.roles)?;
    place.change(zitadel, caller, |events| {
        let added = zitadel.state.users.update(&member.user_id, |user| {
            let profile = user.profile_mut();
            if profile.memberships.iter().any(|one| place.has(one)) {
                return Err(Error::from(MemberError::Taken(level)));
            }
            let added = place.occurrence(MemberChange::Added, &member.user_id, &member.roles);
            profile.memberships.push(place.membership(member.roles, events));
            Ok(Some(added))
        });
        refused(added, || MemberError::UserMissing(level).into())
    })
}

/// Gives a member other roles. The same again write nothing.
pub fn update_member(zitadel: &Zitadel, place: Place<'_>, member: Member, caller: &Caller) -> Result<Receipt, Error> {
    let level = place.level();
    if member.roles.is_empty() {
        return Err(MemberError::NewRolesMissing(level).into());
    }
    check_roles(level, &member.roles).map_err(|_| MemberError::NewRoleInvalid(level))?;
    let changed = place.change(zitadel, caller, |events| {
        let changed = zitadel.state.users.update(&member.user_id, |user| {
            let mut memberships = user.profile_mut().memberships.iter_mut();
            let own = memberships.find(|one| place.has(one));
            let own = own.ok_or(Error::from(MemberError::NotFound(level)))?;
            if own.roles == member.roles {
                return Ok(None);
            }
            own.roles = member.roles;
            own.details.follow(events);
            Ok(Some(place.occurrence(MemberChange::Changed, &member.user_id, &own.roles)))
        });
        refused(changed, || MemberError::NotFound(level).into())
    });
    // Of what is not there, nobody is a member.
    changed.map_err(|error| match error {
        Error::Object(ObjectError::ProjectMissing) => MemberError::NotFound(level).into(),
        other => other,
    })
}

/// Takes a member's roles away. Whoever has none is none afterwards, too: then it answers the removal that was, or
/// nothing if there never was one. `permit` is asked only of who has some.
pub fn remove_member(
    zitadel: &Zitadel,
    place: Place<'_>,
    user_id: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Option<Receipt>, Error> {
    let key = format!("member/{place:?}/{user_id}");
    let user = zitadel.state.users.get(user_id);
    if user.is_none_or(|user| !user.profile.memberships.iter().any(|one| place.has(one))) {
        return Ok(zitadel.state.gone.get(&key).map(Receipt::again));
    }
    permit()?;
    let receipt = place.change(zitadel, caller, |_| {
        let removed = zitadel.state.users.update(user_id, |user| {
            let memberships = &mut user.profile_mut().memberships;
            let before = memberships.len();
            memberships.retain(|one| !place.has(one));
            Ok::<_, Error>(memberships.len() < before)
        });
        let is_removed = removed.unwrap_or(false);
        Ok(is_removed.then(|| place.occurrence(MemberChange::Removed, user_id, &[])))
    })?;
    zitadel.state.gone.push(receipt.gone(key));
    Ok(Some(receipt))
}

/// Writes the event that a user who is gone has no roles there any more. A place that is gone, too, has none.
pub(super) fn leave(zitadel: &Zitadel, membership: &Membership, user_id: &str, caller: &Caller) -> Option<Receipt> {
    let place = match [&membership.organization, &membership.project, &membership.grant].map(Option::as_deref) {
        [Some(organization), Some(project), Some(id)] => Place::Grant { organization, project, id },
        [Some(organization), Some(id), None] => Place::Project { organization, id },
        [Some(organization), ..] => Place::Organization(organization),
        [None, ..] => Place::Instance,
    };
    let left = place.occurrence(MemberChange::RemovedToo, user_id, &[]);
    place.change(zitadel, caller, |_| Ok(Some(left))).ok()
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
