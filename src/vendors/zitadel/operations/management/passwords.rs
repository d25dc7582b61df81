//! Passwords of humans in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{Channel, EventKind, UserState};
use super::super::super::state::Zitadel;
use super::super::objects::Receipt;
use super::super::passwords::{NewPassword, Password, Proof};
use super::command;

/// Sets a password. With a proof it is the human's own doing.
pub fn set_human_password(
    zitadel: &Zitadel,
    user_id: &str,
    password: &Password,
    proof: Proof,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let new = NewPassword::new(zitadel, user_id, Some(password), proof);
    command(zitadel, user_id, visitor, ManagementError::PasswordMissing, |user, write| {
        if user.human().is_none() && !user.is_known_by_lock() {
            return Err(ManagementError::PasswordMissing.into());
        }
        if user.state == UserState::Initial {
            return Err(ManagementError::NotInitialized("COMMAND-M9dse").into());
        }
        if new.check(user, &visitor.caller, write)? { new.set(user, write) } else { Ok(()) }
    })
}

/// Sends a code that allows another password, also to whom it cannot reach.
pub fn send_reset_notification(
    zitadel: &Zitadel,
    user_id: &str,
    channel: Channel,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    command(zitadel, user_id, visitor, ManagementError::UserMissing("COMMAND-Hj9ds"), |user, write| {
        if user.state == UserState::Initial {
            return Err(ManagementError::NotInitialized("COMMAND-2M9sd").into());
        }
        let code = write.new_code();
        if user.human().is_some_and(|human| !human.address(channel).is_empty()) {
            write.queue_message(user, channel, "reset_password", &code.code, None);
        }
        user.secrets_mut().password_code = Some(code);
        write.event(EventKind::PasswordCodeAdded);
        Ok(())
    })
}
