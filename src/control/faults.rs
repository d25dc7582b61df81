//! The rules of a world: read, added and removed. Knows no vendor by name.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, json};

use crate::call_match::CallMatch;
use crate::faults::{NewRule, Spec};
use crate::limits::Limit;
use crate::metrics::Metrics;
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::similar::with_closest;
use crate::world::{self, World};

/// A rule as a body describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleBody {
    fault: String,
    #[serde(default, rename = "match")]
    matching: CallMatch,
    #[serde(default)]
    priority: i64,
    ttl_ms: Option<u64>,
}

/// Every rule.
pub(super) fn list(world: &World) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "faults": world.rules.shown(world.clock().now()) }))
}

/// Adds a rule.
pub(super) fn add(world: &World, body: &[u8], metrics: &Metrics) -> Reply {
    let rule = match read(world, body) {
        Ok(rule) => rule,
        Err(detail) => return problem(StatusCode::BAD_REQUEST, Mark::BadFault, &detail, Map::new()),
    };
    match world.rules.add(rule, world.clock().now()) {
        Ok(rule) => Reply::of(StatusCode::CREATED, &rule),
        Err(full) => {
            metrics.limit_hit(Limit::Rules);
            let detail = format!("The world has {} fault rules, which is the maximum.", full.0);
            problem(StatusCode::CONFLICT, Mark::Limit, &detail, Map::new())
        }
    }
}

/// Removes every rule.
pub(super) fn clear(world: &World) -> Reply {
    Reply::of(StatusCode::OK, &json!({ "removed": world.rules.remove(None, world.clock().now()) }))
}

/// Removes one rule.
pub(super) fn remove(world: &World, id: &str) -> Reply {
    let removed = id.parse().map_or(0, |id| world.rules.remove(Some(id), world.clock().now()));
    match removed {
        0 => problem(StatusCode::NOT_FOUND, Mark::Refused, &format!("There is no rule {id:?}."), Map::new()),
        removed => Reply::of(StatusCode::OK, &json!({ "removed": removed })),
    }
}

/// The rule that a body describes, or what is wrong with it.
fn read(world: &World, body: &[u8]) -> Result<NewRule, String> {
    let RuleBody { fault, matching, priority, ttl_ms } =
        serde_json::from_slice(body).map_err(|error| format!("Invalid rule: {}.", with_closest(&error.to_string())))?;
    if ttl_ms == Some(0) {
        return Err("\"ttl_ms\" must be at least 1.".to_owned());
    }
    let spec = Spec::parse(&fault).map_err(|bad| format!("fault: {bad}."))?;
    world::fits(world.set(), &spec, &matching)?;
    world::check_world(world, &matching).map_err(|reason| format!("match: {reason}."))?;
    Ok(NewRule { spec, matching, priority, ttl_ms })
}
