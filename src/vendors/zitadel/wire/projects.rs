//! ZITADEL's messages about projects, their roles and the grants of them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::Described;
use super::listing::{Table, first_page, id, ids, newer_page, no_special, text};
use super::objects::{read, time};
use crate::vendors::zitadel::operations::listing::{Condition, Search};
use crate::vendors::zitadel::operations::paging::Page;
use crate::vendors::zitadel::operations::project_lists::{Granted, GrantedField, ProjectField, RoleField};
use crate::vendors::zitadel::operations::project_roles::{AddRole, RoleChange};
use crate::vendors::zitadel::operations::projects::AddProject;
use crate::vendors::zitadel::record::{Project, ProjectRole, ProjectSettings};

/// The project that a message of the first API asks for.
pub(in super::super) fn add_project(message: &Described, organization: &str) -> AddProject {
    AddProject { id: None, organization: organization.to_owned(), settings: message.read_all() }
}

/// The project that a message of the newer API asks for.
pub(in super::super) fn create_project(message: &Described) -> AddProject {
    let settings = ProjectSettings {
        name: message.text("name").to_owned(),
        project_role_assertion: message.read("projectRoleAssertion"),
        project_role_check: message.read("authorizationRequired"),
        has_project_check: message.read("projectAccessRequired"),
        private_labeling_setting: message.read("privateLabelingSetting"),
    };
    let id = Some(message.text("projectId")).filter(|id| !id.is_empty());
    AddProject { id: id.map(str::to_owned), organization: message.text("organizationId").to_owned(), settings }
}

/// What a message of the first API sets of a project: all of it.
pub(in super::super) fn settings(message: &Described) -> ProjectSettings {
    ProjectSettings {
        name: message.text("name").to_owned(),
        project_role_assertion: message.read("projectRoleAssertion"),
        project_role_check: message.read("projectRoleCheck"),
        has_project_check: message.read("hasProjectCheck"),
        private_labeling_setting: message.read("privateLabelingSetting"),
    }
}

/// Changes what a message of the newer API sets of a project: what it has.
pub(in super::super) fn change_settings(message: &Described, settings: &mut ProjectSettings) {
    fn set<T: serde::de::DeserializeOwned + Default>(message: &Described, name: &str, member: &mut T) {
        if message.has(name) {
            *member = message.read(name);
        }
    }
    set(message, "name", &mut settings.name);
    set(message, "projectRoleAssertion", &mut settings.project_role_assertion);
    set(message, "authorizationRequired", &mut settings.project_role_check);
    set(message, "projectAccessRequired", &mut settings.has_project_check);
    set(message, "privateLabelingSetting", &mut settings.private_labeling_setting);
}

/// The role that a message asks for.
pub(in super::super) fn add_role(message: &Described) -> AddRole {
    AddRole {
        key: message.text("roleKey").to_owned(),
        display_name: message.text("displayName").to_owned(),
        group: message.text("group").to_owned(),
    }
}

/// What of a role a message changes. A group that it leaves out is emptied.
pub(in super::super) fn change_role(message: &Described) -> RoleChange {
    RoleChange {
        key: message.text("roleKey").to_owned(),
        display_name: message.has("displayName").then(|| message.text("displayName").to_owned()),
        group: message.text("group").to_owned(),
    }
}

/// The answer of the newer APIs to a creation, whose id is under that name.
pub(in super::super) fn created(id_name: &str, id: &str, at: Timestamp) -> Value {
    json!({ id_name: id, "creationDate": time(at) })
}

