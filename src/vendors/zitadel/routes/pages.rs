//! The routes of ZITADEL's pages: signing in, devices, and after signing out. The pages are fauxidp's own.

use http::StatusCode;

use super::handler::{Handler, Request, Row};
use crate::context::DEFAULT_WORLD;
use crate::oidc::client::Form;
use crate::oidc::page::{self, MAX_USERS, message, user_code};
use crate::oidc::respond::with_query;
use crate::oidc::visit::{PageContent, Visit, Who};
use crate::protocol::Reply;
use crate::vendors::zitadel::error::Error;
use crate::vendors::zitadel::operations::{devices, end_session, login};
use crate::vendors::zitadel::record::{AuthRequest, DeviceRequest, Prompt, Session};
use crate::vendors::zitadel::settings::Login;
use crate::vendors::zitadel::wire::auth_requests::redirect;

/// The provider's name on its pages.
const PROVIDER: &str = "ZITADEL";

/// The vendor's login pages.
const LOGIN: &str = "/ui/v2/login/login";
const LOGIN_V1: &str = "/ui/login/login";

/// The names of what their URLs carry: a request's id, or the whole request.
const REQUEST: &str = "authRequest";
const REQUEST_V1: &str = "authRequestID";
const SEALED: &str = "fauxidp_request";

/// The page for devices.
pub(super) const DEVICE: &str = "/device";

/// The page of the newer login that asks whom to sign out.
pub(super) const LOGOUT: &str = "/ui/v2/login/logout";

/// The pages that say that nobody is signed in: after a session ended, and that of the older login.
pub(super) const DONE: &str = "/logout/done";
pub(super) const DONE_V1: &str = "/ui/login/logout/done";

pub(super) static ROWS: [Row; 8] = [
    Row::new("sign_in_page", "GET", LOGIN, Handler::door(show)).oauth().unseen(),
    Row::new("sign_in_page_by_post", "POST", LOGIN, Handler::door(post)).oauth().heavy(),
    Row::new("sign_in_page_v1", "GET", LOGIN_V1, Handler::door(show)).oauth().unseen(),
    Row::new("device_page", "GET", DEVICE, Handler::door(show_device)).oauth().reads_only().about_server(),
    Row::new("device_page_by_post", "POST", DEVICE, Handler::door(post_device)).oauth().unseen().heavy(),
    Row::new("logout_page", "GET", LOGOUT, Handler::door(logout)).oauth().unseen(),
    Row::new("signed_out_page", "GET", DONE, Handler::door(signed_out)).oauth().reads_only().about_server(),
    Row::new("signed_out_page_v1", "GET", DONE_V1, Handler::door(signed_out)).oauth().reads_only().about_server(),
];

/// A request that a page is about, and what the page's forms send again.
struct Carried<'a> {
    request: AuthRequest,
    name: &'static str,
    value: &'a str,
}

impl Carried<'_> {
    fn content<'a>(&'a self, application: &'a str) -> PageContent<'a> {
        PageContent {
            page: LOGIN,
            application,
            request: (self.name, self.value),
            hint: self.request.login_hint.as_deref().unwrap_or_default(),
            leads_to: Some(&self.request.redirect_uri),
            ..PageContent::default()
        }
    }
}

/// Where the login page of a request is. In a world of its own the URL carries the request: the world may not be kept
/// until somebody signs in.
pub(super) fn login(request: &Request<'_>, stored: &AuthRequest) -> String {
    let (path, name) = if stored.is_v2() { (LOGIN, REQUEST) } else { (LOGIN_V1, REQUEST_V1) };
    let is_own_world = *request.zitadel.context.world != *DEFAULT_WORLD;
    let sealed = is_own_world.then(|| login::seal_request(request.zitadel, stored));
    let mut parameters = vec![(name, &*stored.id)];
    parameters.extend(sealed.as_deref().map(|sealed| (SEALED, sealed)));
    with_query(&request.visit().path(path), &parameters)
}

/// Signs a user in without a page, and answers the request.
pub(super) fn enter_at_once(request: &Request<'_>, stored: &AuthRequest, user: &str) -> Reply {
    let sealed = login::seal_request(request.zitadel, stored);
    let carried = Carried { request: stored.clone(), name: SEALED, value: &sealed };
    enter(request, &request.visit(), &carried, Who::User(user))
}

/// A page that says what is wrong with a request.
pub(super) fn error(text: &str) -> Reply {
    message(StatusCode::BAD_REQUEST, PROVIDER, "This request cannot be answered", text).fidelity_row("error_page")
}

