//! MonoCloud's routes, with how sure each answer is.

use std::sync::LazyLock;

use super::error::Error;
use super::{MonoCloud, operations, wire};
use crate::fidelity::Sureness::{self, Assumed, Documented, Stated};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Decodes, operates and encodes. The key was checked before.
    pub(super) run: fn(&MonoCloud, &Call) -> Result<Reply, Error>,
}

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation).chain(LACKING)));

/// The row that a call was matched to.
pub(super) fn row(call: &Call) -> &'static Row {
    let place = call.matched.as_ref().map(|matched| matched.place);
    place.and_then(|place| ROWS.get(place)).expect("only calls of an emulated operation are handled")
}

/// What any call can get.
#[rustfmt::skip]
pub(super) const COMMON: &[Answer] = &[
    Answer::new("wrong_method", 405, Assumed, "monocloud-a18", "another method on a known path: a problem, with `Allow`"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB; marked `x-fauxidp: limit`"),
];

/// What every operation on one user can get; its own page prints the statuses.
#[rustfmt::skip]
const fn refusals(sureness: Sureness, page: &'static str) -> [Answer; 3] {
    [
        Answer::new("missing_key", 401, sureness, page, "no `X-API-KEY`"),
        Answer::new("unknown_key", 401, sureness, page, "a key that does not exist, also on an unknown user"),
        Answer::new("user_not_found", 404, sureness, page, "no such user; a malformed id is no other case"),
    ]
}

/// What every write can get besides.
#[rustfmt::skip]
const WRITE_REFUSALS: &[Answer] =
    &[Answer::new("read_only_key", 403, Assumed, "monocloud-a15", "a key that may only read, also on an unknown user")];

/// The statuses that the pages of the seeds print.
const PRINTED: &[u16] = &[200, 401, 403, 404, 422];

#[rustfmt::skip]
static ROWS: [Row; 4] = [
    Row {
        operation: Operation {
            name: "disable_user",
            method: "POST",
            path: "/api/users/{user_id}/disable",
            rpc: None,
            emulated: true,
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("disabled", 200, Stated, "monocloud-disable", "the user, now `disabled: true`; with `revoke_sessions` all sessions end"),
                    Answer::new("already_disabled", 200, Assumed, "monocloud-a1", "the user as it was; `last_updated` stays; sessions end if asked"),
                    Answer::new("media_type", 415, Assumed, "monocloud-a12", "a body whose content type is not JSON"),
                    Answer::new("unparsable", 422, Assumed, "monocloud-a11", "a body that is not a JSON object: key-validation problem, keyed `$`"),
                    Answer::new("not_a_boolean", 422, Assumed, "monocloud-a11", "`revoke_sessions` is no boolean: key-validation problem, keyed by it"),
                ],
                &refusals(Stated, "monocloud-disable"),
                WRITE_REFUSALS,
            ],
            differences: &["Tokens that were issued to the user are not touched yet: no sign-in is emulated."],
        },
        run: |state, call| {
            let done = operations::disable_user(state, &call.parameter(0), wire::revoke_sessions(call))?;
            Ok(wire::user(&done.user).proving(if done.changed { "disabled" } else { "already_disabled" }))
        },
    },
    Row {
        operation: Operation {
            name: "enable_user",
            method: "POST",
            path: "/api/users/{user_id}/enable",
            rpc: None,
            emulated: true,
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("enabled", 200, Stated, "monocloud-enable", "the user, now `disabled: false`; a body is ignored; the block stays"),
                    Answer::new("not_disabled", 200, Assumed, "monocloud-a1", "the user as it was; `last_updated` stays"),
                ],
                &refusals(Stated, "monocloud-enable"),
                WRITE_REFUSALS,
            ],
            differences: &["The page's sample prints `disabled: true`, as all three pages do: the answer is what the call did."],
        },
        run: |state, call| {
            let done = operations::enable_user(state, &call.parameter(0))?;
            Ok(wire::user(&done.user).proving(if done.changed { "enabled" } else { "not_disabled" }))
        },
    },
    Row {
        operation: Operation {
            name: "unblock_user",
            method: "POST",
            path: "/api/users/{user_id}/unblock",
            rpc: None,
            emulated: true,
            published: PRINTED,
            answers: &[
                &[
                    Answer::new("unblocked", 200, Stated, "monocloud-unblock", "the user, without the block; `disabled` and `last_updated` stay"),
                    Answer::new("not_blocked", 200, Assumed, "monocloud-a2", "the user as it was"),
                ],
                &refusals(Stated, "monocloud-unblock"),
                WRITE_REFUSALS,
            ],
            differences: &[],
        },
        run: |state, call| {
            let done = operations::unblock_user(state, &call.parameter(0))?;
            Ok(wire::user(&done.user).proving(if done.changed { "unblocked" } else { "not_blocked" }))
        },
    },
    Row {
        operation: Operation {
            name: "get_user",
            method: "GET",
            path: "/api/users/{user_id}",
            rpc: None,
            emulated: true,
            published: &[200, 401, 403, 404, 422],
            answers: &[
                &[Answer::new("found", 200, Documented, "monocloud-users", "the user with `blocked` and the sign-in figures")],
                &refusals(Documented, "monocloud-users"),
            ],
            differences: &[],
        },
        run: |state, call| {
            let user = operations::get_user(state, &call.parameter(0))?;
            Ok(wire::user_with_access(&user, state.now()).proving("found"))
        },
    },
];

