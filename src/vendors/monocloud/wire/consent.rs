//! The consent page as a browser sees it: what its URL carries, and what it shows.

use serde::{Deserialize, Serialize};

use super::super::operations::{self, Checked, Decided, SignedIn};
use super::super::record::{Application, RememberConsent};
use super::super::state::MonoCloud;
use super::sign_in::{PROVIDER, Visit};
use crate::oidc::client::Form;
use crate::oidc::page::{ConsentPage, REMEMBER, SCOPE};
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::sealed::Seal;
use crate::protocol::Reply;

/// The path of the page below the provider's.
pub(in super::super) const CONSENT: &str = "/consent";

/// A request that waits for its user's consent: what the page carries in its URL.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AskedConsent {
    pub(in super::super) checked: Checked,
    /// The session that answers the request.
    pub(in super::super) session_id: String,
}

/// A request in the form in which the page's URL carries it.
pub(in super::super) fn seal(monocloud: &MonoCloud, checked: &Checked, signed_in: &SignedIn) -> String {
    let asked = AskedConsent { checked: checked.clone(), session_id: signed_in.session.session_id.clone() };
    let text = serde_json::to_string(&asked).expect("a request is JSON");
    Seal::new(&monocloud.context, "consent").seal(&text)
}

/// The request that the page's URL carries.
pub(in super::super) fn open(monocloud: &MonoCloud, sealed: &str) -> Option<AskedConsent> {
    serde_json::from_str(&Seal::new(&monocloud.context, "consent").open(sealed)?).ok()
}

/// The page for what an application asks, with what its form sends again.
pub(in super::super) fn page(
    monocloud: &MonoCloud,
    visit: &Visit<'_>,
    application: &Application,
    checked: &Checked,
    signed_in: &SignedIn,
    request: (&str, &str),
) -> Reply {
    ConsentPage {
        provider: PROVIDER,
        application: &application.client_name,
        user: &operations::display_name(&signed_in.user),
        path: &visit.path(CONSENT),
        request,
        once: &visit.once(visit.cookie().unwrap_or_default(), request.1),
        scopes: &operations::consent_scopes(monocloud, checked),
        has_selection: application.show_consent_scope_selection,
        asks_to_remember: application.remember_consent == RememberConsent::UserSelected,
        leads_to: RedirectUri::parse(&checked.redirect_uri).map(|uri| uri.origin()),
    }
    .reply()
}

/// What the page's form says.
pub(in super::super) fn decided(form: &Form) -> Decided<'_> {
    Decided { picked: form.all(SCOPE).collect(), remember: form.text(REMEMBER).is_some() }
}
