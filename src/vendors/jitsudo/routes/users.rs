//! The routes of users, and of the caller's own profile.

use http::StatusCode;

use super::handler::{Handler, Row, USER};
use crate::protocol::Reply;
use crate::vendors::jitsudo::operations::users;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 9] = [
    Row::new(
        "suspend_user",
        "POST",
        "/v1/users/{id}/suspend",
        Handler::users(|request| {
            let user_id = wire::user_id(request.exchange)?;
            let active = wire::users::active(request.call)?;
            let done = users::suspend_user(request.jitsudo, request.caller, user_id, active)?;
            let answer = match (done.changed, active) {
                (false, _) => "unchanged",
                (true, false) => "suspended",
                (true, true) => "reactivated",
            };
            Ok(wire::users::user(StatusCode::OK, &done.user, &request.jitsudo.behaviour).fidelity_row(answer))
        }),
    )
    .body(wire::users::SUSPEND)
    .subject(USER),
    Row::new(
        "update_user",
        "PUT",
        "/v1/users/{id}",
        Handler::users(|request| {
            let user_id = wire::user_id(request.exchange)?;
            let edit = wire::users::user_edit(request.call, &request.jitsudo.behaviour)?;
            let done = users::update_user(request.jitsudo, request.caller, user_id, edit)?;
            let answer = updated(done.changed);
            Ok(wire::users::user(StatusCode::OK, &done.user, &request.jitsudo.behaviour).fidelity_row(answer))
        }),
    )
    .body(wire::users::EDIT)
    .subject(USER),
    Row::new(
        "delete_user",
        "DELETE",
        "/v1/users/{id}",
        Handler::users(|request| {
            users::delete_user(request.jitsudo, request.caller, wire::user_id(request.exchange)?)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT).fidelity_row("deleted"))
        }),
    )
    .subject(USER),
    Row::new(
        "resend_invite",
        "POST",
        "/v1/users/{id}/resend-invite",
        Handler::tenant(|request| {
            users::resend_invite(request.jitsudo, request.caller.tenant(), wire::user_id(request.exchange)?)?;
            Ok(wire::message(StatusCode::OK, "The invitation was sent again.").fidelity_row("resent"))
        }),
    )
    .subject(USER),
    Row::new(
        "get_user_profile",
        "GET",
        "/v1/users/me/profile",
        Handler::own(|request| {
            Ok(wire::users::profile(request.caller.user()?, &request.jitsudo.behaviour).fidelity_row("found"))
        }),
    )
    .reads_only(),
    Row::new(
        "update_user_profile",
        "PUT",
        "/v1/users/me/profile",
        Handler::own(|request| {
            let edit = wire::users::profile_edit(request.call)?;
            let done = users::update_user_profile(request.jitsudo, request.caller.user()?, edit)?;
            let answer = updated(done.changed);
            Ok(wire::users::profile(&done.user, &request.jitsudo.behaviour).fidelity_row(answer))
        }),
    )
    .body(wire::users::PROFILE),
    Row::new(
        "list_users",
        "GET",
        "/v1/users",
        Handler::users(|request| {
            let behaviour = &request.jitsudo.behaviour;
            let filter = wire::users::user_filter(request.call)?;
            let list_query = wire::list_query(request.call, behaviour)?;
            let page = users::list_users(request.jitsudo, request.caller, &filter, &list_query)?;
            Ok(wire::page(&page, |user| wire::users::user_body(user, behaviour)).fidelity_row("listed"))
        }),
    )
    .query(&["limit", "cursor", "active", "email"])
    .list()
    .reads_only(),
    Row::new(
        "create_user",
        "POST",
        "/v1/users",
        Handler::users(|request| {
            let invitation = wire::users::invitation(request.call, &request.jitsudo.behaviour)?;
            let user = users::create_user(request.jitsudo, request.caller, invitation)?;
            Ok(wire::users::user(StatusCode::CREATED, &user, &request.jitsudo.behaviour).fidelity_row("created"))
        }),
    )
    .body(wire::users::INVITATION),
    Row::new(
        "get_user",
        "GET",
        "/v1/users/{id}",
        Handler::users(|request| {
            let user = users::get_user(request.jitsudo, request.caller, wire::user_id(request.exchange)?)?;
            Ok(wire::users::user(StatusCode::OK, &user, &request.jitsudo.behaviour).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
];

/// The fidelity row that an update is.
fn updated(changed: bool) -> &'static str {
    if changed { "updated" } else { "unchanged" }
}
