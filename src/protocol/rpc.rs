//! The wire formats of unary remote calls: Connect, gRPC and gRPC-Web, with protobuf or JSON messages. Knows no vendor
//! and no message.
//!
//! Only unary calls are handled here: a call that was read whole, and its answer. `grpc/stream.rs` handles streams.
//! `ARCHITECTURE.md` says why the framing is our own.

mod content_type;
pub mod field;
mod incoming;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use memchr::memchr;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Reply, first};

pub use incoming::unpack;

/// The wire format that a client sends and expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    /// How the messages are framed.
    pub framing: Framing,
    /// How the messages are encoded.
    pub codec: Codec,
    /// The content type of request and answer, in its canonical spelling.
    content_type: &'static str,
    /// Whether bodies are in base64.
    is_text: bool,
}

/// How messages are framed, named after the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Connect: unary messages have no frame.
    Connect,
    /// gRPC.
    Grpc,
    /// gRPC-Web.
    GrpcWeb,
}

/// How messages are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Protobuf.
    Proto,
    /// Protobuf's JSON.
    Json,
}

/// The largest message of a remote call, compressed or not, in bytes.
pub const MAX_MESSAGE: usize = 1 << 20;

/// Every supported content type, in the form that its other spellings have too. Any other is answered with 415.
const WIRES: [(&str, Framing, Codec); 9] = [
    ("application/json", Framing::Connect, Codec::Json),
    ("application/json; charset=utf-8", Framing::Connect, Codec::Json),
    ("application/proto", Framing::Connect, Codec::Proto),
    ("application/grpc", Framing::Grpc, Codec::Proto),
    ("application/grpc+proto", Framing::Grpc, Codec::Proto),
    ("application/grpc+json", Framing::Grpc, Codec::Json),
    ("application/grpc-web", Framing::GrpcWeb, Codec::Proto),
    ("application/grpc-web+proto", Framing::GrpcWeb, Codec::Proto),
    ("application/grpc-web+json", Framing::GrpcWeb, Codec::Json),
];

/// The content types of gRPC-Web for browsers that cannot read bytes. Libraries for Connect do not know them.
const TEXTS: [(&str, Framing, Codec); 2] = [
    ("application/grpc-web-text", Framing::GrpcWeb, Codec::Proto),
    ("application/grpc-web-text+proto", Framing::GrpcWeb, Codec::Proto),
];

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const GRPC_ENCODING: &str = "grpc-encoding";
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// The gRPC codes that our errors have, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Code {
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

impl Code {
    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Its name as the Go library writes it.
    pub const fn go_name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::InvalidArgument => "InvalidArgument",
            Self::DeadlineExceeded => "DeadlineExceeded",
            Self::NotFound => "NotFound",
            Self::AlreadyExists => "AlreadyExists",
            Self::PermissionDenied => "PermissionDenied",
            Self::ResourceExhausted => "ResourceExhausted",
            Self::FailedPrecondition => "FailedPrecondition",
            Self::Unimplemented => "Unimplemented",
            Self::Internal => "Internal",
            Self::Unavailable => "Unavailable",
            Self::Unauthenticated => "Unauthenticated",
        }
    }

    /// Its name on the Connect wire.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::InvalidArgument => "invalid_argument",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::PermissionDenied => "permission_denied",
            Self::ResourceExhausted => "resource_exhausted",
            Self::FailedPrecondition => "failed_precondition",
            Self::Unimplemented => "unimplemented",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Unauthenticated => "unauthenticated",
        }
    }

    /// Its HTTP status on the Connect wire.
    const fn status(self) -> u16 {
        match self {
            Self::Unknown | Self::Internal => 500,
            Self::InvalidArgument | Self::FailedPrecondition => 400,
            Self::DeadlineExceeded => 504,
            Self::NotFound => 404,
            Self::AlreadyExists => 409,
            Self::PermissionDenied => 403,
            Self::ResourceExhausted => 429,
            Self::Unimplemented => 501,
            Self::Unavailable => 503,
            Self::Unauthenticated => 401,
        }
    }
}

/// An error that every wire format can carry.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// The code of gRPC.
    pub code: Code,
    /// The HTTP status on the Connect wire, if it is not the code's own.
    pub http: Option<u16>,
    /// The text.
    pub message: String,
    /// A message with further information.
    pub detail: Option<Box<Detail>>,
}

/// A message that goes with an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// The message's full name, such as `acme.v1.ErrorDetail`.
    pub name: &'static str,
    /// The message in protobuf.
    pub bytes: Vec<u8>,
    /// The message as JSON, for people.
    pub debug: Value,
}

