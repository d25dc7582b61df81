//! Web pages may call ZITADEL from any origin, with credentials, and send the headers of a list. Knows no operation.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, StatusCode};

use crate::exchange::Exchange;
use crate::failure::{Failure, Kind};
use crate::protocol::Reply;
use crate::row::Dialect;

/// The headers that the vendor exposes at the doors of OAuth and OpenID Connect.
const EXPOSED_AT_DOORS: &str = "Location, Content-Length";

/// The headers that it exposes elsewhere.
const EXPOSED: &str = "Location, Content-Length, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin";

/// The headers by which fauxidp speaks to a web page. They are exposed where an answer has them.
const OURS: [&str; 3] = ["x-fault-applied", "x-fauxidp", "x-fauxidp-fidelity"];

const METHODS: [Method; 7] =
    [Method::OPTIONS, Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The headers that a page may send, in the order in which browsers list them: the vendor's, and fauxidp's own.
const ALLOWED: [&str; 14] = [
    "accept",
    "accept-language",
    "authorization",
    "connect-protocol-version",
    "connect-timeout-ms",
    "content-type",
    "grpc-timeout",
    "origin",
    "x-fault",
    "x-fauxidp-explain",
    "x-grpc-web",
    "x-requested-with",
    "x-user-agent",
    "x-zitadel-orgid",
];

/// How many empty elements a list of headers may have.
const MAX_EMPTY: usize = 16;

/// The answer to a browser that asks before it calls; no route has its method.
pub(in super::super) fn preflight(exchange: &Exchange, failure: &Failure) -> Option<Reply> {
    let call = &exchange.call;
    if *call.method() != Method::OPTIONS || !matches!(failure.kind, Kind::WrongMethod(_)) || !is_shared(exchange) {
        return None;
    }
    let requested_method = call.value(&ACCESS_CONTROL_REQUEST_METHOD)?;
    let varies = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let mut reply = Reply::empty(StatusCode::NO_CONTENT).with(VARY, HeaderValue::from_static(varies));
    if exchange.dialect == Dialect::Api && !exchange.is_rpc() {
        reply.headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
    let is_known = METHODS.iter().any(|method| method.as_str().as_bytes() == requested_method.as_bytes());
    if is_known && accepts(&call.head.headers) {
        reply.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, requested_method.clone());
        if let Some(headers) = call.value(&ACCESS_CONTROL_REQUEST_HEADERS).filter(|headers| !headers.is_empty()) {
            reply.headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
    }
    Some(reply.fidelity_row("preflight"))
}

/// Whether a page may send the headers that a browser lists: lower-case, sorted, each once, with at most one blank on
/// either side.
fn accepts(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).into_iter();
    let mut names = lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
    let (mut next, mut empty) = (0, 0);
    names.all(|name| {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let name = name.strip_prefix(b" ").or_else(|| name.strip_prefix(b"\t")).unwrap_or(name);
        let name = name.split_last().filter(|(last, _)| is_blank(last)).map_or(name, |(_, name)| name);
        if name.is_empty() {
            empty += 1;
            return empty <= MAX_EMPTY;
        }
        match ALLOWED[next..].iter().position(|allowed| allowed.as_bytes() == name) {
            Some(position) => {
                next += position + 1;
                true
            }
            None => false,
        }
    })
}

/// Lets the page that called read the answer.
pub(in super::super) fn share(exchange: &Exchange, reply: &mut Reply) {
    let Some(origin) = exchange.call.value(&ORIGIN).filter(|_| is_shared(exchange)) else {
        return;
    };
    let is_preflight = reply.status == StatusCode::NO_CONTENT;
    if reply.status == StatusCode::MOVED_PERMANENTLY
        || (is_preflight && !reply.headers.contains_key(ACCESS_CONTROL_ALLOW_METHODS))
    {
        return;
    }
    reply.headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    reply.headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if !is_preflight {
        reply.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed(exchange, &reply.headers));
    }
}

/// Whether pages may call that path at all.
fn is_shared(exchange: &Exchange) -> bool {
    !exchange.path().starts_with("/debug/")
}

/// The headers of an answer that a page may read.
fn exposed(exchange: &Exchange, headers: &HeaderMap) -> HeaderValue {
    let vendors = if exchange.dialect == Dialect::OAuth { EXPOSED_AT_DOORS } else { EXPOSED };
    let mut ours = OURS.into_iter().filter(|name| headers.contains_key(*name)).peekable();
    if ours.peek().is_none() {
        return HeaderValue::from_static(vendors);
    }
    let all = ours.fold(vendors.to_owned(), |all, name| format!("{all}, {name}"));
    HeaderValue::from_str(&all).expect("names of headers are text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(lists: &[&'static str]) -> bool {
        let lists = lists.iter().map(|list| (ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(list)));
        accepts(&lists.collect())
    }

    #[test]
    fn the_names_that_are_allowed_are_sorted() {
        assert!(ALLOWED.is_sorted());
    }

    #[test]
    fn a_list_counts_only_as_browsers_send_it() {
        for good in [
            &[][..],
            &[""],
            &["authorization"],
            &["authorization,content-type,x-zitadel-orgid"],
            &["authorization, content-type"],
            &["authorization ,\tcontent-type"],
            &["authorization,,content-type,"],
            &["authorization", "content-type"],
            &["authorization,x-fault"],
        ] {
            assert!(accepted(good), "{good:?}");
        }
        for bad in [
            &["Authorization"][..],
            &["content-type,authorization"],
            &["authorization,authorization"],
            &["authorization,traceparent"],
            &["authorization,  content-type"],
            &["content-type", "authorization"],
            &[",,,,,,,,,,,,,,,,,"],
        ] {
            assert!(!accepted(bad), "{bad:?}");
        }
    }
}
