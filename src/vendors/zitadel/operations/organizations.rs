//! ZITADEL's organisations: made, deactivated, activated, removed with all that belongs to them.

use std::sync::Arc;

use super::super::auth::{Caller, OrganizationName};
use super::super::error::Error;
use super::super::error::members::MemberError;
use super::super::error::objects::ObjectError;
use super::super::record::{Level, Log, Organization, OrganizationAlias, OrganizationState, Permission, Project};
use super::super::state::{INSTANCE, Zitadel};
use super::events;
use super::members::{self, Member, Place};
use super::objects::Receipt;
use super::people::create::{AddHumanUser, add_human_user};
use super::sessions;
use super::write::{Written, new_id};
use crate::directory::DirectoryError;

/// An organisation to be made.
pub struct AddOrganization {
    pub id: Option<String>,
    pub name: String,
    pub admins: Vec<Admin>,
}

impl AddOrganization {
    /// The ids of the administrators that are there already.
    pub fn assigned(&self) -> Vec<String> {
        let existing = self.admins.iter().filter_map(|admin| match &admin.user {
            Some(AdminUser::Existing(id)) => Some(id.clone()),
            Some(AdminUser::New(_)) | None => None,
        });
        existing.collect()
    }
}

/// Who is to administrate it.
pub struct Admin {
    /// Nobody is refused.
    pub user: Option<AdminUser>,
    pub roles: Vec<String>,
}

/// An administrator of a new organisation.
pub enum AdminUser {
    Existing(String),
    New(Box<AddHumanUser>),
}

/// A new organisation, and the users that were made with it.
pub struct Added {
    pub receipt: Receipt,
    pub id: Arc<str>,
    pub admins: Vec<Written>,
}

/// The host below which organisations have their domains.
const HOST: &str = "localhost";

/// Makes an organisation, or nothing at all. `input` reads what is asked for.
pub fn add_organization(
    zitadel: &Zitadel,
    input: impl Fn() -> Result<AddOrganization, Error>,
    caller: &Caller,
) -> Result<Added, Error> {
    // What is made of it may be refused in the middle, so it is tried on a copy first.
    add_all(&zitadel.trial(), input()?, caller)?;
    add_all(zitadel, input()?, caller)
}

fn add_all(zitadel: &Zitadel, input: AddOrganization, caller: &Caller) -> Result<Added, Error> {
    caller.check_in(Permission::OrganizationCreate, None, None)?;
    if input.name.trim().is_empty() {
        return Err(ObjectError::OrganizationNameBlank.into());
    }
    for admin in &input.admins {
        match &admin.user {
            None => return Err(ObjectError::AdminMissing.into()),
            Some(AdminUser::Existing(id)) if zitadel.state.users.get(id).is_none() => {
                return Err(MemberError::UserMissing(Level::Organization).into());
            }
            Some(AdminUser::Existing(_) | AdminUser::New(_)) => {}
        }
        members::check_roles(Level::Organization, &admin.roles)?;
    }
    let organization = insert(zitadel, input.id, &input.name, caller)?;
    let mut added = Added {
        receipt: Receipt::new(&organization.events, &organization.id),
        id: organization.id,
        admins: Vec::new(),
    };
    for admin in input.admins {
        added.receipt = add_admin(zitadel, &added.id, admin, caller, &mut added.admins)?;
    }
    Ok(added)
}

/// Makes an organisation whose owner is the caller.
pub fn add_own_organization(zitadel: &Zitadel, name: &str, caller: &Caller) -> Result<Added, Error> {
    let organization = insert(zitadel, None, name, caller)?;
    let owner = Member { user_id: caller.user().profile.user_id.clone(), roles: vec!["ORG_OWNER".to_owned()] };
    let receipt = members::add_member(zitadel, Place::Organization(&organization.id), owner, caller)?;
    Ok(Added { receipt, id: organization.id, admins: Vec::new() })
}

