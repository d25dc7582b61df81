//! Where MonoCloud's credential stands, and which count.

use http::Method;

use super::error::Error;
use super::state::{Keys, Right};
use crate::protocol::Call;
use crate::protocol::credential::API_KEY;

/// Whether the call carries a key that there is.
pub(super) fn is_known(keys: &Keys, call: &Call) -> bool {
    call.header(&API_KEY).is_some_and(|key| keys.right(key).is_some())
}

/// Checks the call's key: before the user is looked for and before the body is read.
pub(super) fn authorize(keys: &Keys, call: &Call) -> Result<(), Error> {
    let key = call.header(&API_KEY).filter(|key| !key.is_empty()).ok_or(Error::MissingKey)?;
    match keys.right(key).ok_or(Error::UnknownKey)? {
        Right::Read if call.method() != Method::GET => Err(Error::ReadOnlyKey),
        Right::All | Right::Read => Ok(()),
    }
}
