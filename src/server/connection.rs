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
use super::abort::{Aborted, ConnectionAbort, Socket, deliver};
use super::activity::{Activity, InFlight, TrackedBody, TrackedIo};
use super::date::date;
use super::head;
use super::supervisor::{Directive, SILENCE_TIMEOUT, Supervisor};
use crate::limits::Limit;
use crate::pipeline::Pipeline;
use crate::protocol::Call;

/// The number of streams that a client may reset before they are handled. A client that resets more is disconnected.
const MAX_RESETS: usize = 20;

/// The first byte of a TLS handshake.
const TLS_HELLO: u8 = 0x16;

/// Serves a connection until it ends, which frees its slot.
pub(super) async fn serve(stream: TcpStream, context: Context, _slot: Option<OwnedSemaphorePermit>) {
    let pipeline = Arc::clone(&context.pipeline);
    if pipeline.is_overrun() {
        return; // another connection would take more of what is not there
    }
    let _open = pipeline.connection();
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let Some(Ok(1)) = unless_stopped(stream.peek(&mut first), &context).await else {
        return; // closed, broken or silent
    };
    let local = stream.local_addr().ok().map(|address| address.ip());
    let abort = Arc::new(ConnectionAbort::default());
    let stream = Socket::new(stream, Arc::clone(&abort));
    if first[0] != TLS_HELLO {
        return http(stream, false, abort, context).await;
    }
    match unless_stopped(context.tls.accept(stream, local), &context).await {
        Some(Ok(stream)) => http(stream, true, abort, context).await,
        Some(Err(error)) => tracing::debug!(%error, "a TLS handshake failed: {error}"),
        None => {}
    }
}

/// Waits for as long as allowed, or only briefly once the server is stopping.
async fn unless_stopped<T>(what: impl Future<Output = T>, context: &Context) -> Option<T> {
    let mut what = pin!(what);
    tokio::select! {
        biased;
        done = &mut what => Some(done),
        () = tokio::time::sleep(context.limits.header_timeout) => {
            context.pipeline.limit_hit(Limit::HeaderTimeout);
            None
        }
        () = context.stop.cancelled() => tokio::time::timeout(SILENCE_TIMEOUT, what).await.ok(),
    }
}

/// What all calls of a connection share.
struct ConnectionState {
    pipeline: Arc<Pipeline>,
    abort: Arc<ConnectionAbort>,
    activity: Arc<Activity>,
}

impl AsRef<Activity> for ConnectionState {
    fn as_ref(&self) -> &Activity {
        &self.activity
    }
}

async fn http<S>(stream: S, is_tls: bool, abort: Arc<ConnectionAbort>, context: Context)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Context { pipeline, limits, stop, vendor, shortage, .. } = context;
    let activity = Arc::new(Activity::new());
    let service = {
        let state = ConnectionState {
            pipeline: Arc::clone(&pipeline),
            abort: Arc::clone(&abort),
            activity: Arc::clone(&activity),
        };
        let state = Arc::new(state);
        service_fn(move |request: Request<Incoming>| {
            let version = request.version();
            let (in_flight, count) = InFlight::new(Arc::clone(&state), version);
            if count == u64::from(limits.max_streams.max(1)) && version == Version::HTTP_2 {
                state.pipeline.limit_hit(Limit::Streams); // the next one waits at the client
            }
            // Before the first wait, so that the future holds the call and not the request's head.
            let (head, body) = request.into_parts();
            let refusal = head::refusal(&head);
            let mut call = Call::begun(head, is_tls);
            call.listener = vendor;
            async move {
                let state = &in_flight.connection;
                // Its answers may wait for a client that takes none of them: they go with their connection.
                if state.pipeline.is_overrun() {
                    state.abort.reset();
                    return Err(Aborted);
                }
                let response = match refusal {
                    None => state.pipeline.answer(call, body).await,
                    Some(refusal) => refusal.into_response(),
                };
                let response = if version == Version::HTTP_2 { date(response) } else { response };
                let response = deliver(response, version, &state.abort)?;
                Ok::<_, Aborted>(response.map(|body| TrackedBody { body, _in_flight: in_flight.answered() }))
            }
        })
    };
    let mut builder = Builder::new(TokioExecutor::new());
    // hyper's own limit is above ours, so that a head that is somewhat too large gets an answer that says so. Head and
    // body of an answer are copied into one buffer, which for usual sizes is faster than a vectored write.
    let head = (2 * limits.max_header + limits.max_uri).max(8 << 10);
    builder.http1().header_read_timeout(None).max_buf_size(head).writev(false);
    builder
        .http2()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams.max(1))
        .max_header_list_size(u32::try_from(head).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MAX_RESETS)
        .keep_alive_interval(limits.idle_timeout)
        .keep_alive_timeout(limits.header_timeout);
    let stream = TokioIo::new(TrackedIo::new(stream, Arc::clone(&activity)));
    let mut connection = pin!(builder.serve_connection(stream, service));
    let supervisor = Supervisor { activity, abort, is_tls, limits, pipeline: Arc::clone(&pipeline), stop, shortage };
    let mut is_closing = false;
    let ended = loop {
        tokio::select! {
            biased; // bytes that have arrived are read before anything else is checked
            ended = connection.as_mut() => break ended,
            directive = supervisor.supervise(is_closing) => match directive {
                // The socket ends as `abort` says when it is dropped.
                Directive::Abort => return,
                Directive::Graceful => {
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
