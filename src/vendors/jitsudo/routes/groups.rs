//! The routes of groups.

use http::StatusCode;

use super::super::operations::groups as run;
use super::super::wire::{self, groups as bodies};
use super::{ID, NOT_ADMIN, Row, Run, body, tenant, token};
use crate::fidelity::Sureness::{Assumed, Documented, Inferred};
use crate::fidelity::{Answer, Operation};
use crate::protocol::Reply;

/// No such group, where the page does not say so.
#[rustfmt::skip]
const NOT_FOUND: [Answer; 1] = [Answer::new("group_not_found", 404, Assumed, "jitsudo-groups", "no such group in the caller's tenant")];

#[rustfmt::skip]
pub(super) static ROWS: [Row; 4] = [
    Row {
        operation: Operation {
            name: "create_group",
            method: "POST",
            path: "/v1/groups",
            rpc: None,
            emulated: true,
            published: &[201, 400, 401],
            answers: &[
                &[
                    Answer::new("created", 201, Documented, "jitsudo-groups", "the whole group, `source` `local`, without members and roles"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-groups", "`name` is missing or empty, `description` is neither text nor null"),
                    Answer::new("group_taken", 409, Assumed, "jitsudo-groups", "another group of the tenant has the name, in any case"),
                ],
                &body(Inferred, "jitsudo-groups"),
                &token(Documented, "jitsudo-groups"),
                &tenant(Documented, "jitsudo-overview"),
                &NOT_ADMIN,
            ],
            differences: &["No operation that reads a group is published; its changes show in the audit log, its name in new tokens."],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let group = run::create_group(jitsudo, caller, bodies::new_group(call)?)?;
            Ok(bodies::group(&group, &jitsudo.behaviour).proving("created"))
        }),
    },
    Row {
        operation: Operation {
            name: "delete_group",
            method: "DELETE",
            path: "/v1/groups/{id}",
            rpc: None,
            emulated: true,
            published: &[204, 401, 403, 404],
            answers: &[
                &[
                    Answer::new("deleted", 204, Documented, "jitsudo-groups", "no body; the members stay"),
                    Answer::new("not_admin", 403, Documented, "jitsudo-groups", "the caller does not hold `admin`; with the tenant's notices"),
                    Answer::new("group_not_found", 404, Documented, "jitsudo-groups", "no such group in the caller's tenant"),
                ],
                &token(Documented, "jitsudo-groups"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
            ],
            differences: &[],
        },
        run: Run::Users(|jitsudo, call, caller| {
            run::delete_group(jitsudo, caller, &wire::id(call)?)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT).proving("deleted"))
        }),
    },
    Row {
        operation: Operation {
            name: "add_group_member",
            method: "POST",
            path: "/v1/groups/{id}/members",
            rpc: None,
            emulated: true,
            published: &[200, 400, 401],
            answers: &[
                &[
                    Answer::new("added", 200, Documented, "jitsudo-groups", "the user as a member; that it is 200 and not 201 is concluded"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-groups", "`user_id` is missing or no UUID"),
                    Answer::new("user_not_found", 404, Assumed, "jitsudo-groups", "no such user in the caller's tenant"),
                    Answer::new("already_member", 409, Assumed, "jitsudo-groups", "the user is in the group: `conflict`"),
                ],
                &body(Inferred, "jitsudo-groups"),
                &token(Documented, "jitsudo-groups"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
                &NOT_ADMIN,
                &NOT_FOUND,
            ],
            differences: &[],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let id = wire::id(call)?;
            let (user, member) = run::add_group_member(jitsudo, caller, &id, &bodies::user_id(call)?)?;
            Ok(bodies::member(&user, &member, &jitsudo.behaviour).proving("added"))
        }),
    },
    Row {
        operation: Operation {
            name: "add_group_role_mapping",
            method: "POST",
            path: "/v1/groups/{id}/roles",
            rpc: None,
            emulated: true,
            published: &[200, 400, 401],
            answers: &[
                &[
                    Answer::new("mapped", 200, Documented, "jitsudo-groups", "`role` and `created_at`; that it is 200 and not 201 is concluded"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-groups", "`role` is missing or no role (`unknown-role`)"),
                    Answer::new("already_mapped", 409, Assumed, "jitsudo-groups", "the group has the role: `conflict`"),
                ],
                &body(Inferred, "jitsudo-groups"),
                &token(Documented, "jitsudo-groups"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
                &NOT_ADMIN,
                &NOT_FOUND,
            ],
            differences: &["The role is kept, and gives the group's members no right here."],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let id = wire::id(call)?;
            let mapping = run::add_group_role_mapping(jitsudo, caller, &id, &bodies::role(call, &jitsudo.behaviour)?)?;
            Ok(bodies::mapping(&mapping, &jitsudo.behaviour).proving("mapped"))
        }),
    },
];
