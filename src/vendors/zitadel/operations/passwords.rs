//! Passwords of ZITADEL's humans.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::super::auth::Caller;
use super::super::error::{Error, Weakness};
use super::super::record::{Channel, Permission, User, UserState};
use super::super::state::Zitadel;
use super::write::{WriteContext, change, refused};
use crate::ids::Stream;
use crate::passwords::{self, PasswordHash};

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

/// The costs of bcrypt that the vendor takes.
const BCRYPT_COSTS: RangeInclusive<u32> = 10..=16;

/// How hashes of the vendor's other forms start. No password fits them here.
const OTHER_FORMS: [&str; 11] =
    ["$argon2", "$scrypt$", "$7$", "$pbkdf2", "$1$", "$md5salted-", "$5$", "$6$", "$P$", "$H$", "$S$"];

/// A password that is to be set, hashed already: hashing under a lock would hold others up.
pub(super) struct NewPassword {
    hash: PasswordHash,
    change_required: bool,
}

impl NewPassword {
    /// A plain one has to fit the policy, and a hash one of the vendor's forms.
    pub(super) fn new(zitadel: &Zitadel, password: &Password) -> Result<Self, Error> {
        let hash = match &password.value {
            PasswordValue::Plain(plain) => {
                fits_policy(plain)?;
                PasswordHash::of(plain, zitadel.context.ids.bytes(Stream::Salts))
            }
            PasswordValue::Hash(hash) => given_hash(hash)?,
        };
        Ok(Self { hash, change_required: password.change_required })
    }
}

/// The hash, if it is in one of the forms that the vendor takes by default.
fn given_hash(hash: &str) -> Result<PasswordHash, Error> {
    match passwords::cost(hash) {
        Some(cost) if !BCRYPT_COSTS.contains(&cost) => return Err(Error::HashCost),
        None if !OTHER_FORMS.iter().any(|form| hash.starts_with(form)) => return Err(Error::HashUnknown),
        _ => {}
    }
    PasswordHash::try_from(Box::from(hash)).map_err(|_| Error::HashTooCostly)
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

/// What allows another password, with what takes long looked at: checking a password under a lock would hold others up.
pub(super) enum CheckedProof {
    None,
    /// The hash that the given password fits, if it fits the user's.
    Current(Option<PasswordHash>),
    Code(String),
}

impl CheckedProof {
    /// Checks a password against the one that the user has now.
    pub(super) fn of(zitadel: &Zitadel, user_id: &str, proof: Proof) -> Self {
        match proof {
            Proof::None => Self::None,
            Proof::Current(current) => {
                let user = zitadel.state.users.get(user_id);
                let hash = user.and_then(|user| user.secrets.as_ref()?.password.clone());
                Self::Current(hash.filter(|hash| hash.fits(&current)))
            }
            Proof::Code(code) => Self::Code(code),
        }
    }

    /// Whether the user's password may be set.
    pub(super) fn check(&self, user: &User, now: Timestamp) -> Result<(), Error> {
        let secrets = user.secrets.as_deref();
        match self {
            Self::None => Ok(()),
            Self::Current(fitting) => {
                let hash = secrets.and_then(|secrets| secrets.password.as_ref()).ok_or(Error::NoPassword)?;
                // A concurrent call may have set another password meanwhile.
                if fitting.as_ref() == Some(hash) { Ok(()) } else { Err(Error::WrongPassword) }
            }
            Self::Code(code) => {
                let known = secrets.and_then(|secrets| secrets.password_code.as_ref());
                if known.is_some_and(|known| known.matches(code, now)) { Ok(()) } else { Err(Error::WrongCode) }
            }
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
    let (new, proof) = (NewPassword::new(zitadel, &password), CheckedProof::of(zitadel, &user_id, proof));
    let result = zitadel.state.users.update(&user_id, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        caller.check(Permission::Write, &user.profile.resource_owner)?;
        proof.check(user, now)?;
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

    #[test]
    fn a_hash_has_a_form_and_a_cost_that_the_vendor_takes() {
        let rest = "abcdefghijklmnopqrstuuqQar.UtCOxp9WKsz/snMxjhfkFeMLVi";
        for (hash, refused) in [
            (format!("$2a$10${rest}"), None),
            (format!("$2b$13${rest}"), None),
            (format!("$2b$14${rest}"), Some(Error::HashTooCostly)),
            (format!("$2b$16${rest}"), Some(Error::HashTooCostly)),
            (format!("$2b$09${rest}"), Some(Error::HashCost)),
            (format!("$2b$31${rest}"), Some(Error::HashCost)),
            ("$2a$04$abc".to_owned(), Some(Error::HashUnknown)),
            ("md5:abc".to_owned(), Some(Error::HashUnknown)),
            ("$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA".to_owned(), None),
        ] {
            assert_eq!(given_hash(&hash).err(), refused, "{hash}");
        }
    }
}
