//! The routes of the projects of the organisation of a call and of their roles, in ZITADEL's first API.

use serde_json::json;

use super::described::Gate;
use super::handler::{Handler, Row};
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::projects::{self, Asked};
use crate::vendors::zitadel::operations::{project_lists, project_roles};
use crate::vendors::zitadel::record::{Permission, Project, ProjectSettings};
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 12] = [
    Row::new(
        "management_v1_get_project_by_id",
        "GET",
        "/management/v1/projects/{id}",
        Handler::described("GetProjectByIDRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRead, "id");
            request.serve_v1(&gate, "found", |message, visitor| {
                let asked = Asked::own(message.text("id"), &visitor.organization);
                projects::get_project(request.zitadel, &asked).map(|project| wire::projects::one_own_project(&project))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetProjectByID")
    .reads_only(),
    Row::new(
        "management_v1_list_projects",
        "POST",
        "/management/v1/projects/_search",
        Handler::described("ListProjectsRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let (search, own) = (wire::projects::list_own_projects(message), |project: &Project| {
                    *project.resource_owner == *visitor.organization
                });
                let page = project_lists::list_projects(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::projects::own_projects(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjects")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_project",
        "POST",
        "/management/v1/projects",
        Handler::described("AddProjectRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectCreate);
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::projects::add_project(message, &visitor.organization);
                let (id, receipt) = projects::add_project(request.zitadel, input, &visitor.caller)?;
                Ok(wire::objects::created_as("id", &id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProject"),
    Row::new(
        "management_v1_update_project",
        "PUT",
        "/management/v1/projects/{id}",
        Handler::described("UpdateProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectWrite, "id");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let asked = Asked::own(message.text("id"), &visitor.organization);
                let change = |settings: &mut ProjectSettings| *settings = wire::projects::settings(message);
                projects::update_project(request.zitadel, &asked, change, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateProject"),
    Row::new(
        "management_v1_deactivate_project",
        "POST",
        "/management/v1/projects/{id}/_deactivate",
        Handler::described("DeactivateProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectWrite, "id");
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let asked = Asked::own(message.text("id"), &visitor.organization);
                projects::deactivate_project(request.zitadel, &asked, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateProject"),
    Row::new(
        "management_v1_reactivate_project",
        "POST",
        "/management/v1/projects/{id}/_reactivate",
        Handler::described("ReactivateProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectWrite, "id");
            request.serve_v1(&gate, "reactivated", |message, visitor| {
                let asked = Asked::own(message.text("id"), &visitor.organization);
                projects::reactivate_project(request.zitadel, &asked, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateProject"),
    Row::new(
        "management_v1_remove_project",
        "DELETE",
        "/management/v1/projects/{id}",
        Handler::described("RemoveProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectDelete, "id");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let asked = Asked::own(message.text("id"), &visitor.organization);
                projects::remove_project(request.zitadel, &asked, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveProject"),
    Row::new(
        "management_v1_list_project_roles",
        "POST",
        "/management/v1/projects/{project_id}/roles/_search",
        Handler::described("ListProjectRolesRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let (id, search) = (message.text("projectId"), wire::projects::list_own_roles(message));
                let own = |project: &Project| *project.resource_owner == *visitor.organization;
                let (_, page) = project_lists::list_roles(request.zitadel, id, search, Limit::Unbounded, own)?;
                Ok(wire::projects::own_roles(&page, &visitor.organization, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectRoles")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_project_role",
        "POST",
        "/management/v1/projects/{project_id}/roles",
        Handler::described("AddProjectRoleRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                project_roles::add_roles(
                    request.zitadel,
                    &asked,
                    vec![wire::projects::add_role(message)],
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProjectRole"),
    Row::new(
        "management_v1_bulk_add_project_roles",
        "POST",
        "/management/v1/projects/{project_id}/roles/_bulk",
        Handler::described("BulkAddProjectRolesRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let added = project_roles::add_roles(request.zitadel, &asked, message.read("roles"), &visitor.caller);
                added.map(|receipt| json!({ "details": { "resourceOwner": *receipt.resource_owner } }))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkAddProjectRoles"),
    Row::new(
        "management_v1_update_project_role",
        "PUT",
        "/management/v1/projects/{project_id}/roles/{*role_key}",
        Handler::described("UpdateProjectRoleRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                project_roles::update_role(
                    request.zitadel,
                    &asked,
                    wire::projects::change_role(message),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateProjectRole"),
    Row::new(
        "management_v1_remove_project_role",
        "DELETE",
        "/management/v1/projects/{project_id}/roles/{*role_key}",
        Handler::described("RemoveProjectRoleRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleDelete, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                project_roles::remove_role(request.zitadel, &asked, message.text("roleKey"), &visitor.caller)
                    .map(|receipt| wire::objects::changed_or_not(receipt.as_ref(), &visitor.organization))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveProjectRole"),
];
