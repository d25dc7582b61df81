//! ZITADEL's routes on the REST edge, with how sure each answer is.

use std::sync::LazyLock;

use buffa::MessageField;

use super::auth::Caller;
use super::error::Error;
use super::proto::zitadel::user::v2 as proto;
use super::record::WrongState;
use super::wire::{self, Done, Edge};
use super::{Zitadel, operations};
use crate::fidelity::Sureness::{self, Assumed, Documented, Inferred, Stated};
use crate::fidelity::{Answer, Operation};
use crate::protocol::Call;
use crate::protocol::route::RouteTable;

/// An emulated operation, what runs it, and what its errors say.
pub(super) struct Row {
    operation: Operation,
    /// The request message, which the validator's texts name.
    pub(super) message: &'static str,
    /// The id of this operation's "no such user".
    pub(super) not_found: &'static str,
    /// What this operation refuses where the user already is as asked.
    pub(super) wrong_state: Option<WrongState>,
    /// Decodes, operates and encodes, on the edge by which the call came.
    pub(super) run: fn(&Zitadel, &Call, Edge, &[u8]) -> Result<Done, Error>,
}

/// What runs a call about one user: request and response message, the operation, and how its answer is made of the user.
macro_rules! run {
    ($request:ident, $operation:ident, $answer:literal, $response:expr) => {
        |state, call, edge, message| {
            let bind = |request: &mut proto::$request, call: &Call| request.user_id = call.parameter(0).into_owned();
            let operate = |request: &proto::$request, caller: &Caller| {
                operations::$operation(state, &request.user_id, caller).map(|user| ($response)(&user))
            };
            wire::serve(state, call, (edge, message), bind, operate, $answer)
        }
    };
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
    Answer::new("wrong_content_type", 415, Documented, "zitadel-bad-requests", "a remote call in a content type that is not understood: `Accept-Post` lists them"),
    Answer::new("unknown_compression", 501, Assumed, "zitadel-frames", "a remote call that is compressed otherwise than by gzip: code 12"),
    Answer::new("too_large", 413, Assumed, "limits", "a body over 1 MiB: code 8; marked `x-fauxidp: limit`"),
];

/// What every operation can get.
#[rustfmt::skip]
const REFUSALS: &[Answer] = &[
    Answer::new("undecodable", 400, Documented, "zitadel-bad-requests", "a message that is no JSON object, or a wrong type: code 3, Go's text, before the token is looked at"),
    Answer::new("auth_header_missing", 401, Documented, "zitadel-bad-requests", "no `Authorization`: code 16, no detail"),
    Answer::new("invalid_auth_header", 401, Documented, "zitadel-bad-requests", "not exactly one `Bearer `: `AUTH-toLo1`"),
    Answer::new("invalid_token", 401, Documented, "zitadel-bad-requests", "unknown token, or one whose user was kept out since: `AUTH-7fs1e`"),
    Answer::new("organization_unknown", 403, Documented, "zitadel-bad-requests", "`x-zitadel-orgid` names nothing: `AUTH-Bs7Ds`"),
    Answer::new("invalid", 400, Documented, "zitadel-bad-requests", "a rule of the message is broken, such as an id of more than 200 characters: code 3, the validator's text"),
];

