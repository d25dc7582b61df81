//! The control calls about worlds as a whole.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::request::{Request, bad_name, no_world};
use crate::context::DEFAULT_WORLD;
use crate::limits::Limits;
use crate::protocol::body::is_deeper;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::{Reply, credential};
use crate::world::{Change, World};

/// The maximum number of generated people.
const MAX_PEOPLE: usize = 1_000_000;

/// About how many bytes a generated person takes at all vendors together, while they are made.
const PERSON: usize = 3 << 10;

/// About how many bytes of records and copies are made of each byte of a state.
const STATE: usize = 3;

/// How many levels of a state are around the data that a body held, besides those that the body had around it.
const LEVELS_OF_STATE: usize = 5;

/// The body of a `PUT`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// As `vendor.key`.
    #[serde(default)]
    settings: Map<String, Value>,
    seed: Option<u64>,
    people: Option<usize>,
}

/// The body of a fork.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    to: String,
}

/// Every world.
pub(super) fn list(request: &Request<'_>) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "worlds": request.worlds.names() }))
}

/// One world.
pub(super) fn show(request: &Request<'_>) -> Reply {
    request.read(|world| Reply::of(StatusCode::OK, &shown(world)))
}

/// Creates or changes a world.
pub(super) fn put(request: &Request<'_>) -> Reply {
    let body: ChangeBody = match serde_json::from_slice(if request.body().is_empty() { b"{}" } else { request.body() })
    {
        Ok(body) => body,
        Err(error) => return refused(&format!("Invalid world change: {error}.")),
    };
    if body.people.is_some_and(|people| people > MAX_PEOPLE) {
        return refused(&format!("\"people\" must be at most {MAX_PEOPLE}."));
    }
    let mut settings = Vec::with_capacity(body.settings.len());
    for (key, value) in body.settings {
        match value {
            Value::String(value) => settings.push((key, value)),
            other => return refused(&format!("The value of the setting {key} must be a string, not {other}.")),
        }
    }
    let Some(_room) = request.control.budget.reserve(body.people.unwrap_or(0).saturating_mul(PERSON)) else {
        return request.control.no_memory();
    };
    let change = Change { settings, seed: body.seed, people: body.people };
    request.named(|name| {
        let created = request.worlds.get(name).is_none();
        match request.worlds.change(name, &change) {
            Ok(world) => {
                let mut shown = shown(&world);
                shown["created"] = created.into();
                Reply::of(StatusCode::OK, &shown)
            }
            Err(reason) => refused(&format!("Invalid world change: {reason}.")),
        }
    })
}

/// Drops a world.
pub(super) fn drop_world(request: &Request<'_>) -> Reply {
    request.named(|name| match request.worlds.drop_world(name) {
        true => Reply::of(StatusCode::OK, &json!({ "world": name })),
        false if name == DEFAULT_WORLD => {
            let detail = "The default world cannot be dropped; reset it instead.";
            problem(StatusCode::CONFLICT, Mark::Refused, detail, Map::new())
        }
        false => no_world(name),
    })
}

/// A world's whole state.
pub(super) fn state(request: &Request<'_>) -> Reply {
    request.read(|world| {
        let mut buffer = request.control.budget.buffer();
        match world.write_state(&mut buffer) {
            Ok(()) => Reply::json(StatusCode::OK, buffer.into_bytes()),
            Err(_) => request.control.no_memory(),
        }
    })
}

/// Replaces a world by one with a saved state.
pub(super) fn restore(request: &Request<'_>) -> Reply {
    let Some(_room) = request.control.budget.reserve(request.body().len().saturating_mul(STATE)) else {
        return request.control.no_memory();
    };
    let max_depth = Limits::MAX_JSON_DEPTH;
    if is_deeper(request.body(), max_depth + LEVELS_OF_STATE) {
        return refused(&format!("Invalid world state: data is nested at most {max_depth} levels deep."));
    }
    request.named(|name| match request.worlds.restore(name, request.body()) {
        Ok(world) => Reply::of(StatusCode::OK, &shown(&world)),
        Err(reason) => refused(&format!("Invalid world state: {reason}.")),
    })
}

/// Resets a world to its initial state, or creates it.
pub(super) fn reset(request: &Request<'_>) -> Reply {
    request.named(|name| match request.worlds.reset(name) {
        true => Reply::of(StatusCode::OK, &json!({ "world": name })),
        false => no_world(name),
    })
}

/// Copies this world to another name, replacing the world there.
pub(super) fn fork(request: &Request<'_>) -> Reply {
    let fork: Fork = match serde_json::from_slice(request.body()) {
        Ok(fork) => fork,
        Err(error) => return refused(&format!("Invalid fork, expected {{\"to\": \"NAME\"}}: {error}.")),
    };
    request.named(|name| match () {
        () if !credential::is_world(&fork.to) => bad_name(&fork.to),
        () if request.worlds.fork(name, &fork.to) => {
            Reply::of(StatusCode::OK, &json!({ "world": fork.to, "from": name }))
        }
        () => no_world(name),
    })
}

fn shown(world: &World) -> Value {
    let settings: Map<_, _> = world.settings().map(|(key, value)| (key, value.into())).collect();
    json!({ "world": world.name(), "settings": settings })
}

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}
