//! ZITADEL's doors of OAuth and OpenID Connect as the network sees them: forms in, JSON out.

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::super::auth::HeldToken;
use super::super::error::sign_in::Refusal;
use super::super::operations::end_session::EndSession;
use super::super::operations::sign_in::{Claims, ExchangeForm, Form, Granted, Introspected};
use super::super::record::DeviceRequest;
use super::super::state::Zitadel;
use super::auth_requests::{login_client, parameters};
use super::issuer::issuer;
use crate::context::{WorldContext, split_world};
use crate::oidc;
use crate::oidc::assertion::unverified_subject;
use crate::oidc::client::{self, ASSERTION_TYPE, NoClient, Presented, Proof};
use crate::protocol::credential::is_form;
use crate::protocol::{Call, Reply};
use crate::tokens::Defect;

/// What the caller says in the form of the body, in the query, and in a `Basic` header.
pub(in super::super) fn form(zitadel: &Zitadel, call: &Call, defect: Option<Defect>) -> Form {
    let body = if is_form(call) { client::Form::of(call) } else { client::Form::default() };
    let query = client::Form::of_query(call);
    let text = |name: &str| body.text(name).or_else(|| query.text(name)).map(str::to_owned);
    let sender = if body.text("client_id").or(body.text("client_assertion")).is_some() { &body } else { &query };
    // A token that the client signed counts first, then a header, then a secret in the form.
    let client = signed(sender).unwrap_or_else(|| {
        let presented = Presented::of(call, sender).or_else(|none| match none {
            NoClient::Several => Presented::of(call, &client::Form::default()),
            NoClient::Missing | NoClient::Malformed => Err(none),
        });
        presented.map_err(|_| Refusal::ClientMissing)
    });
    Form {
        grant_type: text("grant_type"),
        assertion: text("assertion"),
        scope: text("scope").unwrap_or_default(),
        token: text("token").unwrap_or_default(),
        code: text("code"),
        redirect_uri: text("redirect_uri"),
        code_verifier: text("code_verifier"),
        refresh_token: text("refresh_token"),
        device_code: text("device_code"),
        exchange: ExchangeForm {
            subject_token: text("subject_token"),
            subject_token_type: text("subject_token_type"),
            actor_token: text("actor_token"),
            actor_token_type: text("actor_token_type"),
            requested_token_type: text("requested_token_type"),
            audience: body.all("audience").chain(query.all("audience")).map(str::to_owned).collect(),
            has_resource: text("resource").is_some(),
        },
        client,
        issuer: issuer(zitadel, call),
        defect,
    }
}

/// A client by a token that it signed, which may not even say whose it is.
fn signed(form: &client::Form) -> Option<Result<Presented, Refusal>> {
    let assertion = form.text("client_assertion")?;
    let kind = form.text("client_assertion_type").unwrap_or_default();
    if kind != ASSERTION_TYPE {
        return Some(Err(Refusal::AssertionTypeUnknown(kind.to_owned())));
    }
    let subject = || unverified_subject(assertion).map(|subject| split_world(&subject).0.to_owned());
    let id = form.text("client_id").map(str::to_owned).or_else(subject);
    Some(Ok(Presented { ids: id.into_iter().collect(), proof: Proof::Assertion(assertion.to_owned()) }))
}

/// The token of a call for userinfo: in its header, else in its form or its query.
pub(in super::super) fn access_token(call: &Call) -> Option<String> {
    let of_header = call.header(&AUTHORIZATION).and_then(|header| header.strip_prefix("Bearer ")).map(str::to_owned);
    let of_body = || is_form(call).then(|| client::Form::of(call).text("access_token").map(str::to_owned)).flatten();
    let of_query = || client::Form::of_query(call).text("access_token").map(str::to_owned);
    of_header.or_else(of_body).or_else(of_query).filter(|token| !token.is_empty())
}

/// What the token endpoint gave.
pub(in super::super) fn granted(granted: Granted) -> Reply {
    let defect = granted.defect;
    oidc::answer::token(granted.members(), defect)
}

/// What a device shows, and how often it may ask.
pub(in super::super) fn waiting(context: &WorldContext, started: DeviceRequest, page: &str) -> Reply {
    answer(&json!({
        "device_code": context.tag_with_world(started.device_code),
        "user_code": started.user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={}", started.user_code),
        "expires_in": DeviceRequest::LIFETIME.as_secs(),
        "interval": 5,
    }))
}

/// What is asked where a session is to end; `done` is the page that says that it did.
pub(in super::super) fn end_session(call: &Call, done: String) -> EndSession {
    let form = parameters(call);
    let text = |name: &str| form.text(name).map(str::to_owned);
    EndSession {
        id_token_hint: text("id_token_hint"),
        client_id: text("client_id"),
        post_logout_redirect_uri: text("post_logout_redirect_uri"),
        state: text("state"),
        logout_hint: text("logout_hint"),
        ui_locales: text("ui_locales"),
        is_v2: login_client(call).is_some(),
        done,
    }
}

/// What a token allows.
pub(in super::super) fn introspected(issuer: &str, found: Option<Introspected>) -> Reply {
    let Some(Introspected { token, scope, audience, user, claims }) = found else {
        return answer(&json!({ "active": false }));
    };
    let (expires, issued) = match &token {
        HeldToken::Personal(token) => (token.expires, token.created),
        HeldToken::Access(access) => (access.expires, access.issued),
    };
    let mut body = json!({
        "active": true, "scope": scope, "token_type": "Bearer", "exp": expires.as_second(), "iat": issued.as_second(),
        "nbf": issued.as_second(), "sub": user.profile.user_id, "aud": audience, "iss": issuer,
    });
    match token {
        HeldToken::Personal(token) => body["jti"] = token.id.into(),
        HeldToken::Access(access) => {
            body["jti"] = access.id.into();
            body["client_id"] = access.azp.unwrap_or(access.client_id).into();
            if let Some(time) = access.auth_time {
                body["auth_time"] = time.as_second().into();
            }
            if !access.amr.is_empty() {
                body["amr"] = access.amr.into();
            }
        }
    }
    if let Some(name) = claims.get("preferred_username") {
        body["username"] = name.clone();
    }
    for (name, value) in claims {
        body[name] = value;
    }
    answer(&body)
}

/// That a token is ended: nothing, in JSON.
pub(in super::super) fn revoked() -> Reply {
    Reply::json(StatusCode::OK, Vec::new())
}

/// What the holder of a token learns of itself.
pub(in super::super) fn userinfo(claims: Claims, defect: Option<Defect>) -> Reply {
    oidc::answer::userinfo(claims, defect)
}

/// A successful answer.
fn answer(body: &Value) -> Reply {
    Reply::of(StatusCode::OK, body)
}

/// An answer, or its refusal.
pub(in super::super) fn either(result: Result<Reply, Refusal>, answer: &'static str) -> Reply {
    result.map_or_else(|refusal| refusal.render(), |reply| reply.fidelity_row(answer))
}
