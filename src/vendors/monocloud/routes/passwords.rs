//! The routes of passwords.

use super::handler::{Handler, Row, USER};
use crate::vendors::monocloud::{operations, wire};

pub(super) static ROWS: [Row; 6] = [
    Row::new(
        "set_password",
        "PUT",
        "/api/users/{user_id}/password",
        Handler::new(|request| {
            let input = request.read_for_user(wire::passwords::set_password)?;
            let done = operations::set_password(request.monocloud, request.user_id(), input)?;
            Ok(request.changed(&done, "set", "set"))
        }),
    )
    .body(wire::passwords::SET)
    .subject(USER)
    .heavy(),
    Row::new(
        "remove_password",
        "DELETE",
        "/api/users/{user_id}/password",
        Handler::new(|request| {
            let done = operations::remove_password(request.monocloud, request.user_id())?;
            Ok(wire::no_content().fidelity_row(if done.changed { "removed" } else { "no_password" }))
        }),
    )
    .subject(USER),
    Row::new(
        "change_password",
        "PUT",
        "/api/users/{user_id}/password/change",
        Handler::new(|request| {
            let input = request.read_for_user(wire::passwords::change_password)?;
            let done = operations::change_password(request.monocloud, request.user_id(), input)?;
            Ok(request.changed(&done, "changed", "changed"))
        }),
    )
    .body(wire::passwords::CHANGE)
    .subject(USER)
    .heavy(),
    Row::new(
        "force_password_reset",
        "POST",
        "/api/users/{user_id}/password/force_reset",
        Handler::new(|request| {
            let done = operations::set_force_reset(request.monocloud, request.user_id(), true)?;
            Ok(request.changed(&done, "forced", "unchanged"))
        }),
    )
    .subject(USER),
    Row::new(
        "cancel_force_password_reset",
        "DELETE",
        "/api/users/{user_id}/password/force_reset",
        Handler::new(|request| {
            let done = operations::set_force_reset(request.monocloud, request.user_id(), false)?;
            Ok(request.changed(&done, "cancelled", "unchanged"))
        }),
    )
    .subject(USER),
    Row::new(
        "reset_password",
        "POST",
        "/api/users/{user_id}/password/reset",
        Handler::new(|request| {
            let input = request.read_for_user(wire::passwords::reset_password)?;
            let link = operations::reset_password(request.monocloud, request.user_id(), input)?;
            Ok(wire::passwords::reset_link(&link).fidelity_row("made"))
        }),
    )
    .body(wire::passwords::RESET)
    .unseen()
    .subject(USER),
];
