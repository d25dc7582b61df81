//! ZITADEL's routes on both edges, with how sure each answer is.

mod answers;
mod contacts;
mod credentials;
mod people;
mod row;
mod sign_in;
mod users;

use std::sync::LazyLock;

use crate::fidelity::Operation;
use crate::protocol::Call;
use crate::protocol::route::RouteTable;

pub(super) use answers::COMMON;
pub(super) use row::{Row, Run};

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
