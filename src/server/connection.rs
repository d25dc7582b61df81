//! One connection, from its first byte to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http::uri::Scheme;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::Context;
use super::fate::{Fate, Socket, deliver};
use crate::streams;

/// How long a client may take to say anything, to end its TLS handshake, or to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same once the server is told to stop: only what has come already counts.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The first byte of a TLS handshake.
const TLS_HELLO: u8 = 0x16;

/// Serves a connection until it ends.
pub(super) async fn serve(stream: TcpStream, context: Context) {
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
        return http(stream, Scheme::HTTP, fate, context).await;
    }
    match unless_stopped(context.tls.accept(stream, local), &context).await {
        Some(Ok(stream)) => http(stream, Scheme::HTTPS, fate, context).await,
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
        () = tokio::time::sleep(PATIENCE) => None,
        () = context.stop.cancelled() => tokio::time::timeout(LAST_WORDS, what).await.ok(),
    }
}

async fn http<S>(stream: S, scheme: Scheme, fate: Arc<Fate>, context: Context)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (pipeline, ending) = (context.pipeline, Arc::clone(&fate));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let (pipeline, fate, version) = (pipeline.clone(), Arc::clone(&ending), request.version());
        // Tokens name their issuer as the client sees it.
        request.extensions_mut().insert(scheme.clone());
        async move {
            let response = match streams::owns(request.uri().path()) {
                true => streams::answer(request).await,
                false => pipeline.answer(request).await,
            };
            deliver(response, version, &fate)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(256);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            // What has come is read before the stop is looked at.
            biased;
            ended = connection.as_mut() => break ended,
            // Its socket ends with it, as the fate says.
            () = fate.sealed() => return,
            () = context.stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early: {error}");
    }
}
