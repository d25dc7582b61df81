//! Second factors of ZITADEL's users in its newer API, and by what they can sign in. What changes is the same as in the
//! first APIs; who may, is judged by the user.

use std::sync::Arc;

use super::super::auth::{self, Caller};
use super::super::error::Error;
use super::super::error::management::ManagementError;
use super::super::record::{Permission, User};
use super::super::state::Zitadel;
use super::management::factors::{confirm_totp, ready, set_up_codes, set_up_totp, take_away};
use super::management::{found, receipt};
use super::objects::Receipt;
use super::write::{WriteContext, check_writer, command};
use crate::ids::Stream;
use crate::totp::Secret;

pub use super::management::factors::Factor;

/// By what somebody can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Password,
    Factor(Factor),
}

/// A secret that an app is to have.
pub struct RegisteredTotp {
    pub receipt: Receipt,
    pub login_name: Arc<str>,
    pub secret: Secret,
}

/// Gives a human a secret for an app, which counts when the app has shown its first password.
pub(in super::super) fn register_totp(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
) -> Result<RegisteredTotp, Error> {
    let secret = Secret::new(zitadel.context.ids.bytes(Stream::Secrets));
    let nobody = ManagementError::UserMissing("COMMAND-SqyJz");
    let mut login_name = Arc::from("");
    let receipt = change(zitadel, user_id, caller, nobody, |user, write| {
        login_name = user.profile.preferred_login_name.clone();
        set_up_totp(user, &secret, write)
    })?;
    Ok(RegisteredTotp { receipt, login_name, secret })
}

/// Checks the first password that the app has shown.
pub fn verify_totp(zitadel: &Zitadel, user_id: &str, code: &str, caller: &Caller) -> Result<Receipt, Error> {
    change(zitadel, user_id, caller, ManagementError::FactorOfNobody, |user, write| confirm_totp(user, code, write))
}

/// Lets codes that are sent to a human be a factor. The address has to be verified.
pub fn add_factor(zitadel: &Zitadel, factor: Factor, user_id: &str, caller: &Caller) -> Result<Receipt, Error> {
    let nobody = ManagementError::FactorOfNobody;
    change(zitadel, user_id, caller, nobody, |user, write| set_up_codes(user, factor, write))
}

/// Takes a factor away. Of an app it is seen first whether there is one, of what is sent whether the caller may.
pub fn remove_factor(zitadel: &Zitadel, factor: Factor, user_id: &str, caller: &Caller) -> Result<Receipt, Error> {
    if factor == Factor::Totp {
        let user = zitadel.state.users.get(user_id);
        let has_app = |user: User| user.secrets.is_some_and(|secrets| secrets.factors.totp.is_some());
        if !user.is_some_and(has_app) {
            return Err(factor.missing().into());
        }
    }
    change(zitadel, user_id, caller, ManagementError::FactorOfNobody, |user, write| take_away(user, factor, write))
}

/// The factors of a user that are ready. Nobody has none.
pub fn list_factors(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Vec<Factor>, Error> {
    let Some(user) = zitadel.state.users.get(user_id) else { return Ok(Vec::new()) };
    if !caller.is(&user) {
        caller.check(Permission::Read, &user.profile.resource_owner)?;
    }
    Ok(ready(&user))
}

/// By what a user can sign in: the factors, then the password. Nobody can. Others may ask who may read users in their
/// own organisation.
pub fn list_methods(zitadel: &Zitadel, user_id: &str, caller: &Caller) -> Result<Vec<Method>, Error> {
    if *caller.user().profile.user_id != *user_id {
        caller.admit(Permission::Read, &auth::organization(zitadel, None, caller)?, None)?;
    }
    let Some(user) = zitadel.state.users.get(user_id) else { return Ok(Vec::new()) };
    let has_password =
        user.human().is_some() && user.secrets.as_ref().is_some_and(|secrets| secrets.password.is_some());
    let factors = ready(&user).into_iter().map(Method::Factor);
    Ok(factors.chain(has_password.then_some(Method::Password)).collect())
}

/// Changes a user who is the caller, or whom the caller may write.
fn change(
    zitadel: &Zitadel,
    user_id: &str,
    caller: &Caller,
    nobody: ManagementError,
    edit: impl FnOnce(&mut User, &mut WriteContext<'_>) -> Result<(), Error>,
) -> Result<Receipt, Error> {
    let written = command(zitadel, user_id, caller, |user, write| {
        check_writer(caller, user)?;
        edit(user, write)
    });
    found(written, nobody).map(|written| receipt(&written))
}
