//! The routes of sign-in: authorization requests, the pages, signing out.

use http::{Method, StatusCode};

use super::consent::{Way, complete};
use super::handler::{Handler, Request, Row};
use crate::oidc::authorize::AuthorizeRequest;
use crate::oidc::client::Form;
use crate::oidc::page::{self, message, user_code};
use crate::oidc::respond::{redirect, with_query};
use crate::oidc::visit::Who;
use crate::protocol::Reply;
use crate::vendors::monocloud::error::sign_in::Refusal;
use crate::vendors::monocloud::operations::{self, Checked, SignInFailure};
use crate::vendors::monocloud::record::{Application, Authenticator, DeviceCode};
use crate::vendors::monocloud::settings::Login;
use crate::vendors::monocloud::wire::sign_in::{self as wire, DEVICE, LOGIN, PROVIDER, PageContent, REQUEST, Visit};

pub(super) static ROWS: [Row; 8] = [
    Row::new("authorize", "GET", "/connect/authorize", Handler::door(authorize)).oauth().unseen(),
    Row::new("authorize_by_post", "POST", "/connect/authorize", Handler::door(authorize)).oauth().unseen(),
    Row::new("sign_in_page", "GET", LOGIN, Handler::door(show_page)).oauth().unseen(),
    Row::new("sign_in_page_by_post", "POST", LOGIN, Handler::door(post_page)).oauth().unseen().heavy(),
    Row::new("device_page", "GET", DEVICE, Handler::door(show_device)).oauth().reads_only().about_server(),
    Row::new("device_page_by_post", "POST", DEVICE, Handler::door(post_device)).oauth().unseen().heavy(),
    Row::new("end_session", "GET", "/connect/endsession", Handler::door(end_session)).oauth().unseen(),
    Row::new("end_session_by_post", "POST", "/connect/endsession", Handler::door(end_session)).oauth().unseen(),
];

/// The parameters of a call: in its query, or in its form.
fn parameters(request: &Request<'_>) -> Form {
    match *request.exchange.method() == Method::POST {
        true => Form::of(&request.exchange.call),
        false => Form::of_query(&request.exchange.call),
    }
}

fn authorize(request: &Request<'_>) -> Result<Reply, Refusal> {
    let form = parameters(request);
    if AuthorizeRequest::repeated(&form).is_some() {
        return Ok(wire::error_page("A parameter is repeated."));
    }
    let (visit, sent) = (request.visit(), AuthorizeRequest::of(&form));
    let user = sent.fauxidp_user.clone();
    let (checked, application) =
        match operations::check(request.monocloud, sent, &visit.reach(), request.exchange.defect) {
            Ok(found) => found,
            Err(error) => return Ok(wire::refused(&error)),
        };
    if let Some(user) = user {
        if !visit.is_navigation() {
            return Ok(wire::error_page("Only a navigation may sign a user in by fauxidp_user."));
        }
        return Ok(enter(request, &visit, &checked, &application, Who::User(&user), Way::PageFree));
    }
    if visit.sees_cookie()
        && let Some(reply) = proceed(request, &visit, &checked, &application)
    {
        return Ok(reply);
    }
    let sealed = wire::seal(request.monocloud, &checked);
    Ok(redirect(&with_query(&visit.path(LOGIN), &[(REQUEST, &sealed)])).fidelity_row("page_redirect"))
}

/// Answers a request as far as nothing has to be shown.
fn proceed(request: &Request<'_>, visit: &Visit<'_>, checked: &Checked, application: &Application) -> Option<Reply> {
    let monocloud = request.monocloud;
    let hinted = || checked.login_hint.as_deref().filter(|hint| operations::find_user(monocloud, hint).is_some());
    let way = match monocloud.settings.login {
        Login::Page => Way::Pages,
        Login::Hint => hinted().map_or(Way::Pages, |_| Way::PageFree),
        Login::Auto => Way::PageFree,
    };
    let signed_in = visit.cookie().and_then(|cookie| operations::signed_in(monocloud, cookie));
    if let Some(signed_in) = signed_in.filter(|found| checked.is_answered_by(monocloud, application, found)) {
        return Some(complete(request, visit, checked, application, &signed_in, way));
    }
    if checked.is_silent() {
        return Some(wire::refused(&checked.refusal("login_required")));
    }
    let user = match monocloud.settings.login {
        Login::Page => None,
        Login::Hint => hinted().map(str::to_owned),
        Login::Auto => hinted().map(str::to_owned).or_else(|| operations::first_user(monocloud)),
    };
    user.map(|user| enter(request, visit, checked, application, Who::User(&user), way))
}

