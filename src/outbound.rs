//! Sends requests to the outside: bounded in number, size and time, and only to local and private addresses. Knows no
//! vendor, and does not know what is sent.

mod target;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Request;
use http::header::{HOST, HeaderValue};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::deliveries::{Deliveries, State};
use crate::outcome::{DeliverTo, OutboundError, OutboundReply, OutboundRequest};
use target::{Target, resolve};

/// The largest body of an answer, in bytes.
const MAX_REPLY: usize = 1 << 20;

/// The largest head of an answer, in bytes.
const MAX_REPLY_HEAD: usize = 64 << 10;

/// The maximum number of concurrent requests; further ones wait, within their time limit.
const MAX_IN_FLIGHT: usize = 64;

/// The maximum number of unfinished deliveries. Further ones are not made.
const MAX_DELIVERIES: usize = 1_024;

/// How long a delivery waits at most to be overtaken by the next one.
const MAX_LATE: Duration = Duration::from_secs(5);

/// A delivery with its number in the world's list, and what a fault makes of it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its number.
    pub n: u64,
    /// What is sent.
    pub request: OutboundRequest,
    /// How often it is sent.
    pub times: u32,
    /// How long it waits before.
    pub pause: Duration,
    /// Whether it waits for the next one.
    pub is_late: bool,
}

/// Sends requests to the outside. A clone shares its limits.
#[derive(Clone)]
pub struct OutboundClient {
    /// The addresses that the server listens on, each with the index of its vendor if it serves only one. It sends
    /// nothing to itself.
    own: Arc<[(SocketAddr, Option<usize>)]>,
    /// Where it may send to.
    deliver_to: DeliverTo,
    /// How long a request may take in total.
    timeout: Duration,
    in_flight: Arc<Semaphore>,
    deliveries: Arc<Semaphore>,
}

impl OutboundClient {
    /// The client of a server that listens on these addresses.
    pub fn new(own: Vec<(SocketAddr, Option<usize>)>, deliver_to: DeliverTo, timeout: Duration) -> Self {
        let in_flight = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        Self { own: own.into(), deliver_to, timeout, in_flight, deliveries: Arc::new(Semaphore::new(MAX_DELIVERIES)) }
    }

    /// Sends a request on a new connection and reads the whole answer. It follows no redirect.
    ///
    /// # Errors
    /// Why there is no answer; [`OutboundError`] says which requests are not even sent.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundReply, OutboundError> {
        let sent = async {
            let _permit = self.in_flight.acquire().await.expect("it is never closed");
            let target = Target::parse(&request.url)?;
            // The name is resolved only once, so that the connection goes to the addresses that were checked.
            let addresses = resolve(&target, self.deliver_to, &self.own).await?;
            exchange(&target, &addresses, request).await
        };
        tokio::time::timeout(self.timeout, sent).await.unwrap_or(Err(OutboundError::TimedOut))
    }

    /// The listener of this server that a URL leads to: which vendor it serves alone, if any.
    pub async fn own_listener(&self, url: &str) -> Option<Option<usize>> {
        let target = Target::parse(&url.replacen("https://", "http://", 1)).ok()?;
        let found = tokio::time::timeout(self.timeout, target::own_listener(&target, &self.own)).await;
        found.ok().flatten()
    }

    /// Makes the deliveries of one call, one after the other, in the background, and tells the list what came of them.
    pub fn deliver(&self, planned: Vec<Planned>, list: &Arc<Deliveries>) {
        let number = u32::try_from(planned.len()).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(&self.deliveries).try_acquire_many_owned(number) else {
            tracing::debug!("{number} deliveries are not made, since {MAX_DELIVERIES} are not over yet");
            planned.iter().for_each(|one| list.end(one.n, State::Dropped));
            return;
        };
        let (client, list) = (self.clone(), Arc::clone(list));
        tokio::spawn(async move {
            let _permit = permit;
            for one in planned {
                if one.is_late {
                    list.overtaken(one.n, MAX_LATE).await;
                }
                tokio::time::sleep(one.pause).await;
                let state = client.send_times(one.request, one.times).await;
                list.end(one.n, state);
            }
        });
    }

    /// Sends a request so many times. Failures are logged.
    async fn send_times(&self, request: OutboundRequest, times: u32) -> State {
        let host = Target::parse(&request.url).map_or_else(|_| "?".to_owned(), |target| target.authority().to_owned());
        let mut state = State::Pending;
        for sent in 1..=times {
            state = match self.send(request.clone()).await {
                Ok(reply) => State::Answered { status: reply.status.as_u16(), sent },
                Err(error) => State::Failed { error: error.to_string(), sent },
            };
            match &state {
                State::Answered { status: 200..=299, .. } => {}
                State::Answered { status, .. } => {
                    tracing::debug!(host, status, "a delivery to {host} was answered {status}");
                }
                State::Failed { error, .. } => tracing::debug!(host, error, "a delivery to {host} failed: {error}"),
                State::Pending | State::Dropped => {}
            }
        }
        state
    }
}

