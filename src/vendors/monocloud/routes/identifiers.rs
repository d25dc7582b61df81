//! What the routes of e-mail addresses and those of phone numbers share: everything but the kind.

use super::handler::Request;
use crate::protocol::Reply;
use crate::vendors::monocloud::error::Error;
use crate::vendors::monocloud::record::Kind;
use crate::vendors::monocloud::{operations, wire};

/// Adds one to the user.
pub(super) fn add(request: &Request<'_>, kind: Kind) -> Result<Reply, Error> {
    let new = request.read_for_user(|call| wire::identifiers::add_identifier(call, kind))?;
    let done = operations::add_identifier(request.monocloud, request.user_id(), kind, new)?;
    Ok(request.changed(&done, "added", "added"))
}

/// Removes one.
pub(super) fn remove(request: &Request<'_>, kind: Kind) -> Result<Reply, Error> {
    let done = operations::remove_identifier(request.monocloud, request.user_id(), kind, &request.parameter(1))?;
    Ok(request.changed(&done, "removed", "removed"))
}

/// Makes one the primary one.
pub(super) fn set_primary(request: &Request<'_>, kind: Kind) -> Result<Reply, Error> {
    let done = operations::set_primary(request.monocloud, request.user_id(), kind, &request.parameter(1))?;
    Ok(request.changed(&done, "set", "unchanged"))
}

/// Says that one is verified.
pub(super) fn verify(request: &Request<'_>, kind: Kind) -> Result<Reply, Error> {
    let done = operations::set_verified(request.monocloud, request.user_id(), kind, &request.parameter(1), true)?;
    Ok(request.changed(&done, "verified", "unchanged"))
}

/// Says that one is not verified.
pub(super) fn unverify(request: &Request<'_>, kind: Kind) -> Result<Reply, Error> {
    let done = operations::set_verified(request.monocloud, request.user_id(), kind, &request.parameter(1), false)?;
    Ok(request.changed(&done, "unverified", "unchanged"))
}
