//! The routes of claims, data and the user name.

use super::{
    BODY_REFUSALS, EMULATED, PRINTED, PRINTED_MORE, Row, UNCHANGED, WRITE_REFUSALS, changed, read_for_user, refusals,
};
use crate::fidelity::Sureness::{Assumed, Documented};
use crate::fidelity::{Answer, Operation};
use crate::vendors::monocloud::record::Data;
use crate::vendors::monocloud::{operations, wire};

#[rustfmt::skip]
pub(super) static ROWS: [Row; 7] = [
    Row {
        operation: Operation {
            name: "patch_claims",
            method: "PATCH",
            path: "/api/users/{user_id}/claims",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("patched", 200, Documented, "monocloud-users-api", "the user with the claims that were sent; null clears one, others stay"),
                ],
                UNCHANGED,
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let patch = read_for_user(monocloud, call, wire::profile::patch_claims)?;
            let done = operations::patch_claims(monocloud, &call.parameter(0), patch)?;
            Ok(changed(monocloud, &done, "patched", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "get_private_data",
            method: "GET",
            path: "/api/users/{user_id}/private_data",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "monocloud-users-api", "the data, wrapped in `private_data`"),
                ],
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let user = operations::get_user(monocloud, &call.parameter(0))?;
            Ok(wire::profile::data(&user, Data::Private).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "patch_private_data",
            method: "PATCH",
            path: "/api/users/{user_id}/private_data",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("patched", 200, Documented, "monocloud-users-api", "all of the data after the merge; null removes a member"),
                ],
                UNCHANGED,
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let patch = read_for_user(monocloud, call, |call| wire::profile::patch_data(call, Data::Private))?;
            let done = operations::patch_data(monocloud, &call.parameter(0), Data::Private, patch)?;
            let row = if done.changed { "patched" } else { "unchanged" };
            Ok(wire::profile::data(&done.user, Data::Private).proving(row))
        },
    },
    Row {
        operation: Operation {
            name: "get_public_data",
            method: "GET",
            path: "/api/users/{user_id}/public_data",
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "monocloud-users-api", "the data, wrapped in `public_data`"),
                ],
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let user = operations::get_user(monocloud, &call.parameter(0))?;
            Ok(wire::profile::data(&user, Data::Public).proving("found"))
        },
    },
    Row {
        operation: Operation {
            name: "patch_public_data",
            method: "PATCH",
            path: "/api/users/{user_id}/public_data",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("patched", 200, Documented, "monocloud-users-api", "all of the data after the merge; null removes a member"),
                ],
                UNCHANGED,
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-users-api"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let patch = read_for_user(monocloud, call, |call| wire::profile::patch_data(call, Data::Public))?;
            let done = operations::patch_data(monocloud, &call.parameter(0), Data::Public, patch)?;
            let row = if done.changed { "patched" } else { "unchanged" };
            Ok(wire::profile::data(&done.user, Data::Public).proving(row))
        },
    },
    Row {
        operation: Operation {
            name: "set_username",
            method: "PUT",
            path: "/api/users/{user_id}/username",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("set", 200, Documented, "monocloud-identifiers", "the user with that name"),
                    Answer::new("taken", 422, Assumed, "monocloud-a22", "somebody else has it: identity-validation problem"),
                ],
                UNCHANGED,
                BODY_REFUSALS,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let name = read_for_user(monocloud, call, wire::identifiers::set_username)?;
            let done = operations::set_username(monocloud, &call.parameter(0), name)?;
            Ok(changed(monocloud, &done, "set", "unchanged"))
        },
    },
    Row {
        operation: Operation {
            name: "remove_username",
            method: "DELETE",
            path: "/api/users/{user_id}/username",
            published: PRINTED_MORE,
            answers: &[
                &[
                    Answer::new("removed", 200, Documented, "monocloud-identifiers", "the user, `username` null"),
                ],
                UNCHANGED,
                WRITE_REFUSALS,
                &refusals(Documented, "monocloud-identifiers"),
            ],
            ..EMULATED
        },
        run: |monocloud, call| {
            let done = operations::remove_username(monocloud, &call.parameter(0))?;
            Ok(changed(monocloud, &done, "removed", "unchanged"))
        },
    },
];
