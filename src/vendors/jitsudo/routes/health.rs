//! The route of jitsudo's health.

use http::StatusCode;
use serde_json::json;

use super::handler::{Handler, Row};
use crate::protocol::Reply;

pub(super) static ROWS: [Row; 1] = [Row::new(
    "get_healthz",
    "GET",
    "/healthz",
    Handler::open(|_| Ok(Reply::of(StatusCode::OK, &json!({ "status": "ok" })).fidelity_row("healthy"))),
)
.reads_only()
.about_server()];
