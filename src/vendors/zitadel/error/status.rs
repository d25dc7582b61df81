//! The gRPC status of each of ZITADEL's errors, with its text, its id and the HTTP status that the gateway gives it.

use super::{Error, ErrorContext, Uninitialized, Weakness};
use crate::protocol::rpc::Code;
use crate::vendors::zitadel::record::{Channel, WrongCode, WrongState};

/// A gRPC status with the HTTP status that the gateway gives it.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Status<'a> {
    pub(in super::super) http: u16,
    pub(in super::super) code: Code,
    /// The text, without the id.
    pub(in super::super) text: &'a str,
    /// The id; with one, the text is also sent as a detail.
    pub(in super::super) id: Option<&'a str>,
    /// How often a password was wrong in a row, where the detail says so.
    pub(in super::super) attempts: Option<u32>,
}

// The vendor's auth step is not translated, hence the raw key.
pub(in super::super) const INVALID_TOKEN: Status<'_> =
    coded(401, Code::Unauthenticated, "Errors.Token.Invalid", "AUTH-7fs1e");
pub(in super::super) const PERMISSION_DENIED: Status<'_> =
    coded(403, Code::PermissionDenied, NO_PERMISSION, "AUTH-AWfge");
pub(in super::super) const USERNAME_TAKEN: Status<'_> =
    coded(409, Code::AlreadyExists, "User already exists", "V3-DKcYh");
const BAD_KEY: &str = "Public key is not a valid RSA public key in PKIX format with PEM encoding";
const BAD_HASH: &str = "Password is invalid";
const NO_SUCH_HASH: &str = "Password hash encoding not supported. Check out \
                            https://zitadel.com/docs/concepts/architecture/secrets#hashed-secrets";
const BOTH_LEVELS: &str = "Metadata must not be set on both the user and human fields";
const NO_PERMISSION: &str = "No matching permissions found";
const NO_PROVIDER: &str = "Identity Provider Configuration doesn't exist";
const FOREIGN_PAGE: &str = "a page of another origin may not store a URL that this server would call";

pub(in super::super) const fn coded<'a>(http: u16, code: Code, text: &'a str, id: &'a str) -> Status<'a> {
    Status { http, code, text, id: Some(id), attempts: None }
}

pub(in super::super) const fn precondition<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, Code::FailedPrecondition, text, id)
}

pub(super) const fn argument<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, Code::InvalidArgument, text, id)
}

pub(in super::super) const fn missing<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(404, Code::NotFound, text, id)
}

/// A status without an id, and so without a detail.
pub(in super::super) const fn bare(http: u16, code: Code, text: &str) -> Status<'_> {
    Status { http, code, text, id: None, attempts: None }
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

/// What the default policy says of a password. The ids differ for the first one.
const fn weak(weakness: Weakness, is_new_user: bool) -> Status<'static> {
    let (text, first, later) = match weakness {
        Weakness::Short => ("Password is too short", "COMMA-HuJf6", "DOMAIN-HuJf6"),
        Weakness::NoLower => ("Password must contain lower case", "COMMA-co3Xw", "DOMAIN-co3Xw"),
        Weakness::NoUpper => ("Password must contain upper case", "COMMA-VoaRj", "DOMAIN-VoaRj"),
        Weakness::NoNumber => ("Password must contain number", "COMMA-ZBv4H", "DOMAIN-ZBv4H"),
        Weakness::NoSymbol => ("Password must contain symbol", "COMMA-ZDLwA", "DOMAIN-ZDLwA"),
    };
    argument(text, if is_new_user { first } else { later })
}