/// Makes an organisation of that name, without the blanks around it.
fn insert(zitadel: &Zitadel, id: Option<String>, name: &str, caller: &Caller) -> Result<Organization, Error> {
    let mut ids = zitadel.context.ids.reserve();
    let id = id.unwrap_or_else(|| new_id(&mut ids, caller.at()));
    let made = events::logged(zitadel, caller, |log| {
        zitadel.state.organizations.insert(&id, || Ok(Organization::new(id.clone(), name.trim(), HOST, log)))
    });
    let organization = made.map_err(|error| match error {
        DirectoryError::Exists => Error::from(ObjectError::OrganizationExists),
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Taken(_) => ObjectError::OrganizationTaken.into(),
    })?;
    ids.commit();
    Ok(organization)
}

fn add_admin(
    zitadel: &Zitadel,
    organization: &str,
    admin: Admin,
    caller: &Caller,
    made: &mut Vec<Written>,
) -> Result<Receipt, Error> {
    let user_id = match admin.user {
        None => return Err(ObjectError::AdminMissing.into()),
        Some(AdminUser::Existing(id)) => id,
        Some(AdminUser::New(human)) => {
            let organization = Some(OrganizationName::Id(organization.to_owned()));
            let written = add_human_user(zitadel, AddHumanUser { organization, ..*human }, caller)?;
            let id = written.user.profile.user_id.clone();
            made.push(written);
            id
        }
    };
    let roles = if admin.roles.is_empty() { vec!["ORG_OWNER".to_owned()] } else { admin.roles };
    members::add_member(zitadel, Place::Organization(organization), Member { user_id, roles }, caller)
}

/// Deactivates an organisation. Its people notice nothing.
pub fn deactivate_organization(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    enter(zitadel, id, OrganizationState::Inactive, permit, caller)
}

/// Activates an organisation again.
pub fn activate_organization(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    enter(zitadel, id, OrganizationState::Active, permit, caller)
}

fn enter(
    zitadel: &Zitadel,
    id: &str,
    state: OrganizationState,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    let (already, unknown) = match state {
        OrganizationState::Active => (ObjectError::OrganizationActive, "ORG-Dgf3g"),
        OrganizationState::Inactive | OrganizationState::Removed => (ObjectError::OrganizationInactive, "ORG-oL9nT"),
    };
    change(zitadel, id, unknown, permit, caller, |organization, log| {
        if organization.state == state {
            return Err(already.into());
        }
        organization.enter(state, log);
        Ok(())
    })
}

/// Changes an organisation that is there, in one step, and writes the events down; `unknown` is the id of "no such
/// organisation".
fn change(
    zitadel: &Zitadel,
    id: &str,
    unknown: &'static str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
    change: impl FnOnce(&mut Organization, &mut Log) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let missing = || ObjectError::OrganizationNotFound(unknown).into();
    permit()?;
    change_known(zitadel, id, (missing, ObjectError::OrganizationTaken), caller, change)
}

/// The same of what belongs to an organisation: what is said where that is missing, and where it would have what is
/// another's.
pub(super) fn change_known(
    zitadel: &Zitadel,
    id: &str,
    (missing, taken): (impl Fn() -> Error, ObjectError),
    caller: &Caller,
    change: impl FnOnce(&mut Organization, &mut Log) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let changed = events::logged(zitadel, caller, |log| {
        zitadel.state.organizations.update(id, |organization| {
            if !organization.is_there() {
                return Err(missing());
            }
            change(organization, log)?;
            Ok(Receipt::new(&organization.events, &organization.id))
        })
    });
    changed.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent => missing(),
        DirectoryError::Exists | DirectoryError::Taken(_) => taken.into(),
    })
}

/// Gives an organisation another name, and with it another domain.
pub fn update_organization(
    zitadel: &Zitadel,
    id: &str,
    name: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    const UNKNOWN: &str = "ORG-1MRds";
    let name = name.trim();
    change(zitadel, id, UNKNOWN, permit, caller, |organization, log| {
        if name.is_empty() {
            return Err(ObjectError::OrganizationNameBlank.into());
        }
        if *organization.name == *name {
            return Err(ObjectError::OrganizationUnchanged.into());
        }
        organization.rename(name, HOST, log);
        Ok(())
    })
}

