//! Passwords of ZITADEL's humans.

use std::ops::RangeInclusive;

use super::super::auth::Caller;
use super::super::error::{Error, Uninitialized, Weakness};
use super::super::record::{Channel, ComplexityPolicy, EventKind, Permission, User, UserState};
use super::super::state::Zitadel;
use super::write::{WriteContext, Written, check_initialized, check_writer, command};
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

/// What allows another password instead of the caller's permission.
pub enum Proof {
    None,
    Current(String),
    Code(String),
}

/// Another password for a user.
pub struct SetPassword {
    pub user_id: String,
    /// Without one the password is empty, which fits nothing.
    pub password: Option<Password>,
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
    pub written: Written,
    /// The code, where it was to be answered.
    pub code: Option<String>,
}

/// The costs of bcrypt that the vendor takes.
const BCRYPT_COSTS: RangeInclusive<u32> = 10..=16;

/// How its hashes start.
const BCRYPT: &str = "$2";

/// How hashes of the vendor's other forms start. No password fits them here.
const OTHER_FORMS: [&str; 11] =
    ["$argon2", "$scrypt$", "$7$", "$pbkdf2", "$1$", "$md5salted-", "$5$", "$6$", "$P$", "$H$", "$S$"];

/// The longest password that the vendor's hash takes, in bytes.
const MAX_BYTES: usize = 72;

/// A password that is to be set, hashed already: hashing under a lock would hold others up.
pub(super) struct NewPassword {
    /// That of no text if it was left out, which no password fits.
    hash: Result<Option<PasswordHash>, Error>,
    change_required: bool,
    /// Whether it is longer than the vendor's hash takes.
    is_too_long: bool,
    proof: CheckedProof,
}

/// A proof, compared before a lock is taken.
enum CheckedProof {
    None,
    Current {
        current: String,
        /// The hash that it was compared with.
        known: Option<PasswordHash>,
        fits: bool,
        /// Whether the new password is the same.
        is_same: bool,
        /// After how many failed checks in a row the user is locked; 0 is never.
        max_attempts: u32,
    },
    Code(String),
}

impl NewPassword {
    /// Hashes a password and compares its proof. What is wrong with it is told only when it is set.
    pub(super) fn new(zitadel: &Zitadel, user_id: &str, password: Option<&Password>, proof: Proof) -> Self {
        let plain = match password.map(|password| &password.value) {
            Some(PasswordValue::Plain(plain)) => Some(plain),
            Some(PasswordValue::Hash(_)) | None => None,
        };
        let owner = || Some(zitadel.state.users.get(user_id)?.profile.resource_owner.clone());
        let policy = || zitadel.complexity_policy(&owner().unwrap_or_else(|| "".into()));
        let is_too_long = plain.is_some_and(|plain| plain.len() > MAX_BYTES);
        let hash = match (password, plain) {
            (None, _) => Ok(Some(PasswordHash::of("", zitadel.context.ids.bytes(Stream::Salts)))),
            (Some(_), Some(_)) if is_too_long => Err(Error::PasswordUnusable),
            (Some(_), Some(plain)) => match fits_policy(plain, policy()) {
                Ok(()) => Ok(Some(PasswordHash::of(plain, zitadel.context.ids.bytes(Stream::Salts)))),
                Err(weakness) => Err(Error::WeakPassword { weakness, is_new_user: false }),
            },
            (Some(password), None) => given_hash(zitadel, password, false),
        };
        let proof = match proof {
            Proof::None => CheckedProof::None,
            Proof::Code(code) => CheckedProof::Code(code),
            Proof::Current(current) => {
                let user = zitadel.state.users.get(user_id);
                let policy = user.as_ref().map(|user| zitadel.lockout_policy(&user.profile.resource_owner));
                let max_attempts = policy.map_or(0, |policy| policy.max_password_attempts);
                let known = user.and_then(|user| user.secrets.as_ref()?.password.clone());
                let fits = known.as_ref().is_some_and(|known| known.fits(&current));
                CheckedProof::Current { is_same: plain == Some(&current), current, known, fits, max_attempts }
            }
        };
        let change_required = password.is_some_and(|password| password.change_required);
        Self { hash, change_required, is_too_long, proof }
    }

