//! The routes of sessions, blocked addresses, passkeys and linked accounts.

use super::handler::{Handler, Row, USER, listed};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 7] = [
    Row::new(
        "list_sessions",
        "GET",
        "/api/users/{user_id}/sessions",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = request.read_for_user(|_| query.page_request())?;
            let page =
                operations::list_sessions(request.monocloud, request.user_id(), query.text("client_id"), page_request)?;
            Ok(wire::access::sessions(request.monocloud, &page).fidelity_row(if page.total > 0 {
                "listed"
            } else {
                "none"
            }))
        }),
    )
    .query(&["page", "size", "client_id", "sort"])
    .subject(USER)
    .reads_only(),
    Row::new(
        "get_session",
        "GET",
        "/api/users/{user_id}/sessions/{session_id}",
        Handler::new(|request| {
            let session = operations::get_session(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::access::session(request.monocloud, &session).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
    Row::new(
        "revoke_session",
        "DELETE",
        "/api/users/{user_id}/sessions/{session_id}",
        Handler::new(|request| {
            let done = operations::revoke_session(request.monocloud, request.user_id(), &request.parameter(1))?;
            request.end(&done.ended);
            Ok(wire::no_content().fidelity_row("revoked"))
        }),
    )
    .subject(USER),
    Row::new(
        "list_blocked_ips",
        "GET",
        "/api/users/{user_id}/blocked_ips",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = request.read_for_user(|_| query.page_request())?;
            let page =
                operations::list_blocked_ips(request.monocloud, request.user_id(), query.text("filter"), page_request)?;
            Ok(wire::access::addresses(request.monocloud, &page).fidelity_row(listed(&query)))
        }),
    )
    .query(wire::FILTERED)
    .subject(USER)
    .reads_only(),
    Row::new(
        "unblock_ip",
        "POST",
        "/api/users/{user_id}/blocked_ips/unblock",
        Handler::new(|request| {
            let ip = request.read_for_user(wire::access::unblock_ip)?;
            let done = operations::unblock_ip(request.monocloud, request.user_id(), &ip)?;
            Ok(request.changed(&done, "unblocked", "unchanged"))
        }),
    )
    .body(wire::access::UNBLOCK_IP)
    .subject(USER),
    Row::new(
        "remove_passkey",
        "DELETE",
        "/api/users/{user_id}/passkeys/{passkey_id}",
        Handler::new(|request| {
            operations::remove_passkey(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::no_content().fidelity_row("removed"))
        }),
    )
    .subject(USER),
    Row::new(
        "disconnect_external_authenticator",
        "POST",
        "/api/users/{user_id}/external_authenticator/disconnect",
        Handler::new(|request| {
            let (service, id) = request.read_for_user(wire::access::disconnect)?;
            let done =
                operations::disconnect_external_authenticator(request.monocloud, request.user_id(), service, &id)?;
            Ok(request.changed(&done, "disconnected", "disconnected"))
        }),
    )
    .body(wire::access::DISCONNECT)
    .subject(USER),
];
