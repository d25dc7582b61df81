//! MonoCloud's Management API: users that are disabled, blocked, or both. The wiring.
//!
//! # Differences from the real service
//! They are in `fidelity/*.toml`, and are printed in `docs/fidelity/`.

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

use serde_json::value::RawValue;

use super::{
    BaseUrls, Endpoint, Event, EventKind, Events, Settings, SignIn, Vendor, VendorFactory, VendorInfo, read_state,
    write_state,
};
use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::failure::{Failure, NamedError};
use crate::fidelity::{Fidelity, fidelity};
use crate::outcome::Outcome;
use crate::protocol::credential::{API_KEY, Carrier};
use crate::protocol::{Call, Reply};
use crate::row::Dialect;
use crate::row::Operation;

use error::ErrorContext;
use state::MonoCloud;

/// How it is made.
pub(super) const FACTORY: VendorFactory = VendorFactory {
    info: &INFO,
    embedded: include_str!("../../../fixtures/seed/monocloud.json"),
    schema: include_str!("seed.schema.json"),
    make: seed::monocloud,
    id: seed::user_id,
};

/// The members of a form, or of a query, that are credentials at the doors of OAuth and OpenID Connect.
const OAUTH_CREDENTIALS: &[&str] = &[
    "client_id",
    "client_secret",
    "client_assertion",
    "token",
    "access_token",
    "refresh_token",
    "code",
    "device_code",
    "id_token_hint",
    "request_uri",
];

/// What is the same in every world.
static INFO: VendorInfo = VendorInfo {
    name: state::NAME,
    title: "MonoCloud",
    claims: &["/api/"],
    credentials: &[
        Carrier::Header(&API_KEY),
        Carrier::Authorization,
        Carrier::Form(OAUTH_CREDENTIALS),
        Carrier::Query(OAUTH_CREDENTIALS),
    ],
    routes: || routes::TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: |id| id.into(),
    decorate: None,
    rpc: None,
    misfits: Some(Operation::misfits),
    paging: &["page", "size"],
    settings: &[settings::ERA, settings::LOCKOUT, settings::LOGIN, settings::LOGIN_USER, settings::STRICT_DOORS],
    environment: auth::ENVIRONMENT,
    grants: Some(&wire::tokens::SERVED),
    doors: Some(include_str!("doors.json")),
    deliveries: &[operations::DELIVER_LOGOUT],
    lacks: &[NamedError::Already, NamedError::TenantMismatch],
};

static FIDELITY: LazyLock<Fidelity> = fidelity![
    "users",
    "profile",
    "emails",
    "phones",
    "passwords",
    "access",
    "groups",
    "grants",
    "sign_in",
    "consent",
    "tokens",
];

impl MonoCloud {
    fn error_context(&self) -> ErrorContext<'_> {
        ErrorContext { ids: &self.context.ids, era: self.settings.era }
    }
}

impl Vendor for MonoCloud {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Outcome {
        let matched = exchange.matched.as_ref().expect("only calls of an emulated operation are handled");
        routes::TABLE.handler(matched).answer(self, exchange)
    }

    fn refuse(&self, exchange: &Exchange, failure: &Failure) -> Reply {
        if exchange.dialect != Dialect::OAuth {
            return error::refuse(failure, self.error_context());
        }
        let call = &exchange.call;
        let preflight = wire::tokens::preflight(self, call, failure);
        let mut reply = preflight.unwrap_or_else(|| error::sign_in::refuse(failure));
        wire::tokens::share(self, call, &mut reply);
        reply
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        auth::is_known(&self.keys, call) || auth::is_known_client(self, call)
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        Box::new(Self { state: Arc::new(self.state.fork()), context, ..self.clone() })
    }

    fn with_settings(&self, settings: &Settings) -> Box<dyn Vendor> {
        Box::new(Self { settings: settings.into(), ..self.clone() })
    }

    fn write_state(&self, to: &mut dyn Write) -> io::Result<()> {
        write_state(&*self.state, to)
    }

    fn restore(&self, state: &RawValue, context: WorldContext, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(INFO.name, state)?);
        Ok(Box::new(Self { state, context, settings: settings.into(), ..self.clone() }))
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
        auth::endpoint(self, base)
    }

    fn events(&self) -> Option<&dyn Events> {
        Some(self)
    }

    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
}

impl Events for MonoCloud {
    fn event(&self, event: &Event) -> Result<(), String> {
        match event.kind {
            EventKind::SignIn => operations::sign_in(self, event),
            EventKind::FailedSignIn => operations::fail_sign_in(self, event),
        }
    }
}
