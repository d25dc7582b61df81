//! What can go wrong with ZITADEL's sessions, with the vendor's texts.

use super::status::{Status, bare, coded, missing, precondition};
use crate::protocol::rpc::Code;
use crate::vendors::zitadel::record::WrongSession;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum SessionError {
    /// The user is not active.
    UserNotActive,
    /// A check in a session without a user; the id says of what.
    UserMissing(&'static str),
    /// The user has no password because it is none that could, or is gone.
    UserGone,
    /// The user has not set up that factor; the id says which.
    FactorNotReady(&'static str),
    /// The user is locked, by whatever.
    FactorLocked,
    /// The password is not the app's.
    FactorCodeWrong,
    /// Nobody came from an identity provider by that intent.
    IntentInvalid,
    /// The session has another user.
    UserChange,
    /// No read finds the session.
    NotFound,
    /// The session cannot be used.
    Wrong(WrongSession),
    /// Another session's token, or not the newest.
    TokenInvalid,
    /// No token at all, in releases that tell it apart.
    TokenBroken,
    /// The same, shown instead of a permission to read.
    ReadDenied,
    /// The same in releases that do not translate it.
    ReadDeniedByKey,
    /// As credential of the API: of a session that no read finds.
    BearerUnknown,
    /// As credential of the API: not the newest.
    BearerDenied,
    /// As credential of the API: of a session in which the user was only named.
    BearerUnauthenticated,
    /// Only the password of a user who has an app for one-time passwords was checked.
    BearerLacksFactor,
    /// As credential of the API: of a session whose time is over.
    BearerExpired,
    /// A check or a challenge that is not emulated.
    Unemulated,
}

impl SessionError {
    /// The status of the error.
    pub(super) const fn status(self) -> Status<'static> {
        const fn denied(text: &'static str, id: &'static str) -> Status<'static> {
            coded(403, Code::PermissionDenied, text, id)
        }
        match self {
            // Here and below, a key without a translation is shown as it is.
            Self::UserNotActive => precondition("Errors.User.NotActive", "SESSION-Gj4ko"),
            Self::UserMissing(id) => precondition("User ID missing", id),
            Self::UserGone => precondition("User could not be found", "COMMAND-3n77z"),
            Self::FactorNotReady(id) => precondition("Multifactor OTP (OneTimePassword) isn't ready", id),
            Self::FactorLocked => precondition("User is locked", "COMMAND-SF3fg"),
            Self::FactorCodeWrong => coded(400, Code::InvalidArgument, "Invalid code", "EVENT-8isk2"),
            Self::IntentInvalid => denied("Intent Token is invalid", "CRYPTO-Swg31"),
            Self::UserChange => coded(400, Code::InvalidArgument, "user change not possible", ""),
            Self::NotFound => missing("Session does not exist", "QUERY-SFeaa"),
            Self::Wrong(WrongSession::Unknown) => precondition("Session does not exist", "COMMAND-Flk38"),
            Self::Wrong(WrongSession::Terminated) => precondition("Session already terminated", "COMMAND-Hewfq"),
            Self::Wrong(WrongSession::Expired) => precondition("Session has expired", "COMMAND-Hkl3d"),
            Self::TokenInvalid => denied("Session Token is invalid", "COMMAND-sGr42"),
            Self::TokenBroken => coded(400, Code::InvalidArgument, "Session Token is invalid", "COMMAND-hi6Ph"),
            Self::ReadDeniedByKey => denied("Errors.PermissionDenied", "QUERY-dsfr3"),
            Self::ReadDenied => denied("Permission denied", "QUERY-dsfr3"),
            Self::BearerUnknown => missing("Errors.Session.NotExisting", "QUERY-SFeaa"),
            Self::BearerDenied => denied("Errors.PermissionDenied", "QUERY-dsfr3"),
            Self::BearerUnauthenticated => denied("authentication required", "AUTHZ-Kl3p0"),
            Self::BearerLacksFactor => denied("mfa required", "AUTHZ-Kl3p0"),
            Self::BearerExpired => denied("session expired", "AUTHZ-EGDo3"),
            Self::Unemulated => {
                bare(501, Code::Unimplemented, "passkeys, recovery codes and challenges are not emulated")
            }
        }
    }

    /// Which row of the operation's fidelity table it is.
    pub(super) const fn answer(self) -> &'static str {
        match self {
            Self::UserNotActive => "user_not_active",
            Self::UserMissing(_) => "user_missing",
            Self::UserGone => "user_gone",
            Self::FactorNotReady(_) => "factor_not_ready",
            Self::FactorLocked => "factor_locked",
            Self::FactorCodeWrong => "wrong_code",
            Self::IntentInvalid => "intent_invalid",
            Self::UserChange => "user_change",
            Self::NotFound => "session_not_found",
            Self::Wrong(WrongSession::Unknown) => "session_unknown",
            Self::Wrong(WrongSession::Terminated) => "session_terminated",
            Self::Wrong(WrongSession::Expired) => "session_expired",
            Self::TokenInvalid => "session_token_invalid",
            Self::TokenBroken => "session_token_broken",
            Self::ReadDenied | Self::ReadDeniedByKey => "session_read_denied",
            Self::BearerUnknown => "session_token_unknown",
            Self::BearerDenied | Self::BearerUnauthenticated | Self::BearerLacksFactor | Self::BearerExpired => {
                "session_token_denied"
            }
            Self::Unemulated => "",
        }
    }
}
