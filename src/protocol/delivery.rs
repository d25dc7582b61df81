//! How an answer is sent: whole, in pieces, or cut off. Knows no vendor and no socket.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use hyper::body::Frame;
use tokio::sync::OwnedSemaphorePermit;

/// How an answer is sent.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// In pieces.
    pub drip: Option<Drip>,
    /// Not at all, or not to its end.
    pub cut: Option<Cut>,
}

/// What happens to the connection instead of an answer, or in the middle of it. The server carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It ends without a byte.
    Close,
    /// It is reset.
    Reset,
    /// It ends after bytes that are valid in no protocol.
    Garbage,
    /// It ends after the head and this many bytes of the body.
    Truncate(usize),
}

/// A body that comes in pieces.
#[derive(Debug, Clone)]
pub struct Drip {
    /// How many, unless it has fewer bytes.
    pub chunks: usize,
    /// The pause before each.
    pub pause: Duration,
    /// The permit to be held, released with the end of the answer.
    pub permit: Arc<OwnedSemaphorePermit>,
}

impl Drip {
    /// The frames of a body, one for each pause.
    pub fn frames(
        self,
        body: &Bytes,
        trailers: Option<HeaderMap>,
    ) -> impl stream::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + use<> {
        let pieces = pieces(body, self.chunks).into_iter().map(|piece| (Frame::data(piece), true));
        let last = trailers.map(|trailers| (Frame::trailers(trailers), false));
        let frames: Vec<_> = pieces.chain(last).collect();
        stream::unfold((frames.into_iter(), self), |(mut frames, drip)| async {
            let (frame, waits) = frames.next()?;
            if waits {
                tokio::time::sleep(drip.pause).await;
            }
            Some((Ok(frame), (frames, drip)))
        })
    }
}

/// The body in at most `max` pieces of nearly the same size, none of them empty.
fn pieces(body: &Bytes, max: usize) -> Vec<Bytes> {
    let count = max.clamp(1, body.len().max(1));
    let ends = (1..=count).map(|number| body.len() * number / count);
    let mut start = 0;
    ends.map(|end| body.slice(std::mem::replace(&mut start, end)..end)).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_body_are_the_body() {
        let body = Bytes::from_static(b"0123456789");
        let lengths = |max| pieces(&body, max).iter().map(Bytes::len).collect::<Vec<_>>();
        assert_eq!(lengths(1), [10]);
        assert_eq!(lengths(3), [3, 3, 4]);
        assert_eq!(lengths(99), [1; 10]);
        assert_eq!(pieces(&body, 4).concat(), body);
        assert!(pieces(&Bytes::new(), 4).is_empty());
    }
}
