//! The routes of groups and who is in them.

use http::StatusCode;

use super::handler::{Handler, Row, USER, listed};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 10] = [
    Row::new(
        "list_user_groups",
        "GET",
        "/api/users/{user_id}/groups",
        Handler::new(|request| {
            let page_request = request.read_for_user(|call| Query::of(call).page_request())?;
            let page = operations::list_user_groups(request.monocloud, request.user_id(), page_request)?;
            Ok(wire::groups::memberships(&page).fidelity_row("listed"))
        }),
    )
    .query(&["page", "size", "sort"])
    .subject(USER)
    .reads_only(),
    Row::new(
        "get_user_group",
        "GET",
        "/api/users/{user_id}/groups/{group_id}",
        Handler::new(|request| {
            let joined = operations::get_user_group(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::groups::membership(&joined).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
    Row::new(
        "assign_group",
        "POST",
        "/api/users/{user_id}/groups/{group_id}",
        Handler::new(|request| {
            let (joined, is_new) =
                operations::assign_group(request.monocloud, request.user_id(), &request.parameter(1))?;
            let answer = if is_new { "assigned" } else { "already_assigned" };
            Ok(wire::groups::assigned(request.monocloud, &joined).fidelity_row(answer))
        }),
    )
    .subject(USER),
    Row::new(
        "unassign_group",
        "DELETE",
        "/api/users/{user_id}/groups/{group_id}",
        Handler::new(|request| {
            operations::unassign_group(request.monocloud, request.user_id(), &request.parameter(1))?;
            Ok(wire::no_content().fidelity_row("unassigned"))
        }),
    )
    .subject(USER),
    Row::new(
        "list_group_users",
        "GET",
        "/api/users/groups/{group_id}/assigned",
        Handler::new(|request| {
            let query = Query::of(&request.exchange.call);
            let page_request = request.read_for_group(|_| wire::users::page_request(request.monocloud, &query))?;
            let page = operations::list_group_users(
                request.monocloud,
                &request.parameter(0),
                query.text("filter"),
                page_request,
            )?;
            Ok(wire::users::users(request.monocloud, &page).fidelity_row(listed(&query)))
        }),
    )
    .query(wire::FILTERED)
    .list()
    .reads_only(),
    Row::new(
        "list_groups",
        "GET",
        "/api/groups",
        Handler::new(|request| {
            let page = operations::list_groups(request.monocloud, Query::of(&request.exchange.call).page_request()?);
            Ok(wire::groups::groups(&page).fidelity_row("listed"))
        }),
    )
    .query(wire::FILTERED)
    .list()
    .reads_only(),
    Row::new(
        "create_group",
        "POST",
        "/api/groups",
        Handler::new(|request| {
            let group = operations::create_group(request.monocloud, wire::groups::new_group(&request.exchange.call)?)?;
            Ok(wire::groups::group(StatusCode::CREATED, &group).fidelity_row("created"))
        }),
    )
    .body(wire::groups::NEW_GROUP),
    Row::new(
        "get_group",
        "GET",
        "/api/groups/{group_id}",
        Handler::new(|request| {
            let group = operations::get_group(request.monocloud, &request.parameter(0))?;
            Ok(wire::groups::group(StatusCode::OK, &group).fidelity_row("found"))
        }),
    )
    .list()
    .reads_only(),
    Row::new(
        "patch_group",
        "PATCH",
        "/api/groups/{group_id}",
        Handler::new(|request| {
            let patch = request.read_for_group(wire::groups::patch_group)?;
            let (group, is_new) = operations::patch_group(request.monocloud, &request.parameter(0), patch)?;
            let answer = if is_new { "patched" } else { "unchanged" };
            Ok(wire::groups::group(StatusCode::OK, &group).fidelity_row(answer))
        }),
    )
    .body(wire::groups::GROUP)
    .list(),
    Row::new(
        "delete_group",
        "DELETE",
        "/api/groups/{group_id}",
        Handler::new(|request| {
            operations::delete_group(request.monocloud, &request.parameter(0))?;
            Ok(wire::no_content().fidelity_row("deleted"))
        }),
    ),
];
