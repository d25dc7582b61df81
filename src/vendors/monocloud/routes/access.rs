//! The routes of sessions, blocked addresses, passkeys and linked accounts.

use super::{
    BODY_REFUSALS, EMULATED, FILTERED, LIST_REFUSALS, PRINTED, PRINTED_MORE, Row, UNCHANGED, WRITE_REFUSALS, changed,
    listed, read_for_user, refusals,
};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 7] = [
    Row {
        operation: Operation {
            name: "list_sessions",
            method: "GET",
            path: "/api/users/{user_id}/sessions",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-users-api", "a page of the sessions that have not run out, and `X-Pagination`"),
                    Answer::new("none", 200, Assumed, "monocloud-a23", "an empty list, as after a revocation"),
                ],
                LIST_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let query = Query::of(call);
            let request = read_for_user(monocloud, call, |_| query.page_request())?;
            let page = operations::list_sessions(monocloud, &call.parameter(0), query.text("client_id"), request)?;
            Ok(wire::access::sessions(monocloud, &page).proving(if page.total > 0 { "listed" } else { "none" }))
        },
    },
    Row {
        operation: Operation {
            name: "get_session",
            method: "GET",
            path: "/api/users/{user_id}/sessions/{session_id}",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "monocloud-sessions", "the session"),
                    Answer::new("session_not_found", 404, Assumed, "monocloud-a30", "the user has no such session"),
                ],
                &refusals(Documented, "monocloud-sessions"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let session = operations::get_session(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::access::session(monocloud, &session).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "revoke_session",
            method: "DELETE",
            path: "/api/users/{user_id}/sessions/{session_id}",
            published: &[204, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("revoked", 204, Documented, "monocloud-users-api", "no body; the other sessions stay"),
                    Answer::new("session_not_found", 404, Assumed, "monocloud-a30", "the user has no such session"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            operations::revoke_session(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::no_content().proving("revoked"))
        },
    },
    Row {
        operation: Operation {
            name: "list_blocked_ips",
            method: "GET",
            path: "/api/users/{user_id}/blocked_ips",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-users-api", "a page of addresses, and `X-Pagination`"),
                    FILTERED,
                ],
                LIST_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            differences: &["Only addresses that are blocked now are listed; whether the real service lists others is not published."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let query = Query::of(call);
            let request = read_for_user(monocloud, call, |_| query.page_request())?;
            let page = operations::list_blocked_ips(monocloud, &call.parameter(0), query.text("filter"), request)?;
            Ok(wire::access::addresses(monocloud, &page).proving(listed(&query)))
        },
    },
    Row {
        operation: Operation {
            name: "unblock_ip",
            method: "POST",
            path: "/api/users/{user_id}/blocked_ips/unblock",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("unblocked", 200, Documented, "monocloud-users-api", "the user; `all` lets every address in again; a block of the account stays"),
                ],
                UNCHANGED,
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let ip = read_for_user(monocloud, call, wire::access::unblock_ip)?;
            let done = operations::unblock_ip(monocloud, &call.parameter(0), &ip)?;
            Ok(changed(monocloud, &done, "unblocked", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "remove_passkey",
            method: "DELETE",
            path: "/api/users/{user_id}/passkeys/{passkey_id}",
            published: &[204, 400, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("removed", 204, Documented, "monocloud-users-api", "no body"),
                    Answer::new("passkey_not_found", 404, Assumed, "monocloud-a30", "the user has no such passkey"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            operations::remove_passkey(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::no_content().proving("removed"))
        },
    },
    Row {
        operation: Operation {
            name: "disconnect_external_authenticator",
            method: "POST",
            path: "/api/users/{user_id}/external_authenticator/disconnect",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("disconnected", 200, Documented, "monocloud-users-api", "the user without the linked account"),
                    Answer::new("provider_not_found", 404, Assumed, "monocloud-a30", "the user is not linked to that account"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let (service, id) = read_for_user(monocloud, call, wire::access::disconnect)?;
            let done = operations::disconnect_external_authenticator(monocloud, &call.parameter(0), service, &id)?;
            Ok(changed(monocloud, &done, "disconnected", "disconnected"))
        },
    },
];
