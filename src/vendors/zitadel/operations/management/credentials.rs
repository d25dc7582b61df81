//! Personal access tokens, keys and secrets of machines in ZITADEL's first API.

use super::super::super::auth::Visitor;
use super::super::super::error::Error;
use super::super::super::error::management::ManagementError;
use super::super::super::record::{Key, Token, User};
use super::super::super::state::Zitadel;
use super::super::credentials::{self, AddKey, AddToken, NewCredential, RemoveCredential};
use super::super::objects::Receipt;
use super::super::write::Written;
use super::{admit, found, receipt};

/// A token, key or secret that was made, and what the vendor answers beside it.
pub struct Made {
    pub credential: NewCredential,
    pub receipt: Receipt,
    /// How its holder signs in.
    pub login_name: String,
}

/// Makes a machine a token.
pub fn add_personal_access_token(zitadel: &Zitadel, input: AddToken, visitor: &Visitor) -> Result<Made, Error> {
    let absent = ManagementError::UserMissing("COMMAND-Dggw2");
    let added = credentials::add_token(zitadel, input, &visitor.caller, |user| {
        admit(user, visitor, absent)?;
        user.machine().map(|_| ()).ok_or(Error::NotAMachine)
    });
    found(added, absent).map(made)
}

/// Ends a machine's token.
pub fn remove_personal_access_token(
    zitadel: &Zitadel,
    input: &RemoveCredential,
    visitor: &Visitor,
) -> Result<Receipt, Error> {
    let own = |user: &User| is_own(user, visitor, Error::TokenMissing);
    removed(credentials::remove_token(zitadel, input, &visitor.caller, own), Error::TokenMissing)
}

/// Makes a machine a key.
pub fn add_machine_key(zitadel: &Zitadel, input: AddKey, visitor: &Visitor) -> Result<Made, Error> {
    let absent = ManagementError::UserMissing("COMMAND-bnipwm1");
    let added = credentials::new_key(zitadel, input, &visitor.caller, |user| {
        admit(user, visitor, absent)?;
        user.machine().map(|_| ()).ok_or(absent.into())
    });
    found(added, absent).map(made)
}

/// Takes a machine's key away.
pub fn remove_machine_key(zitadel: &Zitadel, input: &RemoveCredential, visitor: &Visitor) -> Result<Receipt, Error> {
    let own = |user: &User| is_own(user, visitor, Error::KeyMissing);
    removed(credentials::remove_key_of(zitadel, input, &visitor.caller, own), Error::KeyMissing)
}

/// Makes a machine a secret, instead of the one it had.
pub fn generate_machine_secret(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Made, Error> {
    super::find::get_user_by_id(zitadel, user_id, visitor)?;
    let set = credentials::set_secret(zitadel, user_id, &visitor.caller, |user| {
        user.machine().map(|_| ()).ok_or(ManagementError::MachineMissing("COMMAND-x8910n").into())
    });
    found(set, ManagementError::UserNotFound("QUERY-Dfbg2")).map(made)
}

/// Takes a machine's secret away.
pub fn remove_machine_secret(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Result<Receipt, Error> {
    let absent = ManagementError::MachineMissing("COMMAND-x7s802");
    let find = |user: &User| {
        admit(user, visitor, absent)?;
        user.machine().map(|_| ()).ok_or(absent.into())
    };
    let unset = credentials::unset_secret(zitadel, user_id, &visitor.caller, find, |_| Ok(()));
    found(unset, absent).map(|written| receipt(&written))
}

/// A machine's tokens, living or dead.
pub fn tokens(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Vec<(User, Token)> {
    let tokens = |user: &User| user.secrets.iter().flat_map(|secrets| secrets.tokens.clone()).collect();
    of(zitadel, user_id, visitor, tokens)
}

/// The token of that id.
pub fn token(zitadel: &Zitadel, user_id: &str, id: &str, visitor: &Visitor) -> Result<(User, Token), Error> {
    let token = tokens(zitadel, user_id, visitor).into_iter().find(|(_, token)| token.id == id);
    token.ok_or(ManagementError::TokenNotFound.into())
}

/// A machine's keys.
pub fn keys(zitadel: &Zitadel, user_id: &str, visitor: &Visitor) -> Vec<(User, Key)> {
    let keys = |user: &User| user.secrets.iter().flat_map(|secrets| secrets.keys.clone()).collect();
    of(zitadel, user_id, visitor, keys)
}

/// The key of that id.
pub fn key(zitadel: &Zitadel, user_id: &str, id: &str, visitor: &Visitor) -> Result<(User, Key), Error> {
    let key = keys(zitadel, user_id, visitor).into_iter().find(|(_, key)| key.id == id);
    key.ok_or(ManagementError::KeyNotFound.into())
}

fn of<T>(zitadel: &Zitadel, user_id: &str, visitor: &Visitor, of: impl FnOnce(&User) -> Vec<T>) -> Vec<(User, T)> {
    let user = zitadel.state.users.get(user_id).filter(|user| *user.profile.resource_owner == *visitor.organization);
    let owned = |user: User| of(&user).into_iter().map(|item| (user.clone(), item)).collect();
    user.map_or_else(Vec::new, owned)
}

fn is_own(user: &User, visitor: &Visitor, missing: Error) -> Result<(), Error> {
    if *user.profile.resource_owner == *visitor.organization { Ok(()) } else { Err(missing) }
}

/// Of nobody, the vendor says that there is no such credential.
fn removed(written: Result<Written, Error>, missing: Error) -> Result<Receipt, Error> {
    let written = written.map_err(|error| if error == Error::UserNotFound { missing } else { error });
    written.map(|written| receipt(&written))
}

fn made((credential, written): (NewCredential, Written)) -> Made {
    let login_name = written.user.profile.preferred_login_name.to_string();
    Made { credential, receipt: receipt(&written), login_name }
}