    /// Whether the proof holds. A wrong current password is an event, too, and all that the command writes.
    pub(super) fn check(&self, user: &User, caller: &Caller, write: &mut WriteContext<'_>) -> Result<bool, Error> {
        let secrets = user.secrets.as_deref();
        match &self.proof {
            CheckedProof::None => caller.check(Permission::Write, &user.profile.resource_owner)?,
            CheckedProof::Current { current, known, fits, is_same, max_attempts } => {
                let hash = secrets.and_then(|secrets| secrets.password.as_ref()).ok_or(Error::NoPassword)?;
                let attempts = secrets.map_or(0, |secrets| secrets.failed_checks);
                if user.state == UserState::Locked || secrets.is_some_and(|secrets| secrets.is_locked) {
                    return Err(Error::Locked { attempts });
                }
                // Only where another call was quicker is it compared under the lock.
                let fits = if known.as_ref() == Some(hash) { *fits } else { hash.fits(current) };
                // The vendor's check makes the new hash, too, so it fails where that cannot be made.
                let failure = match fits {
                    false => Some(Error::WrongPassword { attempts: attempts + 1 }),
                    true => (*is_same || self.is_too_long).then_some(Error::PasswordUnusable),
                };
                if let Some(failure) = failure {
                    write.fail(EventKind::PasswordCheckFailed, failure);
                    if *max_attempts > 0 && attempts + 1 >= *max_attempts {
                        write.event(EventKind::Locked);
                    }
                    return Ok(false);
                }
            }
            CheckedProof::Code(code) => {
                let known = secrets.and_then(|secrets| secrets.password_code.as_ref());
                known.ok_or(Error::NoPasswordCode)?.check(code, write.now).map_err(Error::WrongPasswordCode)?;
            }
        }
        Ok(true)
    }

    /// Sets the password of a human whose proof holds.
    pub(super) fn set(self, user: &mut User, write: &mut WriteContext<'_>) -> Result<(), Error> {
        store(user, self.hash?, self.change_required, write);
        write.event(EventKind::PasswordChanged);
        Ok(())
    }
}

/// The password of a new human: its hash, and whether it has to be changed. Its making is the event.
pub(super) fn of_new_user(
    zitadel: &Zitadel,
    password: &Password,
    organization: &str,
    is_imported: bool,
) -> Result<Option<(PasswordHash, bool)>, Error> {
    let is_new_user = !is_imported;
    let hash = match &password.value {
        PasswordValue::Hash(_) => given_hash(zitadel, password, true)?,
        PasswordValue::Plain(plain) => {
            let policy = zitadel.complexity_policy(organization);
            fits_policy(plain, policy).map_err(|weakness| Error::WeakPassword { weakness, is_new_user })?;
            if plain.len() > MAX_BYTES {
                return Err(Error::PasswordTooLong);
            }
            Some(PasswordHash::of(plain, zitadel.context.ids.bytes(Stream::Salts)))
        }
    };
    Ok(hash.map(|hash| (hash, password.change_required)))
}

/// The hash that was given instead of a password, if it is in one of the forms that the vendor takes by default.
pub(super) fn given_hash(
    zitadel: &Zitadel,
    password: &Password,
    is_new_user: bool,
) -> Result<Option<PasswordHash>, Error> {
    let PasswordValue::Hash(hash) = &password.value else {
        return Ok(None);
    };
    check_hash(hash, zitadel.settings.version.reads_hashes(), is_new_user)?;
    PasswordHash::try_from(Box::from(hash.as_str())).map(Some).map_err(|_| Error::HashTooCostly)
}

/// Checks the form of a hash. One that is read whole needs a cost that the vendor takes, too.
fn check_hash(hash: &str, is_read: bool, is_new_user: bool) -> Result<(), Error> {
    let is_other = OTHER_FORMS.iter().any(|form| hash.starts_with(form));
    match passwords::cost(hash) {
        _ if !is_read && (is_other || hash.starts_with(BCRYPT)) => Ok(()),
        _ if !is_read => Err(Error::HashUnsupported { is_new_user }),
        Some(cost) if !BCRYPT_COSTS.contains(&cost) => Err(Error::HashCost),
        None if !is_other => Err(Error::HashUnknown),
        _ => Ok(()),
    }
}

