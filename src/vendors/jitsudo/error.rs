//! jitsudo's errors and how they look: a code, a message, and now and then details and notices.

mod provider;

use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use serde_json::{Value, json};

use super::settings::Behaviour;
use crate::failure::{Failure, Kind, NamedError, Overrides};
use crate::protocol::Reply;
use crate::protocol::problem::{MARK, Mark};

pub(super) use provider::ProviderError;

/// What can go wrong in an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Error {
    /// No bearer token.
    MissingToken,
    /// An unknown token.
    UnknownToken,
    /// An unknown address, or a password that is not the user's.
    BadCredentials,
    /// The right password of a user who is suspended.
    SuspendedLogin,
    /// The password fits in several tenants.
    AmbiguousTenant,
    /// No tenant has that domain or slug.
    TenantNotFound,
    /// What goes wrong with an identity provider.
    Provider(ProviderError),
    /// A token that was not mailed for this, or counts no more.
    UnknownMailToken,
    /// The mailed token of a user who is suspended.
    SuspendedMailToken,
    /// A challenge that never was, or counts no more.
    UnknownChallenge,
    /// The challenge of a user who is suspended meanwhile.
    SuspendedChallenge,
    /// A code that is not the second factor's.
    WrongCode,
    /// A password of too few characters, in that member.
    ShortPassword(&'static str),
    /// The token of a user who is suspended.
    SuspendedCaller,
    /// Neither an API key nor a bearer token.
    MissingKey,
    /// An unknown API key.
    UnknownKey,
    /// No `X-Tenant-ID`.
    MissingTenant,
    /// `X-Tenant-ID` is no UUID.
    MalformedTenant,
    /// `X-Tenant-ID` is not the caller's tenant.
    TenantMismatch,
    /// The id in the path is no UUID.
    MalformedId,
    /// The body's content type is not JSON.
    MediaType,
    /// The body is not a JSON object.
    UnreadableBody,
    /// That member is missing or of a wrong type.
    InvalidMember(&'static str),
    /// That parameter of the query is not what it has to be.
    InvalidQuery(&'static str),
    /// The avatar is over its limit.
    AvatarTooLarge,
    /// The user would be larger than anybody's may grow.
    UserTooLarge,
    /// The identity provider of the user decides that member.
    ManagedElsewhere(&'static str),
    /// The caller is no admin; the notices of the rules that decided.
    NotAdmin {
        /// For the person concerned.
        notices: Vec<String>,
    },
    /// No such user in the caller's tenant.
    UserNotFound,
    /// No such group in the caller's tenant.
    GroupNotFound,
    /// Another group of the tenant has the name.
    GroupTaken,
    /// No such entry in the caller's tenant.
    EntryNotFound,
    /// Another user of the tenant has the address.
    EmailTaken,
    /// A rule forbids it; which one.
    Forbidden(&'static str),
    /// The current state does not allow it; why.
    Conflict(&'static str),
}

/// An error body. Only the first two codes are documented; the rest are assumed (jitsudo-errors).
#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notices: &'a [String],
}

// The texts are our own.
const BAD_TOKEN: &str = "A valid bearer token is required.";
const BAD_LOGIN: &str = "The address or the password is wrong.";
const BAD_MAIL: &str = "The token is not valid.";
const BAD_CODE: &str = "The code is wrong.";
const BAD_KEY: &str = "A valid API key or bearer token is required.";
const FORBIDDEN: &str = "You are not allowed to do this.";
const NOT_FOUND: &str = "The user was not found.";
const MISMATCH: &str = "X-Tenant-ID does not match the credential's tenant.";
const INVALID: &str = "The request is invalid.";
const CONFLICT: &str = "The current state does not allow this.";

impl Error {
    /// The error on the wire.
    pub(super) fn render(&self, behaviour: &Behaviour) -> Reply {
        let body = |status, code: &str, message: &str, details, notices: &[String]| {
            body(status, behaviour.code(code), message, details, notices)
        };
        let invalid = |message: &str, details| body(behaviour.invalid_status, "invalid_input", message, details, &[]);
        match self {
            Self::MissingToken => body(401, "unauthenticated", BAD_TOKEN, None, &[]).fidelity_row("missing_token"),
            Self::UnknownToken => body(401, "unauthenticated", BAD_TOKEN, None, &[]).fidelity_row("unknown_token"),
            Self::SuspendedCaller => {
                body(401, "unauthenticated", BAD_TOKEN, None, &[]).fidelity_row("suspended_caller")
            }
            Self::BadCredentials => body(401, "unauthenticated", BAD_LOGIN, None, &[]).fidelity_row("bad_credentials"),
            // The same answer, so that it does not reveal who is suspended.
            Self::SuspendedLogin => body(401, "unauthenticated", BAD_LOGIN, None, &[]).fidelity_row("suspended_login"),
            Self::UnknownChallenge => {
                invalid("The challenge is not valid.", field("challenge_id")).fidelity_row("unknown_challenge")
            }
            Self::SuspendedChallenge => {
                body(401, "unauthenticated", BAD_CODE, None, &[]).fidelity_row("suspended_challenge")
            }
            Self::WrongCode => body(401, "unauthenticated", BAD_CODE, None, &[]).fidelity_row("wrong_code"),
            Self::AmbiguousTenant => invalid("The address belongs to more than one tenant.", field("tenant_slug"))
                .fidelity_row("ambiguous_tenant"),
            Self::TenantNotFound => {
                body(404, "not_found", "The tenant was not found.", None, &[]).fidelity_row("tenant_not_found")
            }
            Self::Provider(error) => error.render(behaviour),
            Self::UnknownMailToken => invalid(BAD_MAIL, field("token")).fidelity_row("unknown_mail_token"),
            Self::SuspendedMailToken => invalid(BAD_MAIL, field("token")).fidelity_row("suspended_mail_token"),
            Self::ShortPassword(member) => {
                invalid("A password must have at least 8 characters.", field(member)).fidelity_row("short_password")
            }
            Self::MissingKey => body(401, "unauthenticated", BAD_KEY, None, &[]).fidelity_row("missing_key"),
            Self::UnknownKey => body(401, "unauthenticated", BAD_KEY, None, &[]).fidelity_row("unknown_key"),
            Self::MissingTenant => missing_tenant(behaviour),
            Self::MalformedTenant => {
                let details = Some(json!({ "header": "X-Tenant-ID" }));
                invalid("X-Tenant-ID is not a UUID.", details).fidelity_row("malformed_tenant")
            }
            Self::TenantMismatch => body(403, "tenant_mismatch", MISMATCH, None, &[]).fidelity_row("tenant_mismatch"),
            Self::MalformedId if behaviour.malformed_id_is_missing => Self::UserNotFound.render(behaviour),
            Self::MalformedId => invalid("The id is not a UUID.", field("id")).fidelity_row("malformed_id"),
            Self::MediaType => invalid("The content type is not JSON.", None).fidelity_row("media_type"),
            Self::UnreadableBody => invalid("The body is not a JSON object.", None).fidelity_row("unreadable_body"),
            Self::InvalidMember(member) => {
                invalid("A member of the body is missing or invalid.", field(member)).fidelity_row("invalid_member")
            }
            Self::InvalidQuery(parameter) => {
                let details = Some(json!({ "parameter": parameter }));
                invalid("A query parameter is invalid.", details).fidelity_row("invalid_query")
            }
            Self::AvatarTooLarge => {
                invalid("The avatar is too large.", field("avatar_base64")).fidelity_row("avatar_too_large")
            }
            Self::UserTooLarge => user_too_large(),
            Self::ManagedElsewhere(member) => {
                invalid("The identity provider manages this member.", field(member)).fidelity_row("managed_elsewhere")
            }
            Self::NotAdmin { notices } => body(403, "forbidden", FORBIDDEN, None, notices).fidelity_row("not_admin"),
            Self::UserNotFound => body(404, "not_found", NOT_FOUND, None, &[]).fidelity_row("user_not_found"),
            Self::GroupNotFound => {
                body(404, "not_found", "The group was not found.", None, &[]).fidelity_row("group_not_found")
            }
            Self::GroupTaken => {
                body(409, "conflict", "The name is taken.", field("name"), &[]).fidelity_row("group_taken")
            }
            Self::EntryNotFound => {
                body(404, "not_found", "The entry was not found.", None, &[]).fidelity_row("entry_not_found")
            }
            Self::EmailTaken => {
                body(409, "conflict", "The address is taken.", field("email"), &[]).fidelity_row("email_taken")
            }
            Self::Forbidden(reason) => {
                body(403, "forbidden", FORBIDDEN, Some(json!({ "reason": reason })), &[]).fidelity_row(reason)
            }
            Self::Conflict(reason) => {
                body(409, "conflict", CONFLICT, Some(json!({ "reason": reason })), &[]).fidelity_row(reason)
            }
        }
    }
}

/// The member of the body that an error is about.
fn field(member: &str) -> Option<Value> {
    Some(json!({ "field": member }))
}

/// A limit of ours, which says nothing of the vendor.
fn user_too_large() -> Reply {
    body(413, "invalid_input", "The user would be too large.", None, &[]).with(MARK, Mark::Limit.header())
}

/// No `X-Tenant-ID`, with the status that was chosen for it.
fn missing_tenant(behaviour: &Behaviour) -> Reply {
    let status = behaviour.missing_tenant_status;
    let code = match status {
        401 => "unauthenticated",
        403 => "forbidden",
        _ => "invalid_input",
    };
    let details = Some(json!({ "header": "X-Tenant-ID" }));
    body(status, behaviour.code(code), "X-Tenant-ID is required.", details, &[]).fidelity_row("missing_tenant")
}

/// Any failure in jitsudo's words.
pub(super) fn refuse(failure: &Failure, behaviour: &Behaviour) -> Reply {
    let overrides = &failure.overrides;
    let reply = match &failure.kind {
        Kind::Named(name) => named(*name, None, overrides, behaviour),
        Kind::Status(status) => match name_of(*status) {
            Some(name) => named(name, Some(*status), overrides, behaviour),
            None => overridden(*status, &code_of(*status), "The call failed.", overrides),
        },
        Kind::WrongMethod(methods) => {
            let methods = HeaderValue::from_str(methods).expect("methods are tokens");
            body(405, "method_not_allowed", "The method is not allowed here.", None, &[])
                .with(ALLOW, methods)
                .fidelity_row("wrong_method")
        }
        Kind::UntidyPath(_) => Error::UserNotFound.render(behaviour), // never asked for: this vendor tidies no path
        Kind::TooLarge => body(413, behaviour.code("invalid_input"), "The request body is too large.", None, &[])
            .fidelity_row("too_large"),
        Kind::Broken => body(500, "internal_error", "The server failed.", None, &[]),
    };
    match overrides.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}

/// The named error whose status that is. 422 is the other number that "invalid input" could have.
fn name_of(status: u16) -> Option<NamedError> {
    Some(match status {
        400 | 422 => NamedError::Invalid,
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

/// The status's reason in snake case.
fn code_of(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let words = reason.unwrap_or("error").split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_ascii_lowercase()
}

/// A named error, with an injected status or its own.
fn named(name: NamedError, status: Option<u16>, overrides: &Overrides, behaviour: &Behaviour) -> Reply {
    let (own, code, message) = match name {
        NamedError::Unauthenticated => (401, "unauthenticated", BAD_TOKEN),
        NamedError::Forbidden => (403, "forbidden", FORBIDDEN),
        NamedError::NotFound => (404, "not_found", NOT_FOUND),
        NamedError::Invalid => (behaviour.invalid_status, "invalid_input", INVALID),
        // The vendor lacks the last name, so no fault can ask for it.
        NamedError::Already | NamedError::Conflict | NamedError::Identity => (409, "conflict", CONFLICT),
        NamedError::TenantMismatch => (403, "tenant_mismatch", MISMATCH),
        NamedError::RateLimited => (429, "rate_limited", "Too many calls."),
        NamedError::Unavailable => (503, "unavailable", "The service is not available."),
        NamedError::Internal => (500, "internal_error", "The server failed."),
    };
    overridden(status.unwrap_or(own), behaviour.code(code), message, overrides)
}

/// With the code, the text and the rest that an injected error asks for.
fn overridden(status: u16, code: &str, message: &str, overrides: &Overrides) -> Reply {
    let code = overrides.code.as_deref().unwrap_or(code);
    let message = overrides.message.as_deref().unwrap_or(message);
    let details = overrides.field.as_ref().map(|field| json!({ "field": field }));
    body(status, code, message, details, overrides.notice.as_slice())
}

fn body(status: u16, code: &str, message: &str, details: Option<Value>, notices: &[String]) -> Reply {
    let status = StatusCode::from_u16(status).expect("a status from 400 to 599");
    Reply::of(status, &Body { code, message, details, notices })
}