impl RpcError {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, http: None, message: message.into(), detail: None }
    }

    /// The HTTP status.
    fn status(&self) -> StatusCode {
        let status = self.http.unwrap_or(self.code.status());
        StatusCode::from_u16(status).expect("a status from 400 to 599")
    }
}

/// Whether a path has the form of a remote call: `/package.Service/Method`.
pub fn is_call(path: &str) -> bool {
    if memchr(b'.', path.as_bytes()).is_none() {
        return false; // no package
    }
    let mut parts = path.split('/');
    let named = parts.next() == Some("")
        && parts.next().is_some_and(|service| service.contains('.') && !service.starts_with('.'));
    named && parts.next().is_some_and(|method| !method.is_empty()) && parts.next().is_none()
}

impl Framing {
    /// The protocol's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
        }
    }
}

impl Wire {
    /// The wire of a content type.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        Self::among(&WIRES, headers)
    }

    /// The wire of a content type of gRPC-Web whose bodies are text.
    pub fn in_text(headers: &HeaderMap) -> Option<Self> {
        Some(Self { is_text: true, ..Self::among(&TEXTS, headers)? })
    }

    fn among(wires: &[(&'static str, Framing, Codec)], headers: &HeaderMap) -> Option<Self> {
        let content_type = first(headers, &CONTENT_TYPE)?.to_str().ok()?;
        let row = |wanted: &str| wires.iter().find(|(name, ..)| *name == wanted);
        let row = row(content_type).or_else(|| row(&content_type::canonical(content_type)?));
        let &(content_type, framing, codec) = row?;
        Some(Self { framing, codec, content_type, is_text: false })
    }

    /// Whether messages are framed: a byte for compression, four bytes for the length, then the message.
    pub fn is_framed(self) -> bool {
        self.framing != Framing::Connect
    }

    /// A successful answer.
    pub fn success(self, message: Vec<u8>) -> Reply {
        match self.framing {
            Framing::Connect => Reply::new(StatusCode::OK, self.content_type, message),
            Framing::Grpc => Reply {
                trailers: Some(Box::new(trailers(None))),
                ..Reply::new(StatusCode::OK, self.content_type, frame(0, &message))
            },
            Framing::GrpcWeb => {
                let mut body = frame(0, &message);
                body.extend(frame(0x80, &lines(&trailers(None))));
                let body = if self.is_text { STANDARD.encode(body).into_bytes() } else { body };
                Reply::new(StatusCode::OK, self.content_type, body)
            }
        }
    }

    /// An error.
    pub fn failure(self, error: &RpcError) -> Reply {
        let reply = match self.framing {
            Framing::Connect => connect_error(error),
            Framing::Grpc => {
                let reply = Reply::new(StatusCode::OK, self.content_type, Bytes::new());
                Reply { trailers: Some(Box::new(trailers(Some(error)))), ..reply }
            }
            // Without a message, the trailers are the only headers that there are.
            Framing::GrpcWeb => {
                let mut reply = Reply::new(StatusCode::OK, self.content_type, Bytes::new());
                reply.headers.extend(trailers(Some(error)));
                reply
            }
        };
        Reply { http_status: Some(error.status()), ..reply }
    }
}

/// The answer to a method other than POST.
pub fn wrong_method() -> Reply {
    Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, HeaderValue::from_static("POST"))
}

/// The answer to an unsupported content type.
pub fn wrong_content_type() -> Reply {
    let names: Vec<_> = WIRES.iter().map(|(name, ..)| *name).collect();
    let names = HeaderValue::from_str(&names.join(", ")).expect("content types are text");
    Reply::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE).with(ACCEPT_POST, names)
}

/// The content types of calls whose messages are framed.
pub fn framed_content_types() -> impl Iterator<Item = &'static str> {
    WIRES.iter().filter(|(_, framing, _)| *framing != Framing::Connect).map(|(name, ..)| *name)
}

fn connect_error(error: &RpcError) -> Reply {
    Reply::json(error.status(), error_json(error).to_string())
}

/// An error as Connect's JSON object.
pub fn error_json(error: &RpcError) -> Value {
    let mut body = json!({ "code": error.code.as_str() });
    if !error.message.is_empty() {
        body["message"] = error.message.as_str().into();
    }
    if let Some(detail) = &error.detail {
        let value = STANDARD_NO_PAD.encode(&detail.bytes);
        body["details"] = json!([{ "type": detail.name, "value": value, "debug": detail.debug }]);
    }
    body
}

