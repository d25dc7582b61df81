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
    BaseUrls, Endpoint, Event, EventKind, Events, Settings, Vendor, VendorFactory, VendorInfo, read_state, write_state,
};
use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::failure::{Failure, NamedError};
use crate::fidelity::{Fidelity, fidelity};
use crate::outcome::Outcome;
use crate::protocol::credential::{API_KEY, Carrier};
use crate::protocol::{Call, Reply};

use error::ErrorContext;
use state::MonoCloud;

/// How it is made.
pub(super) const FACTORY: VendorFactory = VendorFactory {
    info: &INFO,
    embedded: include_str!("../../../fixtures/seed/monocloud.json"),
    make: seed::monocloud,
    id: seed::user_id,
};

/// What is the same in every world.
static INFO: VendorInfo = VendorInfo {
    name: state::NAME,
    title: "MonoCloud",
    claims: &["/api/"],
    credentials: &[Carrier::Header(&API_KEY)],
    routes: || routes::TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: |id| id.into(),
    decorate: None,
    rpc: None,
    settings: &[settings::ERA, settings::LOCKOUT],
    environment: &["MONOCLOUD_MANAGEMENT_DOMAIN", "MONOCLOUD_MANAGEMENT_API_KEY"],
    lacks: &[NamedError::Already, NamedError::TenantMismatch],
};

static FIDELITY: LazyLock<Fidelity> =
    fidelity!["users", "profile", "emails", "phones", "passwords", "access", "groups"];

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
        Outcome::Reply(routes::TABLE.handler(matched).answer(self, exchange), Vec::new())
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        error::refuse(failure, self.error_context())
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        auth::is_known(&self.keys, call)
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

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        // The official clients refuse plain http.
        let key = self.context.tag_with_world(self.keys.first_full().to_owned());
        let mut endpoint = Endpoint::new(base.tls.clone(), key);
        endpoint.set_env("MONOCLOUD_MANAGEMENT_DOMAIN", base.tls.clone());
        endpoint.set_env("MONOCLOUD_MANAGEMENT_API_KEY", endpoint.credential.clone());
        endpoint
    }

    fn events(&self) -> Option<&dyn Events> {
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
