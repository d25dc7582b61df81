//! The members of ZITADEL's instance and organisations: users with roles there.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::objects::{Level, ObjectError};
use super::super::record::{Details, Membership, is_role};
use super::super::state::{INSTANCE, Zitadel};
use super::objects::Receipt;
use crate::directory::DirectoryError;

/// Of what somebody is a member.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    Instance,
    Organization(&'a str),
}

/// Somebody with roles.
pub struct Member {
    pub user_id: String,
    pub roles: Vec<String>,
}

impl<'a> Place<'a> {
    fn level(self) -> Level {
        match self {
            Self::Instance => Level::Instance,
            Self::Organization(_) => Level::Organization,
        }
    }

    fn organization(self) -> Option<&'a str> {
        match self {
            Self::Instance => None,
            Self::Organization(id) => Some(id),
        }
    }

    /// Whether members there can have a role.
    fn has_role(self, role: &str) -> bool {
        let start = match self {
            Self::Instance => "IAM_",
            Self::Organization(_) => "ORG_",
        };
        is_role(role) && (role.starts_with(start) || (role == "SELF_MANAGEMENT_GLOBAL" && start == "ORG_"))
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
        let changed = match self {
            Self::Instance => {
                zitadel.state.instance.update(INSTANCE, |instance| write(&mut instance.events, &instance.id))
            }
            Self::Organization(id) => {
                let changed = zitadel.state.organizations.update(id, |one| write(&mut one.events, &one.id));
                return changed.map_err(|error| match error {
                    DirectoryError::Refused(error) => error,
                    _ => Error::OrganizationMissing,
                });
            }
        };
        changed.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            _ => unreachable!("the instance is there and has no alias"),
        })
    }
}

/// Checks that members there can have these roles.
pub(super) fn check_roles(place: Place<'_>, roles: &[String]) -> Result<(), ObjectError> {
    match roles.iter().all(|role| place.has_role(role)) {
        true => Ok(()),
        false => Err(ObjectError::RoleInvalid(place.level())),
    }
}

/// Makes a user a member.
pub fn add_member(zitadel: &Zitadel, place: Place<'_>, member: Member, now: Timestamp) -> Result<Receipt, Error> {
    if member.roles.is_empty() {
        return Err(ObjectError::RolesMissing.into());
    }
    check_roles(place, &member.roles)?;
    place.change(zitadel, now, |events| {
        let added = zitadel.state.users.update(&member.user_id, |user| {
            let profile = user.profile_mut();
            if profile.memberships.iter().any(|one| one.is_at(place.organization(), None)) {
                return Err(Error::from(ObjectError::MemberTaken(place.level())));
            }
            profile.memberships.push(Membership {
                organization: place.organization().map(str::to_owned),
                project: None,
                roles: member.roles,
                details: Details::row_of(events),
            });
            Ok(true)
        });
        added.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            _ => ObjectError::GranteeMissing(missing(place)).into(),
        })
    })
}

/// The id of "no such user".
pub(super) fn missing(place: Place<'_>) -> &'static str {
    match place {
        Place::Instance => "INSTA-GSXOn",
        Place::Organization(_) => "ORG-GoXOn",
    }
}

/// Gives a member other roles. The same again write nothing.
pub fn update_member(zitadel: &Zitadel, place: Place<'_>, member: Member, now: Timestamp) -> Result<Receipt, Error> {
    if member.roles.is_empty() || check_roles(place, &member.roles).is_err() {
        return Err(match place {
            Place::Instance => ObjectError::RoleInvalid(Level::Instance).into(),
            Place::Organization(_) => ObjectError::NewRoleInvalid.into(),
        });
    }
    place.change(zitadel, now, |events| {
        let changed = zitadel.state.users.update(&member.user_id, |user| {
            let mut memberships = user.profile_mut().memberships.iter_mut();
            let own = memberships.find(|one| one.is_at(place.organization(), None));
            let own = own.ok_or(Error::from(ObjectError::MemberNotFound))?;
            let changes = own.roles != member.roles;
            if changes {
                own.roles = member.roles;
                own.details.follow(events);
            }
            Ok(changes)
        });
        changed.map_err(|error| match error {
            DirectoryError::Refused(error) => error,
            _ => ObjectError::MemberNotFound.into(),
        })
    })
}

/// Takes a member's roles away. Whoever has none is none afterwards, too.
pub fn remove_member(zitadel: &Zitadel, place: Place<'_>, user_id: &str, now: Timestamp) -> Result<Receipt, Error> {
    place.change(zitadel, now, |_| {
        let removed = zitadel.state.users.update(user_id, |user| {
            let memberships = &mut user.profile_mut().memberships;
            let before = memberships.len();
            memberships.retain(|one| !one.is_at(place.organization(), None));
            Ok::<_, Error>(memberships.len() < before)
        });
        Ok(removed.unwrap_or(false))
    })
}
