//! The routes of ZITADEL's instance, of the policies that count, and of oneself.

use super::described::Gate;
use super::handler::{Handler, Row};
use crate::vendors::zitadel::operations::policies;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::wire;

pub(super) static ROWS: [Row; 5] = [
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
        "management_v1_add_custom_lockout_policy",
        "POST",
        "/management/v1/policies/lockout",
        Handler::described("AddCustomLockoutPolicyRequest", |request| {
            let gate = Gate::Permission(Permission::PolicyWrite);
            request.serve_v1(&gate, "added", |message, visitor| {
                let rules = wire::policies::lockout_policy(message);
                policies::add_lockout_policy(request.zitadel, &visitor.organization, rules, &visitor.caller)
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
                policies::reset_lockout_policy(request.zitadel, &visitor.organization, &visitor.caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResetLockoutPolicyToDefault"),
    Row::new(
        "get_instance_features",
        "GET",
        "/v2/features/instance",
        Handler::described("GetInstanceFeaturesRequest", |request| {
            let version = request.zitadel.settings.version;
            let features = || wire::policies::instance_features(&request.zitadel.instance(), version);
            request.serve_described("found", |_, _| Ok(features()))
        }),
    )
    .rpc("/zitadel.feature.v2.FeatureService/GetInstanceFeatures")
    .reads_only(),
];
