//! MonoCloud's errors and how they look: problem+json, with two forms of 422.

pub(super) mod sign_in;

use std::fmt::Write;

use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::record::Alias;
use super::settings::Era;
use crate::failure::{Failure, Kind, NamedError, Overrides};
use crate::ids::{Ids, Stream};
use crate::protocol::Reply;
use crate::protocol::problem::{MARK, Mark};

// The vendor publishes no texts: these are our own (assumed, monocloud-a19).
const BAD_KEY: &str = "The API key is missing or invalid.";
const FORBIDDEN: &str = "The API key is not allowed to do this.";
const NOT_FOUND: &str = "The user was not found.";

/// What can go wrong in an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Error {
    /// No `X-API-KEY`, or an empty one.
    MissingKey,
    /// An unknown key.
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
    /// Members of the body that do not fit, with what is wrong with each.
    Invalid(Vec<(&'static str, &'static str)>),
    /// A member of the query that does not fit, and what it takes.
    BadQuery(&'static str),
    /// The user has no such e-mail address or phone number.
    IdentifierNotFound,
    /// The user has no such passkey.
    PasskeyNotFound,
    /// The user has no such linked account.
    ProviderNotFound,
    /// The user has no such session.
    SessionNotFound,
    /// The user allowed nothing that has that id.
    ConsentNotFound,
    /// The user allowed that application nothing, and it has nothing of the user.
    GrantsNotFound,
    /// No group has that id.
    GroupNotFound,
    /// The user is not in the group.
    NotAMember,
    /// A user who could not sign in.
    NoWayIn,
    /// Another user has that e-mail address, phone number or user name.
    Taken(Alias),
    /// A generated id that is already taken, with its member: a seed may hold any id.
    IdTaken(&'static str, String),
    /// A password against the policy.
    WeakPassword(Vec<Weakness>),
    /// A password hash that would take more than a second to check.
    HashTooCostly,
    /// A user who would be larger than the server keeps.
    UserTooLarge,
    /// Not the user's password.
    WrongPassword,
}

/// Why the policy rejects a password. The names and the first text are in the test data of the vendor's clients. They
/// are those of the framework that the vendor uses, and so are the other texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    TooShort,
    NoSymbol,
    NoUpper,
}

impl Weakness {
    const fn code_and_text(self) -> (&'static str, &'static str) {
        match self {
            Self::TooShort => ("PasswordTooShort", "Passwords must be at least 8 characters."),
            Self::NoSymbol => {
                ("PasswordRequiresNonAlphanumeric", "Passwords must have at least one non alphanumeric character.")
            }
            Self::NoUpper => ("PasswordRequiresUpper", "Passwords must have at least one uppercase ('A'-'Z')."),
        }
    }
}

/// What the rendering of an error needs from its world.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorContext<'a> {
    /// The source of trace ids.
    pub(super) ids: &'a Ids,
    /// The generation of the API that answers.
    pub(super) era: Era,
}

impl Error {
    /// The error on the wire.
    pub(super) fn render(&self, context: ErrorContext<'_>) -> Reply {
        let missing = |what| plain(404, Some(what), context);
        let reply = match self {
            Self::MissingKey | Self::UnknownKey => plain(401, Some(BAD_KEY), context),
            Self::ReadOnlyKey => plain(403, Some(FORBIDDEN), context),
            Self::UserNotFound => missing(NOT_FOUND),
            Self::MediaType => plain(415, None, context),
            Self::Unparsable => validation([("$", "The body is not a JSON object.")], context),
            Self::NotABoolean(member) => validation([(*member, "The value is not a boolean.")], context),
            Self::Invalid(members) => validation(members.iter().copied(), context),
            Self::BadQuery(what) => plain(400, Some(what), context),
            Self::IdentifierNotFound => missing("The user does not have that identifier."),
            Self::PasskeyNotFound => missing("The user does not have that passkey."),
            Self::ProviderNotFound => missing("The user is not linked to that account."),
            Self::SessionNotFound => missing("The user does not have that session."),
            Self::ConsentNotFound => missing("The user does not have that consent."),
            Self::GrantsNotFound => missing("The user has granted nothing to that application."),
            Self::GroupNotFound => missing("The group was not found."),
            Self::NotAMember => missing("The user is not in the group."),
            Self::NoWayIn => {
                validation([("$", "A password, a verified e-mail or a verified phone number is needed.")], context)
            }
            Self::Taken(alias) => {
                let code = match alias {
                    Alias::Email(_) => "DuplicateEmail",
                    Alias::Phone(_) => "DuplicatePhoneNumber",
                    Alias::Username(_) => "DuplicateUserName",
                };
                identity([(code, &*format!("The {alias} is already taken."))], context)
            }
            Self::IdTaken(member, id) => {
                identity([("DuplicateUserName", &*format!("The {member} {id} is already taken."))], context)
            }
            Self::WeakPassword(weaknesses) => {
                identity(weaknesses.iter().map(|weakness| weakness.code_and_text()), context)
            }
            Self::HashTooCostly => {
                let text = "A hash of that cost takes too long to check.";
                validation([("password_hash", text)], context).with(MARK, Mark::Limit.header())
            }
            Self::UserTooLarge => {
                plain(413, Some("The user would be too large."), context).with(MARK, Mark::Limit.header())
            }
            Self::WrongPassword => identity([("PasswordMismatch", "Incorrect password.")], context),
        };
        reply.fidelity_row(match self {
            Self::MissingKey => "missing_key",
            Self::UnknownKey => "unknown_key",
            Self::ReadOnlyKey => "read_only_key",
            Self::UserNotFound => "user_not_found",
            Self::MediaType => "media_type",
            Self::Unparsable => "unparsable",
            Self::NotABoolean(_) => "not_a_boolean",
            Self::Invalid(_) => "invalid_member",
            Self::BadQuery(_) => "bad_query",
            Self::IdentifierNotFound => "identifier_not_found",
            Self::PasskeyNotFound => "passkey_not_found",
            Self::ProviderNotFound => "provider_not_found",
            Self::SessionNotFound => "session_not_found",
            Self::ConsentNotFound => "consent_not_found",
            Self::GrantsNotFound => "grants_not_found",
            Self::GroupNotFound => "group_not_found",
            Self::NotAMember => "not_a_member",
            Self::NoWayIn => "no_way_in",
            Self::Taken(_) | Self::IdTaken(..) => "taken",
            Self::WeakPassword(_) => "weak_password",
            Self::HashTooCostly | Self::UserTooLarge => "", // they say nothing of the vendor
            Self::WrongPassword => "wrong_password",
        })
    }
}

