//! The routes of what users granted applications.

use super::handler::{Handler, Row, USER};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "list_client_grants",
        "GET",
        "/api/users/{user_id}/grants/clients",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = request.read_for_user(|_| query.page_request())?;
            let page = operations::list_client_grants(request.monocloud, request.user_id(), page_request)?;
            Ok(wire::grants::client_grants(&page).fidelity_row("listed"))
        }),
    )
    .query(&["page", "size"])
    .subject(USER)
    .reads_only(),
    Row::new(
        "revoke_client_grant",
        "DELETE",
        "/api/users/{user_id}/grants/clients/{client_id}",
        Handler::new(|request| {
            operations::revoke_client_grant(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::no_content().fidelity_row("revoked"))
        }),
    )
    .subject(USER),
    Row::new(
        "list_consents",
        "GET",
        "/api/users/{user_id}/grants/consents",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = request.read_for_user(|_| query.page_request())?;
            let client_id = query.text("client_id");
            let page = operations::list_consents(request.monocloud, request.user_id(), client_id, page_request)?;
            Ok(wire::grants::consents(&page).fidelity_row("listed"))
        }),
    )
    .query(&["page", "size", "client_id", "sort"])
    .subject(USER)
    .reads_only(),
    Row::new(
        "revoke_consent",
        "DELETE",
        "/api/users/{user_id}/grants/consents/{consent_id}",
        Handler::new(|request| {
            operations::revoke_consent(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::no_content().fidelity_row("revoked"))
        }),
    )
    .subject(USER),
];