/// Signs somebody in and answers the request, or shows why not.
fn enter(
    request: &Request<'_>,
    visit: &Visit<'_>,
    checked: &Checked,
    application: &Application,
    who: Who<'_>,
    way: Way,
) -> Reply {
    let signed_in = operations::check_way(application, who)
        .and_then(|()| operations::sign_in_by(request.monocloud, who, visit.cookie(), visit.user_agent()));
    match signed_in {
        Ok(signed_in) => complete(request, visit, checked, application, &signed_in, way),
        Err(failure) => refuse(request, visit, checked, application, who, failure),
    }
}

/// The page again, with the reason.
fn refuse(
    request: &Request<'_>,
    visit: &Visit<'_>,
    checked: &Checked,
    application: &Application,
    who: Who<'_>,
    failure: SignInFailure,
) -> Reply {
    let sealed = wire::seal(request.monocloud, checked);
    let (row, error) = match failure {
        SignInFailure::Unknown => ("sign_in_failed", wire::failure(failure)),
        SignInFailure::KeptOut(_) | SignInFailure::PasswordExpired | SignInFailure::PasswordNotTaken => {
            ("kept_out", wire::failure(failure))
        }
    };
    let content = PageContent { hint: who.typed(), error: Some(error), ..content(checked, application, &sealed) };
    visit.page(&content, StatusCode::FORBIDDEN).fidelity_row(row)
}

fn content<'a>(checked: &'a Checked, application: &'a Application, sealed: &'a str) -> PageContent<'a> {
    PageContent {
        page: LOGIN,
        application: &application.client_name,
        request: (REQUEST, sealed),
        hint: checked.login_hint.as_deref().unwrap_or_default(),
        takes_no_password: !application.takes(Authenticator::Password),
        leads_to: Some(&checked.redirect_uri),
        ..PageContent::default()
    }
}

/// The request of a page, with its application.
fn carried(request: &Request<'_>, form: &Form) -> Option<(Checked, std::sync::Arc<Application>)> {
    let checked = wire::open(request.monocloud, form.text(REQUEST)?)?;
    let application = operations::find_application(request.monocloud, &checked.client_id)?;
    Some((checked, application))
}

fn show_page(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (visit, form) = (request.visit(), Form::of_query(&request.exchange.call));
    let Some((checked, application)) = carried(request, &form) else {
        return Ok(wire::error_page("The page needs the request of an application."));
    };
    let is_search = form.text(page::SEARCH).is_some();
    if !is_search && let Some(reply) = proceed(request, &visit, &checked, &application) {
        return Ok(reply);
    }
    let sealed = form.text(REQUEST).unwrap_or_default();
    let search = form.text(page::SEARCH).unwrap_or_default();
    let content = PageContent { search, ..content(&checked, &application, sealed) };
    Ok(visit.page(&content, StatusCode::OK).fidelity_row("page"))
}

fn post_page(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (visit, form) = (request.visit(), Form::of(&request.exchange.call));
    let Some((checked, application)) = carried(request, &form) else {
        return Ok(wire::error_page("The page needs the request of an application."));
    };
    if !visit.is_own(&form, REQUEST) {
        return Ok(wire::foreign());
    }
    if form.text(page::DENY).is_some() {
        return Ok(visit.used(wire::refused(&checked.refusal("access_denied"))));
    }
    Ok(enter(request, &visit, &checked, &application, Who::of(&form), Way::Pages))
}

fn show_device(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (visit, form) = (request.visit(), Form::of_query(&request.exchange.call));
    let Some(code) = form.text(page::USER_CODE) else {
        return Ok(user_code(PROVIDER, &visit.path(DEVICE), None).fidelity_row("code_asked"));
    };
    let Some(device) = operations::find_device(request.monocloud, code) else {
        let error = Some("There is no device that waits with this code.");
        return Ok(user_code(PROVIDER, &visit.path(DEVICE), error).fidelity_row("code_unknown"));
    };
    let search = form.text(page::SEARCH).unwrap_or_default();
    Ok(device_page(request, &visit, &device, search, None, StatusCode::OK).fidelity_row("page"))
}

