//! The wires of remote calls that stream: messages in frames, one after the other, and how an answer ends. Knows no
//! message.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::Stream;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Either, StreamBody};
use hyper::body::{Body, Frame};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::request::Request;
use crate::budget::Budget;
use crate::protocol::rpc::{self, Code, Codec, Framing, RpcError, Wire};
use crate::protocol::{Reply, ReplyBody};

/// What Connect calls its streams, which its unary calls are not.
const CONNECT: [(&str, Codec); 2] =
    [("application/connect+proto", Codec::Proto), ("application/connect+json", Codec::Json)];

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// The number of bytes before a message: one for flags, four for the length.
const ENVELOPE: usize = 5;

/// The flags of a frame that ends a stream.
const END_OF_CONNECT: u8 = 0x02;
const END_OF_WEB: u8 = 0x80;

/// What a client of a stream sends and expects.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StreamWire {
    framing: Framing,
    pub(super) codec: Codec,
    content_type: HeaderValue,
    /// How messages are compressed that say they are.
    encoding: String,
}

impl StreamWire {
    /// The wire of a content type.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE)?;
        let text = content_type.to_str().ok()?;
        let connect = CONNECT.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        let (framing, codec) = match connect {
            Some((_, codec)) => (Framing::Connect, *codec),
            None => Wire::of(headers).filter(|wire| wire.is_framed()).map(|wire| (wire.framing, wire.codec))?,
        };
        let name = if framing == Framing::Connect { "connect-content-encoding" } else { "grpc-encoding" };
        let encoding = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("identity").to_owned();
        Some(Self { framing, codec, content_type: content_type.clone(), encoding })
    }

    /// An answer in frames.
    pub(super) fn answer(
        &self,
        frames: impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + 'static,
    ) -> Response<ReplyBody> {
        let mut response = Response::new(Either::Right(StreamBody::new(frames).boxed_unsync()));
        response.headers_mut().insert(CONTENT_TYPE, self.content_type.clone());
        response
    }

    /// Takes the first message out of its frame, if it is there whole.
    pub(super) fn unframe(&self, bytes: &mut BytesMut, limit: usize) -> Result<Option<Bytes>, RpcError> {
        let Some((head, rest)) = bytes.split_at_checked(ENVELOPE) else { return Ok(None) };
        let (flags, length) = (head[0], u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize);
        if rest.len() < length {
            return Ok(None);
        }
        bytes.advance(ENVELOPE);
        let message = bytes.split_to(length).freeze();
        rpc::unpack(message, flags, &self.encoding, limit).map(Some)
    }

    /// A message of an answer.
    pub(super) fn message(&self, message: &[u8]) -> Frame<Bytes> {
        Frame::data(rpc::frame(0, message).into())
    }

    /// What ends an answer, well or not.
    pub(super) fn end(&self, error: Option<&RpcError>) -> Frame<Bytes> {
        match self.framing {
            Framing::Grpc => Frame::trailers(rpc::trailers(error)),
            Framing::GrpcWeb => Frame::data(rpc::frame(END_OF_WEB, &rpc::lines(&rpc::trailers(error))).into()),
            Framing::Connect => {
                let end = error.map_or_else(
                    || serde_json::json!({}),
                    |error| serde_json::json!({ "error": rpc::error_json(error) }),
                );
                Frame::data(rpc::frame(END_OF_CONNECT, end.to_string().as_bytes()).into())
            }
        }
    }
}

/// What a content type that is no stream's gets.
pub(super) fn wrong_content_type() -> Reply {
    let framed = rpc::framed_content_types();
    let names: Vec<_> = framed.chain(CONNECT.map(|(name, _)| name)).collect();
    let names = HeaderValue::from_str(&names.join(", ")).expect("content types are text");
    Reply::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE).with(ACCEPT_POST, names)
}

/// The messages of a request, read as they arrive, with a limit on the total size and on the wait for each.
pub(super) struct Messages<B> {
    body: Pin<Box<B>>,
    wire: StreamWire,
    buffer: BytesMut,
    read: usize,
    limit: usize,
    time: Duration,
    /// When all has to be over.
    end: Instant,
    budget: Budget,
    /// Cancelled when the server stops.
    stop: CancellationToken,
}

impl<B: Body<Data = Bytes>> Messages<B> {
    /// The messages of that body.
    pub(super) fn new(body: B, wire: StreamWire, request: &Request<'_>) -> Self {
        let Request { limits, budget, stop, .. } = *request;
        Self {
            body: Box::pin(body),
            wire,
            buffer: BytesMut::new(),
            read: 0,
            limit: limits.max_body,
            time: limits.body_timeout,
            end: Instant::now() + limits.idle_timeout,
            budget: budget.clone(),
            stop: stop.clone(),
        }
    }