/// The rest of the Management API, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("list_users", "GET", "/api/users"),
    Operation::lacking("create_user", "POST", "/api/users"),
    Operation::lacking("delete_user", "DELETE", "/api/users/{user_id}"),
    Operation::lacking("patch_claims", "PATCH", "/api/users/{user_id}/claims"),
    Operation::lacking("get_private_data", "GET", "/api/users/{user_id}/private_data"),
    Operation::lacking("patch_private_data", "PATCH", "/api/users/{user_id}/private_data"),
    Operation::lacking("get_public_data", "GET", "/api/users/{user_id}/public_data"),
    Operation::lacking("patch_public_data", "PATCH", "/api/users/{user_id}/public_data"),
    Operation::lacking("set_username", "PUT", "/api/users/{user_id}/username"),
    Operation::lacking("remove_username", "DELETE", "/api/users/{user_id}/username"),
    Operation::lacking("add_email", "POST", "/api/users/{user_id}/emails"),
    Operation::lacking("remove_email", "DELETE", "/api/users/{user_id}/emails/{identifier_id}"),
    Operation::lacking("set_primary_email", "POST", "/api/users/{user_id}/emails/{identifier_id}/primary"),
    Operation::lacking("verify_email", "POST", "/api/users/{user_id}/emails/{identifier_id}/verify"),
    Operation::lacking("unverify_email", "POST", "/api/users/{user_id}/emails/{identifier_id}/unverify"),
    Operation::lacking("send_email_verification_link", "POST", "/api/users/{user_id}/emails/{identifier_id}/verify/link"),
    Operation::lacking("add_phone", "POST", "/api/users/{user_id}/phones"),
    Operation::lacking("remove_phone", "DELETE", "/api/users/{user_id}/phones/{identifier_id}"),
    Operation::lacking("set_primary_phone", "POST", "/api/users/{user_id}/phones/{identifier_id}/primary"),
    Operation::lacking("verify_phone", "POST", "/api/users/{user_id}/phones/{identifier_id}/verify"),
    Operation::lacking("unverify_phone", "POST", "/api/users/{user_id}/phones/{identifier_id}/unverify"),
    Operation::lacking("set_password", "PUT", "/api/users/{user_id}/password"),
    Operation::lacking("remove_password", "DELETE", "/api/users/{user_id}/password"),
    Operation::lacking("change_password", "PUT", "/api/users/{user_id}/password/change"),
    Operation::lacking("force_password_reset", "POST", "/api/users/{user_id}/password/force_reset"),
    Operation::lacking("cancel_force_password_reset", "DELETE", "/api/users/{user_id}/password/force_reset"),
    Operation::lacking("reset_password", "POST", "/api/users/{user_id}/password/reset"),
    Operation::lacking("list_blocked_ips", "GET", "/api/users/{user_id}/blocked_ips"),
    Operation::lacking("unblock_ip", "POST", "/api/users/{user_id}/blocked_ips/unblock"),
    Operation::lacking("list_sessions", "GET", "/api/users/{user_id}/sessions"),
    Operation::lacking("get_session", "GET", "/api/users/{user_id}/sessions/{session_id}"),
    Operation::lacking("revoke_session", "DELETE", "/api/users/{user_id}/sessions/{session_id}"),
    Operation::lacking("remove_passkey", "DELETE", "/api/users/{user_id}/passkeys/{passkey_id}"),
    Operation::lacking("disconnect_external_authenticator", "POST", "/api/users/{user_id}/external_authenticator/disconnect"),
    Operation::lacking("list_client_grants", "GET", "/api/users/{user_id}/grants/clients"),
    Operation::lacking("revoke_client_grant", "DELETE", "/api/users/{user_id}/grants/clients/{client_id}"),
    Operation::lacking("list_consents", "GET", "/api/users/{user_id}/grants/consents"),
    Operation::lacking("revoke_consent", "DELETE", "/api/users/{user_id}/grants/consents/{consent_id}"),
    Operation::lacking("list_reference_tokens", "GET", "/api/users/{user_id}/grants/reference_tokens"),
    Operation::lacking("revoke_reference_token", "DELETE", "/api/users/{user_id}/grants/reference_tokens/{token_id}"),
    Operation::lacking("list_refresh_tokens", "GET", "/api/users/{user_id}/grants/refresh_tokens"),
    Operation::lacking("revoke_refresh_token", "DELETE", "/api/users/{user_id}/grants/refresh_tokens/{token_id}"),
    Operation::lacking("list_codes", "GET", "/api/users/{user_id}/grants/codes"),
    Operation::lacking("revoke_code", "DELETE", "/api/users/{user_id}/grants/codes/{code_id}"),
    Operation::lacking("list_user_groups", "GET", "/api/users/{user_id}/groups"),
    Operation::lacking("get_user_group", "GET", "/api/users/{user_id}/groups/{group_id}"),
    Operation::lacking("assign_group", "POST", "/api/users/{user_id}/groups/{group_id}"),
    Operation::lacking("unassign_group", "DELETE", "/api/users/{user_id}/groups/{group_id}"),
    Operation::lacking("list_group_users", "GET", "/api/users/groups/{group_id}/assigned"),
    Operation::lacking("list_groups", "GET", "/api/groups"),
    Operation::lacking("create_group", "POST", "/api/groups"),
    Operation::lacking("get_group", "GET", "/api/groups/{group_id}"),
    Operation::lacking("patch_group", "PATCH", "/api/groups/{group_id}"),
    Operation::lacking("delete_group", "DELETE", "/api/groups/{group_id}"),
    Operation::lacking("list_applications", "GET", "/api/applications"),
    Operation::lacking("create_application", "POST", "/api/applications"),
    Operation::lacking("get_application", "GET", "/api/applications/{client_id}"),
    Operation::lacking("patch_application", "PATCH", "/api/applications/{client_id}"),
    Operation::lacking("delete_application", "DELETE", "/api/applications/{client_id}"),
    Operation::lacking("get_authentication_options", "GET", "/api/options/authentication"),
    Operation::lacking("patch_authentication_options", "PATCH", "/api/options/authentication"),
    Operation::lacking("get_communication_options", "GET", "/api/options/communication"),
    Operation::lacking("patch_communication_options", "PATCH", "/api/options/communication"),
    Operation::lacking("list_keys", "GET", "/api/keys"),
    Operation::lacking("rotate_key", "PUT", "/api/keys/{key_id}/rotate"),
    Operation::lacking("revoke_key", "PUT", "/api/keys/{key_id}/revoke"),
    Operation::lacking("list_logs", "GET", "/api/logs"),
    Operation::lacking("get_log", "GET", "/api/logs/{log_id}"),
    Operation::lacking("list_network_zones", "GET", "/api/network_zones"),
];
