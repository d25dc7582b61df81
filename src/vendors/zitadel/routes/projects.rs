//! The routes of ZITADEL's projects and roles, and of the roles that users are given in projects.

use super::described::Gate;
use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::operations::{projects, user_grants};
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 9] = [
    Row::new(
        "management_v1_add_project",
        "POST",
        "/management/v1/projects",
        Handler::described("AddProjectRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectCreate);
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::projects::add_project(message, &visitor.organization);
                let (id, receipt) = projects::add_project(request.zitadel, input, visitor.caller.at())?;
                Ok(wire::objects::created_as("id", &id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProject")
    .unseen(),
    Row::new(
        "management_v1_deactivate_project",
        "POST",
        "/management/v1/projects/{id}/_deactivate",
        Handler::described("DeactivateProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectWrite, "id");
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let (id, now) = (message.text("id"), visitor.caller.at());
                projects::deactivate_project(request.zitadel, id, &visitor.organization, now)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateProject")
    .unseen(),
    Row::new(
        "management_v1_reactivate_project",
        "POST",
        "/management/v1/projects/{id}/_reactivate",
        Handler::described("ReactivateProjectRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectWrite, "id");
            request.serve_v1(&gate, "reactivated", |message, visitor| {
                let (id, now) = (message.text("id"), visitor.caller.at());
                projects::reactivate_project(request.zitadel, id, &visitor.organization, now)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateProject")
    .unseen(),
    Row::new(
        "management_v1_add_project_role",
        "POST",
        "/management/v1/projects/{project_id}/roles",
        Handler::described("AddProjectRoleRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectRoleWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::projects::add_role(message);
                projects::add_role(request.zitadel, input, &visitor.organization, visitor.caller.at())
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProjectRole")
    .unseen(),
    Row::new(
        "create_project",
        "POST",
        "/zitadel.project.v2.ProjectService/CreateProject",
        Handler::described("CreateProjectRequest", |request| {
            request.serve_described("created", |message, caller| {
                caller.check(Permission::ProjectCreate, message.text("organizationId"))?;
                let input = wire::projects::create_project(message);
                let (id, receipt) = projects::add_project(request.zitadel, input, caller.at())?;
                Ok(wire::projects::created("projectId", &id, receipt.at))
            })
        }),
    )
    .rpc("/zitadel.project.v2.ProjectService/CreateProject")
    .unseen(),
    Row::new(
        "management_v1_add_user_grant",
        "POST",
        "/management/v1/users/{user_id}/grants",
        Handler::described("AddUserGrantRequest", |request| {
            let gate = Gate::InProject(Permission::UserGrantWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::projects::add_user_grant(message, &visitor.organization);
                let (id, receipt) =
                    user_grants::add_user_grant(request.zitadel, input, || Ok(()), visitor.caller.at())?;
                Ok(wire::objects::created_as("userGrantId", &id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddUserGrant")
    .subject(USER)
    .unseen(),
    Row::new(
        "management_v1_remove_user_grant",
        "DELETE",
        "/management/v1/users/{user_id}/grants/{grant_id}",
        Handler::described("RemoveUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantDelete);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let (id, now) = (message.text("grantId"), visitor.caller.at());
                user_grants::remove_user_grant(request.zitadel, id, &visitor.organization, now)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveUserGrant")
    .subject(USER)
    .unseen(),
    Row::new(
        "create_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/CreateAuthorization",
        Handler::described("CreateAuthorizationRequest", |request| {
            request.serve_described("created", |message, caller| {
                let (organization, project) = (message.text("organizationId"), message.text("projectId"));
                let permit = || caller.check_in(Permission::UserGrantWrite, Some(organization), Some(project));
                let input = wire::projects::add_user_grant(message, organization);
                let (id, receipt) = user_grants::add_user_grant(request.zitadel, input, permit, caller.at())?;
                Ok(wire::projects::created("id", &id, receipt.at))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/CreateAuthorization")
    .unseen(),
    Row::new(
        "delete_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/DeleteAuthorization",
        Handler::described("DeleteAuthorizationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                user_grants::delete_authorization(request.zitadel, message.text("id"), |grant| {
                    let (organization, project) = (&grant.resource_owner, &grant.project_id);
                    caller.check_in(Permission::UserGrantDelete, Some(organization), Some(project))
                })?;
                Ok(wire::objects::only_date("deletionDate", caller.at()))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/DeleteAuthorization")
    .unseen(),
];
