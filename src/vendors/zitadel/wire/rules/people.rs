//! The rules of the messages that make and change ZITADEL's users.

use buffa::MessageName;

use super::{Broken, broken, defined, each, embedded, length, required};
use crate::vendors::zitadel::record::email;
use crate::vendors::zitadel::wire::proto;

type Rule = Result<(), Broken>;

pub(super) fn create_user(request: &proto::CreateUserRequest) -> Rule {
    use proto::create_user_request::UserType;
    let name = proto::CreateUserRequest::NAME;
    length(name, "OrganizationId", &request.organization_id, 1, 200)?;
    optional(name, "UserId", request.user_id.as_deref(), 1, 200)?;
    optional(name, "Username", request.username.as_deref(), 1, 200)?;
    each(name, "Metadata", &request.metadata, metadata)?;
    match &request.user_type {
        None => Err(broken(name, "UserType", "value is required")),
        Some(UserType::Human(human)) => embedded(name, "Human", new_human(human)),
        Some(UserType::Machine(machine)) => embedded(name, "Machine", new_machine(machine)),
    }
}

fn new_human(human: &proto::create_user_request::Human) -> Rule {
    use proto::create_user_request::human::PasswordType;
    let name = proto::create_user_request::Human::NAME;
    needed(name, "Profile", human.profile.as_option(), profile)?;
    needed(name, "Email", human.email.as_option(), email)?;
    each(name, "IdpLinks", &human.idp_links, idp_link)?;
    each(name, "Metadata", &human.metadata, metadata)?;
    nested(name, "Phone", human.phone.as_option(), phone)?;
    optional(name, "TotpSecret", human.totp_secret.as_deref(), 1, 200)?;
    match &human.password_type {
        Some(PasswordType::Password(value)) => embedded(name, "Password", password(value)),
        Some(PasswordType::HashedPassword(value)) => embedded(name, "HashedPassword", hash(value)),
        None => Ok(()),
    }
}

fn new_machine(machine: &proto::create_user_request::Machine) -> Rule {
    let name = proto::create_user_request::Machine::NAME;
    length(name, "Name", &machine.name, 1, 200)?;
    defined(name, "AccessTokenType", &machine.access_token_type)?;
    optional(name, "Description", machine.description.as_deref(), 1, 500)
}

pub(super) fn add_human(request: &proto::AddHumanUserRequest) -> Rule {
    use proto::add_human_user_request::PasswordType;
    let name = proto::AddHumanUserRequest::NAME;
    needed(name, "Profile", request.profile.as_option(), profile)?;
    needed(name, "Email", request.email.as_option(), email)?;
    nested(name, "Phone", request.phone.as_option(), phone)?;
    each(name, "Metadata", &request.metadata, |entry| {
        let name = proto::SetMetadataEntry::NAME;
        length(name, "Key", &entry.key, 1, 200)?;
        bytes(name, "Value", &entry.value, 1, 500_000)
    })?;
    each(name, "IdpLinks", &request.idp_links, idp_link)?;
    match &request.password_type {
        Some(PasswordType::Password(value)) => embedded(name, "Password", password(value))?,
        Some(PasswordType::HashedPassword(value)) => embedded(name, "HashedPassword", hash(value))?,
        None => {}
    }
    optional(name, "UserId", request.user_id.as_deref(), 1, 200)?;
    optional(name, "Username", request.username.as_deref(), 1, 200)?;
    optional(name, "TotpSecret", request.totp_secret.as_deref(), 1, 200)
}

pub(super) fn update_user(request: &proto::UpdateUserRequest) -> Rule {
    use proto::update_user_request::UserType;
    let name = proto::UpdateUserRequest::NAME;
    each(name, "Metadata", &request.metadata, metadata)?;
    match &request.user_type {
        Some(UserType::Human(human)) => embedded(name, "Human", changed_human(human))?,
        Some(UserType::Machine(machine)) => embedded(name, "Machine", changed_machine(machine))?,
        None => {}
    }
    optional(name, "Username", request.username.as_deref(), 1, 200)
}

