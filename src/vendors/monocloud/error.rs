//! MonoCloud's errors and how they look: problem+json, with two forms of 422.

use std::fmt::Write;

use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{Failure, Kind, Name, Wish};
use crate::ids::Ids;
use crate::protocol::Reply;

// The vendor publishes no texts: these are our own (assumed, monocloud-a19).
const BAD_KEY: &str = "The API key is missing or invalid.";
const FORBIDDEN: &str = "The API key is not allowed to do this.";
const NOT_FOUND: &str = "The user was not found.";

/// What can go wrong in an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Error {
    /// No `X-API-KEY`, or an empty one.
    MissingKey,
    /// A key that nobody made.
    UnknownKey,
    /// A write with a key that may only read.
    ReadOnlyKey,
    /// No user has that id.
    UserNotFound,
    /// A body that is not JSON by its content type.
    MediaType,
    /// A body that is not a JSON object.
    Unparsable,
    /// That member is not a boolean.
    NotABoolean(&'static str),
}

impl Error {
    /// The error on the wire.
    pub(super) fn render(&self, ids: &Ids) -> Reply {
        let reply = match self {
            Self::MissingKey | Self::UnknownKey => plain(401, Some(BAD_KEY), ids),
            Self::ReadOnlyKey => plain(403, Some(FORBIDDEN), ids),
            Self::UserNotFound => plain(404, Some(NOT_FOUND), ids),
            Self::MediaType => plain(415, None, ids),
            Self::Unparsable => validation("$", "The body is not a JSON object.", ids),
            Self::NotABoolean(member) => validation(member, "The value is not a boolean.", ids),
        };
        reply.proving(match self {
            Self::MissingKey => "missing_key",
            Self::UnknownKey => "unknown_key",
            Self::ReadOnlyKey => "read_only_key",
            Self::UserNotFound => "user_not_found",
            Self::MediaType => "media_type",
            Self::Unparsable => "unparsable",
            Self::NotABoolean(_) => "not_a_boolean",
        })
    }
}

/// Any failure in MonoCloud's words.
pub(super) fn refuse(failure: &Failure, ids: &Ids) -> Reply {
    let wish = &failure.wish;
    let reply = match &failure.kind {
        Kind::Named(name) => named(*name, wish, ids),
        Kind::Status(status) => match name_of(*status) {
            Some(name) => named(name, wish, ids),
            None => plain(*status, wish.message.as_deref(), ids),
        },
        Kind::WrongMethod(methods) => {
            let methods = HeaderValue::from_str(methods).expect("methods are tokens");
            plain(405, None, ids).with(ALLOW, methods).proving("wrong_method")
        }
        Kind::UntidyPath(_) => plain(404, None, ids), // never asked for: this vendor tidies no path
        Kind::TooLarge => plain(413, None, ids).proving("too_large"),
        Kind::Broken => plain(500, None, ids),
    };
    match wish.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}

/// The named error whose status that is.
fn name_of(status: u16) -> Option<Name> {
    Some(match status {
        401 => Name::Unauthenticated,
        403 => Name::Forbidden,
        404 => Name::NotFound,
        409 => Name::Conflict,
        422 => Name::Invalid,
        429 => Name::RateLimited,
        500 => Name::Internal,
        503 => Name::Unavailable,
        _ => return None,
    })
}

/// A named error. `wish.notice` has no place in a problem.
fn named(name: Name, wish: &Wish, ids: &Ids) -> Reply {
    let text = wish.message.as_deref();
    match name {
        Name::Unauthenticated => plain(401, text.or(Some(BAD_KEY)), ids),
        Name::Forbidden => plain(403, text.or(Some(FORBIDDEN)), ids),
        Name::NotFound => plain(404, text.or(Some(NOT_FOUND)), ids),
        Name::Invalid => {
            let member = wish.field.as_deref().unwrap_or("$");
            validation(member, text.unwrap_or("The value is invalid."), ids)
        }
        Name::Identity => {
            let code = wish.code.as_deref().unwrap_or("PasswordTooShort");
            identity(code, text.unwrap_or("Passwords must be at least 8 characters."), ids)
        }
        // The vendor lacks the last two names, so that nobody can ask for them.
        Name::Conflict | Name::Already | Name::TenantMismatch => plain(409, text, ids),
        Name::RateLimited => plain(429, text, ids),
        Name::Unavailable => plain(503, text, ids),
        Name::Internal => plain(500, text, ids),
    }
}

/// A problem, RFC 9457 with the vendor's `type` and `traceId`.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(rename = "traceId")]
    trace_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Value>,
}

/// A problem that says nothing but its status.
fn plain(status: u16, detail: Option<&str>, ids: &Ids) -> Reply {
    problem(status, "", detail, None, ids)
}

/// The 422 that names members of the request.
fn validation(member: &str, text: &str, ids: &Ids) -> Reply {
    problem(422, "#validation-error", None, Some(json!({ member: [text] })), ids)
}

/// The 422 that names rules about identities.
fn identity(code: &str, text: &str, ids: &Ids) -> Reply {
    let errors = json!([{ "code": code, "description": text }]);
    problem(422, "#identity-validation-error", None, Some(errors), ids)
}

fn problem(status: u16, fragment: &str, detail: Option<&str>, errors: Option<Value>, ids: &Ids) -> Reply {
    let code = StatusCode::from_u16(status).expect("a status from 400 to 599");
    let body = Problem {
        r#type: format!("https://httpstatuses.io/{status}{fragment}"),
        title: code.canonical_reason().unwrap_or("Error"), // clients drop a problem without a title
        status,
        detail,
        trace_id: trace_id(ids),
        errors,
    };
    let body = serde_json::to_vec(&body).expect("a problem is JSON");
    // Without parameters: one of the vendor's clients compares the whole value.
    Reply::new(code, "application/problem+json", body)
}

/// A fresh trace in the W3C form.
fn trace_id(ids: &Ids) -> String {
    let mut text = String::with_capacity(55);
    text.push_str("00-");
    for (place, byte) in ids.bytes::<24>().into_iter().enumerate() {
        if place == 16 {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a string takes text");
    }
    text.push_str("-01");
    text
}
