//! The routes of groups and who is in them.

use http::StatusCode;

use super::{
    BODY_REFUSALS, EMULATED, FILTERED, LIST_REFUSALS, PRINTED, PRINTED_MORE, Row, WRITE_REFUSALS, key_refusals, listed,
    read_for_group, read_for_user, refusals,
};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 10] = [
    Row {
        operation: Operation {
            name: "list_user_groups",
            method: "GET",
            path: "/api/users/{user_id}/groups",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-users-api", "a page of the groups that the user is in, and `X-Pagination`"),
                ],
                LIST_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let request = read_for_user(monocloud, call, |call| Query::of(call).page_request())?;
            let page = operations::list_user_groups(monocloud, &call.parameter(0), request)?;
            Ok(wire::groups::memberships(&page).proving("listed"))
        },
    },
    Row {
        operation: Operation {
            name: "get_user_group",
            method: "GET",
            path: "/api/users/{user_id}/groups/{group_id}",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "monocloud-users-api", "that the user is in the group"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                    Answer::new("not_a_member", 404, Assumed, "monocloud-a30", "the user is not in the group"),
                ],
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let joined = operations::get_user_group(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::groups::membership(&joined).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "assign_group",
            method: "POST",
            path: "/api/users/{user_id}/groups/{group_id}",
            published: &[201, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("assigned", 201, Documented, "monocloud-users-api", "no body; in today's generation the membership"),
                    Answer::new("already_assigned", 201, Assumed, "monocloud-a25", "the user was in the group; `creation_time` stays"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let (joined, is_new) = operations::assign_group(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::groups::assigned(monocloud, &joined).proving(if is_new { "assigned" } else { "already_assigned" }))
        },
    },
    Row {
        operation: Operation {
            name: "unassign_group",
            method: "DELETE",
            path: "/api/users/{user_id}/groups/{group_id}",
            published: &[204, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("unassigned", 204, Documented, "monocloud-users-api", "no body"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                    Answer::new("not_a_member", 404, Assumed, "monocloud-a30", "the user is not in the group"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            operations::unassign_group(monocloud, &call.parameter(0), &call.parameter(1))?;
            Ok(wire::no_content().proving("unassigned"))
        },
    },
    Row {
        operation: Operation {
            name: "list_group_users",
            method: "GET",
            path: "/api/users/groups/{group_id}/assigned",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-users-api", "a page of the users in the group, as listing users shows them"),
                    FILTERED,
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                ],
                LIST_REFUSALS,
                &key_refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let query = Query::of(call);
            let request = read_for_group(monocloud, call, |_| wire::users::page_request(monocloud, &query))?;
            let page = operations::list_group_users(monocloud, &call.parameter(0), query.text("filter"), request)?;
            Ok(wire::users::users(monocloud, &page).proving(listed(&query)))
        },
    },
    Row {
        operation: Operation {
            name: "list_groups",
            method: "GET",
            path: "/api/groups",
            published: &[200, 401, 403],
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-groups", "a page of the groups, and `X-Pagination`"),
                ],
                LIST_REFUSALS,
                &key_refusals(Documented, "monocloud-groups"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let page = operations::list_groups(monocloud, Query::of(call).page_request()?);
            Ok(wire::groups::groups(&page).proving("listed"))
        },
    },
    Row {
        operation: Operation {
            name: "create_group",
            method: "POST",
            path: "/api/groups",
            published: &[201, 400, 401, 403, 422],
            answers: &[
                &[
                    Answer::new("created", 201, Documented, "monocloud-groups", "the group, `type` custom"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &key_refusals(Documented, "monocloud-groups"),
            ],
            differences: &["No subscription limits how many groups there are, and two may have one name."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let group = operations::create_group(monocloud, wire::groups::new_group(call)?)?;
            Ok(wire::groups::group(StatusCode::CREATED, &group).proving("created"))
        },
    },
    Row {
        operation: Operation {
            name: "get_group",
            method: "GET",
            path: "/api/groups/{group_id}",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "monocloud-groups", "the group; `clients_assigned` is 0"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                ],
                &key_refusals(Documented, "monocloud-groups"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let group = operations::get_group(monocloud, &call.parameter(0))?;
            Ok(wire::groups::group(StatusCode::OK, &group).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "patch_group",
            method: "PATCH",
            path: "/api/groups/{group_id}",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("patched", 200, Documented, "monocloud-groups", "the group with the members that were sent"),
                    Answer::new("unchanged", 200, Assumed, "monocloud-a25", "the group as it was"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &key_refusals(Documented, "monocloud-groups"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let patch = read_for_group(monocloud, call, wire::groups::patch_group)?;
            let (group, is_new) = operations::patch_group(monocloud, &call.parameter(0), patch)?;
            let row = if is_new { "patched" } else { "unchanged" };
            Ok(wire::groups::group(StatusCode::OK, &group).proving(row))
        },
    },
    Row {
        operation: Operation {
            name: "delete_group",
            method: "DELETE",
            path: "/api/groups/{group_id}",
            published: &[204, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("deleted", 204, Documented, "monocloud-groups", "no body; its users stay"),
                    Answer::new("group_not_found", 404, Documented, "monocloud-groups", "no such group; a malformed id is no other case"),
                ],
                WRITE_REFUSALS,
                &key_refusals(Documented, "monocloud-groups"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            operations::delete_group(monocloud, &call.parameter(0))?;
            Ok(wire::no_content().proving("deleted"))
        },
    },
];
