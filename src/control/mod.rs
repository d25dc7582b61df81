//! fauxidp's own API under `/__fauxidp/`, and the page at `/`. Knows no vendor by name; faults never touch it.

mod about;
mod clock;
mod deliveries;
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
mod verify;
mod worlds;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::budget::Budget;
use crate::exchange::Exchange;
use crate::limits::Limit;
use crate::metrics::Metrics;
use crate::protocol::problem::{Mark, no_memory, problem};
use crate::protocol::route::{Found, Matched, nearest};
use crate::protocol::{Call, Reply};
use crate::row::Operation;
use crate::vendors::{VendorInfo, VendorSet};
use crate::world::Worlds;

#[cfg(feature = "cli")]
pub use about::show_route;
pub use guard::check_allowed;
#[cfg(feature = "cli")]
pub use report::{FORMATS, SEVERITIES};
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
    /// The memory that the process may use; the pipeline asks it, too.
    pub budget: Budget,
}

impl Control {
    /// Finds what a call to a path of fauxidp's own names. The body is not needed for that.
    ///
    /// # Errors
    /// The refusal of a call that is not accepted, whatever its body is.
    pub fn admit(&self, call: &Call, worlds: &Worlds) -> Result<Admitted, Box<Reply>> {
        if let Some(refusal) = guard::refusal(call, &self.allowed_hosts) {
            return Err(Box::new(refusal));
        }
        // HEAD is answered like GET; the connection leaves the body out.
        let method = if call.method() == Method::HEAD { Method::GET } else { call.method().clone() };
        Err(Box::new(match routes::TABLE.routes().find(&method, call.path()) {
            Found::Operation(matched) => return Ok(Admitted(matched)),
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
        }))
    }

    /// Waits, where an admitted call asks for that: for the deliveries of its world.
    ///
    /// # Errors
    /// The refusal of a time that is none.
    pub async fn wait(&self, call: &Call, admitted: &Admitted, worlds: &Worlds) -> Result<(), Box<Reply>> {
        match admitted.0.operation.name {
            "deliveries" => deliveries::wait(call, &admitted.0, worlds).await,
            _ => Ok(()),
        }
    }

    /// Answers an admitted call, whose body is there.
    pub fn handle(&self, call: Call, Admitted(matched): Admitted, worlds: &Worlds) -> Reply {
        let handler = routes::TABLE.handler(&matched);
        let mut exchange = Exchange::new(call);
        exchange.match_to(matched, |key| key.into());
        handler(&Request { control: self, worlds, exchange: &exchange })
    }

    /// The refusal of a call for which no memory is left.
    pub fn no_memory(&self) -> Reply {
        self.metrics.limit_hit(Limit::Memory);
        no_memory(self.budget.max())
    }

    /// Answers a call that is there whole.
    pub fn answer(&self, call: Call, worlds: &Worlds) -> Reply {
        match self.admit(&call, worlds) {
            Ok(admitted) => self.handle(call, admitted, worlds),
            Err(refusal) => *refusal,
        }
    }
}

/// The operation that an accepted call names.
pub struct Admitted(Matched);

impl Admitted {
    /// Whether the body is a world's state, which may be larger and nested deeper than other bodies.
    pub fn takes_state(&self) -> bool {
        self.0.operation.name == "put_state"
    }

    /// Whether answering it takes long.
    pub fn is_heavy(&self) -> bool {
        self.0.operation.is_heavy
    }

    /// Whether it only reads, or gives memory back. Such calls are answered also where no memory is left.
    pub fn frees_memory(&self) -> bool {
        let operation = self.0.operation;
        ["GET", "DELETE"].contains(&operation.method) || operation.name == "reset_world"
    }
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

/// Every environment variable by which a client of a built-in vendor finds a server.
#[cfg(feature = "cli")]
pub fn built_in_variables() -> Vec<&'static str> {
    VendorSet::built_in().infos().flat_map(|info| info.environment).copied().collect()
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
