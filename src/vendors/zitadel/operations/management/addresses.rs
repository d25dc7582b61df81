//! E-mails and phones of humans in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{Channel, EventKind, User, UserState, email};
use super::super::super::state::Zitadel;
use super::super::contacts::valid_address;
use super::super::objects::Receipt;
use super::super::write::Verification;
use super::command;

/// Another address for a human.
pub struct UpdateAddress {
    pub channel: Channel,
    pub user_id: String,
    pub address: String,
    pub is_verified: bool,
}

/// That it is an e-mail address, and nothing else.
pub(super) fn check_email(address: &str) -> Result<(), Error> {
    match email::is_bare(address) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::EmailInvalid),
        Err(_) => Err(ManagementError::EmailInvalid.into()),
    }
}

/// Changes a human's address. The same one is refused, unless it is to count as verified now.
pub fn update_address(zitadel: &Zitadel, input: UpdateAddress, visitor: &Visitor) -> Result<Receipt, Error> {
    let UpdateAddress { channel, user_id, address, is_verified } = input;
    let address = match channel {
        Channel::Email => check_email(&address).map(|()| address)?,
        Channel::Phone => valid_address(channel, &address)?,
    };
    let absent = match channel {
        Channel::Email => ManagementError::EmailMissing { is_state: true },
        Channel::Phone => ManagementError::UserMissing("COMMAND-3M0fs"),
    };
    command(zitadel, &user_id, visitor, absent, |user, write| {
        let human = user.human().ok_or(absent)?;
        if channel == Channel::Email && user.state == UserState::Initial {
            return Err(ManagementError::NotInitialized("COMMAND-J8dsk").into());
        }
        let how = if is_verified { Verification::Verified } else { Verification::Send(None) };
        if human.address(channel) != address {
            write.set_address(user, channel, &address, &how);
        } else if is_verified && !human.is_verified(channel) {
            write.verify(user, channel, &how);
        } else {
            return Err(ManagementError::ContactUnchanged(channel).into());
        }
        Ok(())
    })
}

/// Takes a human's phone away.
pub fn remove_phone(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    let absent = ManagementError::UserMissing("COMMAND-3M9fs");
    command(zitadel, user_id, visitor, absent, |user, write| {
        has_phone(user, absent, ManagementError::PhoneMissing("COMMAND-p6rsc"))?;
        write.set_address(user, Channel::Phone, "", &Verification::Unverified);
        Ok(())
    })
}

/// Sends another code for an address that is not verified.
pub fn resend_verification(
    zitadel: &Zitadel,
    channel: Channel,
    user_id: &str,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let absent = match channel {
        Channel::Email => ManagementError::EmailMissing { is_state: false },
        Channel::Phone => ManagementError::UserMissing("COMMAND-2M0fs"),
    };
    command(zitadel, user_id, visitor, absent, |user, write| {
        match channel {
            Channel::Phone => has_phone(user, absent, ManagementError::PhoneMissing("COMMAND-2b7Hf"))?,
            Channel::Email if user.state == UserState::Initial => {
                return Err(ManagementError::NotInitialized("COMMAND-E3fbw").into());
            }
            Channel::Email => {}
        }
        if user.human().ok_or(absent)?.is_verified(channel) {
            return Err(ManagementError::ContactVerified(channel).into());
        }
        write.verify(user, channel, &Verification::Send(None));
        Ok(())
    })
}

/// Verifies an address by its code. A wrong one is an event, too.
pub fn verify(
    zitadel: &Zitadel,
    channel: Channel,
    user_id: &str,
    code: &str,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let absent = match channel {
        Channel::Email => ManagementError::EmailMissing { is_state: false },
        Channel::Phone => ManagementError::PhoneMissing("COMMAND-Rsj8c"),
    };
    command(zitadel, user_id, visitor, absent, |user, write| {
        user.human().ok_or(absent)?;
        let known = user.secrets.as_ref().and_then(|secrets| secrets.code(channel));
        if known.is_some_and(|known| known.matches(code, write.now)) {
            write.verify(user, channel, &Verification::Verified);
        } else {
            write.fail(EventKind::verification_failed(channel), ManagementError::WrongCode(channel).into());
        }
        Ok(())
    })
}

/// Sends a human that was never initialised another code for it, to another e-mail if one is given.
pub fn resend_initialization(
    zitadel: &Zitadel,
    user_id: &str,
    email: &str,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let absent = ManagementError::UserNotFound("COMMAND-2M9df");
    command(zitadel, user_id, visitor, absent, |user, write| {
        let human = user.human().ok_or(absent)?;
        if user.state != UserState::Initial {
            return Err(ManagementError::AlreadyInitialized.into());
        }
        if !email.is_empty() && human.address(Channel::Email) != email {
            write.set_address(user, Channel::Email, email, &Verification::Unverified);
        }
        write.initialize(user);
        Ok(())
    })
}

/// That it is a human with a phone.
fn has_phone(user: &User, absent: ManagementError, missing: ManagementError) -> Result<(), Error> {
    let human = user.human().ok_or(absent)?;
    if human.address(Channel::Phone).is_empty() { Err(missing.into()) } else { Ok(()) }
}