fn device_page(
    request: &Request<'_>,
    visit: &Visit<'_>,
    device: &DeviceCode,
    search: &str,
    error: Option<&str>,
    status: StatusCode,
) -> Reply {
    let application = operations::find_application(request.monocloud, &device.client_id);
    let takes_password = application.as_ref().is_none_or(|application| application.takes(Authenticator::Password));
    let name = application.map(|application| application.client_name.clone()).unwrap_or_default();
    let note = format!("A device asks to be connected. It shows the code {}.", device.user_code);
    let content = PageContent {
        page: DEVICE,
        application: &name,
        request: (page::USER_CODE, &device.user_code),
        search,
        error,
        note: Some(&note),
        takes_no_password: !takes_password,
        ..PageContent::default()
    };
    visit.page(&content, status)
}

fn post_device(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, visit, form) = (request.monocloud, request.visit(), Form::of(&request.exchange.call));
    let device = form.text(page::USER_CODE).and_then(|code| operations::find_device(monocloud, code));
    let Some(device) = device else {
        let error = Some("There is no device that waits with this code.");
        return Ok(user_code(PROVIDER, &visit.path(DEVICE), error).fidelity_row("code_unknown"));
    };
    if !visit.is_own(&form, page::USER_CODE) {
        return Ok(wire::foreign());
    }
    if form.text(page::DENY).is_some() {
        operations::decide(monocloud, &device, None);
        return Ok(device_message("Denied", "The device is not connected.").fidelity_row("denied"));
    }
    let (who, application) = (Who::of(&form), operations::find_application(monocloud, &device.client_id));
    let way = application.map_or(Ok(()), |application| operations::check_way(&application, who));
    match way.and_then(|()| operations::sign_in_by(monocloud, who, visit.cookie(), visit.user_agent())) {
        Ok(signed_in) => {
            operations::decide(monocloud, &device, Some(&signed_in));
            let reply = device_message("Connected", "The device is connected. You can close this page.");
            Ok(visit.remember(reply.fidelity_row("approved"), &signed_in))
        }
        Err(failure) => {
            let error = Some(wire::failure(failure));
            let page = device_page(request, &visit, &device, "", error, StatusCode::FORBIDDEN);
            Ok(page.fidelity_row(if failure == SignInFailure::Unknown { "sign_in_failed" } else { "kept_out" }))
        }
    }
}

fn device_message(title: &str, text: &str) -> Reply {
    message(StatusCode::OK, PROVIDER, title, text)
}

/// Where a browser signs out, and what it can bring.
const END_SESSION: &str = "/connect/endsession";
const SIGN_OUT_PARAMETERS: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

fn end_session(request: &Request<'_>) -> Result<Reply, Refusal> {
    let (monocloud, visit, form) = (request.monocloud, request.visit(), parameters(request));
    if !visit.sees_cookie() {
        let given = |name| form.text(name).map(|value| (name, value));
        let kept: Vec<_> = SIGN_OUT_PARAMETERS.into_iter().filter_map(given).collect();
        return Ok(redirect(&with_query(&visit.path(END_SESSION), &kept)).fidelity_row("redirected"));
    }
    let mut frames = Vec::new();
    if let Some(signed_in) = visit.cookie().and_then(|cookie| operations::session_of(monocloud, cookie)) {
        frames = operations::front_channel(monocloud, &signed_in.session);
        request.deliver(operations::sign_out(monocloud, &signed_in, request.exchange.defect));
    }
    let to = operations::after_sign_out(
        monocloud,
        form.text("id_token_hint"),
        form.text("client_id"),
        form.text("post_logout_redirect_uri"),
    );
    let state: Vec<_> = form.text("state").map(|state| ("state", state)).into_iter().collect();
    let to = to.map(|uri| with_query(&uri, &state));
    let reply = match to {
        Some(uri) if frames.is_empty() => redirect(&uri).fidelity_row("redirected"),
        to if frames.is_empty() => wire::signed_out(&frames, to.as_deref()).fidelity_row("signed_out"),
        to => wire::signed_out(&frames, to.as_deref()).fidelity_row("framed"),
    };
    Ok(visit.forget(reply))
}
