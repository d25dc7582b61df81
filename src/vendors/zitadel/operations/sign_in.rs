//! How ZITADEL's machines sign in, and what their tokens are good for. Every door asks the user's state when it is
//! used.

mod assertion;
mod claims;
mod client;
mod introspection;
mod scope;
mod token;

use super::super::state::Zitadel;
use crate::oidc::client::{NoClient, Presented};

pub use claims::Claims;
pub use introspection::{Introspected, introspect, revoke, userinfo};
pub use token::{Granted, token};

/// What a client says of itself and of what it wants.
#[derive(Debug)]
pub struct Form {
    pub grant_type: Option<String>,
    pub assertion: Option<String>,
    pub scope: String,
    pub token: String,
    /// Who it says it is, and how it shows that.
    pub client: Result<Presented, NoClient>,
    /// What this server is called.
    pub issuer: String,
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