const PROJECTS: Table<ProjectField> = Table {
    queries: &[
        text("projectNameFilter", "projectName", ProjectField::Name),
        ids("inProjectIdsFilter", ProjectField::Id),
        text("nameQuery", "name", ProjectField::Name),
        id("projectResourceOwnerQuery", "resourceOwner", ProjectField::Owner),
    ],
    columns: &[
        ("_FIELD_NAME_ID", ProjectField::Id),
        ("_CREATION_DATE", ProjectField::Created),
        ("_CHANGE_DATE", ProjectField::Changed),
        ("_NAME_NAME", ProjectField::Name),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_projects(message: &Described) -> Search<ProjectField> {
    PROJECTS.newer(message, &|name, value| {
        if name != "organizationIdFilter" {
            return None;
        }
        let is = |field| Condition::is(field, value["organizationId"].as_str().unwrap_or_default());
        Some(match value["type"].as_str() {
            Some("OWNED") => is(ProjectField::Owner),
            Some("GRANTED") => is(ProjectField::Granted),
            _ => Condition::Any(vec![is(ProjectField::Owner), is(ProjectField::Granted)]),
        })
    })
}

/// The search of a message of the first API.
pub(in super::super) fn list_own_projects(message: &Described) -> Search<ProjectField> {
    PROJECTS.older(message, &no_special)
}

/// The answer of the newer API about several projects.
pub(in super::super) fn projects(page: &Page<Project>) -> Value {
    newer_page(page, "projects", project)
}

/// The answer of the newer API about one project.
pub(in super::super) fn one_project(one: &Project) -> Value {
    json!({ "project": project(one) })
}

fn project(project: &Project) -> Value {
    let settings = &project.settings;
    json!({
        "projectId": *project.id,
        "organizationId": *project.resource_owner,
        "creationDate": time(project.row.creation_date),
        "changeDate": time(project.row.change_date),
        "name": settings.name,
        "state": project.state,
        "projectRoleAssertion": settings.project_role_assertion,
        "authorizationRequired": settings.project_role_check,
        "projectAccessRequired": settings.has_project_check,
        "privateLabelingSetting": settings.private_labeling_setting,
    })
}

/// The answer of the first API about several projects.
pub(in super::super) fn own_projects(page: &Page<Project>, now: Timestamp) -> Value {
    first_page(page, now, own_project)
}

/// The answer of the first API about one project.
pub(in super::super) fn one_own_project(project: &Project) -> Value {
    json!({ "project": own_project(project) })
}

fn own_project(project: &Project) -> Value {
    let settings = &project.settings;
    json!({
        "id": *project.id,
        "details": read(&project.row, &project.resource_owner),
        "name": settings.name,
        "state": project.state,
        "projectRoleAssertion": settings.project_role_assertion,
        "projectRoleCheck": settings.project_role_check,
        "hasProjectCheck": settings.has_project_check,
        "privateLabelingSetting": settings.private_labeling_setting,
    })
}

const ROLES: Table<RoleField> = Table {
    queries: &[
        text("roleKeyFilter", "key", RoleField::Key),
        text("displayNameFilter", "displayName", RoleField::DisplayName),
        text("keyQuery", "key", RoleField::Key),
        text("displayNameQuery", "displayName", RoleField::DisplayName),
    ],
    columns: &[
        ("_NAME_KEY", RoleField::Key),
        ("_CREATION_DATE", RoleField::Created),
        ("_CHANGE_DATE", RoleField::Changed),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_roles(message: &Described) -> Search<RoleField> {
    ROLES.newer(message, &no_special)
}

/// The search of a message of the first API.
pub(in super::super) fn list_own_roles(message: &Described) -> Search<RoleField> {
    // No column orders them, so they come by their keys, whichever order is asked for.
    let mut search = ROLES.older(message, &no_special);
    search.paging.ascending = true;
    search
}

/// The answer of the newer API.
pub(in super::super) fn roles(page: &Page<ProjectRole>, project: &str) -> Value {
    newer_page(page, "projectRoles", |role| {
        json!({
            "projectId": project, "key": role.key, "displayName": role.display_name, "group": role.group,
            "creationDate": time(role.details.creation_date), "changeDate": time(role.details.change_date),
        })
    })
}

/// The answer of the first API.
pub(in super::super) fn own_roles(page: &Page<ProjectRole>, owner: &str, now: Timestamp) -> Value {
    first_page(page, now, |role| {
        let details = read(&role.details, owner);
        json!({ "key": role.key, "details": details, "displayName": role.display_name, "group": role.group })
    })
}

const GRANTS: Table<GrantedField> = Table {
    queries: &[
        text("projectNameFilter", "projectName", GrantedField::ProjectName),
        text("roleKeyFilter", "key", GrantedField::Roles),
        ids("inProjectIdsFilter", GrantedField::ProjectId),
        id("organizationIdFilter", "id", GrantedField::Owner),
        id("grantedOrganizationIdFilter", "id", GrantedField::Organization),
        text("projectNameQuery", "name", GrantedField::ProjectName),
        text("roleKeyQuery", "roleKey", GrantedField::Roles),
        id("projectIdQuery", "projectId", GrantedField::ProjectId),
        id("grantedOrgIdQuery", "grantedOrgId", GrantedField::Organization),
        text("nameQuery", "name", GrantedField::ProjectName),
        id("projectResourceOwnerQuery", "resourceOwner", GrantedField::Owner),
    ],
    columns: &[
        ("_PROJECT_ID", GrantedField::ProjectId),
        ("_CREATION_DATE", GrantedField::Created),
        ("_CHANGE_DATE", GrantedField::Changed),
    ],
};

/// The search of a message of the newer API.
pub(in super::super) fn list_grants(message: &Described) -> Search<GrantedField> {
    GRANTS.newer(message, &no_special)
}

/// The search of a message of the first API.
pub(in super::super) fn list_own_grants(message: &Described) -> Search<GrantedField> {
    GRANTS.older(message, &no_special)
}

/// The answer of the newer API.
pub(in super::super) fn grants(page: &Page<Granted<'_>>) -> Value {
    newer_page(page, "projectGrants", |granted| {
        json!({
            "organizationId": *granted.project.resource_owner,
            "creationDate": time(granted.grant.details.creation_date),
            "changeDate": time(granted.grant.details.change_date),
            "grantedOrganizationId": granted.grant.organization,
            "grantedOrganizationName": *granted.name,
            "grantedRoleKeys": granted.grant.roles,
            "projectId": *granted.project.id,
            "projectName": granted.project.settings.name,
            "state": grant_state(granted),
        })
    })
}

/// The answer of the first API about several grants.
pub(in super::super) fn own_grants(page: &Page<Granted<'_>>, now: Timestamp) -> Value {
    first_page(page, now, own_grant)
}

/// The answer of the first API about one, under that name.
pub(in super::super) fn one_grant(granted: &Granted, name: &str) -> Value {
    json!({ name: own_grant(granted) })
}

fn own_grant(granted: &Granted<'_>) -> Value {
    json!({
        "grantId": granted.grant.id,
        "details": read(&granted.grant.details, &granted.project.resource_owner),
        "grantedOrgId": granted.grant.organization,
        "grantedOrgName": *granted.name,
        "grantedRoleKeys": granted.grant.roles,
        "state": grant_state(granted),
        "projectId": *granted.project.id,
        "projectName": granted.project.settings.name,
        "projectOwnerId": *granted.project.resource_owner,
        "projectOwnerName": *granted.owner_name,
    })
}

fn grant_state(granted: &Granted<'_>) -> &'static str {
    match granted.grant.is_inactive {
        true => "PROJECT_GRANT_STATE_INACTIVE",
        false => "PROJECT_GRANT_STATE_ACTIVE",
    }
}
