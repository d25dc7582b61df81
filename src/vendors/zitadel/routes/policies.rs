//! The routes of the policies that clients of ZITADEL's first APIs read, and of what these APIs say of themselves.

use serde_json::{Value, json};

use super::described::{Gate, Visitor};
use super::handler::{Handler, Request, Row};
use crate::protocol::Reply;
use crate::vendors::zitadel::auth::API_PROJECT;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::policies;
use crate::vendors::zitadel::record::Permission;
use crate::vendors::zitadel::state::Zitadel;
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::policies::own;

impl Request<'_> {
    /// Answers with a policy.
    fn policy(&self, gate: &Gate, read: impl FnOnce(&Zitadel, &Visitor) -> Value) -> Result<Reply, Error> {
        self.serve_v1(gate, "found", |_, visitor| Ok(read(self.zitadel, visitor)))
    }
}

pub(super) static ROWS: [Row; 20] = [
    Row::new(
        "management_v1_healthz",
        "GET",
        "/management/v1/healthz",
        Handler::described("HealthzRequest", |request| request.serve_anybody("healthy", |_| Ok(json!({})))),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/Healthz")
    .reads_only()
    .about_server(),
    Row::new(
        "auth_v1_healthz",
        "GET",
        "/auth/v1/healthz",
        Handler::described("HealthzRequest", |request| request.serve_anybody("healthy", |_| Ok(json!({})))),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/Healthz")
    .reads_only()
    .about_server(),
    Row::new(
        "admin_v1_healthz",
        "GET",
        "/admin/v1/healthz",
        Handler::described("HealthzRequest", |request| request.serve_anybody("healthy", |_| Ok(json!({})))),
    )
    .framed_rpc("/zitadel.admin.v1.AdminService/Healthz")
    .reads_only()
    .about_server(),
    Row::new(
        "management_v1_get_oidc_information",
        "GET",
        "/management/v1/zitadel/docs",
        Handler::described("GetOIDCInformationRequest", |request| {
            request.serve_anybody("found", |zitadel| {
                let issuer = wire::issuer::issuer(zitadel, &request.exchange.call);
                Ok(wire::policies::oidc_information(&issuer))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetOIDCInformation")
    .reads_only()
    .about_server(),
    Row::new(
        "management_v1_get_iam",
        "GET",
        "/management/v1/iam",
        Handler::described("GetIAMRequest", |request| {
            request.policy(&Gate::Token, |zitadel, _| wire::policies::iam(&zitadel.instance(), API_PROJECT))
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetIAM")
    .reads_only(),
    Row::new(
        "management_v1_get_supported_languages",
        "GET",
        "/management/v1/languages",
        Handler::described("GetSupportedLanguagesRequest", |request| {
            request.policy(&Gate::Token, |_, _| wire::policies::languages())
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetSupportedLanguages")
    .reads_only(),
    Row::new(
        "management_v1_get_default_login_policy",
        "GET",
        "/management/v1/policies/default/login",
        Handler::described("GetDefaultLoginPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::login(&policies::default_login_policy(zitadel)))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDefaultLoginPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_default_lockout_policy",
        "GET",
        "/management/v1/policies/default/lockout",
        Handler::described("GetDefaultLockoutPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::lockout(&policies::default_lockout_policy(zitadel)))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDefaultLockoutPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_password_complexity_policy",
        "GET",
        "/management/v1/policies/password/complexity",
        Handler::described("GetPasswordComplexityPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, visitor| {
                wire::policies::complexity(&policies::get_complexity_policy(zitadel, &visitor.organization))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetPasswordComplexityPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_default_password_complexity_policy",
        "GET",
        "/management/v1/policies/default/password/complexity",
        Handler::described("GetDefaultPasswordComplexityPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::complexity(&policies::default_complexity_policy(zitadel)))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDefaultPasswordComplexityPolicy")
    .reads_only(),
    Row::new(
        "management_v1_add_custom_password_complexity_policy",
        "POST",
        "/management/v1/policies/password/complexity",
        Handler::described("AddCustomPasswordComplexityPolicyRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::PolicyWrite), "added", |message, visitor| {
                let (organization, caller) = (&visitor.organization, &visitor.caller);
                policies::add_complexity_policy(request.zitadel, organization, message.read_all(), caller)
                    .map(|receipt| wire::objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/AddCustomPasswordComplexityPolicy"),
    Row::new(
        "management_v1_update_custom_password_complexity_policy",
        "PUT",
        "/management/v1/policies/password/complexity",
        Handler::described("UpdateCustomPasswordComplexityPolicyRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::PolicyWrite), "changed", |message, visitor| {
                let (organization, caller) = (&visitor.organization, &visitor.caller);
                policies::update_complexity_policy(request.zitadel, organization, message.read_all(), caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateCustomPasswordComplexityPolicy"),
    Row::new(
        "management_v1_reset_password_complexity_policy_to_default",
        "DELETE",
        "/management/v1/policies/password/complexity",
        Handler::described("ResetPasswordComplexityPolicyToDefaultRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::PolicyDelete), "reset", |_, visitor| {
                let (organization, caller) = (&visitor.organization, &visitor.caller);
                policies::reset_complexity_policy(request.zitadel, organization, caller)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResetPasswordComplexityPolicyToDefault"),
    Row::new(
        "auth_v1_get_my_password_complexity_policy",
        "GET",
        "/auth/v1/policies/passwords/complexity",
        Handler::described("GetMyPasswordComplexityPolicyRequest", |request| {
            request.policy(&Gate::Oneself, |zitadel, me| {
                own(wire::policies::complexity(&policies::get_complexity_policy(zitadel, &me.organization)))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyPasswordComplexityPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_password_age_policy",
        "GET",
        "/management/v1/policies/password/age",
        Handler::described("GetPasswordAgePolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                wire::policies::unchanged(&zitadel.instance(), json!({}))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetPasswordAgePolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_default_password_age_policy",
        "GET",
        "/management/v1/policies/default/password/age",
        Handler::described("GetDefaultPasswordAgePolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::unchanged(&zitadel.instance(), json!({})))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDefaultPasswordAgePolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_domain_policy",
        "GET",
        "/management/v1/policies/domain",
        Handler::described("GetDomainPolicyRequest", |request| {
            request.policy(&Gate::Token, |zitadel, _| own(wire::policies::unchanged(&zitadel.instance(), json!({}))))
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDomainPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_org_iam_policy",
        "GET",
        "/management/v1/policies/orgiam",
        Handler::described("GetOrgIAMPolicyRequest", |request| {
            request.policy(&Gate::Token, |zitadel, _| own(wire::policies::unchanged(&zitadel.instance(), json!({}))))
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetOrgIAMPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_notification_policy",
        "GET",
        "/management/v1/policies/notification",
        Handler::described("GetNotificationPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::unchanged(&zitadel.instance(), json!({ "passwordChange": true })))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetNotificationPolicy")
    .reads_only(),
    Row::new(
        "management_v1_get_default_notification_policy",
        "GET",
        "/management/v1/policies/default/notification",
        Handler::described("GetDefaultNotificationPolicyRequest", |request| {
            request.policy(&Gate::Permission(Permission::PolicyRead), |zitadel, _| {
                own(wire::policies::unchanged(&zitadel.instance(), json!({ "passwordChange": true })))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetDefaultNotificationPolicy")
    .reads_only(),
];
