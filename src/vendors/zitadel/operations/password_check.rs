//! Compares what somebody shows who signs in with what a ZITADEL human has: the password, and the one that an app
//! shows. Changes nothing.

use jiff::Timestamp;

use super::super::error::Error;
use super::super::error::sessions::SessionError;
use super::super::record::{EventKind, LockoutPolicy, User, UserState};
use super::super::state::Zitadel;
use crate::ids::Stream;
use crate::passwords::PasswordHash;
use crate::totp::Secret;

/// A password, compared with the hash that its user had a moment ago: that takes long.
pub(super) struct Compared<'a> {
    password: &'a str,
    known: Option<PasswordHash>,
    fits: bool,
    /// What takes the place of a hash of another system.
    fresh: Option<PasswordHash>,
}

/// What comes of a check. It is written down, whatever that is.
pub(super) struct Checked {
    pub kinds: Vec<EventKind>,
    /// The hash that the password gets.
    pub fresh: Option<PasswordHash>,
    /// Why it failed.
    pub error: Option<Error>,
}

impl<'a> Compared<'a> {
    /// Compares a password. Nobody has none.
    pub(super) fn new(zitadel: &Zitadel, user: Option<&User>, password: &'a str) -> Self {
        let known = user.and_then(|user| user.secrets.as_ref()?.password.clone());
        let fits = known.as_ref().is_some_and(|known| known.fits(password));
        let foreign = known.as_ref().filter(|known| fits && !known.is_own());
        let fresh = foreign.map(|_| PasswordHash::of(password, zitadel.context.ids.bytes(Stream::Salts)));
        Self { password, known, fits, fresh }
    }

    /// Checks it. Too many wrong ones in a row lock the user. The right one for a hash of another system is hashed
    /// anew, and that is an event, too.
    pub(super) fn check(&self, user: Option<&User>, policy: LockoutPolicy) -> Result<Checked, Error> {
        let user = user.filter(|user| user.human().is_some()).ok_or(SessionError::UserGone)?;
        let secrets = user.secrets.as_deref();
        let hash = secrets.and_then(|secrets| secrets.password.as_ref()).ok_or(Error::NoPassword)?;
        let attempts = secrets.map_or(0, |secrets| secrets.failed_checks);
        if is_locked(user) {
            return Err(Error::Locked { attempts });
        }
        // Only where another call was quicker is it compared again.
        let is_known = self.known.as_ref() == Some(hash);
        let fits = if is_known { self.fits } else { hash.fits(self.password) };
        if !fits {
            let kinds = failed(EventKind::PasswordCheckFailed, attempts, policy.max_password_attempts);
            let error = Some(Error::WrongPassword { attempts: attempts + 1 });
            return Ok(Checked { kinds, fresh: None, error });
        }
        let fresh = self.fresh.clone().filter(|_| is_known);
        let hashed = fresh.is_some().then_some(EventKind::PasswordHashUpdated);
        let kinds = [EventKind::PasswordCheckSucceeded].into_iter().chain(hashed).collect();
        Ok(Checked { kinds, fresh, error: None })
    }
}

/// Checks the password that somebody's app shows. Too many wrong ones in a row lock the user.
pub(super) fn check_totp(
    user: Option<&User>,
    code: &str,
    policy: LockoutPolicy,
    now: Timestamp,
) -> Result<Checked, Error> {
    let not_ready = || Error::from(SessionError::FactorNotReady("COMMAND-3Mif9s"));
    let user = user.ok_or_else(not_ready)?;
    let totp = user.secrets.as_deref().and_then(|secrets| secrets.factors.totp.as_ref());
    let totp = totp.filter(|totp| totp.is_ready).ok_or_else(not_ready)?;
    if is_locked(user) {
        return Err(SessionError::FactorLocked.into());
    }
    let fits = Secret::parse(&totp.secret).is_some_and(|secret| secret.accepts(code, now));
    let (kinds, error) = match fits {
        true => (vec![EventKind::TotpCheckSucceeded], None),
        false => {
            let kinds = failed(EventKind::TotpCheckFailed, totp.failed_checks, policy.max_otp_attempts);
            (kinds, Some(SessionError::FactorCodeWrong.into()))
        }
    };
    Ok(Checked { kinds, fresh: None, error })
}

fn is_locked(user: &User) -> bool {
    user.state == UserState::Locked || user.secrets.as_deref().is_some_and(|secrets| secrets.is_locked)
}

/// The events of a check that failed after so many others.
fn failed(kind: EventKind, attempts: u32, max_attempts: u32) -> Vec<EventKind> {
    let locks = max_attempts > 0 && attempts + 1 >= max_attempts;
    [kind].into_iter().chain(locks.then_some(EventKind::Locked)).collect()
}
