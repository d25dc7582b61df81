//! The roles of ZITADEL's projects. A role that is removed leaves the grants, of projects and of users.

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::state::Zitadel;
use super::objects::Receipt;
use super::projects::{Asked, change};
use super::user_grants;

/// A role to be added to a project.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddRole {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub group: String,
}

/// What of a role is to be changed.
pub struct RoleChange {
    pub key: String,
    pub display_name: Option<String>,
    /// Without one it is emptied.
    pub group: String,
}

/// Adds roles to a project, all of them or none.
pub fn add_roles(zitadel: &Zitadel, asked: &Asked<'_>, roles: Vec<AddRole>, caller: &Caller) -> Result<Receipt, Error> {
    change(zitadel, asked, ObjectError::ProjectMissing, caller, |project, log| {
        asked.permit(project)?;
        for AddRole { key, display_name, group } in roles {
            if project.role(&key).is_some() {
                return Err(ObjectError::RoleTaken.into());
            }
            project.add_role(key, display_name, group, log);
        }
        Ok(Receipt::new(&project.events, &project.resource_owner))
    })
}

/// Changes a role; the same again is no event.
pub fn update_role(zitadel: &Zitadel, asked: &Asked<'_>, input: RoleChange, caller: &Caller) -> Result<Receipt, Error> {
    change(zitadel, asked, ObjectError::ProjectMissing, caller, |project, log| {
        asked.permit(project)?;
        let RoleChange { key, display_name, group } = input;
        let edit = |role: &mut super::super::record::ProjectRole| {
            role.display_name = display_name.unwrap_or_else(|| role.display_name.clone());
            role.group = group;
        };
        if !project.change_role(&key, edit, log) {
            return Err(ObjectError::RoleNotFound.into());
        }
        let role = project.role(&key).expect("it was just changed");
        Ok(Receipt::new(&role.details, &project.resource_owner))
    })
}

/// Removes a role. One that is not there is gone already, whoever asks, and where there is no project, nothing is
/// answered. Otherwise it is the last event: where the role leaves grants of users, that of the last of them.
pub fn remove_role(zitadel: &Zitadel, asked: &Asked<'_>, key: &str, caller: &Caller) -> Result<Option<Receipt>, Error> {
    let removed = change(zitadel, asked, ObjectError::ProjectMissing, caller, |project, log| {
        if project.role(key).is_some() {
            asked.permit(project)?;
            project.remove_role(key, log);
        }
        Ok((Receipt::new(&project.events, &project.resource_owner), project.id.clone()))
    });
    let (receipt, id) = match removed {
        Err(Error::Object(ObjectError::ProjectMissing)) => return Ok(None),
        removed => removed?,
    };
    let leaves = |role: &str| role != key;
    let left = user_grants::keep_roles(zitadel, |grant| *grant.project_id == *id, leaves, caller);
    Ok(Some(left.unwrap_or(receipt)))
}
