//! The routes of ZITADEL's instance, of the policies that count, and of oneself.

use super::described::Gate;
use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::operations::members::{self, Place};
use crate::vendors::zitadel::operations::policies;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 6] = [
    Row::new(
        "management_v1_get_lockout_policy",
        "GET",
        "/management/v1/policies/lockout",
        Handler::described("GetLockoutPolicyRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::PolicyRead), "found", |_, visitor| {
                let found = policies::get_lockout_policy(request.zitadel, &visitor.organization);
                Ok(wire::policies::lockout(&found))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetLockoutPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_login_policy",
        "GET",
        "/management/v1/policies/login",
        Handler::described("GetLoginPolicyRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::PolicyRead), "found", |_, visitor| {
                let found = policies::get_login_policy(request.zitadel, &visitor.organization);
                Ok(wire::policies::login(&found))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetLoginPolicy")
    .reads_only(),
    Row::new(
        "admin_v1_add_iam_member",
        "POST",
        "/admin/v1/members",
        Handler::described("AddIAMMemberRequest", |request| {
            let gate = Gate::Permission(Permission::InstanceMemberWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let member = wire::objects::member(message);
                members::add_member(request.zitadel, Place::Instance, member, visitor.caller.at())
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
                let member = wire::objects::member(message);
                members::update_member(request.zitadel, Place::Instance, member, visitor.caller.at())
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
                members::remove_member(request.zitadel, Place::Instance, message.text("userId"), visitor.caller.at())
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/RemoveIAMMember")
    .subject(USER),
    Row::new(
        "get_instance_features",
        "GET",
        "/v2/features/instance",
        Handler::described("GetInstanceFeaturesRequest", |request| {
            request.serve_described("found", |_, _| Ok(wire::policies::instance_features(&request.zitadel.instance())))
        }),
    )
    .rpc("/zitadel.feature.v2.FeatureService/GetInstanceFeatures")
    .reads_only(),
];
