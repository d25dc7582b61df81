//! What ZITADEL's messages about organisations, projects, applications, grants and members share.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::described::values::shown;
use crate::vendors::zitadel::operations::objects::Receipt;
use crate::vendors::zitadel::record::Details;

/// A time as a member.
pub(super) fn time(time: Timestamp) -> Value {
    shown(time).into()
}

/// The `details` of an answer of the first APIs to a creation.
pub(super) fn created(receipt: &Receipt) -> Value {
    json!({
        "sequence": receipt.sequence, "creationDate": time(receipt.at), "resourceOwner": *receipt.resource_owner,
    })
}

/// The same to a change. Where nothing was ever written, they are empty.
pub(super) fn changed(receipt: &Receipt) -> Value {
    if receipt.sequence == 0 {
        return json!({});
    }
    json!({
        "sequence": receipt.sequence, "changeDate": time(receipt.at), "resourceOwner": *receipt.resource_owner,
    })
}

/// The same of a read, which shows both dates.
pub(super) fn read(details: &Details, owner: &str) -> Value {
    json!({
        "sequence": details.sequence,
        "creationDate": time(details.creation_date),
        "changeDate": time(details.change_date),
        "resourceOwner": owner,
    })
}

/// An answer of nothing but the details of a change.
pub(in super::super) fn changed_only(receipt: &Receipt) -> Value {
    json!({ "details": changed(receipt) })
}

/// The same, or whose it would be where nothing was ever changed.
pub(in super::super) fn changed_or_not(receipt: Option<&Receipt>, owner: &str) -> Value {
    receipt.map_or_else(|| json!({ "details": { "resourceOwner": owner } }), changed_only)
}

/// An answer of nothing but the details of a creation.
pub(in super::super) fn created_only(receipt: &Receipt) -> Value {
    json!({ "details": created(receipt) })
}

/// An answer of a created object's id and details, under these names.
pub(in super::super) fn created_as(id_name: &str, id: &str, receipt: &Receipt) -> Value {
    json!({ id_name: id, "details": created(receipt) })
}

/// An answer of nothing but one date.
pub(in super::super) fn only_date(name: &str, at: Timestamp) -> Value {
    json!({ name: time(at) })
}
