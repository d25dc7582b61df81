//! ZITADEL's projects and their roles.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Project, ProjectName, ProjectSettings, ProjectState, WrongProjectState};
use super::super::state::Zitadel;
use super::objects::Receipt;
use super::write::new_id;
use crate::directory::DirectoryError;

/// A project to be made.
pub struct AddProject {
    pub id: Option<String>,
    /// Whether there is such an organisation is not asked, as at the vendor.
    pub organization: String,
    pub settings: ProjectSettings,
}

/// A role to be added to a project.
pub struct AddRole {
    pub project_id: String,
    pub key: String,
    pub display_name: String,
    pub group: String,
}

/// Makes a project.
pub fn add_project(zitadel: &Zitadel, input: AddProject, now: Timestamp) -> Result<(Arc<str>, Receipt), Error> {
    let mut ids = zitadel.context.ids.reserve();
    let id = input.id.unwrap_or_else(|| new_id(&mut ids, now));
    let made = zitadel
        .state
        .projects
        .insert(&id, || Ok::<_, Error>(Project::new(id.clone(), input.organization.into(), input.settings, now)));
    let project = made.map_err(|error| match error {
        DirectoryError::Exists => Error::from(ObjectError::ProjectExists),
        DirectoryError::Taken(_) | DirectoryError::Absent => ObjectError::ProjectTaken.into(),
        DirectoryError::Refused(error) => error,
    })?;
    ids.commit();
    let receipt = Receipt::new(&project.events, &project.resource_owner);
    Ok((project.id, receipt))
}

/// Deactivates a project of an organisation: nobody signs in to its applications any more.
pub fn deactivate_project(zitadel: &Zitadel, id: &str, organization: &str, now: Timestamp) -> Result<Receipt, Error> {
    enter(zitadel, id, organization, "COMMAND-112M9", ProjectState::deactivated, now)
}

/// Reactivates a project of an organisation.
pub fn reactivate_project(zitadel: &Zitadel, id: &str, organization: &str, now: Timestamp) -> Result<Receipt, Error> {
    enter(zitadel, id, organization, "COMMAND-3M9sd", ProjectState::reactivated, now)
}

fn enter(
    zitadel: &Zitadel,
    id: &str,
    organization: &str,
    unknown: &'static str,
    next: impl FnOnce(ProjectState) -> Result<ProjectState, WrongProjectState>,
    now: Timestamp,
) -> Result<Receipt, Error> {
    change(zitadel, id, organization, ObjectError::ProjectNotFound(unknown), |project| {
        let next = next(project.state).map_err(|wrong| match wrong {
            WrongProjectState::NotActive => ObjectError::ProjectNotActive,
            WrongProjectState::NotInactive => ObjectError::ProjectNotInactive,
        })?;
        project.enter(next, now);
        Ok(Receipt::new(&project.events, &project.resource_owner))
    })
}

/// Adds a role to a project of an organisation.
pub fn add_role(zitadel: &Zitadel, input: AddRole, organization: &str, now: Timestamp) -> Result<Receipt, Error> {
    change(zitadel, &input.project_id, organization, ObjectError::ProjectMissing, |project| {
        if project.role(&input.key).is_some() {
            return Err(ObjectError::RoleTaken.into());
        }
        project.add_role(input.key, input.display_name, input.group, now);
        Ok(Receipt::new(&project.events, &project.resource_owner))
    })
}

/// Changes a project of an organisation in one step; `missing` is what it means that there is none.
pub(super) fn change<R>(
    zitadel: &Zitadel,
    id: &str,
    organization: &str,
    missing: ObjectError,
    change: impl FnOnce(&mut Project) -> Result<R, Error>,
) -> Result<R, Error> {
    let changed = zitadel.state.projects.update(id, |project| match *project.resource_owner == *organization {
        true => change(project),
        false => Err(missing.into()),
    });
    changed.map_err(|error| refused(error, missing))
}

/// What it means that the directory of projects refused.
pub(super) fn refused(error: DirectoryError<ProjectName, Error>, missing: ObjectError) -> Error {
    match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent => missing.into(),
        DirectoryError::Exists | DirectoryError::Taken(_) => ObjectError::ProjectTaken.into(),
    }
}
