//! The routes of humans in ZITADEL's first API: profile, addresses, passwords, factors, links.

use serde_json::json;

use super::super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::error::management::ManagementError;
use crate::vendors::zitadel::operations::management::addresses::{self, UpdateAddress};
use crate::vendors::zitadel::operations::management::factors::{self, Factor};
use crate::vendors::zitadel::operations::management::{find, humans, passwords};
use crate::vendors::zitadel::operations::passwords::{Password, PasswordValue, Proof};
use crate::vendors::zitadel::record::{Channel, EventKind, Permission};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::management::Shown;

pub(in super::super) static ROWS: [Row; 24] = [
    Row::new(
        "management_v1_get_human_profile",
        "GET",
        "/management/v1/users/{user_id}/profile",
        Handler::described("GetHumanProfileRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                find::get_human(request.zitadel, message.text("userId"), visitor, "QUERY-HNhb3", "QUERY-WLTce")
                    .map(|user| wire::management::part(&user, Shown::Profile))
            })
        })
        .not_found("QUERY-HNhb3")
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetHumanProfile")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_update_human_profile",
        "PUT",
        "/management/v1/users/{user_id}/profile",
        Handler::described("UpdateHumanProfileRequest", |request| {
            request.change(Permission::Write, "changed", |message, visitor| {
                let names = wire::management::names(&message.to_value());
                humans::update_human_profile(request.zitadel, message.text("userId"), names, visitor)
            })
        })
        .not_found("COMMAND-3M9sd"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateHumanProfile")
    .subject(USER),
    Row::new(
        "management_v1_get_human_email",
        "GET",
        "/management/v1/users/{user_id}/email",
        Handler::described("GetHumanEmailRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                find::get_human(request.zitadel, message.text("userId"), visitor, "QUERY-Hms2s", "QUERY-pt7HY")
                    .map(|user| wire::management::part(&user, Shown::Email))
            })
        })
        .not_found("QUERY-Hms2s")
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetHumanEmail")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_update_human_email",
        "PUT",
        "/management/v1/users/{user_id}/email",
        Handler::described("UpdateHumanEmailRequest", |request| {
            request.change(Permission::Write, "changed", |message, visitor| {
                let input = UpdateAddress {
                    channel: Channel::Email,
                    user_id: message.text("userId").to_owned(),
                    address: message.text("email").to_owned(),
                    is_verified: message.read("isEmailVerified"),
                };
                addresses::update_address(request.zitadel, input, visitor)
            })
        })
        .not_found("COMMAND-0Pe4r"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateHumanEmail")
    .subject(USER),
    Row::new(
        "management_v1_resend_human_initialization",
        "POST",
        "/management/v1/users/{user_id}/_resend_initialization",
        Handler::described("ResendHumanInitializationRequest", |request| {
            request.change(Permission::Write, "sent", |message, visitor| {
                let (id, email) = (message.text("userId"), message.text("email"));
                addresses::resend_initialization(request.zitadel, id, email, visitor)
            })
        })
        .not_found("COMMAND-2M9df"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResendHumanInitialization")
    .subject(USER),
    Row::new(
        "management_v1_resend_human_email_verification",
        "POST",
        "/management/v1/users/{user_id}/email/_resend_verification",
        Handler::described("ResendHumanEmailVerificationRequest", |request| {
            request.change(Permission::Write, "sent", |message, visitor| {
                addresses::resend_verification(request.zitadel, Channel::Email, message.text("userId"), visitor)
            })
        })
        .not_found("COMMAND-0Pe4r"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResendHumanEmailVerification")
    .subject(USER),
    Row::new(
        "management_v1_get_human_phone",
        "GET",
        "/management/v1/users/{user_id}/phone",
        Handler::described("GetHumanPhoneRequest", |request| {
            request.manage(Permission::Read, "found", |message, visitor| {
                find::get_human(request.zitadel, message.text("userId"), visitor, "QUERY-DAvb3", "QUERY-hliQl")
                    .map(|user| wire::management::part(&user, Shown::Phone))
            })
        })
        .not_found("QUERY-DAvb3")
        .trailing(),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/GetHumanPhone")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_update_human_phone",
        "PUT",
        "/management/v1/users/{user_id}/phone",
        Handler::described("UpdateHumanPhoneRequest", |request| {
            request.change(Permission::Write, "changed", |message, visitor| {
                let input = UpdateAddress {
                    channel: Channel::Phone,
                    user_id: message.text("userId").to_owned(),
                    address: message.text("phone").to_owned(),
                    is_verified: message.read("isPhoneVerified"),
                };
                addresses::update_address(request.zitadel, input, visitor)
            })
        })
        .not_found("COMMAND-3M0fs"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/UpdateHumanPhone")
    .subject(USER),
    Row::new(
        "management_v1_remove_human_phone",
        "DELETE",
        "/management/v1/users/{user_id}/phone",
        Handler::described("RemoveHumanPhoneRequest", |request| {
            request.command(Permission::Write, "removed", "userId", addresses::remove_phone)
        })
        .not_found("COMMAND-3M9fs"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanPhone")
    .subject(USER),
    Row::new(
        "management_v1_resend_human_phone_verification",
        "POST",
        "/management/v1/users/{user_id}/phone/_resend_verification",
        Handler::described("ResendHumanPhoneVerificationRequest", |request| {
            request.change(Permission::Write, "sent", |message, visitor| {
                addresses::resend_verification(request.zitadel, Channel::Phone, message.text("userId"), visitor)
            })
        })
        .not_found("COMMAND-2M0fs"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ResendHumanPhoneVerification")
    .subject(USER),
    Row::new(
        "management_v1_set_human_initial_password",
        "POST",
        "/management/v1/users/{user_id}/password/_initialize",
        Handler::described("SetHumanInitialPasswordRequest", |request| {
            request.change(Permission::Write, "set", |message, visitor| {
                let value = PasswordValue::Plain(message.text("password").to_owned());
                let password = Password { value, change_required: true };
                let user_id = message.text("userId");
                passwords::set_human_password(request.zitadel, user_id, &password, Proof::None, visitor)
            })
        })
        .not_found("COMMAND-G8dh3"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SetHumanInitialPassword")
    .subject(USER)
    .heavy(),
    Row::new(
        "management_v1_set_human_password",
        "POST",
        "/management/v1/users/{user_id}/password",
        Handler::described("SetHumanPasswordRequest", |request| {
            request.change(Permission::Write, "set", |message, visitor| {
                let value = PasswordValue::Plain(message.text("password").to_owned());
                let password = Password { value, change_required: !message.read::<bool>("noChangeRequired") };
                let user_id = message.text("userId");
                passwords::set_human_password(request.zitadel, user_id, &password, Proof::None, visitor)
            })
        })
        .not_found("COMMAND-G8dh3"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SetHumanPassword")
    .subject(USER)
    .heavy(),
    Row::new(
        "management_v1_send_human_reset_password_notification",
        "POST",
        "/management/v1/users/{user_id}/password/_reset",
        Handler::described("SendHumanResetPasswordNotificationRequest", |request| {
            request.change(Permission::Write, "sent", |message, visitor| {
                let channel = if message.text("type") == "TYPE_SMS" { Channel::Phone } else { Channel::Email };
                passwords::send_reset_notification(request.zitadel, message.text("userId"), channel, visitor)
            })
        })
        .not_found("COMMAND-Hj9ds"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SendHumanResetPasswordNotification")
    .subject(USER),
    Row::new(
        "management_v1_list_human_auth_factors",
        "POST",
        "/management/v1/users/{user_id}/auth_factors/_search",
        Handler::described("ListHumanAuthFactorsRequest", |request| {
            request.manage(Permission::Read, "listed", |message, visitor| {
                let found = factors::ready_factors(request.zitadel, message.text("userId"), visitor);
                Ok(wire::management::factors::factors(&found))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/ListHumanAuthFactors")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_remove_human_auth_factor_otp",
        "DELETE",
        "/management/v1/users/{user_id}/auth_factors/otp",
        Handler::described("RemoveHumanAuthFactorOTPRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                factors::remove_factor(request.zitadel, Factor::Totp, message.text("userId"), visitor)
            })
        })
        .not_found("COMMAND-Hd9sd"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanAuthFactorOTP")
    .subject(USER),
    Row::new(
        "management_v1_remove_human_auth_factor_otpsms",
        "DELETE",
        "/management/v1/users/{user_id}/auth_factors/otp_sms",
        Handler::described("RemoveHumanAuthFactorOTPSMSRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                factors::remove_factor(request.zitadel, Factor::Sms, message.text("userId"), visitor)
            })
        })
        .not_found("COMMAND-Sr3h3"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanAuthFactorOTPSMS")
    .subject(USER),
    Row::new(
        "management_v1_remove_human_auth_factor_otp_email",
        "DELETE",
        "/management/v1/users/{user_id}/auth_factors/otp_email",
        Handler::described("RemoveHumanAuthFactorOTPEmailRequest", |request| {
            request.change(Permission::Write, "removed", |message, visitor| {
                factors::remove_factor(request.zitadel, Factor::Email, message.text("userId"), visitor)
            })
        })
        .not_found("COMMAND-b312D"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanAuthFactorOTPEmail")
    .subject(USER),
    Row::new(
        "management_v1_remove_human_auth_factor_u2f",
        "DELETE",
        "/management/v1/users/{user_id}/auth_factors/u2f/{token_id}",
        Handler::described("RemoveHumanAuthFactorU2FRequest", |request| {
            request.change(Permission::Write, "removed", |_, _| Err(ManagementError::PasskeyMissing.into()))
        })
        .not_found("COMMAND-DAfb2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanAuthFactorU2F")
    .subject(USER)
    .unseen(),
    Row::new(
        "management_v1_list_human_passwordless",
        "POST",
        "/management/v1/users/{user_id}/passwordless/_search",
        Handler::described("ListHumanPasswordlessRequest", |request| {
            request.manage(Permission::Read, "listed", |_, _| Ok(json!({})))
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/ListHumanPasswordless")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_add_passwordless_registration",
        "POST",
        "/management/v1/users/{user_id}/passwordless/_link",
        Handler::described("AddPasswordlessRegistrationRequest", |request| {
            request.manage(Permission::CredentialWrite, "made", |message, visitor| {
                let (kind, id) = (EventKind::PasswordlessCodeAdded, message.text("userId"));
                let link = factors::add_passwordless_link(request.zitadel, kind, id, visitor)?;
                Ok(wire::management::make::passwordless_link(&link, &request.origin()))
            })
        }),
    )
    .ignores_body()
    .framed_rpc("/zitadel.management.v1.ManagementService/AddPasswordlessRegistration")
    .subject(USER),
    Row::new(
        "management_v1_send_passwordless_registration",
        "POST",
        "/management/v1/users/{user_id}/passwordless/_send_link",
        Handler::described("SendPasswordlessRegistrationRequest", |request| {
            request.manage(Permission::CredentialWrite, "sent", |message, visitor| {
                let (kind, id) = (EventKind::PasswordlessCodeRequested, message.text("userId"));
                let link = factors::add_passwordless_link(request.zitadel, kind, id, visitor)?;
                Ok(wire::objects::created_only(&link.receipt))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/SendPasswordlessRegistration")
    .subject(USER),
    Row::new(
        "management_v1_remove_human_passwordless",
        "DELETE",
        "/management/v1/users/{user_id}/passwordless/{token_id}",
        Handler::described("RemoveHumanPasswordlessRequest", |request| {
            request.change(Permission::Write, "removed", |_, _| Err(ManagementError::PasskeyMissing.into()))
        })
        .not_found("COMMAND-DAfb2"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanPasswordless")
    .subject(USER)
    .unseen(),
    Row::new(
        "management_v1_list_human_linked_idps",
        "POST",
        "/management/v1/users/{user_id}/idps/_search",
        Handler::described("ListHumanLinkedIDPsRequest", |request| {
            request.manage(Permission::Read, "listed", |message, _| {
                // No identity provider is emulated, so nobody is linked with one.
                Ok(wire::management::list(message, request.zitadel.last_event(), std::iter::empty()))
            })
        }),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/ListHumanLinkedIDPs")
    .subject(USER)
    .reads_only(),
    Row::new(
        "management_v1_remove_human_linked_idp",
        "DELETE",
        "/management/v1/users/{user_id}/idps/{idp_id}/{linked_user_id}",
        Handler::described("RemoveHumanLinkedIDPRequest", |request| {
            request.change(Permission::Write, "removed", |_, _| Err(ManagementError::LinkMissing.into()))
        })
        .not_found("COMMAND-1M9xR"),
    )
    .framed_rpc("/zitadel.management.v1.ManagementService/RemoveHumanLinkedIDP")
    .subject(USER)
    .unseen(),
];
