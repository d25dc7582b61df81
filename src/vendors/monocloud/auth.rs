//! Where MonoCloud reads its credential, and which keys are valid.

use http::Method;

use super::error::Error;
use super::state::{Keys, Right};
use crate::protocol::Call;
use crate::protocol::credential::API_KEY;

/// Whether the call carries a known key.
pub(super) fn is_known(keys: &Keys, call: &Call) -> bool {
    call.header(&API_KEY).is_some_and(|key| keys.right(key).is_some())
}

/// Checks the call's key, before the user is looked up and before the body is read.
pub(super) fn authorize(keys: &Keys, call: &Call) -> Result<(), Error> {
    let key = call.header(&API_KEY).filter(|key| !key.is_empty()).ok_or(Error::MissingKey)?;
    match keys.right(key).ok_or(Error::UnknownKey)? {
        Right::Read if call.method() != Method::GET => Err(Error::ReadOnlyKey),
        Right::All | Right::Read => Ok(()),
    }
}
