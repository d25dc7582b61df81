//! ZITADEL's doors of OAuth and OpenID Connect as the network sees them: forms in, JSON out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, PRAGMA};
use serde_json::{Map, Value, json};

use super::super::error::sign_in::Refusal;
use super::super::operations::sign_in::{Form, Granted, Introspected, Userinfo};
use super::super::record::User;
use crate::protocol::{Call, Reply};

/// What the caller says in the form of the body, and in a `Basic` header.
pub(in super::super) fn form(call: &Call) -> Form {
    let mut form = Form { issuer: call.origin(), ..Form::default() };
    let (mut id, mut secret) = (None, String::new());
    for (name, value) in form_urlencoded::parse(&call.body) {
        let value = value.into_owned();
        match &*name {
            "grant_type" => form.grant_type = Some(value),
            "assertion" => form.assertion = Some(value),
            "scope" => form.scope = value,
            "token" => form.token = value,
            "client_assertion" => form.client_assertion = Some(value),
            "client_id" => id = Some(value),
            "client_secret" => secret = value,
            _ => {}
        }
    }
    form.client = basic(call).or_else(|| id.filter(|_| !secret.is_empty()).map(|id| (id, secret)));
    form
}

/// The name and secret of a `Basic` header. Some clients code both halves as in a form, others send them raw.
fn basic(call: &Call) -> Option<(String, String)> {
    let coded = call.header(&AUTHORIZATION)?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |half: &str| percent_encoding::percent_decode_str(half).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}

/// What the token endpoint gave.
pub(in super::super) fn granted(granted: Granted) -> Reply {
    let mut body = Map::from_iter([
        ("access_token".to_owned(), Value::from(granted.access_token)),
        ("token_type".to_owned(), "Bearer".into()),
        ("expires_in".to_owned(), granted.expires_in.into()),
    ]);
    body.extend(granted.id_token.map(|token| ("id_token".to_owned(), Value::from(token))));
    answer(&body.into())
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with(PRAGMA, HeaderValue::from_static("no-cache"))
}

/// What a token allows.
pub(in super::super) fn introspected(issuer: &str, found: Option<Introspected>) -> Reply {
    let Some(Introspected { user, access }) = found else {
        return answer(&json!({ "active": false }));
    };
    let mut body = Map::from_iter([
        ("active".to_owned(), Value::from(true)),
        ("iss".to_owned(), issuer.into()),
        ("sub".to_owned(), user.profile.user_id.clone().into()),
        ("token_type".to_owned(), "Bearer".into()),
        ("username".to_owned(), (*user.profile.preferred_login_name).into()),
        ("client_id".to_owned(), (*user.profile.username).into()),
    ]);
    if let Some(access) = access {
        body.insert("scope".to_owned(), access.scope.into());
        body.insert("aud".to_owned(), access.audience.into());
        body.insert("exp".to_owned(), access.expires.as_second().into());
        body.insert("iat".to_owned(), access.issued.as_second().into());
    }
    body.extend(profile(&user));
    answer(&body.into())
}

/// What the holder of a token learns of itself.
pub(in super::super) fn userinfo(info: Userinfo) -> Reply {
    let Userinfo { user, .. } = &info;
    let mut body = Map::from_iter([("sub".to_owned(), Value::from(user.profile.user_id.clone()))]);
    if info.profile {
        body.extend(profile(user));
    }
    if let Some(human) = user.human().filter(|_| info.email) {
        body.insert("email".to_owned(), human.email.address.email.clone().into());
        body.insert("email_verified".to_owned(), human.email.is_verified.into());
    }
    if info.resource_owner {
        let owner = &*user.profile.resource_owner;
        body.insert("urn:zitadel:iam:user:resourceowner:id".to_owned(), owner.into());
    }
    answer(&body.into())
}

fn profile(user: &User) -> Map<String, Value> {
    let name = match (user.human(), user.machine()) {
        (Some(human), _) => human.profile.display_name.as_str(),
        (_, Some(machine)) => machine.name.as_str(),
        (None, None) => &*user.profile.username,
    };
    Map::from_iter([
        ("name".to_owned(), name.into()),
        ("preferred_username".to_owned(), (*user.profile.preferred_login_name).into()),
        ("updated_at".to_owned(), user.history.shown().change_date.as_second().into()),
    ])
}

/// A successful answer.
fn answer(body: &Value) -> Reply {
    Reply::of(StatusCode::OK, body)
}

/// Where everything is, and what is understood.
pub(in super::super) fn discovery(call: &Call) -> Reply {
    let issuer = call.origin();
    let at = |path: &str| format!("{issuer}{path}");
    let algorithms = ["EdDSA", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
    let methods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"];
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
        "grant_types_supported": [
            "authorization_code", "implicit", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "request_object_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "claims_supported": [
            "sub", "aud", "exp", "iat", "iss", "auth_time", "nonce", "acr", "amr", "c_hash", "at_hash", "act", "scopes",
            "client_id", "azp", "preferred_username", "name", "family_name", "given_name", "locale", "email",
            "email_verified", "phone_number", "phone_number_verified",
        ],
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": ["en"],
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

/// An answer, or its refusal.
pub(in super::super) fn either(result: Result<Reply, Refusal>, answer: &'static str) -> Reply {
    result.map_or_else(|refusal| refusal.render(), |reply| reply.fidelity_row(answer))
}
