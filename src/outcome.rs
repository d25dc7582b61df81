//! What a vendor makes of a call: its answer, or first a question to somebody outside. Knows no vendor, and nothing of
//! how anything is sent.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::exchange::Exchange;
use crate::protocol::Reply;

/// What a vendor makes of a call. The pipeline does the sending and the waiting, so a vendor only computes.
pub enum Outcome {
    /// The call is answered. Then the deliveries are made, one after the other; nobody waits for their answers.
    Reply(Reply, Vec<OutboundRequest>),
    /// Somebody outside is asked first.
    Ask(Box<Ask>),
}

/// A question to somebody outside.
pub struct Ask {
    /// What is asked.
    pub request: OutboundRequest,
    /// Goes on with the answer.
    pub then: Continuation,
}

/// What to do with the answer from outside. Time has passed: the exchange has the time of now, and what was looked up
/// before may have changed.
pub type Continuation = Box<dyn FnOnce(&Exchange, Result<OutboundReply, OutboundError>) -> Outcome + Send>;

/// A request to somebody outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundRequest {
    /// The method.
    pub method: Method,
    /// Where it goes, as it was configured: it is checked when it is sent.
    pub url: String,
    /// The headers, without those that the connection adds.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What somebody outside answered. A redirect is an answer like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundReply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

/// Why there is no answer from outside. None names more of the URL than its host: the rest may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL has no scheme or no host, or it names a user.
    #[error("not an absolute URL of a host")]
    InvalidUrl,
    /// The scheme is one that is not spoken.
    #[error("unsupported scheme {0:?}; expected http")]
    UnsupportedScheme(String),
    /// The host's name has no address.
    #[error("{host}: {reason}")]
    Unresolved {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// The address is one that nothing is sent to.
    #[error("{host}: nothing is sent to {address}; expected a loopback or private address")]
    NotNear {
        /// The host.
        host: String,
        /// The address that it has.
        address: IpAddr,
    },
    /// The address is one that the server itself listens on.
    #[error("{host}: nothing is sent to {address}, where this server listens")]
    OwnListener {
        /// The host.
        host: String,
        /// The address that it has.
        address: SocketAddr,
    },
    /// The connection failed, or what came over it is not HTTP.
    #[error("{host}: {reason}")]
    Failed {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// There was no whole answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer's body is too large.
    #[error("the answer is over {0} bytes")]
    TooLarge(usize),
}

impl Outcome {
    /// Asks somebody outside, and goes on with what comes back.
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
