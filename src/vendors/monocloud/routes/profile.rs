//! The routes of claims, data and the user name.

use super::handler::{Handler, Row, USER};
use crate::vendors::monocloud::record::Data;
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 7] = [
    Row::new(
        "patch_claims",
        "PATCH",
        "/api/users/{user_id}/claims",
        Handler::new(|request| {
            let patch = request.read_for_user(wire::profile::patch_claims)?;
            let done = operations::patch_claims(request.monocloud, request.user_id(), patch)?;
            Ok(request.changed(&done, "patched", "unchanged"))
        }),
    )
    .body(wire::profile::CLAIMS)
    .subject(USER),
    Row::new(
        "get_private_data",
        "GET",
        "/api/users/{user_id}/private_data",
        Handler::new(|request| {
            let user = operations::get_user(request.monocloud, request.user_id())?;
            Ok(wire::profile::data(&user, Data::Private).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
    Row::new(
        "patch_private_data",
        "PATCH",
        "/api/users/{user_id}/private_data",
        Handler::new(|request| {
            let patch = request.read_for_user(|call| wire::profile::patch_data(call, Data::Private))?;
            let done = operations::patch_data(request.monocloud, request.user_id(), Data::Private, patch)?;
            let answer = if done.changed { "patched" } else { "unchanged" };
            Ok(wire::profile::data(&done.user, Data::Private).fidelity_row(answer))
        }),
    )
    .body(wire::profile::PRIVATE_DATA)
    .subject(USER),
    Row::new(
        "get_public_data",
        "GET",
        "/api/users/{user_id}/public_data",
        Handler::new(|request| {
            let user = operations::get_user(request.monocloud, request.user_id())?;
            Ok(wire::profile::data(&user, Data::Public).fidelity_row("found"))
        }),
    )
    .subject(USER)
    .reads_only(),
    Row::new(
        "patch_public_data",
        "PATCH",
        "/api/users/{user_id}/public_data",
        Handler::new(|request| {
            let patch = request.read_for_user(|call| wire::profile::patch_data(call, Data::Public))?;
            let done = operations::patch_data(request.monocloud, request.user_id(), Data::Public, patch)?;
            let answer = if done.changed { "patched" } else { "unchanged" };
            Ok(wire::profile::data(&done.user, Data::Public).fidelity_row(answer))
        }),
    )
    .body(wire::profile::PUBLIC_DATA)
    .subject(USER),
    Row::new(
        "set_username",
        "PUT",
        "/api/users/{user_id}/username",
        Handler::new(|request| {
            let name = request.read_for_user(wire::identifiers::set_username)?;
            let done = operations::set_username(request.monocloud, request.user_id(), name)?;
            Ok(request.changed(&done, "set", "unchanged"))
        }),
    )
    .body(wire::identifiers::USERNAME)
    .subject(USER),
    Row::new(
        "remove_username",
        "DELETE",
        "/api/users/{user_id}/username",
        Handler::new(|request| {
            let done = operations::remove_username(request.monocloud, request.user_id())?;
            Ok(request.changed(&done, "removed", "unchanged"))
        }),
    )
    .subject(USER),
];