fn changed_human(human: &proto::update_user_request::Human) -> Rule {
    let name = proto::update_user_request::Human::NAME;
    nested(name, "Profile", human.profile.as_option(), |profile: &proto::update_user_request::human::Profile| {
        let name = proto::update_user_request::human::Profile::NAME;
        optional(name, "GivenName", profile.given_name.as_deref(), 1, 200)?;
        optional(name, "FamilyName", profile.family_name.as_deref(), 1, 200)?;
        optional(name, "NickName", profile.nick_name.as_deref(), 1, 200)?;
        optional(name, "DisplayName", profile.display_name.as_deref(), 1, 200)?;
        optional(name, "PreferredLanguage", profile.preferred_language.as_deref(), 1, 10)?;
        profile.gender.as_ref().map_or(Ok(()), |gender| defined(name, "Gender", gender))
    })?;
    nested(name, "Email", human.email.as_option(), email)?;
    nested(name, "Phone", human.phone.as_option(), phone)?;
    nested(name, "Password", human.password.as_option(), set_password)
}

fn changed_machine(machine: &proto::update_user_request::Machine) -> Rule {
    let name = proto::update_user_request::Machine::NAME;
    optional(name, "Name", machine.name.as_deref(), 0, 200)?;
    optional(name, "Description", machine.description.as_deref(), 0, 500)?;
    machine.access_token_type.as_ref().map_or(Ok(()), |kind| defined(name, "AccessTokenType", kind))
}

pub(super) fn update_human(request: &proto::UpdateHumanUserRequest) -> Rule {
    let name = proto::UpdateHumanUserRequest::NAME;
    optional(name, "Username", request.username.as_deref(), 1, 200)?;
    nested(name, "Profile", request.profile.as_option(), profile)?;
    nested(name, "Email", request.email.as_option(), email)?;
    nested(name, "Phone", request.phone.as_option(), phone)?;
    nested(name, "Password", request.password.as_option(), set_password)
}

pub(super) fn set_email(request: &proto::SetEmailRequest) -> Rule {
    use proto::set_email_request::Verification;
    let name = proto::SetEmailRequest::NAME;
    email_address(name, &request.email)?;
    match &request.verification {
        Some(Verification::SendCode(send)) => send_code(name, send),
        Some(Verification::IsVerified(verified)) => must_be_true(name, *verified),
        Some(Verification::ReturnCode(_)) | None => Ok(()),
    }
}

pub(super) fn set_phone(request: &proto::SetPhoneRequest) -> Rule {
    let name = proto::SetPhoneRequest::NAME;
    length(name, "Phone", &request.phone, 1, 200)?;
    match &request.verification {
        Some(proto::set_phone_request::Verification::IsVerified(verified)) => must_be_true(name, *verified),
        _ => Ok(()),
    }
}

pub(super) fn password_reset(request: &proto::PasswordResetRequest) -> Rule {
    match &request.medium {
        Some(proto::password_reset_request::Medium::SendLink(link)) => {
            let inner =
                optional(proto::SendPasswordResetLink::NAME, "UrlTemplate", link.url_template.as_deref(), 1, 200);
            embedded(proto::PasswordResetRequest::NAME, "SendLink", inner)
        }
        _ => Ok(()),
    }
}

pub(super) fn set_password_request(request: &proto::SetPasswordRequest) -> Rule {
    use proto::set_password_request::Verification;
    let name = proto::SetPasswordRequest::NAME;
    nested(name, "NewPassword", request.new_password.as_option(), password)?;
    match &request.verification {
        Some(Verification::CurrentPassword(current)) => length(name, "CurrentPassword", current, 1, 200),
        Some(Verification::VerificationCode(code)) => length(name, "VerificationCode", code, 1, 20),
        None => Ok(()),
    }
}

fn set_password(request: &proto::SetPassword) -> Rule {
    use proto::set_password::{PasswordType, Verification};
    let name = proto::SetPassword::NAME;
    match &request.password_type {
        Some(PasswordType::Password(value)) => embedded(name, "Password", password(value))?,
        Some(PasswordType::HashedPassword(value)) => embedded(name, "HashedPassword", hash(value))?,
        None => {}
    }
    match &request.verification {
        Some(Verification::CurrentPassword(current)) => length(name, "CurrentPassword", current, 1, 200),
        Some(Verification::VerificationCode(code)) => length(name, "VerificationCode", code, 1, 20),
        None => Ok(()),
    }
}

