//! How ZITADEL tells applications that a session is over (OpenID Connect Back-Channel Logout). Knows no caller.

use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};

use super::super::record::Session;
use super::super::state::Zitadel;
use super::sign_in::issue;
use crate::context::split_world;
use crate::outcome::{OutboundDelivery, OutboundRequest, Signature};
use crate::tokens::{Defect, TokenKind};

/// The name of such a delivery.
pub(in super::super) const DELIVER_LOGOUT: &str = "deliver_logout";

/// How long a logout token is good, in seconds.
const LIFETIME: i64 = 15 * 60;

/// What it says that happened.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What the applications of a session that is over are told, those that want to be.
pub(in super::super) fn session_ended(
    zitadel: &Zitadel,
    session: &Session,
    issuer: &str,
    defect: Option<Defect>,
) -> Vec<OutboundDelivery> {
    let Some(user) = &session.user else { return Vec::new() };
    let told = session.clients.iter().filter_map(|client| {
        let (application, _) = zitadel.application_of_client(split_world(client).0)?;
        let uri = application.oidc()?.back_channel_logout_uri.clone();
        if uri.is_empty() {
            return None;
        }
        let token = logout_token(zitadel, client, &user.id, &session.id, issuer, defect);
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        let mut request = OutboundRequest::new(Method::POST, uri);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request.body = body.into();
        let user_id = Some(user.id.clone());
        Some(OutboundDelivery { operation: DELIVER_LOGOUT, user_id, request, signature: Signature::Jwt })
    });
    told.collect()
}

fn logout_token(
    zitadel: &Zitadel,
    client: &str,
    user_id: &str,
    session_id: &str,
    issuer: &str,
    defect: Option<Defect>,
) -> String {
    let now = zitadel.context.clock.now().as_second();
    let claims = json!({
        "iss": issuer,
        "sub": user_id,
        "aud": [client],
        "iat": now,
        "exp": now.saturating_add(LIFETIME),
        "jti": issue::number(zitadel),
        "events": { EVENT: {} },
        "sid": session_id,
    });
    let mut claims: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    issue::name_world(zitadel, &mut claims);
    issue::sign(zitadel, TokenKind::Logout, claims, defect)
}
