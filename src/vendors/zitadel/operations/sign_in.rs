//! How machines and applications get tokens from ZITADEL, and what these are good for. Every door asks the user's
//! state when it is used.

mod assertion;
mod claims;
mod client;
mod exchange;
mod granted;
mod introspection;
pub(super) mod issue;
pub(super) mod scope;
mod token;
mod token_exchange;

use super::super::error::sign_in::Refusal;
use super::super::state::Zitadel;
use crate::oidc::client::Presented;
use crate::tokens::Defect;

pub(super) use assertion::active_application;
pub use claims::Claims;
pub(super) use client::{application, azp};
pub use granted::Granted;
pub use introspection::{Introspected, introspect, revoke, userinfo};
pub use token::token;
pub(in super::super) use token_exchange::ExchangeForm;

pub(super) use scope::{Scopes, granted as granted_scope};

/// What a client says of itself and of what it wants.
#[derive(Debug)]
pub(in super::super) struct Form {
    pub grant_type: Option<String>,
    pub assertion: Option<String>,
    pub scope: String,
    pub token: String,
    pub code: Option<String>,
    pub redirect_uri: Option<String>,
    pub code_verifier: Option<String>,
    pub refresh_token: Option<String>,
    pub device_code: Option<String>,
    pub exchange: ExchangeForm,
    /// Who it says it is, and how it shows that.
    pub client: Result<Presented, Refusal>,
    /// What this server is called.
    pub issuer: String,
    /// In which way tokens are to be wrong.
    pub defect: Option<Defect>,
}

/// Whether the form carries credentials that count.
pub fn accepts_credentials(zitadel: &Zitadel, form: &Form) -> bool {
    let by_key = || {
        let signed = form.assertion.as_deref();
        signed.is_some_and(|assertion| assertion::machine(zitadel, assertion, &form.issuer).is_some())
    };
    client::machine(zitadel, &form.client).is_ok()
        || client::asking(zitadel, &form.client, &form.issuer).is_ok()
        || by_key()
}
