//! Tracks what a connection does, to detect an idle or slow one. Each connection has one timer that checks this from
//! time to time, instead of one timer per request. Does not know what is asked or answered.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::Version;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::arriving::Arriving;
use crate::limits::{Limit, Limits};

/// The maximum time for which a fault can delay an answer that is being sent.
const MAX_HOLD: Duration = Duration::from_secs(60);

/// How long a client may take nothing of its answers where hardly any memory is left.
const STUCK: Duration = Duration::from_secs(2);

/// What a connection is doing. Times are milliseconds since it was opened.
pub(super) struct Activity {
    opened: Instant,
    /// How many calls are not answered yet. Incoming bodies and holding faults have their own limits.
    calls: AtomicU64,
    /// How many answers are being sent.
    answers: AtomicU64,
    /// When there was last progress, as of the latest check. Calls only set `has_moved`, since reading the time costs
    /// more than everything else here. So an idle connection may live until one check longer.
    moved: AtomicU64,
    has_moved: AtomicBool,
    /// When the current head began to arrive; 0 if there is none.
    head: AtomicU64,
    /// How often bytes were read.
    reads: AtomicU64,
    is_http_2: AtomicBool,
    /// Whether the client accepts no more bytes.
    blocked: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            calls: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            has_moved: AtomicBool::new(false),
            head: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            is_http_2: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
        }
    }

    /// Milliseconds since the connection was opened, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// How many calls and answers are in flight.
    fn in_flight(&self) -> u64 {
        self.calls.load(Relaxed) + self.answers.load(Relaxed)
    }

    fn note_progress(&self) {
        self.has_moved.store(true, Relaxed);
    }

    /// Notes that bytes were read, which `arriving` has taken.
    fn read(&self, arriving: &Arriving) {
        self.reads.store(self.reads.load(Relaxed) + 1, Relaxed); // this is the only writer
        let has_begun = self.head.load(Relaxed) > 0;
        if arriving.is_http_2() {
            self.is_http_2.store(true, Relaxed);
            // It has frames that are no part of any call; a head is one that is there by half.
            match arriving.is_by_half() {
                true if has_begun => {}
                true => self.head.store(self.now(), Relaxed),
                false => self.head.store(0, Relaxed),
            }
        } else if !has_begun && self.calls.load(Relaxed) == 0 {
            self.head.store(self.now(), Relaxed);
        }
    }

    /// Whether it is HTTP/2, as far as is known yet.
    pub(super) fn is_http_2(&self) -> bool {
        self.is_http_2.load(Relaxed)
    }

    /// Which limit was exceeded, or when to check again.
    pub(super) fn check(&self, limits: &Limits) -> Result<Instant, Limit> {
        let since = |milliseconds: &AtomicU64| self.opened + Duration::from_millis(milliseconds.load(Relaxed));
        let now = Instant::now();
        // Right after this check a head can begin or a call end.
        let soon = now + limits.header_timeout.min(limits.idle_timeout);
        if self.has_moved.swap(false, Relaxed) {
            self.moved.store(self.now(), Relaxed);
        }
        // Behind half a head nothing arrives for any other call of the connection.
        let (limit, end) = if self.head.load(Relaxed) > 0 {
            (Limit::HeaderTimeout, since(&self.head) + limits.header_timeout)
        } else if self.calls.load(Relaxed) > 0 {
            return Ok(soon);
        } else if self.in_flight() > 0 {
            (Limit::IdleTimeout, since(&self.moved) + limits.idle_timeout + MAX_HOLD)
        } else {
            (Limit::IdleTimeout, since(&self.moved) + limits.idle_timeout)
        };
        if end <= now { Err(limit) } else { Ok(end.min(soon)) }
    }

    /// Whether an answer waits whose client has taken none for a while. Asked from time to time, like
    /// [`check`](Self::check).
    pub(super) fn is_stuck(&self) -> bool {
        let now = self.now();
        if self.has_moved.swap(false, Relaxed) {
            self.moved.store(now, Relaxed);
        }
        let since = Duration::from_millis(now.saturating_sub(self.moved.load(Relaxed)));
        self.answers.load(Relaxed) > 0 && since >= STUCK
    }

    /// Whether nothing is in flight and nothing was read since `reads`, which is then updated.
    pub(super) fn is_silent(&self, reads: &mut u64) -> bool {
        let before = std::mem::replace(reads, self.reads.load(Relaxed));
        self.in_flight() == 0 && !self.blocked.load(Relaxed) && before == *reads
    }
}

/// A call until it is answered, then its answer until it is sent, on a tracked connection.
pub(super) struct InFlight<C: AsRef<Activity>> {
    pub(super) connection: Arc<C>,
    is_answered: bool,
}

impl<C: AsRef<Activity>> InFlight<C> {
    /// Starts when the head of a call was read. Also returns how many calls are in flight.
    pub(super) fn new(connection: Arc<C>, version: Version) -> (Self, u64) {
        let activity = C::as_ref(&connection);
        activity.calls.fetch_add(1, Relaxed);
        if version != Version::HTTP_2 {
            activity.head.store(0, Relaxed); // there, the next one may have begun
        }
        let count = activity.in_flight();
        (Self { connection, is_answered: false }, count)
    }

    /// Goes on to the call's answer.
    pub(super) fn answered(mut self) -> Self {
        let activity = C::as_ref(&self.connection);
        activity.note_progress();
        // In this order, so that the count in flight does not drop to zero in between.
        activity.answers.fetch_add(1, Relaxed);
        activity.calls.fetch_sub(1, Relaxed);
        self.is_answered = true;
        self
    }
}

impl<C: AsRef<Activity>> Drop for InFlight<C> {
    fn drop(&mut self) {
        let activity = C::as_ref(&self.connection);
        activity.note_progress();
        let count = if self.is_answered { &activity.answers } else { &activity.calls };
        count.fetch_sub(1, Relaxed);
    }
}

/// An answer's body, which is in flight until it is dropped.
pub(super) struct TrackedBody<B, C: AsRef<Activity>> {
    pub(super) body: B,
    pub(super) _in_flight: InFlight<C>,
}

impl<B: Body + Unpin, C: AsRef<Activity>> Body for TrackedBody<B, C> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose activity is tracked.
pub(super) struct TrackedIo<S> {
    stream: S,
    arriving: Arriving,
    activity: Arc<Activity>,
}

impl<S> TrackedIo<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, arriving: Arriving::new(), activity }
    }

    /// Notes whether the client takes what is written.
    fn wrote<T>(&self, written: Poll<T>) -> Poll<T> {
        if written.is_pending() {
            self.activity.blocked.store(true, Relaxed);
        } else if self.activity.blocked.load(Relaxed) {
            self.activity.blocked.store(false, Relaxed); // this is the only writer
            self.activity.note_progress();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TrackedIo<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let own = &mut *self;
        ready!(Pin::new(&mut own.stream).poll_read(cx, buffer))?;
        if let Some(bytes @ [_, ..]) = buffer.filled().get(before..) {
            own.arriving.take(bytes);
            own.activity.read(&own.arriving);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TrackedIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
