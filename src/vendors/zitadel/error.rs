//! ZITADEL's errors and how they look on each edge.

pub(super) mod sign_in;

use http::StatusCode;
use http::header::{HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use super::proto::zitadel::v1::ErrorDetail;
use super::record::WrongState;
use super::routes::Row;
use super::wire::Edge;
use crate::failure::{Failure, Kind, Name, Wish};
use crate::protocol::Reply;
use crate::protocol::rpc::{self, RpcError, code};
use buffa::Message;

/// What can go wrong in an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Error {
    /// The request cannot be decoded; Go's text.
    Undecodable(String),
    /// The frame of a remote call is broken.
    Framing(RpcError),
    /// No `Authorization`.
    AuthHeaderMissing,
    /// Another scheme than `Bearer`, or another spelling.
    InvalidAuthHeader,
    /// A token that nobody made, or whose user was kept out since.
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
    /// What the vendor did not think of; its text.
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
    /// Metadata stands on both levels of the message.
    MetadataTwice,
    /// No metadata was given, or no key.
    MetadataEmpty,
    /// The user has no metadata of that key.
    MetadataMissing,
    /// A link to an identity provider that there is not.
    IdentityProviderUnknown,
    /// The user was imported and never came.
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
    /// A small letter.
    NoLower,
    /// A capital letter.
    NoUpper,
    /// A digit.
    NoNumber,
    /// A symbol.
    NoSymbol,
}

/// A gRPC status with the HTTP status that the gateway gives it.
#[derive(Clone, Copy)]
struct Status<'a> {
    http: u16,
    code: u8,
    /// The text, without the id.
    text: &'a str,
    /// The id, which makes the text a detail of its own.
    id: Option<&'a str>,
    /// The message of that detail.
    detail: &'static str,
}

const DETAIL: &str = "zitadel.v1.ErrorDetail";

// The auth step stands outside the vendor's translation, hence the raw key.
const INVALID_TOKEN: Status<'_> = coded(401, code::UNAUTHENTICATED, "Errors.Token.Invalid", "AUTH-7fs1e");
const PERMISSION_DENIED: Status<'_> =
    coded(403, code::PERMISSION_DENIED, "No matching permissions found", "AUTH-AWfge");
const USERNAME_TAKEN: Status<'_> = coded(409, code::ALREADY_EXISTS, "User already exists", "V3-DKcYh");
const NOT_FOUND: &str = "User could not be found";

/// The rule of an id, in the validator's words.
pub(super) const ID_LENGTH: &str = "value length must be between 1 and 200 runes, inclusive";

const fn coded<'a>(http: u16, code: u8, text: &'a str, id: &'a str) -> Status<'a> {
    Status { http, code, text, id: Some(id), detail: DETAIL }
}

const fn precondition<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, code::FAILED_PRECONDITION, text, id)
}

const fn argument<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(400, code::INVALID_ARGUMENT, text, id)
}

const fn missing<'a>(text: &'a str, id: &'a str) -> Status<'a> {
    coded(404, code::NOT_FOUND, text, id)
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

const fn bare(http: u16, code: u8, text: &str) -> Status<'_> {
    Status { http, code, text, id: None, detail: DETAIL }
}

