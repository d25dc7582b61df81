//! The yardstick: reads a request whole, checks the key, and sends a ready body. `yardstick HEADER VALUE FILE
//! [grpc|tls]`; prints its port.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// As fauxidp's own.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every request gets that brings the key.
struct Ready {
    header: HeaderName,
    value: HeaderValue,
    body: Bytes,
    is_grpc: bool,
    tls: Option<TlsAcceptor>,
}

/// A body and, on gRPC, its trailers.
struct Answer {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = self.data.take().map(Frame::data);
        Poll::Ready(data.or_else(|| self.trailers.take().map(Frame::trailers)).map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.data, &self.trailers) {
            (Some(data), None) => SizeHint::with_exact(data.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

async fn answer(ready: &Ready, request: Request<Incoming>) -> Response<Answer> {
    let (head, body) = request.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes());
    let is_let_in = head.headers.get(&ready.header) == Some(&ready.value);
    let mut response = Response::new(Answer { data: None, trailers: None });
    if !is_let_in || whole.is_err() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return response;
    }
    let media_type = if ready.is_grpc { "application/grpc" } else { "application/json" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.body_mut().data = Some(ready.body.clone());
    if ready.is_grpc {
        let status = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
        response.body_mut().trailers = Some(HeaderMap::from_iter([status]));
    }
    response
}

async fn serve(stream: TcpStream, ready: &'static Ready) {
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    if !matches!(stream.peek(&mut first).await, Ok(1)) {
        return;
    }
    match &ready.tls {
        None => http(stream, ready).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                http(stream, ready).await;
            }
        }
    }
}

/// What takes TLS connections, with a certificate that nobody knows.
fn tls() -> TlsAcceptor {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .expect("the key fits");
    Arc::new(config).into()
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, ready: &'static Ready) {
    let service = service_fn(move |request| async move { Ok::<_, Infallible>(answer(ready, request).await) });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(256);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().expect("yardstick HEADER VALUE FILE [grpc|tls]");
    let header = argument().parse().expect("a header's name");
    let value = argument().parse().expect("a header's value");
    let body = std::fs::read(argument()).expect("a file").into();
    let (is_grpc, tls) = match arguments.next().as_deref() {
        Some("grpc") => (true, None),
        Some("tls") => (false, Some(tls())),
        _ => (false, None),
    };
    let ready: &'static Ready = Box::leak(Box::new(Ready { header, value, body, is_grpc, tls }));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, ready));
    }
}
