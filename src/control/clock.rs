//! A world's clock, read and moved. Tokens, locks and times to live follow it.

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, json};

use crate::clock::Clock;
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::world::World;

/// A change of a clock: exactly one of these members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    now: Option<Timestamp>,
    advance_ms: Option<u64>,
    run: Option<bool>,
}

/// The clock's time, and whether it is frozen.
pub(super) fn show(world: &World) -> Reply {
    let clock = world.clock();
    Reply::of(StatusCode::OK, &json!({ "now": clock.now(), "frozen": clock.is_frozen() }))
}

/// Sets, moves, freezes or runs the clock.
pub(super) fn change(world: &World, body: &[u8]) -> Reply {
    match changed(world.clock(), body) {
        Ok(()) => show(world),
        Err(detail) => problem(StatusCode::BAD_REQUEST, Mark::Refused, &detail, Map::new()),
    }
}

fn changed(clock: &Clock, body: &[u8]) -> Result<(), String> {
    let change: ClockChange = serde_json::from_slice(body).map_err(|error| format!("Invalid clock: {error}."))?;
    let done = match change {
        ClockChange { now: Some(now), advance_ms: None, run: None } => clock.set(now),
        ClockChange { now: None, advance_ms: Some(milliseconds), run: None } => clock.advance(milliseconds),
        ClockChange { now: None, advance_ms: None, run: Some(true) } => {
            clock.run();
            Ok(())
        }
        ClockChange { now: None, advance_ms: None, run: Some(false) } => {
            clock.freeze();
            Ok(())
        }
        _ => return Err("Expected exactly one of \"now\", \"advance_ms\" and \"run\".".to_owned()),
    };
    done.map_err(|error| format!("Invalid time: {error}."))
}