/// Trailers as lines, as gRPC-Web sends them in the body.
pub fn lines(trailers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in trailers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

/// The trailers of an answer: success, or an error.
pub fn trailers(error: Option<&RpcError>) -> HeaderMap {
    /// The characters to percent-encode: all but printable ASCII, and the percent sign itself.
    const CODED: &AsciiSet = &CONTROLS.add(b'%');
    let Some(error) = error else { return HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]) };
    let text = |text: &str| HeaderValue::from_str(text).expect("coded text is ASCII");
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from(u16::from(error.code.number())));
    trailers.insert(MESSAGE, text(&utf8_percent_encode(&error.message, CODED).to_string()));
    if let Some(detail) = &error.detail {
        let mut any = Vec::new();
        field(&mut any, 1, format!("type.googleapis.com/{}", detail.name).as_bytes());
        field(&mut any, 2, &detail.bytes);
        let mut status = vec![1 << 3, error.code.number()];
        field(&mut status, 2, error.message.as_bytes());
        field(&mut status, 3, &any);
        trailers.insert(DETAILS, text(&STANDARD_NO_PAD.encode(status)));
    }
    trailers
}

/// Appends a length-delimited field to a protobuf message.
fn field(message: &mut Vec<u8>, number: u8, value: &[u8]) {
    message.push(number << 3 | 2);
    let mut length = value.len();
    while length >= 0x80 {
        message.push(length as u8 | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend_from_slice(value);
}

/// A message in its frame.
pub fn frame(flags: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("an answer is not that long");
    let mut framed = Vec::with_capacity(5 + message.len());
    framed.push(flags);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(content_type: &'static str) -> Option<Wire> {
        Wire::of(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]))
    }

    fn error() -> RpcError {
        let detail = Detail { name: "acme.v1.Why", bytes: vec![10, 1, b'x'], debug: json!({ "id": "x" }) };
        RpcError { detail: Some(Box::new(detail)), ..RpcError::new(Code::FailedPrecondition, "50% é") }
    }

    #[test]
    fn only_the_known_content_types_are_wires() {
        assert_eq!(wire("Application/JSON;charset=\"UTF-8\"").unwrap().codec, Codec::Json);
        assert_eq!(wire("application/grpc").unwrap().framing, Framing::Grpc);
        for other in [
            "application/json; charset=latin1",
            "application/connect+json",
            "application/grpc-web-text",
            "text/plain",
            "",
        ] {
            assert_eq!(wire(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_with_service_and_method_is_a_call() {
        assert!(is_call("/zitadel.user.v2.UserService/GetUserByID"));
        for path in ["/v2/users", "/.well-known/openid-configuration", "/a.b/", "/a.b/c/d", "/healthz", "a.b/c"] {
            assert!(!is_call(path), "{path}");
        }
    }

    #[test]
    fn on_grpc_an_error_is_only_in_the_trailers() {
        let reply = wire("application/grpc+proto").unwrap().failure(&error());
        assert_eq!((reply.status, reply.headers.len(), reply.body.len()), (StatusCode::OK, 1, 0));
        let trailers = reply.trailers.unwrap();
        assert_eq!(
            (&trailers["grpc-status"], &trailers["grpc-message"]),
            (&"9".parse().unwrap(), &"50%25 %C3%A9".parse().unwrap())
        );
        let details = STANDARD_NO_PAD.decode(&trailers["grpc-status-details-bin"]).unwrap();
        let any = b"\x0a\x1ftype.googleapis.com/acme.v1.Why\x12\x03\x0a\x01x";
        let expected = [&[8, 9, 0x12, 6][..], "50% é".as_bytes(), &[0x1a, any.len() as u8], any].concat();
        assert_eq!(details, expected);
        let bare = wire("application/grpc").unwrap().failure(&RpcError::new(Code::NotFound, "no"));
        assert!(!bare.trailers.unwrap().contains_key("grpc-status-details-bin"));
    }

    #[test]
    fn an_error_is_headers_on_grpc_web_and_an_object_on_connect() {
        let web = wire("application/grpc-web").unwrap().failure(&RpcError::new(Code::NotFound, "no"));
        assert_eq!((&web.headers["grpc-status"], &web.headers["grpc-message"]), (&5.into(), &"no".parse().unwrap()));
        assert!(web.body.is_empty() && web.trailers.is_none());
        let connect = wire("application/proto").unwrap().failure(&error());
        assert_eq!(connect.status, 400);
        let expected = concat!(
            r#"{"code":"failed_precondition","message":"50% é","#,
            r#""details":[{"type":"acme.v1.Why","value":"CgF4","debug":{"id":"x"}}]}"#
        );
        assert_eq!(connect.body, expected);
    }
}
