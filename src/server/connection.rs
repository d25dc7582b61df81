//! One connection, from its first byte to its end.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use http::{Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::Context;
use super::fate::{Ended, Fate, Socket, deliver};
use super::overseer::{LAST_WORDS, Order, Overseer};
use super::watch::{Sent, UnderWay, Watch, Watched};
use crate::limits::Limit;
use crate::pipeline::Pipeline;
use crate::protocol::Call;
use crate::streams;

/// Streams that a client may reset before they are looked at. Who resets more is up to no good, and is cut off.
const MOST_RESETS: usize = 20;

/// The first byte of a TLS handshake.
const TLS_HELLO: u8 = 0x16;

/// Serves a connection until it ends. `_place` is its place among all, given back at the end.
pub(super) async fn serve(stream: TcpStream, context: Context, _place: Option<OwnedSemaphorePermit>) {
    let pipeline = Arc::clone(&context.pipeline);
    let _open = pipeline.connection();
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let Some(Ok(1)) = unless_stopped(stream.peek(&mut first), &context).await else {
        return; // closed, broken or silent
    };
    let local = stream.local_addr().ok().map(|address| address.ip());
    let fate = Arc::new(Fate::default());
    let stream = Socket::new(stream, Arc::clone(&fate));
    if first[0] != TLS_HELLO {
        return http(stream, false, fate, context).await;
    }
    match unless_stopped(context.tls.accept(stream, local), &context).await {
        Some(Ok(stream)) => http(stream, true, fate, context).await,
        Some(Err(error)) => tracing::debug!(%error, "a TLS handshake failed: {error}"),
        None => {}
    }
}

/// Waits with patience, or briefly once the server is told to stop.
async fn unless_stopped<T>(what: impl Future<Output = T>, context: &Context) -> Option<T> {
    let mut what = pin!(what);
    tokio::select! {
        biased;
        done = &mut what => Some(done),
        () = tokio::time::sleep(context.limits.header_timeout) => {
            context.pipeline.limit_hit(Limit::HeaderTimeout);
            None
        }
        () = context.stop.cancelled() => tokio::time::timeout(LAST_WORDS, what).await.ok(),
    }
}

/// What all calls of a connection share.
struct Line {
    pipeline: Arc<Pipeline>,
    fate: Arc<Fate>,
    watch: Arc<Watch>,
}

impl AsRef<Watch> for Line {
    fn as_ref(&self) -> &Watch {
        &self.watch
    }
}

/// What came, by who answers it.
enum Asked {
    /// The library, beside the pipeline.
    Stream(Box<Request<Incoming>>),
    /// The pipeline.
    Call(Box<Call>, Incoming),
}

async fn http<S>(stream: S, is_tls: bool, fate: Arc<Fate>, context: Context)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Context { pipeline, limits, stop, .. } = context;
    let watch = Arc::new(Watch::new());
    let service = {
        let line = Line { pipeline: Arc::clone(&pipeline), fate: Arc::clone(&fate), watch: Arc::clone(&watch) };
        let line = Arc::new(line);
        service_fn(move |request: Request<Incoming>| {
            let version = request.version();
            let (under_way, count) = UnderWay::new(Arc::clone(&line), version);
            if count == u64::from(limits.max_streams.max(1)) && version == Version::HTTP_2 {
                line.pipeline.limit_hit(Limit::Streams); // the next one waits at the client
            }
            // Before anything waits, so that what does carries the call and not its head.
            let asked = match streams::owns(request.uri().path()) {
                true => Asked::Stream(Box::new(request)),
                false => {
                    let (head, body) = request.into_parts();
                    Asked::Call(Call::begun(head, is_tls), body)
                }
            };
            async move {
                let line = &under_way.line;
                // A stream over HTTP/2 may be silent for as long as its client answers pings.
                let is_open = matches!(asked, Asked::Stream(_)) && version == Version::HTTP_2;
                let response = match asked {
                    Asked::Stream(request) => Box::pin(streams::answer(*request)).await,
                    Asked::Call(call, body) => line.pipeline.answer(call, body).await,
                };
                let response = deliver(response, version, &line.fate)?;
                let under_way = if is_open { under_way } else { under_way.answered() };
                Ok::<_, Ended>(response.map(|body| Sent { body, _under_way: under_way }))
            }
        })
    };
    let mut builder = Builder::new(TokioExecutor::new());
    // hyper's own limit is above ours, so that a head that is somewhat too large gets an answer that says so. An answer is
    // copied behind its head, which for the usual ones takes less than to send both from where they are.
    let head = (2 * limits.max_header + limits.max_uri).max(8 << 10);
    builder.http1().header_read_timeout(None).max_buf_size(head).writev(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams.max(1))
        .max_header_list_size(u32::try_from(head).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MOST_RESETS)
        .keep_alive_interval(limits.idle_timeout)
        .keep_alive_timeout(limits.header_timeout);
    let stream = TokioIo::new(Watched { stream, watch: Arc::clone(&watch) });
    let mut connection = pin!(builder.serve_connection(stream, service));
    let overseer = Overseer { watch, fate, is_tls, limits, pipeline: Arc::clone(&pipeline), stop };
    let mut is_closing = false;
    let ended = loop {
        tokio::select! {
            biased; // what has come is read before anything else is looked at
            ended = connection.as_mut() => break ended,
            order = overseer.oversee(is_closing) => match order {
                // Its socket ends with it, as the fate says.
                Order::Drop => return,
                Order::Close => {
                    connection.as_mut().graceful_shutdown();
                    is_closing = true;
                }
            }
        }
    };
    if let Err(error) = ended {
        match limit_of(&*error) {
            Some(limit) => pipeline.limit_hit(limit),
            None => tracing::debug!(%error, "a connection ended early: {error}"),
        }
    }
}

/// The limit at which the library itself ended a connection.
fn limit_of(error: &(dyn Error + 'static)) -> Option<Limit> {
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_parse_too_large() {
        return Some(Limit::Header);
    }
    let mut sources = std::iter::successors(error.source(), |error| (*error).source());
    let reason = sources.find_map(|source| source.downcast_ref::<h2::Error>())?.reason();
    (reason == Some(h2::Reason::ENHANCE_YOUR_CALM)).then_some(Limit::Resets)
}
