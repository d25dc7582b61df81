//! The routes of the control API.

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Map, json};

use super::{Control, clock, events, metrics, page, report, requests};
use crate::fidelity::Operation;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};
use crate::world::{World, Worlds};

/// An operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Answers a call that was let in.
    pub(super) run: fn(&Control, &Worlds, &Call) -> Reply,
}

/// Every operation.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation)));

pub(super) static ROWS: [Row; 14] = [
    Row { operation: Operation::own("page", "GET", "/"), run: |_, _, _| page::page() },
    Row {
        operation: Operation::own("health", "GET", "/__fauxidp/health"),
        run: |_, worlds, call| json_reply(&report::health(worlds, call)),
    },
    Row {
        operation: Operation::own("routes", "GET", "/__fauxidp/routes"),
        run: |_, _, _| json_reply(&report::routes()),
    },
    Row {
        operation: Operation::own("fidelity", "GET", "/__fauxidp/fidelity"),
        run: |_, _, _| json_reply(&report::fidelity()),
    },
    Row {
        operation: Operation::own("metrics", "GET", "/__fauxidp/metrics"),
        run: |control, worlds, _| metrics::show(&control.metrics, worlds.count()),
    },
    Row {
        operation: Operation::own("ca", "GET", "/__fauxidp/ca.pem"),
        run: |control, _, _| match (control.certificate)() {
            Ok(pem) => Reply::new(StatusCode::OK, "application/x-pem-file", pem),
            Err(reason) => problem(StatusCode::INTERNAL_SERVER_ERROR, Mark::Refused, &reason, Map::new()),
        },
    },
    Row {
        operation: Operation::own("reset_world", "POST", "/__fauxidp/worlds/{world}/reset"),
        run: |_, worlds, call| {
            let name = call.parameter(0);
            match worlds.reset(&name) {
                true => json_reply(&json!({ "world": name })),
                false => no_world(&name),
            }
        },
    },
    Row {
        operation: Operation::own("outbox", "GET", "/__fauxidp/worlds/{world}/outbox"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => json_reply(&json!({ "outbox": world.letters() })),
            None => no_world(&call.parameter(0)),
        },
    },
    Row {
        operation: Operation::own("report_event", "POST", "/__fauxidp/worlds/{world}/events"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => events::report(&world, call),
            None => no_world(&call.parameter(0)),
        },
    },
    Row {
        operation: Operation::own("requests", "GET", "/__fauxidp/worlds/{world}/requests"),
        run: |_, worlds, call| in_world(worlds, call, |world| requests::list(world, call)),
    },
    Row {
        operation: Operation::own("clear_requests", "DELETE", "/__fauxidp/worlds/{world}/requests"),
        run: |_, worlds, call| in_world(worlds, call, requests::clear),
    },
    Row {
        operation: Operation::own("verify", "POST", "/__fauxidp/worlds/{world}/verify"),
        run: |_, worlds, call| in_world(worlds, call, |world| requests::verify(world, call)),
    },
    Row {
        operation: Operation::own("clock", "GET", "/__fauxidp/worlds/{world}/clock"),
        run: |_, worlds, call| in_world(worlds, call, clock::show),
    },
    Row {
        operation: Operation::own("set_clock", "PUT", "/__fauxidp/worlds/{world}/clock"),
        run: |_, worlds, call| in_world(worlds, call, |world| clock::change(world, call)),
    },
];

/// Answers by the world that the path names.
fn in_world(worlds: &Worlds, call: &Call, answer: impl FnOnce(&World) -> Reply) -> Reply {
    let name = call.parameter(0);
    match worlds.get(&name) {
        Some(world) => answer(&world),
        None => no_world(&name),
    }
}

fn no_world(name: &str) -> Reply {
    problem(StatusCode::NOT_FOUND, Mark::BadWorld, &format!("There is no world {name:?}."), Map::new())
}

pub(super) fn json_reply(body: &serde_json::Value) -> Reply {
    Reply::new(StatusCode::OK, "application/json", body.to_string())
}
