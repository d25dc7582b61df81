//! How a connection ends that does not end well: the socket below everything else, and the body that breaks off.
//!
//! A fault tells the connection's [`Fate`]; the connection's task then drops all that stands on the [`Socket`], whose
//! `Drop` ends it. So it acts below TLS, which has no chance to say goodbye.

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

/// What comes instead of an answer: no protocol begins so, nor goes on so. A frame of HTTP/2 would be too long, a
/// record of TLS has no such kind.
const GARBAGE: &[u8] = b"\xff\xfe\xfdneither HTTP nor TLS\r\n\r\n";

/// What a client hears whose request takes too long. Over TLS it would be no answer.
const LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nx-fauxidp: limit\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How long a client may take to close after the server did. Closing with bytes unread would be a reset.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a connection is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As it likes.
    Natural,
    /// Closed.
    Close,
    /// Reset.
    Reset,
    /// Closed after bytes that no protocol knows.
    Garbage,
    /// Closed after an answer to the head that did not come.
    Late,
}

impl End {
    const ALL: [Self; 5] = [Self::Natural, Self::Close, Self::Reset, Self::Garbage, Self::Late];
}

/// What is to become of a connection.
#[derive(Default)]
pub(super) struct Fate {
    end: AtomicU8,
    sealed: CancellationToken,
    /// Whether anybody waits for what was written to be on its way.
    awaited: AtomicBool,
    waiting: Mutex<Vec<Then>>,
}

/// What to do when all that was written is on its way.
enum Then {
    /// Close the connection.
    Close,
    /// Tell a body.
    Tell(oneshot::Sender<()>),
}

impl Fate {
    /// Waits until the connection has to end.
    pub(super) async fn sealed(&self) {
        self.sealed.cancelled().await;
    }

    /// The head of a request, in plain HTTP/1, took too long.
    pub(super) fn is_late(&self) {
        self.seal(End::Late);
    }

    fn seal(&self, end: End) {
        self.end.store(end as u8, Ordering::Release);
        self.sealed.cancel();
    }

    fn end(&self) -> End {
        End::ALL[usize::from(self.end.load(Ordering::Acquire))]
    }

    fn after_flush(&self, then: Then) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(then);
        self.awaited.store(true, Ordering::Release);
    }

    /// All that was written is on its way.
    fn flushed(&self) {
        if !self.awaited.load(Ordering::Acquire) || !self.awaited.swap(false, Ordering::AcqRel) {
            return;
        }
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for then in waiting {
            match then {
                Then::Close => self.seal(End::Close),
                // Who no longer listens needs no telling.
                Then::Tell(body) => drop(body.send(())),
            }
        }
    }
}

/// A socket that ends as its fate says.
pub(super) struct Socket {
    stream: Option<TcpStream>,
    fate: Arc<Fate>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, fate: Arc<Fate>) -> Self {
        Self { stream: Some(stream), fate }
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("only its end takes it"))
    }

    /// Whether nothing more is to be written.
    fn is_done(&self) -> bool {
        self.fate.end() != End::Natural
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
        self.fate.flushed();
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
        let last_words: &'static [u8] = match self.fate.end() {
            End::Natural => return,
            End::Reset => {
                // Without lingering, to close is to reset. Where that fails, the connection is gone already.
                let _ = stream.set_zero_linger();
                return;
            }
            End::Close => b"",
            End::Garbage => GARBAGE,
            End::Late => LATE,
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(FAREWELL, farewell(stream, last_words)));
        }
    }
}

/// Says the last words, closes, and reads until the client closes too, so that nothing unread makes it a reset.
async fn farewell(mut stream: TcpStream, last_words: &[u8]) -> io::Result<()> {
    stream.write_all(last_words).await?;
    stream.shutdown().await?;
    let mut sink = [0; 4096];
    while stream.read(&mut sink).await? > 0 {}
    Ok(())
}

/// An answer does not come, and that is meant.
#[derive(Debug, thiserror::Error)]
#[error("a fault ended it")]
pub(super) struct Ended;

/// The body of an answer: to its end, or not.
pub(super) type Served = Either<ReplyBody, Broken>;

/// Puts an answer on its way, or does to the connection what it asks for.
///
/// # Errors
/// [`Ended`] where no answer comes: that ends a connection of HTTP/1, and one stream of HTTP/2.
pub(super) fn deliver(
    mut response: Response<ReplyBody>,
    version: Version,
    fate: &Arc<Fate>,
) -> Result<Response<Served>, Ended> {
    let streams = version == Version::HTTP_2;
    let limit = match response.extensions_mut().remove::<Cut>() {
        None => return Ok(response.map(Either::Left)),
        Some(Cut::Truncate(limit)) => limit,
        Some(Cut::Close) if streams => return Err(Ended),
        Some(cut) => {
            fate.seal(match cut {
                Cut::Reset => End::Reset,
                Cut::Garbage => End::Garbage,
                Cut::Close | Cut::Truncate(_) => End::Close,
            });
            return Err(Ended);
        }
    };
    // The head promises the whole body.
    let length = response.body().size_hint().exact().filter(|_| response.status() != StatusCode::NO_CONTENT);
    if let Some(length) = length {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    let fate = Arc::clone(fate);
    Ok(response.map(|body| Either::Right(Broken { body, left: limit, streams, stage: Stage::Sending, fate })))
}

/// A body that breaks off.
pub(super) struct Broken {
    body: ReplyBody,
    left: usize,
    /// Whether only its stream ends, or the connection.
    streams: bool,
    stage: Stage,
    fate: Arc<Fate>,
}

enum Stage {
    /// There are bytes to send.
    Sending,
    /// They are on their way when this is told.
    Sent(oneshot::Receiver<()>),
    /// The connection ends by itself.
    Closing,
}

impl Broken {
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

    /// The same bytes, after which the stream ends.
    fn last(&mut self, data: Bytes) -> Bytes {
        let (tell, told) = oneshot::channel();
        self.stage = Stage::Sent(told);
        Bytes::from_owner(Last { data, tell: Some(tell), fate: Arc::clone(&self.fate) })
    }

    /// Ends the connection when what was sent is on its way.
    fn close(&mut self) {
        if !self.streams && !matches!(self.stage, Stage::Closing) {
            self.stage = Stage::Closing;
            self.fate.after_flush(Then::Close);
        }
    }
}

impl Body for Broken {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        match &mut self.stage {
            Stage::Closing => Poll::Pending,
            Stage::Sent(told) => {
                // Either way the stream is to end: nobody tells where the connection is gone.
                let _ = ready!(Pin::new(told).poll(cx));
                Poll::Ready(Some(Err(Ended)))
            }
            Stage::Sending => match ready!(self.poll_bytes(cx)) {
                Some(data) if self.streams && (self.left == 0 || self.body.is_end_stream()) => {
                    Poll::Ready(Some(Ok(Frame::data(self.last(data)))))
                }
                Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                // Its own end was not known before: an empty piece is the last.
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

impl Drop for Broken {
    /// A body that is not asked to its end, since the length was reached or there is none to send.
    fn drop(&mut self) {
        self.close();
    }
}

/// A last piece. When it is let go, it and all before it are written out or in the buffer that is flushed next: ending
/// an HTTP/2 stream earlier would throw away what still waits.
struct Last {
    data: Bytes,
    tell: Option<oneshot::Sender<()>>,
    fate: Arc<Fate>,
}

impl AsRef<[u8]> for Last {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            self.fate.after_flush(Then::Tell(tell));
        }
    }
}
