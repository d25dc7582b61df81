//! The routes of ZITADEL's doors of OAuth and OpenID Connect, and of its health.

use http::StatusCode;
use serde_json::Value;

use super::handler::{Handler, Request, Row};
use super::pages::{DEVICE, DONE, DONE_V1, LOGOUT};
use crate::oidc::respond::with_query;
use crate::protocol::Reply;
use crate::vendors::zitadel::auth;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::end_session::{self, Ended};
use crate::vendors::zitadel::operations::{devices, login, sign_in};
use crate::vendors::zitadel::wire::auth_requests::{is_tagged, redirect};
use crate::vendors::zitadel::wire::issuer::issuer;
use crate::vendors::zitadel::wire::{discovery, sign_in as wire};

pub(super) static ROWS: [Row; 13] = [
    Row::new("openid_configuration", "GET", "/.well-known/openid-configuration", Handler::door(openid_configuration))
        .oauth()
        .reads_only()
        .ignores_body()
        .any_method()
        .about_server(),
    Row::new(
        "keys",
        "GET",
        "/oauth/v2/keys",
        Handler::door(|request| Ok(discovery::key_set(&keys(request)).fidelity_row("key_set"))),
    )
    .oauth()
    .reads_only()
    .ignores_body()
    .any_method()
    .about_server()
    .heavy(),
    Row::new("token", "POST", "/oauth/v2/token", Handler::door(token)).oauth().any_method().heavy(),
    Row::new("device_authorization", "POST", "/oauth/v2/device_authorization", Handler::door(device_authorization))
        .oauth()
        .any_method()
        .heavy()
        .unseen(),
    Row::new("end_session", "GET", "/oidc/v1/end_session", Handler::door(end_session)).oauth().any_method().unseen(),
    Row::new("end_session_by_post", "POST", "/oidc/v1/end_session", Handler::door(end_session)).oauth().unseen(),
    Row::new("introspect", "POST", "/oauth/v2/introspect", Handler::door(introspect))
        .oauth()
        .reads_only()
        .any_method()
        .heavy(),
    Row::new("revoke", "POST", "/oauth/v2/revoke", Handler::door(revoke)).oauth().any_method().heavy().unseen(),
    Row::new("userinfo", "GET", "/oidc/v1/userinfo", Handler::door(userinfo)).oauth().any_method().reads_only(),
    Row::new("userinfo_by_post", "POST", "/oidc/v1/userinfo", Handler::door(userinfo)).oauth().reads_only(),
    Row::new("debug_healthz", "GET", "/debug/healthz", Handler::door(|_| Ok(ok().fidelity_row("healthy"))))
        .reads_only()
        .any_method()
        .about_server(),
    Row::new("debug_ready", "GET", "/debug/ready", Handler::door(|_| Ok(ok().fidelity_row("ready"))))
        .reads_only()
        .any_method()
        .about_server(),
    Row::new("debug_validate", "GET", "/debug/validate", Handler::door(|_| Ok(ok().fidelity_row("valid"))))
        .reads_only()
        .any_method()
        .about_server(),
];

fn openid_configuration(request: &Request<'_>) -> Result<Reply, Error> {
    let issuer = issuer(request.zitadel, &request.exchange.call);
    Ok(discovery::discovery(&issuer).fidelity_row("configuration"))
}

fn form(request: &Request<'_>) -> sign_in::Form {
    wire::form(request.zitadel, &request.exchange.call, request.exchange.defect)
}

fn token(request: &Request<'_>) -> Result<Reply, Error> {
    let form = form(request);
    Ok(wire::either(sign_in::token(request.zitadel, &form).map(wire::granted), "granted"))
}

fn device_authorization(request: &Request<'_>) -> Result<Reply, Error> {
    let (zitadel, form) = (request.zitadel, form(request));
    let is_tagged = is_tagged(zitadel, &request.exchange.call);
    let page = if is_tagged { request.visit().url(DEVICE) } else { format!("{}{DEVICE}", form.issuer) };
    let started = devices::start(zitadel, &form, is_tagged);
    Ok(wire::either(started.map(|started| wire::waiting(&zitadel.context, started, &page)), "waiting"))
}

fn end_session(request: &Request<'_>) -> Result<Reply, Error> {
    let (zitadel, call, visit) = (request.zitadel, &request.exchange.call, request.visit());
    let asked = wire::end_session(call, visit.path(DONE));
    Ok(match end_session::end_session(zitadel, &asked) {
        Err(refusal) => refusal.render(),
        Ok((ended, session)) => {
            request.tell_end(session.as_ref());
            let (to, row) = match ended {
                Ended::Application(to) => (to, "redirected"),
                Ended::Done => (visit.path(DONE), "signed_out"),
                Ended::DoneV1 => (visit.path(DONE_V1), "nothing_ended"),
                Ended::AskV2(parameters) => {
                    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
                    (with_query(&visit.path(LOGOUT), &parameters), "asked_whom")
                }
            };
            let reply = redirect(call, &to).fidelity_row(row);
            // The cookie of a session that is over.
            match visit.cookie().is_some_and(|cookie| login::signed_in(zitadel, cookie).is_none()) {
                true => visit.forget(reply),
                false => reply,
            }
        }
    })
}

fn introspect(request: &Request<'_>) -> Result<Reply, Error> {
    let form = form(request);
    let found = sign_in::introspect(request.zitadel, &form);
    Ok(wire::either(found.map(|found| wire::introspected(&form.issuer, found)), "introspected"))
}

fn revoke(request: &Request<'_>) -> Result<Reply, Error> {
    let form = form(request);
    let revoked = sign_in::revoke(request.zitadel, &form);
    Ok(wire::either(revoked.map(|()| wire::revoked()), "revoked"))
}

fn userinfo(request: &Request<'_>) -> Result<Reply, Error> {
    let found = sign_in::userinfo(request.zitadel, wire::access_token(&request.exchange.call).as_deref());
    let defect = request.exchange.defect;
    Ok(wire::either(found.map(|claims| wire::userinfo(claims, defect)), "userinfo"))
}

/// The key that signs, and the next one.
fn keys(request: &Request<'_>) -> [Value; 2] {
    auth::signers(request.zitadel).map(|signer| signer.jwk())
}

fn ok() -> Reply {
    Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "ok")
}
