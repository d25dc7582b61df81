//! Passwords of ZITADEL's humans.

use jiff::Timestamp;

use super::super::Zitadel;
use super::super::auth::{Caller, Permission};
use super::super::error::{Error, Weakness};
use super::super::proto::zitadel::user::v2 as proto;
use super::super::record::{State, User};
use super::writing::{Writing, Written};
use super::{change, user_error};
use crate::ids::Stream;
use crate::passwords;

/// A password that is to be set, hashed already: hashing under a lock would hold others up.
pub(super) struct NewPassword {
    hash: String,
    change_required: bool,
}

/// What allows another password, besides the caller's permission.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    None,
    Current(&'a str),
    Code(&'a str),
}

impl NewPassword {
    /// From a plain one that fits the policy.
    pub(super) fn plain(state: &Zitadel, password: &proto::Password) -> Result<Self, Error> {
        fits_policy(&password.password)?;
        let hash = passwords::hash(&password.password, state.shared.ids.bytes(Stream::Salts));
        Ok(Self { hash, change_required: password.change_required })
    }

    /// From one that was hashed elsewhere.
    pub(super) fn hashed(hashed: &proto::HashedPassword) -> Self {
        Self { hash: hashed.hash.clone(), change_required: hashed.change_required }
    }
}

/// The vendor's default policy: eight characters, with a small and a capital letter, a digit and a symbol.
fn fits_policy(password: &str) -> Result<(), Error> {
    let lacks = |has: fn(char) -> bool| !password.chars().any(has);
    let weakness = if password.chars().count() < 8 {
        Weakness::Short
    } else if lacks(char::is_lowercase) {
        Weakness::NoLower
    } else if lacks(char::is_uppercase) {
        Weakness::NoUpper
    } else if lacks(char::is_numeric) {
        Weakness::NoNumber
    } else if lacks(|c| !c.is_alphanumeric()) {
        Weakness::NoSymbol
    } else {
        return Ok(());
    };
    Err(Error::WeakPassword(weakness))
}

/// The password of an update, and what proves that it may be set.
pub(super) fn asked<'a>(
    state: &Zitadel,
    asked: &'a proto::SetPassword,
) -> Result<Option<(NewPassword, Proof<'a>)>, Error> {
    use proto::set_password::{PasswordType, Verification};
    let password = match &asked.password_type {
        Some(PasswordType::Password(password)) => NewPassword::plain(state, password)?,
        Some(PasswordType::HashedPassword(hashed)) => NewPassword::hashed(hashed),
        None => return Ok(None),
    };
    let proof = match &asked.verification {
        Some(Verification::CurrentPassword(current)) => Proof::Current(current),
        Some(Verification::VerificationCode(code)) => Proof::Code(code),
        None => Proof::None,
    };
    Ok(Some((password, proof)))
}

/// Whether that proves that the password may be set.
pub(super) fn check(user: &User, proof: Proof<'_>, now: Timestamp) -> Result<(), Error> {
    let secrets = user.secrets.as_deref();
    match proof {
        Proof::None => Ok(()),
        Proof::Current(current) => {
            let hash = secrets.and_then(|secrets| secrets.password.as_deref()).ok_or(Error::NoPassword)?;
            if passwords::fits(current, hash) { Ok(()) } else { Err(Error::WrongPassword) }
        }
        Proof::Code(code) => {
            let known = secrets.and_then(|secrets| secrets.password_code.as_ref());
            if known.is_some_and(|known| known.fits(code, now)) { Ok(()) } else { Err(Error::WrongCode) }
        }
    }
}

/// Sets the password. The event is the caller's to count.
pub(super) fn put(user: &mut User, password: NewPassword, now: Timestamp) {
    let secrets = user.secrets_mut();
    secrets.password = Some(password.hash);
    secrets.password_code = None;
    if let Some(human) = user.human_mut() {
        human.password_changed = Some(now);
        human.password_change_required = password.change_required;
    }
}

/// Sends or answers a code that allows another password.
pub(in super::super) fn password_reset(
    state: &Zitadel,
    request: &proto::PasswordResetRequest,
    caller: &Caller,
) -> Result<(Written, Option<String>), Error> {
    use proto::password_reset_request::Medium;
    let mut writing = Writing::new(state, caller.at());
    let (user, code) = change(state, &request.user_id, caller, |user| {
        let human = user.human().ok_or(Error::UserNotFound)?;
        if user.state == State::Initial {
            return Err(Error::NotInitialised);
        }
        let code = writing.new_code();
        let returned = match &request.medium {
            Some(Medium::ReturnCode(_)) => Some(code.code.clone()),
            Some(Medium::SendLink(link))
                if link.notification_type == proto::NotificationType::NOTIFICATION_TYPE_SMS =>
            {
                let to = human.phone.address.phone.clone();
                writing.write_letter(user, ("sms", to), "reset_password", &code.code, link.url_template.as_deref());
                None
            }
            medium => {
                let template = match medium {
                    Some(Medium::SendLink(link)) => link.url_template.as_deref(),
                    _ => None,
                };
                let to = human.email.address.email.clone();
                writing.write_letter(user, ("email", to), "reset_password", &code.code, template);
                None
            }
        };
        user.secrets_mut().password_code = Some(code);
        user.write(1, writing.now);
        Ok((user.clone(), returned))
    })?;
    Ok((writing.done(user), code))
}

/// Sets a password.
pub(in super::super) fn set_password(
    state: &Zitadel,
    request: &proto::SetPasswordRequest,
    caller: &Caller,
) -> Result<User, Error> {
    use proto::set_password_request::Verification;
    let now = caller.at();
    let asked = request.new_password.as_option().cloned().unwrap_or_default();
    let new = NewPassword::plain(state, &asked);
    let done = state.users.update(&request.user_id, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        let proof = match &request.verification {
            Some(Verification::CurrentPassword(current)) => Proof::Current(current),
            Some(Verification::VerificationCode(code)) => Proof::Code(code),
            None => Proof::None,
        };
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        check(user, proof, now)?;
        put(user, new?, now);
        user.write(1, now);
        Ok(user.clone())
    });
    done.map_err(user_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_first_lack() {
        for (password, lack) in [
            ("aA1!", Weakness::Short),
            ("AAAAAA1!", Weakness::NoLower),
            ("aaaaaa1!", Weakness::NoUpper),
            ("aaaaaaA!", Weakness::NoNumber),
            ("aaaaaaA1", Weakness::NoSymbol),
        ] {
            assert_eq!(fits_policy(password), Err(Error::WeakPassword(lack)), "{password}");
        }
        assert_eq!(fits_policy("Secr3t-pw"), Ok(()));
    }
}