/// What every operation on one user can get besides.
#[rustfmt::skip]
const MEMBERSHIP_REFUSAL: &[Answer] = &[
    Answer::new("membership_not_found", 404, Documented, "zitadel-bad-requests", "a caller without any role there: `AUTHZ-cdgFk`"),
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
static ROWS: [Row; 7] = [
    Row {
        operation: Operation {
            name: "deactivate_user",
            method: "POST",
            path: "/v2/users/{user_id}/deactivate",
            rpc: Some("/zitadel.user.v2.UserService/DeactivateUser"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("deactivated", 200, Stated, "zitadel-deactivate", "from active or locked: the details after one event; the tokens of the user die for good"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive: `COMMAND-5gunjw0cd7`; initial: `COMMAND-gvx4kct9r2`; code 9, HTTP 400"),
                ],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
                &write_refusals(Stated, "zitadel-deactivate"),
            ],
            differences: &[],
        },
        message: "DeactivateUserRequest",
        not_found: "COMMAND-5gp2p62iin",
        wrong_state: Some(WrongState::AlreadyInactive),
        run: run!(DeactivateUserRequest, deactivate_user, "deactivated", |user| proto::DeactivateUserResponse { details: wire::details(user) }),
    },
    Row {
        operation: Operation {
            name: "reactivate_user",
            method: "POST",
            path: "/v2/users/{user_id}/reactivate",
            rpc: Some("/zitadel.user.v2.UserService/ReactivateUser"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("reactivated", 200, Documented, "zitadel-states", "from inactive: the details after one event; dead tokens stay dead"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "not inactive: `COMMAND-s5qqcz97hf`; code 9, HTTP 400"),
                ],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        message: "ReactivateUserRequest",
        not_found: "COMMAND-9hy5kzbuk6",
        wrong_state: Some(WrongState::NotInactive),
        run: run!(ReactivateUserRequest, reactivate_user, "reactivated", |user| proto::ReactivateUserResponse { details: wire::details(user) }),
    },
    Row {
        operation: Operation {
            name: "lock_user",
            method: "POST",
            path: "/v2/users/{user_id}/lock",
            rpc: Some("/zitadel.user.v2.UserService/LockUser"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("locked", 200, Documented, "zitadel-states", "from active or initial: the details after one event; the tokens of the user die for good"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "inactive or locked: `COMMAND-lgws8wtsqf`; code 9, HTTP 400"),
                ],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        message: "LockUserRequest",
        not_found: "COMMAND-450yxuqrh1",
        wrong_state: Some(WrongState::ShouldBeActiveOrInitial),
        run: run!(LockUserRequest, lock_user, "locked", |user| proto::LockUserResponse { details: wire::details(user) }),
    },
    Row {
        operation: Operation {
            name: "unlock_user",
            method: "POST",
            path: "/v2/users/{user_id}/unlock",
            rpc: Some("/zitadel.user.v2.UserService/UnlockUser"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("unlocked", 200, Documented, "zitadel-states", "from locked, always to active: the details after one event"),
                    Answer::new("wrong_state", 400, Documented, "zitadel-states", "not locked: `COMMAND-olb9vb0oca`; code 9, HTTP 400"),
                ],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &[],
        },
        message: "UnlockUserRequest",
        not_found: "COMMAND-x377t913pw",
        wrong_state: Some(WrongState::NotLocked),
        run: run!(UnlockUserRequest, unlock_user, "unlocked", |user| proto::UnlockUserResponse { details: wire::details(user) }),
    },
    Row {
        operation: Operation {
            name: "delete_user",
            method: "DELETE",
            path: "/v2/users/{user_id}",
            rpc: Some("/zitadel.user.v2.UserService/DeleteUser"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[Answer::new("deleted", 200, Documented, "zitadel-states", "from any state: the details of the removal")],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
                &write_refusals(Documented, "zitadel-states"),
            ],
            differences: &["A user cannot be made again with the same id yet."],
        },
        message: "DeleteUserRequest",
        not_found: "COMMAND-bd4ir1mblj",
        wrong_state: None,
        run: run!(DeleteUserRequest, delete_user, "deleted", |user| proto::DeleteUserResponse { details: wire::details(user) }),
    },
    Row {
        operation: Operation {
            name: "get_user_by_id",
            method: "GET",
            path: "/v2/users/{user_id}",
            rpc: Some("/zitadel.user.v2.UserService/GetUserByID"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("found", 200, Documented, "zitadel-get", "details and user; oneself needs no permission"),
                    Answer::new("user_not_found", 404, Documented, "zitadel-get", "no such user, or a deleted one: `QUERY-Dfbg2`, before the permission"),
                ],
                REFUSALS,
                MEMBERSHIP_REFUSAL,
            ],
            differences: &[],
        },
        message: "GetUserByIDRequest",
        not_found: "QUERY-Dfbg2",
        wrong_state: None,
        run: run!(GetUserByIDRequest, get_user_by_id, "found", |user| proto::GetUserByIDResponse { details: wire::details(user), user: MessageField::some(wire::user(user)) }),
    },
    Row {
        operation: Operation {
            name: "list_users",
            method: "POST",
            path: "/v2/users",
            rpc: Some("/zitadel.user.v2.UserService/ListUsers"),
            emulated: true,
            published: PUBLISHED,
            answers: &[
                &[
                    Answer::new("listed", 200, Documented, "zitadel-list", "the users that the caller may read; descending unless `asc`; without a limit, all"),
                    Answer::new("too_deep", 400, Documented, "zitadel-list", "queries nest deeper than 20: `USER-zsQ97`"),
                    Answer::new("internal", 500, Documented, "zitadel-list", "a query with an empty list: code 2, a text without an id"),
                ],
                REFUSALS,
            ],
            differences: &[
                "Metadata is not emulated, so its filters find nobody.",
                "Users that a column does not tell apart are ordered by id.",
                "`details.timestamp` is when any user last changed; a removal does not move it.",
                "Reads never trail writes.",
            ],
        },
        message: "ListUsersRequest",
        not_found: "QUERY-Dfbg2",
        wrong_state: None,
        run: |state, call, edge, message| {
            let operate = |request: &proto::ListUsersRequest, caller: &Caller| {
                operations::list_users(state, request, caller).map(|page| wire::list(&page))
            };
            wire::serve(state, call, (edge, message), |_, _| {}, operate, "listed")
        },
    },
];

/// The rest of the service, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
    Operation::lacking("create_user", "POST", "/v2/users/new").also("/zitadel.user.v2.UserService/CreateUser"),
    Operation::lacking("add_human_user", "POST", "/v2/users/human").also("/zitadel.user.v2.UserService/AddHumanUser"),
    Operation::lacking("update_user", "PATCH", "/v2/users/{user_id}").also("/zitadel.user.v2.UserService/UpdateUser"),
    Operation::lacking("update_human_user", "PUT", "/v2/users/human/{user_id}").also("/zitadel.user.v2.UserService/UpdateHumanUser"),
    Operation::lacking("set_email", "POST", "/v2/users/{user_id}/email").also("/zitadel.user.v2.UserService/SetEmail"),
    Operation::lacking("resend_email_code", "POST", "/v2/users/{user_id}/email/resend").also("/zitadel.user.v2.UserService/ResendEmailCode"),
    Operation::lacking("send_email_code", "POST", "/v2/users/{user_id}/email/send").also("/zitadel.user.v2.UserService/SendEmailCode"),
    Operation::lacking("verify_email", "POST", "/v2/users/{user_id}/email/verify").also("/zitadel.user.v2.UserService/VerifyEmail"),
    Operation::lacking("set_phone", "POST", "/v2/users/{user_id}/phone").also("/zitadel.user.v2.UserService/SetPhone"),
    Operation::lacking("remove_phone", "DELETE", "/v2/users/{user_id}/phone").also("/zitadel.user.v2.UserService/RemovePhone"),
    Operation::lacking("resend_phone_code", "POST", "/v2/users/{user_id}/phone/resend").also("/zitadel.user.v2.UserService/ResendPhoneCode"),
    Operation::lacking("verify_phone", "POST", "/v2/users/{user_id}/phone/verify").also("/zitadel.user.v2.UserService/VerifyPhone"),
    Operation::lacking("password_reset", "POST", "/v2/users/{user_id}/password_reset").also("/zitadel.user.v2.UserService/PasswordReset"),
    Operation::lacking("set_password", "POST", "/v2/users/{user_id}/password").also("/zitadel.user.v2.UserService/SetPassword"),
    Operation::lacking("add_secret", "POST", "/v2/users/{user_id}/secret").also("/zitadel.user.v2.UserService/AddSecret"),
    Operation::lacking("remove_secret", "DELETE", "/v2/users/{user_id}/secret").also("/zitadel.user.v2.UserService/RemoveSecret"),
    Operation::lacking("add_key", "POST", "/v2/users/{user_id}/keys").also("/zitadel.user.v2.UserService/AddKey"),
    Operation::lacking("remove_key", "DELETE", "/v2/users/{user_id}/keys/{key_id}").also("/zitadel.user.v2.UserService/RemoveKey"),
    Operation::lacking("list_keys", "POST", "/v2/users/keys/search").also("/zitadel.user.v2.UserService/ListKeys"),
    Operation::lacking("add_personal_access_token", "POST", "/v2/users/{user_id}/pats").also("/zitadel.user.v2.UserService/AddPersonalAccessToken"),
    Operation::lacking("remove_personal_access_token", "DELETE", "/v2/users/{user_id}/pats/{token_id}").also("/zitadel.user.v2.UserService/RemovePersonalAccessToken"),
    Operation::lacking("list_personal_access_tokens", "POST", "/v2/users/pats/search").also("/zitadel.user.v2.UserService/ListPersonalAccessTokens"),
    Operation::lacking("set_user_metadata", "POST", "/v2/users/{user_id}/metadata").also("/zitadel.user.v2.UserService/SetUserMetadata"),
    Operation::lacking("list_user_metadata", "POST", "/v2/users/{user_id}/metadata/search").also("/zitadel.user.v2.UserService/ListUserMetadata"),
    Operation::lacking("delete_user_metadata", "DELETE", "/v2/users/{user_id}/metadata").also("/zitadel.user.v2.UserService/DeleteUserMetadata"),
    Operation::lacking("register_passkey", "POST", "/v2/users/{user_id}/passkeys").also("/zitadel.user.v2.UserService/RegisterPasskey"),
    Operation::lacking("verify_passkey_registration", "POST", "/v2/users/{user_id}/passkeys/{passkey_id}").also("/zitadel.user.v2.UserService/VerifyPasskeyRegistration"),
    Operation::lacking("create_passkey_registration_link", "POST", "/v2/users/{user_id}/passkeys/registration_link").also("/zitadel.user.v2.UserService/CreatePasskeyRegistrationLink"),
    Operation::lacking("list_passkeys", "POST", "/v2/users/{user_id}/passkeys/_search").also("/zitadel.user.v2.UserService/ListPasskeys"),
    Operation::lacking("remove_passkey", "DELETE", "/v2/users/{user_id}/passkeys/{passkey_id}").also("/zitadel.user.v2.UserService/RemovePasskey"),
    Operation::lacking("register_u2f", "POST", "/v2/users/{user_id}/u2f").also("/zitadel.user.v2.UserService/RegisterU2F"),
    Operation::lacking("verify_u2f_registration", "POST", "/v2/users/{user_id}/u2f/{u2f_id}").also("/zitadel.user.v2.UserService/VerifyU2FRegistration"),
    Operation::lacking("remove_u2f", "DELETE", "/v2/users/{user_id}/u2f/{u2f_id}").also("/zitadel.user.v2.UserService/RemoveU2F"),
    Operation::lacking("register_totp", "POST", "/v2/users/{user_id}/totp").also("/zitadel.user.v2.UserService/RegisterTOTP"),
    Operation::lacking("verify_totp_registration", "POST", "/v2/users/{user_id}/totp/verify").also("/zitadel.user.v2.UserService/VerifyTOTPRegistration"),
    Operation::lacking("remove_totp", "DELETE", "/v2/users/{user_id}/totp").also("/zitadel.user.v2.UserService/RemoveTOTP"),
    Operation::lacking("add_otpsms", "POST", "/v2/users/{user_id}/otp_sms").also("/zitadel.user.v2.UserService/AddOTPSMS"),
    Operation::lacking("remove_otpsms", "DELETE", "/v2/users/{user_id}/otp_sms").also("/zitadel.user.v2.UserService/RemoveOTPSMS"),
    Operation::lacking("add_otp_email", "POST", "/v2/users/{user_id}/otp_email").also("/zitadel.user.v2.UserService/AddOTPEmail"),
    Operation::lacking("remove_otp_email", "DELETE", "/v2/users/{user_id}/otp_email").also("/zitadel.user.v2.UserService/RemoveOTPEmail"),
    Operation::lacking("generate_recovery_codes", "POST", "/v2/users/{user_id}/recovery_codes").also("/zitadel.user.v2.UserService/GenerateRecoveryCodes"),
    Operation::lacking("remove_recovery_codes", "DELETE", "/v2/users/{user_id}/recovery_codes").also("/zitadel.user.v2.UserService/RemoveRecoveryCodes"),
    Operation::lacking("add_idp_link", "POST", "/v2/users/{user_id}/links").also("/zitadel.user.v2.UserService/AddIDPLink"),
    Operation::lacking("list_idp_links", "POST", "/v2/users/{user_id}/links/_search").also("/zitadel.user.v2.UserService/ListIDPLinks"),
    Operation::lacking("remove_idp_link", "DELETE", "/v2/users/{user_id}/links/{idp_id}/{linked_user_id}").also("/zitadel.user.v2.UserService/RemoveIDPLink"),
    Operation::lacking("list_authentication_method_types", "GET", "/v2/users/{user_id}/authentication_methods").also("/zitadel.user.v2.UserService/ListAuthenticationMethodTypes"),
    Operation::lacking("list_authentication_factors", "POST", "/v2/users/{user_id}/authentication_factors/_search").also("/zitadel.user.v2.UserService/ListAuthenticationFactors"),
    Operation::lacking("create_invite_code", "POST", "/v2/users/{user_id}/invite_code").also("/zitadel.user.v2.UserService/CreateInviteCode"),
    Operation::lacking("resend_invite_code", "POST", "/v2/users/{user_id}/invite_code/resend").also("/zitadel.user.v2.UserService/ResendInviteCode"),
    Operation::lacking("verify_invite_code", "POST", "/v2/users/{user_id}/invite_code/verify").also("/zitadel.user.v2.UserService/VerifyInviteCode"),
    Operation::lacking("human_mfa_init_skipped", "POST", "/v2/users/{user_id}/mfa_init_skipped").also("/zitadel.user.v2.UserService/HumanMFAInitSkipped"),
    Operation::lacking("start_identity_provider_intent", "POST", "/v2/idp_intents").also("/zitadel.user.v2.UserService/StartIdentityProviderIntent"),
    Operation::lacking("retrieve_identity_provider_intent", "POST", "/v2/idp_intents/{idp_intent_id}").also("/zitadel.user.v2.UserService/RetrieveIdentityProviderIntent"),
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
