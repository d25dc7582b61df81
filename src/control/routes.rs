//! The routes of the control API.

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Map, json};

use super::{Control, clock, events, faults, metrics, page, report, requests, worlds};
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

pub(super) static ROWS: [Row; 25] = [
    Row { operation: Operation::own("page", "GET", "/"), run: |_, worlds, _| page::page(worlds.vendors()) },
    Row {
        operation: Operation::own("health", "GET", "/__fauxidp/health"),
        run: |_, worlds, call| Reply::of(StatusCode::OK, &report::health(worlds, call)),
    },
    Row {
        operation: Operation::own("routes", "GET", "/__fauxidp/routes"),
        run: |_, worlds, _| Reply::of(StatusCode::OK, &report::routes(worlds.vendors())),
    },
    Row {
        operation: Operation::own("fidelity", "GET", "/__fauxidp/fidelity"),
        run: |_, worlds, _| Reply::of(StatusCode::OK, &report::fidelity(worlds.vendors())),
    },
    Row {
        operation: Operation::own("metrics", "GET", "/__fauxidp/metrics"),
        run: |control, worlds, _| metrics::show(&control.metrics, worlds),
    },
    Row {
        operation: Operation::own("ca", "GET", "/__fauxidp/ca.pem"),
        run: |control, _, _| match (control.certificate)() {
            Ok(pem) => Reply::new(StatusCode::OK, "application/x-pem-file", pem),
            Err(reason) => problem(StatusCode::INTERNAL_SERVER_ERROR, Mark::Refused, &reason, Map::new()),
        },
    },
    Row { operation: Operation::own("list_worlds", "GET", "/__fauxidp/worlds"), run: |_, all, _| worlds::list(all) },
    Row {
        operation: Operation::own("get_world", "GET", "/__fauxidp/worlds/{world}"),
        run: |_, all, call| worlds::show(all, call),
    },
    Row {
        operation: Operation::own("put_world", "PUT", "/__fauxidp/worlds/{world}"),
        run: |_, all, call| worlds::put(all, call),
    },
    Row {
        operation: Operation::own("drop_world", "DELETE", "/__fauxidp/worlds/{world}"),
        run: |_, all, call| worlds::drop_world(all, call),
    },
    Row {
        operation: Operation::own("reset_world", "POST", "/__fauxidp/worlds/{world}/reset"),
        run: |_, all, call| worlds::reset(all, call),
    },
    Row {
        operation: Operation::own("fork_world", "POST", "/__fauxidp/worlds/{world}/fork"),
        run: |_, all, call| worlds::fork(all, call),
    },
    Row {
        operation: Operation::own("get_state", "GET", "/__fauxidp/worlds/{world}/state"),
        run: |_, all, call| worlds::state(all, call),
    },
    Row {
        operation: Operation::own("put_state", "PUT", "/__fauxidp/worlds/{world}/state"),
        run: |_, all, call| worlds::restore(all, call),
    },
    Row {
        operation: Operation::own("outbox", "GET", "/__fauxidp/worlds/{world}/outbox"),
        run: |_, all, call| {
            worlds::read(all, call, |world| Reply::of(StatusCode::OK, &json!({ "outbox": world.letters() })))
        },
    },
    Row {
        operation: Operation::own("report_event", "POST", "/__fauxidp/worlds/{world}/events"),
        run: |_, all, call| worlds::write(all, call, |world| events::report(world, call)),
    },
    Row {
        operation: Operation::own("requests", "GET", "/__fauxidp/worlds/{world}/requests"),
        run: |_, all, call| worlds::read(all, call, |world| requests::list(world, call)),
    },
    Row {
        operation: Operation::own("clear_requests", "DELETE", "/__fauxidp/worlds/{world}/requests"),
        run: |_, all, call| worlds::read(all, call, requests::clear),
    },
    Row {
        operation: Operation::own("verify", "POST", "/__fauxidp/worlds/{world}/verify"),
        run: |_, all, call| worlds::read(all, call, |world| requests::verify(world, call)),
    },
    Row {
        operation: Operation::own("clock", "GET", "/__fauxidp/worlds/{world}/clock"),
        run: |_, all, call| worlds::read(all, call, clock::show),
    },
    Row {
        operation: Operation::own("set_clock", "PUT", "/__fauxidp/worlds/{world}/clock"),
        run: |_, all, call| worlds::write(all, call, |world| clock::change(world, call)),
    },
    Row {
        operation: Operation::own("list_faults", "GET", "/__fauxidp/worlds/{world}/faults"),
        run: |_, all, call| worlds::read(all, call, faults::list),
    },
    Row {
        operation: Operation::own("add_fault", "POST", "/__fauxidp/worlds/{world}/faults"),
        run: |control, all, call| worlds::write(all, call, |world| faults::add(world, call, &control.metrics)),
    },
    Row {
        operation: Operation::own("remove_faults", "DELETE", "/__fauxidp/worlds/{world}/faults"),
        run: |_, all, call| worlds::read(all, call, faults::clear),
    },
    Row {
        operation: Operation::own("remove_fault", "DELETE", "/__fauxidp/worlds/{world}/faults/{id}"),
        run: |_, all, call| worlds::read(all, call, |world| faults::remove(world, call)),
    },
];
