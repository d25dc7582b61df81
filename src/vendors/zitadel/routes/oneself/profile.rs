//! The routes by which people see and change what is their own, in ZITADEL's auth API v1.

use super::super::described::Gate;
use super::super::handler::{Handler, Row};
use crate::vendors::zitadel::operations::events;
use crate::vendors::zitadel::operations::management::addresses::{self, UpdateAddress};
use crate::vendors::zitadel::operations::management::{find, humans, lifecycle, passwords};
use crate::vendors::zitadel::operations::passwords::{Password, PasswordValue, Proof};
use crate::vendors::zitadel::record::{Channel, Permission};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::management::Shown;

pub(in super::super) static ROWS: [Row; 16] = [
    Row::new(
        "auth_v1_get_my_user",
        "GET",
        "/auth/v1/users/me",
        Handler::described("GetMyUserRequest", |request| {
            request.own("found", |_, me| Ok(wire::management::found(me.caller.user())))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyUser")
    .reads_only(),
    Row::new(
        "auth_v1_remove_my_user",
        "DELETE",
        "/auth/v1/users/me",
        Handler::described("RemoveMyUserRequest", |request| {
            request.serve_v1(&Gate::Permission(Permission::SelfDelete), "removed", |_, me| {
                lifecycle::remove_user(request.zitadel, me.id(), me)
                    .map(|receipt| wire::objects::changed_only(&receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/RemoveMyUser"),
    Row::new(
        "auth_v1_list_my_user_changes",
        "POST",
        "/auth/v1/users/me/changes/_search",
        Handler::described("ListMyUserChangesRequest", |request| {
            request.own("listed", |message, me| {
                let (after, limit, ascending) = wire::events::change_query(message);
                let found =
                    events::list_user_changes(request.zitadel, me.id(), &me.organization, after, limit, ascending);
                Ok(wire::events::changes_found(&found))
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ListMyUserChanges")
    .reads_only(),
    Row::new(
        "auth_v1_update_my_user_name",
        "PUT",
        "/auth/v1/users/me/username",
        Handler::described("UpdateMyUserNameRequest", |request| {
            request.own_change("changed", |message, me| {
                lifecycle::update_user_name(request.zitadel, me.id(), message.text("userName"), me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/UpdateMyUserName"),
    Row::new(
        "auth_v1_update_my_password",
        "PUT",
        "/auth/v1/users/me/password",
        Handler::described("UpdateMyPasswordRequest", |request| {
            request.own_change("changed", |message, me| {
                let value = PasswordValue::Plain(message.text("newPassword").to_owned());
                let password = Password { value, change_required: false };
                let proof = Proof::Current(message.text("oldPassword").to_owned());
                passwords::set_human_password(request.zitadel, me.id(), &password, proof, me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/UpdateMyPassword")
    .heavy(),
    Row::new(
        "auth_v1_get_my_profile",
        "GET",
        "/auth/v1/users/me/profile",
        Handler::described("GetMyProfileRequest", |request| {
            request.own("found", |_, me| {
                find::get_human(request.zitadel, me.id(), me, "QUERY-HNhb3", "QUERY-WLTce")
                    .map(|user| wire::management::part(&user, Shown::Profile))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyProfile")
    .reads_only(),
    Row::new(
        "auth_v1_update_my_profile",
        "PUT",
        "/auth/v1/users/me/profile",
        Handler::described("UpdateMyProfileRequest", |request| {
            request.own_change("changed", |message, me| {
                let names = wire::management::names(&message.to_value());
                humans::update_human_profile(request.zitadel, me.id(), names, me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/UpdateMyProfile"),
    Row::new(
        "auth_v1_get_my_email",
        "GET",
        "/auth/v1/users/me/email",
        Handler::described("GetMyEmailRequest", |request| {
            request.own("found", |_, me| {
                find::get_human(request.zitadel, me.id(), me, "QUERY-Hms2s", "QUERY-pt7HY")
                    .map(|user| wire::management::part(&user, Shown::Email))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyEmail")
    .reads_only(),
    Row::new(
        "auth_v1_set_my_email",
        "PUT",
        "/auth/v1/users/me/email",
        Handler::described("SetMyEmailRequest", |request| {
            request.own_change("changed", |message, me| {
                let input = UpdateAddress {
                    channel: Channel::Email,
                    user_id: me.id().to_owned(),
                    address: message.text("email").to_owned(),
                    is_verified: false,
                };
                addresses::update_address(request.zitadel, input, me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/SetMyEmail"),
    Row::new(
        "auth_v1_verify_my_email",
        "POST",
        "/auth/v1/users/me/email/_verify",
        Handler::described("VerifyMyEmailRequest", |request| {
            request.own_change("verified", |message, me| {
                addresses::verify(request.zitadel, Channel::Email, me.id(), message.text("code"), me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/VerifyMyEmail"),
    Row::new(
        "auth_v1_resend_my_email_verification",
        "POST",
        "/auth/v1/users/me/email/_resend_verification",
        Handler::described("ResendMyEmailVerificationRequest", |request| {
            request.own_change("sent", |_, me| {
                addresses::resend_verification(request.zitadel, Channel::Email, me.id(), me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ResendMyEmailVerification"),
    Row::new(
        "auth_v1_get_my_phone",
        "GET",
        "/auth/v1/users/me/phone",
        Handler::described("GetMyPhoneRequest", |request| {
            request.own("found", |_, me| {
                find::get_human(request.zitadel, me.id(), me, "QUERY-DAvb3", "QUERY-hliQl")
                    .map(|user| wire::management::part(&user, Shown::Phone))
            })
        })
        .trailing(),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/GetMyPhone")
    .reads_only(),
    Row::new(
        "auth_v1_set_my_phone",
        "PUT",
        "/auth/v1/users/me/phone",
        Handler::described("SetMyPhoneRequest", |request| {
            request.own_change("changed", |message, me| {
                let input = UpdateAddress {
                    channel: Channel::Phone,
                    user_id: me.id().to_owned(),
                    address: message.text("phone").to_owned(),
                    is_verified: false,
                };
                addresses::update_address(request.zitadel, input, me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/SetMyPhone"),
    Row::new(
        "auth_v1_verify_my_phone",
        "POST",
        "/auth/v1/users/me/phone/_verify",
        Handler::described("VerifyMyPhoneRequest", |request| {
            request.own_change("verified", |message, me| {
                addresses::verify(request.zitadel, Channel::Phone, me.id(), message.text("code"), me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/VerifyMyPhone"),
    Row::new(
        "auth_v1_resend_my_phone_verification",
        "POST",
        "/auth/v1/users/me/phone/_resend_verification",
        Handler::described("ResendMyPhoneVerificationRequest", |request| {
            request.own_change("sent", |_, me| {
                addresses::resend_verification(request.zitadel, Channel::Phone, me.id(), me)
            })
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/ResendMyPhoneVerification"),
    Row::new(
        "auth_v1_remove_my_phone",
        "DELETE",
        "/auth/v1/users/me/phone",
        Handler::described("RemoveMyPhoneRequest", |request| {
            request.own_change("removed", |_, me| addresses::remove_phone(request.zitadel, me.id(), me))
        }),
    )
    .framed_rpc("/zitadel.auth.v1.AuthService/RemoveMyPhone"),
];
