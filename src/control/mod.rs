//! fauxidp's own API under `/__fauxidp/`, and the page at `/`. Knows no vendor by name; faults never touch it.

mod clock;
mod events;
mod faults;
mod guard;
mod metrics;
mod page;
mod report;
mod request;
mod requests;
mod routes;
mod sign_in;
mod worlds;

use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::exchange::Exchange;
use crate::metrics::Metrics;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::route::{Found, nearest};
use crate::protocol::{Call, Reply};
use crate::row::Operation;
use crate::vendors::{VendorInfo, VendorSet};
use crate::world::Worlds;

use request::Request;

/// Returns the certificate that clients must trust, as PEM, or why there is none.
pub type Certificate = Box<dyn Fn() -> Result<String, String> + Send + Sync>;

/// What the control API needs besides the worlds.
pub struct Control {
    /// Host names that it accepts, besides those that no web page can own.
    pub allowed_hosts: Vec<String>,
    /// What `GET ca.pem` answers.
    pub certificate: Certificate,
    /// What `GET metrics` answers; the pipeline counts.
    pub metrics: Metrics,
}

impl Control {
    /// Answers a call to a path that is fauxidp's own.
    pub fn answer(&self, call: Call, worlds: &Worlds) -> Reply {
        if let Some(refusal) = guard::refusal(&call, &self.allowed_hosts) {
            return refusal;
        }
        // HEAD is answered like GET; the connection leaves the body out.
        let method = if call.method() == Method::HEAD { Method::GET } else { call.method().clone() };
        match routes::TABLE.routes().find(&method, call.path()) {
            Found::Operation(matched) => {
                let handler = routes::TABLE.handler(&matched);
                let mut exchange = Exchange::new(call);
                exchange.match_to(matched, |key| key.into());
                handler(&Request { control: self, worlds, exchange: &exchange })
            }
            Found::WrongMethod { allow, .. } => {
                let detail = format!("{} accepts only {allow}.", call.path());
                let reply = problem(StatusCode::METHOD_NOT_ALLOWED, Mark::Refused, &detail, Map::new());
                match http::HeaderValue::from_str(&allow) {
                    Ok(allow) => reply.with(http::header::ALLOW, allow),
                    Err(_) => reply,
                }
            }
            Found::Unemulated(_) | Found::Untidy(_) | Found::Nothing => {
                unmatched(worlds.vendors(), None, &method, call.path())
            }
        }
    }
}

/// Whether the body of a call is a world's state, which may be larger than other bodies.
pub fn takes_state(head: &Parts) -> bool {
    let path = head.uri.path();
    head.method == Method::PUT && path.starts_with("/__fauxidp/worlds/") && path.ends_with("/state")
}

/// fauxidp's own operations.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    routes::TABLE.routes().operations()
}

/// Every operation, of the vendors and of fauxidp, with its owner's name.
pub fn all_operations(set: &VendorSet) -> impl Iterator<Item = (&'static str, &'static Operation)> + '_ {
    set.operations().chain(operations().map(|operation| ("fauxidp", operation)))
}

/// Every operation of a server that has only the built-in vendors.
pub fn built_in_operations() -> Vec<(&'static str, &'static Operation)> {
    all_operations(&VendorSet::built_in()).collect()
}

/// The answer where no route matches. Lists the nearest routes: those of the vendor, if the call is known to be for it.
pub fn unmatched(set: &VendorSet, vendor: Option<&VendorInfo>, method: &Method, path: &str) -> Reply {
    let is_own = |owner: &str| vendor.is_none_or(|vendor| vendor.name == owner);
    let vendors = set.infos().filter(|info| is_own(info.name)).flat_map(|info| (info.routes)().emulated());
    let control = routes::TABLE.routes().emulated().filter(|_| vendor.is_none());
    let near: Vec<Value> = nearest(vendors.chain(control), method, path)
        .into_iter()
        .map(|route| json!({ "method": route.method, "path": route.path, "operation": route.operation.name }))
        .collect();
    let more = Map::from_iter([("nearest".to_owned(), Value::Array(near))]);
    problem(
        StatusCode::NOT_FOUND,
        Mark::Unmatched,
        "No route matches this path. This 404 does not mean that a user is missing.",
        more,
    )
}
