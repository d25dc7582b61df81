//! What can go wrong at MonoCloud's doors of OAuth and OpenID Connect, and how it looks there.

use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

use crate::failure::{Failure, Kind, NamedError};
use crate::oidc::answer;
use crate::oidc::respond::no_store;
use crate::protocol::Reply;

/// Why a door stays closed. The texts are our own where the vendor publishes none (inferred, monocloud-a40).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Refusal {
    /// No client, an unknown one, a disabled one, or a wrong secret.
    ClientInvalid,
    /// The same of an API, which asks about a token.
    ApiInvalid,
    /// The client may not use the grant.
    ClientUnauthorized,
    /// No such grant.
    GrantUnsupported,
    /// A code, refresh token or device code that is unknown, used, expired, of another client, or of a user who may not
    /// enter.
    GrantInvalid,
    /// A wrong user name or password.
    PasswordInvalid,
    /// A scope that the client may not have.
    ScopeInvalid,
    /// A resource that is no API.
    TargetInvalid,
    /// A parameter that is missing or does not fit; what of it.
    RequestInvalid(&'static str),
    /// The user of a device has not decided yet.
    AuthorizationPending,
    /// A device asks too often.
    SlowDown,
    /// A device code has expired.
    DeviceCodeExpired,
    /// The user of a device denied.
    DeviceDenied,
    /// No access token, an unknown one, or one of a user who may not enter.
    TokenInvalid,
    /// An access token that is not for userinfo.
    ScopeInsufficient,
    /// The tenant's pool of test keys is empty.
    KeysExhausted,
}

impl Refusal {
    /// The error's name, and its description.
    pub(in super::super) const fn error(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::ClientInvalid | Self::ApiInvalid => ("invalid_client", None),
            Self::ClientUnauthorized => ("unauthorized_client", None),
            Self::GrantUnsupported => ("unsupported_grant_type", None),
            Self::GrantInvalid => ("invalid_grant", None),
            Self::PasswordInvalid => ("invalid_grant", Some("invalid_username_or_password")),
            Self::ScopeInvalid => ("invalid_scope", None),
            Self::TargetInvalid => ("invalid_target", None),
            Self::RequestInvalid(what) => ("invalid_request", Some(what)),
            Self::AuthorizationPending => ("authorization_pending", None),
            Self::SlowDown => ("slow_down", None),
            Self::DeviceCodeExpired => ("expired_token", None),
            Self::DeviceDenied => ("access_denied", None),
            Self::TokenInvalid => ("invalid_token", None),
            Self::ScopeInsufficient => ("insufficient_scope", None),
            Self::KeysExhausted => ("server_error", Some("every test key is in use")),
        }
    }

    /// The refusal on the wire.
    pub(in super::super) fn render(self) -> Reply {
        let (error, description) = self.error();
        match self {
            Self::TokenInvalid => challenge(StatusCode::UNAUTHORIZED, error),
            Self::ScopeInsufficient => challenge(StatusCode::FORBIDDEN, error),
            Self::ApiInvalid => answer::error(StatusCode::UNAUTHORIZED, error, description),
            Self::KeysExhausted => answer::error(StatusCode::INTERNAL_SERVER_ERROR, error, description),
            _ => answer::error(StatusCode::BAD_REQUEST, error, description),
        }
        .fidelity_row(match self {
            Self::ClientInvalid => "client_invalid",
            Self::ApiInvalid => "api_invalid",
            Self::ClientUnauthorized => "client_unauthorized",
            Self::GrantUnsupported => "grant_unsupported",
            Self::GrantInvalid => "grant_invalid",
            Self::PasswordInvalid => "password_invalid",
            Self::ScopeInvalid => "scope_invalid",
            Self::TargetInvalid => "target_invalid",
            Self::RequestInvalid(_) => "request_invalid",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::DeviceCodeExpired => "device_code_expired",
            Self::DeviceDenied => "device_denied",
            Self::TokenInvalid => "token_invalid",
            Self::ScopeInsufficient => "scope_insufficient",
            Self::KeysExhausted => "keys_exhausted",
        })
    }
}

/// A refusal of an access token: clients read the header and not the body.
fn challenge(status: StatusCode, error: &str) -> Reply {
    let value = format!("Bearer realm=\"fauxidp\", error=\"{error}\"");
    let value = HeaderValue::from_str(&value).expect("an error is a token");
    no_store(Reply::empty(status).with(WWW_AUTHENTICATE, value))
}

/// Any failure in the words of these doors.
pub(in super::super) fn refuse(failure: &Failure) -> Reply {
    let overrides = &failure.overrides;
    let status = match &failure.kind {
        Kind::Named(name) => match name {
            NamedError::Unauthenticated => 401,
            NamedError::Forbidden => 403,
            NamedError::NotFound => 404,
            NamedError::Invalid | NamedError::Identity => 400,
            // The vendor lacks the last two names, so no fault can ask for them.
            NamedError::Conflict | NamedError::Already | NamedError::TenantMismatch => 409,
            NamedError::RateLimited => 429,
            NamedError::Unavailable => 503,
            NamedError::Internal => 500,
        },
        Kind::Status(status) => *status,
        Kind::WrongMethod(methods) => {
            let methods = HeaderValue::from_str(methods).expect("methods are tokens");
            let reply = Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, methods);
            return reply.fidelity_row("wrong_method");
        }
        Kind::UntidyPath(_) => 404, // never asked for: this vendor tidies no path
        Kind::TooLarge => {
            return answer::error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", None).fidelity_row("too_large");
        }
        Kind::Broken => 500,
    };
    let error = match status {
        401 => "invalid_client",
        403 => "access_denied",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    };
    let status = StatusCode::from_u16(status).expect("a status from 400 to 599");
    let error = overrides.code.as_deref().unwrap_or(error);
    let reply = answer::error(status, error, overrides.message.as_deref());
    match overrides.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}
