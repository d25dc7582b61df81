//! The routes of phone numbers.

use super::handler::{Handler, Row, USER};
use super::identifiers;
use crate::vendors::monocloud::record::Kind;
use crate::vendors::monocloud::wire;

pub(super) static ROWS: [Row; 5] = [
    Row::new(
        "add_phone",
        "POST",
        "/api/users/{user_id}/phones",
        Handler::new(|request| identifiers::add(request, Kind::Phone)),
    )
    .body(wire::identifiers::PHONE)
    .subject(USER),
    Row::new(
        "remove_phone",
        "DELETE",
        "/api/users/{user_id}/phones/{identifier_id}",
        Handler::new(|request| identifiers::remove(request, Kind::Phone)),
    )
    .subject(USER),
    Row::new(
        "set_primary_phone",
        "POST",
        "/api/users/{user_id}/phones/{identifier_id}/primary",
        Handler::new(|request| identifiers::set_primary(request, Kind::Phone)),
    )
    .subject(USER),
    Row::new(
        "verify_phone",
        "POST",
        "/api/users/{user_id}/phones/{identifier_id}/verify",
        Handler::new(|request| identifiers::verify(request, Kind::Phone)),
    )
    .subject(USER),
    Row::new(
        "unverify_phone",
        "POST",
        "/api/users/{user_id}/phones/{identifier_id}/unverify",
        Handler::new(|request| identifiers::unverify(request, Kind::Phone)),
    )
    .subject(USER),
];
