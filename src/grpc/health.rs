//! `grpc.health.v1.Health`: every known service is serving for as long as the server runs.

use std::fmt::Display;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use super::descriptors::Registry;
use super::message::{Fields, Value, add_number};
use super::request::Request;
use super::stream::{StreamWire, incomplete, stopping, wrong_content_type};
use crate::protocol::rpc::{self, Code, Codec, RpcError};
use crate::protocol::{Reply, ReplyBody};

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Serving,
    /// The server stops.
    NotServing,
    ServiceUnknown,
}

impl Status {
    /// How the service of that name is; the empty name is the server's.
    fn of(registry: &Registry, service: &str) -> Self {
        match service.is_empty() || registry.has_service(service) {
            true => Self::Serving,
            false => Self::ServiceUnknown,
        }
    }

    /// The response message for this status.
    fn message(self, codec: Codec) -> Vec<u8> {
        let (number, name) = match self {
            Self::Serving => (1, "SERVING"),
            Self::NotServing => (2, "NOT_SERVING"),
            Self::ServiceUnknown => (3, "SERVICE_UNKNOWN"),
        };
        match codec {
            Codec::Json => json!({ "status": name }).to_string().into_bytes(),
            Codec::Proto => {
                let mut message = Vec::new();
                add_number(&mut message, 1, number);
                message
            }
        }
    }
}

/// `Check`.
pub(super) fn check(registry: &Registry, request: &Request<'_>, body: &Bytes) -> Reply {
    let Request { call, limits, .. } = request;
    let Some(wire) = call.wire else { return rpc::wrong_content_type() };
    let message = wire.message(&call.head.headers, body, limits.max_body);
    let status =
        message.and_then(|message| service(&message, wire.codec)).map(|service| Status::of(registry, &service));
    match status {
        Ok(Status::Serving) => wire.success(Status::Serving.message(wire.codec)),
        Ok(Status::NotServing | Status::ServiceUnknown) => {
            wire.failure(&RpcError::new(Code::NotFound, "unknown service"))
        }
        Err(error) => wire.failure(&error),
    }
}

/// `Watch`: sends the service's status, which changes only when the server stops. The stream ends after the idle
/// time-out of a connection; clients then watch again.
pub(super) fn watch(registry: &Registry, request: Request<'_>, body: &Bytes) -> Response<ReplyBody> {
    let Request { call, limits, stop, permit, .. } = request;
    let Some(wire) = StreamWire::of(&call.head.headers) else { return wrong_content_type().into_response() };
    let message = wire.unframe(&mut BytesMut::from(&body[..]), limits.max_body);
    let service = message.and_then(|message| service(&message.ok_or_else(incomplete)?, wire.codec));
    let status = match service {
        Ok(service) => Status::of(registry, &service),
        Err(error) => return wire.answer(stream::iter([Ok(wire.end(Some(&error)))])),
    };
    let first = wire.message(&status.message(wire.codec));
    let changed = (status == Status::Serving).then(|| wire.message(&Status::NotServing.message(wire.codec)));
    let timed_out = wire.end(Some(&RpcError::new(Code::Unavailable, "timed out waiting for a change")));
    let (stopped, time, stop) = (wire.end(Some(&stopping())), limits.idle_timeout, stop.clone());
    let last = stream::once(async move {
        let _permit = permit;
        let frames = tokio::select! {
            () = stop.cancelled() => [changed, Some(stopped)],
            () = sleep(time) => [None, Some(timed_out)],
        };
        stream::iter(frames.into_iter().flatten().map(Ok))
    });
    wire.answer(stream::iter([Ok(first)]).chain(last.flatten()))
}

/// The service that a request asks about.
fn service(message: &[u8], codec: Codec) -> Result<String, RpcError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Check {
        service: String,
    }
    let bad = |error: &dyn Display| RpcError::new(Code::InvalidArgument, format!("unmarshal message: {error}"));
    if codec == Codec::Json {
        return serde_json::from_slice(message).map(|Check { service }| service).map_err(|error| bad(&error));
    }
    let mut service = "";
    for field in Fields::of(message) {
        if let (1, Value::Bytes(text)) = field.map_err(|error| bad(&error))? {
            service = std::str::from_utf8(text).map_err(|error| bad(&error))?;
        }
    }
    Ok(service.to_owned())
}
