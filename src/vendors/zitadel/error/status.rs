//! The gRPC status of each of ZITADEL's errors, with its text, its id and the HTTP status that the gateway gives it.

use super::{Error, ErrorContext, Weakness};
use crate::protocol::rpc::Code;
use crate::vendors::zitadel::record::WrongState;

/// A gRPC status with the HTTP status that the gateway gives it.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Status<'a> {
    pub(in super::super) http: u16,
    pub(in super::super) code: Code,
    /// The text, without the id.
    pub(in super::super) text: &'a str,
    /// The id; with one, the text is also sent as a detail.
    pub(in super::super) id: Option<&'a str>,
    /// The message of that detail.
    pub(in super::super) detail: &'static str,
}

const DETAIL: &str = "zitadel.v1.ErrorDetail";

// The vendor's auth step is not translated, hence the raw key.
pub(in super::super) const INVALID_TOKEN: Status<'_> =
    coded(401, Code::Unauthenticated, "Errors.Token.Invalid", "AUTH-7fs1e");
pub(in super::super) const PERMISSION_DENIED: Status<'_> =
    coded(403, Code::PermissionDenied, NO_PERMISSION, "AUTH-AWfge");
pub(in super::super) const USERNAME_TAKEN: Status<'_> =
    coded(409, Code::AlreadyExists, "User already exists", "V3-DKcYh");
const BAD_HASH: &str = "Password is invalid";
const NO_PERMISSION: &str = "No matching permissions found";

const fn coded<'a>(http: u16, code: Code, text: &'a str, id: &'a str) -> Status<'a> {
    Status { http, code, text, id: Some(id), detail: DETAIL }
}

const fn precondition<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, Code::FailedPrecondition, text, id)
}

const fn argument<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, Code::InvalidArgument, text, id)
}

const fn missing<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(404, Code::NotFound, text, id)
}

/// A status without an id, and so without a detail.
pub(in super::super) const fn bare(http: u16, code: Code, text: &str) -> Status<'_> {
    Status { http, code, text, id: None, detail: DETAIL }
}

/// An operation's error for an unknown user. The id is the operation's own.
pub(in super::super) const fn user_not_found(id: &str) -> Status<'_> {
    missing("User could not be found", id)
}

/// The vendor's text for a wrong state. HTTP is 400, never 412.
pub(in super::super) const fn wrong_state(state: WrongState) -> Status<'static> {
    match state {
        WrongState::AlreadyInactive => precondition("User already inactive", "COMMAND-5gunjw0cd7"),
        WrongState::CantDeactivateInitial => {
            precondition("User with state initial can only be deleted not deactivated", "COMMAND-gvx4kct9r2")
        }
        WrongState::NotInactive => precondition("User is not inactive", "COMMAND-s5qqcz97hf"),
        WrongState::ShouldBeActiveOrInitial => precondition("User is not active or initial", "COMMAND-lgws8wtsqf"),
        WrongState::NotLocked => precondition("User is not locked", "COMMAND-olb9vb0oca"),
    }
}

/// What the default policy says of a password.
const fn weak(weakness: Weakness) -> Status<'static> {
    match weakness {
        Weakness::Short => argument("Password is too short", "DOMAIN-HuJf6"),
        Weakness::NoLower => argument("Password must contain lower letter", "DOMAIN-co3Xw"),
        Weakness::NoUpper => argument("Password must contain upper letter", "DOMAIN-VoaRj"),
        Weakness::NoNumber => argument("Password must contain number", "DOMAIN-ZBv4H"),
        Weakness::NoSymbol => argument("Password must contain symbol", "DOMAIN-ZDLwA"),
    }
}

