//! The routes of the members of ZITADEL's instance, organisations, projects and project grants, in its first APIs.

use super::described::{Gate, Visitor};
use super::handler::{Handler, Row, USER};
use crate::row::{Field, Subject};
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::error::objects::ObjectError;
use crate::vendors::zitadel::operations::member_lists;
use crate::vendors::zitadel::operations::members::{self, Place};
use crate::vendors::zitadel::record::{Level, Permission};
use crate::vendors::zitadel::state::{INSTANCE, Zitadel};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::described::Described;

/// The project of a message as one of the organisation of the call, which it may not be: then it has no members.
fn project<'a>(message: &'a Described, visitor: &'a Visitor) -> Place<'a> {
    Place::Project { organization: &visitor.organization, id: message.text("projectId") }
}

/// Checks that the project of a message is one of the organisation of the call.
fn check_own_project(zitadel: &Zitadel, message: &Described, visitor: &Visitor) -> Result<(), Error> {
    let project = zitadel.state.projects.get(message.text("projectId"));
    match project.is_some_and(|project| *project.resource_owner == *visitor.organization) {
        true => Ok(()),
        false => Err(ObjectError::ProjectMissing.into()),
    }
}

/// The organisation that a project of the organisation of the call is granted to by the grant of a message. There may
/// be no such grant, and it then has no members.
fn granted_to(zitadel: &Zitadel, message: &Described, visitor: &Visitor) -> Option<String> {
    let project = zitadel.state.projects.get(message.text("projectId"));
    let own = project.filter(|project| *project.resource_owner == *visitor.organization)?;
    Some(own.grant(message.text("grantId"))?.organization.clone())
}

/// The grant of a message, of that organisation.
fn grant<'a>(message: &'a Described, granted: &'a str) -> Place<'a> {
    Place::Grant { organization: granted, project: message.text("projectId"), id: message.text("grantId") }
}

