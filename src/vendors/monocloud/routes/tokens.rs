//! The routes of discovery, keys and tokens.

use super::handler::{Handler, Request, Row};
use crate::oidc::answer;
use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::client::{Form, Presented};
use crate::oidc::respond::no_store;
use crate::protocol::Reply;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::operations;
use crate::vendors::monocloud::operations::AuthorizeError;
use crate::vendors::monocloud::wire::sign_in::{DEVICE, reach};
use crate::vendors::monocloud::wire::tokens as wire;

pub(super) static ROWS: [Row; 9] = [
    Row::new("openid_configuration", "GET", "/.well-known/openid-configuration", Handler::door(discovery))
        .oauth()
        .reads_only()
        .about_server(),
    Row::new("keys", "GET", "/.well-known/openid-configuration/jwks", Handler::door(keys))
        .oauth()
        .reads_only()
        .about_server()
        .heavy(),
    Row::new("token", "POST", "/connect/token", Handler::door(token)).oauth().unseen().heavy(),
    Row::new("introspect", "POST", "/connect/introspect", Handler::door(introspect)).oauth().unseen().heavy(),
    Row::new("revoke", "POST", "/connect/revocation", Handler::door(revoke)).oauth().unseen(),
    Row::new("userinfo", "GET", "/connect/userinfo", Handler::door(userinfo)).oauth().reads_only(),
    Row::new("userinfo_by_post", "POST", "/connect/userinfo", Handler::door(userinfo)).oauth().reads_only(),
    Row::new("device_authorization", "POST", "/connect/deviceauthorization", Handler::door(device)).oauth().unseen(),
    Row::new("pushed_authorization", "POST", "/connect/par", Handler::door(push)).oauth().unseen(),
];

fn discovery(request: &Request<'_>) -> Result<Reply, Refusal> {
    let reach = reach(request.monocloud, &request.exchange.call);
    Ok(wire::discovery(request.monocloud, &reach.issuer).fidelity_row("configuration"))
}

fn keys(request: &Request<'_>) -> Result<Reply, Refusal> {
    Ok(wire::key_set(&operations::signing_keys(request.monocloud)).fidelity_row("key_set"))
}

/// The client that a call says it is from.
fn presented(request: &Request<'_>, form: &Form, otherwise: Refusal) -> Result<Presented, Refusal> {
    Presented::of(&request.exchange.call, form).map_err(|_| otherwise)
}

fn token(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, call) = (request.monocloud, &request.exchange.call);
    let (form, reach) = (Form::of(call), reach(monocloud, call));
    let client = presented(request, &form, Refusal::ClientInvalid)?;
    let application = operations::authenticate_application(monocloud, &client, &reach)?;
    let asked = wire::token_request(&form, request.exchange.defect);
    let granted = operations::token(monocloud, &application, &asked, &reach)?;
    Ok(wire::granted(&granted).fidelity_row("granted"))
}

fn introspect(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, call) = (request.monocloud, &request.exchange.call);
    let form = Form::of(call);
    let client = presented(request, &form, Refusal::ApiInvalid)?;
    let api = operations::authenticate_api(monocloud, &client, &reach(monocloud, call))?;
    let token = form.text("token").ok_or(Refusal::RequestInvalid("Missing token parameter"))?;
    let found = operations::introspect(monocloud, &api, token);
    let row = if found.is_some() { "active" } else { "inactive" };
    Ok(wire::introspected(found).fidelity_row(row))
}

fn revoke(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, call) = (request.monocloud, &request.exchange.call);
    let form = Form::of(call);
    let client = presented(request, &form, Refusal::ClientInvalid)?;
    let application = operations::authenticate_application(monocloud, &client, &reach(monocloud, call))?;
    let token = form.text("token").ok_or(Refusal::RequestInvalid("Missing token parameter"))?;
    operations::revoke(monocloud, &application, token);
    Ok(no_store(Reply::empty(http::StatusCode::OK)).fidelity_row("revoked"))
}

fn userinfo(request: &Request<'_>) -> Result<Reply, Refusal> {
    let token = wire::access_token(&request.exchange.call);
    let claims = operations::userinfo(request.monocloud, token.as_deref())?;
    Ok(answer::userinfo(claims, request.exchange.defect).fidelity_row("claims"))
}

fn device(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, call) = (request.monocloud, &request.exchange.call);
    let (form, reach) = (Form::of(call), reach(monocloud, call));
    let client = presented(request, &form, Refusal::ClientInvalid)?;
    let application = operations::authenticate_application(monocloud, &client, &reach)?;
    let device = operations::authorize_device(monocloud, &application, form.text("scope"), &reach)?;
    Ok(wire::device(&device, &request.visit().url(DEVICE)).fidelity_row("waiting"))
}

fn push(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, call) = (request.monocloud, &request.exchange.call);
    let (form, reach) = (Form::of(call), reach(monocloud, call));
    let client = presented(request, &form, Refusal::ClientInvalid)?;
    let application = operations::authenticate_application(monocloud, &client, &reach)?;
    let sent = AuthorizeRequest::of(&form);
    if sent.request_uri.is_some() {
        return Err(Refusal::RequestInvalid("A pushed request has no request_uri."));
    }
    let refused = |error: &str, text: Option<&str>| {
        answer::error(http::StatusCode::BAD_REQUEST, error, text).fidelity_row("request_refused")
    };
    Ok(match operations::push(monocloud, &application, sent, &reach) {
        Ok(pushed) => wire::pushed(&pushed).fidelity_row("pushed"),
        Err(AuthorizeError::OnPage(text)) => refused("invalid_request", Some(text)),
        Err(AuthorizeError::Redirected { error, description, .. }) => refused(error, description),
    })
}
