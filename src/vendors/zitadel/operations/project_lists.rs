//! Searches among ZITADEL's projects, their roles, and the grants of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::super::error::Error;
use super::super::error::objects::ObjectError;
use super::super::record::{Organization, Project, ProjectGrant, ProjectRole};
use super::super::state::Zitadel;
use super::listing::{Cell, Limit, Row, Search};
use super::paging::Page;
use super::project_grants::Which;
use crate::directory::Snapshot;

/// What projects are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum ProjectField {
    Id,
    Name,
    Owner,
    /// The organisations that it is granted to.
    Granted,
    Created,
    Changed,
}

impl Row for Project {
    type Field = ProjectField;

    fn value(&self, field: ProjectField) -> Cell<'_> {
        match field {
            ProjectField::Id => Cell::Text(&self.id),
            ProjectField::Name => Cell::Text(&self.settings.name),
            ProjectField::Owner => Cell::Text(&self.resource_owner),
            ProjectField::Granted => Cell::Texts(self.grants.iter().map(|grant| &*grant.organization).collect()),
            ProjectField::Created => Cell::Time(self.row.creation_date),
            ProjectField::Changed => Cell::Time(self.row.change_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

/// The projects that fit. What the caller may not see is only counted.
pub fn list_projects(
    zitadel: &Zitadel,
    search: Search<ProjectField>,
    limit: Limit,
    fits: impl Fn(&Project) -> bool,
    is_visible: impl Fn(&Project) -> bool,
) -> Result<Page<Project>, Error> {
    let projects = zitadel.state.projects.snapshot();
    let found = search.find(projects.iter().filter(|project| fits(project)), limit)?;
    Ok(found.showing(|project| is_visible(project)).map(Project::clone))
}

/// What roles are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum RoleField {
    Key,
    DisplayName,
    Created,
    Changed,
}

impl Row for ProjectRole {
    type Field = RoleField;

    fn value(&self, field: RoleField) -> Cell<'_> {
        match field {
            RoleField::Key => Cell::Text(&self.key),
            RoleField::DisplayName => Cell::Text(&self.display_name),
            RoleField::Created => Cell::Time(self.details.creation_date),
            RoleField::Changed => Cell::Time(self.details.change_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// The roles of a project that fits; of another, none.
pub fn list_roles(
    zitadel: &Zitadel,
    project: &str,
    search: Search<RoleField>,
    limit: Limit,
    fits: impl Fn(&Project) -> bool,
) -> Result<(Option<Project>, Page<ProjectRole>), Error> {
    let project = zitadel.state.projects.get(project).filter(|project| fits(project));
    let roles = project.as_ref().map(|project| project.roles.to_vec()).unwrap_or_default();
    Ok((project, search.find(roles.into_iter(), limit)?))
}

/// The roles of a project that a grant of it gives.
pub fn list_granted_roles(granted: &Granted<'_>, search: Search<RoleField>) -> Result<Page<ProjectRole>, Error> {
    let is_given = |role: &&ProjectRole| granted.grant.roles.contains(&role.key);
    Ok(search.find(granted.project.roles.iter().filter(is_given), Limit::Unbounded)?.map(ProjectRole::clone))
}

/// A grant of a project, and what it shows of the two.
pub struct Granted<'a> {
    pub project: Cow<'a, Project>,
    pub grant: Cow<'a, ProjectGrant>,
    /// The name of the organisation that owns the project.
    pub owner_name: Arc<str>,
    /// That of the organisation that it is granted to.
    pub name: Arc<str>,
}

/// What grants of projects are searched and ordered by.
#[derive(Debug, Clone, Copy)]
pub enum GrantedField {
    ProjectId,
    ProjectName,
    Owner,
    Organization,
    Roles,
    Created,
    Changed,
}

impl<'a> Granted<'a> {
    fn new(organizations: &Snapshot<Organization>, project: &'a Project, grant: &'a ProjectGrant) -> Self {
        let name = |id: &str| organizations.get(id).map_or_else(Arc::default, |one| Arc::clone(&one.name));
        let (owner_name, name) = (name(&project.resource_owner), name(&grant.organization));
        Self { project: Cow::Borrowed(project), grant: Cow::Borrowed(grant), owner_name, name }
    }

    fn into_owned(self) -> Granted<'static> {
        Granted {
            project: Cow::Owned(self.project.into_owned()),
            grant: Cow::Owned(self.grant.into_owned()),
            owner_name: self.owner_name,
            name: self.name,
        }
    }
}

impl Row for Granted<'_> {
    type Field = GrantedField;

    fn value(&self, field: GrantedField) -> Cell<'_> {
        match field {
            GrantedField::ProjectId => Cell::Text(&self.project.id),
            GrantedField::ProjectName => Cell::Text(&self.project.settings.name),
            GrantedField::Owner => Cell::Text(&self.project.resource_owner),
            GrantedField::Organization => Cell::Text(&self.grant.organization),
            GrantedField::Roles => Cell::Texts(self.grant.roles.iter().map(|role| &**role).collect()),
            GrantedField::Created => Cell::Time(self.grant.details.creation_date),
            GrantedField::Changed => Cell::Time(self.grant.details.change_date),
        }
    }

    fn tie(&self, other: &Self) -> Ordering {
        self.grant.id.cmp(&other.grant.id)
    }
}

/// A grant of a project that fits.
pub fn get_grant(
    zitadel: &Zitadel,
    project: &str,
    which: Which<'_>,
    fits: impl Fn(&Project, &ProjectGrant) -> bool,
) -> Result<Granted<'static>, Error> {
    let project = zitadel.state.projects.get(project);
    let found = project.as_ref().and_then(|project| Some((project, which.of(project)?)));
    let found = found.filter(|(project, grant)| fits(project, grant));
    let (project, grant) = found.ok_or(ObjectError::ProjectGrantUnknown)?;
    Ok(Granted::new(&zitadel.state.organizations.snapshot(), project, grant).into_owned())
}

/// The grants of projects that fit. What the caller may not see is only counted.
pub fn list_grants(
    zitadel: &Zitadel,
    search: Search<GrantedField>,
    limit: Limit,
    fits: impl Fn(&Project, &ProjectGrant) -> bool,
    is_visible: impl Fn(&Granted) -> bool,
) -> Result<Page<Granted<'static>>, Error> {
    let (projects, organizations) = (zitadel.state.projects.snapshot(), zitadel.state.organizations.snapshot());
    let (fits, organizations) = (&fits, &organizations);
    let rows = projects.iter().flat_map(|project| {
        let grants = project.grants.iter().filter(move |grant| fits(project, grant));
        grants.map(move |grant| Granted::new(organizations, project, grant))
    });
    Ok(search.find(rows, limit)?.showing(is_visible).map(Granted::into_owned))
}