/// The organisation of a call, removed or not.
pub fn get_organization(zitadel: &Zitadel, id: &str, unknown: &'static str) -> Result<Organization, Error> {
    zitadel.state.organizations.get(id).ok_or(ObjectError::OrganizationNotFound(unknown).into())
}

/// The organisation that has that domain.
pub fn get_organization_by_domain(zitadel: &Zitadel, domain: &str) -> Result<Organization, Error> {
    zitadel.organization_of_domain(domain).ok_or(ObjectError::OrganizationNotFound("QUERY-iTTGJ").into())
}

/// Whether no organisation has that name, and none that domain.
pub fn is_unique(zitadel: &Zitadel, name: &str, domain: &str) -> Result<bool, Error> {
    if name.is_empty() && domain.is_empty() {
        return Err(ObjectError::NothingToFind.into());
    }
    let aliases = [OrganizationAlias::Name(name.to_lowercase()), OrganizationAlias::Domain(domain.to_lowercase())];
    Ok(aliases.iter().all(|alias| zitadel.state.organizations.find(alias).is_none()))
}

/// Removes an organisation that has to be there.
pub fn remove_organization(zitadel: &Zitadel, id: &str, caller: &Caller) -> Result<Receipt, Error> {
    if zitadel.organization(id).is_none() {
        return Err(ObjectError::OrganizationNotFound("COMMA-aps2n").into());
    }
    delete_organization(zitadel, id, || Ok(()), caller)
}

/// Removes an organisation, and with it its users, projects and grants. One that is not there is gone already.
pub fn delete_organization(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce() -> Result<(), Error>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    permit()?;
    if *zitadel.instance().default_organization == *id {
        return Err(ObjectError::DefaultOrganization.into());
    }
    let removed = events::logged(zitadel, caller, |log| {
        zitadel.state.organizations.update(id, |organization| {
            if organization.is_there() {
                organization.enter(OrganizationState::Removed, log);
            }
            Ok::<_, Error>(organization.events)
        })
    });
    remove_everything(zitadel, id);
    // The answer names the instance as the owner.
    let sequence = removed.map_or(0, |events| events.sequence);
    Ok(Receipt { sequence, at: caller.at(), resource_owner: INSTANCE.into() })
}

/// Removes all that belongs to an organisation.
fn remove_everything(zitadel: &Zitadel, id: &str) {
    let state = &zitadel.state;
    for user in state.users.snapshot().iter().filter(|user| *user.profile.resource_owner == *id) {
        let _ = state.users.remove(&user.profile.user_id, |_| Ok::<_, Error>(()));
        sessions::hide_of_user(zitadel, &user.profile.user_id);
    }
    for project in state.projects.snapshot().iter().filter(|project| *project.resource_owner == *id) {
        let _ = state.projects.remove(&project.id, |_| Ok::<_, Error>(()));
    }
    for application in state.applications.snapshot().iter().filter(|one| *one.resource_owner == *id) {
        let _ = state.applications.remove(&application.id, |_| Ok::<_, Error>(()));
    }
    let is_granted = |project: &&Project| project.grants.iter().any(|grant| grant.organization == id);
    for project in state.projects.snapshot().iter().filter(is_granted) {
        let _ = state.projects.update(&project.id, |project| {
            project.grants = project.grants.iter().filter(|grant| grant.organization != id).cloned().collect();
            Ok::<_, Error>(())
        });
    }
    let is_gone = |user_id: &str| state.users.get(user_id).is_none();
    for grant in state.user_grants.snapshot().iter().filter(|one| *one.resource_owner == *id || is_gone(&one.user_id)) {
        let _ = state.user_grants.remove(&grant.id, |_| Ok::<_, Error>(()));
    }
    members::remove_where(zitadel, |one| one.organization.as_deref() == Some(id));
}
