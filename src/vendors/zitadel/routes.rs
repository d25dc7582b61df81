//! ZITADEL's routes on both edges, with how sure each answer is.

mod contacts;
mod credentials;

mod people;
mod sign_in;
mod users;

use std::sync::LazyLock;

use super::Zitadel;
use super::error::Error;
use super::record::WrongState;
use super::wire::{Done, Edge};
use crate::fidelity::Sureness::{self, Assumed, Documented, Inferred};
use crate::fidelity::{Answer, Operation};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};

/// An emulated operation, what runs it, and what its errors say.
pub(super) struct Row {
    operation: Operation,
    /// The request message, which the validator's texts name.
    pub(super) message: &'static str,
    /// The id of this operation's "no such user".
    pub(super) not_found: &'static str,
    /// What this operation refuses where the user already is as asked.
    pub(super) wrong_state: Option<WrongState>,
    /// What answers a call.
    pub(super) run: Run,
}

/// What answers a call.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// An operation of the user service: decodes, operates and encodes, on the edge by which the call came.
    User(fn(&Zitadel, &Call, Edge, &[u8]) -> Result<Done, Error>),
    /// A door of OAuth and OpenID Connect, which has a dialect of its own.
    Door(fn(&Zitadel, &Call) -> Reply),
}

/// What runs an operation of the user service: the request message, the row that a success is, the operation, and how the
/// response is made of what it answers. `(id)` is for operations that take nothing but a user's id.
macro_rules! run {
    ($request:ident, $answer:literal, $($operation:ident)::+ (id) => $response:expr) => {
        $crate::vendors::zitadel::routes::Run::User(|state, call, edge, message| {
            let operate = |request: &proto::$request, caller: &Caller| {
                operations::$($operation)::+(state, &request.user_id, caller).map($response)
            };
            wire::serve(state, call, (edge, message), operate, $answer)
        })
    };
    ($request:ident, $answer:literal, $($operation:ident)::+ => $response:expr) => {
        $crate::vendors::zitadel::routes::Run::User(|state, call, edge, message| {
            let operate = |request: &proto::$request, caller: &Caller| {
                operations::$($operation)::+(state, request, caller).map($response)
            };
            wire::serve(state, call, (edge, message), operate, $answer)
        })
    };
}

/// A row of the user service. Its remote call and its message are named alike.
macro_rules! user_row {
    ($name:literal, $method:literal $path:literal, $rpc:ident, $answers:expr, $not_found:expr, $wrong_state:expr, $run:expr $(, $difference:literal)* $(,)?) => {
        $crate::vendors::zitadel::routes::Row {
            operation: Operation {
                name: $name,
                method: $method,
                path: $path,
                rpc: Some(concat!("/zitadel.user.v2.UserService/", stringify!($rpc))),
                emulated: true,
                published: $crate::vendors::zitadel::routes::PUBLISHED,
                answers: $answers,
                differences: &[$($difference),*],
            },
            message: concat!(stringify!($rpc), "Request"),
            not_found: $not_found,
            wrong_state: $wrong_state,
            run: $run,
        }
    };
}

use {run, user_row};

/// The emulated operations.
static ROWS: LazyLock<Vec<&'static Row>> = LazyLock::new(|| {
    let parts: [&'static [Row]; 5] = [&users::ROWS, &people::ROWS, &contacts::ROWS, &credentials::ROWS, &sign_in::ROWS];
    parts.into_iter().flatten().collect()
});

/// Every operation of the vendor, the emulated ones first.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation).chain(LACKING)).tidying());

/// The row that a call was matched to.
pub(super) fn row(call: &Call) -> &'static Row {
    let place = call.matched.as_ref().map(|matched| matched.place);
    place.and_then(|place| ROWS.get(place).copied()).expect("only calls of an emulated operation are handled")
}

/// What any call can get.
#[rustfmt::skip]
pub(super) const COMMON: &[Answer] = &[
    Answer::new("preflight", 204, Documented, "zitadel-headers", "a browser asks before it calls: any origin, with credentials"),
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

/// What a write gets whose ids the sheets do not hold.
const WRITE_REFUSALS: &[Answer] = &write_refusals(Assumed, UNLISTED);

/// What stands on no page and in no sheet: text and id are after the vendor's habits.
const UNLISTED: &str = "zitadel-unlisted";

/// The statuses that the pages print or the source gives.
const PUBLISHED: &[u16] = &[200, 400, 401, 403, 404, 409];

/// The rest of the service, named so that nobody takes it for a missing user.
#[rustfmt::skip]
static LACKING: &[Operation] = &[
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
    Operation::lacking("authorize", "GET", "/oauth/v2/authorize"),
    Operation::lacking("device_authorization", "POST", "/oauth/v2/device_authorization"),
    Operation::lacking("end_session", "GET", "/oidc/v1/end_session"),
];
