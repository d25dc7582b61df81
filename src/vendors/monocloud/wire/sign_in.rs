//! MonoCloud's sign-in as a browser sees it: requests in, pages and redirects out.

use std::ops::Deref;

use http::StatusCode;

use super::super::operations::{AuthorizeError, Checked, Reach, SignInFailure, SignedIn, Target, page_users};
use super::super::record::KeptOut;
use super::super::state::{MonoCloud, NAME};
use crate::context::DEFAULT_WORLD;
use crate::exchange::Exchange;
use crate::oidc::issuer::issuer;
use crate::oidc::page::{MAX_USERS, SignedOutPage, message};
use crate::oidc::respond::respond;
use crate::oidc::sealed::Seal;
pub(in super::super) use crate::oidc::visit::PageContent;
use crate::oidc::visit::{self, names_world};
use crate::protocol::{Call, Reply};

/// The provider's name on its pages.
pub(in super::super) const PROVIDER: &str = "MonoCloud";

/// The name of what a page's URL carries.
pub(in super::super) const REQUEST: &str = "request";

/// The path of the sign-in page below the provider's.
pub(in super::super) const LOGIN: &str = "/account/login";
/// The path of the page for devices.
pub(in super::super) const DEVICE: &str = "/device";

/// A browser that comes to MonoCloud.
pub(in super::super) struct Visit<'a> {
    monocloud: &'a MonoCloud,
    visit: visit::Visit<'a>,
}

impl<'a> Deref for Visit<'a> {
    type Target = visit::Visit<'a>;

    fn deref(&self) -> &Self::Target {
        &self.visit
    }
}

impl<'a> Visit<'a> {
    /// The visit that a call is.
    pub(in super::super) fn of(monocloud: &'a MonoCloud, exchange: &'a Exchange) -> Self {
        Self { monocloud, visit: visit::Visit::of(&monocloud.context, NAME, &exchange.call) }
    }

    /// How the caller reaches the provider.
    pub(in super::super) fn reach(&self) -> Reach {
        reach(self.monocloud, self.call())
    }

    /// The answer with the cookie of a session.
    pub(in super::super) fn remember(&self, reply: Reply, signed_in: &SignedIn) -> Reply {
        let value = super::super::operations::cookie_value(signed_in);
        let left = signed_in.session.expires_at - self.monocloud.now();
        self.visit.remember(reply, &value, left)
    }

    /// A sign-in page.
    pub(in super::super) fn page(&self, content: &PageContent<'_>, status: StatusCode) -> Reply {
        let users = page_users(self.monocloud, content.search, MAX_USERS);
        self.visit.page(PROVIDER, content, &users, status)
    }
}

/// How a caller reaches the provider.
pub(in super::super) fn reach(monocloud: &MonoCloud, call: &Call) -> Reach {
    let world = &*monocloud.context.world;
    let issuer = issuer(call, monocloud.settings.issuer.as_deref(), world);
    Reach { issuer, is_tagged: world != DEFAULT_WORLD && !names_world(call) }
}

/// A request in the form in which the page's URL carries it.
pub(in super::super) fn seal(monocloud: &MonoCloud, checked: &Checked) -> String {
    let text = serde_json::to_string(checked).expect("a request is JSON");
    Seal::new(&monocloud.context, "request").seal(&text)
}

/// The request that a page's URL carries.
pub(in super::super) fn open(monocloud: &MonoCloud, sealed: &str) -> Option<Checked> {
    serde_json::from_str(&Seal::new(&monocloud.context, "request").open(sealed)?).ok()
}

/// The refusal of an authorization request.
pub(in super::super) fn refused(error: &AuthorizeError) -> Reply {
    match error {
        AuthorizeError::OnPage(text) => error_page(text),
        AuthorizeError::Redirected { to, error, description } => {
            let mut parameters = vec![("error", *error)];
            parameters.extend(description.map(|text| ("error_description", text)));
            answered(to, &parameters, "error_redirect", "error_form")
        }
    }
}

/// A page that says what is wrong with a request.
pub(in super::super) fn error_page(text: &str) -> Reply {
    message(StatusCode::BAD_REQUEST, PROVIDER, "This request cannot be answered", text).fidelity_row("error_page")
}

/// The answer to a form that does not come from a page that this browser was shown.
pub(in super::super) fn foreign() -> Reply {
    let text = "The form does not come from a page that this browser was shown. Start again at the application.";
    message(StatusCode::FORBIDDEN, PROVIDER, "Signing in failed", text).fidelity_row("foreign_form")
}

/// The page of a browser that signed out: it loads these URLs in frames, and goes on from there.
pub(in super::super) fn signed_out(frames: &[String], goes_to: Option<&str>) -> Reply {
    SignedOutPage { provider: PROVIDER, frames, goes_to }.reply()
}

/// The answer to the application, as one of two rows of the fidelity table: by a redirect or by a form.
pub(in super::super) fn answered(
    to: &Target,
    parameters: &[(&str, &str)],
    redirected: &'static str,
    by_form: &'static str,
) -> Reply {
    let state = to.state.as_deref().map(|state| ("state", state));
    let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
    let reply = respond(to.mode, &to.redirect_uri, &parameters);
    let row = if reply.status == StatusCode::FOUND { redirected } else { by_form };
    reply.fidelity_row(row)
}

/// Why nobody was signed in, for people. The vendor's texts are not published (assumed, monocloud-a42).
pub(in super::super) fn failure(failure: SignInFailure) -> &'static str {
    match failure {
        SignInFailure::Unknown => "Invalid username or password.",
        SignInFailure::KeptOut(KeptOut::Disabled) => "Your account is disabled.",
        SignInFailure::KeptOut(KeptOut::Blocked | KeptOut::AddressBlocked) => {
            "Your account is blocked after too many failed sign-ins. Try again later."
        }
        SignInFailure::PasswordExpired => "Your password has to be changed first.",
        SignInFailure::PasswordNotTaken => "This application takes no passwords.",
    }
}
