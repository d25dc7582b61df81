//! The roles that ZITADEL's users are given in projects.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Details, Project, UserGrant, UserGrantState};
use super::super::state::Zitadel;
use super::objects::Receipt;
use super::write::new_id;
use crate::directory::DirectoryError;

/// A grant to be made.
pub struct AddUserGrant {
    /// The organisation that gives it.
    pub organization: String,
    pub user_id: String,
    pub project_id: String,
    /// By which grant the organisation has the project. On a project of its own, one that is unknown is taken.
    pub project_grant_id: Option<String>,
    pub roles: Vec<String>,
}

/// Gives a user roles in a project. `permit` is asked when user, project and roles are known.
pub fn add_user_grant(
    zitadel: &Zitadel,
    input: AddUserGrant,
    permit: impl FnOnce() -> Result<(), Error>,
    now: Timestamp,
) -> Result<(Arc<str>, Receipt), Error> {
    if zitadel.state.users.get(&input.user_id).is_none() {
        return Err(ObjectError::GranteeMissing("COMMAND-4f8sg").into());
    }
    let project = zitadel.state.projects.get(&input.project_id).ok_or(ObjectError::ProjectGrantMissing)?;
    let project_grant_id = has_project(&project, &input)?;
    let roles: HashSet<&str> = project.roles.iter().map(|role| &*role.key).collect();
    if !input.roles.iter().all(|key| roles.contains(&**key)) {
        return Err(ObjectError::RoleMissing.into());
    }
    permit()?;
    let mut ids = zitadel.context.ids.reserve();
    let id = new_id(&mut ids, now);
    let made = zitadel.state.user_grants.insert(&id, || {
        Ok::<_, Error>(UserGrant {
            id: id.as_str().into(),
            resource_owner: input.organization.into(),
            user_id: input.user_id.into(),
            project_id: Arc::clone(&project.id),
            project_grant_id,
            roles: input.roles.into(),
            state: UserGrantState::Active,
            details: Details::new(1, now),
        })
    });
    let grant = made.map_err(|_| ObjectError::GrantTaken)?;
    ids.commit();
    let receipt = Receipt::new(&grant.details, &grant.resource_owner);
    Ok((grant.id, receipt))
}

/// By which grant the organisation has the project; none where it owns it.
fn has_project(project: &Project, input: &AddUserGrant) -> Result<Option<Arc<str>>, ObjectError> {
    let named = || input.project_grant_id.as_deref().filter(|id| !id.is_empty());
    if *project.resource_owner == *input.organization {
        return Ok(named().map(Arc::from));
    }
    let granted = project.grants.iter().find(|grant| grant.organization == input.organization);
    let granted = granted.filter(|grant| named().is_none_or(|id| id == grant.id));
    let granted = granted.ok_or(ObjectError::ProjectGrantMissing)?;
    let roles: HashSet<&str> = granted.roles.iter().map(|key| &**key).collect();
    if !input.roles.iter().all(|key| roles.contains(&**key)) {
        return Err(ObjectError::RoleMissing);
    }
    Ok(Some(granted.id.as_str().into()))
}

/// Takes a grant away. One that is not there is gone already.
pub fn delete_authorization(
    zitadel: &Zitadel,
    id: &str,
    permit: impl FnOnce(&UserGrant) -> Result<(), Error>,
) -> Result<(), Error> {
    match zitadel.state.user_grants.remove(id, permit) {
        Ok(()) | Err(DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_)) => Ok(()),
        Err(DirectoryError::Refused(error)) => Err(error),
    }
}

/// Takes a grant of an organisation away.
pub fn remove_user_grant(zitadel: &Zitadel, id: &str, organization: &str, now: Timestamp) -> Result<Receipt, Error> {
    let removed = zitadel.state.user_grants.remove(id, |grant| {
        if *grant.resource_owner != *organization {
            return Err(Error::from(ObjectError::GrantNotFound));
        }
        let mut last = grant.details;
        last.push(1, now);
        Ok(Receipt::new(&last, &grant.resource_owner))
    });
    removed.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        _ => ObjectError::GrantNotFound.into(),
    })
}

/// Takes all grants of a user away that is gone.
pub(super) fn remove_of_user(zitadel: &Zitadel, user_id: &str) {
    for grant in zitadel.state.user_grants.snapshot().iter().filter(|grant| *grant.user_id == *user_id) {
        let _ = zitadel.state.user_grants.remove(&grant.id, |_| Ok::<_, Error>(()));
    }
}
