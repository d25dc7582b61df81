//! What can go wrong in ZITADEL's operations. Knows no edge: how an error looks there is the wire's.

pub(super) mod authorize;
pub(super) mod management;
pub(super) mod members;
pub(super) mod objects;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod status;

use super::record::{Channel, WrongCode, WrongState};
use authorize::CallbackError;
use management::ManagementError;
use members::MemberError;
use objects::ObjectError;
use sessions::SessionError;
use status::Status;

/// What the errors of one operation of the user service say, beside what all say alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorContext {
    /// The request message, which the validator's texts name.
    pub(super) message: &'static str,
    /// The id of this operation's "no such user".
    pub(super) not_found: &'static str,
    /// What it says of nobody where that is not [`status::user_not_found`].
    pub(super) nobody: Option<Status<'static>>,
    /// What this operation refuses where the user already is as asked.
    pub(super) wrong_state: Option<Status<'static>>,
}

impl ErrorContext {
    /// What they say where a call names no operation of the user service.
    pub(super) const DEFAULT: Self =
        Self { message: "Request", not_found: "QUERY-Dfbg2", nobody: None, wrong_state: None };
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
    /// A case in which the vendor's own code breaks.
    Recovered,
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
    /// A key of a new human's metadata has nothing but blanks.
    MetadataKeyBlank,
    /// The user has no metadata of that key.
    MetadataMissing,
    /// A link to an unknown identity provider.
    IdentityProviderUnknown,
    /// The user was imported and has never signed in.
    NotInitialized(Uninitialized),
    /// The user name has nothing but blanks.
    UsernameBlank,
    /// The given name has nothing but blanks.
    FirstNameBlank,
    /// The family name has nothing but blanks.
    LastNameBlank,
    /// An e-mail address with more than the address.
    EmailInvalid,
    /// The address is the one that the user has.
    ContactUnchanged(Channel),
    /// The user has no phone.
    PhoneMissing,
    /// A phone that is to be taken away is to be verified, too.
    PhoneRemovalVerified,
    /// Not a phone number.
    PhoneInvalid,
    /// No code was made that could be made again.
    NoCode(Channel),
    /// Another code for an address, or one that no longer counts.
    WrongCode,
    /// No code was made for another password.
    NoPasswordCode,
    /// A code for another password that does not count.
    WrongPasswordCode(WrongCode),
    /// A proof without a new password.
    PasswordEmpty {
        /// Whether the proof is a code.
        with_code: bool,
    },
    /// A password against the policy.
    WeakPassword {
        weakness: Weakness,
        /// Whether it was to be the first one.
        is_new_user: bool,
    },
    /// Not the user's password.
    WrongPassword {
        /// How often it was wrong in a row.
        attempts: u32,
    },
    /// The user is locked, so its password is not checked.
    Locked {
        /// How often it was wrong in a row.
        attempts: u32,
    },
    /// A first password that is longer than the vendor's hash takes.
    PasswordTooLong,
    /// A new password that the vendor's hash cannot take.
    PasswordUnusable,
    /// The user has no password.
    NoPassword,
    /// A password hash in a form that the vendor does not take.
    HashUnknown,
    /// The same in releases that look at the form alone.
    HashUnsupported { is_new_user: bool },
    /// A password hash of a cost that the vendor does not take.
    HashCost,
    /// A password hash that the vendor takes, but that would take more than a second to check.
    HashTooCostly,
    /// More metadata than the server keeps of one user.
    MetadataTooLarge,
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
    /// A search of more queries than this emulator asks about each record.
    TooManyQueries,
    /// The caller's roles allow it in other projects only.
    PermissionElsewhere,
    /// The vendor does not serve the operation in this way.
    NotServed,
    /// An application of a kind that is not emulated.
    SamlUnemulated,
    /// A page of another origin asks to store a URL that this server would call.
    ForeignPage,
    /// What concerns no user.
    Object(ObjectError),
    /// What the first APIs say of a user.
    Management(ManagementError),
    /// What concerns a member.
    Member(MemberError),
    /// What concerns a session.
    Session(SessionError),
    /// What concerns the request of an application.
    Callback(CallbackError),
}

impl From<CallbackError> for Error {
    fn from(error: CallbackError) -> Self {
        Self::Callback(error)
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<ManagementError> for Error {
    fn from(error: ManagementError) -> Self {
        Self::Management(error)
    }
}

impl From<ObjectError> for Error {
    fn from(error: ObjectError) -> Self {
        Self::Object(error)
    }
}

/// What was asked of a user that was imported and has never signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uninitialized {
    /// Anything with an e-mail or a phone.
    Contact,
    /// Another password.
    Password,
    /// A code for another password.
    Reset,
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
