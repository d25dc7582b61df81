//! What a vendor asks for outside and another vendor of this server answers: as a call of its own, without a socket.

use std::future::Future;
use std::pin::Pin;

use http::Request;
use http::header::{HOST, HeaderValue};
use http::uri::PathAndQuery;
use http_body_util::{BodyExt, Full};

use super::Pipeline;
use crate::outcome::{OutboundError, OutboundReply, OutboundRequest};
use crate::protocol::Call;
use crate::protocol::delivery::Cut;

/// An answer that is still to come. Boxed, since a call can hold another call.
type Pending<'p> = Pin<Box<dyn Future<Output = Result<OutboundReply, OutboundError>> + Send + 'p>>;

impl Pipeline {
    /// Sends a request that a call asks for: to another vendor of this server, if it may and its URL leads there, else
    /// to the outside.
    pub(super) async fn send(&self, call: &Call, request: OutboundRequest) -> Result<OutboundReply, OutboundError> {
        if !request.may_be_own {
            return self.outbound.send(request).await;
        }
        let Ok(url) = request.url.parse::<http::Uri>() else { return Err(OutboundError::InvalidUrl) };
        let Some(authority) = url.authority().map(|authority| authority.as_str().to_owned()) else {
            return Err(OutboundError::InvalidUrl);
        };
        // The name by which the client reaches this server may mean something else from here.
        let site = call.site();
        let is_same = |host: &str| host.eq_ignore_ascii_case(&authority);
        let is_named =
            call.host().is_some_and(is_same) || site.split_once("://").is_some_and(|(_, host)| is_same(host));
        let listener = match is_named {
            true => Some(call.listener),
            false => self.outbound.own_listener(&request.url).await,
        };
        match listener {
            None => self.outbound.send(request).await,
            Some(_) if call.is_nested => Err(OutboundError::Nested),
            Some(listener) => {
                let answer = self.nested(&url, &authority, listener, request);
                tokio::time::timeout(self.limits.outbound_timeout, answer).await.unwrap_or(Err(OutboundError::TimedOut))
            }
        }
    }

    fn nested(&self, url: &http::Uri, host: &str, listener: Option<usize>, request: OutboundRequest) -> Pending<'_> {
        let OutboundRequest { method, headers, body, .. } = request;
        let path = url.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let (mut head, ()) = Request::new(()).into_parts();
        (head.method, head.uri, head.headers) = (method, http::Uri::from(path), headers);
        let is_tls = url.scheme_str() == Some("https");
        let host = HeaderValue::from_str(host).map_err(|_| OutboundError::InvalidUrl);
        Box::pin(async move {
            head.headers.insert(HOST, host?);
            let mut call = Call::begun(head, is_tls);
            (call.listener, call.is_nested) = (listener, true);
            let response = self.answer(call, Full::new(body)).await;
            let (head, body) = response.into_parts();
            if head.extensions.get::<Cut>().is_some() {
                let host = "this server".to_owned();
                return Err(OutboundError::Failed { host, reason: "a fault cut the connection".to_owned() });
            }
            let body = body.collect().await.expect("an answer of ours does not fail").to_bytes();
            Ok(OutboundReply { status: head.status, headers: head.headers, body })
        })
    }
}
