//! The routes of consent: a request is answered once its user allows what it asks for.

use std::sync::Arc;

use super::handler::{Handler, Request, Row};
use crate::oidc::client::Form;
use crate::oidc::page::{ALLOW, DENY};
use crate::oidc::respond::{redirect, with_query};
use crate::protocol::Reply;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::operations::{self, Checked, SignedIn};
use crate::vendors::monocloud::record::Application;
use crate::vendors::monocloud::wire::consent::{self, AskedConsent, CONSENT};
use crate::vendors::monocloud::wire::sign_in::{self as wire, LOGIN, REQUEST, Visit};

pub(super) static ROWS: [Row; 2] = [
    Row::new("consent_page", "GET", CONSENT, Handler::door(show)).oauth().reads_only().about_server(),
    Row::new("consent_page_by_post", "POST", CONSENT, Handler::door(post)).oauth().unseen(),
];

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By pages, of which the one for consent may be the next.
    Pages,
    /// Without any: what the application asks for is allowed.
    PageFree,
}

/// Answers a request for a user who is signed in, or asks the user first.
pub(super) fn complete(
    request: &Request<'_>,
    visit: &Visit<'_>,
    checked: &Checked,
    application: &Application,
    signed_in: &SignedIn,
    way: Way,
) -> Reply {
    let (monocloud, user_id) = (request.monocloud, &signed_in.user.profile.user_id);
    if way == Way::PageFree || !operations::needs_consent(monocloud, application, checked, user_id) {
        return answer(request, visit, checked, application, signed_in);
    }
    if checked.is_silent() {
        return wire::refused(&checked.refusal("consent_required"));
    }
    let sealed = consent::seal(monocloud, checked, signed_in);
    let reply = redirect(&with_query(&visit.path(CONSENT), &[(REQUEST, &sealed)])).fidelity_row("consent_redirect");
    visit.remember(reply, signed_in)
}

fn answer(
    request: &Request<'_>,
    visit: &Visit<'_>,
    checked: &Checked,
    application: &Application,
    signed_in: &SignedIn,
) -> Reply {
    let parameters = operations::answer(request.monocloud, application, checked, signed_in);
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
    visit.remember(wire::answered(&checked.target(), &parameters, "answered", "answered_by_form"), signed_in)
}

/// What a page carries, with its application.
fn carried(request: &Request<'_>, form: &Form) -> Option<(AskedConsent, Arc<Application>)> {
    let asked = consent::open(request.monocloud, form.text(REQUEST)?)?;
    let application = operations::find_application(request.monocloud, &asked.checked.client_id)?;
    Some((asked, application))
}

/// The session that a request is for, if it is the browser's and its user may go on with it.
fn session(request: &Request<'_>, visit: &Visit<'_>, asked: &AskedConsent) -> Option<SignedIn> {
    let signed_in = operations::signed_in(request.monocloud, visit.cookie()?)?;
    (signed_in.session.session_id == asked.session_id).then_some(signed_in)
}

/// To the page for signing in: the session is over, or another user's.
fn from_the_start(request: &Request<'_>, visit: &Visit<'_>, checked: &Checked) -> Reply {
    let sealed = wire::seal(request.monocloud, checked);
    redirect(&with_query(&visit.path(LOGIN), &[(REQUEST, &sealed)])).fidelity_row("page_redirect")
}

fn no_request() -> Reply {
    wire::error_page("The page needs the request of an application.")
}

fn show(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (visit, form) = (request.visit(), Form::of_query(&request.exchange.call));
    let Some((asked, application)) = carried(request, &form) else { return Ok(no_request()) };
    Ok(match session(request, &visit, &asked) {
        Some(signed_in) => page(request, &visit, &form, &asked.checked, &application, &signed_in),
        None => from_the_start(request, &visit, &asked.checked),
    })
}

fn page(
    request: &Request<'_>,
    visit: &Visit<'_>,
    form: &Form,
    checked: &Checked,
    application: &Application,
    signed_in: &SignedIn,
) -> Reply {
    let sent = (REQUEST, form.text(REQUEST).unwrap_or_default());
    consent::page(request.monocloud, visit, application, checked, signed_in, sent).fidelity_row("page")
}

fn post(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, visit, form) = (request.monocloud, request.visit(), Form::of(&request.exchange.call));
    let Some((asked, application)) = carried(request, &form) else { return Ok(no_request()) };
    let Some(signed_in) = session(request, &visit, &asked) else {
        return Ok(from_the_start(request, &visit, &asked.checked));
    };
    let checked = asked.checked;
    if !visit.is_own(&form, REQUEST) {
        return Ok(wire::foreign());
    }
    if form.text(DENY).is_some() {
        return Ok(wire::refused(&checked.refusal("access_denied")));
    }
    if form.text(ALLOW).is_none() {
        return Ok(page(request, &visit, &form, &checked, &application, &signed_in));
    }
    let (user_id, denied) = (&signed_in.user.profile.user_id, checked.refusal("access_denied"));
    Ok(match operations::allow(monocloud, &application, checked, user_id, &consent::decided(&form)) {
        Some(allowed) => answer(request, &visit, &allowed, &application, &signed_in),
        None => wire::refused(&denied),
    })
}