/// Sends one request on a new connection, to the first of the addresses that accepts it.
async fn exchange(
    target: &Target,
    addresses: &[SocketAddr],
    request: OutboundRequest,
) -> Result<OutboundReply, OutboundError> {
    let failed = |reason: &dyn std::error::Error| target.failed(reason);
    let stream = TcpStream::connect(addresses).await.map_err(|error| failed(&error))?;
    let client = http1::Builder::new().max_buf_size(MAX_REPLY_HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = client.map_err(|error| failed(&error))?;
    let mut sent = Request::new(Full::new(request.body));
    (*sent.method_mut(), *sent.uri_mut(), *sent.headers_mut()) = (request.method, target.path(), request.headers);
    let host = HeaderValue::from_str(target.authority()).map_err(|_| OutboundError::InvalidUrl)?;
    sent.headers_mut().insert(HOST, host);
    let mut answer = pin!(async {
        let (head, mut body) = sender.send_request(sent).await.map_err(|error| failed(&error))?.into_parts();
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failed(&error))?;
            let data = frame.into_data().unwrap_or_default();
            if whole.len() + data.len() > MAX_REPLY {
                return Err(OutboundError::TooLarge(MAX_REPLY));
            }
            whole.extend_from_slice(&data);
        }
        Ok(OutboundReply { status: head.status, headers: head.headers, body: Bytes::from(whole) })
    });
    // The connection is driven within this task, so that it ends with the task, even at a time-out.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = connection => answer.await,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use http::Method;

    use super::*;

    /// A listener that a request can be sent to, and the client.
    fn listener_and_client() -> (TcpListener, OutboundRequest, OutboundClient) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let request = OutboundRequest::new(Method::GET, format!("http://{}/", listener.local_addr().unwrap()));
        (listener, request, OutboundClient::new(Vec::new(), DeliverTo::Near, Duration::from_millis(20)))
    }

    #[tokio::test]
    async fn a_bounded_number_is_on_its_way() {
        let (listener, request, client) = listener_and_client();
        let permits = client.in_flight.acquire_many(u32::try_from(MAX_IN_FLIGHT).unwrap()).await.unwrap();
        assert_eq!(client.send(request.clone()).await, Err(OutboundError::TimedOut));
        assert!(listener.accept().is_err(), "it was not sent");
        drop(permits);
        assert_eq!(client.send(request).await, Err(OutboundError::TimedOut));
        assert!(listener.accept().is_ok(), "it was sent and not answered");
    }

    #[tokio::test]
    async fn a_bounded_number_is_delivered() {
        let (_listener, request, client) = listener_and_client();
        let (list, planned) =
            (Arc::default(), Planned { n: 1, request, times: 1, pause: Duration::ZERO, is_late: false });
        client.deliver(vec![planned.clone(); MAX_DELIVERIES + 1], &list);
        assert_eq!(client.deliveries.available_permits(), MAX_DELIVERIES);
        client.deliver(vec![planned; MAX_DELIVERIES], &list);
        assert_eq!(client.deliveries.available_permits(), 0);
    }
}
