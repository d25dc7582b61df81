//! `grpc.reflection.v1.ServerReflection`, and `v1alpha`, whose messages are the same: each question is answered as it
//! comes.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::Response;
use hyper::body::{Body, Frame};
use tokio::sync::OwnedSemaphorePermit;

use super::descriptors::{LazyRegistry, Registry};
use super::message::{Fields, Value, add_bytes, add_number};
use super::request::Request;
use super::stream::{Messages, StreamWire, wrong_content_type};
use crate::protocol::ReplyBody;
use crate::protocol::rpc::{Code, Codec, RpcError};

/// The most questions in one stream.
const MAX_QUESTIONS: usize = 1_000;

/// What is asked, by the numbers of the request's fields.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Question<'m> {
    File(&'m str),
    Symbol(&'m str),
    Extension(&'m str, u32),
    ExtensionNumbers(&'m str),
    Services,
}

/// A conversation that is under way.
struct Conversation<B> {
    registry: Arc<LazyRegistry>,
    wire: StreamWire,
    messages: Messages<B>,
    asked: usize,
    _permit: Option<OwnedSemaphorePermit>,
}

/// Answers the questions of a stream until the client ends it.
pub(super) fn answer<B>(registry: Arc<LazyRegistry>, request: Request<'_>, body: B) -> Response<ReplyBody>
where
    B: Body<Data = Bytes> + Send + 'static,
{
    let Some(wire) = StreamWire::of(&request.call.head.headers).filter(|wire| wire.codec == Codec::Proto) else {
        return wrong_content_type().into_response();
    };
    let messages = Messages::new(body, wire.clone(), &request);
    let conversation = Conversation { registry, wire: wire.clone(), messages, asked: 0, _permit: request.permit };
    wire.answer(stream::unfold(Some(conversation), |conversation| async {
        let mut conversation = conversation?;
        let (frame, is_over) = conversation.next().await;
        Some((Ok::<_, Infallible>(frame), (!is_over).then_some(conversation)))
    }))
}

impl<B: Body<Data = Bytes>> Conversation<B> {
    /// The next frame of the answer, and whether it is the last.
    async fn next(&mut self) -> (Frame<Bytes>, bool) {
        let answered = match self.messages.next().await {
            Ok(None) => return (self.wire.end(None), true),
            Ok(Some(_)) if self.asked == MAX_QUESTIONS => {
                let text = format!("a stream must have at most {MAX_QUESTIONS} messages");
                Err(RpcError::new(Code::ResourceExhausted, text))
            }
            Ok(Some(request)) => respond(&self.registry, &request),
            Err(error) => Err(error),
        };
        self.asked += 1;
        match answered {
            Ok(response) => (self.wire.message(&response), false),
            Err(error) => (self.wire.end(Some(&error)), true),
        }
    }
}

/// The response to a request.
fn respond(registry: &Registry, request: &[u8]) -> Result<Vec<u8>, RpcError> {
    let (host, question) = read(request)?;
    let question = question.ok_or_else(|| {
        RpcError::new(Code::InvalidArgument, "empty request: expected one of the fields of message_request")
    })?;
    let mut response = Vec::new();
    if !host.is_empty() {
        add_bytes(&mut response, 1, host.as_bytes());
    }
    add_bytes(&mut response, 2, request);
    let (number, answer) = find(registry, question);
    add_bytes(&mut response, number, &answer);
    Ok(response)
}

/// The answer to a question, and the number of the response field that holds it.
fn find(registry: &Registry, question: Question<'_>) -> (u32, Vec<u8>) {
    let mut answer = Vec::new();
    let files = match question {
        Question::Services => {
            for name in registry.services() {
                let mut service = Vec::new();
                add_bytes(&mut service, 1, name.as_bytes());
                add_bytes(&mut answer, 1, &service);
            }
            return (6, answer);
        }
        Question::ExtensionNumbers(message) => {
            let Some(numbers) = registry.extension_numbers(message) else { return (7, not_found(message)) };
            add_bytes(&mut answer, 1, message.as_bytes());
            for number in numbers {
                add_number(&mut answer, 2, number.into());
            }
            return (5, answer);
        }
        Question::File(name) => registry.file(name).ok_or(name),
        Question::Symbol(name) => registry.file_of_symbol(name).ok_or(name),
        Question::Extension(message, number) => registry.file_of_extension(message, number).ok_or(message),
    };
    match files {
        Ok(files) => {
            for file in files {
                add_bytes(&mut answer, 1, file);
            }
            (4, answer)
        }
        Err(name) => (7, not_found(name)),
    }
}

fn not_found(name: &str) -> Vec<u8> {
    let mut error = Vec::new();
    add_number(&mut error, 1, Code::NotFound.number().into());
    add_bytes(&mut error, 2, format!("not found: {name}").as_bytes());
    error
}

/// The host of a request, and its question: the last one, if there are several.
fn read(request: &[u8]) -> Result<(&str, Option<Question<'_>>), RpcError> {
    let bad = |text: String| RpcError::new(Code::InvalidArgument, format!("unmarshal message: {text}"));
    let text = |bytes| std::str::from_utf8(bytes).map_err(|error| bad(error.to_string()));
    let (mut host, mut question) = ("", None);
    for field in Fields::of(request) {
        let (number, value) = field.map_err(|error| bad(error.to_string()))?;
        let Value::Bytes(bytes) = value else { continue };
        match number {
            1 => host = text(bytes)?,
            3 => question = Some(Question::File(text(bytes)?)),
            4 => question = Some(Question::Symbol(text(bytes)?)),
            5 => {
                let (mut message, mut extension) = ("", 0);
                for field in Fields::of(bytes) {
                    match field.map_err(|error| bad(error.to_string()))? {
                        (1, Value::Bytes(name)) => message = text(name)?,
                        (2, Value::Number(number)) => extension = u32::try_from(number).unwrap_or_default(),
                        _ => {}
                    }
                }
                question = Some(Question::Extension(message, extension));
            }
            6 => question = Some(Question::ExtensionNumbers(text(bytes)?)),
            7 => {
                text(bytes)?;
                question = Some(Question::Services);
            }
            _ => {}
        }
    }
    Ok((host, question))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::VendorSet;

    fn registry() -> Registry {
        let set = VendorSet::built_in();
        Registry::new(set.infos().filter_map(|info| info.rpc.as_ref()).map(|rpc| rpc.descriptors))
    }

    #[test]
    fn a_question_is_read_from_its_field() {
        let registry = registry();
        for (request, question) in [
            (&b"\x1a\x01f"[..], Some(Question::File("f"))),
            (b"\x0a\x01h\x22\x01s", Some(Question::Symbol("s"))),
            (b"\x2a\x05\x0a\x01m\x10\x07", Some(Question::Extension("m", 7))),
            (b"\x32\x01m", Some(Question::ExtensionNumbers("m"))),
            (b"\x3a\x00", Some(Question::Services)),
            (b"\x1a\x01f\x22\x01s", Some(Question::Symbol("s"))),
            (b"", None),
        ] {
            assert_eq!(read(request).unwrap().1, question, "{request:?}");
        }
        for broken in [&b"\x1a\x05f"[..], b"\x1a\x01\xff", b"\x2a\x01\x0a"] {
            assert_eq!(respond(&registry, broken).unwrap_err().code, Code::InvalidArgument, "{broken:?}");
        }
        assert_eq!(respond(&registry, b"\x0a\x01h").unwrap_err().code, Code::InvalidArgument);
    }

    #[test]
    fn a_response_names_its_request_and_what_is_not_there() {
        let registry = registry();
        let response = respond(&registry, b"\x0a\x01h\x22\x04none").unwrap();
        assert_eq!(response, b"\x0a\x01h\x12\x09\x0a\x01h\x22\x04none\x3a\x13\x08\x05\x12\x0fnot found: none");
        assert_eq!(find(&registry, Question::ExtensionNumbers("google.protobuf.Timestamp")).0, 5);
        assert_eq!(find(&registry, Question::ExtensionNumbers("none")).0, 7);
        assert_eq!(find(&registry, Question::Extension("google.protobuf.Timestamp", 1)).0, 7);
    }
}