impl Error {
    /// The error on the wire, as an answer of that operation.
    pub(super) fn render(&self, row: &Row, edge: Edge) -> Reply {
        let (status, answer) = match self {
            Self::Framing(error) => {
                let answer = if error.code == code::UNIMPLEMENTED { "unknown_compression" } else { "undecodable" };
                return edge.failure(error).proving(answer);
            }
            Self::Undecodable(text) => (bare(400, code::INVALID_ARGUMENT, text), "undecodable"),
            Self::AuthHeaderMissing => (bare(401, code::UNAUTHENTICATED, "auth header missing"), "auth_header_missing"),
            Self::InvalidAuthHeader => {
                (coded(401, code::UNAUTHENTICATED, "invalid auth header", "AUTH-toLo1"), "invalid_auth_header")
            }
            Self::InvalidToken => (INVALID_TOKEN, "invalid_token"),
            Self::OrganizationUnknown => (
                coded(403, code::PERMISSION_DENIED, "Organisation doesn't exist", "AUTH-Bs7Ds"),
                "organization_unknown",
            ),
            Self::MembershipNotFound => {
                (coded(404, code::NOT_FOUND, "membership not found", "AUTHZ-cdgFk"), "membership_not_found")
            }
            Self::PermissionDenied => (PERMISSION_DENIED, "permission_denied"),
            Self::Invalid(text) => (bare(400, code::INVALID_ARGUMENT, text), "invalid"),
            Self::TooDeep => {
                let text = "Too many query nesting levels (Max 20)";
                (coded(400, code::INVALID_ARGUMENT, text, "USER-zsQ97"), "too_deep")
            }
            Self::Internal(text) => (coded(500, code::UNKNOWN, text, ""), "internal"),
            Self::UserNotFound => (coded(404, code::NOT_FOUND, NOT_FOUND, row.not_found), "user_not_found"),
            Self::WrongState(state) => (wrong_state(*state), "wrong_state"),
            Self::EndpointDenied => {
                let text = "No matching permissions found";
                (coded(403, code::PERMISSION_DENIED, text, "AUTH-5mWD2"), "endpoint_denied")
            }
            Self::OrganizationMissing => {
                (precondition("Organisation not found", "COMMAND-QXPGs"), "organization_missing")
            }
            // The key has no translation.
            Self::UserExists { machine } => {
                let id = if *machine { "COMMAND-k2una" } else { "COMMAND-7yiox1isql" };
                (precondition("Errors.User.AlreadyExisting", id), "user_exists")
            }
            Self::UsernameTaken => (USERNAME_TAKEN, "username_taken"),
            Self::UserTypeMissing => {
                (coded(501, code::UNIMPLEMENTED, "user type is not implemented", ""), "user_type_missing")
            }
            Self::MetadataTwice => {
                let text = "Metadata must not be set on both the user and human fields";
                (argument(text, "USERv2-j0z7uy"), "metadata_twice")
            }
            Self::MetadataEmpty => (precondition("Metadata list is empty", "META-9mm2d"), "metadata_empty"),
            Self::MetadataMissing => (missing("Metadata not found", "META-cnnw3"), "metadata_missing"),
            Self::IdentityProviderUnknown => {
                let text = "Identity Provider Configuration doesn't exist";
                (precondition(text, "COMMAND-39nfs"), "identity_provider_unknown")
            }
            Self::NotInitialised => (precondition("User is not yet initialised", "COMMAND-J8dsk"), "not_initialised"),
            Self::EmailUnchanged => (precondition("Email not changed", "COMMAND-Uch5e"), "email_unchanged"),
            Self::PhoneUnchanged => (precondition("Phone not changed", "COMMAND-Uch5e"), "phone_unchanged"),
            Self::PhoneMissing => (missing("Phone not found", "COMMAND-ieJ2e"), "phone_missing"),
            Self::PhoneInvalid => (argument("Phone is invalid", "PHONE-so0wa"), "phone_invalid"),
            Self::NoCode => (precondition("Code is empty", "EMAIL-5w5ilin4yt"), "no_code"),
            Self::WrongCode => (argument("Code is invalid", "COMMAND-eis9R"), "wrong_code"),
            Self::WeakPassword(weakness) => (weak(*weakness), "weak_password"),
            Self::WrongPassword => {
                let detail = "zitadel.v1.CredentialsCheckError";
                (Status { detail, ..argument("Password is invalid", "COMMAND-3M0fs") }, "wrong_password")
            }
            Self::NoPassword => (precondition("User has not set a password", "COMMAND-3nJ4t"), "no_password"),
            Self::NotAMachine => (precondition("Not allowed for this user type", "COMMAND-Df2f1"), "not_a_machine"),
            Self::ExpiresInThePast => {
                (argument("The expiration date is in the past", "DOMAIN-dv3t5"), "expires_in_the_past")
            }
            Self::KeyInvalid => (argument("Public key is invalid", "COMMAND-5F3h1"), "key_invalid"),
            Self::TokenMissing => (missing("Personal Access Token not found", "COMMAND-4m77G"), "token_missing"),
            Self::KeyMissing => (missing("Machine key not found", "COMMAND-4m77G"), "key_missing"),
            Self::SecretMissing => (precondition("Secret doesn't exist", "COMMAND-x7s802"), "secret_missing"),
            Self::LimitExceeded => (argument("Limit exceeds the maximum", "QUERY-4M0fs"), "limit_exceeded"),
        };
        let reply = status.render(edge).proving(answer);
        match (self, edge) {
            // Only what the gateway itself refuses did not go through the inner call.
            (Self::Undecodable(_), _) | (_, Edge::Rpc(_)) => reply,
            (_, Edge::Rest) => reply.with(super::wire::INNER_TYPE, HeaderValue::from_static("application/grpc")),
        }
    }
}

