//! jitsudo's users API: tenants whose users are active or suspended. The wiring.
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

use super::{About, BaseUrls, Endpoint, Maker, Settings, Shared, Vendor, read_state, written};
use crate::exchange::Exchange;
use crate::failure::{Failure, Name};
use crate::protocol::credential::{API_KEY, Carrier};
use crate::protocol::{Call, Reply};

use routes::Run;
use settings::Behaviour;
use state::{Jitsudo, NAME};

/// How it is made.
pub(super) const MAKER: Maker = Maker {
    about: &ABOUT,
    embedded: include_str!("../../../fixtures/seed/jitsudo.json"),
    make: seed::jitsudo,
    id: seed::user_id,
};

/// What is the same in every world.
static ABOUT: About = About {
    name: NAME,
    title: "jitsudo",
    claims: &["/v1/", "/healthz"],
    // A mailed token is a credential, too.
    credentials: &[Carrier::Header(&API_KEY), Carrier::Authorization, Carrier::Json(&["token"])],
    routes: &routes::TABLE,
    rpc: None,
    common: routes::COMMON,
    differences: &[
        "Beside the JWTs of a log-in, the opaque tokens of the seed file count.",
        "Who may call is decided by the role `admin` alone; the real service asks its Cedar policies.",
        "An unknown path is fauxidp's own 404, marked, so that it cannot look like a missing user.",
        "No rate limits of its own (429).",
    ],
    settings: settings::ALL,
    lacks: &[Name::Identity],
};

impl Vendor for Jitsudo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&self, exchange: &Exchange) -> Reply {
        let call = &exchange.call;
        let caller = |keys| self.access.caller(&self.state.users, &self.behaviour, call, keys);
        let answer = match routes::row(call).run {
            Run::Open(run) => run(self, call),
            Run::Tenant(run) => auth::tenant(call).and_then(|tenant| run(self, call, tenant)),
            Run::Own(run) => {
                let user = self.access.user(&self.state.users, &self.behaviour, call);
                user.and_then(|user| run(self, call, &user))
            }
            Run::Users(run) => caller(self.behaviour.users_take_keys).and_then(|caller| run(self, call, &caller)),
            Run::Keys(run) => caller(true).and_then(|caller| run(self, call, &caller)),
        };
        answer.unwrap_or_else(|error| error.render(&self.behaviour))
    }

    fn admits(&self, call: &Call) -> bool {
        self.access.knows(&self.state.users, &self.behaviour, call, self.shared.clock.now())
    }

    fn subject<'c>(&self, call: &'c Call) -> Option<Cow<'c, str>> {
        let operation = call.matched.as_ref().map(|matched| matched.operation)?;
        operation.path.starts_with("/v1/users/{id}").then(|| wire::lowered(call.parameter(0)))
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        error::refuse(failure, &self.behaviour)
    }

    fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
        let (access, behaviour) = (Arc::clone(&self.access), Arc::clone(&self.behaviour));
        Box::new(Self { state: Arc::new(self.state.fork()), access, behaviour, shared })
    }

    fn state(&self) -> Box<RawValue> {
        written(&*self.state)
    }

    fn restored(&self, state: &RawValue, shared: Shared, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(NAME, state)?);
        let behaviour = Arc::new(Behaviour::new(settings));
        Ok(Box::new(Self { state, access: Arc::clone(&self.access), behaviour, shared }))
    }

    fn with(&self, settings: &Settings) -> Box<dyn Vendor> {
        let (state, access) = (Arc::clone(&self.state), Arc::clone(&self.access));
        Box::new(Self { state, access, behaviour: Arc::new(Behaviour::new(settings)), shared: self.shared.clone() })
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        let (token, tenant) = self.access.first_admin();
        let mut endpoint = Endpoint::new(base.plain.clone(), self.shared.led_back(token.to_owned()));
        endpoint.is_told("JITSUDO_URL", base.plain.clone());
        endpoint.is_told("JITSUDO_TOKEN", endpoint.credential.clone());
        endpoint.is_told("JITSUDO_TENANT_ID", tenant.to_owned());
        endpoint
    }
}
