//! The routes of the e-mails, phones and passwords of ZITADEL's humans.

use super::handler::{Handler, Row, USER};
use crate::vendors::zitadel::error::status::{self, Status};
use crate::vendors::zitadel::operations::{contacts, passwords};
use crate::vendors::zitadel::wire::proto;

/// Nobody and machines have no addresses; the vendor asks this before it asks for a permission.
const NO_EMAIL: Status<'static> = status::missing("Email not found", "COMMAND-ieJ2e");
const NO_PHONE: Status<'static> = status::missing("Phone not found", "COMMAND-ieJ2e");

pub(super) static ROWS: [Row; 10] = [
    Row::new(
        "set_email",
        "POST",
        "/v2/users/{user_id}/email",
        Handler::service::<proto::SetEmailRequest>("COMMAND-ieJ2e", |request| {
            request.serve("email_set", |message: proto::SetEmailRequest, caller| {
                contacts::set_contact(request.zitadel, message.into(), caller).map(proto::SetEmailResponse::from)
            })
        })
        .nobody(NO_EMAIL),
    )
    .rpc("/zitadel.user.v2.UserService/SetEmail")
    .subject(USER),
    Row::new(
        "resend_email_code",
        "POST",
        "/v2/users/{user_id}/email/resend",
        Handler::service::<proto::ResendEmailCodeRequest>("COMMAND-ieJ2e", |request| {
            request.serve("code_made", |message: proto::ResendEmailCodeRequest, caller| {
                contacts::resend_code(request.zitadel, message.into(), caller).map(proto::ResendEmailCodeResponse::from)
            })
        })
        .nobody(NO_EMAIL),
    )
    .rpc("/zitadel.user.v2.UserService/ResendEmailCode")
    .subject(USER),
    Row::new(
        "send_email_code",
        "POST",
        "/v2/users/{user_id}/email/send",
        Handler::service::<proto::SendEmailCodeRequest>("COMMAND-ieJ2e", |request| {
            request.serve("code_made", |message: proto::SendEmailCodeRequest, caller| {
                contacts::send_code(request.zitadel, message.into(), caller).map(proto::SendEmailCodeResponse::from)
            })
        })
        .nobody(NO_EMAIL),
    )
    .rpc("/zitadel.user.v2.UserService/SendEmailCode")
    .subject(USER),
    Row::new(
        "verify_email",
        "POST",
        "/v2/users/{user_id}/email/verify",
        Handler::service::<proto::VerifyEmailRequest>("COMMAND-ieJ2e", |request| {
            request.serve("verified", |message: proto::VerifyEmailRequest, caller| {
                contacts::verify_contact(request.zitadel, message.into(), caller).map(proto::VerifyEmailResponse::from)
            })
        })
        .nobody(NO_EMAIL),
    )
    .rpc("/zitadel.user.v2.UserService/VerifyEmail")
    .subject(USER),
    Row::new(
        "set_phone",
        "POST",
        "/v2/users/{user_id}/phone",
        Handler::service::<proto::SetPhoneRequest>("COMMAND-ieJ2e", |request| {
            request.serve("phone_set", |message: proto::SetPhoneRequest, caller| {
                contacts::set_contact(request.zitadel, message.into(), caller).map(proto::SetPhoneResponse::from)
            })
        })
        .nobody(NO_PHONE),
    )
    .rpc("/zitadel.user.v2.UserService/SetPhone")
    .subject(USER),
    Row::new(
        "remove_phone",
        "DELETE",
        "/v2/users/{user_id}/phone",
        Handler::service::<proto::RemovePhoneRequest>("COMMAND-ieJ2e", |request| {
            request.serve("phone_removed", |message: proto::RemovePhoneRequest, caller| {
                contacts::remove_phone(request.zitadel, &message.user_id, caller).map(proto::RemovePhoneResponse::from)
            })
        })
        .nobody(NO_PHONE),
    )
    .rpc("/zitadel.user.v2.UserService/RemovePhone")
    .subject(USER),
    Row::new(
        "resend_phone_code",
        "POST",
        "/v2/users/{user_id}/phone/resend",
        Handler::service::<proto::ResendPhoneCodeRequest>("COMMAND-ieJ2e", |request| {
            request.serve("code_made", |message: proto::ResendPhoneCodeRequest, caller| {
                contacts::resend_code(request.zitadel, message.into(), caller).map(proto::ResendPhoneCodeResponse::from)
            })
        })
        .nobody(NO_PHONE),
    )
    .rpc("/zitadel.user.v2.UserService/ResendPhoneCode")
    .subject(USER),
    Row::new(
        "verify_phone",
        "POST",
        "/v2/users/{user_id}/phone/verify",
        Handler::service::<proto::VerifyPhoneRequest>("COMMAND-ieJ2e", |request| {
            request.serve("verified", |message: proto::VerifyPhoneRequest, caller| {
                contacts::verify_contact(request.zitadel, message.into(), caller).map(proto::VerifyPhoneResponse::from)
            })
        })
        .nobody(NO_PHONE),
    )
    .rpc("/zitadel.user.v2.UserService/VerifyPhone")
    .subject(USER),
    Row::new(
        "password_reset",
        "POST",
        "/v2/users/{user_id}/password_reset",
        Handler::service::<proto::PasswordResetRequest>("COMMAND-SAF4f", |request| {
            request.serve("code_made", |message: proto::PasswordResetRequest, caller| {
                passwords::password_reset(request.zitadel, message.into(), caller)
                    .map(proto::PasswordResetResponse::from)
            })
        }),
    )
    .rpc("/zitadel.user.v2.UserService/PasswordReset")
    .subject(USER),
    Row::new(
        "set_password",
        "POST",
        "/v2/users/{user_id}/password",
        Handler::service::<proto::SetPasswordRequest>("COMMAND-G8dh3", |request| {
            request.serve("password_set", |message: proto::SetPasswordRequest, caller| {
                passwords::set_password(request.zitadel, message.into(), caller).map(proto::SetPasswordResponse::from)
            })
        })
        .nobody(status::precondition("Password not found", "COMMAND-G8dh3")),
    )
    .rpc("/zitadel.user.v2.UserService/SetPassword")
    .subject(USER)
    .heavy(),
];
