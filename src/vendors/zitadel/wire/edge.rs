//! The two edges of ZITADEL's user service: which one a call came by, and what its answers carry. Knows no
//! message.

use std::sync::LazyLock;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderName, HeaderValue, PRAGMA, TRAILER, VARY};
use http::{HeaderMap, StatusCode, Version};
use jiff::Timestamp;

use crate::context::WorldContext;
use crate::exchange::Exchange;
use crate::ids::{Ids, Stream};
use crate::protocol::Reply;
use crate::protocol::rpc::{self, Framing, RpcError, Wire};

/// By which edge a call came.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Edge {
    /// The paths of the gateway.
    Rest,
    /// A remote call.
    Rpc(Wire),
}

/// An operation that succeeded.
pub(in super::super) struct EncodedResponse {
    /// The encoded response.
    pub(in super::super) message: Vec<u8>,
    /// When it was called.
    pub(in super::super) at: Timestamp,
    /// Which row of the operation's fidelity table it is.
    pub(in super::super) answer: &'static str,
}

impl Edge {
    /// The edge of a call.
    ///
    /// # Errors
    /// The refusal of a remote call whose content type is not understood.
    #[allow(clippy::result_large_err)] // the refusal is the answer
    pub(in super::super) fn of(exchange: &Exchange) -> Result<Self, Reply> {
        match exchange.call.wire {
            Some(wire) => Ok(Self::Rpc(wire)),
            None if !exchange.is_rpc() => Ok(Self::Rest),
            None if exchange.method() == http::Method::POST => {
                Err(marked(rpc::wrong_content_type()).fidelity_row("wrong_content_type"))
            }
            None => Err(marked(rpc::wrong_method()).fidelity_row("wrong_method")),
        }
    }

    /// Whether a call to one of the first APIs reaches it: they have no Connect, and gRPC over HTTP/2 only.
    pub(in super::super) fn reaches_first_api(self, exchange: &Exchange) -> bool {
        match self {
            Self::Rest => true,
            Self::Rpc(wire) => match wire.framing {
                Framing::Connect => false,
                Framing::Grpc => exchange.call.head.version == Version::HTTP_2,
                Framing::GrpcWeb => true,
            },
        }
    }

    /// A successful answer with its headers.
    pub(in super::super) fn success(self, response: EncodedResponse, context: &WorldContext) -> Reply {
        let reply = match self {
            Self::Rest => Reply {
                headers: gateway_headers(request_id(response.at, &context.ids)),
                body: response.message.into(),
                ..Reply::empty(StatusCode::OK)
            },
            Self::Rpc(wire) => marked(wire.success(response.message))
                .with(EXPIRES, http_date(context.clock.now()))
                .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
                .with(PRAGMA, HeaderValue::from_static("no-cache"))
                .with(REQUEST_ID, request_id(context.clock.now(), &context.ids)),
        };
        reply.fidelity_row(response.answer)
    }

    /// An error of a remote call.
    pub(in super::super) fn failure(self, error: &RpcError) -> Reply {
        match self {
            Self::Rest => Reply::empty(StatusCode::BAD_REQUEST), // never asked for: this edge has no frames
            Self::Rpc(wire) => wire.failure(error),
        }
    }

    /// A refusal with the headers that all refusals of this edge carry. On gRPC the request's id is a trailer.
    pub(in super::super) fn refusal(self, reply: Reply, context: &WorldContext) -> Reply {
        if reply.status.is_redirection() {
            return reply; // the router answers before anything else sees the call
        }
        let mut reply = marked(reply);
        let id = request_id(context.clock.now(), &context.ids);
        match reply.trailers.as_mut() {
            Some(trailers) => trailers.insert(REQUEST_ID, id),
            None => reply.headers.insert(REQUEST_ID, id),
        };
        reply
    }
}

/// Whether a call is for one of the first APIs, which are those that have no Connect.
pub(in super::super) fn is_first_api(exchange: &Exchange) -> bool {
    exchange.operation.is_some_and(|operation| !operation.is_connect)
}

