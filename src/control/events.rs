//! Reports of what happened to a user outside the API. Knows no vendor by name.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, json};

use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::vendors::{Event, EventKind};
use crate::world::World;

/// An event as it is reported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    vendor: String,
    user: String,
    event: String,
    ip: Option<String>,
    user_agent: Option<String>,
    client: Option<String>,
}

/// Passes an event on to its vendor.
pub(super) fn report(world: &World, body: &[u8]) -> Reply {
    match taken(world, body) {
        Ok((vendor, event)) => {
            Reply::of(StatusCode::OK, &json!({ "vendor": vendor, "user": event.user, "event": event.kind.as_str() }))
        }
        Err((status, detail)) => problem(status, Mark::Refused, &detail, Map::new()),
    }
}

fn taken(world: &World, body: &[u8]) -> Result<(&'static str, Event), (StatusCode, String)> {
    let bad = |detail: String| (StatusCode::BAD_REQUEST, detail);
    let reported: Reported = serde_json::from_slice(body).map_err(|error| bad(format!("Invalid event: {error}.")))?;
    let named = |name: &&str| **name == *reported.vendor;
    let Some(vendor) = world.vendors().find(|vendor| named(&vendor.info().name)) else {
        let known: Vec<_> = world.vendors().map(|vendor| vendor.info().name).collect();
        return Err(bad(format!("Unknown vendor {:?}; expected one of {}.", reported.vendor, known.join(", "))));
    };
    let Some(kind) = EventKind::ALL.into_iter().find(|kind| kind.as_str() == reported.event) else {
        let known = EventKind::ALL.map(EventKind::as_str).join(", ");
        return Err(bad(format!("Unknown event {:?}; expected one of {known}.", reported.event)));
    };
    let Reported { user, ip, user_agent, client, .. } = reported;
    if ip.as_ref().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_err()) {
        return Err(bad("\"ip\" must be an IP address.".to_owned()));
    }
    let event = Event { user, kind, ip, user_agent, client };
    let taken = match vendor.events() {
        Some(events) => events.event(&event),
        None => Err(format!("{} has no event {:?}", vendor.info().title, event.kind.as_str())),
    };
    match taken {
        Ok(()) => Ok((vendor.info().name, event)),
        Err(reason) => Err((StatusCode::CONFLICT, format!("Event refused: {reason}."))),
    }
}
