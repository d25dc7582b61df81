//! The headers of every answer at ZITADEL's doors of OAuth and OpenID Connect. Knows no door.

use http::header::{CACHE_CONTROL, COOKIE, EXPIRES, HeaderValue, PRAGMA, SET_COOKIE, VARY};
use jiff::{SignedDuration, Timestamp};

use super::edge::{REQUEST_ID, http_date, marked, request_id};
use super::issuer::origin;
use crate::context::WorldContext;
use crate::oidc::sealed::Seal;
use crate::protocol::{Call, Reply};

/// The cookie by which the vendor knows a browser again. It decides nothing.
const USER_AGENT: &str = "zitadel.useragent";

/// The answer with the headers that every answer of a door has.
pub(in super::super) fn finish(reply: Reply, call: &Call, context: &WorldContext) -> Reply {
    let now = context.clock.now();
    let id = request_id(now, &context.ids);
    let cookie = cookie(call, context, &id);
    let mut reply = marked(reply);
    reply.headers.append(VARY, HeaderValue::from_static("Cookie"));
    // The keys are the one answer that may be kept.
    let is_kept = reply.headers.get(CACHE_CONTROL).is_some_and(|value| value != "no-store");
    if !is_kept {
        let ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
        reply = reply
            .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .with(PRAGMA, HeaderValue::from_static("no-cache"))
            .with(EXPIRES, http_date(ago));
    }
    reply.headers.extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    reply.with(REQUEST_ID, id)
}

/// The cookie: the one that was sent, if it is one of this world, else a new one.
fn cookie(call: &Call, context: &WorldContext, id: &HeaderValue) -> Option<HeaderValue> {
    let sent = call.header(&COOKIE).into_iter().flat_map(|cookies| cookies.split(';'));
    let mut sent = sent.filter_map(|cookie| cookie.trim().strip_prefix(USER_AGENT)?.strip_prefix('='));
    let seal = Seal::new(context, USER_AGENT);
    let value = match sent.find(|value| seal.open(value).is_some()) {
        Some(value) => value.to_owned(),
        None => seal.seal(id.to_str().ok()?),
    };
    let origin = origin(call);
    let authority: http::uri::Authority = origin.split("://").nth(1)?.split('/').next()?.parse().ok()?;
    let host = authority.host();
    let secure = if origin.starts_with("https:") { "; Secure" } else { "" };
    let text = format!("{USER_AGENT}={value}; Path=/; Domain={host}; Max-Age=31536000; HttpOnly{secure}; SameSite=Lax");
    HeaderValue::from_str(&text).ok()
}