impl Error {
    /// The status of the error, as an answer of the operation that has this context.
    pub(in super::super) fn status(&self, context: &ErrorContext) -> Status<'_> {
        match self {
            Self::Undecodable(text) | Self::Invalid(text) => bare(400, Code::InvalidArgument, text),
            Self::AuthHeaderMissing => bare(401, Code::Unauthenticated, "auth header missing"),
            Self::InvalidAuthHeader => coded(401, Code::Unauthenticated, "invalid auth header", "AUTH-toLo1"),
            Self::InvalidToken => INVALID_TOKEN,
            Self::OrganizationUnknown => coded(403, Code::PermissionDenied, "Organisation doesn't exist", "AUTH-Bs7Ds"),
            Self::MembershipNotFound => missing("membership not found", "AUTHZ-cdgFk"),
            Self::PermissionDenied => PERMISSION_DENIED,
            Self::EndpointDenied => coded(403, Code::PermissionDenied, NO_PERMISSION, "AUTH-5mWD2"),
            Self::TooDeep => argument("Too many query nesting levels (Max 20)", "USER-zsQ97"),
            Self::Internal(text) => coded(500, Code::Unknown, text, ""),
            Self::UserNotFound => user_not_found(context.not_found),
            Self::WrongState(state) => wrong_state(*state),
            Self::OrganizationMissing => precondition("Organisation not found", "COMMAND-QXPGs"),
            // The key has no translation.
            Self::UserExists { machine: true } => precondition("Errors.User.AlreadyExisting", "COMMAND-k2una"),
            Self::UserExists { machine: false } => precondition("Errors.User.AlreadyExisting", "COMMAND-7yiox1isql"),
            Self::UsernameTaken => USERNAME_TAKEN,
            Self::UserTypeMissing => coded(501, Code::Unimplemented, "user type is not implemented", ""),
            Self::MetadataOnBothLevels => {
                argument("Metadata must not be set on both the user and human fields", "USERv2-j0z7uy")
            }
            Self::MetadataEmpty => precondition("Metadata list is empty", "META-9mm2d"),
            Self::MetadataMissing => missing("Metadata not found", "META-cnnw3"),
            Self::IdentityProviderUnknown => {
                precondition("Identity Provider Configuration doesn't exist", "COMMAND-39nfs")
            }
            Self::NotInitialised => precondition("User is not yet initialised", "COMMAND-J8dsk"),
            Self::EmailUnchanged => precondition("Email not changed", "COMMAND-Uch5e"),
            Self::PhoneUnchanged => precondition("Phone not changed", "COMMAND-Uch5e"),
            Self::PhoneMissing => missing("Phone not found", "COMMAND-ieJ2e"),
            Self::PhoneInvalid => argument("Phone is invalid", "PHONE-so0wa"),
            Self::NoCode => precondition("Code is empty", "EMAIL-5w5ilin4yt"),
            Self::WrongCode => argument("Code is invalid", "COMMAND-eis9R"),
            Self::WeakPassword(weakness) => weak(*weakness),
            Self::HashUnknown => argument(BAD_HASH, "CRYPT-r8Qm2"),
            Self::HashCost | Self::HashTooCostly => argument(BAD_HASH, "CRYPT-5uV9n"),
            Self::WrongPassword => Status {
                detail: "zitadel.v1.CredentialsCheckError",
                ..argument("Password is invalid", "COMMAND-3M0fs")
            },
            Self::NoPassword => precondition("User has not set a password", "COMMAND-3nJ4t"),
            Self::NotAMachine => precondition("Not allowed for this user type", "COMMAND-Df2f1"),
            Self::ExpiresInThePast => argument("The expiration date is in the past", "DOMAIN-dv3t5"),
            Self::KeyInvalid => argument("Public key is invalid", "COMMAND-5F3h1"),
            Self::KeysExhausted => bare(501, Code::Unimplemented, "all 32 test keys of this world are in use"),
            Self::TokenMissing => missing("Personal Access Token not found", "COMMAND-4m77G"),
            Self::KeyMissing => missing("Machine key not found", "COMMAND-4m77G"),
            Self::SecretMissing => precondition("Secret doesn't exist", "COMMAND-x7s802"),
            Self::LimitExceeded => argument("Limit exceeds the maximum", "QUERY-4M0fs"),
        }
    }

    /// Which row of the operation's fidelity table the error is.
    pub(in super::super) const fn answer(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "undecodable",
            Self::AuthHeaderMissing => "auth_header_missing",
            Self::InvalidAuthHeader => "invalid_auth_header",
            Self::InvalidToken => "invalid_token",
            Self::OrganizationUnknown => "organization_unknown",
            Self::MembershipNotFound => "membership_not_found",
            Self::PermissionDenied => "permission_denied",
            Self::EndpointDenied => "endpoint_denied",
            Self::Invalid(_) => "invalid",
            Self::TooDeep => "too_deep",
            Self::Internal(_) => "internal",
            Self::UserNotFound => "user_not_found",
            Self::WrongState(_) => "wrong_state",
            Self::OrganizationMissing => "organization_missing",
            Self::UserExists { .. } => "user_exists",
            Self::UsernameTaken => "username_taken",
            Self::UserTypeMissing => "user_type_missing",
            Self::MetadataOnBothLevels => "metadata_twice",
            Self::MetadataEmpty => "metadata_empty",
            Self::MetadataMissing => "metadata_missing",
            Self::IdentityProviderUnknown => "identity_provider_unknown",
            Self::NotInitialised => "not_initialised",
            Self::EmailUnchanged => "email_unchanged",
            Self::PhoneUnchanged => "phone_unchanged",
            Self::PhoneMissing => "phone_missing",
            Self::PhoneInvalid => "phone_invalid",
            Self::NoCode => "no_code",
            Self::WrongCode => "wrong_code",
            Self::WeakPassword(_) => "weak_password",
            Self::HashUnknown | Self::HashCost => "bad_hash",
            Self::HashTooCostly => "",
            Self::WrongPassword => "wrong_password",
            Self::NoPassword => "no_password",
            Self::NotAMachine => "not_a_machine",
            Self::ExpiresInThePast => "expires_in_the_past",
            Self::KeyInvalid => "key_invalid",
            Self::KeysExhausted => "",
            Self::TokenMissing => "token_missing",
            Self::KeyMissing => "key_missing",
            Self::SecretMissing => "secret_missing",
            Self::LimitExceeded => "limit_exceeded",
        }
    }
}
