//! What ZITADEL's discovery document and key set say. Knows no token.

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use serde_json::{Value, json};

use crate::oidc::grants::{ClientAuth, Grant, Served};
use crate::protocol::Reply;

/// The languages of the vendor's pages.
const LANGUAGES: [&str; 22] = [
    "ar", "bg", "cs", "de", "en", "es", "fr", "hu", "id", "it", "ja", "ko", "mk", "nl", "pl", "pt", "ro", "ru", "sv",
    "tr", "uk", "zh",
];

/// How applications say who they are.
const ANY: &[ClientAuth] = &[ClientAuth::None, ClientAuth::Basic, ClientAuth::Post, ClientAuth::PrivateKeyJwt];

/// What the token endpoint serves.
pub(in super::super) static SERVED: Served = Served(&[
    (Grant::AuthorizationCode, ANY),
    (Grant::Implicit, &[ClientAuth::None]),
    (Grant::RefreshToken, ANY),
    (Grant::ClientCredentials, &[ClientAuth::Basic, ClientAuth::Post]),
    (Grant::JwtBearer, &[ClientAuth::None]),
    (Grant::DeviceCode, ANY),
    (Grant::TokenExchange, ANY),
]);

/// Where everything is, and what is understood.
pub(in super::super) fn discovery(issuer: &str) -> Reply {
    let at = |path: &str| format!("{issuer}{path}");
    // Token exchange works all the same.
    let is_listed = |grant: &&str| *grant != Grant::TokenExchange.as_str();
    let grant_types: Vec<_> = SERVED.grant_types().into_iter().filter(is_listed).collect();
    let mut client_auths = SERVED.client_auths();
    client_auths.rotate_right(1); // here, none comes first
    answer(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/v2/authorize"),
        "token_endpoint": at("/oauth/v2/token"),
        "introspection_endpoint": at("/oauth/v2/introspect"),
        "userinfo_endpoint": at("/oidc/v1/userinfo"),
        "revocation_endpoint": at("/oauth/v2/revoke"),
        "end_session_endpoint": at("/oidc/v1/end_session"),
        "device_authorization_endpoint": at("/oauth/v2/device_authorization"),
        "jwks_uri": at("/oauth/v2/keys"),
        "scopes_supported": ["openid", "profile", "email", "phone", "address", "offline_access"],
        "response_types_supported": ["code", "id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": grant_types,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
        "request_object_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": client_auths,
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "revocation_endpoint_auth_methods_supported": client_auths,
        "revocation_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "sub", "aud", "exp", "iat", "iss", "auth_time", "nonce", "acr", "amr", "c_hash", "at_hash", "act", "scopes",
            "client_id", "azp", "preferred_username", "name", "family_name", "given_name", "locale", "email",
            "email_verified", "phone_number", "phone_number_verified",
        ],
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": LANGUAGES,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    }))
}

/// The public keys of what signs this world's tokens.
pub(in super::super) fn key_set(keys: &[Value]) -> Reply {
    answer(&json!({ "keys": keys })).with(CACHE_CONTROL, HeaderValue::from_static("max-age=300, must-revalidate"))
}

fn answer(body: &Value) -> Reply {
    Reply::of(StatusCode::OK, body)
}
