//! How ZITADEL's errors look on each edge: `google.rpc.Status` at the gateway, and the protocol's own error on a remote
//! call.

use buffa::Message;
use http::StatusCode;
use http::header::{HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use super::edge::{Edge, INNER_TYPE};
use super::generated::zitadel::v1::{CredentialsCheckError, ErrorDetail};
use crate::context::WorldContext;
use crate::failure::{Failure, Kind, NamedError, Overrides};
use crate::protocol::Reply;
use crate::protocol::problem::{MARK, Mark};
use crate::protocol::rpc::{self, Code, RpcError};
use crate::vendors::zitadel::error::sessions::SessionError;
use crate::vendors::zitadel::error::status::{
    INVALID_TOKEN, PERMISSION_DENIED, Status, USERNAME_TAKEN, bare, coded, user_not_found,
};
use crate::vendors::zitadel::error::{Error, ErrorContext};

/// The rule of an id, in the validator's words.
pub(super) const ID_LENGTH: &str = "value length must be between 1 and 200 runes, inclusive";

/// An error of the operation that has this context.
pub(in super::super) fn error(error: &Error, context: &ErrorContext, edge: Edge) -> Reply {
    let reply = render(error.status(context), edge).fidelity_row(error.answer());
    match (error, edge) {
        // These say nothing of the vendor.
        (Error::KeysExhausted | Error::SamlUnemulated | Error::Session(SessionError::Unemulated), _) => {
            reply.with(MARK, Mark::Unemulated.header())
        }
        (Error::ForeignPage, _) => reply.with(MARK, Mark::Refused.header()),
        (Error::HashTooCostly | Error::MetadataTooLarge | Error::TooManyQueries, _) => {
            reply.with(MARK, Mark::Limit.header())
        }
        // Only what the gateway itself refuses did not go through the inner call.
        (Error::Undecodable(_), _) | (_, Edge::Rpc(_)) => reply,
        (_, Edge::Rest) => reply.with(INNER_TYPE, HeaderValue::from_static("application/grpc")),
    }
}

/// An error of a first API as a release shows it at the gateway, which passes on only errors that have an id. Of any
/// other it says that the inner call failed.
pub(in super::super) fn inner_error(error: &Error, context: &ErrorContext) -> Reply {
    let status = error.status(context);
    if status.id.is_some() {
        return self::error(error, context, Edge::Rest);
    }
    let text = format!("rpc error: code = {} desc = {}", status.code.go_name(), status.text);
    let reply = render(coded(500, Code::Unknown, &text, ""), Edge::Rest).fidelity_row("inner_error");
    reply.with(INNER_TYPE, HeaderValue::from_static("application/grpc"))
}

/// A call in a form that the service is not served in: the gateway has no such path.
pub(in super::super) fn not_served(context: &WorldContext) -> Reply {
    Edge::Rest.refusal(error(&Error::NotServed, &ErrorContext::DEFAULT, Edge::Rest), context)
}

/// A remote call whose frame is broken.
pub(in super::super) fn framing(error: &RpcError, edge: Edge) -> Reply {
    let answer = if error.code == Code::Unimplemented { "unknown_compression" } else { "undecodable" };
    edge.failure(error).fidelity_row(answer)
}

/// Any failure in ZITADEL's words; `texts` are those of the operation that the call names.
pub(in super::super) fn failure(failure: &Failure, context: &ErrorContext, edge: Edge) -> Reply {
    let overrides = &failure.overrides;
    let reply = match &failure.kind {
        Kind::Named(name) => named(*name, overrides, context, edge),
        Kind::Status(status) => match name_of(*status) {
            Some(name) => named(name, overrides, context, edge),
            None => render(overridden(bare(*status, code_of(*status), "injected"), overrides), edge),
        },
        // The gateway names no methods.
        Kind::WrongMethod(_) => match edge {
            Edge::Rest => render(bare(405, Code::Unimplemented, "Method Not Allowed"), edge),
            Edge::Rpc(_) => rpc::wrong_method(),
        }
        .fidelity_row("wrong_method"),
        Kind::UntidyPath(path) => {
            let path = HeaderValue::from_str(path).expect("a path of a request fits a header");
            Reply::empty(StatusCode::MOVED_PERMANENTLY).with(LOCATION, path).fidelity_row("untidy_path")
        }
        Kind::TooLarge => {
            render(bare(413, Code::ResourceExhausted, "request body too large"), edge).fidelity_row("too_large")
        }
        Kind::Broken => render(bare(500, Code::Internal, "Errors.Internal"), edge),
    };
    match overrides.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}

/// The named error whose status that is.
fn name_of(status: u16) -> Option<NamedError> {
    Some(match status {
        400 => NamedError::Invalid,
        401 => NamedError::Unauthenticated,
        403 => NamedError::Forbidden,
        404 => NamedError::NotFound,
        409 => NamedError::Conflict,
        429 => NamedError::RateLimited,
        500 => NamedError::Internal,
        503 => NamedError::Unavailable,
        _ => return None,
    })
}

/// The gRPC code of an injected status.
fn code_of(status: u16) -> Code {
    match status {
        400 | 422 => Code::InvalidArgument,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::NotFound,
        405 | 501 => Code::Unimplemented,
        408 | 504 => Code::DeadlineExceeded,
        409 => Code::AlreadyExists,
        412 => Code::FailedPrecondition,
        429 => Code::ResourceExhausted,
        500 => Code::Internal,
        502 | 503 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

/// A named error, with the ids that the operation itself would give. `overrides.notice` is not used here.
fn named(name: NamedError, overrides: &Overrides, context: &ErrorContext, edge: Edge) -> Reply {
    let text;
    let status = match name {
        NamedError::Unauthenticated => INVALID_TOKEN,
        NamedError::Forbidden => PERMISSION_DENIED,
        NamedError::NotFound => user_not_found(context.not_found),
        NamedError::Invalid => {
            let (field, reason) = match overrides.field.as_deref() {
                Some(field) => (field, "value is required"),
                None => ("UserId", ID_LENGTH),
            };
            text = format!("invalid {}.{field}: {reason}", context.message);
            bare(400, Code::InvalidArgument, &text)
        }
        NamedError::Already => match context.wrong_state {
            Some(status) => status,
            None => bare(400, Code::FailedPrecondition, "failed precondition"),
        },
        // The vendor lacks the last two names, so no fault can ask for them.
        NamedError::Conflict | NamedError::Identity | NamedError::TenantMismatch => USERNAME_TAKEN,
        NamedError::RateLimited => bare(429, Code::ResourceExhausted, "resource exhausted"),
        NamedError::Unavailable => bare(503, Code::Unavailable, "unavailable"),
        NamedError::Internal => bare(500, Code::Internal, "Errors.Internal"),
    };
    render(overridden(status, overrides), edge)
}

/// The status with the text and the id that an injected error asks for.
fn overridden<'a>(status: Status<'a>, overrides: &'a Overrides) -> Status<'a> {
    let (text, id) = (overrides.message.as_deref().unwrap_or(status.text), overrides.code.as_deref().or(status.id));
    Status { text, id, ..status }
}

fn render(status: Status<'_>, edge: Edge) -> Reply {
    let message = match status.id {
        Some(id) => format!("{} ({id})", status.text),
        None => status.text.to_owned(),
    };
    match edge {
        Edge::Rest => as_gateway(status, &message),
        Edge::Rpc(_) => edge.failure(&as_rpc(status, message)),
    }
}

/// As the gateway shows it.
fn as_gateway(status: Status<'_>, message: &str) -> Reply {
    let kind = format!("type.googleapis.com/{}", detail_name(status));
    let attempts = status.attempts.unwrap_or(0);
    let detail = status.id.map(|id| Detail { kind: &kind, id, message: status.text, attempts });
    let body = Body { code: status.code.number(), message, details: detail.as_slice() };
    let reply = Reply::of(StatusCode::from_u16(status.http).expect("a status from 400 to 599"), &body);
    match HeaderValue::from_str(message) {
        Ok(challenge) if status.code == Code::Unauthenticated => reply.with(WWW_AUTHENTICATE, challenge),
        _ => reply,
    }
}

/// The message of a status's detail.
fn detail_name(status: Status<'_>) -> &'static str {
    if status.attempts.is_some() { "zitadel.v1.CredentialsCheckError" } else { "zitadel.v1.ErrorDetail" }
}

/// As a remote call shows it.
fn as_rpc(status: Status<'_>, message: String) -> RpcError {
    let detail = status.id.map(|id| {
        let (id, text) = (id.to_owned(), status.text.to_owned());
        let (bytes, debug) = match status.attempts {
            None => encoded(&ErrorDetail { id, message: text }),
            Some(attempts) => {
                let failed_attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
                encoded(&CredentialsCheckError { id, message: text, failed_attempts })
            }
        };
        Box::new(rpc::Detail { name: detail_name(status), bytes, debug })
    });
    RpcError { code: status.code, http: Some(status.http), message, detail }
}

/// A detail in both of its forms.
fn encoded(detail: &(impl Message + Serialize)) -> (Vec<u8>, serde_json::Value) {
    (detail.encode_to_vec(), serde_json::to_value(detail).expect("a detail is JSON"))
}

/// `google.rpc.Status` as JSON.
#[derive(Serialize)]
struct Body<'a> {
    code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    details: &'a [Detail<'a>],
}

/// `zitadel.v1.ErrorDetail`, or `CredentialsCheckError`, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    #[serde(rename = "@type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    message: &'a str,
    #[serde(rename = "failedAttempts", skip_serializing_if = "is_zero")]
    attempts: u32,
}

fn is_zero(attempts: &u32) -> bool {
    *attempts == 0
}
