//! The login page of ZITADEL, as far as it is not a page: who is signed in, who signs in, and what comes of it. It uses
//! the functions of the session and OIDC services.

use jiff::Timestamp;

use super::super::error::sessions::SessionError;
use super::super::error::{Error, ErrorContext};
use super::super::record::{AuthRequest, DeviceRequest, Prompt, Session, User, UserAgent, UserState};
use super::super::state::Zitadel;
use super::authorize::keep;
use super::callbacks::{self, Callback, CallbackRefusal};
use super::devices;
use super::events;
use super::sessions::{self, Checks, PasswordProof, SessionChange, UserCheck, by_login_name};
use crate::oidc::page::PageUser;
use crate::oidc::sealed::Seal;
use crate::oidc::visit::Who;
use crate::tokens::Defect;

/// How long a browser keeps the cookie of a session, in seconds. The session itself does not expire.
pub(in super::super) const COOKIE_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What the value of a browser's cookie is sealed for.
const COOKIE: &str = "session";

/// The same of a request.
const REQUEST: &str = "request";

/// A request as a page's URL carries it, so that it is found also in a world that is made when somebody signs in.
pub(in super::super) fn seal_request(zitadel: &Zitadel, request: &AuthRequest) -> String {
    Seal::new(&zitadel.context, REQUEST).seal(&serde_json::to_string(request).expect("a request is JSON"))
}

/// The request of that id.
pub(in super::super) fn request(zitadel: &Zitadel, id: &str) -> Option<AuthRequest> {
    zitadel.state.auth_requests.get(id)
}

/// The request that a page's URL carries, as it is now, if it is known.
pub(in super::super) fn open_request(zitadel: &Zitadel, sealed: &str) -> Option<AuthRequest> {
    let text = Seal::new(&zitadel.context, REQUEST).open(sealed)?;
    let carried: AuthRequest = serde_json::from_str(&text).ok()?;
    Some(request(zitadel, &carried.id).unwrap_or(carried))
}

/// The value of the cookie of a session.
pub(in super::super) fn cookie_value(zitadel: &Zitadel, session: &Session) -> String {
    Seal::new(&zitadel.context, COOKIE).seal(&session.id)
}

/// The session of a cookie, if its user may go on with it.
pub(in super::super) fn signed_in(zitadel: &Zitadel, cookie: &str) -> Option<Session> {
    let id = Seal::new(&zitadel.context, COOKIE).open(cookie)?;
    let session = zitadel.state.sessions.get(&id)?;
    session.check_active(zitadel.context.clock.now()).ok()?;
    let user = zitadel.state.users.get(&session.user.as_ref()?.id);
    session.is_shown(user.as_ref()).then_some(session)
}

/// Whether a session is enough to answer a request, without anything that is shown.
pub(in super::super) fn is_answered_by(zitadel: &Zitadel, request: &AuthRequest, session: &Session) -> bool {
    let asks = |prompt| request.prompt.contains(&prompt);
    if asks(Prompt::Login) || asks(Prompt::SelectAccount) || asks(Prompt::Create) {
        return false;
    }
    let Some(user) = &session.user else { return false };
    let checked = user.password.map_or(user.checked, |password| password.checked);
    let age = zitadel.context.clock.now().duration_since(checked).as_secs();
    let is_young = request.max_age.is_none_or(|max| i64::try_from(max).is_ok_and(|max| age <= max));
    let is_meant = request.hint_user_id.as_ref().is_none_or(|hint| *hint == user.id);
    let hinted = || request.login_hint.as_deref().and_then(|hint| find_user(zitadel, hint));
    is_young && is_meant && hinted().is_none_or(|hinted| hinted.profile.user_id == user.id)
}

/// The human of that id, or with that login name or e-mail address.
pub(in super::super) fn find_user(zitadel: &Zitadel, name: &str) -> Option<User> {
    let by_id = || zitadel.state.users.get(name);
    let by_email = || {
        let users = zitadel.state.users.snapshot();
        let has = |user: &&User| email(user).is_some_and(|email| email.eq_ignore_ascii_case(name));
        users.iter().find(has).cloned()
    };
    let found = by_id().or_else(|| by_login_name(zitadel, name)).or_else(by_email);
    found.filter(|user| user.human().is_some())
}

fn email(user: &User) -> Option<&str> {
    user.human().map(|human| &*human.email.address.email)
}

