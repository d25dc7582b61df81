//! The rest of ZITADEL's user service, and of its doors: named so that nobody takes it for a missing user.

use crate::row::Operation;

pub(super) static OPERATIONS: [Operation; 31] = [
    Operation::unemulated("register_passkey", "POST", "/v2/users/{user_id}/passkeys")
        .with_rpc("/zitadel.user.v2.UserService/RegisterPasskey"),
    Operation::unemulated("verify_passkey_registration", "POST", "/v2/users/{user_id}/passkeys/{passkey_id}")
        .with_rpc("/zitadel.user.v2.UserService/VerifyPasskeyRegistration"),
    Operation::unemulated("create_passkey_registration_link", "POST", "/v2/users/{user_id}/passkeys/registration_link")
        .with_rpc("/zitadel.user.v2.UserService/CreatePasskeyRegistrationLink"),
    Operation::unemulated("list_passkeys", "POST", "/v2/users/{user_id}/passkeys/_search")
        .with_rpc("/zitadel.user.v2.UserService/ListPasskeys"),
    Operation::unemulated("remove_passkey", "DELETE", "/v2/users/{user_id}/passkeys/{passkey_id}")
        .with_rpc("/zitadel.user.v2.UserService/RemovePasskey"),
    Operation::unemulated("register_u2f", "POST", "/v2/users/{user_id}/u2f")
        .with_rpc("/zitadel.user.v2.UserService/RegisterU2F"),
    Operation::unemulated("verify_u2f_registration", "POST", "/v2/users/{user_id}/u2f/{u2f_id}")
        .with_rpc("/zitadel.user.v2.UserService/VerifyU2FRegistration"),
    Operation::unemulated("remove_u2f", "DELETE", "/v2/users/{user_id}/u2f/{u2f_id}")
        .with_rpc("/zitadel.user.v2.UserService/RemoveU2F"),
    Operation::unemulated("register_totp", "POST", "/v2/users/{user_id}/totp")
        .with_rpc("/zitadel.user.v2.UserService/RegisterTOTP"),
    Operation::unemulated("verify_totp_registration", "POST", "/v2/users/{user_id}/totp/verify")
        .with_rpc("/zitadel.user.v2.UserService/VerifyTOTPRegistration"),
    Operation::unemulated("remove_totp", "DELETE", "/v2/users/{user_id}/totp")
        .with_rpc("/zitadel.user.v2.UserService/RemoveTOTP"),
    Operation::unemulated("add_otpsms", "POST", "/v2/users/{user_id}/otp_sms")
        .with_rpc("/zitadel.user.v2.UserService/AddOTPSMS"),
    Operation::unemulated("remove_otpsms", "DELETE", "/v2/users/{user_id}/otp_sms")
        .with_rpc("/zitadel.user.v2.UserService/RemoveOTPSMS"),
    Operation::unemulated("add_otp_email", "POST", "/v2/users/{user_id}/otp_email")
        .with_rpc("/zitadel.user.v2.UserService/AddOTPEmail"),
    Operation::unemulated("remove_otp_email", "DELETE", "/v2/users/{user_id}/otp_email")
        .with_rpc("/zitadel.user.v2.UserService/RemoveOTPEmail"),
    Operation::unemulated("generate_recovery_codes", "POST", "/v2/users/{user_id}/recovery_codes")
        .with_rpc("/zitadel.user.v2.UserService/GenerateRecoveryCodes"),
    Operation::unemulated("remove_recovery_codes", "DELETE", "/v2/users/{user_id}/recovery_codes")
        .with_rpc("/zitadel.user.v2.UserService/RemoveRecoveryCodes"),
    Operation::unemulated("add_idp_link", "POST", "/v2/users/{user_id}/links")
        .with_rpc("/zitadel.user.v2.UserService/AddIDPLink"),
    Operation::unemulated("list_idp_links", "POST", "/v2/users/{user_id}/links/_search")
        .with_rpc("/zitadel.user.v2.UserService/ListIDPLinks"),
    Operation::unemulated("remove_idp_link", "DELETE", "/v2/users/{user_id}/links/{idp_id}/{linked_user_id}")
        .with_rpc("/zitadel.user.v2.UserService/RemoveIDPLink"),
    Operation::unemulated("list_authentication_method_types", "GET", "/v2/users/{user_id}/authentication_methods")
        .with_rpc("/zitadel.user.v2.UserService/ListAuthenticationMethodTypes"),
    Operation::unemulated("list_authentication_factors", "POST", "/v2/users/{user_id}/authentication_factors/_search")
        .with_rpc("/zitadel.user.v2.UserService/ListAuthenticationFactors"),
    Operation::unemulated("create_invite_code", "POST", "/v2/users/{user_id}/invite_code")
        .with_rpc("/zitadel.user.v2.UserService/CreateInviteCode"),
    Operation::unemulated("resend_invite_code", "POST", "/v2/users/{user_id}/invite_code/resend")
        .with_rpc("/zitadel.user.v2.UserService/ResendInviteCode"),
    Operation::unemulated("verify_invite_code", "POST", "/v2/users/{user_id}/invite_code/verify")
        .with_rpc("/zitadel.user.v2.UserService/VerifyInviteCode"),
    Operation::unemulated("human_mfa_init_skipped", "POST", "/v2/users/{user_id}/mfa_init_skipped")
        .with_rpc("/zitadel.user.v2.UserService/HumanMFAInitSkipped"),
    Operation::unemulated("start_identity_provider_intent", "POST", "/v2/idp_intents")
        .with_rpc("/zitadel.user.v2.UserService/StartIdentityProviderIntent"),
    Operation::unemulated("retrieve_identity_provider_intent", "POST", "/v2/idp_intents/{idp_intent_id}")
        .with_rpc("/zitadel.user.v2.UserService/RetrieveIdentityProviderIntent"),
    Operation::unemulated("authorize", "GET", "/oauth/v2/authorize").with_oauth(),
    Operation::unemulated("device_authorization", "POST", "/oauth/v2/device_authorization").with_oauth(),
    Operation::unemulated("end_session", "GET", "/oidc/v1/end_session").with_oauth(),
];
