//! How ZITADEL refuses at the doors of OAuth and OpenID Connect: `error` and `error_description`, never translated.

use std::borrow::Cow;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use crate::failure::{Failure, Kind, NamedError};
use crate::oidc::answer::error as oauth_error;
use crate::protocol::Reply;
use crate::row::Operation;
use crate::vendors::zitadel::record::WrongSession;

/// What the token endpoint says where no scope is asked for.
const NO_SCOPE: &str = "The scope of your request is missing. Please ensure some scopes are requested. If you have any \
                        questions, you may contact the administrator of the application.";

/// What a device is told that asks too early.
const DEVICE_PENDING: &str = "The client SHOULD repeat the access token request to the token endpoint, after interval \
                              from device authorization response.";

/// The door whose credential is a token, and not a client's.
const USERINFO: &str = "/oidc/v1/userinfo";

/// What can go wrong at these doors.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Refusal {
    /// No `grant_type`.
    GrantTypeMissing,
    /// No grant of the vendor.
    GrantTypeUnsupported(String),
    /// A grant that the application may not use.
    GrantTypeNotAllowed(&'static str),
    /// No `assertion`.
    AssertionMissing,
    /// An assertion that is not signed by a key of its user, not for this issuer, or not of this time.
    AssertionInvalid,
    /// The same in releases that do not tell it from their own failures.
    AssertionFailed,
    /// No `scope`.
    ScopeMissing,
    /// The caller does not say which client it is.
    ClientMissing,
    /// A token that the client signed, of a type that the vendor lacks.
    AssertionTypeUnknown(String),
    /// No user of that name.
    ClientUnknown,
    /// The user has no secret.
    SecretMissing,
    /// Not the machine's secret.
    SecretInvalid,
    /// No application that is active and signs users in.
    ApplicationUnknown,
    /// The application shows nothing.
    ApplicationSecretEmpty,
    /// Not the application's secret.
    ApplicationSecretInvalid,
    /// The caller of introspection shows nothing.
    ClientUnauthenticated,
    /// The caller of introspection is no application, or not the one that it says.
    ClientUnauthorized,
    /// The user is kept out.
    NotActive,
    /// No member of that name.
    Missing(&'static str),
    /// No code of this server.
    CodeInvalid,
    /// A code that was used, or of a request that nobody answered.
    CodeUsed,
    /// The session behind a code is over.
    SessionEnded(WrongSession),
    /// Somebody else's code or refresh token.
    OtherClient(&'static str),
    /// A code whose request came from elsewhere.
    OtherRedirect,
    /// No `code_verifier` where there was a challenge.
    VerifierMissing,
    /// Not the verifier of the challenge.
    VerifierInvalid,
    /// A verifier where there was no challenge.
    VerifierUnexpected,
    /// No refresh token of this server.
    RefreshInvalid,
    /// A refresh token that was used, revoked, or has expired.
    RefreshUsed,
    /// More scopes than were granted.
    ScopeInvalid,
    /// Nobody has decided about the device yet.
    DevicePending,
    /// Somebody denied it.
    DeviceDenied,
    /// Nobody decided in time.
    DeviceExpired,
    /// It has its tokens, or its user is kept out.
    DeviceUsed,
    /// A type of tokens that is none, in that member.
    TokenTypeUnsupported(&'static str),
    /// A resource that the token is to be for.
    ResourceUnsupported,
    /// Not a token that could be exchanged by this application.
    SubjectInvalid,
    /// Acting for somebody else is switched off.
    ImpersonationOff,
    /// A type of tokens that cannot be got.
    RequestedTypeUnsupported,
    /// A scope, or an audience, that the token lacks.
    ScopeNotInToken(String),
    AudienceNotInToken(String),
    /// What says whose session ends is no token of this server.
    LogoutHintInvalid,
    /// It is another application's.
    LogoutClientOther,
    /// There is no such application.
    LogoutClientUnknown,
    /// The redirect URI after it is none of the application's.
    LogoutRedirectInvalid,
    /// No `token`.
    TokenMissing,
    /// A token that is another's.
    NotIssuedForClient,
    /// Nobody shows a token.
    AccessTokenMissing,
    /// A token that does not live.
    AccessTokenInvalid,
    /// The token lives, its user may not come in here.
    NoActiveUser,
}

impl Refusal {
    /// Its name and its description.
    pub(in super::super) fn error(&self) -> (&'static str, Cow<'static, str>) {
        let (_, error, description, _) = self.parts();
        (error, self.description(description))
    }

    /// The refusal on the wire.
    pub(in super::super) fn render(&self) -> Reply {
        let (status, error, description, answer) = self.parts();
        body(status, error, &self.description(description)).fidelity_row(answer)
    }

    /// The text for people.
    fn description(&self, known: &'static str) -> Cow<'static, str> {
        match self {
            Self::GrantTypeUnsupported(grant) => format!("{grant} not supported").into(),
            Self::GrantTypeNotAllowed(grant) => format!("grant_type \"{grant}\" not allowed").into(),
            Self::AssertionTypeUnknown(kind) => format!("invalid client_assertion_type {kind}").into(),
            Self::Missing(member) => format!("{member} missing").into(),
            Self::TokenTypeUnsupported(member) => format!("{member} is not supported").into(),
            Self::ScopeNotInToken(scope) => format!("scope {scope:?} not found in subject or actor token").into(),
            Self::AudienceNotInToken(id) => format!("audience {id:?} not found in subject or actor token").into(),
            Self::OtherClient(of) => format!("client_id does not correspond to the client_id in the {of}").into(),
            _ => known.into(),
        }
    }

    /// Its status, its name, its text, and its row in the fidelity table.
    fn parts(&self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::GrantTypeMissing => (400, "invalid_request", "grant_type missing", "grant_type_missing"),
            Self::GrantTypeUnsupported(_) => (400, "unsupported_grant_type", "", "grant_type_unsupported"),
            Self::GrantTypeNotAllowed(_) => (400, "unauthorized_client", "", "grant_type_not_allowed"),
            Self::AssertionMissing => (400, "invalid_request", "assertion missing", "assertion_missing"),
            Self::AssertionInvalid => (400, "invalid_grant", "invalid assertion", "assertion_invalid"),
            Self::AssertionFailed => (500, "server_error", "Errors.Internal", "assertion_failed"),
            Self::ScopeMissing => (400, "invalid_request", NO_SCOPE, "scope_missing"),
            Self::ClientMissing => {
                (400, "invalid_request", "client_id or client_assertion must be provided", "client_missing")
            }
            Self::AssertionTypeUnknown(_) => (400, "invalid_request", "", "assertion_type_unknown"),
            Self::ClientUnknown => (400, "invalid_client", "client not found", "client_unknown"),
            Self::SecretMissing => (400, "invalid_request", "Errors.User.Machine.Secret.NotExisting", "secret_missing"),
            Self::SecretInvalid => (400, "invalid_request", "Errors.User.Machine.Secret.Invalid", "secret_invalid"),
            Self::ApplicationUnknown => (400, "invalid_client", "no active client not found", "application_unknown"),
            Self::ApplicationSecretEmpty => (400, "invalid_client", "empty client secret", "application_secret_empty"),
            Self::ApplicationSecretInvalid => (400, "invalid_client", "invalid secret", "application_secret_invalid"),
            Self::ClientUnauthenticated => {
                (400, "invalid_client", "client must be authenticated", "client_unauthenticated")
            }
            Self::ClientUnauthorized => (400, "unauthorized_client", "", "client_unauthorized"),
            _ => self.parts_of_grants(),
        }
    }

    /// The same of what is wrong with codes, tokens, devices and ends of sessions.
    fn parts_of_grants(&self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::NotActive => (400, "invalid_request", "Errors.User.NotActive", "not_active"),
            Self::Missing(_) => (400, "invalid_request", "", "member_missing"),
            Self::CodeInvalid => (400, "invalid_request", "Errors.User.Code.Invalid", "code_invalid"),
            Self::CodeUsed => (400, "invalid_request", "Errors.AuthRequest.NoCode", "code_used"),
            Self::SessionEnded(why) => (400, "invalid_request", session_ended(*why), "session_ended"),
            Self::OtherClient(_) => (400, "invalid_client", "", "other_client"),
            Self::OtherRedirect => (400, "invalid_grant", "redirect_uri does not correspond", "other_redirect"),
            Self::VerifierMissing => (400, "invalid_request", "code_verifier required", "verifier_refused"),
            Self::VerifierInvalid => (400, "invalid_grant", "invalid code_verifier", "verifier_refused"),
            Self::VerifierUnexpected => {
                (400, "invalid_request", "code_verifier unexpectedly provided", "verifier_refused")
            }
            Self::RefreshInvalid => (400, "invalid_request", "Errors.User.RefreshToken.Invalid", "refresh_invalid"),
            Self::RefreshUsed => (400, "invalid_request", "Errors.OIDCSession.RefreshTokenInvalid", "refresh_used"),
            Self::ScopeInvalid => (400, "invalid_scope", "", "scope_invalid"),
            Self::DevicePending => (400, "authorization_pending", DEVICE_PENDING, "device_pending"),
            Self::DeviceDenied => (400, "access_denied", "The authorization request was denied.", "device_denied"),
            Self::DeviceExpired => (400, "expired_token", "The \"device_code\" has expired.", "device_expired"),
            Self::DeviceUsed => (400, "invalid_grant", "", "device_used"),
            Self::TokenTypeUnsupported(_) => (400, "invalid_request", "", "token_type_unsupported"),
            Self::ResourceUnsupported => (400, "invalid_target", "resource parameter not supported", "target_refused"),
            Self::SubjectInvalid => (400, "invalid_request", "subject_token invalid", "subject_invalid"),
            Self::ImpersonationOff => {
                (403, "invalid_request", "Errors.TokenExchange.Impersonation.PolicyDisabled", "impersonation_off")
            }
            Self::RequestedTypeUnsupported => {
                (400, "invalid_request", "Errors.TokenExchange.Token.TypeNotSupported", "token_type_unsupported")
            }
            Self::ScopeNotInToken(_) => (400, "invalid_scope", "", "scope_invalid"),
            Self::AudienceNotInToken(_) => (400, "invalid_target", "", "target_refused"),
            Self::LogoutHintInvalid => (400, "invalid_request", "id_token_hint invalid", "hint_invalid"),
            Self::LogoutClientOther => {
                (400, "invalid_request", "client_id does not match azp of id_token_hint", "client_refused")
            }
            Self::LogoutClientUnknown => (400, "invalid_request", "Errors.App.NotFound", "client_refused"),
            Self::LogoutRedirectInvalid => {
                (400, "invalid_request", "post_logout_redirect_uri invalid", "redirect_refused")
            }
            Self::TokenMissing => (400, "invalid_request", "token missing", "token_missing"),
            Self::NotIssuedForClient => {
                (401, "invalid_client", "token was not issued for this client", "not_issued_for_client")
            }
            Self::AccessTokenMissing => (401, "invalid_request", "access token missing", "access_token_missing"),
            Self::AccessTokenInvalid => (401, "access_denied", "access token invalid", "access_token_invalid"),
            Self::NoActiveUser => (401, "access_denied", "no active user", "no_active_user"),
            _ => (500, "server_error", "Errors.Internal", ""),
        }
    }
}

/// What is said of a session that cannot be used.
const fn session_ended(why: WrongSession) -> &'static str {
    match why {
        WrongSession::Unknown => "Errors.Session.NotExisting",
        WrongSession::Terminated => "Errors.Session.Terminated",
        WrongSession::Expired => "Errors.Session.Expired",
    }
}

/// Any failure in the words of these doors.
pub(in super::super) fn refuse(failure: &Failure, operation: Option<&Operation>) -> Reply {
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
        401 if operation.is_some_and(|operation| operation.path == USERINFO) => {
            ("invalid_token", "access token invalid")
        }
        401 => ("invalid_client", "client not found"),
        403 => ("access_denied", "No matching permissions found"),
        429 | 503 => ("temporarily_unavailable", "unavailable"),
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
    oauth_error(status, error, Some(description).filter(|text| !text.is_empty()))
}
