//! ZITADEL's messages about e-mails and phones.

use super::proto;
use super::users::details;
use crate::vendors::zitadel::operations::contacts::{SendCode, SetContact, VerifyContact};
use crate::vendors::zitadel::operations::people::Address;
use crate::vendors::zitadel::operations::write::{Verification, Written};
use crate::vendors::zitadel::record::Channel;

impl From<proto::SetEmailRequest> for SetContact {
    fn from(request: proto::SetEmailRequest) -> Self {
        use proto::set_email_request::Verification as Proto;
        let verification = match request.verification {
            Some(Proto::IsVerified(_)) => Verification::Verified,
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(send)) => Verification::Send(send.url_template),
            None => Verification::Send(None),
        };
        Self { channel: Channel::Email, user_id: request.user_id, address: request.email, verification }
    }
}

impl From<proto::SetPhoneRequest> for SetContact {
    fn from(request: proto::SetPhoneRequest) -> Self {
        use proto::set_phone_request::Verification as Proto;
        let verification = match request.verification {
            Some(Proto::IsVerified(_)) => Verification::Verified,
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(_)) | None => Verification::Send(None),
        };
        Self { channel: Channel::Phone, user_id: request.user_id, address: request.phone, verification }
    }
}

impl From<proto::ResendEmailCodeRequest> for SendCode {
    fn from(request: proto::ResendEmailCodeRequest) -> Self {
        use proto::resend_email_code_request::Verification as Proto;
        let verification = match request.verification {
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(send)) => Verification::Send(send.url_template),
            None => Verification::Send(None),
        };
        Self { channel: Channel::Email, user_id: request.user_id, verification }
    }
}

impl From<proto::SendEmailCodeRequest> for SendCode {
    fn from(request: proto::SendEmailCodeRequest) -> Self {
        use proto::send_email_code_request::Verification as Proto;
        let verification = match request.verification {
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(send)) => Verification::Send(send.url_template),
            None => Verification::Send(None),
        };
        Self { channel: Channel::Email, user_id: request.user_id, verification }
    }
}

impl From<proto::ResendPhoneCodeRequest> for SendCode {
    fn from(request: proto::ResendPhoneCodeRequest) -> Self {
        use proto::resend_phone_code_request::Verification as Proto;
        let verification = match request.verification {
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(_)) | None => Verification::Send(None),
        };
        Self { channel: Channel::Phone, user_id: request.user_id, verification }
    }
}

impl From<proto::VerifyEmailRequest> for VerifyContact {
    fn from(request: proto::VerifyEmailRequest) -> Self {
        Self { channel: Channel::Email, user_id: request.user_id, code: request.verification_code }
    }
}

impl From<proto::VerifyPhoneRequest> for VerifyContact {
    fn from(request: proto::VerifyPhoneRequest) -> Self {
        Self { channel: Channel::Phone, user_id: request.user_id, code: request.verification_code }
    }
}

impl From<proto::SetHumanEmail> for Address {
    fn from(email: proto::SetHumanEmail) -> Self {
        use proto::set_human_email::Verification as Proto;
        let verification = match email.verification {
            Some(Proto::IsVerified(true)) => Verification::Verified,
            Some(Proto::IsVerified(false)) => Verification::Unverified,
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(send)) => Verification::Send(send.url_template),
            None => Verification::Send(None),
        };
        Self { address: email.email, verification }
    }
}

impl From<proto::SetHumanPhone> for Address {
    fn from(phone: proto::SetHumanPhone) -> Self {
        use proto::set_human_phone::Verification as Proto;
        let verification = match phone.verification {
            Some(Proto::IsVerified(true)) => Verification::Verified,
            Some(Proto::IsVerified(false)) => Verification::Unverified,
            Some(Proto::ReturnCode(_)) => Verification::Return,
            Some(Proto::SendCode(_)) | None => Verification::Send(None),
        };
        Self { address: phone.phone, verification }
    }
}

/// Responses about one address, with its code or without.
macro_rules! shows_contact {
    ($($response:ident $(: $code:ident)?;)*) => {
        $(impl From<Written> for proto::$response {
            fn from(written: Written) -> Self {
                Self { details: details(&written), $(verification_code: written.$code)? }
            }
        })*
    };
}

shows_contact! {
    SetEmailResponse: email_code;
    ResendEmailCodeResponse: email_code;
    SendEmailCodeResponse: email_code;
    VerifyEmailResponse;
    SetPhoneResponse: phone_code;
    ResendPhoneCodeResponse: phone_code;
    VerifyPhoneResponse;
    RemovePhoneResponse;
}
