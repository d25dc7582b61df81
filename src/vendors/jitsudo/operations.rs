//! One function per operation of jitsudo's API. The order is the sheet's: permission, lookup, owner rule, change.

use super::auth::Caller;
use super::error::Error;
use super::record::User;
use super::{Jitsudo, Suspension};

/// A user after a change, and whether there was anything to change.
pub(super) struct Changed {
    /// The user as it stands now.
    pub(super) user: User,
    /// False where the user was so before.
    pub(super) changed: bool,
}

/// The user of that id in the caller's tenant.
pub(super) fn get_user(state: &Jitsudo, caller: &Caller, id: &str) -> Result<User, Error> {
    state.access.admin(caller)?;
    let user = state.users.get(id).ok_or(Error::UserNotFound)?;
    in_tenant(state, caller, &user)?;
    Ok(user)
}

/// Suspends a user (`active` false) or lets it in again (`active` true).
pub(super) fn suspend_user(state: &Jitsudo, caller: &Caller, id: &str, active: bool) -> Result<Changed, Error> {
    state.access.admin(caller)?;
    let now = state.shared.clock.now();
    let rules = &state.rules;
    state.users.update(
        id,
        || Error::UserNotFound,
        |user| {
            in_tenant(state, caller, user)?;
            if !active && user.profile.is_owner {
                allow(rules.owner, "tenant_owner")?;
            }
            if !active && caller.is(user) {
                allow(rules.oneself, "own_account")?;
            }
            if user.active == active {
                allow(rules.repeat, "same_state")?;
            }
            let changed = user.set_active(active, now);
            Ok(Changed { user: user.clone(), changed })
        },
    )
}

/// Tenants are walls: another tenant's user is not there.
fn in_tenant(state: &Jitsudo, caller: &Caller, user: &User) -> Result<(), Error> {
    match user.profile.tenant == caller.tenant() {
        true => Ok(()),
        false if state.rules.other_tenant_is_forbidden => Err(Error::Forbidden("other_tenant")),
        false => Err(Error::UserNotFound),
    }
}

fn allow(rule: Suspension, reason: &'static str) -> Result<(), Error> {
    match rule {
        Suspension::Allowed => Ok(()),
        Suspension::Forbidden => Err(Error::Forbidden(reason)),
        Suspension::Conflict => Err(Error::Conflict(reason)),
    }
}