/// Any failure in MonoCloud's words.
pub(super) fn refuse(failure: &Failure, context: ErrorContext<'_>) -> Reply {
    let overrides = &failure.overrides;
    let reply = match &failure.kind {
        Kind::Named(name) => named(*name, overrides, context),
        Kind::Status(status) => match name_of(*status) {
            Some(name) => named(name, overrides, context),
            None => plain(*status, overrides.message.as_deref(), context),
        },
        Kind::WrongMethod(methods) => {
            let methods = HeaderValue::from_str(methods).expect("methods are tokens");
            plain(405, None, context).with(ALLOW, methods).fidelity_row("wrong_method")
        }
        Kind::UntidyPath(_) => plain(404, None, context), // never asked for: this vendor tidies no path
        Kind::TooLarge => plain(413, None, context).fidelity_row("too_large"),
        Kind::Broken => plain(500, None, context),
    };
    match overrides.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}

/// The named error whose status that is.
fn name_of(status: u16) -> Option<NamedError> {
    Some(match status {
        401 => NamedError::Unauthenticated,
        403 => NamedError::Forbidden,
        404 => NamedError::NotFound,
        409 => NamedError::Conflict,
        422 => NamedError::Invalid,
        429 => NamedError::RateLimited,
        500 => NamedError::Internal,
        503 => NamedError::Unavailable,
        _ => return None,
    })
}

/// A named error. `overrides.notice` is dropped: a problem has no member for it.
fn named(name: NamedError, overrides: &Overrides, context: ErrorContext<'_>) -> Reply {
    let text = overrides.message.as_deref();
    match name {
        NamedError::Unauthenticated => plain(401, text.or(Some(BAD_KEY)), context),
        NamedError::Forbidden => plain(403, text.or(Some(FORBIDDEN)), context),
        NamedError::NotFound => plain(404, text.or(Some(NOT_FOUND)), context),
        NamedError::Invalid => {
            let member = overrides.field.as_deref().unwrap_or("$");
            validation([(member, text.unwrap_or("The value is invalid."))], context)
        }
        NamedError::Identity => {
            let code = overrides.code.as_deref().unwrap_or("PasswordTooShort");
            identity([(code, text.unwrap_or("Passwords must be at least 8 characters."))], context)
        }
        // The vendor lacks the last two names, so no fault can ask for them.
        NamedError::Conflict | NamedError::Already | NamedError::TenantMismatch => plain(409, text, context),
        NamedError::RateLimited => plain(429, text, context),
        NamedError::Unavailable => plain(503, text, context),
        NamedError::Internal => plain(500, text, context),
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
    #[serde(rename = "traceId", skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    /// As later generations spell it, and not for every status.
    #[serde(rename = "trace_id", skip_serializing_if = "Option::is_none")]
    new_trace_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Value>,
}

/// A problem that says nothing but its status.
fn plain(status: u16, detail: Option<&str>, context: ErrorContext<'_>) -> Reply {
    problem(status, "", detail, None, context)
}

/// The 422 that names members of the request.
fn validation<'t>(members: impl IntoIterator<Item = (&'t str, &'t str)>, context: ErrorContext<'_>) -> Reply {
    let errors: Map<_, _> = members.into_iter().map(|(member, text)| (member.to_owned(), json!([text]))).collect();
    problem(422, "#validation-error", None, Some(Value::Object(errors)), context)
}

/// The 422 that names rules about identities.
fn identity<'t>(rules: impl IntoIterator<Item = (&'t str, &'t str)>, context: ErrorContext<'_>) -> Reply {
    let errors = rules.into_iter().map(|(code, text)| json!({ "code": code, "description": text })).collect();
    problem(422, "#identity-validation-error", None, Some(Value::Array(errors)), context)
}

fn problem(
    status: u16,
    fragment: &str,
    detail: Option<&str>,
    errors: Option<Value>,
    context: ErrorContext<'_>,
) -> Reply {
    let code = StatusCode::from_u16(status).expect("a status from 400 to 599");
    let trace = trace_id(context.ids);
    let (trace_id, new_trace_id) = match (context.era, status) {
        (Era::Seed, _) => (Some(&*trace), None),
        (Era::Current, 400 | 402 | 403 | 404 | 409) => (None, Some(&*trace)),
        (Era::Current, _) => (None, None),
    };
    let body = Problem {
        r#type: format!("https://httpstatuses.io/{status}{fragment}"),
        title: code.canonical_reason().unwrap_or("Error"), // clients drop a problem without a title
        status,
        detail,
        trace_id,
        new_trace_id,
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
    for (index, byte) in ids.bytes::<24>(Stream::TraceIds).into_iter().enumerate() {
        if index == 16 {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a string takes text");
    }
    text.push_str("-01");
    text
}
