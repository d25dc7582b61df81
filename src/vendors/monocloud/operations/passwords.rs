//! Passwords: only their hashes are kept.

use super::change::{Changed, change};
use super::identifiers::{Link, create_link};
use super::revocation;
use crate::ids::{Ids, Stream};
use crate::passwords::PasswordHash;
use crate::vendors::monocloud::error::{Error, Weakness};
use crate::vendors::monocloud::record::{Authenticator, Kind, Profile};
use crate::vendors::monocloud::state::MonoCloud;

/// A password that is to be kept.
pub(in super::super) enum NewPassword {
    /// As it is typed, and whether the policy is to be left out of it.
    Plain { password: String, unchecked: bool },
    /// As another system hashed it.
    Hash(Box<str>),
}

impl NewPassword {
    /// What is kept of it, if the policy lets it pass and checking it does not take too long.
    pub(super) fn hashed(self, ids: &Ids) -> Result<PasswordHash, Error> {
        match self {
            Self::Hash(hash) => hash.try_into().map_err(|_| Error::HashTooCostly),
            Self::Plain { password, unchecked } => {
                if !unchecked {
                    check(&password)?;
                }
                Ok(PasswordHash::of(&password, ids.bytes(Stream::Salts)))
            }
        }
    }
}

/// The policy (assumed, monocloud-a28).
fn check(password: &str) -> Result<(), Error> {
    let rules = [
        (password.chars().count() < 8, Weakness::TooShort),
        (password.chars().all(char::is_alphanumeric), Weakness::NoSymbol),
        (!password.chars().any(char::is_uppercase), Weakness::NoUpper),
    ];
    let broken: Vec<_> = rules.into_iter().filter(|(broken, _)| *broken).map(|(_, weakness)| weakness).collect();
    if broken.is_empty() { Ok(()) } else { Err(Error::WeakPassword(broken)) }
}

/// A password that is to be set.
pub(in super::super) struct SetPassword {
    pub(in super::super) password: NewPassword,
    pub(in super::super) is_temporary: bool,
    pub(in super::super) revoke_sessions: bool,
}

/// Sets a user's password, whatever it was.
pub(in super::super) fn set_password(
    monocloud: &MonoCloud,
    user_id: &str,
    input: SetPassword,
) -> Result<Changed, Error> {
    monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let hash = input.password.hashed(&monocloud.context.ids)?; // takes long, so not in the step that holds others up
    let now = monocloud.now();
    let done = change(monocloud, user_id, |user| {
        if input.revoke_sessions {
            user.revoke_sessions();
        }
        Ok(user.edit(now, |profile| {
            store_password(profile, Some(hash), now);
            profile.force_password_reset = input.is_temporary;
            true
        }))
    })?;
    if input.revoke_sessions {
        revocation::forget(monocloud, user_id, None);
    }
    Ok(done)
}

/// A new password, requested with the old one.
pub(in super::super) struct ChangePassword {
    pub(in super::super) old_password: String,
    pub(in super::super) password: NewPassword,
    pub(in super::super) revoke_sessions: bool,
}

/// Sets a user's password where the old one is right.
pub(in super::super) fn change_password(
    monocloud: &MonoCloud,
    user_id: &str,
    input: ChangePassword,
) -> Result<Changed, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let old = user.profile.password_hash.clone().ok_or(Error::WrongPassword)?;
    if !old.fits(&input.old_password) {
        return Err(Error::WrongPassword);
    }
    let hash = input.password.hashed(&monocloud.context.ids)?;
    let now = monocloud.now();
    let done = change(monocloud, user_id, |user| {
        // A concurrent call may have changed the password.
        if user.profile.password_hash.as_ref() != Some(&old) {
            return Err(Error::WrongPassword);
        }
        if input.revoke_sessions {
            user.revoke_sessions();
        }
        Ok(user.edit(now, |profile| {
            store_password(profile, Some(hash), now);
            profile.force_password_reset = false;
            true
        }))
    })?;
    if input.revoke_sessions {
        revocation::forget(monocloud, user_id, None);
    }
    Ok(done)
}

/// Takes a user's password away.
pub(in super::super) fn remove_password(monocloud: &MonoCloud, user_id: &str) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        Ok(user.edit(now, |profile| {
            let had = profile.has_password;
            store_password(profile, None, now);
            profile.force_password_reset = false;
            had
        }))
    })
}

/// Says whether the next sign-in asks for another password.
pub(in super::super) fn set_force_reset(monocloud: &MonoCloud, user_id: &str, force: bool) -> Result<Changed, Error> {
    let now = monocloud.now();
    change(monocloud, user_id, |user| {
        Ok(user.edit(now, |profile| std::mem::replace(&mut profile.force_password_reset, force) != force))
    })
}

/// How to make a link that resets a password.
pub(in super::super) struct ResetPassword {
    pub(in super::super) send_email: bool,
    pub(in super::super) expiry: Option<i64>,
}

/// Makes a link that resets a password. It goes to the primary address, or to the first if none is primary.
pub(in super::super) fn reset_password(
    monocloud: &MonoCloud,
    user_id: &str,
    input: ResetPassword,
) -> Result<Link, Error> {
    let user = monocloud.state.users.get(user_id).ok_or(Error::UserNotFound)?;
    let emails = user.profile.identifiers(Kind::Email);
    let email = emails.iter().find(|email| email.primary).or(emails.first());
    let to = email.filter(|_| input.send_email).map(|email| &*email.value);
    Ok(create_link(monocloud, &user, "reset_password", to, input.expiry))
}

/// Gives the profile that password, or none, and with it what one can sign in with.
fn store_password(profile: &mut Profile, hash: Option<PasswordHash>, now: i64) {
    let has_password = hash.is_some();
    profile.has_password = has_password;
    profile.password_updated_at = has_password.then_some(now);
    profile.password_hash = hash;
    for one in profile.all_identifiers_mut() {
        let index = one.authenticators.iter().position(|known| *known == Authenticator::Password);
        match (has_password, index) {
            (true, None) => one.authenticators.to_mut().insert(0, Authenticator::Password),
            (false, Some(index)) => _ = one.authenticators.to_mut().remove(index),
            (true, Some(_)) | (false, None) => {}
        }
    }
}
