//! The routes of the control API.

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Map, json};

use super::request::Request;
use super::{about, clock, deliveries, events, faults, metrics, page, report, requests, sign_in, verify, worlds};
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::route::RouteTable;
use crate::row;

/// What answers a call that was accepted.
type Handler = fn(&Request<'_>) -> Reply;

/// An operation of the control API.
type Row = row::Row<Handler>;

/// Every operation.
pub(super) static TABLE: LazyLock<RouteTable<Handler>> = LazyLock::new(|| RouteTable::new(&ROWS, || &[]));

static ROWS: [Row; 34] = [
    Row::new("page", "GET", "/", |request| page::page(request.vendors())),
    Row::new("health", "GET", "/__fauxidp/health", |request| {
        Reply::of(StatusCode::OK, &about::health(request.worlds, &request.exchange.call))
    }),
    Row::new("routes", "GET", "/__fauxidp/routes", |request| {
        Reply::of(StatusCode::OK, &about::routes(request.vendors()))
    })
    .heavy(),
    Row::new("fidelity", "GET", "/__fauxidp/fidelity", |request| {
        Reply::of(StatusCode::OK, &about::fidelity(request.vendors()))
    })
    .heavy(),
    Row::new("metrics", "GET", "/__fauxidp/metrics", |request| metrics::show(&request.control.metrics, request.worlds)),
    Row::new("doors", "GET", "/__fauxidp/doors", |request| Reply::of(StatusCode::OK, &about::doors(request.vendors()))),
    Row::new("defects", "GET", "/__fauxidp/defects", |_| sign_in::defects()),
    Row::new("ca", "GET", "/__fauxidp/ca.pem", ca),
    Row::new("list_worlds", "GET", "/__fauxidp/worlds", worlds::list),
    Row::new("get_world", "GET", "/__fauxidp/worlds/{world}", worlds::show),
    Row::new("put_world", "PUT", "/__fauxidp/worlds/{world}", worlds::put).heavy(),
    Row::new("drop_world", "DELETE", "/__fauxidp/worlds/{world}", worlds::drop_world).heavy(),
    Row::new("reset_world", "POST", "/__fauxidp/worlds/{world}/reset", worlds::reset).heavy(),
    Row::new("fork_world", "POST", "/__fauxidp/worlds/{world}/fork", worlds::fork).heavy(),
    Row::new("endpoints", "GET", "/__fauxidp/worlds/{world}/endpoints", |request| {
        request.read(|world| Reply::of(StatusCode::OK, &about::endpoints(world, &request.exchange.call)))
    }),
    Row::new("get_state", "GET", "/__fauxidp/worlds/{world}/state", worlds::state).heavy(),
    Row::new("put_state", "PUT", "/__fauxidp/worlds/{world}/state", worlds::restore).heavy(),
    Row::new("outbox", "GET", "/__fauxidp/worlds/{world}/outbox", |request| {
        request.read(|world| Reply::of(StatusCode::OK, &json!({ "outbox": world.messages() })))
    }),
    Row::new("report_event", "POST", "/__fauxidp/worlds/{world}/events", |request| {
        request.write(|world| events::report(world, request.body()))
    }),
    Row::new("sign_in", "POST", "/__fauxidp/worlds/{world}/sign-in", sign_in::sign_in),
    Row::new("tokens", "POST", "/__fauxidp/worlds/{world}/tokens", sign_in::tokens),
    Row::new("signing_keys", "GET", "/__fauxidp/worlds/{world}/keys", sign_in::keys),
    Row::new("change_signing_keys", "POST", "/__fauxidp/worlds/{world}/keys", sign_in::change_keys),
    // It may wait first: see `Control::wait`.
    Row::new("deliveries", "GET", "/__fauxidp/worlds/{world}/deliveries", |request| request.read(deliveries::list)),
    Row::new("requests", "GET", "/__fauxidp/worlds/{world}/requests", |request| {
        request.read(|world| requests::list(world, request.query()))
    })
    .heavy(),
    Row::new("clear_requests", "DELETE", "/__fauxidp/worlds/{world}/requests", |request| request.read(requests::clear)),
    Row::new("verify", "POST", "/__fauxidp/worlds/{world}/verify", |request| {
        request.read(|world| verify::verify(world, request.body()))
    })
    .heavy(),
    Row::new("report", "GET", "/__fauxidp/worlds/{world}/report", |request| {
        request.read(|world| report::show(world, request.query()))
    })
    .heavy(),
    Row::new("clock", "GET", "/__fauxidp/worlds/{world}/clock", |request| request.read(clock::show)),
    Row::new("set_clock", "PUT", "/__fauxidp/worlds/{world}/clock", |request| {
        request.write(|world| clock::change(world, request.body()))
    }),
    Row::new("list_faults", "GET", "/__fauxidp/worlds/{world}/faults", |request| request.read(faults::list)),
    Row::new("add_fault", "POST", "/__fauxidp/worlds/{world}/faults", |request| {
        request.write(|world| faults::add(world, request.body(), &request.control.metrics))
    }),
    Row::new("remove_faults", "DELETE", "/__fauxidp/worlds/{world}/faults", |request| request.read(faults::clear)),
    Row::new("remove_fault", "DELETE", "/__fauxidp/worlds/{world}/faults/{id}", |request| {
        request.read(|world| faults::remove(world, &request.parameter(1)))
    }),
];

fn ca(request: &Request<'_>) -> Reply {
    match (request.control.certificate)() {
        Ok(pem) => Reply::new(StatusCode::OK, "application/x-pem-file", pem),
        Err(reason) => problem(StatusCode::INTERNAL_SERVER_ERROR, Mark::Refused, &reason, Map::new()),
    }
}
