//! gRPC's own services: health (Check, Watch) and reflection (v1, v1alpha). Knows no vendor by name: what there is to
//! tell comes from the vendors' descriptors.

mod descriptors;
mod health;
mod message;
mod reflection;
mod request;
mod stream;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method as HttpMethod, Response};
use hyper::body::Body;
use jiff::Timestamp;

use crate::clock;
use crate::ids::Ids;
use crate::protocol::ReplyBody;
use crate::protocol::rpc::{self, Framing};
use crate::vendors::VendorSet;
use descriptors::{LazyRegistry, Registry};

pub use request::{Method, Request, Sent};

/// What tells crawlers that there is nothing for them, as servers with these services usually do.
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What these services tell of a server's vendors.
pub struct Services {
    registry: Arc<LazyRegistry>,
    /// What the vendors' gRPC servers add to an answer that is one message. No world has these services, so they have
    /// ids of their own.
    server_headers: Vec<fn(&mut HeaderMap, &Ids, Timestamp)>,
    ids: Ids,
}

impl Services {
    /// The services that tell of these vendors.
    pub fn of(vendors: &VendorSet) -> Self {
        let remote = || vendors.infos().filter_map(|info| info.rpc.as_ref());
        Self {
            registry: Arc::new(Registry::lazy(remote().map(|rpc| rpc.descriptors).collect())),
            server_headers: remote().map(|rpc| rpc.server_headers).collect(),
            ids: Ids::seeded(0),
        }
    }

    /// Answers a call.
    pub fn answer<B>(&self, request: Request<'_>, sent: Sent<B>) -> Response<ReplyBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        if request.call.method() != HttpMethod::POST {
            return rpc::wrong_method().into_response();
        }
        let mut response = match sent {
            Sent::Stream(body) => reflection::answer(Arc::clone(&self.registry), request, body),
            Sent::Whole(body) if request.method == Method::Watch => health::watch(&self.registry, request, &body),
            Sent::Whole(body) => self.check(&request, &body),
        };
        response.headers_mut().insert(ROBOTS, HeaderValue::from_static("none"));
        response
    }

    /// Answers how a service is. On gRPC the answer has the vendors' headers; streams lack them (observed).
    fn check(&self, request: &Request<'_>, body: &Bytes) -> Response<ReplyBody> {
        let mut response = health::check(&self.registry, request, body).into_response();
        if request.call.wire.is_some_and(|wire| wire.framing == Framing::Grpc) {
            for add_headers in &self.server_headers {
                add_headers(response.headers_mut(), &self.ids, clock::system());
            }
        }
        response
    }
}
