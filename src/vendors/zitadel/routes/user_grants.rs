//! The routes of the roles that ZITADEL's users are given in projects, in both APIs.

use serde_json::json;

use super::described::Gate;
use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::auth::Caller;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::user_grant_lists::{self, Given};
use crate::vendors::zitadel::operations::user_grants::{self, Asked, Update};
use crate::vendors::zitadel::record::{Permission, UserGrant};
use crate::vendors::zitadel::wire;

/// Whether the caller may do that to a grant.
fn in_grant(caller: &Caller, permission: Permission) -> impl Fn(&UserGrant) -> Result<(), Error> {
    move |grant| caller.check_in(permission, Some(&grant.resource_owner), Some(&grant.project_id))
}

pub(super) static ROWS: [Row; 14] = [
    Row::new(
        "list_authorizations",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/ListAuthorizations",
        Handler::described("ListAuthorizationsRequest", |request| {
            request.serve_described("found", |message, caller| {
                let (search, may_see) =
                    (wire::user_grants::list_authorizations(message), in_grant(caller, Permission::UserGrantRead));
                let may_see = |given: &Given<'_>| may_see(&given.grant).is_ok();
                let page =
                    user_grant_lists::list_user_grants(request.zitadel, search, Limit::Bounded, |_| true, may_see)?;
                Ok(wire::user_grants::authorizations(&page))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/ListAuthorizations")
    .reads_only()
    .list(),
    Row::new(
        "create_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/CreateAuthorization",
        Handler::described("CreateAuthorizationRequest", |request| {
            request.serve_described("created", |message, caller| {
                let (organization, project) = (message.text("organizationId"), message.text("projectId"));
                let permit = || caller.check_in(Permission::UserGrantWrite, Some(organization), Some(project));
                let input = wire::user_grants::add_user_grant(message, organization);
                let (id, receipt) = user_grants::add_user_grant(request.zitadel, input, permit, caller)?;
                Ok(wire::projects::created("id", &id, receipt.at))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/CreateAuthorization"),
    Row::new(
        "update_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/UpdateAuthorization",
        Handler::described("UpdateAuthorizationRequest", |request| {
            request.serve_described("updated", |message, caller| {
                let permit = in_grant(caller, Permission::UserGrantWrite);
                let asked = Asked::any(message.text("id"), &permit);
                user_grants::update_user_grant(
                    request.zitadel,
                    &asked,
                    message.read("roleKeys"),
                    Update::OfAuthorization,
                    caller,
                )
                .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/UpdateAuthorization"),
    Row::new(
        "delete_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/DeleteAuthorization",
        Handler::described("DeleteAuthorizationRequest", |request| {
            request.serve_described("deleted", |message, caller| {
                user_grants::delete_authorization(
                    request.zitadel,
                    message.text("id"),
                    in_grant(caller, Permission::UserGrantDelete),
                    caller,
                )?;
                Ok(wire::objects::only_date("deletionDate", caller.at()))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/DeleteAuthorization"),
    Row::new(
        "activate_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/ActivateAuthorization",
        Handler::described("ActivateAuthorizationRequest", |request| {
            request.serve_described("activated", |message, caller| {
                let permit = in_grant(caller, Permission::UserGrantWrite);
                let asked = Asked::any(message.text("id"), &permit);
                user_grants::reactivate_user_grant(request.zitadel, &asked, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/ActivateAuthorization"),
    Row::new(
        "deactivate_authorization",
        "POST",
        "/zitadel.authorization.v2.AuthorizationService/DeactivateAuthorization",
        Handler::described("DeactivateAuthorizationRequest", |request| {
            request.serve_described("deactivated", |message, caller| {
                let permit = in_grant(caller, Permission::UserGrantWrite);
                let asked = Asked::any(message.text("id"), &permit);
                user_grants::deactivate_user_grant(request.zitadel, &asked, caller)
                    .map(|receipt| wire::objects::only_date("changeDate", receipt.at))
            })
        }),
    )
    .rpc("/zitadel.authorization.v2.AuthorizationService/DeactivateAuthorization"),
    Row::new(
        "management_v1_get_user_grant_by_id",
        "GET",
        "/management/v1/users/{user_id}/grants/{grant_id}",
        Handler::described("GetUserGrantByIDRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let given =
                    user_grant_lists::get_user_grant(request.zitadel, message.text("grantId"), &visitor.organization)?;
                Ok(wire::user_grants::user_grant(&given))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetUserGrantByID")
    .reads_only()
    .subject(USER),
    Row::new(
        "management_v1_list_user_grants",
        "POST",
        "/management/v1/users/grants/_search",
        Handler::described("ListUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantRead);
            request.serve_v1(&gate, "found", |message, visitor| {
                let search = wire::user_grants::list_user_grants(message);
                let own = |grant: &UserGrant| *grant.resource_owner == *visitor.organization;
                let page =
                    user_grant_lists::list_user_grants(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(wire::user_grants::user_grants(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListUserGrants")
    .reads_only()
    .list(),
    Row::new(
        "management_v1_add_user_grant",
        "POST",
        "/management/v1/users/{user_id}/grants",
        Handler::described("AddUserGrantRequest", |request| {
            let gate = Gate::InProject(Permission::UserGrantWrite, "projectId");
            request.serve_v1(&gate, "added", |message, visitor| {
                let input = wire::user_grants::add_user_grant(message, &visitor.organization);
                let (id, receipt) = user_grants::add_user_grant(request.zitadel, input, || Ok(()), &visitor.caller)?;
                Ok(wire::objects::created_as("userGrantId", &id, &receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddUserGrant")
    .subject(USER),
    Row::new(
        "management_v1_update_user_grant",
        "PUT",
        "/management/v1/users/{user_id}/grants/{grant_id}",
        Handler::described("UpdateUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantWrite);
            request.serve_v1(&gate, "updated", |message, visitor| {
                let asked = Asked::own(message.text("grantId"), &visitor.organization);
                user_grants::update_user_grant(
                    request.zitadel,
                    &asked,
                    message.read("roleKeys"),
                    Update::OfGrant,
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateUserGrant")
    .subject(USER),
    Row::new(
        "management_v1_deactivate_user_grant",
        "POST",
        "/management/v1/users/{user_id}/grants/{grant_id}/_deactivate",
        Handler::described("DeactivateUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantWrite);
            request.serve_v1(&gate, "deactivated", |message, visitor| {
                let asked = Asked::own(message.text("grantId"), &visitor.organization);
                user_grants::deactivate_user_grant(request.zitadel, &asked, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/DeactivateUserGrant")
    .subject(USER),
    Row::new(
        "management_v1_reactivate_user_grant",
        "POST",
        "/management/v1/users/{user_id}/grants/{grant_id}/_reactivate",
        Handler::described("ReactivateUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantWrite);
            request.serve_v1(&gate, "reactivated", |message, visitor| {
                let asked = Asked::own(message.text("grantId"), &visitor.organization);
                user_grants::reactivate_user_grant(request.zitadel, &asked, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ReactivateUserGrant")
    .subject(USER),
    Row::new(
        "management_v1_remove_user_grant",
        "DELETE",
        "/management/v1/users/{user_id}/grants/{grant_id}",
        Handler::described("RemoveUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantDelete);
            request.serve_v1(&gate, "removed", |message, visitor| {
                user_grants::remove_user_grant(
                    request.zitadel,
                    message.text("grantId"),
                    &visitor.organization,
                    &visitor.caller,
                )
                .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveUserGrant")
    .subject(USER),
    Row::new(
        "management_v1_bulk_remove_user_grant",
        "DELETE",
        "/management/v1/user_grants/_bulk",
        Handler::described("BulkRemoveUserGrantRequest", |request| {
            let gate = Gate::Permission(Permission::UserGrantDelete);
            request.serve_v1(&gate, "removed", |message, visitor| {
                let ids: Vec<String> = message.read("grantId");
                user_grants::remove_user_grants(request.zitadel, &ids, &visitor.organization, &visitor.caller)
                    .map(|()| json!({}))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/BulkRemoveUserGrant"),
];
