//! The routes of ZITADEL's projects and their roles, in the newer API.

use serde_json::json;

use super::handler::{Handler, Row};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::projects::{self, Asked};
use crate::vendors::zitadel::operations::{project_lists, project_roles};
use crate::vendors::zitadel::record::{Permission, Project};
use crate::vendors::zitadel::wire;

/// Whether the caller may do that to a project.
pub(super) fn in_project(caller: &Caller, permission: Permission) -> impl Fn(&Project) -> Result<(), Error> {
    move |project| caller.check_in(permission, Some(&project.resource_owner), Some(&project.id))
}

pub(super) static ROWS: [Row; 11] = [
    Row::new(
        "create_project",
        "POST",
        "/zitadel.project.v2.ProjectService/CreateProject",
        Handler::described("CreateProjectRequest", |request| {
            request.serve_described("created", |message, caller| {
                caller.check(Permission::ProjectCreate, message.text("organizationId"))?;
                let (id, receipt) =
                    projects::add_project(request.zitadel, wire::projects::create_project(message), caller)?;
                Ok(wire::projects::created("projectId", &id, receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/CreateProject"),
    Row::new(
        "update_project",
        "POST",
        "/zitadel.project.v2.ProjectService/UpdateProject",
        Handler::described("UpdateProjectRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                projects::update_project(
                    request.zitadel,
                    &asked,
                    |settings| wire::projects::change_settings(message, settings),
                    caller,
                )
                .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/UpdateProject"),
    Row::new(
        "delete_project",
        "POST",
        "/zitadel.project.v2.ProjectService/DeleteProject",
        Handler::described("DeleteProjectRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let permit = in_project(caller, Permission::ProjectDelete);
                let asked = Asked::any(message.text("projectId"), &permit);
                let deleted = projects::delete_project(request.zitadel, &asked, caller)?;
                Ok(deleted.map_or_else(|| json!({}), |at| wire::objects::only_date("deletionDate", at)))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/DeleteProject"),
    Row::new(
        "get_project",
        "POST",
        "/zitadel.project.v2.ProjectService/GetProject",
        Handler::described("GetProjectRequest", |request| {
            request.serve_admitted_described(Permission::ProjectRead, "found", |message, caller| {
                let permit = in_project(caller, Permission::ProjectRead);
                let asked = Asked::any(message.text("projectId"), &permit);
                projects::get_project(request.zitadel, &asked).map(|project| wire::projects::one_project(&project))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/GetProject")
    .reads_only(),
    Row::new(
        "list_projects",
        "POST",
        "/zitadel.project.v2.ProjectService/ListProjects",
        Handler::described("ListProjectsRequest", |request| {
            request.serve_admitted_described(Permission::ProjectRead, "found", |message, caller| {
                let (search, may_see) =
                    (wire::projects::list_projects(message), in_project(caller, Permission::ProjectRead));
                let page = project_lists::list_projects(
                    request.zitadel,
                    search,
                    Limit::Bounded,
                    |_| true,
                    |project| may_see(project).is_ok(),
                )?;
                Ok(wire::projects::projects(&page))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.project.v2.ProjectService/ListProjects")
    .reads_only()
    .list(),
    Row::new(
        "deactivate_project",
        "POST",
        "/zitadel.project.v2.ProjectService/DeactivateProject",
        Handler::described("DeactivateProjectRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                projects::deactivate_project(request.zitadel, &asked, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/DeactivateProject"),
    Row::new(
        "activate_project",
        "POST",
        "/zitadel.project.v2.ProjectService/ActivateProject",
        Handler::described("ActivateProjectRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                projects::reactivate_project(request.zitadel, &asked, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/ActivateProject"),
    Row::new(
        "add_project_role",
        "POST",
        "/zitadel.project.v2.ProjectService/AddProjectRole",
        Handler::described("AddProjectRoleRequest", |request| {
            request.serve_described("added", |message, caller| {
                let permit = in_project(caller, Permission::ProjectRoleWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                project_roles::add_roles(request.zitadel, &asked, vec![wire::projects::add_role(message)], caller)
                    .map(|receipt| wire::objects::only_date("creationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/AddProjectRole"),
    Row::new(
        "update_project_role",
        "POST",
        "/zitadel.project.v2.ProjectService/UpdateProjectRole",
        Handler::described("UpdateProjectRoleRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectRoleWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                project_roles::update_role(request.zitadel, &asked, wire::projects::change_role(message), caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/UpdateProjectRole"),
    Row::new(
        "remove_project_role",
        "POST",
        "/zitadel.project.v2.ProjectService/RemoveProjectRole",
        Handler::described("RemoveProjectRoleRequest", |request| {
            request.serve_described("removed", |message, caller| {
                let permit = in_project(caller, Permission::ProjectRoleDelete);
                let asked = Asked::any(message.text("projectId"), &permit);
                let removed = project_roles::remove_role(request.zitadel, &asked, message.text("roleKey"), caller)?;
                Ok(removed.map_or(json!({}), |receipt| wire::objects::only_date("removalDate", receipt.at)))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/RemoveProjectRole"),
    Row::new(
        "list_project_roles",
        "POST",
        "/zitadel.project.v2.ProjectService/ListProjectRoles",
        Handler::described("ListProjectRolesRequest", |request| {
            request.serve_admitted_described(Permission::ProjectRoleRead, "found", |message, caller| {
                let (id, search) = (message.text("projectId"), wire::projects::list_roles(message));
                let (project, page) = project_lists::list_roles(request.zitadel, id, search, Limit::Bounded, |_| true)?;
                let may_see =
                    project.is_some_and(|project| in_project(caller, Permission::ProjectRoleRead)(&project).is_ok());
                Ok(wire::projects::roles(&page.showing(|_| may_see), id))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.project.v2.ProjectService/ListProjectRoles")
    .reads_only()
    .list(),
];
