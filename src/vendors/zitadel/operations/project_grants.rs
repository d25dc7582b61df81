//! The organisations that ZITADEL's projects are granted to. What a grant loses, the grants of users by it lose, too.

use std::collections::HashSet;

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Project, ProjectGrant};
use super::super::state::Zitadel;
use super::objects::Receipt;
use super::projects::{Asked, change};
use super::write::new_id;
use super::{members, user_grants};

/// How a call names a grant of a project.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    Id(&'a str),
    /// The organisation that it is granted to.
    Organization(&'a str),
}

/// The id of "the project is not granted like that".
const UNKNOWN: &str = "PROJECT-D8JxR";

/// The events of a change, and what it means that there is no such project.
const UPDATED: (&str, ObjectError) = ("project.grant.changed", ObjectError::ProjectGrantNotFound(UNKNOWN));
const DEACTIVATED: (&str, ObjectError) = ("project.grant.deactivated", ObjectError::ProjectMissing);
const REACTIVATED: (&str, ObjectError) = ("project.grant.reactivated", ObjectError::ProjectMissing);

impl Which<'_> {
    /// The grant of a project.
    pub fn of(self, project: &Project) -> Option<&ProjectGrant> {
        match self {
            Self::Id(id) => project.grant(id),
            Self::Organization(id) => project.grants.iter().find(|grant| grant.organization == id),
        }
    }
}

/// Grants a project to an organisation, which may then give its users these roles.
pub fn add_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    organization: &str,
    roles: Vec<String>,
    caller: &Caller,
) -> Result<(String, Receipt), Error> {
    let is_there = zitadel.organization(organization).is_some();
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, caller.at());
    let receipt = change(zitadel, asked, ObjectError::GrantedProjectMissing, caller, |project, log| {
        if !is_there {
            return Err(ObjectError::GrantedOrganizationMissing.into());
        }
        check_roles(project, &roles)?;
        asked.permit(project)?;
        if Which::Organization(organization).of(project).is_some() {
            return Err(ObjectError::ProjectGrantTaken.into());
        }
        project.add_grant(id.clone(), organization.to_owned(), roles, log);
        Ok(Receipt::new(&project.events, &project.resource_owner))
    })?;
    ids.commit();
    Ok((id, receipt))
}

fn check_roles(project: &Project, roles: &[String]) -> Result<(), ObjectError> {
    let known: HashSet<&str> = project.roles.iter().map(|role| &*role.key).collect();
    match roles.iter().all(|key| known.contains(&**key)) {
        true => Ok(()),
        false => Err(ObjectError::GrantedRoleMissing),
    }
}

/// Gives a grant other roles; the same again are no event.
pub fn update_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    roles: Vec<String>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    let kept: HashSet<String> = roles.iter().cloned().collect();
    let (id, receipt) = edit(zitadel, asked, which, UPDATED, caller, |project, grant| {
        check_roles(project, &roles)?;
        grant.roles = roles;
        Ok(())
    })?;
    let is_by = |grant: &super::super::record::UserGrant| grant.project_grant_id.as_deref() == Some(&*id);
    Ok(user_grants::keep_roles(zitadel, is_by, |role| kept.contains(role), caller).unwrap_or(receipt))
}

/// Deactivates a grant. One that is inactive stays so.
pub fn deactivate_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    enter(zitadel, asked, which, true, caller)
}

/// Activates a grant again.
pub fn activate_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    enter(zitadel, asked, which, false, caller)
}

fn enter(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    is_inactive: bool,
    caller: &Caller,
) -> Result<Receipt, Error> {
    let edited =
        edit(zitadel, asked, which, if is_inactive { DEACTIVATED } else { REACTIVATED }, caller, |_, grant| {
            grant.is_inactive = is_inactive;
            Ok(())
        });
    edited.map(|(_, receipt)| receipt)
}

fn edit(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    (kind, missing): (&'static str, ObjectError),
    caller: &Caller,
    edit: impl FnOnce(&Project, &mut ProjectGrant) -> Result<(), Error>,
) -> Result<(String, Receipt), Error> {
    change(zitadel, asked, missing, caller, |project, log| {
        let mut grant = which.of(project).cloned().ok_or(ObjectError::ProjectGrantNotFound(UNKNOWN))?;
        asked.permit(project)?;
        edit(project, &mut grant)?;
        let id = grant.id.clone();
        project.change_grant(&id, kind, |own| *own = grant, log);
        let own = project.grant(&id).expect("it was just changed");
        Ok((id.clone(), Receipt::new(&own.details, &project.resource_owner)))
    })
}

/// Takes a grant back that has to be there.
pub fn remove_grant(zitadel: &Zitadel, asked: &Asked<'_>, which: Which<'_>, caller: &Caller) -> Result<Receipt, Error> {
    let missing = ObjectError::ProjectGrantNotFound(UNKNOWN);
    take(zitadel, asked, which, missing, caller)?.ok_or(missing.into())
}

/// Takes a grant back, and tells when that was: also if it is gone already, but not if there never was one.
pub fn delete_grant(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    organization: &str,
    caller: &Caller,
) -> Result<Option<Timestamp>, Error> {
    let taken = take(zitadel, asked, Which::Organization(organization), ObjectError::ProjectMissing, caller)?;
    Ok(taken.map(|receipt| receipt.at).or_else(|| Some(zitadel.state.gone.get(&gone(asked.id, organization))?.at)))
}

fn gone(project: &str, organization: &str) -> String {
    format!("project_grant/{project}/{organization}")
}

fn take(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    which: Which<'_>,
    missing: ObjectError,
    caller: &Caller,
) -> Result<Option<Receipt>, Error> {
    let taken = change(zitadel, asked, missing, caller, |project, log| {
        let Some(grant) = which.of(project).cloned() else { return Ok(None) };
        asked.permit(project)?;
        project.remove_grant(&grant.id, log);
        Ok(Some((grant, Receipt::new(&project.events, &project.resource_owner))))
    })?;
    let Some((grant, receipt)) = taken else { return Ok(None) };
    zitadel.state.gone.push(receipt.gone(gone(asked.id, &grant.organization)));
    user_grants::remove_where(zitadel, |one| one.project_grant_id.as_deref() == Some(&*grant.id), caller);
    members::remove_where(zitadel, |one| one.grant.as_deref() == Some(&*grant.id));
    Ok(Some(receipt))
}
