//! The routes of second factors, and of how people can sign in, in ZITADEL's user service.

use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::operations::factors::{self, Factor};
use crate::vendors::zitadel::wire;
use crate::vendors::zitadel::wire::objects::changed_only;

pub(super) static ROWS: [Row; 9] = [
    Row::new(
        "register_totp",
        "POST",
        "/v2/users/{user_id}/totp",
        Handler::described("RegisterTOTPRequest", |request| {
            request.serve_described("registered", |message, caller| {
                let registered = factors::register_totp(request.zitadel, message.text("userId"), caller)?;
                Ok(wire::factors::registered(&registered))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/RegisterTOTP")
    .subject(USER),
    Row::new(
        "verify_totp_registration",
        "POST",
        "/v2/users/{user_id}/totp/verify",
        Handler::described("VerifyTOTPRegistrationRequest", |request| {
            request.serve_described("verified", |message, caller| {
                let (user_id, code) = (message.text("userId"), message.text("code"));
                factors::verify_totp(request.zitadel, user_id, code, caller).map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/VerifyTOTPRegistration")
    .subject(USER),
    Row::new(
        "remove_totp",
        "DELETE",
        "/v2/users/{user_id}/totp",
        Handler::described("RemoveTOTPRequest", |request| {
            request.serve_described("removed", |message, caller| {
                factors::remove_factor(request.zitadel, Factor::Totp, message.text("userId"), caller)
                    .map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/RemoveTOTP")
    .subject(USER),
    Row::new(
        "add_otpsms",
        "POST",
        "/v2/users/{user_id}/otp_sms",
        Handler::described("AddOTPSMSRequest", |request| {
            request.serve_described("added", |message, caller| {
                factors::add_factor(request.zitadel, Factor::Sms, message.text("userId"), caller)
                    .map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/AddOTPSMS")
    .subject(USER),
    Row::new(
        "remove_otpsms",
        "DELETE",
        "/v2/users/{user_id}/otp_sms",
        Handler::described("RemoveOTPSMSRequest", |request| {
            request.serve_described("removed", |message, caller| {
                factors::remove_factor(request.zitadel, Factor::Sms, message.text("userId"), caller)
                    .map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/RemoveOTPSMS")
    .subject(USER),
    Row::new(
        "add_otp_email",
        "POST",
        "/v2/users/{user_id}/otp_email",
        Handler::described("AddOTPEmailRequest", |request| {
            request.serve_described("added", |message, caller| {
                factors::add_factor(request.zitadel, Factor::Email, message.text("userId"), caller)
                    .map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/AddOTPEmail")
    .subject(USER),
    Row::new(
        "remove_otp_email",
        "DELETE",
        "/v2/users/{user_id}/otp_email",
        Handler::described("RemoveOTPEmailRequest", |request| {
            request.serve_described("removed", |message, caller| {
                factors::remove_factor(request.zitadel, Factor::Email, message.text("userId"), caller)
                    .map(|receipt| changed_only(&receipt))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/RemoveOTPEmail")
    .subject(USER),
    Row::new(
        "list_authentication_method_types",
        "GET",
        "/v2/users/{user_id}/authentication_methods",
        Handler::described("ListAuthenticationMethodTypesRequest", |request| {
            request.serve_described("listed", |message, caller| {
                let methods = factors::list_methods(request.zitadel, message.text("userId"), caller)?;
                Ok(wire::factors::methods(request.zitadel, &methods))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/ListAuthenticationMethodTypes")
    .subject(USER)
    .reads_only(),
    Row::new(
        "list_authentication_factors",
        "POST",
        "/v2/users/{user_id}/authentication_factors/_search",
        Handler::described("ListAuthenticationFactorsRequest", |request| {
            request.serve_described("listed", |message, caller| {
                let found = factors::list_factors(request.zitadel, message.text("userId"), caller)?;
                Ok(wire::factors::listed(message, found))
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/ListAuthenticationFactors")
    .subject(USER)
    .ignores_body()
    .reads_only(),
];
