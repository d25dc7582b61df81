//! jitsudo's users API: tenants whose users are active or suspended. The wiring.
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
use serde_json::{Map, Value};

use super::{
    BaseUrls, Endpoint, KeyInfo, Settings, SignIn, SignInError, SignInRequest, SignedIn, Site, Vendor, VendorFactory,
    VendorInfo, read_state, write_state,
};
use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::failure::{Failure, NamedError};
use crate::fidelity::{Fidelity, fidelity};
use crate::outcome::Outcome;
use crate::protocol::credential::{API_KEY, Carrier};
use crate::protocol::{Call, Reply};
use crate::row::Operation;

use settings::Behaviour;
use state::Jitsudo;

/// How it is made.
pub(super) const FACTORY: VendorFactory = VendorFactory {
    info: &INFO,
    embedded: include_str!("../../../fixtures/seed/jitsudo.json"),
    schema: include_str!("seed.schema.json"),
    make: seed::jitsudo,
    id: seed::user_id,
};

/// What is the same in every world.
static INFO: VendorInfo = VendorInfo {
    name: state::NAME,
    title: "jitsudo",
    claims: &["/v1/", "/healthz"],
    // A mailed token, a challenge and a provider's code are credentials, too.
    credentials: &[
        Carrier::Header(&API_KEY),
        Carrier::Authorization,
        Carrier::Json(&["token", "challenge_id", "code"]),
    ],
    routes: || routes::TABLE.routes(),
    fidelity: &FIDELITY,
    user_key: wire::user_key,
    decorate: None,
    rpc: None,
    misfits: Some(Operation::misfits),
    paging: &["limit", "cursor"],
    settings: settings::ALL,
    environment: &["JITSUDO_URL", "JITSUDO_TOKEN", "JITSUDO_TENANT_ID"],
    grants: None,
    doors: Some(include_str!("doors.json")),
    deliveries: &[],
    lacks: &[NamedError::Identity],
};

static FIDELITY: LazyLock<Fidelity> = fidelity!["users", "auth", "mfa", "sso", "tenants", "groups", "audit", "health"];

impl Vendor for Jitsudo {
    fn info(&self) -> &'static VendorInfo {
        &INFO
    }

    fn handle(&self, exchange: &Exchange) -> Outcome {
        let matched = exchange.matched.as_ref().expect("only calls of an emulated operation are handled");
        routes::TABLE.handler(matched).answer(self, exchange)
    }

    fn refuse(&self, _: &Exchange, failure: &Failure) -> Reply {
        error::refuse(failure, &self.behaviour)
    }

    fn accepts_credential(&self, call: &Call) -> bool {
        let WorldContext { world, clock, .. } = &self.context;
        self.access.accepts(&self.state.users, &self.behaviour, world, call, clock.now())
    }

    fn fork(&self, context: WorldContext) -> Box<dyn Vendor> {
        let (access, behaviour) = (Arc::clone(&self.access), Arc::clone(&self.behaviour));
        Box::new(Self { state: Arc::new(self.state.fork()), access, behaviour, context })
    }

    fn with_settings(&self, settings: &Settings) -> Box<dyn Vendor> {
        let (state, access) = (Arc::clone(&self.state), Arc::clone(&self.access));
        Box::new(Self { state, access, behaviour: Arc::new(Behaviour::new(settings)), context: self.context.clone() })
    }

    fn write_state(&self, to: &mut dyn Write) -> io::Result<()> {
        write_state(&self.state, to)
    }

    fn restore(&self, state: &RawValue, context: WorldContext, settings: &Settings) -> Result<Box<dyn Vendor>, String> {
        let state = Arc::new(read_state(INFO.name, state)?);
        let behaviour = Arc::new(Behaviour::new(settings));
        Ok(Box::new(Self { state, access: Arc::clone(&self.access), behaviour, context }))
    }

    fn records(&self) -> usize {
        self.state.users.size()
    }

    fn has_user(&self, key: &str) -> bool {
        self.state.users.get(key).is_some()
    }

    fn user_keys(&self, most: usize) -> Vec<String> {
        self.state.users.snapshot().iter().take(most).map(|user| user.profile.id.to_string()).collect()
    }

    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }

    fn endpoint(&self, base: &BaseUrls) -> Endpoint {
        let (token, tenant) = self.access.first_admin();
        let mut endpoint = Endpoint::new(base.plain.clone(), self.context.tag_with_world(token.to_owned()));
        endpoint.set_env("JITSUDO_URL", base.plain.clone());
        endpoint.set_env("JITSUDO_TOKEN", endpoint.credential.clone());
        endpoint.set_env("JITSUDO_TENANT_ID", tenant.to_owned());
        endpoint
    }
}

/// It is no provider: it signs its own users in and issues tokens of its own.
impl SignIn for Jitsudo {
    fn sign_in(&self, _: &SignInRequest, _: &Site) -> Result<SignedIn, SignInError> {
        Err(no_provider())
    }

    fn tokens(&self, request: &SignInRequest, _: &Site) -> Result<Map<String, Value>, SignInError> {
        if request.defect.is_some() {
            return Err(SignInError::Unsupported("jitsudo's tokens have no defects".to_owned()));
        }
        let members = |reply: Reply| serde_json::from_slice(&reply.body).unwrap_or_default();
        match operations::auth::issue_token(self, &request.user) {
            Ok(issued) => Ok(members(wire::auth::issued(&issued, &self.behaviour))),
            Err(error) => Err(SignInError::Refused(members(error.render(&self.behaviour)))),
        }
    }

    fn keys(&self) -> Vec<KeyInfo> {
        Vec::new()
    }

    fn rotate_key(&self) -> Result<(), SignInError> {
        Err(no_provider())
    }

    fn retire_key(&self, _: &str) -> Result<(), SignInError> {
        Err(no_provider())
    }
}

fn no_provider() -> SignInError {
    SignInError::Unsupported("jitsudo is no OpenID provider; it only issues tokens of its own".to_owned())
}
