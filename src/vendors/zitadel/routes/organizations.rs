//! The routes of ZITADEL's organisations, of their members and policies, and of the instance's.

use super::described::Gate;
use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::operations::members::{self, Place};
use crate::vendors::zitadel::operations::{organizations, policies};
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 10] = [
    Row::new(
        "add_organization",
        "POST",
        "/v2/organizations",
        Handler::described("AddOrganizationRequest", |request| {
            let reply = request.serve_described("added", |message, caller| {
                let input = wire::organizations::add_organization(message)?;
                organizations::add_organization(request.zitadel, input, caller)
                    .map(|added| wire::organizations::added(&added))
            })?;
            Ok(request.created(reply))
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/AddOrganization")
    .heavy() // its administrators may be many, and have passwords
    .unseen(),
    Row::new(
        "deactivate_organization",
        "POST",
        "/v2/organizations/{organization_id}/deactivate",
        Handler::described("DeactivateOrganizationRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::deactivate_organization(request.zitadel, id, permit, caller.at())
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeactivateOrganization")
    .unseen(),
    Row::new(
        "activate_organization",
        "POST",
        "/v2/organizations/{organization_id}/activate",
        Handler::described("ActivateOrganizationRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationWrite, id);
                organizations::activate_organization(request.zitadel, id, permit, caller.at())
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/ActivateOrganization")
    .unseen(),
    Row::new(
        "delete_organization",
        "DELETE",
        "/v2/organizations/{organization_id}",
        Handler::described("DeleteOrganizationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                let id = message.text("organizationId");
                let permit = || caller.check(Permission::OrganizationDelete, id);
                organizations::delete_organization(request.zitadel, id, permit, caller.at())
                    .map(|receipt| wire::objects::only_date("deletionDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.org.v2.OrganizationService/DeleteOrganization"),
    Row::new(
        "management_v1_add_org",
        "POST",
        "/management/v1/orgs",
        Handler::described("AddOrgRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationCreate);
            request.serve_v1(&gate, "added", |message, visitor| {
                organizations::add_own_organization(request.zitadel, message.text("name"), &visitor.caller)
                    .map(|added| wire::organizations::added_own(&added))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOrg")
    .unseen(),
    Row::new(
        "management_v1_add_org_member",
        "POST",
        "/management/v1/orgs/me/members",
        Handler::described("AddOrgMemberRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                members::add_member(request.zitadel, place, wire::objects::member(message), visitor.caller.at())
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddOrgMember")
    .unseen(),
    Row::new(
        "management_v1_update_org_member",
        "PUT",
        "/management/v1/orgs/me/members/{user_id}",
        Handler::described("UpdateOrgMemberRequest", |request| {
            let gate = Gate::Permission(Permission::OrganizationMemberWrite);
            request.serve_v1(&gate, "updated", |message, visitor| {
                let place = Place::Organization(&visitor.organization);
                members::update_member(request.zitadel, place, wire::objects::member(message), visitor.caller.at())
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
                members::remove_member(request.zitadel, place, message.text("userId"), visitor.caller.at())
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveOrgMember")
    .subject(USER),
    Row::new(
        "management_v1_add_custom_lockout_policy",
        "POST",
        "/management/v1/policies/lockout",
        Handler::described("AddCustomLockoutPolicyRequest", |request| {
            let gate = Gate::Permission(Permission::PolicyWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let rules = wire::policies::lockout_policy(message);
                policies::add_lockout_policy(request.zitadel, &visitor.organization, rules, visitor.caller.at())
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddCustomLockoutPolicy"),
    Row::new(
        "management_v1_reset_lockout_policy_to_default",
        "DELETE",
        "/management/v1/policies/lockout",
        Handler::described("ResetLockoutPolicyToDefaultRequest", |request| {
            let gate = Gate::Permission(Permission::PolicyDelete);
            request.serve_v1(&gate, "reset", |_, visitor| {
                policies::reset_lockout_policy(request.zitadel, &visitor.organization, visitor.caller.at())
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResetLockoutPolicyToDefault"),
];