/// Keeps the hash of a password.
pub(super) fn store(user: &mut User, hash: Option<PasswordHash>, change_required: bool, write: &WriteContext<'_>) {
    let secrets = user.secrets_mut();
    secrets.password = hash;
    secrets.password_code = None;
    if let Some(human) = user.human_mut() {
        human.password_changed = Some(write.now);
        human.password_change_required = change_required;
    }
}

/// Whether a password has what the policy asks for.
fn fits_policy(password: &str, policy: ComplexityPolicy) -> Result<(), Weakness> {
    let lacks = |asked: bool, has: fn(char) -> bool| asked && !password.chars().any(has);
    if (password.chars().count() as u64) < policy.min_length {
        Err(Weakness::Short)
    } else if lacks(policy.has_lowercase, char::is_lowercase) {
        Err(Weakness::NoLower)
    } else if lacks(policy.has_uppercase, char::is_uppercase) {
        Err(Weakness::NoUpper)
    } else if lacks(policy.has_number, char::is_numeric) {
        Err(Weakness::NoNumber)
    } else if lacks(policy.has_symbol, |c| !c.is_alphanumeric()) {
        Err(Weakness::NoSymbol)
    } else {
        Ok(())
    }
}

/// Sends or answers a code that allows another password.
pub fn password_reset(zitadel: &Zitadel, input: PasswordReset, caller: &Caller) -> Result<PasswordResetCode, Error> {
    let mut returned = None;
    let written = command(zitadel, &input.user_id, caller, |user, write| {
        if user.human().is_none() && !user.is_known_by_state() {
            return Err(Error::UserNotFound);
        }
        check_initialized(user, Uninitialized::Reset)?;
        check_writer(caller, user)?;
        let code = write.new_code();
        match &input.medium {
            Medium::Return => returned = Some(code.code.clone()),
            Medium::Send(channel, template) => {
                write.queue_message(user, *channel, "reset_password", &code.code, template.as_deref());
            }
        }
        user.secrets_mut().password_code = Some(code);
        write.event(EventKind::PasswordCodeAdded);
        Ok(())
    })?;
    Ok(PasswordResetCode { written, code: returned })
}

/// Sets a password.
pub fn set_password(zitadel: &Zitadel, input: SetPassword, caller: &Caller) -> Result<Written, Error> {
    let SetPassword { user_id, password, proof } = input;
    match (&password, &proof) {
        (None, Proof::Code(_)) => return Err(Error::PasswordEmpty { with_code: true }),
        (None, Proof::Current(_)) => return Err(Error::PasswordEmpty { with_code: false }),
        _ => {}
    }
    let new = NewPassword::new(zitadel, &user_id, password.as_ref(), proof);
    command(zitadel, &user_id, caller, |user, write| {
        if user.human().is_none() && !user.is_known_by_lock() {
            return Err(Error::UserNotFound);
        }
        check_initialized(user, Uninitialized::Password)?;
        if new.check(user, caller, write)? { new.set(user, write) } else { Ok(()) }
    })
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
            assert_eq!(fits_policy(password, ComplexityPolicy::INSTANCE), Err(lack), "{password}");
        }
        assert_eq!(fits_policy("Secr3t-pw", ComplexityPolicy::INSTANCE), Ok(()));
        assert_eq!(fits_policy("", ComplexityPolicy::default()), Ok(()));
    }

    #[test]
    fn a_hash_has_a_form_and_a_cost_that_the_vendor_takes() {
        let rest = "abcdefghijklmnopqrstuuqQar.UtCOxp9WKsz/snMxjhfkFeMLVi";
        for (hash, refused) in [
            (format!("$2a$10${rest}"), None),
            (format!("$2b$13${rest}"), None),
            (format!("$2b$16${rest}"), None),
            (format!("$2b$09${rest}"), Some(Error::HashCost)),
            (format!("$2b$31${rest}"), Some(Error::HashCost)),
            ("$2a$04$abc".to_owned(), Some(Error::HashUnknown)),
            ("md5:abc".to_owned(), Some(Error::HashUnknown)),
            ("$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA".to_owned(), None),
        ] {
            assert_eq!(check_hash(&hash, true, true).err(), refused, "{hash}");
            let unsupported = hash.starts_with("md5:").then_some(Error::HashUnsupported { is_new_user: true });
            assert_eq!(check_hash(&hash, false, true).err(), unsupported, "{hash}");
        }
    }
}
