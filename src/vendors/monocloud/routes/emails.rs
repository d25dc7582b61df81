//! The routes of e-mail addresses.

use super::handler::{Handler, Row, USER};
use super::identifiers;
use crate::vendors::monocloud::record::Kind;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 6] = [
    Row::new(
        "add_email",
        "POST",
        "/api/users/{user_id}/emails",
        Handler::new(|request| identifiers::add(request, Kind::Email)),
    )
    .body(wire::identifiers::EMAIL)
    .subject(USER),
    Row::new(
        "remove_email",
        "DELETE",
        "/api/users/{user_id}/emails/{identifier_id}",
        Handler::new(|request| identifiers::remove(request, Kind::Email)),
    )
    .subject(USER),
    Row::new(
        "set_primary_email",
        "POST",
        "/api/users/{user_id}/emails/{identifier_id}/primary",
        Handler::new(|request| identifiers::set_primary(request, Kind::Email)),
    )
    .subject(USER),
    Row::new(
        "verify_email",
        "POST",
        "/api/users/{user_id}/emails/{identifier_id}/verify",
        Handler::new(|request| identifiers::verify(request, Kind::Email)),
    )
    .subject(USER),
    Row::new(
        "unverify_email",
        "POST",
        "/api/users/{user_id}/emails/{identifier_id}/unverify",
        Handler::new(|request| identifiers::unverify(request, Kind::Email)),
    )
    .subject(USER),
    Row::new(
        "send_email_verification_link",
        "POST",
        "/api/users/{user_id}/emails/{identifier_id}/verify/link",
        Handler::new(|request| {
            let (user_id, id) = (request.user_id(), request.parameter(1));
            operations::find_identifier(request.monocloud, user_id, Kind::Email, &id)?;
            let expiry = wire::identifiers::link_expiry(&request.exchange.call)?;
            let link = operations::send_email_verification_link(request.monocloud, user_id, &id, expiry)?;
            Ok(wire::identifiers::sent_link(&link).fidelity_row("sent"))
        }),
    )
    .body(wire::identifiers::LINK)
    .unseen()
    .subject(USER),
];
