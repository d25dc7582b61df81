//! Passwords of ZITADEL's humans.

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::{Error, Weakness};
use super::super::record::{Channel, Permission, User, UserState};
use super::super::state::Zitadel;
use super::write::{WriteContext, change, refused};
use crate::ids::Stream;
use crate::passwords;

/// A password as it is given.
pub struct Password {
    pub value: PasswordValue,
    /// Whether the user has to choose another one.
    pub change_required: bool,
}

/// In which form a password is given.
pub enum PasswordValue {
    Plain(String),
    /// Hashed elsewhere.
    Hash(String),
}

/// What allows another password, besides the caller's permission.
pub enum Proof {
    None,
    Current(String),
    Code(String),
}

/// Another password for a user.
pub struct SetPassword {
    pub user_id: String,
    pub password: Password,
    pub proof: Proof,
}

/// A code that allows another password.
pub struct PasswordReset {
    pub user_id: String,
    pub medium: Medium,
}

/// How the code reaches the user.
pub enum Medium {
    /// It is answered.
    Return,
    /// It is sent, as a link if there is a template.
    Send(Channel, Option<String>),
}

/// A code that was made.
pub(in super::super) struct PasswordResetCode {
    pub user: User,
    /// The code, where it was to be answered.
    pub code: Option<String>,
}

/// A password that is to be set, hashed already: hashing under a lock would hold others up.
pub(super) struct NewPassword {
    hash: String,
    change_required: bool,
}

impl NewPassword {
    /// A plain one has to fit the policy.
    pub(super) fn new(zitadel: &Zitadel, password: &Password) -> Result<Self, Error> {
        let hash = match &password.value {
            PasswordValue::Plain(plain) => {
                fits_policy(plain)?;
                passwords::hash(plain, zitadel.context.ids.bytes(Stream::Salts))
            }
            PasswordValue::Hash(hash) => hash.clone(),
        };
        Ok(Self { hash, change_required: password.change_required })
    }
}

/// The vendor's default policy: eight characters, with a lower-case and an upper-case letter, a digit and a symbol.
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

/// Whether that proves that the password may be set.
pub(super) fn check_proof(user: &User, proof: &Proof, now: Timestamp) -> Result<(), Error> {
    let secrets = user.secrets.as_deref();
    match proof {
        Proof::None => Ok(()),
        Proof::Current(current) => {
            let hash = secrets.and_then(|secrets| secrets.password.as_deref()).ok_or(Error::NoPassword)?;
            if passwords::fits(current, hash) { Ok(()) } else { Err(Error::WrongPassword) }
        }
        Proof::Code(code) => {
            let known = secrets.and_then(|secrets| secrets.password_code.as_ref());
            if known.is_some_and(|known| known.matches(code, now)) { Ok(()) } else { Err(Error::WrongCode) }
        }
    }
}

/// Sets the password. The event is the caller's to count.
pub(super) fn set(user: &mut User, password: NewPassword, now: Timestamp) {
    let secrets = user.secrets_mut();
    secrets.password = Some(password.hash);
    secrets.password_code = None;
    if let Some(human) = user.human_mut() {
        human.password_changed = Some(now);
        human.password_change_required = password.change_required;
    }
}

/// Sends or answers a code that allows another password.
pub fn password_reset(zitadel: &Zitadel, input: PasswordReset, caller: &Caller) -> Result<PasswordResetCode, Error> {
    let mut write = WriteContext::new(zitadel, caller.at());
    let (user, code) = change(zitadel, &input.user_id, caller, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        if user.state == UserState::Initial {
            return Err(Error::NotInitialised);
        }
        let code = write.new_code();
        let returned = match &input.medium {
            Medium::Return => Some(code.code.clone()),
            Medium::Send(channel, template) => {
                write.queue_message(user, *channel, "reset_password", &code.code, template.as_deref());
                None
            }
        };
        user.secrets_mut().password_code = Some(code);
        user.write(1, write.now);
        Ok((user.clone(), returned))
    })?;
    Ok(PasswordResetCode { user: write.finish(user).user, code })
}

/// Sets a password.
pub fn set_password(zitadel: &Zitadel, input: SetPassword, caller: &Caller) -> Result<User, Error> {
    let SetPassword { user_id, password, proof } = input;
    let now = caller.at();
    let new = NewPassword::new(zitadel, &password);
    let result = zitadel.state.users.update(&user_id, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        check_proof(user, &proof, now)?;
        set(user, new?, now);
        user.write(1, now);
        Ok(user.clone())
    });
    result.map_err(refused)
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
