//! MonoCloud's Management API: users that are disabled, blocked, or both. The wiring.
//!
//! # Differences from the real service
//! They stand in [`ABOUT`] and beside each route, and are printed in `docs/fidelity.md`.

mod auth;
mod error;
mod operations;
mod record;
mod routes;
mod seed;
mod settings;
mod state;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::{About, BaseUrls, Endpoint, Event, Happening, Maker, Settings, Shared, Vendor, read_state, written};
use crate::exchange::Exchange;
use crate::failure::{Failure, Name};
use crate::protocol::credential::{API_KEY, Carrier};
use crate::protocol::{Call, Reply};

use error::Voice;
use settings::Era;
use state::MonoCloud;

/// How it is made.
pub(super) const MAKER: Maker = Maker {
    about: &ABOUT,
    embedded: include_str!("../../../fixtures/seed/monocloud.json"),
    make: seed::monocloud,
    id: seed::user_id,
};

/// What is the same in every world.
static ABOUT: About = About {
    name: state::NAME,
    title: "MonoCloud",
    claims: &["/api/"],
    credentials: &[Carrier::Header(&API_KEY)],
    routes: &routes::TABLE,
    rpc: None,
    common: routes::COMMON,
    differences: &[
        "The keys are those of the seed file; the real service makes them in its dashboard.",
        "By default the members are those of the seeds' generation of the API, `traceId` alone in problems; \
         `monocloud.era=current` sends those of today, but never an `error_code`, of which no value is published.",
        "Operations that are younger than the seeds are answered in both generations.",
        "Nobody can sign in: what signing in, or failing to, does is reported through \
         `POST /__fauxidp/worlds/{world}/events`.",
        "No caching headers are sent with a problem; the real service probably sends some.",
        "No subscription gates (402) and no rate limits of its own (429).",
    ],
    settings: &[settings::ERA, settings::LOCKOUT],
    lacks: &[Name::Already, Name::TenantMismatch],
};

impl MonoCloud {
    fn voice(&self) -> Voice<'_> {
        Voice { ids: &self.shared.ids, era: self.settings.era }
    }
}

impl Vendor for MonoCloud {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&self, exchange: &Exchange) -> Reply {
        let call = &exchange.call;
        let row = routes::row(call);
        let answer = auth::admit(&self.keys, call).and_then(|()| (row.run)(self, call));
        let reply = answer.unwrap_or_else(|error| error.render(self.voice()));
        match self.settings.era {
            Era::Seed => reply,
            // The table tells how sure the seeds' generation is.
            Era::Current => reply.proving(""),
        }
    }

    fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>> {
        let operation = call.matched.as_ref().map(|matched| matched.operation)?;
        operation.path.starts_with("/api/users/{user_id}").then(|| call.parameter(0))
    }

    fn admits(&self, call: &Call) -> bool {
        auth::is_known(&self.keys, call)
    }

    fn event(&self, event: &Event) -> Result<(), String> {
        match event.what {
            Happening::SignIn => operations::sign_in(self, event),
            Happening::FailedSignIn => operations::fail_sign_in(self, event),
        }
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        error::refuse(failure, self.voice())
    }

    fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
        Box::new(Self { state: Arc::new(self.state.fork()), shared, ..self.clone() })
    }

    fn state(&self) -> Box<RawValue> {
        written(&*self.state)
    }

    fn restored(&self, state: &RawValue, shared: Shared, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(ABOUT.name, state)?);
        Ok(Box::new(Self { state, shared, settings: settings.into(), ..self.clone() }))
    }

    fn with(&self, settings: &Settings) -> Box<dyn Vendor> {
        Box::new(Self { settings: settings.into(), ..self.clone() })
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        // The official clients refuse plain http.
        let mut endpoint = Endpoint::new(base.tls.clone(), self.shared.led_back(self.keys.first_full().to_owned()));
        endpoint.is_told("MONOCLOUD_MANAGEMENT_DOMAIN", base.tls.clone());
        endpoint.is_told("MONOCLOUD_MANAGEMENT_API_KEY", endpoint.credential.clone());
        endpoint
    }
}
