//! Web pages may call ZITADEL from any origin, with credentials.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{Method, StatusCode};

use crate::failure::{Failure, Kind};
use crate::protocol::{Call, Reply};

/// The headers that the vendor exposes, and those that tell a web page about a fault.
const EXPOSED: &str =
    "Location, Content-Length, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin, X-Fault-Applied, X-Fauxidp";

const METHODS: [Method; 7] =
    [Method::OPTIONS, Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The answer to a browser that asks before it calls; no route has its method.
pub(in super::super) fn preflight(call: &Call, failure: &Failure) -> Option<Reply> {
    if *call.method() != Method::OPTIONS || !matches!(failure.kind, Kind::WrongMethod(_)) {
        return None;
    }
    call.value(&ORIGIN)?;
    let requested_method = call.value(&ACCESS_CONTROL_REQUEST_METHOD)?;
    let varies = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let mut reply = Reply::empty(StatusCode::NO_CONTENT).with(VARY, HeaderValue::from_static(varies));
    if METHODS.iter().any(|method| method.as_str().as_bytes() == requested_method.as_bytes()) {
        reply = reply.with(ACCESS_CONTROL_ALLOW_METHODS, requested_method.clone());
    }
    if let Some(headers) = call.value(&ACCESS_CONTROL_REQUEST_HEADERS) {
        reply = reply.with(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
    }
    Some(reply.fidelity_row("preflight"))
}

/// Lets the page that called read the answer.
pub(in super::super) fn share(call: &Call, reply: &mut Reply) {
    let Some(origin) = call.value(&ORIGIN) else {
        return;
    };
    reply.headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    reply.headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if reply.status != StatusCode::NO_CONTENT {
        reply.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}
