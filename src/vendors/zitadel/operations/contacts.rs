//! E-mails and phones of ZITADEL's humans. Both go by the same rules.

use super::super::auth::Caller;
use super::super::error::Error;
use super::super::record::{Channel, User, UserState};
use super::super::state::Zitadel;
use super::write::{Verification, WriteContext, Written, change};

/// Another address for a human.
pub struct SetContact {
    pub channel: Channel,
    pub user_id: String,
    pub address: String,
    pub verification: Verification,
}

/// A code for an address of a human.
pub struct SendCode {
    pub channel: Channel,
    pub user_id: String,
    pub verification: Verification,
}

/// The code that came to an address of a human.
pub struct VerifyContact {
    pub channel: Channel,
    pub user_id: String,
    pub code: String,
}

/// Changes a human's address; the same one is refused.
pub fn set_contact(zitadel: &Zitadel, input: SetContact, caller: &Caller) -> Result<Written, Error> {
    let SetContact { channel, user_id, address, verification } = input;
    write(zitadel, &user_id, caller, |user, write| {
        match (write.set_address(user, channel, &address, &verification)?, channel) {
            (0, Channel::Email) => Err(Error::EmailUnchanged),
            (0, Channel::Phone) => Err(Error::PhoneUnchanged),
            (events, _) => Ok(events),
        }
    })
}

/// Takes a human's phone away.
pub fn remove_phone(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    write(zitadel, user_id, caller, |user, write| {
        match write.set_address(user, Channel::Phone, "", &Verification::Unverified)? {
            0 => Err(Error::PhoneMissing),
            events => Ok(events),
        }
    })
}

/// Makes another code for an address that waits for one.
pub fn resend_code(zitadel: &Zitadel, input: SendCode, caller: &Caller) -> Result<Written, Error> {
    let SendCode { channel, user_id, verification } = input;
    write(zitadel, &user_id, caller, |user, write| {
        let waits = user.secrets.as_ref().is_some_and(|secrets| secrets.code(channel).is_some());
        if waits { Ok(write.verify(user, channel, &verification)) } else { Err(Error::NoCode) }
    })
}

/// Makes a code for an address.
pub fn send_code(zitadel: &Zitadel, input: SendCode, caller: &Caller) -> Result<Written, Error> {
    let SendCode { channel, user_id, verification } = input;
    write(zitadel, &user_id, caller, |user, write| Ok(write.verify(user, channel, &verification)))
}

/// Verifies an address by its code.
pub fn verify_contact(zitadel: &Zitadel, input: VerifyContact, caller: &Caller) -> Result<Written, Error> {
    let VerifyContact { channel, user_id, code } = input;
    write(zitadel, &user_id, caller, |user, write| {
        let known = user.secrets.as_ref().and_then(|secrets| secrets.code(channel));
        if !known.is_some_and(|known| known.matches(&code, write.now)) {
            return Err(Error::WrongCode);
        }
        Ok(write.verify(user, channel, &Verification::Verified))
    })
}

/// Changes a human that is past its first steps. `edit` answers the number of events.
fn write(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    edit: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<u64, Error>,
) -> Result<Written, Error> {
    let mut write = WriteContext::new(zitadel, caller.at());
    let user = change(zitadel, user_id, caller, |user| {
        user.human().ok_or(Error::UserNotFound)?;
        if user.state == UserState::Initial {
            return Err(Error::NotInitialised);
        }
        let events = edit(user, &mut write)?;
        user.write(events, write.now);
        Ok(user.clone())
    })?;
    Ok(write.finish(user))
}
