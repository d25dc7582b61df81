//! The result of a vendor's step: an answer, or first a request to the outside. Knows no vendor, and does not know how
//! anything is sent.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::exchange::Exchange;
use crate::protocol::Reply;

/// The result of a vendor's step. The pipeline sends and waits, so a vendor only computes.
pub enum Outcome {
    /// The call is answered. Then the deliveries are made in the background, one after the other.
    Reply(Reply, Vec<OutboundRequest>),
    /// A request to the outside comes first.
    Ask(Box<Ask>),
}

/// A request to the outside, and what to do with its answer.
pub struct Ask {
    /// The request.
    pub request: OutboundRequest,
    /// Continues with the answer.
    pub then: Continuation,
}

/// Continues with the answer from outside. Time has passed meanwhile: the exchange has the current time, and earlier
/// look-ups may be out of date.
pub type Continuation = Box<dyn FnOnce(&Exchange, Result<OutboundReply, OutboundError>) -> Outcome + Send>;

/// A request to the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRequest {
    /// The method.
    pub method: Method,
    /// Its URL as configured; it is checked when the request is sent.
    pub url: String,
    /// The headers, without those that the connection adds.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// An answer from outside. A redirect is an answer like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundReply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer from outside. A message names only the host of the URL: the rest may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL has no scheme or no host, or it has a user name.
    #[error("expected an absolute URL with a host and without a user name")]
    InvalidUrl,
    /// The scheme is not supported.
    #[error("unsupported scheme {0:?}; expected http")]
    UnsupportedScheme(String),
    /// The host name cannot be resolved.
    #[error("{host}: {reason}")]
    Unresolved {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// The address is not allowed.
    #[error("{host}: the address {address} is not allowed; expected a loopback or private address")]
    NotNear {
        /// The host.
        host: String,
        /// The address that it has.
        address: IpAddr,
    },
    /// The server itself listens on the address.
    #[error("{host}: the address {address} is not allowed, because this server listens on it")]
    OwnListener {
        /// The host.
        host: String,
        /// The address that it has.
        address: SocketAddr,
    },
    /// The connection failed, or the answer was not HTTP.
    #[error("{host}: {reason}")]
    Failed {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// There was no complete answer in time.
    #[error("no complete answer in time")]
    TimedOut,
    /// The answer's body is too large.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Outcome {
    /// Sends a request to the outside and continues with the answer.
    pub fn ask(
        request: OutboundRequest,
        then: impl FnOnce(&Exchange, Result<OutboundReply, OutboundError>) -> Self + Send + 'static,
    ) -> Self {
        Self::Ask(Box::new(Ask { request, then: Box::new(then) }))
    }
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply, Vec::new())
    }
}

impl OutboundRequest {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }
}
