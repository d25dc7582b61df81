//! The server's counters as Prometheus reads them.

use http::StatusCode;

use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::protocol::Reply;
use crate::world::Worlds;

/// What was counted, in a server with these worlds.
pub(super) fn show(metrics: &Metrics, worlds: &Worlds) -> Reply {
    Reply::new(StatusCode::OK, CONTENT_TYPE, metrics.text(worlds.count(), worlds.dropped()))
}
