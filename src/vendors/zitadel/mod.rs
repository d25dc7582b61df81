//! ZITADEL's user service v2: users with a state, a change sequence and an organisation. The wiring.
//!
//! # Differences from the real service
//! They stand in [`ABOUT`] and beside each route, and are printed in `docs/fidelity.md`.

mod auth;
mod error;
mod operations;
mod record;
mod routes;
mod seed;
mod state;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use serde_json::value::RawValue;

use super::{About, BaseUrls, Endpoint, Maker, Rpc, Settings, Shared, Vendor, read_state, written};
use crate::exchange::Exchange;
use crate::failure::{Failure, Name};
use crate::protocol::credential::Carrier;
use crate::protocol::{Call, Reply};

use auth::keys;
use routes::{Row, Run};
use state::Zitadel;
use wire::edge::Edge;
use wire::refusal;

/// How it is made.
pub(super) const MAKER: Maker = Maker {
    about: &ABOUT,
    embedded: include_str!("../../../fixtures/seed/zitadel.json"),
    make: seed::zitadel,
    id: seed::user_id,
};

/// The members of a form, or of a query, that are credentials at the doors of OAuth and OpenID Connect.
const OAUTH_CREDENTIALS: &[&str] = &[
    "client_id",
    "client_secret",
    "client_assertion",
    "assertion",
    "token",
    "access_token",
    "refresh_token",
    "subject_token",
    "actor_token",
    "code",
    "device_code",
    "id_token_hint",
];

/// What is the same in every world.
static ABOUT: About = About {
    name: state::NAME,
    title: "ZITADEL",
    claims: &["/v2/", "/zitadel.user.v2.UserService/", "/.well-known/", "/oauth/v2/", "/oidc/v1/", "/debug/"],
    credentials: &[Carrier::Authorization, Carrier::Form(OAUTH_CREDENTIALS), Carrier::Query(OAUTH_CREDENTIALS)],
    routes: &routes::TABLE,
    rpc: Some(Rpc { descriptors: wire::DESCRIPTORS }),
    common: routes::COMMON,
    differences: &[
        "Write answers carry `creationDate`, as the seed's example prints; the server's source leaves it out.",
        "White space in JSON is steady; the real service varies it on purpose.",
        "An unknown path is fauxidp's own 404, marked, instead of code 5 `Not Found`.",
        "The real service's `/healthz` is another vendor's here.",
        "Any host name is served; the real service knows its instances by host.",
    ],
    settings: &[],
    lacks: &[Name::Identity, Name::TenantMismatch],
};

impl Vendor for Zitadel {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&self, exchange: &Exchange) -> Reply {
        let call = &exchange.call;
        let (texts, run) = match &routes::row(call).run {
            Run::User { texts, run } => (texts, run),
            Run::Door(run) => return run(self, call),
        };
        let edge = match Edge::of(call) {
            Ok(edge) => edge,
            Err(unknown) => return unknown,
        };
        let message = match edge.message(call) {
            Ok(message) => message,
            Err(broken) => return edge.with_headers(refusal::framing(&broken, edge), &self.shared),
        };
        match run(self, call, edge, &message) {
            Ok(done) => edge.success(done, &self.shared),
            Err(error) => edge.with_headers(refusal::error(&error, texts, edge), &self.shared),
        }
    }

    fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>> {
        wire::message::user_id(call)
    }

    fn refuse(&self, exchange: &Exchange, failure: &Failure) -> Reply {
        let call = &exchange.call;
        if let Some(allowed) = wire::cors::preflight(call, failure) {
            return allowed;
        }
        if wire::sign_in::owns(call.path()) {
            return error::sign_in::refuse(failure);
        }
        let texts = call.matched.as_ref().map(|_| routes::row(call)).and_then(Row::texts);
        match Edge::of(call) {
            Ok(edge) => edge.with_headers(refusal::failure(failure, texts, edge), &self.shared),
            Err(unknown) => unknown,
        }
    }

    fn admits(&self, call: &Call) -> bool {
        let bearer = || {
            let token = call.header(&AUTHORIZATION).and_then(|header| header.strip_prefix("Bearer "));
            token.is_some_and(|token| auth::bearer(self, token, self.shared.clock.now()).is_some())
        };
        bearer() || (wire::sign_in::owns(call.path()) && operations::sign_in::knows(self, &wire::sign_in::form(call)))
    }

    fn state(&self) -> Box<RawValue> {
        written(&self.state)
    }

    fn restored(&self, state: &RawValue, shared: Shared, _: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(ABOUT.name, state)?);
        Ok(Box::new(Self { state, instance: Arc::clone(&self.instance), shared }))
    }

    fn with(&self, _: &Settings) -> Box<dyn Vendor> {
        let (state, instance) = (Arc::clone(&self.state), Arc::clone(&self.instance));
        Box::new(Self { state, instance, shared: self.shared.clone() }) // it declares no settings
    }

    fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
        let (state, instance) = (Arc::new(self.state.fork()), Arc::clone(&self.instance));
        Box::new(Self { state, instance, shared })
    }

    fn finish(&self, exchange: &Exchange, reply: &mut Reply) {
        wire::cors::share(&exchange.call, reply);
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        let mut endpoint =
            Endpoint::new(base.plain.clone(), self.shared.led_back(self.instance.first_owner().to_owned()));
        endpoint.is_told("ZITADEL_URL", base.plain.clone());
        endpoint.is_told("ZITADEL_TOKEN", endpoint.credential.clone());
        if let Some((id, private, user_id)) = &self.instance.sign_in.key {
            endpoint.is_told("ZITADEL_KEY_JSON", keys::file(id, private, &self.shared.led_back(user_id.clone())));
        }
        if let Some((id, secret)) = &self.instance.sign_in.client {
            endpoint.is_told("ZITADEL_CLIENT_ID", self.shared.led_back(id.clone()));
            endpoint.is_told("ZITADEL_CLIENT_SECRET", secret.clone());
        }
        endpoint
    }
}
