//! The routes of users, and of one's own profile.

use http::StatusCode;

use super::super::operations::users as run;
use super::super::wire::{self, users as bodies};
use super::{ID, NOT_ADMIN, Row, Run, body, tenant, token};
use crate::fidelity::Sureness::{Assumed, Documented, Inferred, Stated};
use crate::fidelity::{Answer, Operation};
use crate::protocol::Reply;

const GUESSED: &str = "Nothing published shows this operation: it is an obvious guess, served as a convenience.";

/// No such user, as the page of that operation has it.
#[rustfmt::skip]
const fn not_found(sureness: crate::fidelity::Sureness, source: &'static str) -> [Answer; 1] {
    [Answer::new("user_not_found", 404, sureness, source, "no such user in the caller's tenant")]
}

#[rustfmt::skip]
pub(super) static ROWS: [Row; 9] = [
    Row {
        operation: Operation {
            name: "suspend_user",
            method: "POST",
            path: "/v1/users/{id}/suspend",
            rpc: None,
            emulated: true,
            published: &[200, 401, 403, 404],
            answers: &[
                &[
                    Answer::new("suspended", 200, Stated, "jitsudo-suspend", "`active` false on an active user: the whole user, suspended"),
                    Answer::new("reactivated", 200, Stated, "jitsudo-suspend", "`active` true on a suspended user: the whole user, active again"),
                    Answer::new("unchanged", 200, Assumed, "jitsudo-repeat", "the state the user is in: the user as it was, `updated_at` stays"),
                    Answer::new("invalid_member", 400, Assumed, "jitsudo-body", "`active` is missing, null or no boolean"),
                    Answer::new("tenant_owner", 403, Assumed, "jitsudo-owner", "suspending the tenant's owner; reactivating is allowed"),
                ],
                &body(Assumed, "jitsudo-body"),
                &token(Stated, "jitsudo-suspend"),
                &tenant(Stated, "jitsudo-suspend"),
                &ID,
                &NOT_ADMIN,
                &not_found(Stated, "jitsudo-suspend"),
            ],
            differences: &[],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let id = wire::id(call)?;
            let active = bodies::active(call)?;
            let done = run::suspend_user(jitsudo, caller, &id, active)?;
            Ok(bodies::user(StatusCode::OK, &done.user, &jitsudo.behaviour).proving(match (done.changed, active) {
                (false, _) => "unchanged",
                (true, false) => "suspended",
                (true, true) => "reactivated",
            }))
        }),
    },
    Row {
        operation: Operation {
            name: "update_user",
            method: "PUT",
            path: "/v1/users/{id}",
            rpc: None,
            emulated: true,
            published: &[200, 400, 401],
            answers: &[
                &[
                    Answer::new("updated", 200, Documented, "jitsudo-update", "the whole user after the change"),
                    Answer::new("unchanged", 200, Assumed, "jitsudo-repeat", "what the user has already, or no member: the user as it was, `updated_at` stays"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-update", "`name` is empty or no text, `roles` is empty or holds what is no role"),
                ],
                &body(Inferred, "jitsudo-update"),
                &token(Documented, "jitsudo-update"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
                &NOT_ADMIN,
                &not_found(Assumed, "jitsudo-update"),
            ],
            differences: &["The roles that are known are `user`, which is documented, and `admin`, which is inferred (`unknown-role`)."],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let id = wire::id(call)?;
            let done = run::update_user(jitsudo, caller, &id, bodies::user_edit(call, &jitsudo.behaviour)?)?;
            Ok(bodies::user(StatusCode::OK, &done.user, &jitsudo.behaviour).proving(if done.changed { "updated" } else { "unchanged" }))
        }),
    },
    Row {
        operation: Operation {
            name: "delete_user",
            method: "DELETE",
            path: "/v1/users/{id}",
            rpc: None,
            emulated: true,
            published: &[204, 401, 403, 404],
            answers: &[
                &[
                    Answer::new("deleted", 204, Documented, "jitsudo-delete", "no body; the user is gone for good"),
                    Answer::new("tenant_owner", 403, Assumed, "jitsudo-delete", "deleting the tenant's owner (`delete-owner`)"),
                    Answer::new("not_admin", 403, Documented, "jitsudo-delete", "the caller does not hold `admin`; with the tenant's notices"),
                ],
                &token(Documented, "jitsudo-delete"),
                &tenant(Documented, "jitsudo-overview"),
                &ID,
                &not_found(Documented, "jitsudo-delete"),
            ],
            differences: &["The audit log keeps the ids of those who are deleted."],
        },
        run: Run::Users(|jitsudo, call, caller| {
            run::delete_user(jitsudo, caller, &wire::id(call)?)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT).proving("deleted"))
        }),
    },
    Row {
        operation: Operation {
            name: "resend_invite",
            method: "POST",
            path: "/v1/users/{id}/resend-invite",
            rpc: None,
            emulated: true,
            published: &[200, 404, 409],
            answers: &[
                &[
                    Answer::new("resent", 200, Documented, "jitsudo-invite", "a message; the letter is in the outbox, and the token of the last one is dead"),
                    Answer::new("missing_tenant", 400, Assumed, "jitsudo-tenant", "no `X-Tenant-ID`"),
                    Answer::new("malformed_tenant", 400, Assumed, "jitsudo-tenant", "`X-Tenant-ID` is no UUID"),
                    Answer::new("user_not_found", 404, Documented, "jitsudo-invite", "no such user in the tenant that the call names"),
                    Answer::new("already_verified", 409, Assumed, "jitsudo-invite", "the user's address is verified: `conflict`"),
                ],
                &ID,
            ],
            differences: &["No mail is sent: it is read at `/__fauxidp/worlds/{world}/outbox`."],
        },
        run: Run::Tenant(|jitsudo, call, tenant| {
            run::resend_invite(jitsudo, tenant, &wire::id(call)?)?;
            Ok(wire::message(StatusCode::OK, "The invitation was sent again.").proving("resent"))
        }),
    },
    Row {
        operation: Operation {
            name: "get_user_profile",
            method: "GET",
            path: "/v1/users/me/profile",
            rpc: None,
            emulated: true,
            published: &[200, 401],
            answers: &[
                &[Answer::new("found", 200, Documented, "jitsudo-profile", "the profile of the token's user; members that are not set are null")],
                &token(Documented, "jitsudo-profile"),
                &tenant(Documented, "jitsudo-overview"),
            ],
            differences: &[],
        },
        run: Run::Own(|jitsudo, _, own| Ok(bodies::profile(own, &jitsudo.behaviour).proving("found"))),
    },
    Row {
        operation: Operation {
            name: "update_user_profile",
            method: "PUT",
            path: "/v1/users/me/profile",
            rpc: None,
            emulated: true,
            published: &[200, 400],
            answers: &[
                &[
                    Answer::new("updated", 200, Documented, "jitsudo-profile", "the profile after the change; null removes a member, one that is not sent stays"),
                    Answer::new("unchanged", 200, Assumed, "jitsudo-repeat", "what the profile has already, or no member"),
                    Answer::new("avatar_too_large", 400, Documented, "jitsudo-profile", "a data URI over 262,144 bytes; that the whole text is counted is assumed"),
                    Answer::new("managed_elsewhere", 400, Documented, "jitsudo-profile", "`first_name` or `last_name` of a user whose sign-in an identity provider checks"),
                    Answer::new("invalid_member", 400, Inferred, "jitsudo-profile", "a member that is neither text nor null, or an avatar that is no image in base64"),
                ],
                &body(Inferred, "jitsudo-profile"),
                &token(Assumed, "jitsudo-profile"),
                &tenant(Documented, "jitsudo-overview"),
            ],
            differences: &[],
        },
        run: Run::Own(|jitsudo, call, own| {
            let done = run::update_user_profile(jitsudo, own, bodies::profile_edit(call)?)?;
            Ok(bodies::profile(&done.user, &jitsudo.behaviour).proving(if done.changed { "updated" } else { "unchanged" }))
        }),
    },
    Row {
        operation: Operation {
            name: "list_users",
            method: "GET",
            path: "/v1/users",
            rpc: None,
            emulated: true,
            published: &[],
            answers: &[
                &[
                    Answer::new("listed", 200, Assumed, "jitsudo-guessed", "a page of whole users, by `created_at`, then `id`; `active` and `email` choose"),
                    Answer::new("invalid_query", 400, Assumed, "jitsudo-guessed", "`limit` is not from 1 to 250, `cursor` is not ours, `active` is no boolean"),
                ],
                &token(Assumed, "jitsudo-guessed"),
                &tenant(Assumed, "jitsudo-guessed"),
                &NOT_ADMIN,
            ],
            differences: &[GUESSED],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let (filter, listing) = (bodies::user_filter(call)?, wire::listing(call, &jitsudo.behaviour)?);
            let page = run::list_users(jitsudo, caller, &filter, &listing)?;
            Ok(wire::page(&page, |user| bodies::user_body(user, &jitsudo.behaviour)).proving("listed"))
        }),
    },
    Row {
        operation: Operation {
            name: "create_user",
            method: "POST",
            path: "/v1/users",
            rpc: None,
            emulated: true,
            published: &[],
            answers: &[
                &[
                    Answer::new("created", 201, Assumed, "jitsudo-guessed", "the whole user, active, local and not verified; an invitation is mailed"),
                    Answer::new("invalid_member", 400, Assumed, "jitsudo-guessed", "`email` or `name` is missing or not as it has to be, `roles` is empty or holds what is no role"),
                    Answer::new("email_taken", 409, Assumed, "jitsudo-guessed", "another user of the tenant has the address, in any case"),
                ],
                &body(Assumed, "jitsudo-guessed"),
                &token(Assumed, "jitsudo-guessed"),
                &tenant(Assumed, "jitsudo-guessed"),
                &NOT_ADMIN,
            ],
            differences: &[GUESSED],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let user = run::create_user(jitsudo, caller, bodies::invitation(call, &jitsudo.behaviour)?)?;
            Ok(bodies::user(StatusCode::CREATED, &user, &jitsudo.behaviour).proving("created"))
        }),
    },
    Row {
        operation: Operation {
            name: "get_user",
            method: "GET",
            path: "/v1/users/{id}",
            rpc: None,
            emulated: true,
            published: &[],
            answers: &[
                &[Answer::new("found", 200, Assumed, "jitsudo-guessed", "the whole user")],
                &token(Assumed, "jitsudo-guessed"),
                &tenant(Assumed, "jitsudo-guessed"),
                &ID,
                &NOT_ADMIN,
                &not_found(Assumed, "jitsudo-guessed"),
            ],
            differences: &[GUESSED],
        },
        run: Run::Users(|jitsudo, call, caller| {
            let user = run::get_user(jitsudo, caller, &wire::id(call)?)?;
            Ok(bodies::user(StatusCode::OK, &user, &jitsudo.behaviour).proving("found"))
        }),
    },
];