pub(super) fn send_code(message: &str, send: &proto::SendEmailVerificationCode) -> Rule {
    let name = proto::SendEmailVerificationCode::NAME;
    embedded(message, "SendCode", optional(name, "UrlTemplate", send.url_template.as_deref(), 1, 200))
}

pub(super) fn metadata(entry: &proto::Metadata) -> Rule {
    let name = proto::Metadata::NAME;
    length(name, "Key", &entry.key, 1, 200)?;
    bytes(name, "Value", &entry.value, 0, 500_000)
}

fn profile(profile: &proto::SetHumanProfile) -> Rule {
    let name = proto::SetHumanProfile::NAME;
    length(name, "GivenName", &profile.given_name, 1, 200)?;
    length(name, "FamilyName", &profile.family_name, 1, 200)?;
    optional(name, "NickName", profile.nick_name.as_deref(), 0, 200)?;
    optional(name, "DisplayName", profile.display_name.as_deref(), 0, 200)?;
    optional(name, "PreferredLanguage", profile.preferred_language.as_deref(), 0, 10)
}

fn email(email: &proto::SetHumanEmail) -> Rule {
    let name = proto::SetHumanEmail::NAME;
    email_address(name, &email.email)?;
    match &email.verification {
        Some(proto::set_human_email::Verification::SendCode(send)) => send_code(name, send),
        _ => Ok(()),
    }
}

fn phone(phone: &proto::SetHumanPhone) -> Rule {
    let name = proto::SetHumanPhone::NAME;
    length(name, "Phone", &phone.phone, 0, 200)?;
    match &phone.verification {
        Some(proto::set_human_phone::Verification::IsVerified(verified)) => must_be_true(name, *verified),
        _ => Ok(()),
    }
}

fn password(password: &proto::Password) -> Rule {
    length(proto::Password::NAME, "Password", &password.password, 1, 200)
}

fn hash(hashed: &proto::HashedPassword) -> Rule {
    length(proto::HashedPassword::NAME, "Hash", &hashed.hash, 1, 200)
}

fn idp_link(link: &proto::IDPLink) -> Rule {
    let name = proto::IDPLink::NAME;
    length(name, "IdpId", &link.idp_id, 1, 200)?;
    length(name, "UserId", &link.user_id, 1, 200)?;
    length(name, "UserName", &link.user_name, 1, 200)
}

fn must_be_true(message: &str, value: bool) -> Rule {
    if value { Ok(()) } else { Err(broken(message, "IsVerified", "value must equal true")) }
}

fn optional(message: &str, field: &str, value: Option<&str>, min: usize, max: usize) -> Rule {
    value.map_or(Ok(()), |value| length(message, field, value, min, max))
}

fn bytes(message: &str, field: &str, value: &[u8], min: usize, max: usize) -> Rule {
    if (min..=max).contains(&value.len()) {
        return Ok(());
    }
    Err(broken(
        message,
        field,
        &match min {
            0 => format!("value length must be at most {max} bytes"),
            min => format!("value length must be between {min} and {max} bytes, inclusive"),
        },
    ))
}

/// A message that may be absent.
fn nested<T>(message: &str, field: &str, value: Option<&T>, rule: impl Fn(&T) -> Rule) -> Rule {
    value.map_or(Ok(()), |value| embedded(message, field, rule(value)))
}

/// A message that may not.
fn needed<T>(message: &str, field: &str, value: Option<&T>, rule: impl Fn(&T) -> Rule) -> Rule {
    required(message, field, value.is_some())?;
    nested(message, field, value, rule)
}

/// An e-mail address.
fn email_address(message: &str, value: &str) -> Rule {
    length(message, "Email", value, 1, 200)?;
    email::check(value)
        .map_err(|cause| broken(message, "Email", &format!("value must be a valid email address | caused by: {cause}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_rule_is_told_with_its_place() {
        let json = r#"{"organizationId":"o","human":{"profile":{"givenName":"a","familyName":""}}}"#;
        let request: proto::CreateUserRequest = serde_json::from_str(json).unwrap();
        let text = "invalid CreateUserRequest.Human: embedded message failed validation | caused by: \
                    invalid CreateUserRequest_Human.Profile: embedded message failed validation | caused by: \
                    invalid SetHumanProfile.FamilyName: value length must be between 1 and 200 runes, inclusive";
        assert_eq!(create_user(&request), Err(text.to_owned()));
    }
}
