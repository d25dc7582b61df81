//! The first step: reads a whole request, within the limits.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use hyper::body::Body;
use serde_json::Map;

use super::Pipeline;
use crate::budget::Budget;
use crate::exchange::Exchange;
use crate::limits::{Limit, Limits};
use crate::protocol::body::{self, Unreadable};
use crate::protocol::problem::{Mark, no_memory, problem};
use crate::protocol::rpc::{Codec, Wire};
use crate::protocol::{Call, Reply};

impl Pipeline {
    /// The memory that the process may use.
    pub(super) fn budget(&self) -> &Budget {
        &self.control.budget
    }

    /// The turn of a call that only reads, where memory is tight: its answer may be large, and of several at once
    /// nobody knows how large before they are there. The lock is to be held while it is computed.
    pub(super) fn turn(&self, exchange: &Exchange) -> Option<Arc<Mutex<()>>> {
        let reads = exchange.operation.is_some_and(|operation| operation.reads_only);
        (reads && self.budget().is_tight()).then(|| Arc::clone(&self.turn))
    }

    /// Whether the process has hardly any memory left.
    pub fn is_short(&self) -> bool {
        self.budget().is_short()
    }

    /// Whether the process has used up its memory so far that connections are closed.
    pub fn is_overrun(&self) -> bool {
        let is_overrun = self.budget().is_overrun();
        if is_overrun {
            self.limit_hit(Limit::Memory);
        }
        is_overrun
    }
}

/// The body of a request of at most `max` bytes, or why there is none. Where no memory is left, none is read.
pub(super) async fn read<B: Body<Data = Bytes>>(
    limits: &Limits,
    budget: &Budget,
    call: &Call,
    body: B,
    max: usize,
) -> Result<Bytes, Unread> {
    match budget.is_spent() {
        false => read_anyway(limits, budget, call, body, max).await,
        true => {
            Box::pin(body::drain(body)).await;
            Err(Unread::Excess(Excess::memory(budget)))
        }
    }
}

/// The same, but a call without a body is read whatever memory is left.
pub(super) async fn read_anyway<B: Body<Data = Bytes>>(
    limits: &Limits,
    budget: &Budget,
    call: &Call,
    body: B,
    max: usize,
) -> Result<Bytes, Unread> {
    if let Some(excess) = excess_of(limits, call) {
        return Err(Unread::Excess(excess));
    }
    let time = limits.body_timeout;
    body::collect(body, max, time, budget).await.map_err(|unreadable| match unreadable {
        Unreadable::Broken => Unread::Half,
        Unreadable::TooLarge => Unread::Excess(Excess { limit: Limit::Body, max }),
        Unreadable::NoRoom => Unread::Excess(Excess::memory(budget)),
        Unreadable::Slow => Unread::Excess(Excess { limit: Limit::BodyTimeout, max: time.as_secs() as usize }),
    })
}

/// The limit that a head exceeds, if any. Its body is not read then.
pub(super) fn excess_of(limits: &Limits, call: &Call) -> Option<Excess> {
    if call.header_size > limits.max_header {
        return Some(Excess { limit: Limit::Header, max: limits.max_header });
    }
    let uri = call.head.uri.path_and_query().map_or(0, |uri| uri.as_str().len());
    (uri > limits.max_uri).then_some(Excess { limit: Limit::Uri, max: limits.max_uri })
}

/// The body, unless it is JSON that is nested too deeply. Binary messages of remote calls are not JSON.
pub(super) fn shallow(limits: &Limits, head: &Parts, body: Bytes) -> Result<Bytes, Unread> {
    let max = limits.max_json_depth.min(Limits::MAX_JSON_DEPTH);
    let is_text = || Wire::of(&head.headers).is_none_or(|wire| wire.codec == Codec::Json);
    match body::is_deeper(&body, max) && is_text() {
        true => Err(Unread::Excess(Excess { limit: Limit::JsonDepth, max })),
        false => Ok(body),
    }
}

/// Why there is no body.
pub(super) enum Unread {
    /// There is too much of it, or of the head.
    Excess(Excess),
    /// It ended early.
    Half,
}

/// The answer to an incomplete body, which is not processed.
pub(super) fn half() -> Reply {
    let detail = "The request body ended early, or its framing is broken.";
    problem(StatusCode::BAD_REQUEST, Mark::Refused, detail, Map::new())
}

/// A limit that a request exceeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excess {
    pub(super) limit: Limit,
    /// The limit's value.
    pub(super) max: usize,
}

impl Excess {
    /// The process has used up its memory.
    pub(super) fn memory(budget: &Budget) -> Self {
        Self { limit: Limit::Memory, max: budget.max() }
    }

    pub(super) fn problem(self) -> Reply {
        let max = self.max;
        let (status, detail) = match self.limit {
            Limit::Header => {
                let detail =
                    format!("Request headers must be at most {max} bytes, counting 32 extra bytes for each line.");
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail)
            }
            Limit::Uri => (StatusCode::URI_TOO_LONG, format!("The path and its query must be at most {max} bytes.")),
            Limit::BodyTimeout => {
                (StatusCode::REQUEST_TIMEOUT, format!("A request body must arrive within {max} s for each MiB."))
            }
            Limit::Memory => return no_memory(max),
            Limit::JsonDepth => {
                (StatusCode::BAD_REQUEST, format!("JSON in a request body must be nested at most {max} levels deep."))
            }
            _ => (StatusCode::PAYLOAD_TOO_LARGE, format!("A request body must be at most {max} bytes.")),
        };
        problem(status, Mark::Limit, &detail, Map::from_iter([("limit".to_owned(), self.limit.as_str().into())]))
    }
}
