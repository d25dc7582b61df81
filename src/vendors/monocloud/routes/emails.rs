//! The routes of e-mail addresses.

use super::{BODY_REFUSALS, EMULATED, PRINTED_MORE, Row, UNCHANGED, WRITE_REFUSALS, changed, read_for_user, refusals};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::record::Kind;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 6] = [
    Row {
        operation: Operation {
            name: "add_email",
            method: "POST",
            path: "/api/users/{user_id}/emails",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("added", 200, Documented, "monocloud-identifiers", "the user with the e-mail address; the first one is primary"),
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
            let new = read_for_user(monocloud, call, |call| wire::identifiers::add_identifier(call, Kind::Email))?;
            let done = operations::add_identifier(monocloud, &call.parameter(0), Kind::Email, new)?;
            Ok(changed(monocloud, &done, "added", "added"))
        },
    },
    Row {
        operation: Operation {
            name: "remove_email",
            method: "DELETE",
            path: "/api/users/{user_id}/emails/{identifier_id}",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("removed", 200, Documented, "monocloud-identifiers", "the user without the e-mail address; no other one becomes primary"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::remove_identifier(monocloud, &call.parameter(0), Kind::Email, &call.parameter(1))?;
            Ok(changed(monocloud, &done, "removed", "removed"))
        },
    },
    Row {
        operation: Operation {
            name: "set_primary_email",
            method: "POST",
            path: "/api/users/{user_id}/emails/{identifier_id}/primary",
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
            let done = operations::set_primary(monocloud, &call.parameter(0), Kind::Email, &call.parameter(1))?;
            Ok(changed(monocloud, &done, "set", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "verify_email",
            method: "POST",
            path: "/api/users/{user_id}/emails/{identifier_id}/verify",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("verified", 200, Documented, "monocloud-users-api", "the user; the e-mail address is now verified"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_verified(monocloud, &call.parameter(0), Kind::Email, &call.parameter(1), true)?;
            Ok(changed(monocloud, &done, "verified", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "unverify_email",
            method: "POST",
            path: "/api/users/{user_id}/emails/{identifier_id}/unverify",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("unverified", 200, Documented, "monocloud-identifiers", "the user; the e-mail address is no longer verified"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::set_verified(monocloud, &call.parameter(0), Kind::Email, &call.parameter(1), false)?;
            Ok(changed(monocloud, &done, "unverified", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "send_email_verification_link",
            method: "POST",
            path: "/api/users/{user_id}/emails/{identifier_id}/verify/link",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("sent", 200, Documented, "monocloud-identifiers", "when the link ends; the link itself is in the outbox"),
                    Answer::new("identifier_not_found", 404, Assumed, "monocloud-a30", "the user has none of that id; a malformed id is no other case"),
                ],
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            differences: &["Nobody can follow the link."],
            ..EMULATED
        },
        run: |monocloud, call| {
            let (user_id, id) = (call.parameter(0), call.parameter(1));
            operations::find_identifier(monocloud, &user_id, Kind::Email, &id)?;
            let expiry = wire::identifiers::link_expiry(call)?;
            let link = operations::send_email_verification_link(monocloud, &user_id, &id, expiry)?;
            Ok(wire::identifiers::sent_link(&link).proving("sent"))
        },
    },
];
