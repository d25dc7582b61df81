//! ZITADEL's messages about passwords.

use super::proto;
use super::users::details;
use crate::vendors::zitadel::operations::passwords::{
    Medium, Password, PasswordReset, PasswordResetCode, PasswordValue, Proof, SetPassword,
};
use crate::vendors::zitadel::record::Channel;

impl From<proto::Password> for Password {
    fn from(password: proto::Password) -> Self {
        Self { value: PasswordValue::Plain(password.password), change_required: password.change_required }
    }
}

impl From<proto::HashedPassword> for Password {
    fn from(hashed: proto::HashedPassword) -> Self {
        Self { value: PasswordValue::Hash(hashed.hash), change_required: hashed.change_required }
    }
}

/// The password of an update, and what proves that it may be set.
pub(super) fn changed(request: proto::SetPassword) -> Option<(Password, Proof)> {
    use proto::set_password::{PasswordType, Verification};
    let password = match request.password_type? {
        PasswordType::Password(password) => (*password).into(),
        PasswordType::HashedPassword(hashed) => (*hashed).into(),
    };
    let proof = match request.verification {
        Some(Verification::CurrentPassword(current)) => Proof::Current(current),
        Some(Verification::VerificationCode(code)) => Proof::Code(code),
        None => Proof::None,
    };
    Some((password, proof))
}

impl From<proto::SetPasswordRequest> for SetPassword {
    fn from(request: proto::SetPasswordRequest) -> Self {
        use proto::set_password_request::Verification;
        let proof = match request.verification {
            Some(Verification::CurrentPassword(current)) => Proof::Current(current),
            Some(Verification::VerificationCode(code)) => Proof::Code(code),
            None => Proof::None,
        };
        let password = request.new_password.into_option().map(Password::from);
        Self { user_id: request.user_id, password, proof }
    }
}

impl From<proto::PasswordResetRequest> for PasswordReset {
    fn from(request: proto::PasswordResetRequest) -> Self {
        use proto::password_reset_request::Medium as Proto;
        let medium = match request.medium {
            Some(Proto::ReturnCode(_)) => Medium::Return,
            Some(Proto::SendLink(link)) => {
                let is_sms = link.notification_type == proto::NotificationType::NOTIFICATION_TYPE_SMS;
                Medium::Send(if is_sms { Channel::Phone } else { Channel::Email }, link.url_template)
            }
            None => Medium::Send(Channel::Email, None),
        };
        Self { user_id: request.user_id, medium }
    }
}

impl From<PasswordResetCode> for proto::PasswordResetResponse {
    fn from(reset: PasswordResetCode) -> Self {
        Self { details: details(&reset.written), verification_code: reset.code }
    }
}
