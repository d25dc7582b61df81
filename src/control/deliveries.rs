//! What left a world for the outside: listed, once it is over. Knows no vendor.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, json};

use crate::protocol::problem::{Mark, problem};
use crate::protocol::route::Matched;
use crate::protocol::{Call, Reply};
use crate::world::{World, Worlds};

/// The longest time that a call waits, in milliseconds.
const MAX_WAIT_MS: u64 = 60_000;

/// Every delivery, newest last.
pub(super) fn list(world: &World) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "deliveries": world.deliveries.entries() }))
}

/// Waits until no delivery of the world in the path is pending, as long as the query says.
///
/// # Errors
/// The refusal of another query.
pub(super) async fn wait(call: &Call, matched: &Matched, worlds: &Worlds) -> Result<(), Box<Reply>> {
    let query = call.head.uri.query().unwrap_or_default();
    let mut longest = 0;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        longest = match value.parse() {
            Ok(ms @ 0..=MAX_WAIT_MS) if name == "wait_ms" => ms,
            _ => {
                let detail = format!("Invalid query: expected wait_ms from 0 to {MAX_WAIT_MS}.");
                return Err(Box::new(problem(StatusCode::BAD_REQUEST, Mark::Refused, &detail, Map::new())));
            }
        };
    }
    if let Some(world) = worlds.get(matched.parameter(call.path(), 0)).filter(|_| longest > 0) {
        world.deliveries.settled(Duration::from_millis(longest)).await;
    }
    Ok(())
}
