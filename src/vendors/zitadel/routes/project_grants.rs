//! The routes of the organisations that ZITADEL's projects are granted to, in both APIs.

use serde_json::json;

use super::described::Gate;
use super::handler::{Handler, Row};
use super::projects::in_project;
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::project_grants::{self, Which};
use crate::vendors::zitadel::operations::project_lists::{self, Granted};
use crate::vendors::zitadel::operations::projects::Asked;
use crate::vendors::zitadel::record::{Permission, Project, ProjectGrant};
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 17] = [
    Row::new(
        "create_project_grant",
        "POST",
        "/zitadel.project.v2.ProjectService/CreateProjectGrant",
        Handler::described("CreateProjectGrantRequest", |request| {
            request.serve_described("created", |message, caller| {
                let permit = in_project(caller, Permission::ProjectGrantWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                let (organization, roles) = (message.text("grantedOrganizationId"), message.read("roleKeys"));
                let (_, receipt) = project_grants::add_grant(request.zitadel, &asked, organization, roles, caller)?;
                Ok(wire::objects::only_date("creationDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/CreateProjectGrant"),
    Row::new(
        "update_project_grant",
        "POST",
        "/zitadel.project.v2.ProjectService/UpdateProjectGrant",
        Handler::described("UpdateProjectGrantRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectGrantWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                let which = Which::Organization(message.text("grantedOrganizationId"));
                project_grants::update_grant(request.zitadel, &asked, which, message.read("roleKeys"), caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/UpdateProjectGrant"),
    Row::new(
        "delete_project_grant",
        "POST",
        "/zitadel.project.v2.ProjectService/DeleteProjectGrant",
        Handler::described("DeleteProjectGrantRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let permit = in_project(caller, Permission::ProjectGrantDelete);
                let asked = Asked::any(message.text("projectId"), &permit);
                let organization = message.text("grantedOrganizationId");
                let deleted = project_grants::delete_grant(request.zitadel, &asked, organization, caller)?;
                Ok(deleted.map_or_else(|| json!({}), |at| wire::objects::only_date("deletionDate", at)))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/DeleteProjectGrant"),
    Row::new(
        "deactivate_project_grant",
        "POST",
        "/zitadel.project.v2.ProjectService/DeactivateProjectGrant",
        Handler::described("DeactivateProjectGrantRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectGrantWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                let which = Which::Organization(message.text("grantedOrganizationId"));
                project_grants::deactivate_grant(request.zitadel, &asked, which, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/DeactivateProjectGrant"),
    Row::new(
        "activate_project_grant",
        "POST",
        "/zitadel.project.v2.ProjectService/ActivateProjectGrant",
        Handler::described("ActivateProjectGrantRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let permit = in_project(caller, Permission::ProjectGrantWrite);
                let asked = Asked::any(message.text("projectId"), &permit);
                let which = Which::Organization(message.text("grantedOrganizationId"));
                project_grants::activate_grant(request.zitadel, &asked, which, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/ActivateProjectGrant"),
    Row::new(
        "list_project_grants",
        "POST",
        "/zitadel.project.v2.ProjectService/ListProjectGrants",
        Handler::described("ListProjectGrantsRequest", |request| {
            request.serve_admitted_described(Permission::ProjectGrantRead, "found", |message, caller| {
                let (search, may_see) =
                    (wire::projects::list_grants(message), in_project(caller, Permission::ProjectGrantRead));
                let may_see = |granted: &Granted<'_>| {
                    may_see(&granted.project).is_ok()
                        || caller.check(Permission::ProjectGrantRead, &granted.grant.organization).is_ok()
                };
                let page = project_lists::list_grants(request.zitadel, search, Limit::Bounded, |_, _| true, may_see)?;
                Ok(wire::projects::grants(&page))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.project.v2.ProjectService/ListProjectGrants")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_get_project_grant_by_id",
        "GET",
        "/management/v1/projects/{project_id}/grants/{grant_id}",
        Handler::described("GetProjectGrantByIDRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectGrantRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let which = Which::Id(message.text("grantId"));
                let own = |project: &Project, _: &ProjectGrant| *project.resource_owner == *visitor.organization;
                let granted = project_lists::get_grant(request.zitadel, message.text("projectId"), which, own)?;
                Ok(wire::projects::one_grant(&granted, "projectGrant"))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetProjectGrantByID")
    .reads_only(),
    Row::new(
        "management_v1_list_project_grants",
        "POST",
        "/management/v1/projects/{project_id}/grants/_search",
        Handler::described("ListProjectGrantsRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let (id, search) = (message.text("projectId"), wire::projects::list_own_grants(message));
                let own = |project: &Project, _: &ProjectGrant| {
                    *project.id == *id && *project.resource_owner == *visitor.organization
                };
                let page = project_lists::list_grants(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::projects::own_grants(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectGrants")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_list_all_project_grants",
        "POST",
        "/management/v1/projectgrants/_search",
        Handler::described("ListAllProjectGrantsRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectGrantRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let search = wire::projects::list_own_grants(message);
                let own = |project: &Project, _: &ProjectGrant| *project.resource_owner == *visitor.organization;
                let page = project_lists::list_grants(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::projects::own_grants(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListAllProjectGrants")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_project_grant",
        "POST",
        "/management/v1/projects/{project_id}/grants",
        Handler::described("AddProjectGrantRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let (organization, roles) = (message.text("grantedOrgId"), message.read("roleKeys"));
                let (id, receipt) =
                    project_grants::add_grant(request.zitadel, &asked, organization, roles, &visitor.caller)?;
                Ok(wire::objects::created_as("grantId", &id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProjectGrant"),
    Row::new(
        "management_v1_update_project_grant",
        "PUT",
        "/management/v1/projects/{project_id}/grants/{grant_id}",
        Handler::described("UpdateProjectGrantRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let which = Which::Id(message.text("grantId"));
                project_grants::update_grant(request.zitadel, &asked, which, message.read("roleKeys"), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateProjectGrant"),
    Row::new(
        "management_v1_deactivate_project_grant",
        "POST",
        "/management/v1/projects/{project_id}/grants/{grant_id}/_deactivate",
        Handler::described("DeactivateProjectGrantRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantWrite, "projectId");
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let which = Which::Id(message.text("grantId"));
                project_grants::deactivate_grant(request.zitadel, &asked, which, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateProjectGrant"),
    Row::new(
        "management_v1_reactivate_project_grant",
        "POST",
        "/management/v1/projects/{project_id}/grants/{grant_id}/_reactivate",
        Handler::described("ReactivateProjectGrantRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantWrite, "projectId");
            request.serve_v1(&gate, "reactivated", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let which = Which::Id(message.text("grantId"));
                project_grants::activate_grant(request.zitadel, &asked, which, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateProjectGrant"),
    Row::new(
        "management_v1_remove_project_grant",
        "DELETE",
        "/management/v1/projects/{project_id}/grants/{grant_id}",
        Handler::described("RemoveProjectGrantRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantDelete, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let asked = Asked::own(message.text("projectId"), &visitor.organization);
                let which = Which::Id(message.text("grantId"));
                project_grants::remove_grant(request.zitadel, &asked, which, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveProjectGrant"),
    Row::new(
        "management_v1_get_granted_project_by_id",
        "GET",
        "/management/v1/granted_projects/{project_id}/grants/{grant_id}",
        Handler::described("GetGrantedProjectByIDRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let which = Which::Id(message.text("grantId"));
                let own = |_: &Project, grant: &ProjectGrant| grant.organization == visitor.organization;
                let granted = project_lists::get_grant(request.zitadel, message.text("projectId"), which, own)?;
                Ok(wire::projects::one_grant(&granted, "grantedProject"))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetGrantedProjectByID")
    .reads_only(),
    Row::new(
        "management_v1_list_granted_projects",
        "POST",
        "/management/v1/granted_projects/_search",
        Handler::described("ListGrantedProjectsRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let search = wire::projects::list_own_grants(message);
                let own = |_: &Project, grant: &ProjectGrant| grant.organization == visitor.organization;
                let page = project_lists::list_grants(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::projects::own_grants(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListGrantedProjects")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_list_granted_project_roles",
        "GET",
        "/management/v1/granted_projects/{project_id}/grants/{grant_id}/roles/_search",
        Handler::described("ListGrantedProjectRolesRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectRoleRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let which = Which::Id(message.text("grantId"));
                let (id, search) = (message.text("projectId"), wire::projects::list_own_roles(message));
                let own = |_: &Project, grant: &ProjectGrant| grant.organization == visitor.organization;
                let granted = project_lists::get_grant(request.zitadel, id, which, own)?;
                let page = project_lists::list_granted_roles(&granted, search)?;
                let owner = &granted.project.resource_owner;
                Ok(wire::projects::own_roles(&page, owner, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListGrantedProjectRoles")
    .reads_only()
    .list(),
];
