//! ZITADEL's routes on the REST edge, with how sure each answer is.

use std::sync::LazyLock;

use super::auth::Caller;
use super::error::Error;
use super::record::WrongState;
use super::wire::{self, Request};
use super::{Zitadel, operations};
use crate::fidelity::Sureness::{self, Assumed, Documented, Inferred, Stated};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation, what runs it, and what its errors say.
pub(super) struct Row {
    operation: Operation,
    /// Whether the edge reads a body.
    pub(super) takes_body: bool,
    /// The request message, which the validator's texts name.
    pub(super) message: &'static str,
    /// The id of this operation's "no such user".
    pub(super) not_found: &'static str,
    /// What this operation refuses where the user already is as asked.
    pub(super) wrong_state: Option<WrongState>,
    /// Operates and encodes. The caller is known and the request valid.
    pub(super) run: fn(&Zitadel, &Request, &Caller) -> Result<Reply, Error>,
}

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation).chain(LACKING)).tidying());

/// The row that a call was matched to.
pub(super) fn row(call: &Call) -> &'static Row {
    let place = call.matched.as_ref().map(|matched| matched.place);
    place.and_then(|place| ROWS.get(place)).expect("only calls of an emulated operation are handled")
}

/// What any call can get.
#[rustfmt::skip]
pub(super) const COMMON: &[Answer] = &[
    Answer::new("wrong_method", 405, Documented, "zitadel-bad-requests", "another method on a known path: code 12, no `Allow`"),
    Answer::new("untidy_path", 301, Inferred, "zitadel-empty-id", "`//`, `/.` or `/..` in the path, so also an empty id: redirected to the tidied path"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB: code 8; marked `x-fauxidp: limit`"),
];

/// What every operation can get.
#[rustfmt::skip]
const REFUSALS: &[Answer] = &[
    Answer::new("auth_header_missing", 401, Documented, "zitadel-bad-requests", "no `Authorization`: code 16, no detail"),
    Answer::new("invalid_auth_header", 401, Documented, "zitadel-bad-requests", "not exactly one `Bearer `: `AUTH-toLo1`"),
    Answer::new("invalid_token", 401, Documented, "zitadel-bad-requests", "unknown token, or one whose user was kept out since: `AUTH-7fs1e`"),
    Answer::new("organization_unknown", 403, Documented, "zitadel-bad-requests", "`x-zitadel-orgid` names nothing: `AUTH-Bs7Ds`"),
    Answer::new("invalid_user_id", 400, Documented, "zitadel-bad-requests", "an id of more than 200 characters: code 3, the validator's text"),
    Answer::new("membership_not_found", 404, Documented, "zitadel-bad-requests", "a caller without any role there: `AUTHZ-cdgFk`"),
];

/// What every operation with a body can get.
#[rustfmt::skip]
const BODY_REFUSALS: &[Answer] = &[
    Answer::new("undecodable", 400, Documented, "zitadel-bad-requests", "a body that is no JSON object, or a wrong type: code 3, Go's text, before the token is looked at"),
];

/// What every write can get besides. The seed prints 403 and 404 for deactivate.
#[rustfmt::skip]
const fn write_refusals(sureness: Sureness, source: &'static str) -> [Answer; 2] {
    [
        Answer::new("permission_denied", 403, sureness, source, "a caller whose roles do not write: `AUTH-AWfge`"),
        Answer::new("user_not_found", 404, sureness, source, "no such user, or a deleted one; the id is the operation's own"),
    ]
}

/// The statuses that the pages print or the source gives.
const PUBLISHED: &[u16] = &[200, 400, 401, 403, 404];

#[rustfmt::skip]
static ROWS: [Row; 6] = [
    Row {
        operation: Operation {
            name: "deactivate_user",
            method: "POST",
            path: "/v2/users/{user_id}/deactivate",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("deactivated", 200, Stated, "zitadel-deactivate", "from active or locked: the details after one event; the tokens of the user die for good"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive: `COMMAND-5gunjw0cd7`; initial: `COMMAND-gvx4kct9r2`; code 9, HTTP 400"),
                ],
                REFUSALS,
                BODY_REFUSALS,
                &write_refusals(Stated, "zitadel-deactivate"),
            ],
            differences: &[],
        },
        takes_body: true,
        message: "DeactivateUserRequest",
        not_found: "COMMAND-5gp2p62iin",
        wrong_state: Some(WrongState::AlreadyInactive),
        run: |state, request, caller| {
            Ok(wire::details(&operations::deactivate_user(state, &request.user_id, caller)?).proving("deactivated"))
        },
    },
    Row {
        operation: Operation {
            name: "reactivate_user",
            method: "POST",
            path: "/v2/users/{user_id}/reactivate",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("reactivated", 200, Documented, "zitadel-states", "from inactive: the details after one event; dead tokens stay dead"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "not inactive: `COMMAND-s5qqcz97hf`; code 9, HTTP 400"),
                ],
                REFUSALS,
                BODY_REFUSALS,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        takes_body: true,
        message: "ReactivateUserRequest",
        not_found: "COMMAND-9hy5kzbuk6",
        wrong_state: Some(WrongState::NotInactive),
        run: |state, request, caller| {
            Ok(wire::details(&operations::reactivate_user(state, &request.user_id, caller)?).proving("reactivated"))
        },
    },
    Row {
        operation: Operation {
            name: "lock_user",
            method: "POST",
            path: "/v2/users/{user_id}/lock",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("locked", 200, Documented, "zitadel-states", "from active or initial: the details after one event; the tokens of the user die for good"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive or locked: `COMMAND-lgws8wtsqf`; code 9, HTTP 400"),
                ],
                REFUSALS,
                BODY_REFUSALS,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        takes_body: true,
        message: "LockUserRequest",
        not_found: "COMMAND-450yxuqrh1",
        wrong_state: Some(WrongState::ShouldBeActiveOrInitial),
        run: |state, request, caller| {
            Ok(wire::details(&operations::lock_user(state, &request.user_id, caller)?).proving("locked"))
        },
    },
    Row {
        operation: Operation {
            name: "unlock_user",
            method: "POST",
            path: "/v2/users/{user_id}/unlock",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("unlocked", 200, Documented, "zitadel-states", "from locked, always to active: the details after one event"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "not locked: `COMMAND-olb9vb0oca`; code 9, HTTP 400"),
                ],
                REFUSALS,
                BODY_REFUSALS,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        takes_body: true,
        message: "UnlockUserRequest",
        not_found: "COMMAND-x377t913pw",
        wrong_state: Some(WrongState::NotLocked),
        run: |state, request, caller| {
            Ok(wire::details(&operations::unlock_user(state, &request.user_id, caller)?).proving("unlocked"))
        },
    },
    Row {
        operation: Operation {
            name: "delete_user",
            method: "DELETE",
            path: "/v2/users/{user_id}",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[Answer::new("deleted", 200, Documented, "zitadel-states", "from any state: the details of the removal")],
                REFUSALS,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &["A user cannot be made again with the same id yet."],
        },
        takes_body: false,
        message: "DeleteUserRequest",
        not_found: "COMMAND-bd4ir1mblj",
        wrong_state: None,
        run: |state, request, caller| {
            Ok(wire::details(&operations::delete_user(state, &request.user_id, caller)?).proving("deleted"))
        },
    },
    Row {
        operation: Operation {
            name: "get_user_by_id",
            method: "GET",
            path: "/v2/users/{user_id}",
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "zitadel-get", "details and user; oneself needs no permission"),
                    Answer::new("user_not_found", 404, Documented, "zitadel-get", "no such user, or a deleted one: `QUERY-Dfbg2`, before the permission"),
                ],
                REFUSALS,
            ],
            differences: &[],
        },
        takes_body: false,
        message: "GetUserByIDRequest",
        not_found: "QUERY-Dfbg2",
        wrong_state: None,
        run: |state, request, caller| {
            Ok(wire::user(&operations::get_user_by_id(state, &request.user_id, caller)?).proving("found"))
        },
    },
];