/// What is refused to a user that was imported and has never signed in.
const fn uninitialized(asked: Uninitialized) -> Status<'static> {
    let id = match asked {
        Uninitialized::Contact => "COMMAND-uz0Uu",
        Uninitialized::Password => "COMMAND-M9dse",
        Uninitialized::Reset => "COMMAND-Sfe4g",
    };
    precondition("User is not yet initialized", id)
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
            Self::Recovered => coded(500, Code::Internal, "Errors.Internal", "RECOVER"),
            Self::UserNotFound => context.nobody.unwrap_or(user_not_found(context.not_found)),
            Self::WrongState(state) => wrong_state(*state),
            Self::OrganizationMissing => precondition("Organisation not found", "COMMAND-QXPGs"),
            // The key has no translation.
            Self::UserExists { machine: true } => precondition("Errors.User.AlreadyExisting", "COMMAND-k2una"),
            Self::UserExists { machine: false } => precondition("Errors.User.AlreadyExisting", "COMMAND-7yiox1isql"),
            Self::UsernameTaken => USERNAME_TAKEN,
            Self::UserTypeMissing => coded(501, Code::Unimplemented, "user type is not implemented", ""),
            Self::MetadataOnBothLevels => argument(BOTH_LEVELS, "USERv2-j0z7uy"),
            Self::MetadataEmpty => precondition("Metadata list is empty", "META-9mm2d"),
            Self::MetadataKeyBlank => argument("Errors.User.Metadata.KeyEmpty", "USER-Drght"),
            Self::MetadataMissing => missing("One or more keys do not exist", "META-2nnds"),
            Self::IdentityProviderUnknown => precondition(NO_PROVIDER, "COMMAND-39nf2"),
            Self::NotInitialized(asked) => uninitialized(*asked),
            Self::UsernameBlank => argument("Errors.Invalid.Argument", "V2-zzad3"),
            Self::FirstNameBlank => argument("First name in profile is empty", "USER-UCej2"),
            Self::LastNameBlank => argument("Last name in profile is empty", "USER-4hB7d"),
            Self::EmailInvalid => argument("Email is invalid", "EMAIL-599GV"),
            Self::ContactUnchanged(Channel::Email) => precondition("Email not changed", "COMMAND-Uch5e"),
            Self::ContactUnchanged(Channel::Phone) => precondition("Phone not changed", "COMMAND-Uch5e"),
            Self::PhoneRemovalVerified => argument("Verifying phone removal is not supported", "USERv2-4f3d6"),
            Self::PhoneMissing => precondition("Phone not found", "COMMAND-ieJ2e"),
            Self::PhoneInvalid => argument("Phone is invalid", "PHONE-so0wa"),
            Self::NoCode(Channel::Email) => precondition("Code is empty", "EMAIL-5w5ilin4yt"),
            Self::NoCode(Channel::Phone) => precondition("Code is empty", "PHONE-5xrra88eq8"),
            Self::WrongCode => argument("Code is invalid", "COMMAND-eis9R"),
            Self::NoPasswordCode => precondition("Code not found", "COMMAND-2M9fs"),
            Self::WrongPasswordCode(WrongCode::Another) => argument("Code is invalid", "CODE-woT0xc"),
            Self::WrongPasswordCode(WrongCode::Expired) => precondition("Code is expired", "CODE-QvUQ4P"),
            Self::PasswordEmpty { with_code: true } => argument("Password is empty", "COMMAND-Mf0sd"),
            Self::PasswordEmpty { with_code: false } => argument("Password is empty", "COMMAND-3M0fs"),
            Self::WeakPassword { weakness, is_new_user } => weak(*weakness, *is_new_user),
            Self::WrongPassword { attempts } => {
                Status { attempts: Some(*attempts), ..argument("Password is invalid", "COMMAND-3M0fs") }
            }
            Self::Locked { attempts } => {
                Status { attempts: Some(*attempts), ..precondition("User is locked", "COMMAND-JLK35") }
            }
            Self::PasswordTooLong => coded(500, Code::Unknown, "bcrypt: password length exceeds 72 bytes", ""),
            Self::PasswordUnusable => coded(500, Code::Internal, "An internal error occurred", "COMMAND-CahN2"),
            Self::NoPassword => precondition("User has not set a password", "COMMAND-3nJ4t"),
            Self::HashUnsupported { is_new_user: true } => argument(NO_SUCH_HASH, "USER-JDk4t"),
            Self::HashUnsupported { is_new_user: false } => argument(NO_SUCH_HASH, "USER-oz74onzvqr"),
            Self::HashUnknown => argument(BAD_HASH, "CRYPT-r8Qm2"),
            Self::HashCost | Self::HashTooCostly => argument(BAD_HASH, "CRYPT-5uV9n"),
            Self::MetadataTooLarge => bare(413, Code::ResourceExhausted, "Too much metadata"),
            Self::NotAMachine => precondition("Not allowed for this user type", "COMMAND-Df2f1"),
            Self::ExpiresInThePast => argument("Errors.AuthNKey.ExpireBeforeNow", "DOMAIN-dv3t5"),
            Self::KeyInvalid => argument(BAD_KEY, "COMMAND-5F3h1"),
            Self::KeysExhausted => bare(501, Code::Unimplemented, "all 32 test keys of this world are in use"),
            Self::TokenMissing => missing("Personal Access Token not found", "COMMAND-4m77G"),
            Self::KeyMissing => missing("Machine key not found", "COMMAND-4m77G"),
            Self::SecretMissing => precondition("Secret doesn't exist", "COMMAND-coi82n"),
            Self::LimitExceeded => argument("Limit exceeded", "QUERY-4M0fs"),
            Self::TooManyQueries => bare(400, Code::InvalidArgument, "a search has at most 1000 queries"),
            Self::PermissionElsewhere => coded(403, Code::PermissionDenied, NO_PERMISSION, "AUTH-3jknH"),
            Self::NotServed => bare(404, Code::NotFound, "Not Found"),
            Self::ForeignPage => bare(403, Code::PermissionDenied, FOREIGN_PAGE),
            Self::SamlUnemulated => bare(501, Code::Unimplemented, "SAML applications are not emulated"),
            Self::Object(error) => error.status(),
            Self::Management(error) => error.status(),
            Self::Member(error) => error.status(),
            Self::Session(error) => error.status(),
            Self::Callback(error) => error.status(),
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
            Self::Internal(_) | Self::Recovered => "internal",
            Self::UserNotFound => "user_not_found",
            Self::WrongState(_) => "wrong_state",
            Self::OrganizationMissing => "organization_missing",
            Self::UserExists { .. } => "user_exists",
            Self::UsernameTaken => "username_taken",
            Self::UserTypeMissing => "user_type_missing",
            Self::MetadataOnBothLevels => "metadata_twice",
            Self::MetadataEmpty => "metadata_empty",
            Self::MetadataKeyBlank => "metadata_key_blank",
            Self::MetadataMissing => "metadata_missing",
            Self::IdentityProviderUnknown => "identity_provider_unknown",
            Self::NotInitialized(_) => "not_initialised",
            Self::UsernameBlank | Self::FirstNameBlank | Self::LastNameBlank => "name_blank",
            Self::EmailInvalid => "email_invalid",
            Self::ContactUnchanged(Channel::Email) => "email_unchanged",
            Self::ContactUnchanged(Channel::Phone) => "phone_unchanged",
            Self::PhoneMissing => "phone_missing",
            Self::PhoneRemovalVerified => "phone_removal_verified",
            Self::PhoneInvalid => "phone_invalid",
            Self::NoCode(_) => "no_code",
            Self::WrongCode | Self::WrongPasswordCode(_) => "wrong_code",
            Self::NoPasswordCode => "no_password_code",
            Self::PasswordEmpty { .. } => "password_empty",
            Self::WeakPassword { .. } => "weak_password",
            Self::WrongPassword { .. } => "wrong_password",
            Self::Locked { .. } => "locked",
            Self::PasswordTooLong => "password_too_long",
            Self::PasswordUnusable => "password_unusable",
            Self::NoPassword => "no_password",
            Self::HashUnknown | Self::HashUnsupported { .. } | Self::HashCost => "bad_hash",
            Self::HashTooCostly | Self::MetadataTooLarge => "",
            Self::NotAMachine => "not_a_machine",
            Self::ExpiresInThePast => "expires_in_the_past",
            Self::KeyInvalid => "key_invalid",
            Self::KeysExhausted => "",
            Self::TokenMissing => "token_missing",
            Self::KeyMissing => "key_missing",
            Self::SecretMissing => "secret_missing",
            Self::PermissionElsewhere => "permission_elsewhere",
            Self::NotServed => "not_served",
            Self::SamlUnemulated | Self::ForeignPage => "",
            Self::Object(error) => error.answer(),
            Self::Management(error) => error.answer(),
            Self::Member(error) => error.answer(),
            Self::Session(error) => error.answer(),
            Self::Callback(error) => error.answer(),
            Self::LimitExceeded => "limit_exceeded",
            Self::TooManyQueries => "",
        }
    }
}
