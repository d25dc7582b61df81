//! The control calls about worlds as a whole.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::protocol::problem::{Mark, problem};
use crate::protocol::{Call, Reply, credential};
use crate::vendors::DEFAULT_WORLD;
use crate::world::{Change, World, Worlds};

/// The most made-up people that a call asks for.
const MOST_PEOPLE: usize = 1_000_000;

/// What a `PUT` asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// As `vendor.key`.
    #[serde(default)]
    settings: Map<String, Value>,
    seed: Option<u64>,
    people: Option<usize>,
}

/// What a fork asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    to: String,
}

/// Every world.
pub(super) fn list(worlds: &Worlds) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "worlds": worlds.names() }))
}

/// One world.
pub(super) fn show(worlds: &Worlds, call: &Call) -> Reply {
    read(worlds, call, |world| Reply::of(StatusCode::OK, &shown(world)))
}

/// Makes a world, or changes it.
pub(super) fn put(worlds: &Worlds, call: &Call) -> Reply {
    let asked: Asked = match serde_json::from_slice(if call.body.is_empty() { b"{}" } else { &call.body }) {
        Ok(asked) => asked,
        Err(error) => return refused(&format!("The body is no change of a world: {error}.")),
    };
    if asked.people.is_some_and(|people| people > MOST_PEOPLE) {
        return refused(&format!("A world has at most {MOST_PEOPLE} made-up people."));
    }
    let mut settings = Vec::with_capacity(asked.settings.len());
    for (key, value) in asked.settings {
        match value {
            Value::String(value) => settings.push((key, value)),
            other => return refused(&format!("The value of the setting {key} is a string, not {other}.")),
        }
    }
    let change = Change { settings, seed: asked.seed, people: asked.people };
    named(call, |name| match worlds.change(name, &change) {
        Ok(world) => Reply::of(StatusCode::OK, &shown(&world)),
        Err(reason) => refused(&format!("The world cannot be so: {reason}.")),
    })
}

/// Drops a world.
pub(super) fn drop_world(worlds: &Worlds, call: &Call) -> Reply {
    named(call, |name| match worlds.drop_world(name) {
        true => Reply::of(StatusCode::OK, &json!({ "world": name })),
        false if name == DEFAULT_WORLD => {
            let detail = "The default world is never dropped; it can be reset.";
            problem(StatusCode::CONFLICT, Mark::Refused, detail, Map::new())
        }
        false => no_world(name),
    })
}

/// A world's whole state.
pub(super) fn state(worlds: &Worlds, call: &Call) -> Reply {
    read(worlds, call, |world| Reply::json(StatusCode::OK, world.state()))
}

/// Makes a world what a state says.
pub(super) fn restore(worlds: &Worlds, call: &Call) -> Reply {
    named(call, |name| match worlds.restore(name, &call.body) {
        Ok(world) => Reply::of(StatusCode::OK, &shown(&world)),
        Err(reason) => refused(&format!("The body is no state of a world: {reason}.")),
    })
}

/// Makes a world what it was at birth.
pub(super) fn reset(worlds: &Worlds, call: &Call) -> Reply {
    named(call, |name| {
        if !worlds.reset(name) {
            worlds.make(name);
        }
        Reply::of(StatusCode::OK, &json!({ "world": name }))
    })
}

/// Makes another world what this one is.
pub(super) fn fork(worlds: &Worlds, call: &Call) -> Reply {
    let fork: Fork = match serde_json::from_slice(&call.body) {
        Ok(fork) => fork,
        Err(error) => return refused(&format!("The body is not {{\"to\": \"name\"}}: {error}.")),
    };
    named(call, |name| match () {
        () if !credential::is_world(&fork.to) => bad_name(&fork.to),
        () if worlds.fork(name, &fork.to) => Reply::of(StatusCode::OK, &json!({ "world": fork.to, "from": name })),
        () => no_world(name),
    })
}

/// Answers from a world that has to be there.
pub(super) fn read(worlds: &Worlds, call: &Call, answer: impl FnOnce(&World) -> Reply) -> Reply {
    named(call, |name| match worlds.get(name) {
        Some(world) => answer(&world),
        None => no_world(name),
    })
}

/// Answers from a world that is made if it is not there.
pub(super) fn write(worlds: &Worlds, call: &Call, answer: impl FnOnce(&World) -> Reply) -> Reply {
    named(call, |name| answer(&worlds.make(name)))
}

/// Answers with the name in the path, if it is one.
fn named(call: &Call, answer: impl FnOnce(&str) -> Reply) -> Reply {
    let name = call.parameter(0);
    if credential::is_world(&name) { answer(&name) } else { bad_name(&name) }
}

fn shown(world: &World) -> Value {
    let settings: Map<_, _> = world.settings().map(|(key, value)| (key, value.into())).collect();
    json!({ "world": world.name(), "settings": settings })
}

fn refused(detail: &str) -> Reply {
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}

fn no_world(name: &str) -> Reply {
    problem(StatusCode::NOT_FOUND, Mark::BadWorld, &format!("There is no world {name:?}."), Map::new())
}

fn bad_name(name: &str) -> Reply {
    let rule = "A world's name has 1 to 64 letters, digits, `-`, `_` and `.`, and does not start with a `.`";
    problem(StatusCode::BAD_REQUEST, Mark::BadWorld, &format!("{rule}; {name:?} is none."), Map::new())
}