/// The rest of the service, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("create_user", "POST", "/v2/users/new"),
    Operation::lacking("add_human_user", "POST", "/v2/users/human"),
    Operation::lacking("list_users", "POST", "/v2/users"),
    Operation::lacking("update_user", "PATCH", "/v2/users/{user_id}"),
    Operation::lacking("update_human_user", "PUT", "/v2/users/human/{user_id}"),
    Operation::lacking("set_email", "POST", "/v2/users/{user_id}/email"),
    Operation::lacking("resend_email_code", "POST", "/v2/users/{user_id}/email/resend"),
    Operation::lacking("send_email_code", "POST", "/v2/users/{user_id}/email/send"),
    Operation::lacking("verify_email", "POST", "/v2/users/{user_id}/email/verify"),
    Operation::lacking("set_phone", "POST", "/v2/users/{user_id}/phone"),
    Operation::lacking("remove_phone", "DELETE", "/v2/users/{user_id}/phone"),
    Operation::lacking("resend_phone_code", "POST", "/v2/users/{user_id}/phone/resend"),
    Operation::lacking("verify_phone", "POST", "/v2/users/{user_id}/phone/verify"),
    Operation::lacking("password_reset", "POST", "/v2/users/{user_id}/password_reset"),
    Operation::lacking("set_password", "POST", "/v2/users/{user_id}/password"),
    Operation::lacking("add_secret", "POST", "/v2/users/{user_id}/secret"),
    Operation::lacking("remove_secret", "DELETE", "/v2/users/{user_id}/secret"),
    Operation::lacking("add_key", "POST", "/v2/users/{user_id}/keys"),
    Operation::lacking("remove_key", "DELETE", "/v2/users/{user_id}/keys/{key_id}"),
    Operation::lacking("list_keys", "POST", "/v2/users/keys/search"),
    Operation::lacking("add_personal_access_token", "POST", "/v2/users/{user_id}/pats"),
    Operation::lacking("remove_personal_access_token", "DELETE", "/v2/users/{user_id}/pats/{token_id}"),
    Operation::lacking("list_personal_access_tokens", "POST", "/v2/users/pats/search"),
    Operation::lacking("set_user_metadata", "POST", "/v2/users/{user_id}/metadata"),
    Operation::lacking("list_user_metadata", "POST", "/v2/users/{user_id}/metadata/search"),
    Operation::lacking("delete_user_metadata", "DELETE", "/v2/users/{user_id}/metadata"),
    Operation::lacking("register_passkey", "POST", "/v2/users/{user_id}/passkeys"),
    Operation::lacking("verify_passkey_registration", "POST", "/v2/users/{user_id}/passkeys/{passkey_id}"),
    Operation::lacking("create_passkey_registration_link", "POST", "/v2/users/{user_id}/passkeys/registration_link"),
    Operation::lacking("list_passkeys", "POST", "/v2/users/{user_id}/passkeys/_search"),
    Operation::lacking("remove_passkey", "DELETE", "/v2/users/{user_id}/passkeys/{passkey_id}"),
    Operation::lacking("register_u2f", "POST", "/v2/users/{user_id}/u2f"),
    Operation::lacking("verify_u2f_registration", "POST", "/v2/users/{user_id}/u2f/{u2f_id}"),
    Operation::lacking("remove_u2f", "DELETE", "/v2/users/{user_id}/u2f/{u2f_id}"),
    Operation::lacking("register_totp", "POST", "/v2/users/{user_id}/totp"),
    Operation::lacking("verify_totp_registration", "POST", "/v2/users/{user_id}/totp/verify"),
    Operation::lacking("remove_totp", "DELETE", "/v2/users/{user_id}/totp"),
    Operation::lacking("add_otpsms", "POST", "/v2/users/{user_id}/otp_sms"),
    Operation::lacking("remove_otpsms", "DELETE", "/v2/users/{user_id}/otp_sms"),
    Operation::lacking("add_otp_email", "POST", "/v2/users/{user_id}/otp_email"),
    Operation::lacking("remove_otp_email", "DELETE", "/v2/users/{user_id}/otp_email"),
    Operation::lacking("generate_recovery_codes", "POST", "/v2/users/{user_id}/recovery_codes"),
    Operation::lacking("remove_recovery_codes", "DELETE", "/v2/users/{user_id}/recovery_codes"),
    Operation::lacking("add_idp_link", "POST", "/v2/users/{user_id}/links"),
    Operation::lacking("list_idp_links", "POST", "/v2/users/{user_id}/links/_search"),
    Operation::lacking("remove_idp_link", "DELETE", "/v2/users/{user_id}/links/{idp_id}/{linked_user_id}"),
    Operation::lacking("list_authentication_method_types", "GET", "/v2/users/{user_id}/authentication_methods"),
    Operation::lacking("list_authentication_factors", "POST", "/v2/users/{user_id}/authentication_factors/_search"),
    Operation::lacking("create_invite_code", "POST", "/v2/users/{user_id}/invite_code"),
    Operation::lacking("resend_invite_code", "POST", "/v2/users/{user_id}/invite_code/resend"),
    Operation::lacking("verify_invite_code", "POST", "/v2/users/{user_id}/invite_code/verify"),
    Operation::lacking("human_mfa_init_skipped", "POST", "/v2/users/{user_id}/mfa_init_skipped"),
    Operation::lacking("start_identity_provider_intent", "POST", "/v2/idp_intents"),
    Operation::lacking("retrieve_identity_provider_intent", "POST", "/v2/idp_intents/{idp_intent_id}"),
    Operation::lacking("openid_configuration", "GET", "/.well-known/openid-configuration"),
    Operation::lacking("authorize", "GET", "/oauth/v2/authorize"),
    Operation::lacking("token", "POST", "/oauth/v2/token"),
    Operation::lacking("introspect", "POST", "/oauth/v2/introspect"),
    Operation::lacking("revoke", "POST", "/oauth/v2/revoke"),
    Operation::lacking("keys", "GET", "/oauth/v2/keys"),
    Operation::lacking("device_authorization", "POST", "/oauth/v2/device_authorization"),
    Operation::lacking("userinfo", "GET", "/oidc/v1/userinfo"),
    Operation::lacking("end_session", "GET", "/oidc/v1/end_session"),
    Operation::lacking("debug_healthz", "GET", "/debug/healthz"),
    Operation::lacking("debug_ready", "GET", "/debug/ready"),
    Operation::lacking("debug_validate", "GET", "/debug/validate"),
];
