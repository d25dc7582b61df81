//! E-mails and phones of ZITADEL's humans. Both go by the same rules.

use super::super::auth::Caller;
use super::super::error::{Error, Uninitialized};
use super::super::record::{Channel, EventKind, Permission, User, email, normalize};
use super::super::state::Zitadel;
use super::write::{Verification, WriteContext, Written, check_initialized, check_writer, command};

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
    write(zitadel, &user_id, caller, &verification, |user, write| {
        let address = valid_address(channel, &address)?;
        if user.human().is_some_and(|human| human.address(channel) == address) {
            return Err(Error::ContactUnchanged(channel));
        }
        write.set_address(user, channel, &address, &verification);
        Ok(())
    })
}

/// Takes a human's phone away.
pub fn remove_phone(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Written, Error> {
    write(zitadel, user_id, caller, &Verification::Unverified, |user, write| {
        if user.human().is_some_and(|human| human.address(Channel::Phone).is_empty()) {
            return Err(Error::PhoneMissing);
        }
        write.set_address(user, Channel::Phone, "", &Verification::Unverified);
        Ok(())
    })
}

/// Makes another code for an address that waits for one.
pub fn resend_code(zitadel: &Zitadel, input: SendCode, caller: &Caller) -> Result<Written, Error> {
    let SendCode { channel, user_id, verification } = input;
    write(zitadel, &user_id, caller, &verification, |user, write| {
        if user.secrets.as_ref().is_none_or(|secrets| secrets.code(channel).is_none()) {
            return Err(Error::NoCode(channel));
        }
        write.verify(user, channel, &verification);
        Ok(())
    })
}

/// Makes a code for an address.
pub fn send_code(zitadel: &Zitadel, input: SendCode, caller: &Caller) -> Result<Written, Error> {
    let SendCode { channel, user_id, verification } = input;
    write(zitadel, &user_id, caller, &verification, |user, write| {
        write.verify(user, channel, &verification);
        Ok(())
    })
}

/// Verifies an address by its code. A wrong code is an event, too.
pub fn verify_contact(zitadel: &Zitadel, input: VerifyContact, caller: &Caller) -> Result<Written, Error> {
    let VerifyContact { channel, user_id, code } = input;
    write(zitadel, &user_id, caller, &Verification::Unverified, |user, write| {
        let known = user.secrets.as_ref().and_then(|secrets| secrets.code(channel));
        if known.is_some_and(|known| known.matches(&code, write.now)) {
            write.verify(user, channel, &Verification::Verified);
        } else {
            write.fail(EventKind::verification_failed(channel), Error::WrongCode);
        }
        Ok(())
    })
}

/// An address as the vendor keeps it: an e-mail with the blanks around it.
pub(super) fn valid_address(channel: Channel, address: &str) -> Result<String, Error> {
    match channel {
        Channel::Email if email::is_bare(address).unwrap_or(true) => Ok(address.to_owned()),
        Channel::Email => Err(Error::EmailInvalid),
        Channel::Phone => normalize(address).ok_or(Error::PhoneInvalid),
    }
}

/// Who may write may have an address count as verified, or be told its code, and nobody else: not the human either
/// whose own it is.
pub(super) fn check_code(
    zitadel: &Zitadel,
    caller: &Caller,
    user: &User,
    verification: &Verification,
) -> Result<(), Error> {
    match verification {
        Verification::Return if !zitadel.settings.version.guards_own_codes() => check_writer(caller, user),
        Verification::Return | Verification::Verified => caller.check(Permission::Write, &user.profile.resource_owner),
        Verification::Send(_) | Verification::Unverified => check_writer(caller, user),
    }
}

/// Changes a human that is past its first steps. Machines have no addresses.
fn write(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    verification: &Verification,
    edit: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<(), Error>,
) -> Result<Written, Error> {
    command(zitadel, user_id, caller, |user, write| {
        user.human().ok_or(Error::UserNotFound)?;
        check_initialized(user, Uninitialized::Contact)?;
        check_code(zitadel, caller, user, verification)?;
        edit(user, write)
    })
}
