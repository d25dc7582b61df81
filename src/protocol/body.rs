//! Reads a request's body whole, within a limit.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;

/// How much of an over-long body is read and dropped, so that a client that is still sending sees the refusal.
const DRAIN_BYTES: u64 = 16 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is over the limit.
    TooLarge,
    /// The sender stopped in the middle, or broke the framing.
    Broken,
}

/// Reads `body` up to `limit` bytes.
///
/// # Errors
/// [`Unreadable::TooLarge`] after reading on for at most 16 MiB and 2 s; [`Unreadable::Broken`] when it does not end.
pub async fn collect<B>(body: B, limit: usize) -> Result<Bytes, Unreadable>
where
    B: Body<Data = Bytes>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > DRAIN_BYTES.max(limit as u64) {
        return Err(Unreadable::TooLarge);
    }
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unreadable::Broken)?.into_data() else {
            continue;
        };
        if first.len() + rest.len() + data.len() > limit {
            // The time-out ends the reading, not the answer.
            let _ = tokio::time::timeout(DRAIN_TIME, drain(body, DRAIN_BYTES)).await;
            return Err(Unreadable::TooLarge);
        }
        if first.is_empty() && rest.is_empty() {
            first = data; // the usual body is one frame, which needs no copy
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

async fn drain<B: Body<Data = Bytes>>(mut body: std::pin::Pin<&mut B>, mut left: u64) {
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, Bytes::len) as u64;
        if read > left {
            return;
        }
        left -= read;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;

    struct Frames(Vec<&'static [u8]>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let next = (!self.0.is_empty()).then(|| self.0.remove(0));
            Poll::Ready(next.map(|data| Ok(Frame::data(Bytes::from_static(data)))))
        }
    }

    #[tokio::test]
    async fn frames_are_joined_in_order_up_to_the_limit() {
        let whole = collect(Frames(vec![b"ab", b"c", b"def"]), 6).await;
        assert_eq!(whole, Ok(Bytes::from_static(b"abcdef")));
        assert_eq!(collect(Frames(vec![]), 6).await, Ok(Bytes::new()));
        assert_eq!(collect(Frames(vec![b"abc", b"defg"]), 6).await, Err(Unreadable::TooLarge));
    }
}
