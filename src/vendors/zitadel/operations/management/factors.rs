//! Second factors, links and keys of humans in ZITADEL's first APIs.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{Aggregate, Channel, Event, EventKind, RemovedUser, Totp, User};
use super::super::super::state::Zitadel;
use super::super::events;
use super::super::objects::Receipt;
use super::super::write::{self, WriteContext, Written, new_id};
use super::{command, receipt};
use crate::ids::Stream;
use crate::totp::Secret;

/// A second factor that is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    Totp,
    Sms,
    Email,
}

/// A link by which a human sets up signing in without a password.
pub struct PasswordlessLink {
    pub receipt: Receipt,
    pub user_id: String,
    pub organization: String,
    pub code_id: String,
    pub code: String,
}

/// The factors of a user that are ready. Nobody has none.
pub fn ready_factors(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Vec<Factor> {
    let user = zitadel.state.users.get(user_id).filter(|user| *user.profile.resource_owner == *visitor.organization);
    user.as_ref().map(ready).unwrap_or_default()
}

/// The factors of somebody that are ready.
pub(in super::super) fn ready(user: &User) -> Vec<Factor> {
    let Some(factors) = user.secrets.as_ref().map(|secrets| &secrets.factors) else { return Vec::new() };
    let totp = factors.totp.as_ref().is_some_and(|totp| totp.is_ready);
    let all = [(Factor::Totp, totp), (Factor::Sms, factors.sms), (Factor::Email, factors.email)];
    all.into_iter().filter(|(_, is_ready)| *is_ready).map(|(factor, _)| factor).collect()
}

/// Gives the caller a secret for an app, which counts when the app has shown its first password.
pub(in super::super::super) fn add_totp(zitadel: &Zitadel, me: &Visitor) -> Result<(Receipt, Secret), Error> {
    let absent = ManagementError::UserMissing("COMMAND-SqyJz");
    let secret = Secret::new(zitadel.context.ids.bytes(Stream::Secrets));
    let user_id = &me.caller.user().profile.user_id;
    let receipt = command(zitadel, user_id, me, absent, |user, write| set_up_totp(user, &secret, write))?;
    Ok((receipt, secret))
}

/// Gives a human a secret for an app.
pub(in super::super) fn set_up_totp(
    user: &mut User,
    secret: &Secret,
    write: &mut WriteContext<'_>,
) -> Result<(), Error> {
    user.human().ok_or(ManagementError::UserMissing("COMMAND-SqyJz"))?;
    let totp = &mut user.secrets_mut().factors.totp;
    if totp.as_ref().is_some_and(|totp| totp.is_ready) {
        return Err(ManagementError::FactorReady("COMMAND-do9se").into());
    }
    *totp = Some(Totp { secret: secret.to_base32(), is_ready: false, failed_checks: 0 });
    write.event(EventKind::TotpAdded);
    Ok(())
}

/// Checks the first password that the caller's app has shown.
pub fn verify_totp(zitadel: &Zitadel, code: &str, me: &Visitor) -> Result<Receipt, Error> {
    command(zitadel, &me.caller.user().profile.user_id, me, NO_TOTP, |user, write| confirm_totp(user, code, write))
}

/// Nobody has set up an app.
pub(in super::super) const NO_TOTP: ManagementError = ManagementError::FactorMissing("COMMAND-3Mif9s");

/// Lets the app count that has shown this password.
pub(in super::super) fn confirm_totp(user: &mut User, code: &str, write: &mut WriteContext<'_>) -> Result<(), Error> {
    let now = write.now;
    let totp = user.secrets_mut().factors.totp.as_mut().ok_or(NO_TOTP)?;
    if totp.is_ready {
        return Err(ManagementError::FactorAlreadyReady.into());
    }
    if !Secret::parse(&totp.secret).is_some_and(|secret| secret.accepts(code, now)) {
        return Err(ManagementError::FactorCodeWrong.into());
    }
    totp.is_ready = true;
    write.event(EventKind::TotpVerified);
    Ok(())
}

/// Lets codes that are sent to the caller be a factor. The address has to be verified.
pub fn add_factor(zitadel: &Zitadel, factor: Factor, me: &Visitor) -> Result<Receipt, Error> {
    let absent = ManagementError::FactorNotReady(factor.not_ready());
    command(zitadel, &me.caller.user().profile.user_id, me, absent, |user, write| set_up_codes(user, factor, write))
}

/// Lets codes that are sent to somebody be a factor.
pub(in super::super) fn set_up_codes(
    user: &mut User,
    factor: Factor,
    write: &mut WriteContext<'_>,
) -> Result<(), Error> {
    let (channel, ready, event) = match factor {
        Factor::Sms | Factor::Totp => (Channel::Phone, "COMMAND-Ad3g2", EventKind::SmsFactorAdded),
        Factor::Email => (Channel::Email, "COMMAND-MKL2s", EventKind::EmailFactorAdded),
    };
    let is_verified = user.human().is_some_and(|human| human.is_verified(channel));
    let factors = &mut user.secrets_mut().factors;
    let known = if factor == Factor::Email { &mut factors.email } else { &mut factors.sms };
    if *known {
        return Err(ManagementError::FactorReady(ready).into());
    }
    if !is_verified {
        return Err(ManagementError::FactorNotReady(factor.not_ready()).into());
    }
    *known = true;
    write.event(event);
    Ok(())
}

/// Takes a factor away.
pub fn remove_factor(zitadel: &Zitadel, factor: Factor, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    command(zitadel, user_id, visitor, factor.missing(), |user, write| take_away(user, factor, write))
}

/// Takes a factor away from somebody.
pub(in super::super) fn take_away(user: &mut User, factor: Factor, write: &mut WriteContext<'_>) -> Result<(), Error> {
    let has = user.secrets.as_ref().is_some_and(|secrets| match factor {
        Factor::Totp => secrets.factors.totp.is_some(),
        Factor::Sms => secrets.factors.sms,
        Factor::Email => secrets.factors.email,
    });
    if !has {
        return Err(factor.missing().into());
    }
    let factors = &mut user.secrets_mut().factors;
    match factor {
        Factor::Totp => factors.totp = None,
        Factor::Sms => factors.sms = false,
        Factor::Email => factors.email = false,
    }
    write.event(match factor {
        Factor::Totp => EventKind::TotpRemoved,
        Factor::Sms => EventKind::SmsFactorRemoved,
        Factor::Email => EventKind::EmailFactorRemoved,
    });
    Ok(())
}

impl Factor {
    /// Nobody has it.
    pub(in super::super) const fn missing(self) -> ManagementError {
        ManagementError::FactorMissing(match self {
            Self::Totp => "COMMAND-Hd9sd",
            Self::Sms => "COMMAND-Sr3h3",
            Self::Email => "COMMAND-b312D",
        })
    }

    /// The id of "its address is not verified".
    const fn not_ready(self) -> &'static str {
        match self {
            Self::Sms | Self::Totp => "COMMAND-Q54j2",
            Self::Email => "COMMAND-KLJ2d",
        }
    }
}

