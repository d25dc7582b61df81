//! What can go wrong with a tenant's identity provider, and how it looks.

use http::StatusCode;
use serde_json::{Map, json};

use super::{Error, body};
use crate::protocol::Reply;
use crate::protocol::problem::{Mark, problem};
use crate::vendors::jitsudo::settings::Behaviour;

/// What can go wrong with an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum ProviderError {
    /// No tenant's provider is meant.
    Unknown,
    /// It does not answer, or not as one does; why.
    Unavailable(&'static str),
    /// It refuses the code.
    CodeRefused,
    /// Its ID token does not hold; what of it.
    IdTokenRejected(&'static str),
    /// It vouches for somebody who is no user.
    UnknownPerson,
    /// It vouches for a user who is suspended.
    SuspendedPerson,
    /// A web page of another origin lets the server send somewhere.
    ForeignPage,
}

// The texts are our own.
const BAD_PROVIDER: &str = "The identity provider does not answer as expected.";
const BAD_ID_TOKEN: &str = "The identity provider's token is not valid.";
const BAD_PERSON: &str = "Nobody can sign in here by this account.";

impl ProviderError {
    /// The error on the wire.
    pub(super) fn render(&self, behaviour: &Behaviour) -> Reply {
        let field = |name: &str| Some(json!({ "field": name }));
        let because = |reason: &str| Some(json!({ "reason": reason }));
        let invalid = |message: &str, details| {
            body(behaviour.invalid_status, behaviour.code("invalid_input"), message, details, &[])
        };
        let outsider = |message: &str, details| body(401, behaviour.code("unauthenticated"), message, details, &[]);
        match self {
            Self::Unknown => invalid("No identity provider is meant.", field("state")).fidelity_row("provider_unknown"),
            Self::Unavailable(reason) => {
                body(503, "unavailable", BAD_PROVIDER, because(reason), &[]).fidelity_row("provider_unavailable")
            }
            Self::CodeRefused => {
                invalid("The identity provider refuses the code.", field("code")).fidelity_row("code_refused")
            }
            Self::IdTokenRejected(reason) => outsider(BAD_ID_TOKEN, because(reason)).fidelity_row("id_token_rejected"),
            Self::UnknownPerson => outsider(BAD_PERSON, None).fidelity_row("unknown_person"),
            // The same answer, so that it does not reveal who is suspended.
            Self::SuspendedPerson => outsider(BAD_PERSON, None).fidelity_row("suspended_person"),
            Self::ForeignPage => {
                let detail = "A web page of another origin may not say where this server sends to.";
                problem(StatusCode::FORBIDDEN, Mark::Refused, detail, Map::new())
            }
        }
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}
