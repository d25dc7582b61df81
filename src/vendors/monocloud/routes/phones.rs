//! The routes of phone numbers.

use super::{BODY_REFUSALS, EMULATED, PRINTED_MORE, Row, UNCHANGED, WRITE_REFUSALS, changed, read_for_user, refusals};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::record::Kind;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 5] = [
    Row {
        operation: Operation {
            name: "add_phone",
            method: "POST",
            path: "/api/users/{user_id}/phones",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("added", 200, Documented, "monocloud-identifiers", "the user with the phone number; the first one is primary"),
                    Answer::new("taken", 422, Assumed, "monocloud-a22", "somebody has it, perhaps the user: identity-validation problem"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            differences: &["Restrictions of identifiers are not emulated: `skip_restriction_checks` is read and changes nothing."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let new = read_for_user(monocloud, call, |call| wire::identifiers::add_identifier(call, Kind::Phone))?;
            let done = operations::add_identifier(monocloud, &call.parameter(0), Kind::Phone, new)?;
            Ok(changed(monocloud, &done, "added", "added"))
        },
    },
    Row {
        operation: Operation {
            name: "remove_phone",
            method: "DELETE",
            path: "/api/users/{user_id}/phones/{identifier_id}",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("removed", 200, Documented, "monocloud-identifiers", "the user without the phone number; no other one becomes primary"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::remove_identifier(monocloud, &call.parameter(0), Kind::Phone, &call.parameter(1))?;
            Ok(changed(monocloud, &done, "removed", "removed"))
        },
    },
    Row {
        operation: Operation {
            name: "set_primary_phone",
            method: "POST",
            path: "/api/users/{user_id}/phones/{identifier_id}/primary",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("set", 200, Documented, "monocloud-users-api", "the user; the others are no longer primary"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_primary(monocloud, &call.parameter(0), Kind::Phone, &call.parameter(1))?;
            Ok(changed(monocloud, &done, "set", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "verify_phone",
            method: "POST",
            path: "/api/users/{user_id}/phones/{identifier_id}/verify",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("verified", 200, Documented, "monocloud-users-api", "the user; the phone number is now verified"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_verified(monocloud, &call.parameter(0), Kind::Phone, &call.parameter(1), true)?;
            Ok(changed(monocloud, &done, "verified", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "unverify_phone",
            method: "POST",
            path: "/api/users/{user_id}/phones/{identifier_id}/unverify",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("unverified", 200, Documented, "monocloud-identifiers", "the user; the phone number is no longer verified"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_verified(monocloud, &call.parameter(0), Kind::Phone, &call.parameter(1), false)?;
            Ok(changed(monocloud, &done, "unverified", "unchanged"))
        },
    },
];
