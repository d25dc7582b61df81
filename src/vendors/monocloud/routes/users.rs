//! The routes of whole users.

use http::StatusCode;

use super::{
    BODY_REFUSALS, EMULATED, FILTERED, LIST_REFUSALS, PRINTED, Row, WRITE_REFUSALS, changed, key_refusals, listed,
    read_for_user, refusals,
};
use crate::fidelity::Sureness::{Assumed, Documented, Stated};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::wire::Query;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 7] = [
    Row {
        operation: Operation {
            name: "list_users",
            method: "GET",
            path: "/api/users",
            published: &[200, 400, 401, 403],
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "monocloud-list", "a page of summaries, without data and claims of linked accounts, and `X-Pagination`"),
                    FILTERED,
                ],
                LIST_REFUSALS,
                &key_refusals(Documented, "monocloud-list"),
            ],
            differences: &["`filter` is a whole id, or a part of an identifier or a claim, whatever its case; which members the real service searches is not published, nor the syntax of today's expressions."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let query = Query::of(call);
            let request = wire::users::page_request(monocloud, &query)?;
            let page = operations::list_users(monocloud, query.text("filter"), request);
            Ok(wire::users::users(monocloud, &page).proving(listed(&query)))
        },
    },
    Row {
        operation: Operation {
            name: "create_user",
            method: "POST",
            path: "/api/users",
            published: &[201, 400, 401, 403, 422],
            answers: &[
                &[
                    Answer::new("created", 201, Documented, "monocloud-create", "the user, with an id of 21 letters and digits"),
                    Answer::new("no_way_in", 422, Assumed, "monocloud-a26", "neither password nor verified address or number: key-validation problem, keyed `$`"),
                    Answer::new("taken", 422, Assumed, "monocloud-a22", "somebody has the e-mail address, number or name: identity-validation problem"),
                    Answer::new("weak_password", 422, Assumed, "monocloud-a28", "the password is against the policy: identity-validation problem, one entry for each rule"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &key_refusals(Documented, "monocloud-create"),
            ],
            differences: &["Restrictions of identifiers are not emulated: `skip_identifier_restriction_checks` is read and changes nothing."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let user = operations::create_user(monocloud, wire::users::new_user(call)?)?;
            Ok(wire::users::user(monocloud, StatusCode::CREATED, &user).proving("created"))
        },
    },
    Row {
        operation: Operation {
            name: "get_user",
            method: "GET",
            path: "/api/users/{user_id}",
            published: PRINTED,
            answers: &[
                &[Answer::new("found", 200, Documented, "monocloud-users", "the user with `blocked` and the sign-in figures")],
                &refusals(Documented, "monocloud-users"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let user = operations::get_user(monocloud, &call.parameter(0))?;
            Ok(wire::users::user_with_access(monocloud, &user).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "delete_user",
            method: "DELETE",
            path: "/api/users/{user_id}",
            published: &[204, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("deleted", 204, Documented, "monocloud-users-api", "no body; the user, its sessions and memberships are gone"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            operations::delete_user(monocloud, &call.parameter(0))?;
            Ok(wire::no_content().proving("deleted"))
        },
    },
    Row {
        operation: Operation {
            name: "disable_user",
            method: "POST",
            path: "/api/users/{user_id}/disable",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("disabled", 200, Stated, "monocloud-disable", "the user, now `disabled: true`; with `revoke_sessions` all sessions end"),
                    Answer::new("already_disabled", 200, Assumed, "monocloud-a1", "the user as it was; `last_updated` stays; sessions end if asked"),
                    Answer::new("media_type", 415, Assumed, "monocloud-a12", "a body whose content type is not JSON"),
                    Answer::new("unparsable", 422, Assumed, "monocloud-a11", "a body that is not a JSON object: key-validation problem, keyed `$`"),
                    Answer::new("not_a_boolean", 422, Assumed, "monocloud-a11", "`revoke_sessions` is no boolean: key-validation problem, keyed by it"),
                ],
                &refusals(Stated, "monocloud-disable"),
                WRITE_REFUSALS,
            ],
            differences: &["Tokens that were issued to the user are not touched yet: no sign-in is emulated."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let revoke_sessions = read_for_user(monocloud, call, wire::users::revoke_sessions)?;
            let done = operations::disable_user(monocloud, &call.parameter(0), revoke_sessions)?;
            Ok(changed(monocloud, &done, "disabled", "already_disabled"))
        },
    },
    Row {
        operation: Operation {
            name: "enable_user",
            method: "POST",
            path: "/api/users/{user_id}/enable",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("enabled", 200, Stated, "monocloud-enable", "the user, now `disabled: false`; a body is ignored; the block stays"),
                    Answer::new("not_disabled", 200, Assumed, "monocloud-a1", "the user as it was; `last_updated` stays"),
                ],
                &refusals(Stated, "monocloud-enable"),
                WRITE_REFUSALS,
            ],
            differences: &["The page's sample prints `disabled: true`, as all three pages do: the answer is what the call did."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::enable_user(monocloud, &call.parameter(0))?;
            Ok(changed(monocloud, &done, "enabled", "not_disabled"))
        },
    },
    Row {
        operation: Operation {
            name: "unblock_user",
            method: "POST",
            path: "/api/users/{user_id}/unblock",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("unblocked", 200, Stated, "monocloud-unblock", "the user, without the block; `disabled` and `last_updated` stay"),
                    Answer::new("not_blocked", 200, Assumed, "monocloud-a2", "the user as it was"),
                ],
                &refusals(Stated, "monocloud-unblock"),
                WRITE_REFUSALS,
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::unblock_user(monocloud, &call.parameter(0))?;
            Ok(changed(monocloud, &done, "unblocked", "not_blocked"))
        },
    },
];
