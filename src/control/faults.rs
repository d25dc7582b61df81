//! The rules of a world: read, checked against what the vendors have, added and removed. Knows no vendor by name.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, json};

use super::routes::json_reply;
use crate::faults::{Match, Spec, Wanted};
use crate::protocol::problem::{Mark, problem};
use crate::protocol::{Call, Reply};
use crate::vendors::{self, About};
use crate::world::World;

/// A rule as it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    fault: String,
    #[serde(default, rename = "match")]
    matching: Match,
    #[serde(default)]
    priority: i64,
    ttl_ms: Option<u64>,
}

/// Every rule.
pub(super) fn list(world: &World) -> Reply {
    json_reply(&json!({ "faults": world.rules.shown(world.now()) }))
}

/// Adds a rule.
pub(super) fn add(world: &World, call: &Call) -> Reply {
    let wanted = match read(&call.body) {
        Ok(wanted) => wanted,
        Err(detail) => return problem(StatusCode::BAD_REQUEST, Mark::BadFault, &detail, Map::new()),
    };
    match world.rules.add(wanted, world.now()) {
        Ok(rule) => Reply { status: StatusCode::CREATED, ..json_reply(&rule) },
        Err(full) => {
            let detail = format!("A world has at most {} rules.", full.0);
            problem(StatusCode::CONFLICT, Mark::Limit, &detail, Map::new())
        }
    }
}

/// Removes every rule.
pub(super) fn clear(world: &World) -> Reply {
    json_reply(&json!({ "removed": world.rules.remove(None, world.now()) }))
}

/// Removes one rule.
pub(super) fn remove(world: &World, call: &Call) -> Reply {
    let id = call.parameter(1);
    let removed = id.parse().map_or(0, |id| world.rules.remove(Some(id), world.now()));
    match removed {
        0 => problem(StatusCode::NOT_FOUND, Mark::Refused, &format!("There is no rule {id:?}."), Map::new()),
        removed => json_reply(&json!({ "removed": removed })),
    }
}

/// The rule that a body asks for, or why it cannot be followed.
fn read(body: &[u8]) -> Result<Wanted, String> {
    let Asked { fault, matching, priority, ttl_ms } =
        serde_json::from_slice(body).map_err(|error| format!("The body is no rule: {error}."))?;
    if ttl_ms == Some(0) {
        return Err("ttl_ms is at least 1.".to_owned());
    }
    let spec = Spec::parse(&fault).map_err(|bad| format!("fault: {bad}."))?;
    let within = vendors_of(&matching).map_err(|reason| format!("match: {reason}."))?;
    for about in within {
        spec.check(about.title, about.lacks).map_err(|bad| match matching.vendor {
            Some(_) => format!("fault: {bad}."),
            None => format!("fault: {bad}, so the rule has to match another vendor."),
        })?;
    }
    Ok(Wanted { spec, matching, priority, ttl_ms })
}

/// The vendors whose calls can match.
fn vendors_of(matching: &Match) -> Result<Vec<&'static About>, String> {
    let all = vendors::ALL.iter().map(|maker| maker.about);
    let mut within: Vec<_> =
        all.clone().filter(|about| matching.vendor.as_deref().is_none_or(|name| name == about.name)).collect();
    if within.is_empty() {
        let known: Vec<_> = all.map(|about| about.name).collect();
        let asked = matching.vendor.as_deref().unwrap_or_default();
        return Err(format!("there is no vendor {asked:?}, only {}", known.join(", ")));
    }
    if let Some(name) = &matching.operation {
        let named = |about: &&'static About| about.operations().find(|operation| operation.name == *name);
        let lacking = within.iter().find_map(named);
        within.retain(|about| named(about).is_some_and(|operation| operation.emulated));
        match (within.is_empty(), lacking) {
            (false, _) => {}
            (true, Some(_)) => return Err(format!("the operation {name:?} is not emulated")),
            (true, None) => {
                let of = matching.vendor.as_ref().map(|vendor| format!(" of {vendor}")).unwrap_or_default();
                return Err(format!("there is no operation {name:?}{of}; GET /__fauxidp/routes lists them"));
            }
        }
    }
    if let Some(method) = &matching.method
        && (Method::from_bytes(method.as_bytes()).is_err() || *method != method.to_ascii_uppercase())
    {
        return Err(format!("{method:?} is no method in capitals"));
    }
    if matching.path.as_ref().is_some_and(|path| !path.starts_with('/')) {
        return Err("a path starts with a slash".to_owned());
    }
    Ok(within)
}
