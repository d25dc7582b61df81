//! Ends connections abnormally: a socket that can be aborted, and a body that is cut short. Knows no fault rules.
//!
//! A fault sets the connection's [`ConnectionAbort`]. The connection's task then drops everything above the
//! [`Socket`], whose `Drop` ends the connection. This happens below TLS, so that no close_notify is sent.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Response, StatusCode, Version};
use http_body_util::Either;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::protocol::ReplyBody;
use crate::protocol::delivery::Cut;

/// Sent instead of an answer. No protocol starts or continues with these bytes: as an HTTP/2 frame they would be too
/// long, and TLS has no such record type.
const GARBAGE: &[u8] = b"\xff\xfe\xfdneither HTTP nor TLS\r\n\r\n";

/// Sent to a client whose request takes too long. Not sent over TLS, where it would be no valid record.
const LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nx-fauxidp: limit\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How long a client may take to close after the server did. Closing a socket with unread bytes would reset it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How a connection is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Normally.
    Natural,
    /// Closed.
    Close,
    /// Reset.
    Reset,
    /// Closed after bytes that are valid in no protocol.
    Garbage,
    /// Closed after a 408, because the request's head did not arrive in time.
    Late,
}

impl End {
    const ALL: [Self; 5] = [Self::Natural, Self::Close, Self::Reset, Self::Garbage, Self::Late];
}

/// Whether and how a connection is to be aborted.
#[derive(Default)]
pub(super) struct ConnectionAbort {
    end: AtomicU8,
    aborted: CancellationToken,
    /// Whether `waiting` has an action for when the written bytes have been flushed.
    awaited: AtomicBool,
    waiting: Mutex<Vec<AfterFlush>>,
}

/// What to do once all written bytes have been flushed.
enum AfterFlush {
    /// Close the connection.
    Close,
    /// Notify a body.
    Notify(oneshot::Sender<()>),
}

impl ConnectionAbort {
    /// Waits until the connection has to end.
    pub(super) async fn aborted(&self) {
        self.aborted.cancelled().await;
    }

    /// Answers 408 and closes: the head of a plain HTTP/1 request took too long.
    pub(super) fn time_out(&self) {
        self.abort_with(End::Late);
    }

    /// Resets the connection, with all that waits on it.
    pub(super) fn reset(&self) {
        self.abort_with(End::Reset);
    }

    fn abort_with(&self, end: End) {
        self.end.store(end as u8, Ordering::Release);
        self.aborted.cancel();
    }

    fn end(&self) -> End {
        End::ALL[usize::from(self.end.load(Ordering::Acquire))]
    }

    fn after_flush(&self, then: AfterFlush) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(then);
        self.awaited.store(true, Ordering::Release);
    }

    /// Runs the waiting actions: all written bytes have been flushed.
    fn flushed(&self) {
        if !self.awaited.load(Ordering::Acquire) || !self.awaited.swap(false, Ordering::AcqRel) {
            return;
        }
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for then in waiting {
            match then {
                AfterFlush::Close => self.abort_with(End::Close),
                // If the body is gone, it need not be notified.
                AfterFlush::Notify(body) => drop(body.send(())),
            }
        }
    }
}

/// A socket that ends as its [`ConnectionAbort`] says.
pub(super) struct Socket {
    stream: Option<TcpStream>,
    abort: Arc<ConnectionAbort>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, abort: Arc<ConnectionAbort>) -> Self {
        Self { stream: Some(stream), abort }
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("only its end takes it"))
    }

    /// Whether nothing more may be written.
    fn is_done(&self) -> bool {
        self.abort.end() != End::Natural
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.is_done() {
            true => Poll::Ready(Ok(bytes.len())),
            false => self.stream().poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.is_done() {
            true => Poll::Ready(Ok(parts.iter().map(|part| part.len()).sum())),
            false => self.stream().poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.stream().poll_flush(cx))?;
        self.abort.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.is_done() {
            true => Poll::Ready(Ok(())),
            false => self.stream().poll_shutdown(cx),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        let last_bytes: &'static [u8] = match self.abort.end() {
            End::Natural => return,
            End::Reset => {
                // With a linger time of zero, closing resets. If setting it fails, the connection is already gone.
                let _ = stream.set_zero_linger();
                return;
            }
            End::Close => b"",
            End::Garbage => GARBAGE,
            End::Late => LATE,
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(CLOSE_TIMEOUT, close_gracefully(stream, last_bytes)));
        }
    }
}

/// Sends the last bytes, shuts down, and reads until the client closes too, so that no unread bytes cause a reset.
async fn close_gracefully(mut stream: TcpStream, last_bytes: &[u8]) -> io::Result<()> {
    stream.write_all(last_bytes).await?;
    stream.shutdown().await?;
    let mut sink = [0; 4096];
    while stream.read(&mut sink).await? > 0 {}
    Ok(())
}

