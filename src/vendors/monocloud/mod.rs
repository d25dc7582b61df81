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
mod wire;

use std::sync::Arc;

use super::{About, BaseUrls, Maker, Shared, Vendor};
use crate::directory::Directory;
use crate::failure::{Failure, Name};
use crate::protocol::{Call, Reply};

use auth::Keys;
use record::User;

/// How it is made.
pub(super) const MAKER: Maker = Maker {
    about: &ABOUT,
    embedded: include_str!("../../../fixtures/seed/monocloud.json"),
    make: seed::monocloud,
    id: seed::user_id,
};

/// What is the same in every world.
static ABOUT: About = About {
    name: "monocloud",
    title: "MonoCloud",
    claims: &["/api/"],
    routes: &routes::TABLE,
    rpc: None,
    common: routes::COMMON,
    differences: &[
        "The keys are those of the seed file; the real service makes them in its dashboard.",
        "`trace_id`, `error_code` and the other members of later API generations are not sent: the seeds' generation has `traceId` alone.",
        "No caching headers are sent with a problem; the real service probably sends some.",
        "No subscription gates (402) and no rate limits of its own (429).",
    ],
    settings: &[],
    lacks: &[Name::Already, Name::TenantMismatch],
};

/// MonoCloud's users in one world.
struct MonoCloud {
    users: Directory<User>,
    keys: Arc<Keys>,
    shared: Shared,
}

impl Vendor for MonoCloud {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn handle(&self, call: &Call) -> Reply {
        let row = routes::row(call);
        let answer = self.keys.admit(call).and_then(|()| (row.run)(self, call));
        answer.unwrap_or_else(|error| error.render(&self.shared.ids))
    }

    fn subject(&self, call: &Call) -> Option<String> {
        Some(call.parameter(0).into_owned())
    }

    fn refuse(&self, _: &Call, failure: &Failure) -> Reply {
        error::refuse(failure, &self.shared.ids)
    }

    fn fork(&self, shared: Shared) -> Box<dyn Vendor> {
        Box::new(Self { users: self.users.fork(), keys: Arc::clone(&self.keys), shared })
    }

    fn environment(&self, base: &BaseUrls) -> Vec<(&'static str, String)> {
        // The official clients refuse plain http.
        vec![
            ("MONOCLOUD_MANAGEMENT_DOMAIN", base.tls.clone()),
            ("MONOCLOUD_MANAGEMENT_API_KEY", self.keys.first_full().to_owned()),
        ]
    }
}
