//! Reads calls to gRPC's own services, within the limits. Does not know what they answer.

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::Body;
use serde_json::Map;

use super::Pipeline;
use super::answering::own;
use super::reading::{self, Excess, Unread};
use crate::grpc::{Method, Request, Sent};
use crate::limits::Limit;
use crate::protocol::problem::{Mark, problem};
use crate::protocol::rpc::Wire;
use crate::protocol::{Call, ReplyBody};

impl Pipeline {
    /// Answers a call to one of gRPC's own services. A stream that stays open needs a permit to be held.
    pub(super) async fn grpc<B>(&self, method: Method, mut call: Box<Call>, body: B) -> Response<ReplyBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        call.wire = Wire::of(&call.head.headers);
        let sent = match method.reads_stream() {
            true => match reading::excess_of(&self.limits, &call) {
                None if self.budget().is_spent() => Err(Unread::Excess(Excess::memory(self.budget()))),
                None => Ok(Sent::Stream(body)),
                Some(excess) => Err(Unread::Excess(excess)),
            },
            false => {
                let max = self.limits.max_body;
                let read = reading::read(&self.limits, self.budget(), &call, body, max).await;
                read.and_then(|body| reading::shallow(&self.limits, &call.head, body)).map(Sent::Whole)
            }
        };
        let (limit, refusal) = match sent {
            Ok(sent) => {
                let permit = method.is_held().then(|| self.permit_to_hold()).flatten();
                if permit.is_some() || !method.is_held() {
                    let (limits, budget, stop) = (&self.limits, self.budget(), &self.stop);
                    return self.services.answer(Request { method, call: &call, limits, budget, stop, permit }, sent);
                }
                let detail = format!("Too many calls are held at once: at most {} are allowed.", self.limits.max_held);
                (Some(Limit::Held), problem(StatusCode::SERVICE_UNAVAILABLE, Mark::Limit, &detail, Map::new()))
            }
            Err(Unread::Excess(excess)) => (Some(excess.limit), excess.problem()),
            Err(Unread::Half) => (None, reading::half()),
        };
        if let Some(limit) = limit {
            self.control.metrics.limit_hit(limit);
        }
        own(&call, refusal).into_response()
    }
}
