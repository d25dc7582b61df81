//! How ZITADEL refuses requests to sign somebody in: at the authorize door itself, and in its OIDC service.

use http::StatusCode;

use super::status::{Status, coded, missing, precondition};
use crate::oidc::answer::error as oauth_error;
use crate::protocol::Reply;
use crate::protocol::rpc::Code;

/// What can go wrong at the authorize door before anything is stored: it is told on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum AuthorizeError {
    /// A parameter has no value that it could have.
    Undecodable,
    /// The request object is no token.
    RequestBroken,
    /// The same in releases that take it for their own failure.
    RequestUnreadable,
    /// The request object is another one's, or for somebody else.
    RequestIssuer,
    RequestAudience,
    /// No key of the application signed the request object.
    RequestSignature,
    ClientMissing,
    ClientUnknown,
    RedirectMissing,
    /// `none` beside another prompt.
    PromptNone,
    ScopeMissing,
    /// The redirect URI is none of the application's.
    RedirectUnknown,
    /// It is plain `http`, which such an application may not have.
    RedirectInsecure,
    ResponseTypeMissing,
    ResponseTypeUnknown,
}

/// What follows the first sentence of a refusal.
macro_rules! then_ask {
    ($text:literal) => {
        concat!($text, " If you have any questions, you may contact the administrator of the application.")
    };
}

impl AuthorizeError {
    /// The refusal on the wire.
    pub(in super::super) fn render(self) -> Reply {
        let (error, description, answer) = self.parts();
        let status = match self {
            Self::RedirectMissing | Self::RequestUnreadable => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        oauth_error(status, error, Some(description)).fidelity_row(answer)
    }

    /// Its name, its description, and which row of the operation's fidelity table it is.
    pub(in super::super) const fn parts(self) -> (&'static str, &'static str, &'static str) {
        const REQUEST: &str = "invalid_request";
        const NO_TOKEN: &str = "parsing of request failed: token contains an invalid number of segments";
        match self {
            Self::Undecodable => (REQUEST, "error decoding form", "undecodable_form"),
            Self::RequestBroken => (REQUEST, NO_TOKEN, "request_object_invalid"),
            Self::RequestUnreadable => ("server_error", NO_TOKEN, "request_object_unreadable"),
            Self::RequestIssuer => (REQUEST, "missing or wrong issuer in request", "request_object_invalid"),
            Self::RequestAudience => (REQUEST, "issuer missing in audience", "request_object_invalid"),
            Self::RequestSignature => {
                (REQUEST, "parsing of request failed: invalid signature", "request_object_invalid")
            }
            Self::ClientMissing => (REQUEST, "auth request is missing client_id", "client_missing"),
            Self::ClientUnknown => (REQUEST, "Errors.App.NotFound", "client_unknown"),
            Self::RedirectMissing => ("server_error", "auth request is missing redirect_uri", "redirect_missing"),
            Self::PromptNone => {
                (REQUEST, "The prompt parameter `none` must only be used as a single value", "prompt_invalid")
            }
            Self::ScopeMissing => (
                REQUEST,
                then_ask!("The scope of your request is missing. Please ensure some scopes are requested."),
                "scope_missing",
            ),
            Self::RedirectUnknown => (
                REQUEST,
                then_ask!("The requested redirect_uri is missing in the client configuration."),
                "redirect_refused",
            ),
            Self::RedirectInsecure => {
                (REQUEST, then_ask!("This client's redirect_uri is http and is not allowed."), "redirect_refused")
            }
            Self::ResponseTypeMissing => {
                (REQUEST, then_ask!("The response type is missing in your request."), "response_type_missing")
            }
            Self::ResponseTypeUnknown => (
                "unauthorized_client",
                then_ask!("The requested response type is missing in the client configuration."),
                "response_type_refused",
            ),
        }
    }
}

/// What can go wrong in the OIDC service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum CallbackError {
    /// No request has that id, where one is read.
    RequestNotFound,
    /// The same where one is answered.
    RequestUnknown,
    /// The request was answered already; the id says whether with a session or with an error it was tried again.
    RequestHandled { by_session: bool },
    /// The application, or its project, is not active.
    ApplicationShut,
    /// The request asks for people of another organisation.
    OrganizationOther,
    /// The project demands a role, or an organisation that has it.
    ProjectDenied,
    /// No device waits with that code.
    DeviceNotFound,
    /// The id of a device's request is none of this server.
    DeviceIdBroken,
    /// The same in releases that decrypt whatever comes.
    DeviceIdShort,
    /// It was decided already, or is too old.
    DeviceHandled,
}

impl CallbackError {
    /// The status of the error.
    pub(super) const fn status(self) -> Status<'static> {
        match self {
            Self::RequestNotFound => missing("Auth Request does not exist", "QUERY-Thee9"),
            Self::RequestUnknown => missing("Auth Request does not exist", "COMMAND-jae5P"),
            Self::RequestHandled { by_session: true } => {
                precondition("Auth Request has already been handled", "COMMAND-Sx208nt")
            }
            Self::RequestHandled { by_session: false } => {
                precondition("Auth Request has already been handled", "COMMAND-Sx202nt")
            }
            Self::ApplicationShut => missing("Errors.App.NotFound", "QUERY-4tq8wCTCgf"),
            Self::OrganizationOther => {
                precondition("User is not a member of the required organization", "COMMAND-59ljd")
            }
            Self::ProjectDenied => coded(403, Code::PermissionDenied, "Permission denied", "OIDC-foSyH49RvL"),
            Self::DeviceNotFound => missing("Device Authorization Request does not exist", "QUERY-Sah9a"),
            Self::DeviceIdShort => precondition("cipher text block too short", "CRYPT-23kH1"),
            Self::DeviceIdBroken => precondition("malformed encrypted value", "CRYPT-ha6Oh"),
            Self::DeviceHandled => {
                precondition("Device Authorization Request has already been handled", "COMMAND-D30Jf")
            }
        }
    }

    /// Which row of the operation's fidelity table it is.
    pub(super) const fn answer(self) -> &'static str {
        match self {
            Self::RequestNotFound | Self::RequestUnknown => "request_not_found",
            Self::RequestHandled { .. } => "request_handled",
            Self::ApplicationShut => "application_shut",
            Self::OrganizationOther => "organization_other",
            Self::ProjectDenied => "project_denied",
            Self::DeviceNotFound => "device_not_found",
            Self::DeviceIdBroken | Self::DeviceIdShort => "device_id_broken",
            Self::DeviceHandled => "device_handled",
        }
    }
}