/// The vendor's text for a wrong state. HTTP is 400, never 412.
fn wrong_state(state: WrongState) -> Status<'static> {
    let (text, id) = match state {
        WrongState::AlreadyInactive => ("User already inactive", "COMMAND-5gunjw0cd7"),
        WrongState::CantDeactivateInitial => {
            ("User with state initial can only be deleted not deactivated", "COMMAND-gvx4kct9r2")
        }
        WrongState::NotInactive => ("User is not inactive", "COMMAND-s5qqcz97hf"),
        WrongState::ShouldBeActiveOrInitial => ("User is not active or initial", "COMMAND-lgws8wtsqf"),
        WrongState::NotLocked => ("User is not locked", "COMMAND-olb9vb0oca"),
    };
    precondition(text, id)
}

fn invalid(message: &str, field: &str, reason: &str) -> String {
    format!("invalid {message}.{field}: {reason}")
}

/// Any failure in ZITADEL's words; `row` is the operation, if the call names one.
pub(super) fn refuse(failure: &Failure, row: Option<&Row>, edge: Edge) -> Reply {
    let wish = &failure.wish;
    let reply = match &failure.kind {
        Kind::Named(name) => named(*name, wish, row, edge),
        Kind::Status(status) => match name_of(*status) {
            Some(name) => named(name, wish, row, edge),
            None => bare(*status, code_of(*status), "injected").wished(wish).render(edge),
        },
        // The gateway names no methods.
        Kind::WrongMethod(_) => match edge {
            Edge::Rest => bare(405, code::UNIMPLEMENTED, "Method Not Allowed").render(edge),
            Edge::Rpc(_) => rpc::wrong_method(),
        }
        .proving("wrong_method"),
        Kind::UntidyPath(path) => {
            let path = HeaderValue::from_str(path).expect("a path of a request fits a header");
            Reply::empty(StatusCode::MOVED_PERMANENTLY).with(LOCATION, path).proving("untidy_path")
        }
        Kind::TooLarge => {
            bare(413, code::RESOURCE_EXHAUSTED, "request body too large").render(edge).proving("too_large")
        }
        Kind::Broken => bare(500, code::INTERNAL, "Errors.Internal").render(edge),
    };
    match wish.retry_after {
        Some(seconds) => reply.with(RETRY_AFTER, HeaderValue::from(seconds)),
        None => reply,
    }
}

/// The named error whose status that is.
fn name_of(status: u16) -> Option<Name> {
    Some(match status {
        400 => Name::Invalid,
        401 => Name::Unauthenticated,
        403 => Name::Forbidden,
        404 => Name::NotFound,
        409 => Name::Conflict,
        429 => Name::RateLimited,
        500 => Name::Internal,
        503 => Name::Unavailable,
        _ => return None,
    })
}