/// Makes a link, for anybody and also for nobody: the vendor does not look.
pub fn add_passwordless_link(
    zitadel: &Zitadel,
    kind: EventKind,
    user_id: &str,
    visitor: &Visitor,
) -> Result<PasswordlessLink, Error> {
    let edit = |_: &mut User, write: &mut WriteContext<'_>| {
        write.event(kind);
        Ok(())
    };
    let receipt = match write::command(zitadel, user_id, &visitor.caller, edit) {
        Err(Error::UserNotFound) => of_nobody(zitadel, kind, user_id, visitor),
        written => written.map(|written: Written| receipt(&written))?,
    };
    Ok(link(zitadel, receipt, user_id, visitor))
}

/// The link of an event that was written.
pub(super) fn link(zitadel: &Zitadel, receipt: Receipt, user_id: &str, visitor: &Visitor) -> PasswordlessLink {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let ids = &zitadel.context.ids;
    let mut reserved = ids.reserve();
    let code_id = new_id(&mut reserved, visitor.caller.at());
    reserved.commit();
    let (user_id, organization) = (user_id.to_owned(), visitor.organization.clone());
    PasswordlessLink { receipt, user_id, organization, code_id, code: ids.letters(Stream::Codes, LETTERS, 12) }
}

/// The event stands at nobody: whoever gets that id continues the count.
fn of_nobody(zitadel: &Zitadel, kind: EventKind, user_id: &str, visitor: &Visitor) -> Receipt {
    let (state, now) = (&zitadel.state, visitor.caller.at());
    let sequence = state.ended.get(user_id).map_or(0, |ended| ended.sequence) + 1;
    let ended = RemovedUser { user_id: user_id.to_owned(), sequence };
    state.ended.upsert(ended).expect("it has no alias that could be taken");
    let event = Event {
        aggregate: Aggregate::User,
        id: user_id.into(),
        resource_owner: visitor.organization.as_str().into(),
        sequence,
        kind: kind.name().into(),
        at: now,
        editor: visitor.caller.user().profile.user_id.as_str().into(),
        payload: None,
    };
    let resource_owner = event.resource_owner.clone();
    events::keep(zitadel, event);
    Receipt { sequence, at: now, resource_owner }
}
