//! The operations of ZITADEL's first APIs on users: they look for users in one organisation, and their callers were
//! admitted before. What they change is the same as in the newer API.

pub(in super::super) mod addresses;
pub(in super::super) mod credentials;
pub(in super::super) mod factors;
pub(in super::super) mod find;
pub(in super::super) mod humans;
pub(in super::super) mod lifecycle;
pub(in super::super) mod make;
pub(in super::super) mod memberships;
pub(in super::super) mod metadata;
pub(in super::super) mod passwords;

use super::super::auth::Visitor;
use super::super::error::Error;
use super::super::error::management::ManagementError;
use super::super::record::User;
use super::super::state::Zitadel;
use super::objects::Receipt;
use super::write::{self, WriteContext, Written};

/// Runs a command on a user of the caller's organisation, in one step. Any other is `absent`.
fn command(
    zitadel: &Zitadel,
    user_id: &str,
    visitor: &Visitor,
    absent: ManagementError,
    edit: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let written = write::command(zitadel, user_id, &visitor.caller, |user, write| {
        admit(user, visitor, absent)?;
        edit(user, write)
    });
    found(written, absent).map(|written| receipt(&written))
}

/// That the user is one of the caller's organisation.
fn admit(user: &User, visitor: &Visitor, absent: ManagementError) -> Result<(), Error> {
    if *user.profile.resource_owner == *visitor.organization { Ok(()) } else { Err(absent.into()) }
}

/// What was written, with the operation's own error for nobody.
pub(super) fn found<T>(written: Result<T, Error>, absent: ManagementError) -> Result<T, Error> {
    written.map_err(|error| if error == Error::UserNotFound { absent.into() } else { error })
}

/// What a command answers.
pub(super) fn receipt(written: &Written) -> Receipt {
    Receipt {
        sequence: written.position.sequence,
        at: written.position.change_date,
        resource_owner: written.user.profile.resource_owner.clone(),
    }
}
