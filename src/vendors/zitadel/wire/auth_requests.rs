//! ZITADEL's messages about the requests of applications, and what its authorize door is sent.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::operations::authorize::Asked;
use super::super::operations::callbacks::{Callback, CallbackKind, CallbackRefusal, SessionProof};
use super::super::operations::devices::DeviceFound;
use super::super::record::AuthRequest;
use super::super::state::Zitadel;
use super::described::Described;
use super::described::values::duration_text;
use super::issuer::issuer;
use super::objects::{changed, time};
use crate::context::DEFAULT_WORLD;
use crate::html::escape;
use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::client::Form;
use crate::protocol::credential::is_form;
use crate::protocol::{Call, Reply};

/// The header by which a caller says to be the login client.
static LOGIN_CLIENT: HeaderName = HeaderName::from_static("x-zitadel-login-client");

/// What the API calls the reasons for an error, in the order of their numbers, which start with 1.
const REASONS: [&str; 16] = [
    "ERROR_REASON_INVALID_REQUEST",
    "ERROR_REASON_UNAUTHORIZED_CLIENT",
    "ERROR_REASON_ACCESS_DENIED",
    "ERROR_REASON_UNSUPPORTED_RESPONSE_TYPE",
    "ERROR_REASON_INVALID_SCOPE",
    "ERROR_REASON_SERVER_ERROR",
    "ERROR_REASON_TEMPORARY_UNAVAILABLE",
    "ERROR_REASON_INTERACTION_REQUIRED",
    "ERROR_REASON_LOGIN_REQUIRED",
    "ERROR_REASON_ACCOUNT_SELECTION_REQUIRED",
    "ERROR_REASON_CONSENT_REQUIRED",
    "ERROR_REASON_INVALID_REQUEST_URI",
    "ERROR_REASON_INVALID_REQUEST_OBJECT",
    "ERROR_REASON_REQUEST_NOT_SUPPORTED",
    "ERROR_REASON_REQUEST_URI_NOT_SUPPORTED",
    "ERROR_REASON_REGISTRATION_NOT_SUPPORTED",
];

/// The session of a message.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionMessage {
    session_id: String,
    session_token: String,
}

/// The error of a message.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorMessage {
    error: Value,
    error_description: Option<String>,
    error_uri: Option<String>,
}

/// The parameters of a call: of its form and its query, the last value of each.
pub(in super::super) fn parameters(call: &Call) -> Form {
    let body = if is_form(call) { Form::of(call) } else { Form::default() };
    body.last_first(Form::of_query(call))
}

/// What a call asks of the authorize door.
pub(in super::super) fn asked(zitadel: &Zitadel, call: &Call) -> Asked {
    let form = parameters(call);
    Asked {
        has_scope: form.has("scope"),
        request: AuthorizeRequest::of(&form),
        issuer: issuer(zitadel, call),
        login_client: login_client(call).map(str::to_owned),
        is_tagged: is_tagged(zitadel, call),
    }
}

/// Whom the caller says to be the login client.
pub(in super::super) fn login_client(call: &Call) -> Option<&str> {
    call.header(&LOGIN_CLIENT).filter(|client| !client.is_empty())
}

/// Whether the caller names the world by its credential, and not by the path.
pub(in super::super) fn is_tagged(zitadel: &Zitadel, call: &Call) -> bool {
    *zitadel.context.world != *DEFAULT_WORLD && !call.prefix.starts_with("/~")
}

/// A redirect, with the text that the vendor's library writes for a call that is read.
pub(in super::super) fn redirect(call: &Call, to: &str) -> Reply {
    let location = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    let reply = match call.head.method {
        Method::GET => Reply::new(
            StatusCode::FOUND,
            "text/html; charset=utf-8",
            format!("<a href=\"{}\">Found</a>.\n\n", escape(to)),
        ),
        Method::HEAD => {
            Reply::empty(StatusCode::FOUND).with(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))
        }
        _ => Reply::empty(StatusCode::FOUND),
    };
    reply.with(LOCATION, location)
}

/// A refusal as a line of text.
pub(in super::super) fn told(text: &str) -> Reply {
    Reply::new(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", format!("{text}\n"))
}

/// How a message answers a request.
pub(in super::super) fn callback(message: &Described) -> CallbackKind {
    if message.has("session") {
        return CallbackKind::Session(session(message));
    }
    let error: ErrorMessage = message.read("error");
    let reason = error.error.as_str().unwrap_or_default();
    CallbackKind::Error(CallbackRefusal {
        reason: REASONS.iter().position(|name| *name == reason).map_or(0, |index| index + 1),
        description: error.error_description.filter(|text| !text.is_empty()),
        uri: error.error_uri.filter(|uri| !uri.is_empty()),
    })
}

/// The session of a message.
pub(in super::super) fn session(message: &Described) -> SessionProof {
    let session: SessionMessage = message.read("session");
    SessionProof { id: session.session_id, token: session.session_token }
}

/// The answer to a callback.
pub(in super::super) fn created(callback: &Callback) -> Value {
    json!({ "details": changed(&callback.receipt), "callbackUrl": callback.url })
}

/// The answer to a read.
pub(in super::super) fn found(request: &AuthRequest) -> Value {
    let mut shown: Map<String, Value> = Map::new();
    let mut set = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    set("id", json!(request.id));
    set("creationDate", time(request.details.creation_date));
    set("clientId", json!(request.client_id));
    set("scope", json!(request.scope));
    set("redirectUri", json!(request.redirect_uri));
    set("prompt", json!(request.prompt));
    set("uiLocales", json!(request.ui_locales));
    set("loginHint", json!(request.login_hint));
    set("maxAge", json!(request.max_age.map(|seconds| duration_text((seconds as i64, 0)))));
    set("hintUserId", json!(request.hint_user_id));
    json!({ "authRequest": shown })
}

/// The answer to a read of what a device asks.
pub(in super::super) fn device_found(found: &DeviceFound) -> Value {
    json!({ "deviceAuthorizationRequest": {
        "id": found.id,
        "clientId": found.request.client_id,
        "scope": found.request.scope,
        "appName": found.app_name,
        "projectName": found.project_name,
    } })
}
