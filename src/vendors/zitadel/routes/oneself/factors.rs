//! The routes by which people see what is known of them, and set up factors, in ZITADEL's auth API v1.

use serde_json::json;

use super::super::described::Gate;
use super::super::handler::{Handler, Row};
use crate::vendors::zitadel::error::management::ManagementError;
use crate::vendors::zitadel::operations::listing::Limit;
use crate::vendors::zitadel::operations::management::factors::{self, Factor};
use crate::vendors::zitadel::operations::management::{memberships, metadata};
use crate::vendors::zitadel::operations::policies as rules;
use crate::vendors::zitadel::operations::user_grant_lists;
use crate::vendors::zitadel::record::{EventKind, UserGrant};
use crate::vendors::zitadel::wire::management::{self, search};
use crate::vendors::zitadel::wire::{objects, policies, user_grants};

pub(in super::super) static ROWS: [Row; 21] = [
    Row::new(
        "auth_v1_list_my_metadata",
        "POST",
        "/auth/v1/users/me/metadata/_search",
        Handler::described("ListMyMetadataRequest", |request| {
            request.own("listed", |message, me| {
                let found = metadata::list_user_metadata(request.zitadel, me.id(), &search::metadata_keys(message), me);
                Ok(management::metadata_list(message, &found, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyMetadata")
    .reads_only(),
    Row::new(
        "auth_v1_get_my_metadata",
        "GET",
        "/auth/v1/users/me/metadata/{key}",
        Handler::described("GetMyMetadataRequest", |request| {
            request.own("found", |message, me| {
                let (user, entry) = metadata::get_user_metadata(request.zitadel, me.id(), message.text("key"), me)?;
                Ok(json!({ "metadata": management::metadata(&user, &entry) }))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyMetadata")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_user_sessions",
        "POST",
        "/auth/v1/users/me/sessions/_search",
        Handler::described("ListMyUserSessionsRequest", |request| {
            // Those of the older login are listed, which makes none here.
            request.own("listed", |_, _| Ok(json!({})))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyUserSessions")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_refresh_tokens",
        "POST",
        "/auth/v1/users/me/tokens/refresh/_search",
        Handler::described("ListMyRefreshTokensRequest", |request| {
            // Those of the older login are listed, which makes none here.
            request.own("listed", |_, _| Ok(management::refresh_tokens(request.zitadel.last_event())))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyRefreshTokens")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_linked_idps",
        "POST",
        "/auth/v1/users/me/idps/_search",
        Handler::described("ListMyLinkedIDPsRequest", |request| {
            // No identity provider is emulated, so nobody is linked with one.
            request.own("listed", |message, _| {
                Ok(management::list(message, request.zitadel.last_event(), std::iter::empty()))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyLinkedIDPs")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_auth_factors",
        "POST",
        "/auth/v1/users/me/auth_factors/_search",
        Handler::described("ListMyAuthFactorsRequest", |request| {
            request.own("listed", |_, me| {
                Ok(management::factors::factors(&factors::ready_factors(request.zitadel, me.id(), me)))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyAuthFactors")
    .reads_only(),
    Row::new(
        "auth_v1_add_my_auth_factor_otp",
        "POST",
        "/auth/v1/users/me/auth_factors/otp",
        Handler::described("AddMyAuthFactorOTPRequest", |request| {
            request.own("added", |_, me| {
                let (receipt, secret) = factors::add_totp(request.zitadel, me)?;
                Ok(management::factors::totp(&receipt, &secret, me.caller.user()))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/AddMyAuthFactorOTP"),
    Row::new(
        "auth_v1_verify_my_auth_factor_otp",
        "POST",
        "/auth/v1/users/me/auth_factors/otp/_verify",
        Handler::described("VerifyMyAuthFactorOTPRequest", |request| {
            request
                .own_change("verified", |message, me| factors::verify_totp(request.zitadel, message.text("code"), me))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/VerifyMyAuthFactorOTP"),
    Row::new(
        "auth_v1_remove_my_auth_factor_otp",
        "DELETE",
        "/auth/v1/users/me/auth_factors/otp",
        Handler::described("RemoveMyAuthFactorOTPRequest", |request| {
            request.own_change("removed", |_, me| factors::remove_factor(request.zitadel, Factor::Totp, me.id(), me))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/RemoveMyAuthFactorOTP"),
    Row::new(
        "auth_v1_add_my_auth_factor_otpsms",
        "POST",
        "/auth/v1/users/me/auth_factors/otp_sms",
        Handler::described("AddMyAuthFactorOTPSMSRequest", |request| {
            request.own("added", |_, me| {
                factors::add_factor(request.zitadel, Factor::Sms, me).map(|receipt| objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/AddMyAuthFactorOTPSMS"),
    Row::new(
        "auth_v1_remove_my_auth_factor_otpsms",
        "DELETE",
        "/auth/v1/users/me/auth_factors/otp_sms",
        Handler::described("RemoveMyAuthFactorOTPSMSRequest", |request| {
            request.own_change("removed", |_, me| factors::remove_factor(request.zitadel, Factor::Sms, me.id(), me))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/RemoveMyAuthFactorOTPSMS"),
    Row::new(
        "auth_v1_add_my_auth_factor_otp_email",
        "POST",
        "/auth/v1/users/me/auth_factors/otp_email",
        Handler::described("AddMyAuthFactorOTPEmailRequest", |request| {
            request.own("added", |_, me| {
                factors::add_factor(request.zitadel, Factor::Email, me).map(|receipt| objects::created_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/AddMyAuthFactorOTPEmail"),
    Row::new(
        "auth_v1_remove_my_auth_factor_otp_email",
        "DELETE",
        "/auth/v1/users/me/auth_factors/otp_email",
        Handler::described("RemoveMyAuthFactorOTPEmailRequest", |request| {
            request.own_change("removed", |_, me| factors::remove_factor(request.zitadel, Factor::Email, me.id(), me))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/RemoveMyAuthFactorOTPEmail"),
    Row::new(
        "auth_v1_list_my_passwordless",
        "POST",
        "/auth/v1/users/me/passwordless/_search",
        Handler::described("ListMyPasswordlessRequest", |request| request.own("listed", |_, _| Ok(json!({})))),
    )
    .ignores_body()
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyPasswordless")
    .reads_only(),
    Row::new(
        "auth_v1_add_my_passwordless_link",
        "POST",
        "/auth/v1/users/me/passwordless/_link",
        Handler::described("AddMyPasswordlessLinkRequest", |request| {
            request.own("made", |_, me| {
                let link =
                    factors::add_passwordless_link(request.zitadel, EventKind::PasswordlessCodeAdded, me.id(), me)?;
                Ok(management::make::passwordless_link(&link, &request.origin()))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/AddMyPasswordlessLink"),
    Row::new(
        "auth_v1_list_my_zitadel_permissions",
        "POST",
        "/auth/v1/permissions/zitadel/me/_search",
        Handler::described("ListMyZitadelPermissionsRequest", |request| {
            request.serve_v1(&Gate::Token, "listed", |_, visitor| {
                let names = memberships::permissions(visitor.caller.user(), &visitor.organization);
                Ok(json!({ "result": names }))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyZitadelPermissions")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_project_permissions",
        "POST",
        "/auth/v1/permissions/me/_search",
        Handler::described("ListMyProjectPermissionsRequest", |request| {
            // Grants are of projects of somebody's own, not of the vendor's.
            request.own("listed", |_, _| Err(ManagementError::GrantMissing.into()))
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyProjectPermissions")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_memberships",
        "POST",
        "/auth/v1/memberships/me/_search",
        Handler::described("ListMyMembershipsRequest", |request| {
            request.own("listed", |message, me| {
                let found =
                    memberships::memberships(request.zitadel, me.id(), None, &search::membership_filters(message));
                let shown = found.iter().map(|one| management::factors::membership(me.id(), one));
                Ok(management::list(message, request.zitadel.last_event(), shown))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyMemberships")
    .reads_only(),
    Row::new(
        "auth_v1_list_my_user_grants",
        "POST",
        "/auth/v1/usergrants/me/_search",
        Handler::described("ListMyUserGrantsRequest", |request| {
            request.own("listed", |message, me| {
                let search = user_grants::list_user_grants(message);
                let own = |grant: &UserGrant| *grant.user_id == *me.id();
                let page =
                    user_grant_lists::list_user_grants(request.zitadel, search, Limit::Unbounded, own, |_| true)?;
                Ok(user_grants::own_user_grants(&page, request.zitadel.last_event()))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyUserGrants")
    .reads_only()
    .list(),
    Row::new(
        "auth_v1_get_my_login_policy",
        "GET",
        "/auth/v1/policies/login",
        Handler::described("GetMyLoginPolicyRequest", |request| {
            request.own("found", |_, me| {
                Ok(policies::own(policies::login(&rules::get_login_policy(request.zitadel, &me.organization))))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyLoginPolicy")
    .reads_only(),
    Row::new(
        "auth_v1_get_supported_languages",
        "GET",
        "/auth/v1/languages",
        Handler::described("GetSupportedLanguagesRequest", |request| {
            request.own("listed", |_, _| Ok(policies::languages()))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetSupportedLanguages")
    .reads_only(),
];
