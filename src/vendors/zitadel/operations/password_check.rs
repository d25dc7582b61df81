//! Checks the password of a ZITADEL human who signs in, and the one that an app shows. Each check is an event of the
//! user, whatever comes of it.

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::sessions::SessionError;
use super::super::record::{EventKind, User, UserState};
use super::super::state::Zitadel;
use super::events;
use crate::directory::DirectoryError;
use crate::ids::Stream;
use crate::passwords::PasswordHash;
use crate::totp::Secret;

/// Checks a password. Returns the user as it is then. Too many wrong ones in a row lock the user. The right one for a
/// hash of another system is hashed anew, and that is an event, too.
pub(super) fn check_password(
    zitadel: &Zitadel,
    user_id: &str,
    password: &str,
    editor: &str,
    now: Timestamp,
) -> Result<User, Error> {
    let user = zitadel.state.users.get(user_id).filter(|user| user.human().is_some()).ok_or(SessionError::UserGone)?;
    let max_attempts = zitadel.lockout_policy(&user.profile.resource_owner).max_password_attempts;
    let known = user.secrets.as_ref().and_then(|secrets| secrets.password.clone());
    // Outside of the directory's lock: it takes long.
    let fits = known.as_ref().is_some_and(|known| known.fits(password));
    let mut fresh = known.as_ref().filter(|known| fits && !known.is_own()).map(|_| hash(zitadel, password));
    let mut written = Vec::new();
    let checked = zitadel.state.users.update(user_id, |user| {
        let secrets = user.secrets.as_deref();
        let hash = secrets.and_then(|secrets| secrets.password.as_ref()).ok_or(Error::NoPassword)?;
        let attempts = secrets.map_or(0, |secrets| secrets.failed_checks);
        if user.state == UserState::Locked || secrets.is_some_and(|secrets| secrets.is_locked) {
            return Err(Error::Locked { attempts });
        }
        // Only where another call was quicker is it compared under the lock.
        let fits = if known.as_ref() == Some(hash) { fits } else { hash.fits(password) };
        written.push(if fits { EventKind::PasswordCheckSucceeded } else { EventKind::PasswordCheckFailed });
        if !fits && max_attempts > 0 && attempts + 1 >= max_attempts {
            written.push(EventKind::Locked);
        }
        if known.as_ref() == Some(hash) && fresh.is_some() {
            written.push(EventKind::PasswordHashUpdated);
            user.secrets_mut().password = fresh.take();
        }
        written.iter().for_each(|kind| user.apply(*kind, now));
        // A check that failed is written down, too.
        Ok((user.clone(), fits, attempts + 1))
    });
    let (user, fits, attempts) = checked.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => SessionError::UserGone.into(),
    })?;
    let editor = if editor.is_empty() { user_id } else { editor };
    events::record(zitadel, editor, &user, written.into_iter().map(|kind| (kind, None)), now);
    if fits { Ok(user) } else { Err(Error::WrongPassword { attempts }) }
}

/// Checks the password that somebody's app shows. Too many wrong ones in a row lock the user.
pub(super) fn check_totp(
    zitadel: &Zitadel,
    user_id: &str,
    code: &str,
    editor: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let not_ready = || Error::from(SessionError::FactorNotReady("COMMAND-3Mif9s"));
    let user = zitadel.state.users.get(user_id).ok_or_else(not_ready)?;
    let max_attempts = zitadel.lockout_policy(&user.profile.resource_owner).max_otp_attempts;
    let mut written = Vec::new();
    let checked = zitadel.state.users.update(user_id, |user| {
        let secrets = user.secrets.as_deref();
        let totp = secrets.and_then(|secrets| secrets.factors.totp.as_ref());
        let totp = totp.filter(|totp| totp.is_ready).ok_or_else(not_ready)?;
        if user.state == UserState::Locked || secrets.is_some_and(|secrets| secrets.is_locked) {
            return Err(SessionError::FactorLocked.into());
        }
        let fits = Secret::parse(&totp.secret).is_some_and(|secret| secret.accepts(code, now));
        written.push(if fits { EventKind::TotpCheckSucceeded } else { EventKind::TotpCheckFailed });
        if !fits && max_attempts > 0 && totp.failed_checks + 1 >= max_attempts {
            written.push(EventKind::Locked);
        }
        written.iter().for_each(|kind| user.apply(*kind, now));
        Ok((user.clone(), fits))
    });
    let (user, fits) = checked.map_err(|error| match error {
        DirectoryError::Refused(error) => error,
        DirectoryError::Absent | DirectoryError::Exists | DirectoryError::Taken(_) => not_ready(),
    })?;
    let editor = if editor.is_empty() { user_id } else { editor };
    events::record(zitadel, editor, &user, written.into_iter().map(|kind| (kind, None)), now);
    if fits { Ok(()) } else { Err(SessionError::FactorCodeWrong.into()) }
}

fn hash(zitadel: &Zitadel, password: &str) -> PasswordHash {
    PasswordHash::of(password, zitadel.context.ids.bytes(Stream::Salts))
}
