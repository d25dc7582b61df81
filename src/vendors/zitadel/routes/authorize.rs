//! The routes of ZITADEL's authorize door, and of the OIDC service by which a login page answers.

use super::handler::{Handler, Request, Row};
use crate::protocol::Reply;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::authorize::{self, Decision};
use crate::vendors::zitadel::operations::callbacks::{self, Reach};
use crate::vendors::zitadel::wire::auth_requests as wire;
use crate::vendors::zitadel::wire::issuer::issuer;

/// The vendor's own login pages.
const LOGIN_V2: &str = "/ui/v2/login";
const LOGIN_V1: &str = "/ui/login";

pub(super) static ROWS: [Row; 4] = [
    Row::new("authorize", "GET", "/oauth/v2/authorize", Handler::door(authorize)).oauth().any_method().unseen(),
    Row::new("authorize_by_post", "POST", "/oauth/v2/authorize", Handler::door(authorize)).oauth().unseen(),
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
                let issuer = issuer(request.zitadel, &request.exchange.call);
                let reach = Reach { issuer: &issuer, defect: request.exchange.defect };
                callbacks::create_callback(request.zitadel, id, kind, &reach, caller)
                    .map(|callback| wire::created(&callback))
            })
        }),
    )
    .rpc("/zitadel.oidc.v2.OIDCService/CreateCallback")
    .unseen(),
];

fn authorize(request: &Request<'_>) -> Result<Reply, Error> {
    let call = &request.exchange.call;
    let decided = authorize::authorize(request.zitadel, wire::asked(request.zitadel, call));
    Ok(match decided {
        Err(error) => error.render(),
        Ok(Decision::Refused(url)) => wire::redirect(call, &url).fidelity_row("refused_redirect"),
        Ok(Decision::Login { id, base_uri }) => {
            let to = match base_uri {
                Some(base) => format!("{}/login?authRequest={id}", base.trim_end_matches('/')),
                None if id.starts_with("V2_") => format!("{}{LOGIN_V2}/login?authRequest={id}", call.prefix),
                None => format!("{}{LOGIN_V1}/login?authRequestID={id}", call.prefix),
            };
            wire::redirect(call, &to).fidelity_row("login_redirect")
        }
    })
}