    /// The next message; none when the client has ended.
    ///
    /// # Errors
    /// What is sent is broken, too much or too slow, or the server stops.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, RpcError> {
        let until = self.end.min(Instant::now() + self.time);
        loop {
            if let Some(message) = self.wire.unframe(&mut self.buffer, self.limit)? {
                return Ok(Some(message));
            }
            let slow = |_| RpcError::new(Code::DeadlineExceeded, "timed out waiting for a message");
            let next = tokio::select! {
                biased; // what was sent before the stop is answered
                next = timeout_at(until, self.body.frame()) => next.map_err(slow)?,
                () = self.stop.cancelled() => return Err(stopping()),
            };
            let frame = match next {
                None if self.buffer.is_empty() => return Ok(None),
                None | Some(Err(_)) => return Err(incomplete()),
                Some(Ok(frame)) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            self.read += data.len();
            if self.read > self.limit {
                let text = format!("a stream must be at most {} bytes", self.limit);
                return Err(RpcError::new(Code::ResourceExhausted, text));
            }
            // The buffer may be copied to a larger one.
            let Some(_room) = self.budget.reserve(2 * (self.buffer.len() + data.len())) else {
                return Err(RpcError::new(Code::ResourceExhausted, "the server has used its memory (--max-memory)"));
            };
            self.buffer.extend_from_slice(&data);
        }
    }
}

/// What a stream ends with when the server stops.
pub(super) fn stopping() -> RpcError {
    RpcError::new(Code::Unavailable, "the server is stopping")
}

/// What the client gets that ends in the middle of a message.
pub(super) fn incomplete() -> RpcError {
    RpcError::new(Code::InvalidArgument, "protocol error: incomplete envelope")
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::super::request::Method;
    use super::*;
    use crate::limits::Limits;
    use crate::protocol::Call;

    fn wire(content_type: &'static str) -> Option<StreamWire> {
        StreamWire::of(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]))
    }

    fn messages(body: &'static [u8], max_body: usize) -> Messages<Full<Bytes>> {
        let (limits, budget) = (Limits { max_body, ..Limits::default() }, Budget::new(usize::MAX));
        let (head, ()) = http::Request::new(()).into_parts();
        let (call, stop) = (Call::new(head, Bytes::new()), CancellationToken::new());
        let request = Request {
            method: Method::Reflect,
            call: &call,
            limits: &limits,
            budget: &budget,
            stop: &stop,
            permit: None,
        };
        Messages::new(Full::new(Bytes::from_static(body)), wire("application/grpc").unwrap(), &request)
    }

    #[test]
    fn a_unary_call_of_connect_is_no_stream() {
        assert_eq!(wire("application/connect+proto").unwrap().framing, Framing::Connect);
        assert_eq!(wire("application/grpc-web+proto").unwrap().framing, Framing::GrpcWeb);
        for other in ["application/json", "application/proto", "text/plain"] {
            assert_eq!(wire(other), None, "{other}");
        }
    }

    #[test]
    fn each_wire_ends_in_its_own_way() {
        let error = RpcError::new(Code::NotFound, "no");
        let end = |content_type| wire(content_type).unwrap().end(Some(&error));
        assert_eq!(end("application/grpc").trailers_ref().unwrap()["grpc-status"], "5");
        let data = |frame: Frame<Bytes>| frame.into_data().unwrap();
        assert_eq!(data(end("application/grpc-web")), &b"\x80\0\0\0\x22grpc-status: 5\r\ngrpc-message: no\r\n"[..]);
        let expected = b"\x02\0\0\0\x30{\"error\":{\"code\":\"not_found\",\"message\":\"no\"}}";
        assert_eq!(data(end("application/connect+json"))[5..], expected[5..]);
        assert_eq!(data(wire("application/connect+proto").unwrap().end(None)), &b"\x02\0\0\0\x02{}"[..]);
    }

    #[tokio::test]
    async fn messages_are_read_one_by_one_up_to_the_limit() {
        let mut two = messages(b"\0\0\0\0\x02hi\0\0\0\0\0", 100);
        assert_eq!(two.next().await, Ok(Some(Bytes::from_static(b"hi"))));
        assert_eq!((two.next().await, two.next().await), (Ok(Some(Bytes::new())), Ok(None)));
        let code = |error: Result<_, RpcError>| error.unwrap_err().code;
        for half in [&b"\0"[..], b"\0\0\0\0\x03hi", b"\0\xff\xff\xff\xffhi"] {
            assert_eq!(code(messages(half, 100).next().await), Code::InvalidArgument, "{half:?}");
        }
        assert_eq!(code(messages(b"\0\0\0\0\x02hi", 6).next().await), Code::ResourceExhausted);
        assert_eq!(code(messages(b"\x01\0\0\0\x02hi", 100).next().await), Code::Internal);
    }
}
