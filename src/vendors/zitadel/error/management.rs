//! What can go wrong with users in ZITADEL's first APIs, which have their own texts and ids for it.

use super::status::{Status, argument, coded, missing, precondition, user_not_found, wrong_state};
use crate::protocol::rpc::Code;
use crate::vendors::zitadel::record::{Channel, WrongState};

/// What can go wrong. Where the vendor looks in several places, the id says in which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum ManagementError {
    /// No such user in the organisation.
    UserNotFound(&'static str),
    /// The same, where the vendor takes it for a state of the user.
    UserMissing(&'static str),
    /// No such machine, by a text that is not translated.
    MachineMissing(&'static str),
    /// A machine was asked for what only humans have.
    NotPersonal(&'static str),
    /// No such human: it has no profile, no password.
    ProfileMissing,
    PasswordMissing,
    /// No such human: it has no e-mail. Whether it is taken for a state of the user.
    EmailMissing {
        is_state: bool,
    },
    /// The user's state does not allow it.
    WrongState(WrongState),
    /// The user was never initialised.
    NotInitialized(&'static str),
    /// The user was initialised before.
    AlreadyInitialized,
    /// The new name, profile or machine is the same.
    UsernameUnchanged,
    ProfileUnchanged,
    MachineUnchanged,
    /// A user name of blanks only.
    UsernameBlank,
    /// Not an e-mail address.
    EmailInvalid,
    /// The address is the one that the user has.
    ContactUnchanged(Channel),
    /// The address was verified before.
    ContactVerified(Channel),
    /// A wrong code for an address.
    WrongCode(Channel),
    /// The user has no phone.
    PhoneMissing(&'static str),
    /// A link to an unknown identity provider.
    IdentityProviderUnknown,
    /// No metadata of that key, to be read or to be removed.
    MetadataNotFound,
    MetadataMissing,
    /// No token or key of that id.
    TokenNotFound,
    KeyNotFound,
    /// The user lacks that factor.
    FactorMissing(&'static str),
    /// A wrong one-time password.
    FactorCodeWrong,
    /// The factor is set up already, or its address is not verified.
    FactorReady(&'static str),
    FactorNotReady(&'static str),
    FactorAlreadyReady,
    /// Nobody who could have the factor, by a text that is not translated.
    FactorOfNobody,
    /// No such key for signing in without a password.
    PasskeyMissing,
    /// The user has no such link to an identity provider.
    LinkMissing,
    /// No grant says what the caller may do.
    GrantMissing,
    /// The organisation has its own policy, or has none.
    ComplexityTaken,
    ComplexityMissing,
    ComplexityUnchanged,
}

const NO_USER: &str = "User could not be found";
const NO_FACTOR: &str = "Multifactor OTP (OneTimePassword) doesn't exist";

const fn taken<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(409, Code::AlreadyExists, text, id)
}

/// The first API's own ids for states. The texts are those of the newer one.
const fn state(state: WrongState) -> Status<'static> {
    let text = wrong_state(state).text;
    match state {
        WrongState::AlreadyInactive => precondition(text, "COMMAND-5M0sf"),
        WrongState::CantDeactivateInitial => missing(text, "COMMAND-ke0fw"),
        WrongState::NotInactive => precondition(text, "COMMAND-6M0sf"),
        WrongState::ShouldBeActiveOrInitial => precondition(text, "COMMAND-3NN8v"),
        WrongState::NotLocked => precondition(text, "COMMAND-4M0ds"),
    }
}

impl ManagementError {
    /// Its status.
    pub(in super::super) const fn status(&self) -> Status<'static> {
        match *self {
            Self::UserNotFound(id) => user_not_found(id),
            Self::UserMissing(id) => precondition(NO_USER, id),
            // The key has no translation.
            Self::MachineMissing(id) => precondition("Errors.User.NotExisting", id),
            Self::NotPersonal(id) => precondition("The User must be personal", id),
            Self::ProfileMissing => precondition("Profile not found", "COMMAND-3M9sd"),
            Self::PasswordMissing => precondition("Password not found", "COMMAND-G8dh3"),
            Self::EmailMissing { is_state: true } => precondition("Email not found", "COMMAND-0Pe4r"),
            Self::EmailMissing { is_state: false } => missing("Email not found", "COMMAND-0Pe4r"),
            Self::WrongState(wrong) => state(wrong),
            Self::NotInitialized(id) => precondition("User is not yet initialized", id),
            Self::AlreadyInitialized => precondition("User is already initialized", "COMMAND-2M9sd"),
            Self::UsernameUnchanged => precondition("Username not changed", "COMMAND-6m9gs"),
            Self::ProfileUnchanged => precondition("Profile not changed", "COMMAND-2M0fs"),
            Self::MachineUnchanged => precondition("User not changed", "COMMAND-2n8vs"),
            Self::UsernameBlank => argument("ID missing", "COMMAND-2N9fs"),
            Self::EmailInvalid => argument("Email is invalid", "EMAIL-599BI"),
            Self::ContactUnchanged(Channel::Email) => precondition("Email not changed", "COMMAND-2b7fM"),
            Self::ContactUnchanged(Channel::Phone) => precondition("Phone not changed", "COMMAND-wF94r"),
            Self::ContactVerified(Channel::Email) => precondition("Email is already verified", "COMMAND-3M9ds"),
            Self::ContactVerified(Channel::Phone) => precondition("Phone already verified", "COMMAND-2M9sf"),
            Self::WrongCode(Channel::Email) => argument("Code is invalid", "COMMAND-Gdsgs"),
            Self::WrongCode(Channel::Phone) => argument("Code is invalid", "COMMAND-sM0cs"),
            Self::PhoneMissing(id) => missing("Phone not found", id),
            Self::IdentityProviderUnknown => {
                precondition("Identity Provider Configuration doesn't exist", "COMMAND-39nfs")
            }
            Self::MetadataNotFound => missing("Metadata not found", "QUERY-Rgh32"),
            Self::MetadataMissing => missing("Metadata not found", "META-ncnw3"),
            // The next two have no translation.
            Self::TokenNotFound => missing("Errors.PersonalAccessToken.NotFound", "QUERY-fRunu"),
            Self::KeyNotFound => missing("Errors.AuthNKey.NotFound", "QUERY-Dgr3g"),
            Self::FactorMissing(id) => missing(NO_FACTOR, id),
            Self::FactorCodeWrong => argument("Invalid code", "EVENT-8isk2"),
            Self::FactorReady(id) => taken("Multifactor OTP (OneTimePassword) is already set up", id),
            // The key has no translation.
            Self::FactorAlreadyReady => precondition("Errors.Users.MFA.OTP.AlreadyReady", "COMMAND-qx4ls"),
            Self::FactorNotReady(id) => precondition("Multifactor OTP (OneTimePassword) isn't ready", id),
            Self::FactorOfNobody => missing("Errors.NotFound", "COMMAND-4g3xq"),
            Self::PasskeyMissing => missing("WebAuthN Token could not be found", "COMMAND-DAfb2"),
            Self::LinkMissing => missing("External IDP not found", "COMMAND-1M9xR"),
            Self::GrantMissing => missing("User grant not found", "QUERY-wIPkA"),
            Self::ComplexityTaken => taken("Password Complexity Policy already exists", "Org-LdhbS"),
            Self::ComplexityMissing => missing("Password Complexity Policy not found", "ORG-ADgs2"),
            Self::ComplexityUnchanged => precondition("Password Complexity Policy has not been changed", "Org-DAs21"),
        }
    }

    /// Which row of the operation's fidelity table it is.
    pub(in super::super) const fn answer(&self) -> &'static str {
        match self {
            Self::UserNotFound(_) | Self::FactorOfNobody | Self::EmailMissing { is_state: false } => "user_not_found",
            Self::UserMissing(_) | Self::MachineMissing(_) | Self::EmailMissing { is_state: true } => "user_missing",
            Self::ProfileMissing | Self::PasswordMissing => "user_missing",
            Self::NotPersonal(_) => "not_personal",
            Self::WrongState(WrongState::CantDeactivateInitial) => "user_initial",
            Self::WrongState(_) => "wrong_state",
            Self::NotInitialized(_) => "not_initialised",
            Self::AlreadyInitialized => "already_initialised",
            Self::UsernameUnchanged | Self::ProfileUnchanged | Self::MachineUnchanged => "unchanged",
            Self::ContactUnchanged(_) | Self::ComplexityUnchanged => "unchanged",
            Self::UsernameBlank => "name_blank",
            Self::EmailInvalid => "email_invalid",
            Self::ContactVerified(_) => "already_verified",
            Self::WrongCode(_) | Self::FactorCodeWrong => "wrong_code",
            Self::PhoneMissing(_) => "phone_missing",
            Self::IdentityProviderUnknown => "identity_provider_unknown",
            Self::MetadataNotFound | Self::MetadataMissing => "metadata_missing",
            Self::TokenNotFound => "token_missing",
            Self::KeyNotFound => "key_missing",
            Self::FactorMissing(_) => "factor_missing",
            Self::FactorReady(_) | Self::FactorAlreadyReady => "factor_ready",
            Self::FactorNotReady(_) => "factor_not_ready",
            Self::PasskeyMissing => "passkey_missing",
            Self::LinkMissing => "link_missing",
            Self::GrantMissing => "grant_missing",
            Self::ComplexityTaken => "policy_taken",
            Self::ComplexityMissing => "policy_missing",
        }
    }
}
