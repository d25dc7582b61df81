//! What can go wrong in ZITADEL's operations. Knows no edge: how an error looks there is the wire's.

pub(super) mod sign_in;
pub(super) mod status;

use super::record::WrongState;

/// What the errors of one operation of the user service say, beside what all say alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorContext {
    /// The request message, which the validator's texts name.
    pub(super) message: &'static str,
    /// The id of this operation's "no such user".
    pub(super) not_found: &'static str,
    /// What this operation refuses where the user already is as asked.
    pub(super) wrong_state: Option<WrongState>,
}

impl ErrorContext {
    /// What they say where a call names no operation of the user service.
    pub(super) const DEFAULT: Self = Self { message: "Request", not_found: "QUERY-Dfbg2", wrong_state: None };
}

/// What can go wrong in an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Error {
    /// The request cannot be decoded; Go's text.
    Undecodable(String),
    /// No `Authorization`.
    AuthHeaderMissing,
    /// A scheme other than `Bearer`, or another spelling of it.
    InvalidAuthHeader,
    /// An unknown token, or one whose user was locked or deactivated since.
    InvalidToken,
    /// `x-zitadel-orgid` names nothing.
    OrganizationUnknown,
    /// The caller has no role in the user's organisation.
    MembershipNotFound,
    /// The caller's roles do not allow it.
    PermissionDenied,
    /// A rule of the request message is broken; the validator's text.
    Invalid(String),
    /// Queries nest too deep.
    TooDeep,
    /// A case that the vendor does not handle; its text.
    Internal(&'static str),
    /// No user has that id.
    UserNotFound,
    /// The user's state does not allow it.
    WrongState(WrongState),
    /// The caller may not use the operation in that organisation.
    EndpointDenied,
    /// No organisation has that id.
    OrganizationMissing,
    /// The id of a new user is taken.
    UserExists {
        /// Whether a machine was to be made.
        machine: bool,
    },
    /// Another user has that name.
    UsernameTaken,
    /// An update of neither a human nor a machine.
    UserTypeMissing,
    /// Metadata is on both levels of the message.
    MetadataOnBothLevels,
    /// No metadata was given, or no key.
    MetadataEmpty,
    /// The user has no metadata of that key.
    MetadataMissing,
    /// A link to an unknown identity provider.
    IdentityProviderUnknown,
    /// The user was imported and has never signed in.
    NotInitialised,
    /// The e-mail is the one that the user has.
    EmailUnchanged,
    /// The phone is the one that the user has.
    PhoneUnchanged,
    /// The user has no phone.
    PhoneMissing,
    /// Not a phone number.
    PhoneInvalid,
    /// No code was made that could be made again.
    NoCode,
    /// Another code, or one that no longer counts.
    WrongCode,
    /// A password against the policy.
    WeakPassword(Weakness),
    /// A password hash in a form that the vendor does not take.
    HashUnknown,
    /// A password hash of a cost that the vendor does not take.
    HashCost,
    /// A password hash that the vendor takes, but that would take more than a second to check.
    HashTooCostly,
    /// Not the user's password.
    WrongPassword,
    /// The user has no password.
    NoPassword,
    /// A human was asked for what only machines have.
    NotAMachine,
    /// What is to be made would have ended already.
    ExpiresInThePast,
    /// Not a public key.
    KeyInvalid,
    /// No key pair is left that the world could hand out.
    KeysExhausted,
    /// The user has no token of that id.
    TokenMissing,
    /// The user has no key of that id.
    KeyMissing,
    /// The user has no secret.
    SecretMissing,
    /// A longer page than the vendor gives.
    LimitExceeded,
}

/// What a password lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    /// Characters.
    Short,
    /// A lower-case letter.
    NoLower,
    /// An upper-case letter.
    NoUpper,
    /// A digit.
    NoNumber,
    /// A symbol.
    NoSymbol,
}
