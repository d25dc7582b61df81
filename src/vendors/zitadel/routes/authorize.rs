//! The routes of ZITADEL's authorize door, and of the OIDC service by which a login page answers.

use serde_json::json;

use super::handler::{Handler, Request, Row};
use super::pages;
use crate::protocol::Reply;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::authorize::{self, Decision};
use crate::vendors::zitadel::operations::callbacks;
use crate::vendors::zitadel::operations::devices;
use crate::vendors::zitadel::wire::auth_requests as wire;

pub(super) static ROWS: [Row; 7] = [
    Row::new("authorize", "GET", "/oauth/v2/authorize", Handler::door(authorize)).oauth().any_method(),
    Row::new("authorize_by_post", "POST", "/oauth/v2/authorize", Handler::door(authorize)).oauth(),
    Row::new("authorize_callback", "GET", "/oauth/v2/authorize/callback", Handler::door(authorize_callback))
        .oauth()
        .any_method()
        .unseen(),
    Row::new(
        "get_auth_request",
        "GET",
        "/v2/oidc/auth_requests/{auth_request_id}",
        Handler::described("GetAuthRequestRequest", |request| {
            request.serve_described("found", |message, caller| {
                callbacks::get_auth_request(request.zitadel, message.text("authRequestId"), caller)
                    .map(|found| wire::found(&found))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.oidc.v2.OIDCService/GetAuthRequest")
    .reads_only(),
    Row::new(
        "create_callback",
        "POST",
        "/v2/oidc/auth_requests/{auth_request_id}",
        Handler::described("CreateCallbackRequest", |request| {
            request.serve_described("answered", |message, caller| {
                let (id, kind) = (message.text("authRequestId"), wire::callback(message));
                callbacks::create_callback(request.zitadel, id, kind, request.exchange.defect, caller)
                    .map(|callback| wire::created(&callback))
            })
        }),
    )
    .rpc("/zitadel.oidc.v2.OIDCService/CreateCallback"),
    Row::new(
        "get_device_authorization_request",
        "GET",
        "/v2/oidc/device_authorization/{user_code}",
        Handler::described("GetDeviceAuthorizationRequestRequest", |request| {
            request.serve_described("found", |message, _| {
                devices::get_device_request(request.zitadel, message.text("userCode"))
                    .map(|found| wire::device_found(&found))
            })
        })
        .trailing(),
    )
    .rpc("/zitadel.oidc.v2.OIDCService/GetDeviceAuthorizationRequest")
    .reads_only(),
    Row::new(
        "authorize_or_deny_device_authorization",
        "POST",
        "/v2/oidc/device_authorization/{device_authorization_id}",
        Handler::described("AuthorizeOrDenyDeviceAuthorizationRequest", |request| {
            request.serve_described("decided", |message, caller| {
                let session = message.has("session").then(|| wire::session(message));
                let id = message.text("deviceAuthorizationId");
                devices::decide(request.zitadel, id, session.as_ref(), caller).map(|()| json!({}))
            })
        }),
    )
    .rpc("/zitadel.oidc.v2.OIDCService/AuthorizeOrDenyDeviceAuthorization")
    .unseen(),
];

fn authorize(request: &Request<'_>) -> Result<Reply, Error> {
    let (zitadel, call) = (request.zitadel, &request.exchange.call);
    let mut asked = wire::asked(zitadel, call);
    let user = asked.request.fauxidp_user.take();
    if user.is_some() && !request.visit().is_navigation() {
        return Ok(pages::error("Only a navigation may sign a user in by fauxidp_user."));
    }
    Ok(match authorize::authorize(zitadel, asked) {
        Err(error) => error.render(),
        Ok(Decision::Refused(url)) => wire::redirect(call, &url).fidelity_row("refused_redirect"),
        Ok(Decision::Login { request: stored, base_uri }) => match (user, base_uri) {
            (Some(user), _) => pages::enter_at_once(request, &stored, &user),
            (None, Some(base)) => {
                authorize::keep(zitadel, &stored);
                let to = format!("{}/login?authRequest={}", base.trim_end_matches('/'), stored.id);
                wire::redirect(call, &to).fidelity_row("login_redirect")
            }
            (None, None) => {
                authorize::keep(zitadel, &stored);
                wire::redirect(call, &pages::login(request, &stored)).fidelity_row("login_redirect")
            }
        },
    })
}

/// Where the vendor's older login page goes on. The page of this server answers the application itself.
fn authorize_callback(request: &Request<'_>) -> Result<Reply, Error> {
    let form = wire::parameters(&request.exchange.call);
    let Some(id) = form.text("id") else {
        return Ok(wire::told("auth request callback is missing id").fidelity_row("id_missing"));
    };
    Ok(match callbacks::unfinished(request.zitadel, id) {
        Some(url) => wire::redirect(&request.exchange.call, &url).fidelity_row("unfinished"),
        None => {
            let text = "ID=CACHE-d24aD Message=Errors.AuthRequest.NotFound Parent=(sql: no rows in result set)";
            wire::told(text).fidelity_row("request_not_found")
        }
    })
}
