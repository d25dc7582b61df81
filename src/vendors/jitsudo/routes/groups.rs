//! The routes of groups.

use http::StatusCode;

use super::handler::{Handler, Row};
use crate::protocol::Reply;
use crate::vendors::jitsudo::operations::groups;
use crate::vendors::jitsudo::wire;

pub(super) static ROWS: [Row; 4] = [
    Row::new(
        "create_group",
        "POST",
        "/v1/groups",
        Handler::users(|request| {
            let group = groups::create_group(request.jitsudo, request.caller, wire::groups::new_group(request.call)?)?;
            Ok(wire::groups::group(&group, &request.jitsudo.behaviour).fidelity_row("created"))
        }),
    )
    .body(wire::groups::NEW_GROUP),
    Row::new(
        "delete_group",
        "DELETE",
        "/v1/groups/{id}",
        Handler::users(|request| {
            groups::delete_group(request.jitsudo, request.caller, &wire::id(request.exchange)?)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT).fidelity_row("deleted"))
        }),
    ),
    Row::new(
        "add_group_member",
        "POST",
        "/v1/groups/{id}/members",
        Handler::users(|request| {
            let id = wire::id(request.exchange)?;
            let user_id = wire::groups::user_id(request.call)?;
            let (user, member) = groups::add_group_member(request.jitsudo, request.caller, &id, &user_id)?;
            Ok(wire::groups::member(&user, &member, &request.jitsudo.behaviour).fidelity_row("added"))
        }),
    )
    .body(wire::groups::MEMBER),
    Row::new(
        "add_group_role_mapping",
        "POST",
        "/v1/groups/{id}/roles",
        Handler::users(|request| {
            let id = wire::id(request.exchange)?;
            let role = wire::groups::role(request.call, &request.jitsudo.behaviour)?;
            let mapping = groups::add_group_role_mapping(request.jitsudo, request.caller, &id, &role)?;
            Ok(wire::groups::mapping(&mapping, &request.jitsudo.behaviour).fidelity_row("mapped"))
        }),
    )
    .body(wire::groups::ROLE),
];
