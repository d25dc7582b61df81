//! ZITADEL's user service v2: users with a state, a change sequence and an organisation. The wiring.
//!
//! # Differences from the real service
//! They are in `fidelity/*.toml`, and are printed in `docs/fidelity.md`.

mod auth;
mod error;
mod operations;
mod record;
mod routes;
mod seed;
mod settings;
mod state;
mod wire;

use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

use http::header::AUTHORIZATION;
use serde_json::value::RawValue;

use super::{BaseUrls, Endpoint, Rpc, Settings, SignIn, Vendor, VendorFactory, VendorInfo, read_state, write_state};
use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::failure::{Failure, Kind, NamedError};
use crate::fidelity::{Fidelity, fidelity};
use crate::outcome::Outcome;
use crate::protocol::credential::{self, Carrier};
use crate::protocol::{Call, Reply};
use crate::row::Dialect;

use auth::keys;
use error::ErrorContext;
use state::Zitadel;
use wire::edge::Edge;
use wire::refusal;

/// How it is made.
pub(super) const FACTORY: VendorFactory = VendorFactory {
    info: &INFO,
    embedded: include_str!("../../../fixtures/seed/zitadel.json"),
    schema: include_str!("seed.schema.json"),
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

/// The starts of its paths. Most are of services that are not emulated; calls to them are ZITADEL's all the same.
const CLAIMS: &[&str] = &[
    "/v2/",
    "/v2beta/",
    "/v3alpha/",
    "/management/v1/",
    "/admin/v1/",
    "/auth/v1/",
    "/system/v1/",
    "/scim/v2/",
    "/resources/",
    "/zitadel.", // every package of its remote calls
    "/.well-known/",
    "/oauth/v2/",
    "/oidc/v1/",
    "/ui/",
    "/logout/",
    "/device",
    "/debug/",
];

/// What is the same in every world.
static INFO: VendorInfo = VendorInfo {
    name: state::NAME,
    title: "ZITADEL",
    claims: CLAIMS,
    credentials: &[Carrier::Authorization, Carrier::Form(OAUTH_CREDENTIALS), Carrier::Query(OAUTH_CREDENTIALS)],
    routes: || routes::TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: |id| id.into(),
    decorate: Some(wire::cors::share),
    rpc: Some(Rpc { descriptors: wire::DESCRIPTORS, server_headers: wire::edge::native_headers }),
    misfits: Some(wire::described::misfits),
    paging: &["query", "pagination"],
    settings: &[
        settings::VERSION,
        settings::LAG,
        settings::LOGIN,
        settings::LOGIN_USER,
        settings::STRICT_DOORS,
        settings::DENY_LIST,
    ],
    environment: &["ZITADEL_URL", "ZITADEL_TOKEN", "ZITADEL_KEY_JSON", "ZITADEL_CLIENT_ID", "ZITADEL_CLIENT_SECRET"],
    grants: Some(&wire::discovery::SERVED),
    doors: Some(include_str!("doors.json")),
    deliveries: &[operations::back_channel::DELIVER_LOGOUT],
    lacks: &[NamedError::Identity, NamedError::TenantMismatch],
};

static FIDELITY: LazyLock<Fidelity> = fidelity![
    "users",
    "people",
    "contacts",
    "credentials",
    "sign_in",
    "organizations",
    "management_users",
    "management_humans",
    "management_factors",
    "management_credentials",
    "events",
    "oneself_profile",
    "oneself_factors",
    "policies",
    "organizations_v2beta",
    "own_organization",
    "admin_organizations",
    "members",
    "administrators",
    "projects",
    "own_projects",
    "project_grants",
    "applications",
    "own_applications",
    "user_grants",
    "instance",
    "sessions",
    "factors",
    "users_v2beta",
    "people_v2beta",
    "contacts_v2beta",
    "factors_v2beta",
    "sessions_v2beta",
    "authorize",
    "devices",
    "pages"
];

impl Vendor for Zitadel {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Outcome {
        let matched = exchange.matched.as_ref().expect("only calls of an emulated operation are handled");
        routes::answer(self, routes::TABLE.handler(matched), exchange)
    }

    fn refuse(&self, exchange: &Exchange, failure: &Failure) -> Reply {
        if let Some(allowed) = wire::cors::preflight(exchange, failure) {
            return allowed;
        }
        if exchange.dialect == Dialect::OAuth {
            let refusal = error::sign_in::refuse(failure, exchange.operation);
            return wire::door::finish(refusal, &exchange.call, &self.context);
        }
        let context = exchange
            .matched
            .as_ref()
            .map_or(&ErrorContext::DEFAULT, |matched| routes::TABLE.handler(matched).error_context());
        let is_first_api = exchange.is_rpc() && routes::is_first_api(exchange);
        match Edge::of(exchange) {
            Ok(_) if is_first_api && matches!(failure.kind, Kind::WrongMethod(_)) => refusal::not_served(&self.context),
            Ok(edge) => edge.refusal(refusal::failure(failure, context, edge), &self.context),
            Err(_) if is_first_api => refusal::not_served(&self.context),
            Err(unknown) => unknown,
        }
    }

    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        let bearer = || {
            let token = call.header(&AUTHORIZATION).and_then(|header| header.strip_prefix("Bearer "));
            let now = self.context.clock.now();
            token.is_some_and(|token| match auth::session::holder(self, token, now) {
                Some(holder) => holder.is_ok(),
                None => auth::bearer(self, token, now).is_some(),
            })
        };
        // At the doors, the query counts like the form.
        let may_be_form = credential::is_form(call) || call.head.uri.query().is_some();
        let by_form = || operations::sign_in::accepts_credentials(self, &wire::sign_in::form(self, call, None));
        bearer() || (may_be_form && by_form())
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        let (state, instance) = (Arc::new(self.state.fork()), Arc::clone(&self.instance));
        Box::new(Self { state, instance, context, settings: self.settings.clone(), trail: Arc::default() })
    }

    fn with_settings(&self, settings: &Settings) -> Box<dyn Vendor> {
        let (state, instance) = (Arc::clone(&self.state), Arc::clone(&self.instance));
        let (context, trail) = (self.context.clone(), Arc::clone(&self.trail));
        Box::new(Self { state, instance, context, settings: settings.into(), trail })
    }

    fn write_state(&self, to: &mut dyn Write) -> io::Result<()> {
        write_state(&self.state, to)
    }

    fn restore(&self, state: &RawValue, context: WorldContext, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(INFO.name, state)?);
        Ok(Box::new(Self {
            state,
            instance: Arc::clone(&self.instance),
            context,
            settings: settings.into(),
            trail: Arc::default(),
        }))
    }

    fn records(&self) -> usize {
        self.state.users.size()
    }

    fn has_user(&self, key: &str) -> bool {
        self.state.users.get(key).is_some()
    }

    fn user_keys(&self, most: usize) -> Vec<String> {
        self.state.users.snapshot().iter().take(most).map(|user| user.profile.user_id.to_string()).collect()
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        let mut endpoint =
            Endpoint::new(base.plain.clone(), self.context.tag_with_world(self.instance.first_owner().to_owned()));
        endpoint.set_env("ZITADEL_URL", base.plain.clone());
        endpoint.set_env("ZITADEL_TOKEN", endpoint.credential.clone());
        if let Some((id, private, user_id)) = &self.instance.sign_in.key {
            endpoint.set_env(
                "ZITADEL_KEY_JSON",
                keys::service_account_file(
                    id,
                    private,
                    &self.context.tag_with_world(user_id.clone()),
                    record::seed_expiry(),
                ),
            );
        }
        if let Some((id, secret)) = &self.instance.sign_in.client {
            endpoint.set_env("ZITADEL_CLIENT_ID", self.context.tag_with_world(id.clone()));
            endpoint.set_env("ZITADEL_CLIENT_SECRET", secret.clone());
        }
        endpoint
    }
}