/// The answer is left out or cut short on purpose.
#[derive(Debug, thiserror::Error)]
#[error("closed by a fault")]
pub(super) struct Aborted;

/// The body of an answer: complete or truncated.
pub(super) type Served = Either<ReplyBody, TruncatedBody>;

/// Passes an answer on, or aborts the connection as the answer's [`Cut`] demands.
///
/// # Errors
/// [`Aborted`] if there is to be no answer: it ends the connection on HTTP/1, and only the stream on HTTP/2.
pub(super) fn deliver(
    mut response: Response<ReplyBody>,
    version: Version,
    abort: &Arc<ConnectionAbort>,
) -> Result<Response<Served>, Aborted> {
    let streams = version == Version::HTTP_2;
    let limit = match response.extensions_mut().remove::<Cut>() {
        None => return Ok(response.map(Either::Left)),
        Some(Cut::Truncate(limit)) => limit,
        Some(Cut::Close) if streams => return Err(Aborted),
        Some(cut) => {
            abort.abort_with(match cut {
                Cut::Reset => End::Reset,
                Cut::Garbage => End::Garbage,
                Cut::Close | Cut::Truncate(_) => End::Close,
            });
            return Err(Aborted);
        }
    };
    // The head announces the length of the whole body.
    let length = response.body().size_hint().exact().filter(|_| response.status() != StatusCode::NO_CONTENT);
    if let Some(length) = length {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    let abort = Arc::clone(abort);
    Ok(response.map(|body| Either::Right(TruncatedBody { body, left: limit, streams, stage: Stage::Sending, abort })))
}

/// A body that is cut short.
pub(super) struct TruncatedBody {
    body: ReplyBody,
    left: usize,
    /// Whether only its stream ends (HTTP/2), and not the connection.
    streams: bool,
    stage: Stage,
    abort: Arc<ConnectionAbort>,
}

enum Stage {
    /// There are bytes to send.
    Sending,
    /// All bytes were handed over; the sender fires once they have been flushed.
    Sent(oneshot::Receiver<()>),
    /// The connection closes once its bytes have been flushed.
    Closing,
}

impl TruncatedBody {
    /// The next bytes, up to the limit.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        while self.left > 0 {
            let Some(Ok(frame)) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else { break };
            let Ok(mut data) = frame.into_data() else { break };
            data.truncate(self.left);
            self.left -= data.len();
            if !data.is_empty() {
                return Poll::Ready(Some(data));
            }
        }
        self.left = 0;
        Poll::Ready(None)
    }

    /// Wraps the last bytes, so that the stream ends once they have been flushed.
    fn last(&mut self, data: Bytes) -> Bytes {
        let (tell, told) = oneshot::channel();
        self.stage = Stage::Sent(told);
        Bytes::from_owner(FlushNotifier { data, tell: Some(tell), abort: Arc::clone(&self.abort) })
    }

    /// Closes the connection once the sent bytes have been flushed.
    fn close(&mut self) {
        if !self.streams && !matches!(self.stage, Stage::Closing) {
            self.stage = Stage::Closing;
            self.abort.after_flush(AfterFlush::Close);
        }
    }
}

impl Body for TruncatedBody {
    type Data = Bytes;
    type Error = Aborted;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
        match &mut self.stage {
            Stage::Closing => Poll::Pending,
            Stage::Sent(told) => {
                // If the connection is gone, the sender was dropped. The stream ends in either case.
                let _ = ready!(Pin::new(told).poll(cx));
                Poll::Ready(Some(Err(Aborted)))
            }
            Stage::Sending => match ready!(self.poll_bytes(cx)) {
                Some(data) if self.streams && (self.left == 0 || self.body.is_end_stream()) => {
                    Poll::Ready(Some(Ok(Frame::data(self.last(data)))))
                }
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                // The body ended without announcing it, so an empty last piece takes the notifier.
                None if self.streams => Poll::Ready(Some(Ok(Frame::data(self.last(Bytes::new()))))),
                None => {
                    self.close();
                    Poll::Pending
                }
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Drop for TruncatedBody {
    /// hyper does not poll a body to its end if the length was reached or no body is to be sent.
    fn drop(&mut self) {
        self.close();
    }
}

/// The last piece of a body. When it is dropped, it and all pieces before it are written, or are in the buffer that is
/// flushed next. Ending an HTTP/2 stream earlier would discard queued bytes. **This relies on internals of hyper and
/// h2**: they keep a piece until its bytes are passed on. `tests/it/disconnects.rs` fails if that changes.
struct FlushNotifier {
    data: Bytes,
    tell: Option<oneshot::Sender<()>>,
    abort: Arc<ConnectionAbort>,
}

impl AsRef<[u8]> for FlushNotifier {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Drop for FlushNotifier {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            self.abort.after_flush(AfterFlush::Notify(tell));
        }
    }
}
