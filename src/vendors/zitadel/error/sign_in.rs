//! How ZITADEL refuses at the doors of OAuth and OpenID Connect: `error` and `error_description`, never translated.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde_json::json;

use crate::failure::{Failure, Kind, NamedError};
use crate::protocol::Reply;

/// What can go wrong at these doors.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Refusal {
    /// No `grant_type`.
    GrantTypeMissing,
    /// A grant that is not emulated, or none.
    GrantTypeUnsupported(String),
    /// No `assertion`.
    AssertionMissing,
    /// An assertion that is not signed by a key of its user, not for this issuer, or not of this time.
    AssertionInvalid,
    /// No machine of that name has a secret.
    ClientUnknown,
    /// Not the machine's secret.
    SecretInvalid,
    /// The user is kept out.
    NotActive,
    /// The caller of introspection or revocation does not say who it is.
    CallerUnknown,
    /// No token, or one that does not live.
    AccessTokenInvalid,
    /// The token lives, its user may not come in here.
    NoActiveUser,
}

impl Refusal {
    /// The refusal on the wire.
    pub(in super::super) fn render(&self) -> Reply {
        let unsupported;
        let (status, error, description, answer) = match self {
            Self::GrantTypeMissing => (400, "invalid_request", "grant_type missing", "grant_type_missing"),
            Self::GrantTypeUnsupported(grant) => {
                unsupported = format!("{grant} not supported");
                (400, "unsupported_grant_type", &*unsupported, "grant_type_unsupported")
            }
            Self::AssertionMissing => (400, "invalid_request", "assertion missing", "assertion_missing"),
            Self::AssertionInvalid => (500, "server_error", "Errors.Internal", "assertion_invalid"),
            Self::ClientUnknown => (400, "invalid_client", "client not found", "client_unknown"),
            Self::SecretInvalid => (400, "invalid_request", "Errors.User.Machine.Secret.Invalid", "secret_invalid"),
            Self::NotActive => (400, "invalid_request", "Errors.User.NotActive", "not_active"),
            Self::CallerUnknown => (401, "invalid_client", "client not found", "caller_unknown"),
            Self::AccessTokenInvalid => (401, "access_denied", "access token invalid", "access_token_invalid"),
            Self::NoActiveUser => (401, "access_denied", "no active user", "no_active_user"),
        };
        body(status, error, description).fidelity_row(answer)
    }
}

/// Any failure in the words of these doors.
pub(in super::super) fn refuse(failure: &Failure) -> Reply {
    let overrides = &failure.overrides;
    let status = match &failure.kind {
        Kind::Named(name) => match name {
            NamedError::Unauthenticated => 401,
            NamedError::Forbidden => 403,
            NamedError::NotFound => 404,
            NamedError::Invalid | NamedError::Already => 400,
            // The vendor lacks the last two names, so no fault can ask for them.
            NamedError::Conflict | NamedError::Identity | NamedError::TenantMismatch => 409,
            NamedError::RateLimited => 429,
            NamedError::Unavailable => 503,
            NamedError::Internal => 500,
        },
        Kind::Status(status) => *status,
        Kind::WrongMethod(_) => return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).fidelity_row("wrong_method"),
        Kind::UntidyPath(_) => 400,
        Kind::TooLarge => return body(413, "invalid_request", "request body too large").fidelity_row("too_large"),
        Kind::Broken => 500,
    };
    let (error, description) = match status {
        401 => ("access_denied", "access token invalid"),
        403 => ("access_denied", "No matching permissions found"),
        503 => ("temporarily_unavailable", "unavailable"),
        500.. => ("server_error", "Errors.Internal"),
        _ => ("invalid_request", "injected"),
    };
    let (error, description) =
        (overrides.code.as_deref().unwrap_or(error), overrides.message.as_deref().unwrap_or(description));
    match overrides.retry_after {
        Some(seconds) => body(status, error, description).with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => body(status, error, description),
    }
}

fn body(status: u16, error: &str, description: &str) -> Reply {
    let status = StatusCode::from_u16(status).expect("a status from 400 to 599");
    let body = json!({ "error": error, "error_description": description }).to_string();
    Reply::json(status, body)
}