fn no_request() -> Reply {
    error("The page needs the request of an application, which is answered once.")
}

fn foreign() -> Reply {
    let text = "The form does not come from a page that this browser was shown. Start again at the application.";
    message(StatusCode::FORBIDDEN, PROVIDER, "Signing in failed", text).fidelity_row("foreign_form")
}

/// The open request of a page.
fn carried<'a>(request: &Request<'_>, form: &'a Form) -> Option<Carried<'a>> {
    let zitadel = request.zitadel;
    let carried = match form.text(SEALED) {
        Some(value) => Carried { request: login::open_request(zitadel, value)?, name: SEALED, value },
        None => {
            let value = form.text(REQUEST).or_else(|| form.text(REQUEST_V1))?;
            Carried { request: login::request(zitadel, value)?, name: REQUEST, value }
        }
    };
    carried.request.is_open().then_some(carried)
}

fn show(request: &Request<'_>) -> Result<Reply, Error> {
    let (visit, form) = (request.visit(), Form::of_query(&request.exchange.call));
    let Some(carried) = carried(request, &form) else { return Ok(no_request()) };
    let search = form.text(page::SEARCH);
    if search.is_none()
        && let Some(reply) = proceed(request, &visit, &carried)
    {
        return Ok(reply);
    }
    let application = login::application_name(request.zitadel, &carried.request.client_id);
    let content = PageContent { search: search.unwrap_or_default(), ..carried.content(&application) };
    Ok(page(request, &visit, &content, StatusCode::OK).fidelity_row("page"))
}

/// Answers a request as far as nothing has to be shown.
fn proceed(request: &Request<'_>, visit: &Visit<'_>, carried: &Carried<'_>) -> Option<Reply> {
    let (zitadel, asked) = (request.zitadel, &carried.request);
    let session = visit.cookie().and_then(|cookie| login::signed_in(zitadel, cookie));
    if let Some(session) = session.filter(|session| login::is_answered_by(zitadel, asked, session)) {
        return Some(complete(request, visit, carried, &session));
    }
    if asked.prompt.contains(&Prompt::None) {
        return Some(refuse(request, carried, "login_required"));
    }
    let hinted = || asked.login_hint.as_deref().filter(|hint| login::find_user(zitadel, hint).is_some());
    let user = match zitadel.settings.login {
        Login::Page => None,
        Login::Hint => hinted().map(str::to_owned),
        Login::Auto => hinted().map(str::to_owned).or_else(|| login::first_user(zitadel)),
    };
    user.map(|user| enter(request, visit, carried, Who::User(&user)))
}

fn post(request: &Request<'_>) -> Result<Reply, Error> {
    let (visit, form) = (request.visit(), Form::of(&request.exchange.call));
    let Some(carried) = carried(request, &form) else { return Ok(no_request()) };
    if !visit.is_own(&form, carried.name) {
        return Ok(foreign());
    }
    Ok(match form.text(page::DENY) {
        Some(_) => refuse(request, &carried, "access_denied"),
        None => enter(request, &visit, &carried, Who::of(&form)),
    })
}

/// Signs somebody in and answers the request, or shows why not.
fn enter(request: &Request<'_>, visit: &Visit<'_>, carried: &Carried<'_>, who: Who<'_>) -> Reply {
    match login::sign_in(request.zitadel, Some(&carried.request), who, visit.user_agent()) {
        Ok(session) => complete(request, visit, carried, &session),
        Err(error) => again(request, visit, carried, who, &error),
    }
}

fn complete(request: &Request<'_>, visit: &Visit<'_>, carried: &Carried<'_>, session: &Session) -> Reply {
    match login::complete(request.zitadel, &carried.request, session, request.exchange.defect) {
        Ok(callback) => {
            let reply = redirect(&request.exchange.call, &callback.url).fidelity_row("answered");
            remember(request, visit, reply, session)
        }
        Err(error) => again(request, visit, carried, Who::User(""), &error),
    }
}

/// The page again, with the reason.
fn again(request: &Request<'_>, visit: &Visit<'_>, carried: &Carried<'_>, who: Who<'_>, error: &Error) -> Reply {
    let (application, reason) =
        (login::application_name(request.zitadel, &carried.request.client_id), login::reason(error));
    let content = PageContent { hint: who.typed(), error: Some(&reason), ..carried.content(&application) };
    page(request, visit, &content, StatusCode::FORBIDDEN).fidelity_row("sign_in_failed")
}

