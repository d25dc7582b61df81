//! Where MonoCloud reads its credential, and which keys are valid.

mod environment;

use http::Method;

use super::error::Error;
use super::operations;
use super::state::{Keys, MonoCloud, Right};
use super::wire::sign_in::reach;
use crate::oidc::client::{Form, Presented};
use crate::protocol::Call;
use crate::protocol::credential::{self, API_KEY};

pub(super) use environment::{ENVIRONMENT, endpoint};

/// Whether the call carries a known key.
pub(super) fn is_known(keys: &Keys, call: &Call) -> bool {
    call.header(&API_KEY).is_some_and(|key| keys.right(key).is_some())
}

/// Whether the call carries a secret of an application or of an API.
pub(super) fn is_known_client(monocloud: &MonoCloud, call: &Call) -> bool {
    let is_door = call.path().starts_with("/connect/") && credential::is_form(call);
    is_door
        && Presented::of(call, &Form::of(call))
            .is_ok_and(|presented| operations::is_known_client(monocloud, &presented, &reach(monocloud, call)))
}

/// Checks the call's key, before the user is looked up and before the body is read.
pub(super) fn authorize(keys: &Keys, call: &Call) -> Result<(), Error> {
    let key = call.header(&API_KEY).filter(|key| !key.is_empty()).ok_or(Error::MissingKey)?;
    match keys.right(key).ok_or(Error::UnknownKey)? {
        Right::Read if call.method() != Method::GET => Err(Error::ReadOnlyKey),
        Right::All | Right::Read => Ok(()),
    }
}
