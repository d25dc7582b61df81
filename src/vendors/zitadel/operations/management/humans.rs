//! Profiles of humans and machines in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::state::Zitadel;
use super::super::objects::Receipt;
use super::super::people::Names;
use super::super::people::update::{self, MachineChanges};
use super::command;

/// Gives a human another profile, whole.
pub fn update_human_profile(
    zitadel: &Zitadel,
    user_id: &str,
    names: Names,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    command(zitadel, user_id, visitor, ManagementError::ProfileMissing, |user, write| {
        user.human().ok_or(ManagementError::ProfileMissing)?;
        update::change_profile(user, names, write);
        if write.is_empty() { Err(ManagementError::ProfileUnchanged.into()) } else { Ok(()) }
    })
}

/// Changes a machine, whole.
pub fn update_machine(
    zitadel: &Zitadel,
    user_id: &str,
    changes: MachineChanges,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let absent = ManagementError::UserNotFound("COMMAND-5M0od");
    command(zitadel, user_id, visitor, absent, |user, write| {
        user.machine().ok_or(absent)?;
        update::change_machine(user, changes, write);
        if write.is_empty() { Err(ManagementError::MachineUnchanged.into()) } else { Ok(()) }
    })
}