fn refuse(request: &Request<'_>, carried: &Carried<'_>, reason: &'static str) -> Reply {
    match login::refuse(request.zitadel, &carried.request, reason) {
        Ok(callback) => redirect(&request.exchange.call, &callback.url).fidelity_row("error_redirect"),
        Err(_) => no_request(), // another call was quicker
    }
}

fn remember(request: &Request<'_>, visit: &Visit<'_>, reply: Reply, session: &Session) -> Reply {
    visit.remember(reply, &login::cookie_value(request.zitadel, session), login::COOKIE_SECONDS)
}

fn page(request: &Request<'_>, visit: &Visit<'_>, content: &PageContent<'_>, status: StatusCode) -> Reply {
    let users = login::page_users(request.zitadel, content.search, MAX_USERS);
    visit.page(PROVIDER, content, &users, status)
}

fn show_device(request: &Request<'_>) -> Result<Reply, Error> {
    let (visit, form) = (request.visit(), Form::of_query(&request.exchange.call));
    let Some(code) = form.text(page::USER_CODE) else {
        return Ok(user_code(PROVIDER, &visit.path(DEVICE), None).fidelity_row("code_asked"));
    };
    let Some(device) = devices::find(request.zitadel, code) else { return Ok(no_device(&visit)) };
    let search = form.text(page::SEARCH).unwrap_or_default();
    Ok(device_page(request, &visit, &device, search, None).fidelity_row("page"))
}

fn no_device(visit: &Visit<'_>) -> Reply {
    let error = Some("There is no device that waits with this code.");
    user_code(PROVIDER, &visit.path(DEVICE), error).fidelity_row("code_unknown")
}

fn device_page(
    request: &Request<'_>,
    visit: &Visit<'_>,
    device: &DeviceRequest,
    search: &str,
    error: Option<&str>,
) -> Reply {
    let application = login::application_name(request.zitadel, &device.client_id);
    let note = format!("A device asks to be connected. It shows the code {}.", device.user_code);
    let content = PageContent {
        page: DEVICE,
        application: &application,
        request: (page::USER_CODE, &device.user_code),
        search,
        error,
        note: Some(&note),
        ..PageContent::default()
    };
    let status = if error.is_none() { StatusCode::OK } else { StatusCode::FORBIDDEN };
    page(request, visit, &content, status)
}

fn post_device(request: &Request<'_>) -> Result<Reply, Error> {
    let (zitadel, visit, form) = (request.zitadel, request.visit(), Form::of(&request.exchange.call));
    let device = form.text(page::USER_CODE).and_then(|code| devices::find(zitadel, code));
    let Some(device) = device else { return Ok(no_device(&visit)) };
    if !visit.is_own(&form, page::USER_CODE) {
        return Ok(foreign());
    }
    if form.text(page::DENY).is_some() {
        return Ok(match login::decide(zitadel, &device, None) {
            Ok(()) => told("Denied", "The device is not connected.").fidelity_row("denied"),
            Err(_) => no_device(&visit), // another call was quicker
        });
    }
    let signed_in = login::sign_in(zitadel, None, Who::of(&form), visit.user_agent())
        .and_then(|session| login::decide(zitadel, &device, Some(&session)).map(|()| session));
    Ok(match signed_in {
        Ok(session) => {
            let reply = told("Connected", "The device is connected. You can close this page.");
            remember(request, &visit, reply.fidelity_row("approved"), &session)
        }
        Err(error) => {
            let reason = login::reason(&error);
            device_page(request, &visit, &device, "", Some(&reason)).fidelity_row("sign_in_failed")
        }
    })
}

fn told(title: &str, text: &str) -> Reply {
    message(StatusCode::OK, PROVIDER, title, text)
}

/// Signs the browser out, and goes on where the token says.
fn logout(request: &Request<'_>) -> Result<Reply, Error> {
    let (zitadel, visit, form) = (request.zitadel, request.visit(), Form::of_query(&request.exchange.call));
    let to = form.text("logout_token").and_then(|token| end_session::target(zitadel, token));
    let Some(to) = to else { return Ok(error("The page needs the token of a logout.")) };
    if let Some(session) = visit.cookie().and_then(|cookie| login::signed_in(zitadel, cookie)) {
        request.tell_end(login::sign_out(zitadel, &session.id).as_ref());
    }
    Ok(visit.forget(redirect(&request.exchange.call, &to).fidelity_row("redirected")))
}

fn signed_out(_: &Request<'_>) -> Result<Reply, Error> {
    Ok(told("Signed out", "You are signed out.").fidelity_row("signed_out"))
}
