//! The routes of the control API.

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Map, json};

use super::{Control, events, faults, page, report};
use crate::fidelity::Operation;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::route::RouteTable;
use crate::protocol::{Call, Reply};
use crate::world::Worlds;

/// An operation and what runs it.
pub(super) struct Row {
    operation: Operation,
    /// Answers a call that was let in.
    pub(super) run: fn(&Control, &Worlds, &Call) -> Reply,
}

/// Every operation.
pub(super) static TABLE: LazyLock<RouteTable> =
    LazyLock::new(|| RouteTable::new(ROWS.iter().map(|row| &row.operation)));

pub(super) static ROWS: [Row; 12] = [
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
        operation: Operation::own("list_faults", "GET", "/__fauxidp/worlds/{world}/faults"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => faults::list(&world),
            None => no_world(&call.parameter(0)),
        },
    },
    Row {
        operation: Operation::own("add_fault", "POST", "/__fauxidp/worlds/{world}/faults"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => faults::add(&world, call),
            None => no_world(&call.parameter(0)),
        },
    },
    Row {
        operation: Operation::own("remove_faults", "DELETE", "/__fauxidp/worlds/{world}/faults"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => faults::clear(&world),
            None => no_world(&call.parameter(0)),
        },
    },
    Row {
        operation: Operation::own("remove_fault", "DELETE", "/__fauxidp/worlds/{world}/faults/{id}"),
        run: |_, worlds, call| match worlds.get(&call.parameter(0)) {
            Some(world) => faults::remove(&world, call),
            None => no_world(&call.parameter(0)),
        },
    },
];

fn no_world(name: &str) -> Reply {
    problem(StatusCode::NOT_FOUND, Mark::BadWorld, &format!("There is no world {name:?}."), Map::new())
}

pub(super) fn json_reply(body: &serde_json::Value) -> Reply {
    Reply::new(StatusCode::OK, "application/json", body.to_string())
}
