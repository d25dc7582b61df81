//! The routes of passwords.

use super::{BODY_REFUSALS, EMULATED, PRINTED_MORE, Row, UNCHANGED, WRITE_REFUSALS, changed, read_for_user, refusals};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 6] = [
    Row {
        operation: Operation {
            name: "set_password",
            method: "PUT",
            path: "/api/users/{user_id}/password",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("set", 200, Documented, "monocloud-passwords", "the user; `password_updated_at` moves, sessions end if asked"),
                    Answer::new("weak_password", 422, Assumed, "monocloud-a28", "against the policy: identity-validation problem, one entry for each rule"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let wanted = read_for_user(monocloud, call, wire::passwords::set_password)?;
            let done = operations::set_password(monocloud, &call.parameter(0), wanted)?;
            Ok(changed(monocloud, &done, "set", "set"))
        },
    },
    Row {
        operation: Operation {
            name: "remove_password",
            method: "DELETE",
            path: "/api/users/{user_id}/password",
            published: &[204, 400, 401, 403, 404, 422],
            answers: &[
                &[
                    Answer::new("removed", 204, Documented, "monocloud-passwords", "no body; `has_password` is false"),
                    Answer::new("no_password", 204, Assumed, "monocloud-a25", "there was none"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::remove_password(monocloud, &call.parameter(0))?;
            Ok(wire::no_content().proving(if done.changed { "removed" } else { "no_password" }))
        },
    },
    Row {
        operation: Operation {
            name: "change_password",
            method: "PUT",
            path: "/api/users/{user_id}/password/change",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("changed", 200, Documented, "monocloud-passwords", "the user; sessions end if asked"),
                    Answer::new("wrong_password", 422, Assumed, "monocloud-a28", "`old_password` is not the password, or nobody knows it: identity-validation problem"),
                    Answer::new("weak_password", 422, Assumed, "monocloud-a28", "against the policy: identity-validation problem, one entry for each rule"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let wanted = read_for_user(monocloud, call, wire::passwords::change_password)?;
            let done = operations::change_password(monocloud, &call.parameter(0), wanted)?;
            Ok(changed(monocloud, &done, "changed", "changed"))
        },
    },
    Row {
        operation: Operation {
            name: "force_password_reset",
            method: "POST",
            path: "/api/users/{user_id}/password/force_reset",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("forced", 200, Documented, "monocloud-passwords", "the user; `force_password_reset` shows in today's generation"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_force_reset(monocloud, &call.parameter(0), true)?;
            Ok(changed(monocloud, &done, "forced", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "cancel_force_password_reset",
            method: "DELETE",
            path: "/api/users/{user_id}/password/force_reset",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("cancelled", 200, Documented, "monocloud-passwords", "the user; `force_password_reset` shows in today's generation"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_force_reset(monocloud, &call.parameter(0), false)?;
            Ok(changed(monocloud, &done, "cancelled", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "reset_password",
            method: "POST",
            path: "/api/users/{user_id}/password/reset",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("made", 200, Documented, "monocloud-passwords", "a link and when it ends; it is in the outbox if it was to be sent and there is an address"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-passwords"),
            ],
            differences: &["Nobody can follow the link."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let wanted = read_for_user(monocloud, call, wire::passwords::reset_password)?;
            let link = operations::reset_password(monocloud, &call.parameter(0), wanted)?;
            Ok(wire::passwords::reset_link(&link).proving("made"))
        },
    },
];