/// The reply with the headers that every answer carries, even one that no operation saw.
pub(in super::super) fn marked(reply: Reply) -> Reply {
    reply.with(VARY, HeaderValue::from_static("Origin")).with(ROBOTS, HeaderValue::from_static("none"))
}

/// The reply as the vendor's own gRPC server gives it, which serves the first APIs: it says which trailers follow, and
/// repeats as metadata what the HTTP server said. The request's id is a header, whatever the answer.
pub(in super::super) fn native(mut reply: Reply, context: &WorldContext) -> Reply {
    if let Some(id) = reply.trailers.as_mut().and_then(|trailers| trailers.remove(REQUEST_ID)) {
        reply.headers.insert(REQUEST_ID, id);
    }
    reply.headers.remove(VARY);
    native_headers(&mut reply.headers, &context.ids, context.clock.now());
    reply
}

/// What the vendor's own gRPC server adds to each answer of one message, that of gRPC's own health included.
pub(in super::super) fn native_headers(headers: &mut HeaderMap, ids: &Ids, now: Timestamp) {
    let fixed = HeaderValue::from_static;
    headers.entry(REQUEST_ID).or_insert_with(|| request_id(now, ids));
    let expires = headers.get(EXPIRES).cloned().unwrap_or_else(|| http_date(now));
    for (name, repeated, value) in [
        (CACHE_CONTROL, "grpc-metadata-cache-control", fixed("no-store")),
        (EXPIRES, "grpc-metadata-expires", expires),
        (PRAGMA, "grpc-metadata-pragma", fixed("no-cache")),
    ] {
        headers.insert(HeaderName::from_static(repeated), value.clone());
        headers.insert(name, value);
    }
    for trailer in ["Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"] {
        headers.append(TRAILER, fixed(trailer));
    }
}

/// The headers of the gateway's successful answers. They are the same but for one, so they are copied.
fn gateway_headers(request_id: HeaderValue) -> HeaderMap {
    static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (INNER_TYPE, "application/grpc"),
            (INNER_CACHE, "no-store"),
            (INNER_PRAGMA, "no-cache"),
            (REQUEST_ID, ""),
            (VARY, "Origin"),
            (VARY, "Cookie"),
            (ROBOTS, "none"),
        ];
        headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    });
    let mut headers = HEADERS.clone();
    // Replaced in its slot, which exists: half the work of inserting it.
    *headers.get_mut(&REQUEST_ID).expect("it is among them") = request_id;
    headers
}

/// A time, as `Expires` says it.
pub(super) fn http_date(time: Timestamp) -> HeaderValue {
    let text = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).expect("a date is ASCII")
}

// What the gateway forwards of the inner call's headers (inferred, zitadel-headers).
pub(super) const INNER_TYPE: HeaderName = HeaderName::from_static("grpcgateway-content-type");
const INNER_CACHE: HeaderName = HeaderName::from_static("grpcgateway-cache-control");
const INNER_PRAGMA: HeaderName = HeaderName::from_static("grpcgateway-pragma");

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// A request id in the vendor's form: 20 digits in base 32 that encode the time and eight bytes.
pub(super) fn request_id(at: Timestamp, ids: &Ids) -> HeaderValue {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let seconds = at.as_second() as u32; // the form has 32 bits for the time
    let number = u128::from(seconds) << 64 | u128::from(u64::from_be_bytes(ids.bytes(Stream::RequestIds)));
    // 96 bits are 19 digits and one bit, which the form puts in front of the last, padded one.
    let padded = number << 4;
    // In two halves of ten digits, each of which a machine word holds.
    let halves = [(padded >> 50) as u64, padded as u64];
    let text: [u8; 20] =
        std::array::from_fn(|digit| DIGITS[(halves[digit / 10] >> (45 - 5 * (digit % 10))) as usize % 32]);
    HeaderValue::from_bytes(&text).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_starts_with_the_time() {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let first = request_id(at, &Ids::seeded(1));
        let second = request_id(at, &Ids::seeded(2));
        assert_eq!(first.len(), 20);
        assert_eq!(first.as_bytes()[..6], second.as_bytes()[..6]);
        assert_ne!(first, second);
    }
}