pub(super) static ROWS: [Row; 20] = [
    Row::new(
        "management_v1_list_org_members",
        "POST",
        "/management/v1/orgs/me/members/_search",
        Handler::described("ListOrgMembersRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                let page = member_lists::list_members(request.zitadel, place, wire::members::list_members(message))?;
                Ok(wire::members::members(&page, &visitor.organization, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListOrgMembers")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_org_member",
        "POST",
        "/management/v1/orgs/me/members",
        Handler::described("AddOrgMemberRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                members::add_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOrgMember"),
    Row::new(
        "management_v1_update_org_member",
        "PUT",
        "/management/v1/orgs/me/members/{user_id}",
        Handler::described("UpdateOrgMemberRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberWrite);
            request.serve_v1(&gate, "updated", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                members::update_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateOrgMember")
    .subject(USER),
    Row::new(
        "management_v1_remove_org_member",
        "DELETE",
        "/management/v1/orgs/me/members/{user_id}",
        Handler::described("RemoveOrgMemberRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberDelete);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                members::remove_member(request.zitadel, place, message.text("userId"), || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_or_not(receipt.as_ref(), &visitor.organization))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveOrgMember")
    .subject(USER),
    Row::new(
        "management_v1_list_project_members",
        "POST",
        "/management/v1/projects/{project_id}/members/_search",
        Handler::described("ListProjectMembersRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectMemberRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let place = project(message, visitor);
                let page = member_lists::list_members(request.zitadel, place, wire::members::list_members(message))?;
                Ok(wire::members::members(&page, &visitor.organization, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectMembers")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_project_member",
        "POST",
        "/management/v1/projects/{project_id}/members",
        Handler::described("AddProjectMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectMemberWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                check_own_project(request.zitadel, message, visitor)?;
                let place = project(message, visitor);
                members::add_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProjectMember"),
    Row::new(
        "management_v1_update_project_member",
        "PUT",
        "/management/v1/projects/{project_id}/members/{user_id}",
        Handler::described("UpdateProjectMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectMemberWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let place = project(message, visitor);
                members::update_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateProjectMember")
    .subject(Subject::PathOrField(1, Field { name: "user_id", number: 2 })),
    Row::new(
        "management_v1_remove_project_member",
        "DELETE",
        "/management/v1/projects/{project_id}/members/{user_id}",
        Handler::described("RemoveProjectMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectMemberDelete, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let place = project(message, visitor);
                members::remove_member(request.zitadel, place, message.text("userId"), || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_or_not(receipt.as_ref(), &visitor.organization))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveProjectMember")
    .subject(Subject::PathOrField(1, Field { name: "user_id", number: 2 })),
    Row::new(
        "management_v1_list_project_grant_members",
        "POST",
        "/management/v1/projects/{project_id}/grants/{grant_id}/members/_search",
        Handler::described("ListProjectGrantMembersRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantMemberRead, "projectId");
            request.serve_v1(&gate, "found", |message, visitor| {
                let granted = granted_to(request.zitadel, message, visitor).unwrap_or_default();
                let place = grant(message, &granted);
                let page = member_lists::list_members(request.zitadel, place, wire::members::list_members(message))?;
                Ok(wire::members::members(&page, &visitor.organization, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectGrantMembers")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_project_grant_member",
        "POST",
        "/management/v1/projects/{project_id}/grants/{grant_id}/members",
        Handler::described("AddProjectGrantMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantMemberWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let granted = granted_to(request.zitadel, message, visitor);
                let granted = granted.ok_or(ObjectError::ProjectGrantNotFound("PROJECT-D8JxR"))?;
                members::add_member(
                    request.zitadel,
                    grant(message, &granted),
                    wire::members::member(message),
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddProjectGrantMember"),
    Row::new(
        "management_v1_update_project_grant_member",
        "PUT",
        "/management/v1/projects/{project_id}/grants/{grant_id}/members/{user_id}",
        Handler::described("UpdateProjectGrantMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantMemberWrite, "projectId");
            request.serve_v1(&gate, "updated", |message, visitor| {
                let granted = granted_to(request.zitadel, message, visitor).unwrap_or_default();
                let place = grant(message, &granted);
                members::update_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateProjectGrantMember")
    .subject(Subject::PathOrField(2, Field { name: "user_id", number: 3 })),
    Row::new(
        "management_v1_remove_project_grant_member",
        "DELETE",
        "/management/v1/projects/{project_id}/grants/{grant_id}/members/{user_id}",
        Handler::described("RemoveProjectGrantMemberRequest", |request| {
            let gate = Gate::InProject(Permission::ProjectGrantMemberDelete, "projectId");
            request.serve_v1(&gate, "removed", |message, visitor| {
                let granted = granted_to(request.zitadel, message, visitor).unwrap_or_default();
                let place = grant(message, &granted);
                members::remove_member(request.zitadel, place, message.text("userId"), || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_or_not(receipt.as_ref(), ""))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveProjectGrantMember")
    .subject(Subject::PathOrField(2, Field { name: "user_id", number: 3 })),
    Row::new(
        "admin_v1_list_iam_members",
        "POST",
        "/admin/v1/members/_search",
        Handler::described("ListIAMMembersRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberRead);
            request.serve_v1(&gate, "found", |message, _| {
                let place = Place::Instance;
                let page = member_lists::list_members(request.zitadel, place, wire::members::list_members(message))?;
                Ok(wire::members::members(&page, INSTANCE, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/ListIAMMembers")
    .reads_only()
    .list(),
    Row::new(
        "admin_v1_add_iam_member",
        "POST",
        "/admin/v1/members",
        Handler::described("AddIAMMemberRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let place = Place::Instance;
                members::add_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/AddIAMMember"),
    Row::new(
        "admin_v1_update_iam_member",
        "PUT",
        "/admin/v1/members/{user_id}",
        Handler::described("UpdateIAMMemberRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberWrite);
            request.serve_v1(&gate, "updated", |message, visitor| {
                let place = Place::Instance;
                members::update_member(request.zitadel, place, wire::members::member(message), &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/UpdateIAMMember")
    .subject(USER),
    Row::new(
        "admin_v1_remove_iam_member",
        "DELETE",
        "/admin/v1/members/{user_id}",
        Handler::described("RemoveIAMMemberRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberDelete);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let place = Place::Instance;
                members::remove_member(request.zitadel, place, message.text("userId"), || Ok(()), &visitor.caller)
                    .map(|receipt| wire::objects::changed_or_not(receipt.as_ref(), INSTANCE))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/RemoveIAMMember")
    .subject(USER),
    Row::new(
        "management_v1_list_org_member_roles",
        "POST",
        "/management/v1/orgs/members/roles/_search",
        Handler::described("ListOrgMemberRolesRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberRead);
            request.serve_v1(&gate, "found", |_, visitor| {
                let roles = member_lists::roles(request.zitadel, Level::Organization, &visitor.organization);
                Ok(wire::members::roles(&roles))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/ListOrgMemberRoles")
    .reads_only(),
    Row::new(
        "management_v1_list_project_member_roles",
        "POST",
        "/management/v1/projects/members/roles/_search",
        Handler::described("ListProjectMemberRolesRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectMemberRead);
            request.serve_v1(&gate, "found", |_, visitor| {
                let roles = member_lists::roles(request.zitadel, Level::Project, &visitor.organization);
                Ok(wire::members::roles(&roles))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectMemberRoles")
    .reads_only(),
    Row::new(
        "management_v1_list_project_grant_member_roles",
        "POST",
        "/management/v1/projects/grants/members/roles/_search",
        Handler::described("ListProjectGrantMemberRolesRequest", |request| {
            let gate = Gate::Permission(Permission::ProjectGrantMemberRead);
            request.serve_v1(&gate, "found", |_, visitor| {
                let roles = member_lists::roles(request.zitadel, Level::Grant, &visitor.organization);
                Ok(wire::members::counted_roles("result", &roles, request.zitadel.last_event()))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/ListProjectGrantMemberRoles")
    .reads_only(),
    Row::new(
        "admin_v1_list_iam_member_roles",
        "POST",
        "/admin/v1/members/roles/_search",
        Handler::described("ListIAMMemberRolesRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberRead);
            request.serve_v1(&gate, "found", |_, visitor| {
                let roles = member_lists::roles(request.zitadel, Level::Instance, &visitor.organization);
                Ok(wire::members::counted_roles("roles", &roles, request.zitadel.last_event()))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.admin.v1.AdminService/ListIAMMemberRoles")
    .reads_only(),
];
