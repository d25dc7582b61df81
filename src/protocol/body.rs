//! Reads a request's body whole, within a limit and while there is memory for it.

use std::io::Write;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::poll_immediate;
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::{Instant, timeout, timeout_at};

use crate::budget::Budget;

/// How much of a body that is not wanted is read and dropped, so that a client that is still sending sees the refusal.
const DRAIN_BYTES: u64 = 16 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is over the limit.
    TooLarge,
    /// The process has no memory for it.
    NoRoom,
    /// The sender stopped in the middle, or broke the framing.
    Broken,
    /// It came too slowly.
    Slow,
}

/// For how much of a body its time is enough; each further piece of that size has as much again.
const TIMED_BYTES: usize = 1 << 20;

/// Reads `body` up to `limit` bytes, which has `time` for each MiB.
///
/// # Errors
/// [`Unreadable::TooLarge`] and [`Unreadable::NoRoom`] after reading on for at most 16 MiB and 2 s;
/// [`Unreadable::Broken`] when it does not end; [`Unreadable::Slow`] when it does not end in time.
pub async fn collect<B>(body: B, limit: usize, time: Duration, budget: &Budget) -> Result<Bytes, Unreadable>
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
    let mut all = None;
    let mut read = 0;
    let mut start = None;
    // Most bodies are available immediately, and their end is known with their last bytes: then there is no wait. The
    // part that waits is boxed, so that a call that does not wait needs less memory.
    while !body.is_end_stream() {
        let frame = match poll_immediate(body.frame()).await {
            Some(frame) => frame,
            None => {
                let pieces = u32::try_from(read / TIMED_BYTES).unwrap_or(u32::MAX);
                let start = *start.get_or_insert_with(Instant::now);
                let until = start + time.saturating_mul(pieces.saturating_add(1));
                Box::pin(timeout_at(until, body.frame())).await.map_err(|_| Unreadable::Slow)?
            }
        };
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| Unreadable::Broken)?.into_data() else {
            continue;
        };
        read += data.len();
        let excess = if read > limit {
            Some(Unreadable::TooLarge)
        } else if read == data.len() {
            first = data; // the usual body is one frame, which needs no copy
            None
        } else {
            let all = all.get_or_insert_with(|| budget.buffer());
            let written = all.write_all(&std::mem::take(&mut first)).and_then(|()| all.write_all(&data));
            written.err().map(|_| Unreadable::NoRoom)
        };
        if let Some(excess) = excess {
            drop((first, all)); // nothing is kept while the rest is read
            Box::pin(drain(body)).await;
            return Err(excess);
        }
    }
    Ok(all.map_or(first, |all| all.into_bytes().into()))
}

/// Reads and drops the rest of a body, up to 16 MiB and 2 s, so that a client that is still sending sees the refusal.
pub async fn drain<B: Body<Data = Bytes>>(body: B) {
    let read = async {
        let (mut body, mut left) = (pin!(body), DRAIN_BYTES);
        while let Some(Ok(frame)) = body.frame().await {
            let read = frame.data_ref().map_or(0, Bytes::len) as u64;
            if read > left {
                return;
            }
            left -= read;
        }
    };
    // The time-out ends the reading, not the answer.
    let _ = timeout(DRAIN_TIME, read).await;
}

/// Whether JSON is nested deeper than that. What is no JSON gets some answer too; who reads it refuses it.
pub fn is_deeper(json: &[u8], limit: usize) -> bool {
    if json.len() <= limit {
        return false; // the usual body: each level takes a byte
    }
    let (mut depth, mut in_string) = (0_usize, false);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => _ = bytes.next(),
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
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
        let budget = Budget::new(usize::MAX);
        let collect = |frames| collect(Frames(frames), 6, TIME, &budget);
        assert_eq!(collect(vec![b"ab", b"c", b"def"]).await, Ok(Bytes::from_static(b"abcdef")));
        assert_eq!(collect(vec![]).await, Ok(Bytes::new()));
        assert_eq!(collect(vec![b"abc", b"defg"]).await, Err(Unreadable::TooLarge));
    }

    const TIME: Duration = Duration::from_secs(30);

    /// A body that comes as slowly as that, for ever.
    struct Dribble(Pin<Box<tokio::time::Sleep>>, Duration, usize);

    impl Body for Dribble {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            std::task::ready!(self.0.as_mut().poll(cx));
            let next = Instant::now() + self.1;
            self.0.as_mut().reset(next);
            Poll::Ready(Some(Ok(Frame::data(vec![b' '; self.2].into()))))
        }
    }

    #[tokio::test]
    async fn a_dribbled_body_has_its_time_for_each_mib_and_no_more() {
        let dribble = |pause: u64, size| {
            let pause = Duration::from_millis(pause);
            Dribble(Box::pin(tokio::time::sleep(pause)), pause, size)
        };
        let (limit, budget) = (8 << 20, Budget::new(64 << 20));
        assert_eq!(collect(dribble(1, 1), limit, Duration::from_millis(20), &budget).await, Err(Unreadable::Slow));
        // Faster than a MiB per minute, so it is read until it is too large.
        let large = collect(dribble(1, 1 << 20), limit, Duration::from_secs(60), &budget).await;
        assert_eq!(large, Err(Unreadable::TooLarge));
        // Or until there is no memory for it.
        let large = collect(dribble(1, 1 << 20), limit, Duration::from_secs(60), &Budget::new(4 << 20)).await;
        assert_eq!(large, Err(Unreadable::NoRoom));
    }

    #[test]
    fn depth_is_counted_outside_strings() {
        for (json, depth) in [
            (&b"[[[]]]"[..], 3),
            (b"[[],[],[]]", 2),
            (br#"{"a":{"b":[1]}}"#, 3),
            (br#"{"[[[[[":"\"[[[[{{"}"#, 1),
            (br#"["\\",[]]"#, 2),
            (b"]]]][", 1),
            (b"nonsense and nothing", 0),
        ] {
            let shown = String::from_utf8_lossy(json);
            assert!(!is_deeper(json, depth), "{shown}");
            assert!(depth == 0 || is_deeper(json, depth - 1), "{shown}");
        }
        assert!(is_deeper("[".repeat(1 << 20).as_bytes(), 100));
    }
}
