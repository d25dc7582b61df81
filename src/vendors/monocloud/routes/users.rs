//! The routes of whole users.

use http::StatusCode;

use super::handler::{Handler, Row, USER, listed};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 7] = [
    Row::new(
        "list_users",
        "GET",
        "/api/users",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = wire::users::page_request(request.monocloud, &query)?;
            let page = operations::list_users(request.monocloud, query.text("filter"), page_request);
            Ok(wire::users::users(request.monocloud, &page).fidelity_row(listed(&query)))
        }),
    )
    .query(wire::FILTERED)
    .list()
    .reads_only(),
    Row::new(
        "create_user",
        "POST",
        "/api/users",
        Handler::new(|request| {
            let user = operations::create_user(request.monocloud, wire::users::new_user(&request.exchange.call)?)?;
            Ok(wire::users::user(request.monocloud, StatusCode::CREATED, &user).fidelity_row("created"))
        }),
    )
    .body(wire::users::NEW_USER)
    .heavy(),
    Row::new(
        "get_user",
        "GET",
        "/api/users/{user_id}",
        Handler::new(|request| {
            let user = operations::get_user(request.monocloud, request.user_id())?;
            Ok(wire::users::user_with_access(request.monocloud, &user).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
    Row::new(
        "delete_user",
        "DELETE",
        "/api/users/{user_id}",
        Handler::new(|request| {
            let ended = operations::delete_user(request.monocloud, request.user_id())?;
            request.end(&ended);
            Ok(wire::no_content().fidelity_row("deleted"))
        }),
    )
    .subject(USER),
    Row::new(
        "disable_user",
        "POST",
        "/api/users/{user_id}/disable",
        Handler::new(|request| {
            let revoke_sessions = request.read_for_user(wire::users::revoke_sessions)?;
            let done = operations::disable_user(request.monocloud, request.user_id(), revoke_sessions)?;
            Ok(request.changed(&done, "disabled", "already_disabled"))
        }),
    )
    .body(wire::users::DISABLE)
    .subject(USER),
    Row::new(
        "enable_user",
        "POST",
        "/api/users/{user_id}/enable",
        Handler::new(|request| {
            let done = operations::enable_user(request.monocloud, request.user_id())?;
            Ok(request.changed(&done, "enabled", "not_disabled"))
        }),
    )
    .ignores_body()
    .subject(USER),
    Row::new(
        "unblock_user",
        "POST",
        "/api/users/{user_id}/unblock",
        Handler::new(|request| {
            let done = operations::unblock_user(request.monocloud, request.user_id())?;
            Ok(request.changed(&done, "unblocked", "not_blocked"))
        }),
    )
    .ignores_body()
    .subject(USER),
];