/// The gRPC code of an injected status.
fn code_of(status: u16) -> u8 {
    match status {
        400 | 422 => code::INVALID_ARGUMENT,
        401 => code::UNAUTHENTICATED,
        403 => code::PERMISSION_DENIED,
        404 => code::NOT_FOUND,
        405 | 501 => code::UNIMPLEMENTED,
        408 | 504 => code::DEADLINE_EXCEEDED,
        409 => code::ALREADY_EXISTS,
        412 => code::FAILED_PRECONDITION,
        429 => code::RESOURCE_EXHAUSTED,
        500 => code::INTERNAL,
        502 | 503 => code::UNAVAILABLE,
        _ => code::UNKNOWN,
    }
}

/// A named error, with the ids that the operation itself would give. `wish.notice` has no place here.
fn named(name: Name, wish: &Wish, row: Option<&Row>, edge: Edge) -> Reply {
    let text;
    let status = match name {
        Name::Unauthenticated => INVALID_TOKEN,
        Name::Forbidden => PERMISSION_DENIED,
        Name::NotFound => coded(404, code::NOT_FOUND, NOT_FOUND, row.map_or("QUERY-Dfbg2", |row| row.not_found)),
        Name::Invalid => {
            let message = row.map_or("Request", |row| row.message);
            text = match wish.field.as_deref() {
                Some(field) => invalid(message, field, "value is required"),
                None => invalid(message, "UserId", ID_LENGTH),
            };
            bare(400, code::INVALID_ARGUMENT, &text)
        }
        Name::Already => match row.and_then(|row| row.wrong_state) {
            Some(state) => wrong_state(state),
            None => bare(400, code::FAILED_PRECONDITION, "failed precondition"),
        },
        // The vendor lacks the last two names, so that nobody can ask for them.
        Name::Conflict | Name::Identity | Name::TenantMismatch => USERNAME_TAKEN,
        Name::RateLimited => bare(429, code::RESOURCE_EXHAUSTED, "resource exhausted"),
        Name::Unavailable => bare(503, code::UNAVAILABLE, "unavailable"),
        Name::Internal => bare(500, code::INTERNAL, "Errors.Internal"),
    };
    status.wished(wish).render(edge)
}

impl<'a> Status<'a> {
    /// With the text and the id that an injected error asks for.
    fn wished(self, wish: &'a Wish) -> Self {
        Self { text: wish.message.as_deref().unwrap_or(self.text), id: wish.code.as_deref().or(self.id), ..self }
    }

    fn render(self, edge: Edge) -> Reply {
        let message = match self.id {
            Some(id) => format!("{} ({id})", self.text),
            None => self.text.to_owned(),
        };
        match edge {
            Edge::Rest => self.as_gateway(&message),
            Edge::Rpc(_) => edge.failure(&self.as_rpc(message)),
        }
    }

    /// As the gateway shows it.
    fn as_gateway(&self, message: &str) -> Reply {
        let kind = format!("type.googleapis.com/{}", self.detail);
        let detail = self.id.map(|id| Detail { kind: &kind, id, message: self.text });
        let body = Body { code: self.code, message, details: detail.as_slice() };
        let body = serde_json::to_vec(&body).expect("a status is JSON");
        let status = StatusCode::from_u16(self.http).expect("a status from 400 to 599");
        let reply = Reply::json(status, body);
        match HeaderValue::from_str(message) {
            Ok(challenge) if self.code == code::UNAUTHENTICATED => reply.with(WWW_AUTHENTICATE, challenge),
            _ => reply,
        }
    }

    /// As a remote call shows it.
    fn as_rpc(&self, message: String) -> RpcError {
        let detail = self.id.map(|id| {
            let detail = ErrorDetail { id: id.to_owned(), message: self.text.to_owned() };
            let debug = serde_json::to_value(&detail).expect("a detail is JSON");
            // The other detail starts with the same two members.
            Box::new(rpc::Detail { name: self.detail, bytes: detail.encode_to_vec(), debug })
        });
        RpcError { code: self.code, http: Some(self.http), message, detail }
    }
}

/// `google.rpc.Status` as JSON.
#[derive(Serialize)]
struct Body<'a> {
    code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    details: &'a [Detail<'a>],
}

/// `zitadel.v1.ErrorDetail` as JSON.
#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "@type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    message: &'a str,
}
