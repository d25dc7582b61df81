//! Calls to a server whose reads trail its writes: which of them see an earlier state. Knows no operation.

use std::cell::RefCell;
use std::sync::Arc;

use http::header::AUTHORIZATION;

use super::handler::Handler;
use crate::exchange::Exchange;
use crate::outcome::Outcome;
use crate::protocol::Reply;
use crate::row::Dialect;
use crate::vendors::zitadel::auth;
use crate::vendors::zitadel::settings::Lag;
use crate::vendors::zitadel::state::{State, Zitadel};
use crate::vendors::zitadel::wire::sign_in;

/// Answers a call.
pub(in super::super) fn answer(zitadel: &Zitadel, handler: &Handler, exchange: &Exchange) -> Outcome {
    let deliveries = RefCell::default();
    let reply = reply(zitadel, exchange, handler.trails(), |zitadel| handler.answer(zitadel, exchange, &deliveries));
    Outcome::Reply(reply, deliveries.into_inner())
}

fn reply(zitadel: &Zitadel, exchange: &Exchange, trails: bool, answer: impl Fn(&Zitadel) -> Reply) -> Reply {
    let lag = zitadel.settings.lag;
    let reads_only = exchange.operation.is_some_and(|operation| operation.reads_only);
    if lag == Lag::Off {
        return answer(zitadel);
    }
    let now = exchange.call.at;
    let past = || zitadel.trail.read(lag, now).map(|state| earlier(zitadel, state));
    let asks_token = reads_only || exchange.dialect == Dialect::Api;
    let is_stale =
        asks_token && is_new_token(zitadel, exchange) || trails && auth::authenticate(zitadel, &exchange.call).is_ok();
    if let Some(earlier) = is_stale.then(past).flatten() {
        return answer(&earlier);
    }
    if reads_only {
        return answer(zitadel);
    }
    let before = Arc::new(zitadel.state.fork());
    let reply = answer(zitadel);
    if reply.has_succeeded() {
        zitadel.trail.write(lag, before, now);
    }
    reply
}

/// Whether the token of the call lives, but trailing reads do not know it yet.
fn is_new_token(zitadel: &Zitadel, exchange: &Exchange) -> bool {
    let now = exchange.call.at;
    let Some(earlier) = zitadel.trail.look(zitadel.settings.lag, now).map(|state| earlier(zitadel, state)) else {
        return false;
    };
    let asked = || Some(sign_in::form(zitadel, &exchange.call, None).token).filter(|token| !token.is_empty());
    let own = || exchange.call.header(&AUTHORIZATION)?.strip_prefix("Bearer ").map(str::to_owned);
    let token = match exchange.dialect {
        Dialect::Api => own(),
        Dialect::OAuth => asked().or_else(|| sign_in::access_token(&exchange.call)),
    };
    let lives = |zitadel: &Zitadel, token: &str| auth::bearer(zitadel, token, now).is_some();
    token.is_some_and(|token| lives(zitadel, &token) && !lives(&earlier, &token))
}

/// ZITADEL as it was.
fn earlier(zitadel: &Zitadel, state: Arc<State>) -> Zitadel {
    let (instance, context) = (Arc::clone(&zitadel.instance), zitadel.context.clone());
    Zitadel { state, instance, context, settings: zitadel.settings.clone(), trail: Arc::default() }
}
