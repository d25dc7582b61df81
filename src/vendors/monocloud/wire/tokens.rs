//! MonoCloud's doors of OAuth and OpenID Connect on the wire: forms in, JSON out.

use http::Method;
use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HeaderValue, ORIGIN, VARY,
};
use serde_json::{Map, Value, json};

use super::super::operations::{CLAIMS, DeviceAuthorization, Granted, IDENTITY_SCOPES, INTERVAL, Pushed, TokenRequest};
use super::super::record::SigningKey;
use super::super::state::MonoCloud;
use crate::failure::{Failure, Kind};
use crate::oidc::answer;
use crate::oidc::client::Form;
use crate::oidc::grants::{ClientAuth, Grant, Served};
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::respond::no_store;
use crate::protocol::{Call, Reply};
use crate::tokens::{Defect, jwk};

/// How a client that has a secret shows who it is.
const SECRET: &[ClientAuth] = &[ClientAuth::Basic, ClientAuth::Post, ClientAuth::SecretJwt, ClientAuth::PrivateKeyJwt];

/// The same, or by its id alone.
const ANY: &[ClientAuth] = &ClientAuth::ALL;

/// What is served.
pub(in super::super) static SERVED: Served = Served(&[
    (Grant::AuthorizationCode, ANY),
    (Grant::ClientCredentials, SECRET),
    (Grant::RefreshToken, ANY),
    (Grant::Implicit, &[ClientAuth::None]),
    (Grant::Password, ANY),
    (Grant::DeviceCode, ANY),
]);

const RESPONSE_TYPES: [&str; 7] =
    ["code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// What the provider says of itself, at that issuer.
pub(in super::super) fn discovery(monocloud: &MonoCloud, issuer: &str) -> Reply {
    let at = |path: &str| format!("{issuer}{path}");
    let apis = monocloud.state.api_resources.snapshot();
    let shown = apis.iter().filter(|api| api.enabled).flat_map(|api| &api.fauxidp.scopes);
    let api_scopes = shown.filter(|scope| scope.show_in_discovery_document).map(|scope| &*scope.name);
    let scopes: Vec<&str> = IDENTITY_SCOPES.into_iter().chain(api_scopes).chain(["offline_access"]).collect();
    let body = json!({
        "issuer": issuer,
        "jwks_uri": at("/.well-known/openid-configuration/jwks"),
        "authorization_endpoint": at("/connect/authorize"),
        "token_endpoint": at("/connect/token"),
        "userinfo_endpoint": at("/connect/userinfo"),
        "end_session_endpoint": at("/connect/endsession"),
        "revocation_endpoint": at("/connect/revocation"),
        "introspection_endpoint": at("/connect/introspect"),
        "device_authorization_endpoint": at("/connect/deviceauthorization"),
        "pushed_authorization_request_endpoint": at("/connect/par"),
        "require_pushed_authorization_requests": false,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "scopes_supported": scopes,
        "claims_supported": CLAIMS,
        "grant_types_supported": SERVED.grant_types(),
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": ["form_post", "query", "fragment"],
        "token_endpoint_auth_methods_supported": SERVED.client_auths(),
        "token_endpoint_auth_signing_alg_values_supported":
            ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "HS256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    Reply::of(StatusCode::OK, &body)
}

/// The keys that verify tokens.
pub(in super::super) fn key_set(keys: &[SigningKey]) -> Reply {
    let keys: Vec<Value> = keys.iter().map(|key| jwk(key.key().key().public(), &key.id)).collect();
    Reply::of(StatusCode::OK, &json!({ "keys": keys }))
}

/// What is asked of the token endpoint.
pub(in super::super) fn token_request(form: &Form, defect: Option<Defect>) -> TokenRequest {
    let text = |name: &str| form.text(name).map(str::to_owned);
    TokenRequest {
        grant_type: text("grant_type"),
        code: text("code"),
        redirect_uri: text("redirect_uri"),
        code_verifier: text("code_verifier"),
        refresh_token: text("refresh_token"),
        device_code: text("device_code"),
        username: text("username"),
        password: text("password"),
        scope: text("scope"),
        resources: form.all("resource").map(str::to_owned).collect(),
        defect,
    }
}

/// What the token endpoint gives.
pub(in super::super) fn granted(granted: &Granted) -> Reply {
    answer::token(granted.members(), granted.defect)
}

/// What an API learns about a token.
pub(in super::super) fn introspected(claims: Option<Map<String, Value>>) -> Reply {
    let mut body = claims.unwrap_or_default();
    let is_active = !body.is_empty();
    body.insert("active".to_owned(), is_active.into());
    no_store(Reply::of(StatusCode::OK, &body))
}

/// What a device gets; its user is to go to `page`.
pub(in super::super) fn device(device: &DeviceAuthorization, page: &str) -> Reply {
    let body = json!({
        "device_code": device.device_code,
        "user_code": device.user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={}", device.user_code),
        "expires_in": device.expires_in,
        "interval": INTERVAL,
    });
    no_store(Reply::of(StatusCode::OK, &body))
}

/// What a pushed request gets.
pub(in super::super) fn pushed(pushed: &Pushed) -> Reply {
    let body = json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
    no_store(Reply::of(StatusCode::CREATED, &body))
}

/// The access token of a call: in its header, or in its form.
pub(in super::super) fn access_token(call: &Call) -> Option<String> {
    let header = call.header(&AUTHORIZATION).and_then(|value| value.split_once(' '));
    match header {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
        _ => Form::of(call).text("access_token").map(str::to_owned),
    }
}

/// Whether pages of the call's origin may read the answer: those of some application.
fn shared_origin<'c>(monocloud: &MonoCloud, call: &'c Call) -> Option<&'c HeaderValue> {
    let value = call.value(&ORIGIN)?;
    let origin = value.to_str().ok()?;
    let is_local = RedirectUri::parse(origin).is_some_and(|origin| origin.is_local());
    let applications = monocloud.state.applications.snapshot();
    let is_taken = applications.iter().filter(|application| application.enabled).any(|application| {
        application.allowed_cors_origins.iter().any(|own| own == origin)
            || (application.fauxidp.takes_local && is_local)
    });
    is_taken.then_some(value)
}

/// Lets the page that called read the answer.
pub(in super::super) fn share(monocloud: &MonoCloud, call: &Call, reply: &mut Reply) {
    if let Some(origin) = shared_origin(monocloud, call) {
        reply.headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        reply.headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

/// The answer to a browser that asks before it calls; no route has its method.
pub(in super::super) fn preflight(monocloud: &MonoCloud, call: &Call, failure: &Failure) -> Option<Reply> {
    if *call.method() != Method::OPTIONS || !matches!(failure.kind, Kind::WrongMethod(_)) {
        return None;
    }
    let method = call.value(&ACCESS_CONTROL_REQUEST_METHOD)?;
    shared_origin(monocloud, call)?;
    let mut reply = Reply::empty(StatusCode::NO_CONTENT).with(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    if let Some(headers) = call.value(&ACCESS_CONTROL_REQUEST_HEADERS) {
        reply = reply.with(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
    }
    Some(reply.fidelity_row("preflight"))
}
