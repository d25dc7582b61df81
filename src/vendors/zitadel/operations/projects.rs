//! ZITADEL's projects: made, read, changed, shut and opened again, removed with all that belongs to them.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Log, Project, ProjectName, ProjectSettings, ProjectState, WrongProjectState};
use super::super::state::Zitadel;
use super::objects::{Permit, Receipt};
use super::write::new_id;
use super::{events, members, user_grants};
use crate::directory::DirectoryError;

/// A project to be made.
pub struct AddProject {
    pub id: Option<String>,
    /// Whether there is such an organisation is not asked, as at the vendor.
    pub organization: String,
    pub settings: ProjectSettings,
}

/// A project that a call names, and who may do that to it.
pub struct Asked<'a> {
    pub id: &'a str,
    /// Of which organisation it has to be; the newer API does not say.
    organization: Option<&'a str>,
    permit: Permit<'a, Project>,
}

impl<'a> Asked<'a> {
    /// A project of an organisation.
    pub fn own(id: &'a str, organization: &'a str) -> Self {
        Self { id, organization: Some(organization), permit: &|_| Ok(()) }
    }

    /// A project of any organisation.
    pub fn any(id: &'a str, permit: Permit<'a, Project>) -> Self {
        Self { id, organization: None, permit }
    }

    fn is(&self, project: &Project) -> bool {
        self.organization.is_none_or(|organization| *project.resource_owner == *organization)
    }

    /// Asks whether the caller may.
    pub(super) fn permit(&self, project: &Project) -> Result<(), Error> {
        (self.permit)(project)
    }
}

/// Makes a project.
pub fn add_project(zitadel: &Zitadel, input: AddProject, caller: &Caller) -> Result<(Arc<str>, Receipt), Error> {
    let mut ids = zitadel.context.ids.reserve();
    let id = input.id.unwrap_or_else(|| new_id(&mut ids, caller.at()));
    let make = |log: &mut Log| Ok::<_, Error>(Project::new(id.clone(), input.organization.into(), input.settings, log));
    let made = events::logged(zitadel, caller, |log| zitadel.state.projects.insert(&id, || make(log)));
    let project = made.map_err(|error| match error {
        DirectoryError::Exists => Error::from(ObjectError::ProjectExists),
        DirectoryError::Taken(_) | DirectoryError::Absent => ObjectError::ProjectTaken.into(),
        DirectoryError::Refused(error) => error,
    })?;
    ids.commit();
    let receipt = Receipt::new(&project.events, &project.resource_owner);
    Ok((project.id, receipt))
}

/// A project. One of another organisation is told apart from none.
pub fn get_project(zitadel: &Zitadel, asked: &Asked<'_>) -> Result<Project, Error> {
    let project = zitadel.state.projects.get(asked.id).ok_or(ObjectError::ProjectNotFound("QUERY-fk2fs"))?;
    if !asked.is(&project) {
        return Err(ObjectError::ProjectNotFound("MANAG-SFf2a").into());
    }
    asked.permit(&project)?;
    Ok(project)
}

/// Changes what a call sets of a project; the same again is no event.
pub fn update_project(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    change_settings: impl FnOnce(&mut ProjectSettings),
    caller: &Caller,
) -> Result<Receipt, Error> {
    change(zitadel, asked, ObjectError::ProjectNotFound("COMMAND-3M9sd"), caller, |project, log| {
        asked.permit(project)?;
        let mut settings = ProjectSettings::clone(&project.settings);
        change_settings(&mut settings);
        project.set(settings, log);
        Ok(Receipt::new(&project.row, &project.resource_owner))
    })
}

/// Deactivates a project: nobody signs in to its applications any more.
pub fn deactivate_project(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Receipt, Error> {
    enter(zitadel, asked, "COMMAND-112M9", ProjectState::deactivated, caller)
}

/// Reactivates a project.
pub fn reactivate_project(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Receipt, Error> {
    enter(zitadel, asked, "COMMAND-3M9sd", ProjectState::reactivated, caller)
}

fn enter(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    unknown: &'static str,
    next: impl FnOnce(ProjectState) -> Result<ProjectState, WrongProjectState>,
    caller: &Caller,
) -> Result<Receipt, Error> {
    change(zitadel, asked, ObjectError::ProjectNotFound(unknown), caller, |project, log| {
        let next = next(project.state).map_err(|wrong| match wrong {
            WrongProjectState::NotActive => ObjectError::ProjectNotActive,
            WrongProjectState::NotInactive => ObjectError::ProjectNotInactive,
        })?;
        asked.permit(project)?;
        project.enter(next, log);
        Ok(Receipt::new(&project.events, &project.resource_owner))
    })
}

/// Removes a project of an organisation.
pub fn remove_project(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Receipt, Error> {
    remove(zitadel, asked, caller)?.ok_or(ObjectError::ProjectNotFound("COMMAND-3M9sd").into())
}

/// Removes a project, and tells when that was: also if it is gone already, but not if there never was one.
pub fn delete_project(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Option<Timestamp>, Error> {
    let removed = remove(zitadel, asked, caller)?;
    Ok(removed.map(|receipt| receipt.at).or_else(|| Some(zitadel.state.gone.get(&gone(asked.id))?.at)))
}

fn gone(id: &str) -> String {
    format!("project/{id}")
}

fn remove(zitadel: &Zitadel, asked: &Asked<'_>, caller: &Caller) -> Result<Option<Receipt>, Error> {
    let state = &zitadel.state;
    let missing = ObjectError::ProjectMissing;
    let removed = events::logged(zitadel, caller, |log| {
        state.projects.remove(asked.id, |project| {
            if !asked.is(project) {
                return Err(Error::from(missing));
            }
            asked.permit(project)?;
            let mut ended = project.clone();
            ended.end(log);
            Ok(Receipt::new(&ended.events, &ended.resource_owner))
        })
    });
    let receipt = match removed {
        Ok(receipt) => receipt,
        Err(DirectoryError::Refused(error)) if error == Error::from(missing) => return Ok(None),
        Err(DirectoryError::Refused(error)) => return Err(error),
        Err(_) => return Ok(None),
    };
    state.gone.push(receipt.gone(gone(asked.id)));
    for application in state.applications.snapshot().iter().filter(|one| *one.project_id == *asked.id) {
        let _ = state.applications.remove(&application.id, |_| Ok::<_, Error>(()));
    }
    members::remove_where(zitadel, |one| one.project.as_deref() == Some(asked.id));
    // What is answered is the last event, which is that of a grant where there was one.
    let last = user_grants::remove_where(zitadel, |grant| *grant.project_id == *asked.id, caller);
    Ok(Some(Receipt { sequence: last.map_or(receipt.sequence, |last| last.sequence), ..receipt }))
}

/// Changes a project in one step; `missing` is what it means that there is none.
pub(super) fn change<R>(
    zitadel: &Zitadel,
    asked: &Asked<'_>,
    missing: ObjectError,
    caller: &Caller,
    change: impl FnOnce(&mut Project, &mut Log) -> Result<R, Error>,
) -> Result<R, Error> {
    let changed = events::logged(zitadel, caller, |log| {
        zitadel.state.projects.update(asked.id, |project| match asked.is(project) {
            true => change(project, log),
            false => Err(missing.into()),
        })
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