/// Signs somebody in: an ordinary session is created. A request that could not be answered with it is refused first.
pub(in super::super) fn sign_in(
    zitadel: &Zitadel,
    request: Option<&AuthRequest>,
    who: Who<'_>,
    user_agent: Option<&str>,
) -> Result<Session, Error> {
    let (name, password) = match who {
        // Whoever is picked counts as one who has shown a password.
        Who::User(name) => (name, PasswordProof::Vouched),
        Who::Password { username, password } => (username, PasswordProof::Plain(password.to_owned())),
    };
    let user = find_user(zitadel, name).ok_or(Error::UserNotFound)?;
    if let Some(request) = request {
        callbacks::check(zitadel, request, &user.profile.user_id, &user.profile.resource_owner)?;
    }
    let checks = Checks {
        user: Some(UserCheck::Id(user.profile.user_id.clone())),
        password: Some(password),
        ..Checks::default()
    };
    let user = checks.find_user(zitadel)?;
    let user_agent = UserAgent { description: user_agent.map(str::to_owned), ..UserAgent::default() };
    let change = SessionChange { checks, user_agent: Some(user_agent), ..SessionChange::default() };
    let editor = user.as_ref().map_or_else(String::new, |user| user.profile.user_id.clone());
    let start = |log: &mut _| sessions::start(zitadel, change, user, "", log);
    let written = events::logged_as(zitadel, &editor, now(zitadel), start)?;
    zitadel.state.sessions.get(&written.id).ok_or(SessionError::NotFound.into())
}

/// Answers a request with the session of somebody who signed in.
pub(in super::super) fn complete(
    zitadel: &Zitadel,
    request: &AuthRequest,
    session: &Session,
    defect: Option<Defect>,
) -> Result<Callback, Error> {
    keep(zitadel, request);
    let editor = session.user.as_ref().map_or(events::NOBODY, |user| &user.id);
    callbacks::complete(zitadel, request, session, defect, (editor, now(zitadel)))
}

/// Answers a request with an error.
pub(in super::super) fn refuse(
    zitadel: &Zitadel,
    request: &AuthRequest,
    error: &'static str,
) -> Result<Callback, Error> {
    keep(zitadel, request);
    let refusal = CallbackRefusal::named(error);
    let refuse = |log: &mut _| callbacks::refuse(zitadel, request, &refusal, log);
    events::logged_as(zitadel, events::NOBODY, now(zitadel), refuse)
}

/// Decides about a device: with a session it is approved, without one denied.
pub(in super::super) fn decide(
    zitadel: &Zitadel,
    request: &DeviceRequest,
    session: Option<&Session>,
) -> Result<(), Error> {
    match session {
        Some(session) => devices::approve(zitadel, request, session, now(zitadel)),
        None => {
            devices::deny(zitadel, request, now(zitadel));
            Ok(())
        }
    }
}

/// Ends a session, and returns it. One that ended before is no error.
pub(in super::super) fn sign_out(zitadel: &Zitadel, session_id: &str) -> Option<Session> {
    sessions::terminate(zitadel, session_id, None, now(zitadel))
}

/// What the application of that client is called.
pub(in super::super) fn application_name(zitadel: &Zitadel, client_id: &str) -> String {
    zitadel.application_of_client(client_id).map_or_else(String::new, |(application, _)| application.name.to_string())
}

/// Why somebody could not sign in, for people.
pub(in super::super) fn reason(error: &Error) -> String {
    match error {
        Error::Session(SessionError::UserNotActive) => "User is not active".to_owned(),
        Error::Session(SessionError::UserGone) => "Password is invalid".to_owned(),
        error => error.status(&ErrorContext::DEFAULT).text.to_owned(),
    }
}

fn now(zitadel: &Zitadel) -> Timestamp {
    zitadel.context.clock.now()
}

/// The humans whom a page shows: those whose name, login name or address has that text, or whose id it is; and how many
/// there are.
pub(in super::super) fn page_users(zitadel: &Zitadel, search: &str, max: usize) -> (Vec<PageUser>, usize) {
    let lower = search.to_lowercase();
    let users = zitadel.state.users.snapshot();
    let (mut shown, mut found) = (Vec::new(), 0);
    for user in users.iter() {
        let Some(human) = user.human() else { continue };
        let (name, login_name) = (&human.profile.display_name, &user.profile.preferred_login_name);
        let email = &human.email.address.email;
        let fits = [&**name, &**login_name, &**email].into_iter().any(|text| text.to_lowercase().contains(&lower));
        if !fits && user.profile.user_id != search {
            continue;
        }
        found += 1;
        if shown.len() < max {
            let state = match user.state {
                UserState::Active => "active",
                UserState::Inactive => "inactive",
                UserState::Locked => "locked",
                UserState::Initial => "initial",
            };
            shown.push(PageUser { key: user.profile.user_id.clone(), name: name.clone(), email: email.clone(), state });
        }
    }
    (shown, found)
}

/// Who signs in where nothing is needed: the user of the setting, or the first human who may.
pub(in super::super) fn first_user(zitadel: &Zitadel) -> Option<String> {
    let named = &zitadel.settings.login_user;
    if !named.is_empty() {
        return Some(named.to_string());
    }
    let users = zitadel.state.users.snapshot();
    let first = users.iter().find(|user| user.human().is_some() && user.state == UserState::Active);
    first.map(|user| user.profile.user_id.clone())
}
