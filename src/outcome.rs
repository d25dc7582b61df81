//! The result of a vendor's step: an answer, or first a request to the outside. Knows no vendor, and does not know how
//! anything is sent.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::exchange::Exchange;
use crate::protocol::Reply;

/// The result of a vendor's step. The pipeline sends and waits, so a vendor only computes.
pub enum Outcome {
    /// The call is answered. Then the deliveries are made in the background, one after the other.
    Reply(Reply, Vec<OutboundDelivery>),
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
    /// Whether a vendor of this server may answer it, if the URL leads there.
    pub may_be_own: bool,
}

/// A request to the outside that no answer waits for, such as a notice that a session is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundDelivery {
    /// What it is called in fault rules and in the list of deliveries, such as `deliver_logout`.
    pub operation: &'static str,
    /// The key of the user that it is about.
    pub user_id: Option<String>,
    /// What is sent.
    pub request: OutboundRequest,
    /// Where its signature stands.
    pub signature: Signature,
}

/// Where the signature of a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// It is not signed.
    None,
    /// The last part of the JWT that ends the body.
    Jwt,
    /// The end of that header.
    Header(HeaderName),
}

/// Where requests to the outside may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeliverTo {
    /// Nowhere.
    None,
    /// To loopback and private addresses, and to containers.
    #[default]
    Near,
    /// To any address but link-local ones.
    Any,
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
    /// The server was told to send nothing.
    #[error("nothing is sent to the outside: the server was started with --deliver-to none")]
    Off,
    /// A call that this server asks itself asks it again.
    #[error("this server answers only one call within another")]
    Nested,
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
        Self { method, url: url.into(), headers: HeaderMap::new(), body: Bytes::new(), may_be_own: false }
    }
}

impl OutboundDelivery {
    /// The same with a signature that does not fit. What is not signed stays as it is.
    #[must_use]
    pub fn with_bad_signature(mut self) -> Self {
        match &self.signature {
            Signature::None => {}
            Signature::Jwt => {
                // Its first character: the last one may hold bits that do not count.
                let start = self.request.body.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
                let mut body = self.request.body.to_vec();
                body.get_mut(start).into_iter().for_each(|byte| *byte = another(*byte));
                self.request.body = body.into();
            }
            Signature::Header(name) => {
                let Some(value) = self.request.headers.get_mut(name) else { return self };
                let mut text = value.as_bytes().to_vec();
                text.last_mut().into_iter().for_each(|byte| *byte = another(*byte));
                *value = text.try_into().expect("it is as plain as before");
            }
        }
        self
    }
}

/// Another digit of a text in hexadecimal or Base64.
const fn another(digit: u8) -> u8 {
    if digit == b'0' { b'1' } else { b'0' }
}

#[cfg(test)]
mod tests {
    use http::header::{AUTHORIZATION, HeaderValue};

    use super::*;

    #[test]
    fn a_bad_signature_differs_in_one_digit() {
        let mut request = OutboundRequest::new(Method::POST, "http://app/");
        request.headers.insert(AUTHORIZATION, HeaderValue::from_static("t=1,v1=ab0"));
        request.body = "logout_token=a.b.cd".into();
        let delivery =
            |signature| OutboundDelivery { operation: "deliver", user_id: None, request: request.clone(), signature };
        let spoilt = |signature| delivery(signature).with_bad_signature().request;
        assert_eq!(spoilt(Signature::None), request);
        assert_eq!(spoilt(Signature::Jwt).body, "logout_token=a.b.0d");
        assert_eq!(spoilt(Signature::Header(AUTHORIZATION)).headers[AUTHORIZATION], "t=1,v1=ab1");
    }
}
